"""What a run chooses, other than the default, that its own method does not read; `compare` may, with another one.

None of it is an error, since one run file goes down the whole ladder of methods. But each word means an equation that
is not solved then: `nonlinearity = "kerr"` beside `brownian`, whose cosine is always whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from quspike.units import format_si

if TYPE_CHECKING:
    from quspike.run.schema import Run


def unread(run: Run) -> list[str]:
    """A line for each of them."""
    model = type(run).model_fields
    chosen = [key for key in READ if getattr(run, key) != model[key].default and not READ[key](run)]
    return [f"[run] {key} = {_shown(getattr(run, key))} is not read by method {_reader(key, run)}" for key in chosen]


def _shown(value: str | float) -> str:
    return format_si(value, "time") if isinstance(value, float) else str(value)  # dt alone has a unit


def _equation(run: Run) -> str:
    """The method whose equation it is: that of what is unravelled."""
    return run.parent if run.method == "trajectories" else run.method


def _draws(run: Run) -> bool:
    """Whether an ensemble is drawn: of trajectories, along a record, or of lines beside what is not linear."""
    if run.method == "modes":
        return bool(run.circuit.of("JJ")) or (run.memory == "operator" and bool(run.circuit.of("MEM")))
    return run.method == "trajectories" or run.measurement is not None


def _steps(run: Run) -> bool:
    """Whether time is cut into steps of dt: a click's master equation chooses its own, and its trajectories do not."""
    return run.method == "trajectories" or not any(neuron.spike == "escape" for neuron in run.neurons.values())


def _remembers(run: Run) -> bool:
    return bool(run.circuit.of("MEM"))


def _reader(key: str, run: Run) -> str:
    """The method, with what makes its equation another one."""
    if key == "memory" or (key == "closure" and run.method == "moments"):
        return f"{run.method} in a circuit without a memristor"
    if run.method == "trajectories":
        return f"trajectories with parent {run.parent}"
    return f"{run.method} with spike escape" if key == "dt" else run.method


LEVELS = ("gksl", "brownian", "trajectories", "heom")
"""Methods whose state has a truncation."""

READ: dict[str, Callable[[Run], bool]] = {
    "memory": lambda run: run.memory == "measured" or _remembers(run),  # a measurement acts back without one, too
    "closure": lambda run: run.method == "moments" and _remembers(run),
    "dt": _steps,
    "truncation": lambda run: run.method in LEVELS,
    "nonlinearity": lambda run: _equation(run) == "gksl",
    "diffusion": lambda run: _equation(run) == "brownian",
    "parent": lambda run: run.method == "trajectories",
    "unravelling": lambda run: run.method == "trajectories",
    "trajectories": _draws,
}
"""Which runs read a word of `[run]`."""
