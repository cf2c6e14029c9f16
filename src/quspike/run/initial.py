"""The state at t = 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from quspike.errors import InputError
from quspike.run.fields import Amplitude, Choice, Kind, Unit, Whole, shown
from quspike.run.table import Table

NEEDS = {"thermal": (), "vacuum": (), "coherent": ("alpha",), "fock": ("n",), "cat": ("alpha", "parity")}
"""The keys that each state must have."""


class Memories(Kind):
    """Initial memory by the name of the memristor; its unit is the law's own, so the circuit reads the values."""

    def expected(self) -> str:
        return 'a table by memristor, such as { MEM1 = "0 Wb" }'

    def read(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise self.wrong(value)
        return dict(value)


class Initial(Table):
    """Where the run begins: a state of the circuit around its mean, and each memristor's memory.

    Parameters
    ----------
    state : `thermal` or `vacuum`; of a resonator also `coherent` |α⟩, `fock` D(displacement)|n⟩ and `cat`
        ∝ |α⟩ ± |−α⟩, among several oscillators that of the one neuron's node.
    alpha : α of `coherent` and `cat`, `[re, im]` in a file.
    n : number of quanta of `fock`.
    parity : "even" (+) or "odd" (−) of `cat`.
    displacement : shifts `fock` in phase space.
    voltage, flux : mean of the neuron's node [V], [Wb].
    memory : initial memory by memristor, in the law's own unit; a memristor left out begins at its `x0`.

    Raises
    ------
    InputError : a state without its keys, or keys that belong to another state.
    """

    state: Annotated[str, Choice(tuple(NEEDS), later=("file",))] = "thermal"
    alpha: Annotated[complex | None, Amplitude(optional=True)] = None
    n: Annotated[int | None, Whole(0, 10_000, optional=True)] = None
    parity: Annotated[str | None, Choice(("even", "odd"), optional=True)] = None
    displacement: Annotated[complex | None, Amplitude(optional=True)] = None
    voltage: Annotated[float, Unit("voltage")] = 0.0
    flux: Annotated[float, Unit("flux")] = 0.0
    memory: Annotated[dict[str, Any], Memories()] = Field(default_factory=dict)

    def check(self) -> None:
        """Refuse a state without its keys, and keys without their state."""
        needed = NEEDS[self.state]
        for key in needed:
            if getattr(self, key) is None:
                raise InputError(key, "nothing", f"must be given for state {self.state}")
        for key in ("alpha", "n", "parity", "displacement"):
            if getattr(self, key) is not None and key not in needed and (key, self.state) != ("displacement", "fock"):
                owners = " or ".join([s for s, keys in NEEDS.items() if key in keys] or ["fock"])
                raise InputError(key, shown(getattr(self, key)), f"belongs to state {owners}, not {self.state}")
        if self.state == "cat" and self.parity == "odd" and self.alpha == 0:
            raise InputError("alpha", "0", "must not be 0 for an odd cat, which would be no state at all")
