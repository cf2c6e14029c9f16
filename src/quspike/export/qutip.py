"""A circuit for QuTiP: its lowest levels, what drives them, and what they lose, as operators between those levels.

    H/ħ = Σ_k (E_k/ħ) |k⟩⟨k| + Σ_s f_s(t) X_s/ħ,      dρ/dt = −i[H/ħ, ρ] + Σ_g 𝓓[L_g] ρ

in rad/s and s, as QuTiP's ħ is 1. Levels are those of `QuantizedCircuit.spectrum`, in whose representation of each
coordinate the operators were computed; what leads out of the levels kept is lost, so keep more than are populated.
Lambert et al., Physics Reports 1153, 1 (2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from quspike.circuit import Circuit
from quspike.constants import hbar
from quspike.errors import NotAvailable
from quspike.export.drive_operators import Coefficient, drive_terms
from quspike.export.jump_operators import jump_matrices
from quspike.quantize.spectrum.spectrum import Spectrum, spectrum

Qobj = Any
NOTHING = 1e-12  # of an operator's largest element


@dataclass(frozen=True)
class QutipCircuit:
    """A circuit as QuTiP's objects, over its lowest levels.

    hamiltonian : H/ħ [rad/s], a Qobj, or a QobjEvo where something is driven. jumps : L [s^-½], by the elements that
    they come from. voltages [V] : by node. fluxes [Wb] : by node, of those that inductors tie to ground.
    spectrum : the levels, and how they were represented.
    """

    hamiltonian: Any
    jumps: Mapping[str, tuple[Qobj, ...]]
    voltages: Mapping[str, Qobj]
    fluxes: Mapping[str, Qobj]
    spectrum: Spectrum

    @property
    def jump_operators(self) -> list[Qobj]:
        """All of them, for `c_ops` of `qutip.mesolve`."""
        return [operator for own in self.jumps.values() for operator in own]


def to_qutip(
    circuit: Circuit | str,
    levels: int = 10,
    drives: Mapping[str, Any] | None = None,
    tolerance: float = 1e-9,
    secular: float | None = None,
) -> QutipCircuit:
    """The circuit's levels, drives and losses.

    Parameters
    ----------
    circuit : a Circuit, or a netlist's text. levels : how many are kept.
    drives : by the names that sources give, a drive of quspike or a function of time in s that returns SI; those not
    given are at rest. tolerance : of the levels, in units of the highest transition.
    secular : transitions closer than this decay together [rad/s]; the largest rate of a level by default.

    Raises
    ------
    InputError : a drive that the circuit does not name, or of another quantity than its source's.
    NotAvailable : no QuTiP, a dissipator behind a node that has no part in the spectrum, a current source on an island.
    """
    qutip = _qutip()
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    found = spectrum(circuit, levels, tolerance)
    losses = jump_matrices(circuit, found, secular)
    terms = drive_terms(circuit, found, drives or {})
    made = partial(_operator, qutip)
    bare = made(np.diag((found.levels - found.levels[0]) / hbar))
    driven = [[made(matrix / hbar), _coefficient(qutip, value)] for matrix, value in terms]
    nodes = found.nodes
    return QutipCircuit(
        hamiltonian=qutip.QobjEvo([bare, *driven]) if driven else bare,
        jumps={name: tuple(made(matrix) for matrix in own) for name, own in losses.items()},
        voltages={node: made(found.voltage(node)) for node in nodes},
        fluxes={node: made(found.flux(node)) for node in nodes if found.has_flux(node)},
        spectrum=found,
    )


def _operator(qutip: Any, matrix: np.ndarray) -> Qobj:
    """Sparse, without what is zero but for rounding: QuTiP's superoperators have its square of entries."""
    kept = np.abs(matrix) > NOTHING * np.max(np.abs(matrix), initial=0.0)
    return qutip.Qobj(np.where(kept, matrix, 0.0)).to("csr")


def _coefficient(qutip: Any, value: Coefficient) -> Any:
    def called(t: float) -> float:
        return value(t)

    return qutip.coefficient(called)


def _qutip() -> Any:
    try:
        import qutip
    except ImportError:
        raise NotAvailable("to_qutip()", "no QuTiP", "needs QuTiP: pip install quspike[heom]") from None
    return qutip
