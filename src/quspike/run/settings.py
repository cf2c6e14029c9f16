"""The tables `[run]` and `[save]`: how the circuit is solved, and what is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from quspike.errors import InputError
from quspike.run.fields import Choice, Flag, Kind, Unit, Whole
from quspike.run.table import Table
from quspike.units import format_si

SAVED = 1000  # points of a run that does not say save_every
MOST_SAVED = 10_000_000  # points: 80 MB for each saved number
MOST_STEPS = 10_000_000_000  # of a dt given by hand: days


MOST_TIMES = 2000  # of Wigner functions: 17,000 points each, or more
TIME = Unit("time", minimum=0.0)


class Times(Kind):
    """A list of times [s], each once; they are kept in order."""

    def expected(self) -> str:
        return f"a list of at most {MOST_TIMES} times, each once"

    def read(self, value: Any, *, read: Callable[[Any], float] = TIME.read) -> tuple[float, ...]:
        if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray) or len(value) > MOST_TIMES:
            raise self.wrong(value)
        times = tuple(sorted(float(read(item)) for item in value))
        if len(set(times)) < len(times):
            raise self.wrong(value)
        return times

    def read_file(self, value: Any) -> tuple[float, ...]:
        return self.read(value, read=TIME.read_file)

    def write(self, value: Any) -> Any:
        return [TIME.write(time) for time in value]


class Save(Table):
    """What a result keeps beside its means: `covariance` matrices, `states` (density matrices), and the membrane's
    Wigner function at `wigner_times` [s]; `record`: the filtered record of a measurement.
    """

    states: Annotated[bool, Flag()] = False
    covariance: Annotated[bool, Flag()] = False
    record: Annotated[bool, Flag()] = False
    wigner_times: Annotated[tuple[float, ...], Times()] = ()


class Settings(Table):
    """How a run is solved.

    Parameters
    ----------
    method : the rung of the ladder: `classical`, `moments`, `gksl`, `brownian`, `trajectories`, `modes` or `heom`.
    memory : `mean_field`: memories are driven by expectations; `measured`: by the record of a weak measurement of the
        voltage; `operator`: a memristance is an operator, W(φ̂).
    closure : of method `moments`. `gaussian`: the covariance of state and memory enters ⟨WV⟩, the Gaussian closure of
        an operator memory; `none`: it does not.
    frame : `lab`.
    duration : length of the run [s].
    save_every : spacing of the saved times [s]; by default a thousandth of the duration.
    dt : step [s], or None ("auto") for one chosen from the time scales and checked against half of it.
    truncation : levels of a Fock space, or None ("auto") for as many as the state needs.
    nonlinearity : of junctions in `gksl` and its trajectories: `full` keeps the cosine exact; `secular` keeps its
        number-conserving part; `kerr` keeps the quartic term of that. Every other method keeps the cosine, whatever it
        says, since nothing is averaged over a carrier there.
    diffusion : of the flux in `brownian` and its trajectories. `minimal`: the least that is completely positive, with
        one jump operator; `next_order`: a third more, which meets the quantum fluctuations of the line to the next
        order of ħω/kT.
    johnson_noise : seeded thermal noise in the classical neuron, be it the method or the one beside it.
    classical : also run the neuron without quantum mechanics, beside it.
    strict : a violated validity bound is an error, not a warning.
    parent : of method `trajectories`: the method whose equation they average to, `gksl` or `brownian`.
    unravelling : of method `trajectories`: quantum `jump` or `diffusion`.
    trajectories : of an ensemble: of method `trajectories`, of a `measured` memory, of spikes on a `record`, and of
        `modes`, where a memory is an operator or there is a junction.
    seed : of every random number in the run.

    Raises
    ------
    InputError : a time that does not fit the others.
    """

    later_keys: ClassVar[tuple[str, ...]] = ("carrier",)

    method: Annotated[
        str,
        Choice(("classical", "moments", "gksl", "brownian", "trajectories", "modes", "heom")),
    ] = "moments"
    memory: Annotated[str, Choice(("mean_field", "measured", "operator"))] = "mean_field"
    closure: Annotated[str, Choice(("none", "gaussian"))] = "none"
    frame: Annotated[str, Choice(("lab",), later=("rotating",))] = "lab"
    duration: Annotated[float, Unit("time", minimum=0.0, exclusive=True)]
    save_every: Annotated[float, Unit("time", minimum=0.0, exclusive=True, auto=True)] = Field(
        default=None, validate_default=True
    )
    dt: Annotated[float | None, Unit("time", minimum=0.0, exclusive=True, auto=True)] = None
    truncation: Annotated[int | None, Whole(2, 4096, auto=True)] = None
    nonlinearity: Annotated[str, Choice(("full", "secular", "kerr"))] = "full"
    diffusion: Annotated[str, Choice(("minimal", "next_order"))] = "minimal"
    johnson_noise: Annotated[bool, Flag()] = False
    classical: Annotated[bool, Flag()] = True
    strict: Annotated[bool, Flag()] = False
    parent: Annotated[str, Choice(("gksl", "brownian"))] = "gksl"
    unravelling: Annotated[str, Choice(("jump", "diffusion"))] = "jump"
    trajectories: Annotated[int, Whole(2, 1_000_000)] = 1000
    seed: Annotated[int, Whole(0, 2**63 - 1)] = 0

    @field_validator("save_every", mode="after")
    @classmethod
    def _default_save_every(cls, value: float | None, info: ValidationInfo) -> float | None:
        return info.data["duration"] / SAVED if value is None and "duration" in info.data else value

    def check(self) -> None:
        """Refuse times that do not fit each other, and noise for a neuron that is not there."""
        if self.save_every > self.duration:
            value, bound = format_si(self.save_every, "time"), format_si(self.duration, "time")
            raise InputError("save_every", value, f"must be ≤ duration, {bound}")
        if self.duration / self.save_every > MOST_SAVED:
            least = format_si(self.duration / MOST_SAVED, "time")
            value = format_si(self.save_every, "time")
            raise InputError("save_every", value, f"must be ≥ {least}, which saves {MOST_SAVED} points")
        if self.dt is not None:
            self._check_step(self.dt)
        if self.johnson_noise and self.method != "classical" and not self.classical:
            raise InputError("johnson_noise", "true", "belongs to the classical neuron, which this run leaves out")

    def _check_step(self, dt: float) -> None:
        if dt > self.save_every:
            bound = format_si(self.save_every, "time")
            raise InputError("dt", format_si(dt, "time"), f"must be ≤ save_every, {bound}")
        if self.duration / dt > MOST_STEPS:
            least = format_si(self.duration / MOST_STEPS, "time")
            raise InputError("dt", format_si(dt, "time"), f"must be ≥ {least}, which takes {MOST_STEPS} steps")
