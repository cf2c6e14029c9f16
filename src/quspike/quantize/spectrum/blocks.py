"""The matrices of a closed circuit by kinds of coordinates, in units of E0 = h·1 GHz, pairs 2e and φ0.

H/E0 = ½ (N − n)ᵀE(N − n) + ½ ϑᵀKϑ + pull·ϑ − Σ E_J cos(b·ϑ + f),     [ϑ, N] = i
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quspike.constants import e_charge, phi0, planck
from quspike.errors import InputError
from quspike.quantize.numbers.matrices import Elements, Matrices, matrices
from quspike.quantize.spectrum.closed import Closed

ENERGY = planck * 1e9  # E0 [J]
PAIR = 2 * e_charge
NEGLIGIBLE = 1e-13  # of the stiffest direction: none


@dataclass(frozen=True)
class Blocks:
    """Coordinates of the matrices by kind, and their energies in E0: kinetic E (M, M), stiffness K (M, M).

    compact, wide, fixed : where the periodic, the extended and the conserved ones stand. pairs : n (M,).
    pull : of constant currents (M,). sag : −K_yy⁻¹A_y I, by which they move the eliminated coordinates [φ0].
    """

    matrices: Matrices
    compact: np.ndarray
    wide: np.ndarray
    fixed: np.ndarray
    kinetic: np.ndarray
    stiffness: np.ndarray
    pairs: np.ndarray
    pull: np.ndarray
    sag: np.ndarray

    @property
    def conserved(self) -> np.ndarray:
        """w of the conserved charges: N = 0, less their offsets."""
        return -self.pairs[self.fixed]

    @property
    def sag_energy(self) -> float:
        """−½ (A_y I)ᵀK_yy⁻¹A_y I: what constant currents take from the inductors at eliminated nodes."""
        held = np.linalg.solve(np.asarray(self.matrices.follower_inductance), self.sag)
        return -0.5 * phi0**2 * float(self.sag @ held) / ENERGY

    @property
    def effective(self) -> np.ndarray:
        """E of the periodic coordinates where the extended ones follow freely, E_pp − E_px A (P, P)."""
        p, x = self.compact, self.wide
        return self.kinetic[np.ix_(p, p)] - self.kinetic[np.ix_(p, x)] @ self.mixing

    @property
    def mixing(self) -> np.ndarray:
        """A = E_xx⁻¹E_xp (X, P)."""
        return np.linalg.solve(
            self.kinetic[np.ix_(self.wide, self.wide)], self.kinetic[np.ix_(self.wide, self.compact)]
        )


def blocks(closed: Closed, elements: Elements) -> Blocks:
    """The matrices by kinds of coordinates, in units of E0. Raises InputError where nothing is stationary."""
    m = matrices(closed.network, elements)
    kinds = [m.network.coordinates[k].kind for k in m.kept]
    currents = np.array([closed.currents[b.element] for b in closed.network.of("current")])
    found = Blocks(
        matrices=m,
        compact=_where(kinds, "periodic"),
        wide=_where(kinds, "extended"),
        fixed=_where(kinds, "free", "baseband"),
        kinetic=PAIR**2 * np.linalg.inv(m.capacitance) / ENERGY,
        stiffness=phi0**2 * np.asarray(m.stiffness) / ENERGY,
        pairs=_pairs(closed, m),
        pull=phi0 * np.asarray(m.currents) @ currents / ENERGY,
        sag=-np.asarray(m.follower_inductance) @ m.network.incidence("current")[m.followers] @ currents / phi0,
    )
    _check(closed, found)
    return found


def _where(kinds: list, *wanted: str) -> np.ndarray:
    return np.array([i for i, kind in enumerate(kinds) if kind in wanted], dtype=int)


def _pairs(closed: Closed, m: Matrices) -> np.ndarray:
    """n by coordinate: of the islands, and of the gates G V/2e."""
    islands = np.array([closed.pairs.get(node, 0.0) for node in m.network.nodes])
    basis = np.array(m.network.basis, dtype=float).reshape(len(m.network.nodes), m.network.size)
    return (basis @ m.transform).T @ islands + m.gates @ _voltages(closed) / PAIR


def _voltages(closed: Closed) -> np.ndarray:
    return np.array([closed.voltages.get(e.name, 0.0) for e in closed.network.circuit.of("V")])


def junction_vectors(closed: Closed, b: Blocks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """E_J (J,), b over all coordinates (J, M), and the offsets of their phases: Φ/φ0, and what currents add (J,)."""
    m, branches = b.matrices, closed.network.of("junction")
    fluxes = np.array([closed.flux.get(branch.element, 0.0) / phi0 for branch in branches])
    fluxes = fluxes + m.network.incidence("junction")[m.followers].T @ b.sag
    energies = np.asarray(m.josephson_energies, dtype=float) / ENERGY if branches else np.zeros(0)
    return energies, np.asarray(m.junctions, dtype=float).T, fluxes


def _check(closed: Closed, b: Blocks) -> None:
    """Nothing that grows without end."""
    m = b.matrices
    for name, volts in closed.voltages.items():
        across = any(name in dict(branch.sources) for branch in m.network.of("junction"))
        column = [e.name for e in m.network.circuit.of("V")].index(name)
        if volts and (across or np.any(m.flux_pull[:, column])):
            remedy = "must stand behind a capacitor: a constant voltage across L or JJ leaves no stationary states"
            raise InputError(name, f"{volts:g} V", remedy)
    k = b.stiffness[np.ix_(b.wide, b.wide)]
    drifting = np.any(b.pull[np.concatenate([b.compact, b.fixed])])
    if drifting or (len(k) and np.linalg.eigvalsh(k)[0] <= NEGLIGIBLE * np.trace(k)):
        name = next(iter(closed.currents), "circuit")
        remedy = "must flow through inductors: a constant current through JJ or C alone leaves no stationary states"
        raise InputError(name, f"{closed.currents.get(name, 0.0):g} A", remedy)
    if not len(b.compact) + len(b.wide):
        raise InputError("circuit", "conserved charges only", "must have an inductor or a junction at a capacitor")


def elimination(b: Blocks) -> tuple[np.ndarray, float]:
    """What the conserved charges c add to w of the others, `E_yy⁻¹E_yf c`, and their own energy."""
    moving = np.concatenate([b.compact, b.wide])
    coupling, c = b.kinetic[np.ix_(moving, b.fixed)], b.conserved
    shift = np.linalg.solve(b.kinetic[np.ix_(moving, moving)], coupling @ c)
    return shift, 0.5 * float(c @ b.kinetic[np.ix_(b.fixed, b.fixed)] @ c - c @ coupling.T @ shift)
