"""Units: text → SI, from a closed list.

A general units library reads `1M` as molar, `1a` as a year and `1 GHz` as 1e9 rad/s; a circuit needs none of these, so
the list here is short. With an SI unit SI rules hold (`1Mohm` is mega); a bare number stands only for a pure number.
"""

from quspike.units.convert import exact_si, format_si, to_si
from quspike.units.measure import Measure, measure
from quspike.units.quantities import QUANTITIES, Quantity, quantity_of

__all__ = ["QUANTITIES", "Measure", "Quantity", "exact_si", "format_si", "measure", "quantity_of", "to_si"]
