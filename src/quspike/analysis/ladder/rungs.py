"""A rung of the ladder, as one run takes it: a method, with the memory and the baths that it is to use.

`moments`, `moments:drude`, `brownian:operator`, `modes:ladder`: the words after the colon are those of the run file's
`memory` and of the netlist's `bath`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quspike.circuit import Circuit
from quspike.errors import InputError
from quspike.methods.registry import METHODS, Method, kept
from quspike.run.fields import nearest, shown
from quspike.run.schema import Run

DISSIPATORS = ("R", "MEM", "TL", "Y")


@dataclass(frozen=True)
class Rung:
    """A method and its choices; None leaves a choice to the run, or to the method where the run's does not suit it."""

    method: str
    memory: str | None = None
    bath: str | None = None

    @property
    def label(self) -> str:
        """As it is written: `brownian:operator`."""
        return ":".join([self.method, *(word for word in (self.memory, self.bath) if word is not None)])

    def of(self, run: Run) -> Run:
        """The run, taken on this rung and without a classical neuron beside it.

        Raises InputError for what the method cannot do.
        """
        method = METHODS[self.method]
        suits = run.memory if run.memory in method.memories else method.memories[0]
        memory = self.memory or suits
        changes = {
            "method": self.method,
            "memory": memory,
            "classical": False,
        }
        changes |= _of_its_own(run, method, memory)
        return run.replace(**changes, circuit=self._circuit(run), **_only_where_it_belongs(run, self.method))

    def _circuit(self, run: Run) -> Circuit:
        """The circuit whose dissipators have this rung's bath; one that the method cannot represent is its default."""
        circuit, able = run.circuit, METHODS[self.method].baths
        for element in circuit.of(*DISSIPATORS):
            if len(element.nodes) > 2:
                continue  # a line of finite length dissipates nothing
            given = element.params.get("bath")
            wanted = self.bath if self.bath is not None else given
            if wanted != given or (wanted is not None and wanted not in able):
                circuit = circuit.replace(element.name, bath=wanted if wanted in able else None)
        return circuit


def rung(text: str) -> Rung:
    """The rung that a text names. Raises InputError for a word that is none."""
    method, *words = [part.strip() for part in text.split(":")]
    if method not in METHODS:
        raise InputError("--methods", shown(text), f"must be methods between commas ({nearest(method, METHODS)})")
    found = Rung(method)
    for word in words:
        memories, baths = METHODS[method].memories, METHODS[method].baths
        if word in memories and found.memory is None:
            found = Rung(method, word, found.bath)
        elif word in baths and found.bath is None:
            found = Rung(method, found.memory, word)
        else:
            remedy = f"must have a memory ({', '.join(memories)}) or a bath ({', '.join(baths)}) after {method}:"
            raise InputError("--methods", shown(text), remedy)
    return found


def rungs(methods: str | Sequence[str]) -> list[Rung]:
    """The rungs of `a,b,c` or of a list. Raises InputError for fewer than two, and for one that is named twice."""
    found = [rung(text) for text in (methods.split(",") if isinstance(methods, str) else methods)]
    labels = [one.label for one in found]
    twice = [label for label in labels if labels.count(label) > 1]
    if twice:
        raise InputError("--methods", twice[0], "must be named once")
    if len(found) < 2:
        raise InputError("--methods", ",".join(labels) or "nothing", "must be at least two, between commas")
    return found


def _of_its_own(run: Run, method: Method, memory: str) -> dict[str, object]:
    """Spikes that the method knows, on expectations where it does not, no measurement that nobody reads, no state that
    the method has not got.
    """
    detectors = {"record": None, "escape": None, "coherent": None}
    neurons = {
        name: one if one.spike in method.spikes else one.model_copy(update={"spike": "expectation", **detectors})
        for name, one in run.neurons.items()
    }
    read = memory == "measured" or any(one.spike == "record" for one in neurons.values())
    saved = {key: getattr(run.save, key) and key in kept(method.name) for key in ("states", "covariance")}
    save = run.save.model_copy(update=saved | {"wigner_times": (), "record": run.save.record and read})
    return {"neurons": neurons, "save": save} | ({} if read else {"measurement": None})


def _only_where_it_belongs(run: Run, method: str) -> dict[str, object]:
    """Choices of the run that other methods would refuse."""
    return {} if method in ("moments", run.method) else {"closure": "none"}
