"""Netlist text → statements: comments dropped, continuations joined, tokens told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quspike.errors import InputError

LARGEST = 4_000_000  # characters; a netlist of a hundred thousand elements is smaller

_TOKEN = re.compile(
    r"""\s*(?:(?P<comment>;.*)|(?P<quoted>"[^"]*")|(?P<expression>\{[^{}]*\})|(?P<equals>=)|(?P<word>[^\s"{}=;]+))"""
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST_TOKEN = 1000
_SHOWN = 60


@dataclass(frozen=True)
class Token:
    """A word, a `{expression}` without its braces, or a quoted string without its quotes."""

    text: str
    kind: str = "word"

    def __str__(self) -> str:
        return f"{{{self.text}}}" if self.kind == "expression" else self.text


@dataclass(frozen=True)
class Statement:
    """One element or `.param`: its words in order, and its `key=value` pairs."""

    line: int
    words: tuple[Token, ...]
    pairs: tuple[tuple[str, Token], ...]


def statements(text: str, source: str) -> list[Statement]:
    """The statements of a netlist, in order. Raises InputError, naming the line, for what cannot be one."""
    _require_text(text, source)
    collected: list[tuple[int, list[Token]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("*"):
            continue
        continues = stripped.startswith("+")
        tokens = _tokens(stripped.removeprefix("+"), place(number, source))
        if continues and not collected:
            raise InputError("netlist", shown(stripped), "must not begin with a + continuation", place(number, source))
        if continues:
            collected[-1][1].extend(tokens)
        elif tokens:
            collected.append((number, tokens))
    return [_statement(number, tokens, place(number, source)) for number, tokens in collected]


def place(line: int, source: str) -> str:
    """Where an error stands."""
    return f"line {line} of {source}"


def shown(text: str) -> str:
    """`text`, cut to what fits in a message."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _require_text(text: object, source: str) -> None:
    if not isinstance(text, str):
        raise InputError("circuit", type(text).__name__, "must be the text of a netlist")
    if len(text) > LARGEST:
        raise InputError("netlist", f"{len(text)} characters", f"must have at most {LARGEST} characters", source)
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise InputError("netlist", repr(control[0]), "must be text without control characters", place(line, source))


def _tokens(line: str, where: str) -> list[Token]:
    tokens, position = [], 0
    while position < len(line):
        match = _TOKEN.match(line, position)
        if match is None or match.lastgroup is None:
            raise InputError("netlist", shown(line[position:].strip()), "must close its quotes and braces", where)
        if match.lastgroup != "comment":
            text = match[match.lastgroup]
            if len(text) > LONGEST_TOKEN:
                raise InputError(
                    "netlist", shown(text), f"must have words of at most {LONGEST_TOKEN} characters", where
                )
            tokens.append(Token(text[1:-1] if match.lastgroup in ("quoted", "expression") else text, match.lastgroup))
        position = match.end()
    return tokens


def _statement(line: int, tokens: list[Token], where: str) -> Statement:
    words: list[Token] = []
    pairs: list[tuple[str, Token]] = []
    rest = iter(tokens)
    for token in rest:
        if token.kind != "equals":
            words.append(token)
            continue
        value = next(rest, None)
        if not words or value is None or value.kind == "equals" or words[-1].kind != "word":
            raise InputError(
                "netlist", _around(token, tokens), "must have a key before and a value after each =", where
            )
        pairs.append((words.pop().text, value))
    if not words:
        raise InputError("netlist", shown(" ".join(map(str, tokens))), "must begin each line with a name", where)
    return Statement(line, tuple(words), tuple(pairs))


def _around(token: Token, tokens: list[Token]) -> str:
    at = next(i for i, other in enumerate(tokens) if other is token)
    return shown(" ".join(str(t) for t in tokens[max(at - 1, 0) : at + 2]))
