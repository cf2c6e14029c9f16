"""Formulas in LaTeX, of amsmath's plainest kind: what MathJax, MathML converters and matplotlib can set too."""

from __future__ import annotations

from collections.abc import Set

from quspike.quantize.report.typeset import VARIABLES, Typesetter
from quspike.quantize.symbols.spelling import in_latex

OPERATORS = ("phi", "q", "Q", "Phi", "V")  # these of each coordinate, the comb's φ_m and q_m, and currents wear hats


class LatexFormula(Typesetter):
    """The dialect of LaTeX; `hats` over operators."""

    minus, space = "-", r"\, "

    def __init__(self, hats: bool, variables: Set[str] = VARIABLES) -> None:
        super().__init__(variables)
        self.hats = hats

    def _accents(self, name: str) -> tuple[str, ...]:
        base, _, subscript = name.partition("_")
        current = base == "I" and not subscript.startswith("in")
        mode = base in ("phibath", "qbath", "chi", "qline", "Qbath", "Phibath")
        operator = (base in OPERATORS and name in self.variables) or mode or current or base == "xi"
        return ("hat",) if self.hats and operator else ()

    def left_out(self, count: int) -> str:
        return rf"+ \underbrace{{\dots}}_{{{count}}}"

    def symbol(self, name: str) -> str:
        return in_latex(name, self._accents(name))

    def rate(self, name: str) -> str:
        return in_latex(name, (*self._accents(name), "dot"))

    def brackets(self, inside: str, square: bool = False) -> str:
        left, right = "[]" if square else "()"
        tall = "\\frac" in inside or "\\sqrt" in inside or "\\left" in inside
        return rf"\left{left}{inside}\right{right}" if tall else f"{left}{inside}{right}"

    def fraction(self, above: str, below: str, loose: tuple[bool, bool]) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def half(self, of: str) -> str:
        return rf"\frac{{1}}{{2}}\, {of}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def root(self, of: str, atom: bool) -> str:
        return rf"\sqrt{{{of}}}"

    def exponential(self, exponent: str, atom: bool) -> str:
        return f"e^{{{exponent}}}"

    def named(self, function: str, argument: str) -> str:
        return rf"\{function}{self.brackets(argument)}"

    def series(self, index: str, last: str, of: str) -> str:
        return rf"\sum_{{{index}=1}}^{{{last}}} {of}"

    def integral(self, variable: str, low: str, high: str, of: str) -> str:
        return rf"\int_{{{low}}}^{{{high}}} {of}\, d{variable}"
