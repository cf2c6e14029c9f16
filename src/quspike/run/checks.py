"""Do the parts of a run fit each other? Asked before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quspike.circuit import Circuit, Element
from quspike.drives import Drive
from quspike.errors import InputError
from quspike.run.fields import nearest, shown
from quspike.run.initial import NEEDS, Initial
from quspike.run.measurement import Measurement
from quspike.run.neuron import Neuron
from quspike.run.settings import Save
from quspike.units import format_si

QUANTITY = {"I": "current", "V": "voltage", "FLUX": "flux", "NG": "dimensionless"}
"""What the sources of each card deliver."""

NOT_GAUSSIAN = ("fock", "cat")
"""States that a mean and a covariance cannot hold."""


def feed(circuit: Circuit, drives: Mapping[str, Drive]) -> dict[str, Drive]:
    """The drives, each with the quantity of the source that it feeds.

    Raises InputError for a source whose drive is not there, for a drive of another quantity than its source's, and for
    a drive that feeds nothing.
    """
    fed = dict(drives)
    used = set()
    for source, name in _driven(circuit):
        if name not in drives:
            raise InputError(source.name, shown(name), f"must name a drive of the run ({nearest(name, drives)})")
        fed[name] = _as_quantity(fed[name], name, source)
        used.add(name)
    for name in drives:
        if name not in used:
            raise InputError(f"[drive.{name}]", "no source that does", "must be named by a source of the netlist")
    return fed


def _driven(circuit: Circuit) -> Iterator[tuple[Element, str]]:
    for element in circuit.elements:
        if element.card in QUANTITY and "drive" in element.params:
            yield element, str(element.params["drive"])


def _as_quantity(drive: Drive, name: str, source: Element) -> Drive:
    wanted = QUANTITY[source.card]
    if drive.quantity not in (None, wanted):
        raise InputError(f"[drive.{name}]", f"a {drive.quantity}", f"must be a {wanted}, which {source.name} takes")
    return drive.as_quantity(wanted)


def check_neurons(circuit: Circuit, neurons: Mapping[str, Neuron]) -> None:
    """Refuse a neuron on a node that is not there, or that has not got the resonator its membrane needs."""
    owners: dict[str, str] = {}
    for name, neuron in neurons.items():
        table = "neuron" if name == "neuron" else f"neuron.{name}"
        if neuron.node in owners:
            remedy = f"must not be that of [{owners[neuron.node]}] too: a node has one neuron"
            raise InputError(f"[{table}] node", shown(neuron.node), remedy)
        owners[neuron.node] = table
        if neuron.node not in circuit.nodes:
            known = nearest(neuron.node, circuit.nodes)
            raise InputError(f"[{table}] node", shown(neuron.node), f"must be a node of the circuit ({known})")
        if neuron.membrane != "voltage" and neuron.node not in _resonant_nodes(circuit):
            remedy = f"must be voltage: node {neuron.node} has no inductor or junction, so it is no resonator"
            raise InputError(f"[{table}] membrane", neuron.membrane, remedy)


def check_initial(circuit: Circuit, neurons: Mapping[str, Neuron], initial: Initial, method: str) -> None:
    """Refuse a state that the method cannot hold, and a mean without a node to put it on."""
    if initial.state in NOT_GAUSSIAN and method == "moments":
        remedy = f"must be thermal, vacuum or coherent with method moments ({initial.state} needs method gksl)"
        raise InputError("[initial] state", initial.state, remedy)
    check_oscillator(circuit, neurons, initial.state)
    for key in ("voltage", "flux"):
        if getattr(initial, key) != 0 and len(neurons) != 1 and len(circuit.nodes) != 1:
            remedy = "must be left out: the circuit has several nodes, and no one neuron that says which is meant"
            raise InputError(f"[initial] {key}", shown(getattr(initial, key)), remedy)


def check_oscillator(circuit: Circuit, neurons: Mapping[str, Neuron], state: object) -> None:
    """Refuse a state of an oscillator that is not there, before its other keys are asked for."""
    nodes = {neuron.node for neuron in neurons.values()} & set(circuit.nodes) or set(circuit.nodes)
    if isinstance(state, str) and state in NEEDS and state != "thermal" and not nodes & _resonant_nodes(circuit):
        remedy = "must be thermal: the membrane has no inductor or junction, so it has no oscillator states"
        raise InputError("[initial] state", state, remedy)


def _resonant_nodes(circuit: Circuit) -> set[str]:
    """The nodes that an inductor or a junction ends on."""
    return {node for element in circuit.of("L", "JJ") for node in element.nodes}


def check_measured(measurement: Measurement | None, neurons: Mapping[str, Neuron], memory: str, save: Save) -> None:
    """Refuse a record that nobody makes, and a measurement that nobody reads."""
    readers = [f"memory {memory}"] if memory == "measured" else []
    readers += ["spike record"] if any(neuron.spike == "record" for neuron in neurons.values()) else []
    if readers and measurement is None:
        raise InputError("[measurement]", "nothing", f"must be given for {readers[0]}: its strength, at the least")
    if measurement is not None and not readers:
        raise InputError("[measurement]", "a table", "belongs to memory measured or spike record, and neither is there")
    if save.record and not readers:
        raise InputError("[save] record", "true", "belongs to memory measured or spike record, and neither is there")


def check_saved(save: Save, duration: float) -> None:
    """Refuse a Wigner function of a time that the run does not reach."""
    if save.wigner_times and save.wigner_times[-1] > duration:
        value, bound = format_si(save.wigner_times[-1], "time"), format_si(duration, "time")
        raise InputError("[save] wigner_times", value, f"must be ≤ duration, {bound}")
