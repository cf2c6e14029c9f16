"""Circuits: one table of cards, the netlist parser that follows it, and the checks that make a netlist a circuit."""

from quspike.circuit.documentation import card_table_markdown
from quspike.circuit.element import Element
from quspike.circuit.memristor import law_of
from quspike.circuit.model import Circuit

__all__ = ["Circuit", "Element", "card_table_markdown", "law_of"]
