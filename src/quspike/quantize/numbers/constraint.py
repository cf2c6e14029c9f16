"""Junctions that end at nodes without capacitance: each stands behind inductances, and its flux is a constraint's.

    min_y U:   K_yy y + K_yx x + S_y Φ + A_y I + B_y i = 0,      i = (E_J/φ0) sin(w/φ0)
    w + Λ i = u,      Λ = B_yᵀ K_yy⁻¹ B_y,      y = y_0 − K_yy⁻¹ B_y i

y_0 is where inductors alone would hold the eliminated coordinates, u the flux that each junction would have there, w
the one that it has. The solution is one, smooth and without a jump, if ∂²U/∂y² = K_yy + B_y (E_J/φ0²) cos(w/φ0) B_yᵀ
is positive definite whatever w is. That holds if and, for junctions whose fluxes can be chosen freely, only if

    K_yy − B_y (E_J/φ0²) B_yᵀ > 0,      for one junction behind L:      β = L E_J/φ0² < 1.

Junctions in parallel count as the one that they are, |Σ E_J e^{±iΦ/φ0}| for a constant flux Φ between them. The
reduction is that of Faddeev & Jackiw for a circuit: Parra-Rodriguez & Egusquiza, arXiv 2304.12252.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from quspike.constants import hbar, phi0
from quspike.errors import InputError
from quspike.quantize.network import Network

Elements = Mapping[str, Mapping[str, Any]]
NOTICEABLE = 1e-3  # a component of a unit vector above which an error names its node
FEMTO = 1e-15  # farad: a stray capacitance as small as there are any
BOUNDARY = 1e-12  # of one: how near to it β counts as one


def refuse_multivalued(network: Network, elements: Elements, stiffness: np.ndarray) -> None:
    """InputError, naming junctions, nodes and what would help, where ∂U/∂y = 0 may have several solutions.

    stiffness : K_yy of `network.followers` [1/H]. Numbers that JAX traces are not looked at.
    """
    if not network.constrained:
        return
    rows, pull = network.incidence("junction")[network.followers], pull_of(network, elements)
    if pull is None:
        return
    scale = 1 / np.sqrt(np.maximum(np.diag(stiffness), np.diag(pull)) + (np.diag(pull) == 0) * np.diag(stiffness))
    k, p = (scale[:, None] * matrix * scale for matrix in (stiffness, pull))
    lowest, vectors = np.linalg.eigh(k - p)
    if lowest[0] > BOUNDARY:
        return
    at = [i for i, w in enumerate(vectors[:, 0]) if abs(w) > NOTICEABLE and np.any(rows[i])]
    nodes = [network.coordinates[network.followers[i]].node for i in at]
    junctions = [b.element for b, column in zip(network.of("junction"), rows.T, strict=True) if np.any(column[at])]
    _refuse(junctions, nodes, largest_ratio(k, p), float(np.max(np.diag(stiffness + pull)[at])))


def pull_of(network: Network, elements: Elements) -> np.ndarray | None:
    """`B_y (E_J/φ0²) B_yᵀ` (y, y) [1/H], junctions at their worst; None where JAX traces one."""
    rows, energies = network.incidence("junction")[network.followers], worst_energies(network, elements)
    return None if energies is None else (rows * (energies / phi0**2)) @ rows.T


def _refuse(junctions: Sequence[str], nodes: Sequence[str], ratio: float, stiffness: float) -> None:
    """The message: what holds, what would help, and how much of it."""
    first, where = junctions[0], f"node{'s' * (len(nodes) > 1)} {', '.join(nodes)}"
    enough = f"{hbar**2 / (phi0**4 * stiffness) / FEMTO:.3g} fF"
    remedy = f"needs a capacitance (C= on {first}, or a capacitor at {where}; {enough} keep its phase to a radian)"
    smaller = "an inductor" if np.isinf(ratio) else f"L smaller by more than {ratio:.4g} times"
    more = f" of {', '.join(junctions)} together" if len(junctions) > 1 else ""
    remedy += f" or {smaller} at {where}, L E_J/φ0²{more} < 1: else its current is multivalued"
    raise InputError(first, "no inductor there" if np.isinf(ratio) else f"{ratio:.4g}", remedy)


def largest_ratio(stiffness: np.ndarray, pull: np.ndarray) -> float:
    """The largest β of `pull v = β stiffness v`; inf where nothing is stiff."""
    values, vectors = np.linalg.eigh(stiffness)
    if values[0] <= BOUNDARY * max(values[-1], BOUNDARY):
        return np.inf
    root = vectors / np.sqrt(values)
    return float(np.linalg.eigvalsh(root.T @ pull @ root)[-1])


def worst_energies(network: Network, elements: Elements) -> np.ndarray | None:
    """E_J of each junction (J,) [J], those in parallel added up on the first of them; None where one is traced."""
    branches = network.of("junction")
    energies = [elements[b.element]["EJ"] for b in branches]
    fluxes = _fluxes(network, elements)
    if not all(isinstance(v, int | float | np.floating) for v in (*energies, *(f for f in fluxes if f is not None))):
        return None
    parallel: dict[tuple, list[tuple[int, int]]] = {}
    for i, b in enumerate(branches):
        sign = next((1 if w > 0 else -1 for w in b.vector if w), 1)
        sources = tuple((name, sign * weight) for name, weight in b.sources)
        parallel.setdefault((tuple(sign * w for w in b.vector), sources), []).append((i, sign))
    found = np.zeros(len(branches))
    for members in parallel.values():
        still = sum(energies[i] * np.exp(1j * s * fluxes[i] / phi0) for i, s in members if fluxes[i] is not None)
        found[members[0][0]] = abs(still) + sum(energies[i] for i, _ in members if fluxes[i] is None)
    return found


def _fluxes(network: Network, elements: Elements) -> list[Any]:
    """The constant external flux of each junction [Wb]; None where it is a drive, whose value may be any."""
    own = {str(e.params["target"]): e for e in network.circuit.of("FLUX")}
    return [
        (None if "drive" in own[b.element].params else elements[own[b.element].name]["value"])
        if b.element in own
        else 0.0
        for b in network.of("junction")
    ]


def stray_shift(network: Network, elements: Elements, stiffness: np.ndarray, capacitance: float) -> float:
    """`½ħ Σ (ω at φ_J = 0, less ω at φ_J = πφ0)` of the modes that such a capacitance at each node would have [J].

    By how much its zero-point energy, which the constraint leaves out, differs between the bottom of the junctions'
    potential and its top. It goes with C^{-½}: the smaller the capacitance the larger. stiffness : K_yy [1/H].
    """
    rows = network.incidence("junction")[network.followers]
    own = np.any(rows, axis=1)
    rest = np.linalg.solve(stiffness[np.ix_(~own, ~own)], stiffness[np.ix_(~own, own)])
    held = stiffness[np.ix_(own, own)] - stiffness[np.ix_(own, ~own)] @ rest
    energies = np.array([float(elements[b.element]["EJ"]) for b in network.of("junction")])
    pull = (rows[own] * energies / phi0**2) @ rows[own].T
    sums = [np.sqrt(np.maximum(np.linalg.eigvalsh(held + s * pull), 0.0)).sum() for s in (1, -1)]
    return float(0.5 * hbar * (sums[0] - sums[1]) / capacitance**0.5)


def series_fluxes(behind: Any, energies: Any, u: Any) -> Any:
    """w of `w + Λ (E_J/φ0) sin(w/φ0) = u` [Wb], by Newton's method; differentiable, any shape (…, J) of u.

    behind : Λ (J, J) [H]. energies : E_J (J,) [J]. numpy's for numpy, JAX's where one of them is.
    """
    beta = behind * energies / phi0**2
    return u - phi0 * phase_drops(beta, u / phi0)


def phase_drops(beta: Any, u: Any) -> Any:
    """s of `s = β sin(u − s)`, the phase across the inductances: (…, J) for u (…, J) and β (J, J)."""
    if isinstance(beta, np.ndarray) and isinstance(u, np.ndarray):
        return _newton(beta, u)
    from quspike.quantize.numbers.traced_constraint import traced_phase_drops

    return traced_phase_drops(beta, u)


ROUNDS = 60  # of Newton's method; near β = 1 some ten are needed
HALVINGS = 2.0 ** -np.arange(6)
SETTLED = 2e-15  # of a radian and of β


def _newton(beta: np.ndarray, u: np.ndarray) -> np.ndarray:
    s = np.zeros_like(u)
    for _ in range(ROUNDS):
        s, left = newton_step(np, beta, u, s)
        if np.all(left <= SETTLED * (1 + np.abs(beta).sum())):
            break
    return s


def newton_step(xp: Any, beta: Any, u: Any, s: Any) -> tuple[Any, Any]:
    """The next s, and the largest residual before (…): of Newton's step and its halves the one that leaves least.

    The residual falls along Newton's direction as long as its Jacobian `1 + β cos(u − s)` is regular, which it is.
    """
    miss = s - xp.sin(u - s) @ beta.T
    jacobian = np.eye(len(beta)) + beta * xp.cos(u - s)[..., None, :]
    step = xp.linalg.solve(jacobian, miss[..., None])[..., 0]
    tried = s - HALVINGS.reshape(-1, *[1] * s.ndim) * step
    left = xp.linalg.norm(tried - xp.sin(u - tried) @ beta.T, axis=-1)
    best = xp.argmin(left, axis=0)[None, ..., None]
    return xp.take_along_axis(tried, best, axis=0)[0], xp.max(xp.abs(miss), axis=-1)
