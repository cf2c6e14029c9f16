"""The continuous weak measurement of the membrane's voltage."""

from __future__ import annotations

from typing import Annotated

from quspike.errors import InputError
from quspike.run.fields import Unit, shown
from quspike.run.table import Table


class Measurement(Table):
    """dy = ⟨V⟩dt + dW/√(8kη): what memory `measured` remembers, and what spike `record` compares with its threshold.

    Parameters
    ----------
    strength : the rate k V_ref² at which the measurement tells voltages V_ref apart [1/s]; V_ref is V_zpf of a
        resonator, and the thermal √(kT/C) of a membrane without inductor.
    efficiency : the share η of the measurement's information that reaches the record, above 0 and at most 1.
    filter : time constant 1/γ_f of the record that drives a memory, dD = γ_f(dy − D dt) [s]; None ("auto"): none for a
        law that is linear in V, and a tenth of the membrane's leak time for others.

    Raises
    ------
    InputError : a strength that is not positive, an efficiency that is not above 0 and at most 1.
    """

    strength: Annotated[float, Unit("rate", minimum=0.0, exclusive=True)]
    efficiency: Annotated[float, Unit("dimensionless")] = 1.0
    filter: Annotated[float | None, Unit("time", minimum=0.0, exclusive=True, auto=True)] = None

    def check(self) -> None:
        """Refuse more information than there is, and none, of which a record would be noise alone."""
        if isinstance(self.efficiency, float | int) and not 0 < self.efficiency <= 1:
            raise InputError("efficiency", shown(self.efficiency), "must be > 0 and ≤ 1, a share")
