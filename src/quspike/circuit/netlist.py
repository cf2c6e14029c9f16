"""The netlist: text → elements by the table of cards, and elements → text that parses back to the same circuit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from quspike.circuit.cards import CARDS, Card, card_of
from quspike.circuit.element import Element, Values
from quspike.circuit.expression import Parameters, parameters
from quspike.circuit.keys import NUMERIC, Value, Written
from quspike.circuit.scan import Statement, Token, place, shown, statements
from quspike.circuit.spelling import nearest
from quspike.errors import InputError
from quspike.units.number import plain

_NAME = re.compile(r"[^\W\d]\w*")
_NODE = re.compile(r"[\w.+\-#]+")


def parse(text: str, source: str = "the netlist") -> tuple[Element, ...]:
    """The elements of a netlist, in order, every value in SI.

    Raises InputError, naming element, line and remedy, for whatever is not in the table of cards.
    """
    lines = statements(text, source)
    directives = [statement for statement in lines if statement.words[0].text.startswith(".")]
    for statement in directives:
        if statement.words[0].text != ".param":
            name, where = shown(statement.words[0].text), place(statement.line, source)
            raise InputError("directive", name, "must be .param, the only one there is", where)
    known = parameters(directives, source)
    elements: dict[str, Element] = {}
    for statement in lines:
        if not statement.words[0].text.startswith("."):
            element = _element(statement, known, place(statement.line, source))
            if element.name in elements:
                first = f"line {elements[element.name].line} has one"
                where = place(statement.line, source)
                raise InputError(element.name, "a second", f"must be the only element of its name ({first})", where)
            elements[element.name] = element
    return tuple(elements.values())


def write(elements: Iterable[Element]) -> str:
    """One line an element, values in SI to the last bit; `parse` gives the same elements back."""
    return "\n".join(write_element(element) for element in elements) + "\n"


def write_element(element: Element) -> str:
    """`R1 m 0 50000.0ohm T=0.02K`: nodes, references, the bare value, then `key=value`."""
    card = CARDS[element.card]
    keys = card.all_keys({key: str(value) for key, value in element.params.items()})
    references = [key for key, _ in card.references]
    words = [element.name, *element.nodes, *(str(element.params[key]) for key in references)]
    written = {key: keys[key].write(element.params[key]) for key in keys if key in element.params}
    words += [written.pop(key) for key in card.bare if key in written]
    return " ".join([*words, *(f"{key}={value}" for key, value in written.items())])


def _element(statement: Statement, known: Parameters, where: str) -> Element:
    name, card = statement.words[0].text, _card(statement.words[0], where)
    try:
        nodes, references, bare = _positions(card, statement.words[1:])
        written = _written(card, bare, statement.pairs, known)
        values = _values(card, nodes, written)
    except InputError as error:
        key, value = shown(f"{name} {error.key}".strip()), error.value
        value = shown(value) if isinstance(value, str) else value
        raise type(error)(key, value, error.remedy, error.where or where) from None
    return Element(name, card.prefix, nodes, Values({**references, **values}), statement.line)


def _card(token: Token, where: str) -> Card:
    name = token.text
    if token.kind != "word" or not _NAME.fullmatch(name):
        remedy = "must be a name of letters, digits and _, such as C1 (there is no title line)"
        raise InputError("element", shown(str(token)), remedy, where)
    card = card_of(name)
    if card is None:
        letters = re.match(r"[^\W\d_]*", name.upper())
        begun = [prefix for prefix in CARDS if letters and letters[0] and prefix.startswith(letters[0])]
        meant = card_of(name.upper())
        guess = meant.prefix if meant else next(iter(begun), None)
        hint = f"; did you mean {guess}?" if guess else ""
        remedy = f"must begin with a card, {', '.join(CARDS)}{hint} (there is no title line)"
        raise InputError("element", shown(name), remedy, where)
    return card


def _positions(card: Card, words: tuple[Token, ...]) -> tuple[tuple[str, ...], dict[str, str], tuple[Token, ...]]:
    """Split the words of an element into its nodes, the elements that it names, and its bare value."""
    spare = len(words) - len(card.references) - len(card.terminals[0])
    terminals = next((t for t in card.terminals[1:] if len(words) == len(t) + len(card.references)), card.terminals[0])
    if spare < 0:
        raise InputError("", " ".join(map(str, words)) or "nothing", f"must read {card.form}, such as {card.example}")
    nodes, rest = words[: len(terminals)], words[len(terminals) :]
    references, bare = rest[: len(card.references)], rest[len(card.references) :]
    for node in nodes:
        if node.kind != "word" or not _NODE.fullmatch(node.text):
            raise InputError("node", node, "must be named with letters, digits and . _ + - #")
    if len(bare) > (1 if card.bare else 0):
        raise InputError("", " ".join(map(str, words)), f"must read {card.form}, such as {card.example}")
    for plus, minus in zip(nodes[::2], nodes[1::2], strict=False):
        if plus.text == minus.text:
            raise InputError("", f"{plus} twice", "must join two different nodes")
    named = {key: token.text for (key, _), token in zip(card.references, references, strict=True)}
    return tuple(node.text for node in nodes), named, bare


def _written(
    card: Card, bare: tuple[Token, ...], pairs: tuple[tuple[str, Token], ...], known: Parameters
) -> dict[str, Written]:
    """key → what stands on the line for it, expressions computed."""
    written: dict[str, Written] = {}
    for key, token in [*((_bare_key(card, token), token) for token in bare), *pairs]:
        if key in written:
            raise InputError(key, token, "must be given once")
        written[key] = known.value(token) if token.kind == "expression" else token.text
    return written


def _bare_key(card: Card, token: Token) -> str:
    """A bare value is a number or an expression; on a source it may also be the name of a drive."""
    number = token.kind == "expression" or (token.kind == "word" and NUMERIC.match(plain(token.text)) is not None)
    return card.bare[0] if number or len(card.bare) == 1 else card.bare[1]


def _values(card: Card, nodes: tuple[str, ...], written: Mapping[str, Written]) -> dict[str, Value]:
    """The values of an element in SI, defaults included, in the order of the card's keys."""
    keys = card.all_keys({key: str(value) for key, value in written.items()})
    given = [key for key in card.exactly_one if key in written]
    if card.exactly_one and len(given) != 1:
        choice = f"must have exactly one of {', '.join(card.exactly_one)}, such as {card.example}"
        raise InputError("", " and ".join(given) or "none", choice)
    for key in card.required:
        if key not in written:
            raise InputError(key, "none", f"must be given, such as {card.example}")
    for key in written:
        if key not in keys:
            raise InputError(key, written[key], f"is no key of card {card.prefix}{nearest(key, keys)}")
    values: dict[str, Value] = {}
    for name, rule in keys.items():
        if name in written:
            values[name] = rule.read(written[name])
        elif rule.default is not None:
            values[name] = rule.default
    return card.complete(nodes, values) if card.complete else values
