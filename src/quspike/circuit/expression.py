"""`.param` and `{expression}`: arithmetic of numbers that carry their units; + − * / and parentheses, nothing else.

    expression = term (("+" | "-") term)*      term = factor (("*" | "/") factor)*
    factor = ["+" | "-"] (number | name | "(" expression ")")

A sum of unlike quantities is refused, and so is a product put where its dimension does not belong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from quspike.circuit.scan import Statement, Token, place, shown
from quspike.circuit.spelling import nearest
from quspike.errors import InputError
from quspike.units import Measure, measure

_SYMBOL = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[^\W\d]*0?)|(?P<name>[^\W\d]\w*)|(?P<sign>[-+*/()]))"
)
_NAME = re.compile(r"[^\W\d]\w*")
_LONGEST, _DEEPEST, _NESTED = 400, 20, 10  # each level costs a few Python frames, of which there are a thousand


class Parameters:
    """The `.param` names of a netlist; each is computed when first asked for, so that their order is free."""

    def __init__(self, definitions: Mapping[str, tuple[Token, str]]) -> None:
        self._definitions = definitions
        self._known: dict[str, Measure] = {}

    def value(self, token: Token, pending: tuple[str, ...] = ()) -> Measure:
        """The value of an expression token."""
        if len(token.text) > _LONGEST:
            raise InputError("expression", shown(token.text), f"must have at most {_LONGEST} characters")
        return replace(_Reader(token.text, self, pending).read(), text=str(token))

    def named(self, name: str, pending: tuple[str, ...]) -> Measure:
        """The value of a parameter. Raises InputError if it is unknown or defined through itself."""
        if name not in self._definitions:
            raise InputError("parameter", name, f"must be defined by .param{nearest(name, self._definitions)}")
        if name in pending or len(pending) > _DEEPEST:
            chain, remedy = (
                " → ".join((*pending[-4:], name)),
                f"must not be defined through itself, nor {_DEEPEST} deep",
            )
            raise InputError("parameter", chain, remedy)
        if name not in self._known:
            token, where = self._definitions[name]
            try:
                computed = token.kind == "expression"
                inner = (*pending, name)
                self._known[name] = self.value(token, inner) if computed else measure(token.text, f".param {name}")
            except InputError as error:
                raise error if error.where else error.at(where) from None
        return self._known[name]


def parameters(lines: list[Statement], source: str) -> Parameters:
    """The parameters that the `.param` lines define, all computed once so that a wrong one is found though unused."""
    definitions: dict[str, tuple[Token, str]] = {}
    for statement in lines:
        where = place(statement.line, source)
        if len(statement.words) > 1 or not statement.pairs:
            raise InputError(
                ".param", shown(" ".join(map(str, statement.words[1:]))) or "nothing", "takes name=value", where
            )
        for name, token in statement.pairs:
            if not _NAME.fullmatch(name):
                raise InputError(".param", shown(name), "must name its parameter with letters, digits and _", where)
            if name in definitions:
                raise InputError(f".param {name}", token, f"must be defined once ({definitions[name][1]} does)", where)
            definitions[name] = (token, where)
    known = Parameters(definitions)
    for name in definitions:
        known.named(name, ())
    return known


class _Reader:
    """Recursive descent over one expression."""

    def __init__(self, text: str, known: Parameters, pending: tuple[str, ...]) -> None:
        self._text, self._known, self._pending = text, known, pending
        self._symbols = self._split(text)
        self._at = self._depth = 0

    def read(self) -> Measure:
        result = self._sum()
        if self._at < len(self._symbols):
            raise self._error(self._symbols[self._at][1])
        return result

    def _split(self, text: str) -> list[tuple[str, str]]:
        text, symbols, position = text.strip(), [], 0
        while position < len(text):
            match = _SYMBOL.match(text, position)
            if match is None or match.lastgroup is None:
                raise self._error(text[position:])
            symbols.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        return symbols

    def _error(self, at: str) -> InputError:
        return InputError(
            f"expression {{{shown(self._text)}}}",
            at or "its end",
            "must be numbers and names joined by + - * / and ( )",
        )

    def _next(self, *wanted: str) -> str | None:
        if self._at < len(self._symbols) and self._symbols[self._at][1] in wanted:
            self._at += 1
            return self._symbols[self._at - 1][1]
        return None

    def _sum(self) -> Measure:
        total = self._product()
        while sign := self._next("+", "-"):
            term = self._product()
            total = total + term if sign == "+" else total - term
        return total

    def _product(self) -> Measure:
        total = self._factor()
        while sign := self._next("*", "/"):
            factor = self._factor()
            total = total * factor if sign == "*" else total / factor
        return total

    def _factor(self) -> Measure:
        """A number, a name, or what stands in parentheses or behind a sign, one level down."""
        self._depth += 1
        if self._depth > _NESTED:
            raise InputError(f"expression {{{shown(self._text)}}}", "more", f"must be at most {_NESTED} levels deep")
        factor = self._primary()
        self._depth -= 1
        return factor

    def _primary(self) -> Measure:
        if sign := self._next("+", "-"):
            return -self._factor() if sign == "-" else self._factor()
        if self._next("("):
            inner = self._sum()
            if not self._next(")"):
                raise self._error("")
            return inner
        kind, text = self._symbols[self._at] if self._at < len(self._symbols) else ("end", "")
        if kind not in ("number", "name"):
            raise self._error(text)
        self._at += 1
        return measure(text, "a number") if kind == "number" else self._known.named(text, self._pending)
