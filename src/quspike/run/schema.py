"""A run: everything that one simulation needs to know, checked as a whole before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from quspike.circuit import Circuit
from quspike.drives import Drive, drive_from_dict
from quspike.errors import InputError
from quspike.run.checks import check_initial, check_measured, check_neurons, check_oscillator, check_saved, feed
from quspike.run.fields import Kind
from quspike.run.initial import Initial
from quspike.run.measurement import Measurement
from quspike.run.memories import read_memories
from quspike.run.neuron import Neuron
from quspike.run.settings import Save, Settings
from quspike.run.table import OneOf, relabelled, unknown_key

ALONE = "neuron"
"""The name of the neuron of a run that has one and does not name it."""


class Netlist(Kind):
    """A Circuit, or the netlist's text."""

    def expected(self) -> str:
        return 'a netlist, or { file = "membrane.cir" }'

    def read(self, value: Any) -> Circuit:
        if isinstance(value, Circuit):
            return value
        if not isinstance(value, str):
            raise self.wrong(value)
        return Circuit(value)


class ByName(Kind):
    """A table of objects by name, each an object already or the mapping that it is made of."""

    def __init__(self, kind: type, make: Any, expected: str) -> None:
        self.kind, self.make, self._expected = kind, make, expected

    def expected(self) -> str:
        return self._expected

    def read(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self.wrong(value)
        return {str(name): self._item(str(name), item) for name, item in value.items()}

    def _item(self, name: str, item: Any) -> Any:
        if isinstance(item, self.kind):
            return item
        if not isinstance(item, Mapping):
            raise self.wrong(item)
        return self.make(name, item)


def _neuron(name: str, keys: Mapping[str, Any]) -> Neuron:
    try:
        return Neuron(**keys)
    except InputError as error:
        raise relabelled(error, f"[{neuron_table(name)}] {{}}".format, None) from None


def neuron_table(name: str) -> str:
    """The table of a run file that describes the neuron."""
    return ALONE if name == ALONE else f"{ALONE}.{name}"


class Run(Settings):
    """One simulation, frozen: `Run(circuit=…, neuron=Neuron(…), drives={"input": Step(…)}, duration="400 ns", …)`.

    Parameters
    ----------
    circuit : a Circuit, or a netlist's text.
    neurons : Neuron by name; `neuron=` gives the only one. None: the circuit is run as it is.
    drives : drive by the name that the netlist's sources use.
    measurement : the Measurement of the neuron's voltage, for memory `measured` and spike `record`.
    initial, save : an Initial and a Save, or what they are made of.
    inputs : name, sha256 and bytes of each file that was read for this run.
    base_dir : the folder that names of files are relative to.

    The other parameters are those of `Settings`.

    Raises
    ------
    InputError : anything that could not be run, named by the key of the run file; nothing has been computed then.
    """

    circuit: Annotated[Circuit, Netlist()]
    neurons: Annotated[dict[str, Neuron], ByName(Neuron, _neuron, "a Neuron, or several by name")] = Field(
        default_factory=dict
    )
    drives: Annotated[dict[str, Drive], ByName(Drive, drive_from_dict, "a table of drives by name")] = Field(
        default_factory=dict
    )
    measurement: Annotated[Measurement | None, OneOf(Measurement, "[measurement]", optional=True)] = None
    initial: Annotated[Initial, OneOf(Initial, "[initial]")] = Initial()
    save: Annotated[Save, OneOf(Save, "[save]")] = Save()
    inputs: tuple[dict[str, Any], ...] = ()
    base_dir: Path = Path()

    def __init__(self, /, **data: Any) -> None:
        if data.get("neuron") is not None:
            if data.get("neurons"):
                raise InputError("neuron", "both", "must be given as neuron, or by name as neurons")
            data["neurons"] = {ALONE: data["neuron"]}
        data.pop("neuron", None)
        super().__init__(**{key: value for key, value in data.items() if value is not None})

    @field_validator("drives", mode="after")
    @classmethod
    def _feed(cls, drives: dict[str, Drive], info: ValidationInfo) -> dict[str, Drive]:
        return feed(info.data["circuit"], drives) if "circuit" in info.data else drives

    @field_validator("initial", mode="before")
    @classmethod
    def _has_oscillator(cls, initial: Any, info: ValidationInfo) -> Any:
        if isinstance(initial, Mapping) and {"circuit", "neurons"} <= info.data.keys():
            check_oscillator(info.data["circuit"], info.data["neurons"], initial.get("state"))
        return initial

    @field_validator("initial", mode="after")
    @classmethod
    def _read_memories(cls, initial: Initial, info: ValidationInfo) -> Initial:
        if "circuit" not in info.data:
            return initial
        return initial.model_copy(update={"memory": read_memories(info.data["circuit"], initial.memory)})

    def check(self) -> None:
        """Refuse a run whose parts do not fit each other."""
        super().check()
        check_neurons(self.circuit, self.neurons)
        check_initial(self.circuit, self.neurons, self.initial, self.method)
        check_measured(self.measurement, self.neurons, self.memory, self.save)
        check_saved(self.save, self.duration)

    def replace(self, **changes: Any) -> Run:
        """The same run with other values; keys are those of `Run(…)`. What was left to its default is chosen anew."""
        unknown = [key for key in changes if key not in type(self).model_fields and key != "neuron"]
        if unknown:
            raise unknown_key(unknown[0], changes[unknown[0]], type(self))
        kept = {key: getattr(self, key) for key in self.model_fields_set if key not in changes}
        if "neuron" in changes:
            kept.pop("neurons", None)
        return type(self)(**kept, **changes)

    def to_toml(self) -> str:
        """The run file: netlist inlined, every default written out; reading it gives this run bit for bit."""
        from quspike.run.toml import run_file

        return run_file(self)
