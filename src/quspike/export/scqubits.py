"""A circuit for scqubits: its branches as YAML, and a script that sets fluxes and offset charges in its conventions.

    JJ  E_J, E_C = e²/2C of its own capacitor       C  E_C = e²/2C       L  E_L = φ0²/L       all E/h in GHz

What differs there, and is taken care of:

    a branch from node 1 to node 2 has the flux φ2 − φ1 + Φ, so n− is written first
    a junction has a capacitance: one without any gets E_C = 1e20 GHz, that is none
    charges are n + n_g, so n_g changes its sign, and goes over to the variables by the transposed transformation
    flux enters through `closure_branches`, which FLUX's junctions have to be among
    variables are chosen by the graph alone; the script gives those of the spectrum, in which capacitances do not couple
    periodic to extended ones, so that far smaller cutoffs are enough

Groszkowski & Koch, Quantum 5, 583 (2021); Chitta et al., New J. Phys. 24, 103020 (2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quspike.circuit import Circuit, Element
from quspike.constants import Phi0, e_charge, phi0, planck
from quspike.errors import InputError, NotAvailable
from quspike.quantize.membrane import element_params
from quspike.quantize.spectrum.closed import GROUND, Closed, closed
from quspike.quantize.spectrum.phases import phases

GHZ = planck * 1e9
MASSLESS = 1e20  # E_C of a junction without a capacitance [GHz]


@dataclass(frozen=True)
class ScqubitsCircuit:
    """A circuit in scqubits' terms.

    yaml : for `scqubits.Circuit(yaml, from_file=False)`. nodes : number by node. fluxes : Φ/Φ0 by number of the
    junction's branch. charges : n_g in 2e by number of the node. transformation : node phases (rows) by variables, None
    where nodes have no charge of their own. left_out : the elements that have no part in it.
    """

    yaml: str
    nodes: dict[str, int]
    fluxes: dict[int, float]
    charges: dict[int, float]
    transformation: list[list[float]] | None
    left_out: tuple[str, ...]

    def script(self) -> str:
        """Python that makes `circuit`, its external fluxes and offset charges set; it needs scqubits alone."""
        return SCRIPT.format(
            yaml=self.yaml, fluxes=self.fluxes, charges=self.charges, transformation=self.transformation
        )


SCRIPT = '''import numpy
import scqubits

DESCRIPTION = """{yaml}"""
FLUXES = {fluxes}  # by branch, in flux quanta
CHARGES = {charges}  # by node, in Cooper pairs
TRANSFORMATION = {transformation}

circuit = scqubits.Circuit(DESCRIPTION, from_file=False, ext_basis="harmonic")
if TRANSFORMATION:
    circuit.configure(transformation_matrix=numpy.array(TRANSFORMATION))
if FLUXES:
    threaded = {{circuit.branches[i]: flux for i, flux in FLUXES.items()}}
    loops = len(circuit.closure_branches)
    others = [branch for branch in circuit.branches if branch.type != "C" and branch not in threaded]
    if len(threaded) > loops:  # more junctions than loops: one variable for all of them
        circuit.configure(closure_branches=[threaded, *others][:loops])
        values = [1.0]
    else:
        circuit.configure(closure_branches=[*threaded, *others][:loops])
        values = threaded.values()
    for symbol, flux in zip(circuit.external_fluxes, values):
        setattr(circuit, symbol.name, flux)
for i in circuit.var_categories["periodic"]:
    pairs = sum(circuit.transformation_matrix[node - 1][i - 1] * n for node, n in CHARGES.items())
    setattr(circuit, f"ng{{i}}", -pairs)
'''


def scqubits_circuit(circuit: Circuit | str) -> ScqubitsCircuit:
    """The capacitors, inductors and junctions of a circuit.

    Raises
    ------
    NotAvailable : mutual inductances, whose energy scqubits 4.3 leaves out, lines of finite length, constant currents.
    """
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    own = closed(circuit)
    _refuse(own)
    numbers = _numbers(own)
    branches = [line for e in _elements(own) for line in _branches(e, numbers)]
    notes = [f"# left out: {', '.join(own.left_out)}"] if own.left_out else []
    places = {e.name: i for i, e in enumerate(_elements(own))}
    return ScqubitsCircuit(
        yaml="\n".join([*notes, "branches:", *branches, ""]),
        nodes={node: numbers[node] for node in own.network.nodes},
        fluxes={places[name]: flux / Phi0 for name, flux in own.flux.items()},
        charges=_charges(own, numbers),
        transformation=_transformation(own, numbers),
        left_out=own.left_out,
    )


def _refuse(own: Closed) -> None:
    circuit = own.network.circuit
    for coupling in circuit.of("K"):
        raise NotAvailable(coupling.name, "a mutual inductance", "must be absent: scqubits 4.3 leaves its energy out")
    for name in own.network.constrained:
        what, remedy = "a node without capacitance at one end", "needs a capacitor there: scqubits knows no constraint"
        raise NotAvailable(name, what, remedy)
    for line in circuit.of("TL"):
        raise NotAvailable(line.name, "a line of finite length", "must be absent: scqubits has no lines")
    for name, amperes in own.currents.items():
        raise NotAvailable(name, f"{amperes:g} A", "must be absent: scqubits has no current sources")
    for name, volts in own.voltages.items():
        across = [b.element for b in own.network.of("inductance", "junction") if name in dict(b.sources)]
        if volts and across:
            raise InputError(name, f"{volts:g} V", f"must stand behind a capacitor, not across {across[0]}")


def _elements(own: Closed) -> list[Element]:
    return [e for e in own.network.circuit.elements if e.card in ("C", "L", "JJ")]


def _numbers(own: Closed) -> dict[str, int]:
    """0 for ground and what voltage sources hold to it, then 1, 2, …; nodes held together are one."""
    found = {GROUND: 0}
    rows: dict[tuple[int, ...], int] = {(0,) * own.network.size: 0}
    for node, row in zip(own.network.nodes, own.network.basis, strict=True):
        found[node] = rows.setdefault(row, len(rows))
    return found


def _branches(e: Element, numbers: dict[str, int]) -> list[str]:
    """The branches of an element: n− first, energies in GHz to the last digit."""
    plus, minus = (numbers[node] for node in e.nodes)
    own = float(e.params["C"]) if "C" in e.params else None
    charging = MASSLESS if own is None else e_charge**2 / (2 * own) / GHZ
    match e.card:
        case "JJ":
            values = [float(e.params["EJ"]) / GHZ, charging]
        case "C":
            values = [charging]
        case _:
            values = [phi0**2 / float(e.params["L"]) / GHZ]
    return [f"- [{e.card}, {minus}, {plus}, {', '.join(map(repr, values))}]  # {e.name}"]


def _charges(own: Closed, numbers: dict[str, int]) -> dict[int, float]:
    """n_g by node, gates counted in: `C ± V/2e` at the n+ of each capacitor, and its opposite at n−."""
    found: dict[int, float] = {}

    def add(node: str, pairs: float) -> None:
        if numbers[node]:
            found[numbers[node]] = found.get(numbers[node], 0.0) + pairs

    for node, pairs in own.pairs.items():
        add(node, pairs)
    for branch in own.network.of("capacitance"):
        element = own.network.circuit.element(branch.element)
        volts = sum(sign * own.voltages.get(name, 0.0) for name, sign in branch.sources)
        pairs = float(element.params["C"]) * volts / (2 * e_charge)
        if pairs:
            add(element.nodes[0], pairs)
            add(element.nodes[1], -pairs)
    return found


def _transformation(own: Closed, numbers: dict[str, int]) -> list[list[float]] | None:
    """Node phases over the variables of the spectrum, ϑ then y (each with 1 for its largest), then conserved ones."""
    h, frame = phases(own, element_params(own.network.circuit))
    b = frame.blocks
    network = b.matrices.network
    if b.matrices.size < network.size or not len(h.axes):
        return None
    basis = np.array(network.basis, dtype=float) @ b.matrices.transform
    periodic = basis[:, b.compact] @ np.linalg.inv(frame.lattice).T
    extended = (basis[:, b.wide] + basis[:, b.compact] @ b.mixing.T) @ frame.modes
    extended = extended / np.max(np.abs(extended), axis=0, initial=0.0)
    rows = np.hstack([periodic, extended, basis[:, b.fixed]])
    places = {numbers[node]: row.tolist() for node, row in zip(network.nodes, rows, strict=True)}
    return [row for number, row in sorted(places.items()) if number]
