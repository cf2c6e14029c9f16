"""quspike: quantum memristive leaky integrate-and-fire neurons.

Quantize the circuit of a memristive neuron, simulate what the quantum neuron does, and see whether to believe it.
Names below are imported on first use, so that `import quspike` costs milliseconds.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Circuit": "quspike.circuit",
    "Neuron": "quspike.run.neuron",
    "Run": "quspike.run.schema",
    "Initial": "quspike.run.initial",
    "Save": "quspike.run.settings",
    "Step": "quspike.drives",
    "Sine": "quspike.drives",
    "Pulses": "quspike.drives",
    "Noise": "quspike.drives",
    "Csv": "quspike.drives",
    "Wav": "quspike.drives",
    "simulate": "quspike.run.simulate",
    "run": "quspike.run.simulate",
    "load": "quspike.run.load",
    "compile": "quspike.run.compile",
    "quantize": "quspike.quantize.quantized",
    "open": "quspike.result.store",
    "fit_law": "quspike.memristors.fit",
    "compare": "quspike.analysis.ladder.comparison",
    "coherent_spike_train": "quspike.analysis.coherent_spike_train",
    "interval_statistics": "quspike.analysis.interval_statistics",
    "fi_curve": "quspike.analysis.fi_curve",
    "hysteresis": "quspike.analysis.hysteresis",
    "frequency_sweep": "quspike.analysis.frequency_sweep",
    "InputError": "quspike.errors",
    "NotAvailable": "quspike.errors",
    "ConvergenceError": "quspike.errors",
    "ValidityWarning": "quspike.errors",
    "ValidityError": "quspike.errors",
}
_RENAMED = {"compile": "compile_run", "open": "read"}  # names that would shadow a builtin or a verb at home

__all__ = [*_HOMES, "__version__"]

if TYPE_CHECKING:
    from quspike.analysis.coherent_spike_train import coherent_spike_train
    from quspike.analysis.fi_curve import fi_curve
    from quspike.analysis.frequency_sweep import frequency_sweep
    from quspike.analysis.hysteresis import hysteresis
    from quspike.analysis.interval_statistics import interval_statistics
    from quspike.analysis.ladder.comparison import compare
    from quspike.circuit import Circuit
    from quspike.drives import Csv, Noise, Pulses, Sine, Step, Wav
    from quspike.errors import ConvergenceError, InputError, NotAvailable, ValidityError, ValidityWarning
    from quspike.memristors.fit import fit_law
    from quspike.quantize.quantized import quantize
    from quspike.result.store import read as open
    from quspike.run.compile import compile_run as compile
    from quspike.run.initial import Initial
    from quspike.run.load import load
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run
    from quspike.run.settings import Save
    from quspike.run.simulate import run, simulate


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'quspike' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), _RENAMED.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """This package, whose verbs `run` and `quantize` have rooms of the same name.

    Python binds a room to its package once it is imported; here the verb stays what `quspike.run` means.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
