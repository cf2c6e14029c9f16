"""The neuron that a circuit becomes when a threshold watches one of its nodes."""

from __future__ import annotations

from typing import Annotated, Any

from quspike.errors import InputError
from quspike.run.detectors import DETECTORS, Coherent, Escape, Record
from quspike.run.fields import Choice, Name, Unit, shown
from quspike.run.table import OneOf, Table
from quspike.units import format_si


class Neuron(Table):
    """`membrane > v_threshold` → a spike; the reset acts on the charge, never on a memristor's memory.

    `Neuron("m", v_threshold="20 uV", t_ref="2 ns")`: a float is SI, text carries its unit.

    Parameters
    ----------
    node : the node of the circuit that carries the membrane.
    membrane : what the threshold sees: the `voltage` of the node; of a resonator the `envelope` 2|⟨a⟩|V_zpf, or the
        `quadrature` X_θ at the angle `quadrature_phase` [rad].
    v_threshold : a spike is the membrane's upward crossing of it [V].
    v_reset : the membrane after a `zero` reset, which holds it there for `t_ref`; `subtract` takes
        v_threshold − v_reset off instead [V].
    reset : `zero` or `subtract`.
    reset_std : standard deviation of the voltage that a `zero` reset leaves [V]; None ("auto"): thermal, √(kT/C), of a
        resonator V_zpf √(2n̄ + 1), which is never less than V_zpf.
    t_ref : refractory time, in which the input is disconnected [s].
    spike : what makes a spike: the crossing of the `expectation`, or of the filtered `record` of the measurement; a
        click, `escape`; or, unobserved, a qubit for each bin of time, `coherent`.
    record, escape, coherent : a Record, an Escape, a Coherent, or what it is made of: the detector of that spike.

    Raises
    ------
    InputError : a key that does not exist, a value of the wrong kind, v_reset ≥ v_threshold, or keys that contradict
        each other.
    """

    node: Annotated[str, Name()]
    membrane: Annotated[str, Choice(("voltage", "envelope", "quadrature"))] = "voltage"
    quadrature_phase: Annotated[float, Unit("angle")] = 0.0
    v_threshold: Annotated[float, Unit("voltage")]
    v_reset: Annotated[float, Unit("voltage")] = 0.0
    reset: Annotated[str, Choice(("zero", "subtract"))] = "zero"
    reset_std: Annotated[float | None, Unit("voltage", minimum=0.0, auto=True)] = None
    t_ref: Annotated[float, Unit("time", minimum=0.0)] = 0.0
    spike: Annotated[str, Choice(("expectation", *DETECTORS))] = "expectation"
    record: Annotated[Record | None, OneOf(Record, "record", optional=True)] = None
    escape: Annotated[Escape | None, OneOf(Escape, "escape", optional=True)] = None
    coherent: Annotated[Coherent | None, OneOf(Coherent, "coherent", optional=True)] = None

    def __init__(self, node: object = None, /, **keys: Any) -> None:
        super().__init__(**keys if node is None else {"node": node, **keys})

    def check(self) -> None:
        """Refuse keys that contradict each other; a traced value is never compared."""
        if isinstance(self.v_reset, float) and isinstance(self.v_threshold, float):
            self._check_levels()
        if self.membrane != "quadrature" and isinstance(self.quadrature_phase, float) and self.quadrature_phase:
            phase = format_si(self.quadrature_phase, "angle")
            raise InputError("quadrature_phase", phase, f"belongs to membrane quadrature, not {self.membrane}")
        if self.reset != "zero" and self.reset_std is not None:
            raise InputError("reset_std", shown(self.reset_std), f"belongs to reset zero, not {self.reset}")
        self._check_detector()

    def _check_detector(self) -> None:
        for name in DETECTORS:
            given = getattr(self, name)
            if given is None and name == self.spike:
                raise InputError(name, "nothing", f"must be given: the detector of spike {name}")
            if given is not None and name != self.spike:
                raise InputError(name, "a table", f"belongs to spike {name}, not {self.spike}")

    def _check_levels(self) -> None:
        if not self.v_reset < self.v_threshold:
            threshold, reset = format_si(self.v_threshold, "voltage"), format_si(self.v_reset, "voltage")
            if "v_reset" not in self.model_fields_set:
                remedy = f"must be above v_reset, {reset}, or v_reset be given below it"
                raise InputError("v_threshold", threshold, remedy)
            raise InputError("v_reset", reset, f"must be below v_threshold, {threshold}")
        if self.membrane == "envelope" and self.v_reset < 0:
            raise InputError("v_reset", format_si(self.v_reset, "voltage"), "must be ≥ 0 V: an envelope is never less")
