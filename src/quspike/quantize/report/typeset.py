"""Formulas as a textbook writes them: one walk over a sympy expression, which a dialect (text, LaTeX) writes down.

Sums run from the simple to the composite term and begin with a positive one; products put constants before functions,
and those before variables; a product with divisors is one fraction.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence, Set
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from quspike.quantize.report.abridging import TERMS, abridged
from quspike.quantize.symbols.variables import time

Expr = Any
SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly what was written holds together

# Written with (t); the circuit's own variables are not.
DRIVES = ("I_in", "V_g", "V_in", "Q_in", "Phi", "n_g", "xi", "lamda", "W")
EXTERNAL = ("Phi_", "w_")  # fluxes that are given, and shares of them: last in a sum
VARIABLES = frozenset(("phi", "phidot", "q", "V", "Vmean"))  # of a circuit with one coordinate
FUNCTIONS = {sp.cos: "cos", sp.sin: "sin", sp.log: "ln"}


class Typesetter(abc.ABC):
    """The walk. A dialect says how symbols, fractions, powers, roots, functions, sums and integrals look.

    variables : names of the circuit's own, which come last in a product.
    """

    minus, space = "−", " "

    def __init__(self, variables: Set[str] = VARIABLES) -> None:
        self.variables = variables

    def __call__(self, expr: Expr) -> str:
        """The formula."""
        return self._write(sp.sympify(expr))[0]

    def joined(self, exprs: Sequence[Expr]) -> str:
        """A sum of terms in this order, the middle of a very long one left out."""
        if not exprs:
            return "0"
        negative, size = split_sign(exprs[0])
        first = (self.minus if negative else "") + self._at_least(size, PRODUCT)
        front, missing, end = abridged(exprs, TERMS)
        middle = [self.left_out(missing)] if missing else []
        return " ".join([first, *map(self.added, front[1:]), *middle, *map(self.added, end)])

    def added(self, expr: Expr) -> str:
        """A term with its sign, as it continues a sum: `+ a`, `− b`."""
        negative, size = split_sign(expr)
        return f"{self.minus if negative else '+'} {self._at_least(size, PRODUCT)}"

    def equation(self, left: Expr, right: Expr) -> tuple[str, str]:
        """Both sides."""
        return self(left), self(right)

    @abc.abstractmethod
    def left_out(self, count: int) -> str: ...
    @abc.abstractmethod
    def symbol(self, name: str) -> str: ...
    @abc.abstractmethod
    def rate(self, name: str) -> str: ...
    @abc.abstractmethod
    def brackets(self, inside: str, square: bool = False) -> str: ...
    @abc.abstractmethod
    def fraction(self, above: str, below: str, loose: tuple[bool, bool]) -> str: ...
    @abc.abstractmethod
    def half(self, of: str) -> str: ...
    @abc.abstractmethod
    def power(self, base: str, exponent: str) -> str: ...
    @abc.abstractmethod
    def root(self, of: str, atom: bool) -> str: ...
    @abc.abstractmethod
    def exponential(self, exponent: str, atom: bool) -> str: ...
    @abc.abstractmethod
    def named(self, function: str, argument: str) -> str: ...
    @abc.abstractmethod
    def series(self, index: str, last: str, of: str) -> str: ...
    @abc.abstractmethod
    def integral(self, variable: str, low: str, high: str, of: str) -> str: ...

    def _write(self, e: Expr) -> tuple[str, int]:
        """The text of an expression, and how tightly it holds together."""
        if e.is_Add:
            return self.joined(sorted(e.args, key=_place_in_sum)), SUM
        if isinstance(e, sp.exp):
            exponent, level = self._write(e.args[0])
            return self.exponential(exponent, level == ATOM), POWER
        if e.is_Mul or _divides(e) or (e.is_Rational and not (e.is_Integer and e >= 0)):
            return self._product(e)
        if e.is_Pow:
            return self._power(e)
        return self._atom(e), ATOM

    def _at_least(self, e: Expr, level: int) -> str:
        text, own = self._write(e)
        return text if own >= level else self.brackets(text)

    def _power(self, e: Expr) -> tuple[str, int]:
        if e.exp == sp.Rational(1, 2):
            text, level = self._write(e.base)
            return self.root(text, level == ATOM), POWER
        exponent = f"{e.exp.p}/{e.exp.q}" if e.exp.is_Rational and not e.exp.is_Integer else self(e.exp)
        return self.power(self._at_least(e.base, ATOM), exponent), POWER

    def _product(self, e: Expr) -> tuple[str, int]:
        negative, size = split_sign(e)
        above, below = (sorted(side, key=self._place_in_product) for side in _split_fraction(size))
        sign = self.minus if negative else ""
        if not below:
            return sign + self._factors(above), PRODUCT
        if below == [2]:
            return sign + self.half(self._factors(above)), PRODUCT
        several = len([b for b in below if not b.is_number]) > 1 or any(b.has(sp.pi) for b in below)
        loose = _is_sum(above), _is_sum(below) or several
        return sign + self.fraction(self._side(above), self._side(below), loose), PRODUCT

    def _side(self, factors: Sequence[Expr]) -> str:
        """One side of a fraction's line."""
        return self(factors[0]) if len(factors) == 1 else self._factors(factors)

    def _factors(self, factors: Sequence[Expr]) -> str:
        """A product without signs and divisors; 1 if it is empty."""
        written = [self._at_least(f, POWER) for f in factors]
        if len(factors) > 1 and factors[0].is_Integer and (factors[1].is_Symbol or isinstance(factors[1], sp.Indexed)):
            written[:2] = ["".join(written[:2])]
        return self.space.join(written) or "1"

    def _atom(self, e: Expr) -> str:
        if e.is_Integer:
            return str(e)
        if e.is_Symbol:
            return self.symbol(e.name)
        if e in (sp.pi, sp.oo):
            return self.symbol("pi" if e is sp.pi else "infinity")
        if isinstance(e, sp.Indexed):
            index = "_".join(str(i).replace(" - ", "_minus_").replace(" + ", "_plus_") for i in e.indices)
            return self.symbol(f"{e.base.label.name}_{index}")
        if isinstance(e, sp.Derivative):
            return self.rate(e.expr.func.__name__)
        if isinstance(e, sp.Sum):
            written = self(e.function)
            written = self.brackets(written, square=True) if e.function.is_Add else written
            for index, _, last in reversed(e.limits):
                written = self.series(index.name, str(last), written)
            return written
        if isinstance(e, sp.Integral):
            (variable, low, high) = e.limits[0]
            return self.integral(self(variable), self(low), self(high), self(e.function))
        if isinstance(e, AppliedUndef):
            return self._applied(e)
        if type(e) in FUNCTIONS:
            return self.named(FUNCTIONS[type(e)], self(e.args[0]))
        raise TypeError(f"no way to typeset {type(e).__name__}")

    def _applied(self, e: AppliedUndef) -> str:
        name = e.func.__name__
        if self._stands_alone(e):
            return self.symbol(name)
        return self.symbol(name) + self.brackets(", ".join(self(a) for a in e.args))

    def _place_in_product(self, e: Expr) -> tuple[int, str]:
        return self._rank(e), str(e)

    def _rank(self, e: Expr) -> int:
        """Numbers, constants, roots, functions that show what they depend on, sums, variables, noise."""
        base = e.base if e.is_Pow else e
        if base.is_number:
            return 0
        if e.is_Pow and e.exp == sp.Rational(1, 2):
            return 2
        if base.is_Symbol:
            return 5 if base.name in self.variables else 1
        if isinstance(base, sp.Derivative):
            return 4
        if isinstance(base, AppliedUndef):
            return 6 if base.func.__name__.startswith("xi") else 5 if self._stands_alone(base) else 3
        return 4

    def _stands_alone(self, e: AppliedUndef) -> bool:
        """Whether a function of time is written as a variable, without (t)."""
        name = e.func.__name__
        return e.args == (time(),) and (name in self.variables or not name.startswith(DRIVES))


