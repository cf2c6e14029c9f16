"""Memristor laws, one a file: I = W(x, V)·V, dx/dt = f(x, V)."""

from quspike.memristors.law import Law, Option, Parameter
from quspike.memristors.registry import LAWS, get_law

__all__ = ["LAWS", "Law", "Option", "Parameter", "get_law"]
