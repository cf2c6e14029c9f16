"""Formulas in one line of Unicode: `q²/2C − E_J cos(φ/φ₀) − I_in(t) φ`."""

from __future__ import annotations

from unicodedata import normalize

from quspike.quantize.report.typeset import Typesetter
from quspike.quantize.symbols.spelling import in_text

DOT = "\u0307"  # stands over the letter before it
RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class TextFormula(Typesetter):
    """The dialect of the terminal."""

    def left_out(self, count: int) -> str:
        return f"+ … ({count} terms more)"

    def symbol(self, name: str) -> str:
        return in_text(name)

    def rate(self, name: str) -> str:
        base, _, subscript = name.partition("_")
        dotted = normalize("NFC", in_text(base) + DOT)  # one character, where Unicode has it
        return dotted + in_text(f"_{subscript}" if subscript else "")

    def brackets(self, inside: str, square: bool = False) -> str:
        return f"[{inside}]" if square else f"({inside})"

    def fraction(self, above: str, below: str, loose: tuple[bool, bool]) -> str:
        top = self.brackets(above) if loose[0] else above
        return f"{top}/{self.brackets(below) if loose[1] else below}"

    def half(self, of: str) -> str:
        return f"½ {of}"

    def power(self, base: str, exponent: str) -> str:
        return base + exponent.translate(RAISED) if exponent.strip("−").isdigit() else f"{base}^({exponent})"

    def root(self, of: str, atom: bool) -> str:
        return f"√{of}" if atom else f"√({of})"

    def exponential(self, exponent: str, atom: bool) -> str:
        return f"exp({exponent})"

    def named(self, function: str, argument: str) -> str:
        return f"{function}({argument})"

    def series(self, index: str, last: str, of: str) -> str:
        return f"Σ_{index} {of}"

    def integral(self, variable: str, low: str, high: str, of: str) -> str:
        return f"∫₀^{self.brackets(high) if ' ' in high else high} {of} d{variable}"