def split_sign(e: Expr) -> tuple[bool, Expr]:
    """Whether an expression carries a minus sign, and the expression without it."""
    coefficient, _ = e.as_coeff_Mul()
    negative = bool(coefficient.is_number and coefficient.is_negative)
    return negative, -e if negative else e


def _divides(e: Expr) -> bool:
    return bool(e.is_Pow and e.exp.is_number and e.exp.is_negative)


def _split_fraction(e: Expr) -> tuple[list[Expr], list[Expr]]:
    """Factors above and below the line."""
    above, below = [], []
    for factor in sp.Mul.make_args(e):
        if factor.is_Rational and not factor.is_Integer:
            above += [sp.Integer(factor.p)] if factor.p != 1 else []
            below.append(sp.Integer(factor.q))
        elif _divides(factor):
            below.append(1 / factor)
        elif factor != 1:
            above.append(factor)
    return _one_root(above), _one_root(below)


def _one_root(factors: list[Expr]) -> list[Expr]:
    """√a √b as one √(a b)."""
    roots = [f for f in factors if f.is_Pow and f.exp == sp.Rational(1, 2)]
    if len(roots) < 2:
        return factors
    merged = sp.Pow(sp.Mul(*(r.base for r in roots)), sp.Rational(1, 2), evaluate=False)
    return [merged, *(f for f in factors if f not in roots)]


def _is_sum(factors: Sequence[Expr]) -> bool:
    return len(factors) == 1 and bool(factors[0].is_Add)


def _place_in_sum(e: Expr) -> tuple[bool, bool, int, str]:
    negative, size = split_sign(e)
    return negative, str(size).startswith(EXTERNAL), int(e.count_ops()), str(e)
