"""What turns a membrane into spikes where no expectation is compared: a record, a click, or a row of qubits."""

from __future__ import annotations

from typing import Annotated

from quspike.run.fields import Unit, Whole
from quspike.run.table import Table


class Record(Table):
    """spike `record`: dD = γ_f(dy − D dt) crosses the threshold.

    Parameters
    ----------
    filter : time constant 1/γ_f [s].
    """

    filter: Annotated[float, Unit("time", minimum=0.0, exclusive=True)]


class Escape(Table):
    """spike `escape`: a click with the rate operator Γ(V̂) = Γ0·½erfc((v_threshold − V̂)/√2σ).

    Parameters
    ----------
    rate : Γ0, far above the threshold [1/s].
    width : σ, the width of the detector's edge [V].
    stages : of the refractory register: None ("auto") a delay of t_ref exactly; m ≥ 1 the m states of an Erlang
        register, whose holds have the mean t_ref and the coefficient of variation 1/√m.
    """

    rate: Annotated[float, Unit("rate", minimum=0.0, exclusive=True)]
    width: Annotated[float, Unit("voltage", minimum=0.0, exclusive=True)]
    stages: Annotated[int | None, Whole(1, 1000, auto=True)] = None


class Coherent(Table):
    """spike `coherent`: in each bin Δ the neuron writes spike or no spike into a fresh qubit.

    K0 = √(1 − E), K1 = U_reset √E with E = 1 − exp(−Γ(V̂)Δ).

    Parameters
    ----------
    bin : Δ [s].
    width : σ of the detector's edge [V].
    rate : Γ0, far above the threshold [1/s]; None ("auto"): 1/bin.
    """

    bin: Annotated[float, Unit("time", minimum=0.0, exclusive=True)]
    width: Annotated[float, Unit("voltage", minimum=0.0, exclusive=True)]
    rate: Annotated[float | None, Unit("rate", minimum=0.0, exclusive=True, auto=True)] = None


DETECTORS = {"record": Record, "escape": Escape, "coherent": Coherent}
"""The table of each kind of spike that needs one."""
