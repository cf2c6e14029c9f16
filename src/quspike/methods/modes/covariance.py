"""The covariance of a membrane's own φ and q, with its lines as modes: no noise is added, all of it was there at t = 0.

    φ̂(t) = Σ_j u_j(t) x̂_j(0),     σ(t) = u Σ(0) uᵀ

x̂(0) are normal modes of the circuit with its lines (`thermal`: all in equilibrium), or the circuit's own mode and lines
in equilibrium beside it, φ_m = F(φ(0)), without a slip. At a coupling that stands still,

    thermal     σ_VV = Σ s_k² θ_k,   σ_φφ = Σ s_k² θ_k/Ω_k²,   without an inductor Σ 2 s_k² θ_k (1 − cos Ω_k t)/Ω_k²
    otherwise   u is what the whole does after a kick of q, or of φ, at t = 0: ∂φ(t)/∂q_j(0) = ∂φ_j(t)/∂q(0), …

since a closed system that can be run backwards is reciprocal: two columns instead of a matrix. Where the coupling
moves, or a `zero` reset forgets the charge, all columns are carried: the lines hang on λ(t)φ, and −(λλ̇/2)φ² takes the
current λλ̇φ out of it, up to O(λ̇/λω_c). A reset replaces rows: q̂ is one fresh number, φ̂ and the lines keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quspike.baths.bound_modes import BoundModes, thermal_energy
from quspike.constants import hbar
from quspike.kernel.boundary_scan import Columns, Push, linear_step, scan_steps, straight
from quspike.kernel.boundary_step import BoundaryTables
from quspike.methods import lab_frame
from quspike.methods.method import Params, Setup
from quspike.methods.modes.path import BLOCK, ROUNDING, Path, Tables, held
from quspike.quantize.numbers.zero_point import resonator_mode

SIZES = BLOCK, 1  # of blocks of steps: each is compiled by itself
STILL = 1e-9  # relative: a coupling that moves by less does not


class Spread(NamedTuple):
    """σ_φφ [Wb²], σ_φq [Wb C], σ_qq [C²] (T,)."""

    flux: np.ndarray
    mixed: np.ndarray
    charge: np.ndarray


class Circuit(NamedTuple):
    """C [F], 1/L [1/H], T of each line [K] and W of each at t = 0 [S], (E,)."""

    capacitance: float
    stiffness: float
    temperature: np.ndarray
    conductance: np.ndarray


def spread(setup: Setup, params: Params, path: Path, nodes: np.ndarray, save: np.ndarray) -> Spread:
    """The covariance at the nodes `save` (T,) of the grid `nodes` (N + 1,) [s], along the steps of the means."""
    circuit = circuit_of(setup, params, path)
    forgets = setup.reset == "zero" and len(path.spikes) > 0
    if not forgets and stands_still(path):
        if setup.initial_state == "thermal":
            return resting(setup, circuit, nodes[save])
        return reciprocal(setup, params, circuit, nodes, save)
    return carried(setup, params, circuit, path, save)


def circuit_of(setup: Setup, params: Params, path: Path) -> Circuit:
    """The numbers of a membrane and its lines."""
    numbers = lab_frame.circuit_numbers(setup, params)
    t = np.array([float(params["elements"][d.name]["T"]) for d in setup.one.dissipators])
    return Circuit(float(numbers.capacitance), float(numbers.inverse_inductance), t, path.seen.conductance[0])


def stands_still(path: Path) -> bool:
    """True if no line's coupling moves."""
    return bool(np.all(np.ptp(path.slope, axis=(0, 2)) <= STILL * np.max(path.slope, axis=(0, 2))))


def resting(setup: Setup, circuit: Circuit, times: np.ndarray) -> Spread:
    """In equilibrium from the start; a flux that nothing holds begins as sharp as the charge allows."""
    bound = setup.lines.bound(circuit.capacitance, circuit.stiffness, circuit.conductance)
    omega, shares = bound.frequencies, bound.shape * bound.energies(circuit.temperature[0])
    c, voltage, still = circuit.capacitance, np.sum(shares), np.zeros(len(times))
    moves = omega > 0
    if setup.resonator:
        return Spread(still + np.sum(shares / omega**2), still, still + c**2 * voltage)
    phase = np.outer(times, omega[moves])
    flux = 4 * np.sin(phase / 2) ** 2 @ (shares[moves] / omega[moves] ** 2) + np.sum(shares[~moves]) * times**2
    mixed = np.sin(phase) @ (shares[moves] / omega[moves]) + np.sum(shares[~moves]) * times
    return Spread(sharpest(c, voltage) + flux, c * mixed, still + c**2 * voltage)


def sharpest(capacitance: float, voltage_variance: float) -> float:
    """The least σ_φφ beside ⟨V²⟩ [Wb²]: (ħ/2C)²/⟨V²⟩."""
    return (hbar / (2 * capacitance)) ** 2 / voltage_variance


def own_variances(setup: Setup, params: Params, occupation: float) -> tuple[float, float]:
    """σ_φφ and σ_qq of the mode alone with n̄ quanta."""
    mode = resonator_mode(setup.one, params["elements"])
    return float(mode.phi_zpf) ** 2 * (2 * occupation + 1), float(mode.q_zpf) ** 2 * (2 * occupation + 1)


def line_variances(setup: Setup, circuit: Circuit) -> np.ndarray:
    """ω²⟨ψ²⟩ = ⟨φ̇_m²⟩ = θω/y of lines in equilibrium by themselves (E, N) [V²]; 0 where there is no mode."""
    omega, weight = setup.lines
    theta = np.stack([thermal_energy(w, t) for w, t in zip(omega, circuit.temperature, strict=True)])
    return np.divide(theta * omega, weight, out=np.zeros_like(omega), where=weight > 0)


def reciprocal(setup: Setup, params: Params, circuit: Circuit, nodes: np.ndarray, save: np.ndarray) -> Spread:
    """Two columns, a kick of q and one of φ, and what they leave in every oscillator at each time."""
    slope = np.sqrt(circuit.conductance)
    omega, weight = setup.lines
    moved = np.concatenate([omega * slope[:, None], np.zeros_like(omega)], axis=1)
    state = Columns(
        jnp.array([0.0, 1.0]), jnp.array([1.0, 0.0]), jnp.asarray(np.stack([np.zeros_like(moved), moved], axis=-1))
    )
    own = own_variances(setup, params, 0.0)
    noise = weight**2 / np.where(weight > 0, omega**4, 1.0) * line_variances(setup, circuit)
    measure = jax.jit(lambda state: _reciprocal_moments(state, omega, weight, slope, noise, own))
    step, tables, found = row_step(setup, params, circuit), Tables(setup), {0: measure(state)}
    wanted, lengths = set(save.tolist()), np.diff(nodes)
    for first, n in blocks(lengths, save):
        still = np.broadcast_to(slope[:, None], (n, len(slope), 3))
        state, _ = step(tables(lengths[first], n), state, still, 1.0, 0.0)
        if first + n in wanted:
            found[first + n] = measure(state)
    return Spread(*np.array([found[i] for i in save.tolist()]).T)


def _reciprocal_moments(state: Columns, omega, weight, slope, noise, own):
    """σ from φ_j(t) and q_j(t) of both kicks, and the variances at the start."""
    re, im = jnp.split(state.lines, 2, axis=1)
    flux_part = omega[..., None] * slope[:, None, None] * state.phi - re  # ω φ_j
    own_flux = state.charge + jnp.einsum("em,emk,e->k", weight / omega, im, slope)  # with φ_m = λφ(0): no slip
    line = jnp.einsum("em,emj,emk->jk", noise, im, im) + jnp.einsum("em,emj,emk->jk", noise, flux_part, flux_part)
    total = line + own[0] * jnp.outer(own_flux, own_flux) + own[1] * jnp.outer(state.phi, state.phi)
    return jnp.stack([total[0, 0], total[0, 1], total[1, 1]])


def blocks(lengths: np.ndarray, stops: np.ndarray, sizes: tuple[int, ...] = ()) -> Iterator[tuple[int, int]]:
    """(first, n) of runs of equal steps, at most BLOCK, that end at the `stops`; n of these sizes, or any."""
    ends, first = np.unique(np.append(stops, len(lengths))), 0
    while first < len(lengths):
        ahead = lengths[first : min(first + BLOCK, ends[np.searchsorted(ends, first, side="right")])]
        alike = np.abs(ahead - ahead[0]) <= ROUNDING * ahead[0]
        n = len(ahead) if np.all(alike) else int(np.argmin(alike))
        if sizes:
            n = max(size for size in sizes if size <= n)
        yield first, n
        first += n


def row_step(setup: Setup, params: Params, circuit: Circuit) -> Any:
    """step(tables, state, λ (n, E, 3), linked, clamped): rows n steps on, and σ at the start of each (n, 3)."""

    def move(phi, charge, carry, felt, slope, tables: BoundaryTables, linked, clamped):
        moving = jnp.stack(
            [-3 * slope[:, 0] + 4 * slope[:, 1] - slope[:, 2], slope[:, 2] - slope[:, 0],
             slope[:, 0] - 4 * slope[:, 1] + 3 * slope[:, 2]], axis=1,
        ) / tables.h  # fmt: skip
        stiffness = circuit.stiffness - linked * jnp.sum(slope * moving, axis=0)
        coupling = straight(slope, stiffness)
        acting = coupling._replace(slope=linked * slope)
        nothing = Push(jnp.zeros(3), jnp.zeros(3))
        u, end, moved = linear_step(circuit.capacitance, tables.h, tables.inner, acting, nothing, felt, phi, charge)
        stuck = coupling.slip[:, :, None] * phi
        moved = linked * jnp.where(clamped > 0, stuck, moved)
        record = jnp.stack([phi @ phi, phi @ charge, charge @ charge])
        return jnp.where(clamped > 0, phi, phi + u[1]), jnp.where(clamped > 0, charge, end), moved, carry, record

    @jax.jit
    def step(tables, state, slopes, linked, clamped):
        without = tables._replace(
            free=tables.free.reshape(len(tables.free), -1, 4, tables.free.shape[-1])[:, :, :3].reshape(
                len(tables.free), -1, tables.free.shape[-1]
            ),
            inner=tables.inner[:, :3], history=tables.history[:, :, :, :3],
        )  # fmt: skip

        def one(phi, charge, carry, felt, slope):
            return move(phi, charge, carry, felt, slope, without, linked, clamped)

        state, _, seen = scan_steps(state, (), without, slopes, one)
        return state, seen

    return step


def carried(setup: Setup, params: Params, circuit: Circuit, path: Path, save: np.ndarray) -> Spread:
    """Every row of the propagator, scaled by what the start fluctuates: σ is the product of rows."""
    state = first_rows(setup, params, circuit)
    fresh = state.phi.shape[0]
    room = 4 * int(path.fires.sum())  # two fresh columns for each reset, and for each release
    state = Columns(*(jnp.asarray(np.pad(leaf, [*[(0, 0)] * (leaf.ndim - 1), (0, room)])) for leaf in state))
    step, tables, found = row_step(setup, params, circuit), Tables(setup), []
    hold = held(setup)
    breaks = np.flatnonzero(np.diff(path.held.astype(int)) | path.fires[1:] | path.releases[1:]) + 1
    for first, n in blocks(path.length, breaks, SIZES):
        state, fresh = _events(setup, params, circuit, path, first, state, fresh)
        flags = (hold.linked, hold.clamped) if path.held[first] else (1.0, 0.0)
        state, seen = step(tables(path.length[first], n), state, path.slope[first : first + n], *flags)
        found.append(np.asarray(seen))
    phi, charge = np.asarray(state.phi), np.asarray(state.charge)
    moments = np.concatenate([*found, [[phi @ phi, phi @ charge, charge @ charge]]])
    return Spread(*moments[path.node[save]].T)


def _events(setup: Setup, params: Params, circuit: Circuit, path: Path, i: int, state: Columns, fresh: int):
    """A `zero` reset at the start of step i: rows replaced by fresh columns."""
    if setup.reset != "zero" or not (path.fires[i] or path.releases[i]):
        return state, fresh
    neuron, phi = params["neuron"], np.array(state.phi)
    charge = np.zeros_like(phi)
    if setup.resonator:
        if not path.fires[i]:
            return state, fresh
        flux, own = own_variances(setup, params, float(neuron["reset_occupation"]))
        phi, charge[fresh + 1] = np.zeros_like(phi), own**0.5
        phi[fresh] = flux**0.5
        return state._replace(phi=jnp.asarray(phi), charge=jnp.asarray(charge)), fresh + 2
    std = float(neuron["reset_std"])
    charge[fresh] = circuit.capacitance * std
    if path.releases[i]:
        phi[fresh + 1] = hbar / (2 * circuit.capacitance * std)
    return state._replace(phi=jnp.asarray(phi), charge=jnp.asarray(charge)), fresh + 2


def first_rows(setup: Setup, params: Params, circuit: Circuit) -> Columns:
    """φ, q and b at t = 0 over independent numbers of unit variance."""
    if setup.initial_state == "thermal":
        return equilibrium_rows(setup, circuit)
    omega = setup.lines.omega
    count, std = omega.size, line_variances(setup, circuit) ** 0.5
    own = own_variances(setup, params, 0.0)
    lines = np.zeros((omega.shape[0], 2 * omega.shape[1], 2 * count + 2))
    places = np.arange(count).reshape(omega.shape)
    e, m = np.indices(omega.shape)
    lines[e, m, places], lines[e, m + omega.shape[1], places + count] = std, std
    phi, charge = np.zeros(2 * count + 2), np.zeros(2 * count + 2)
    phi[-2], charge[-1] = own[0] ** 0.5, own[1] ** 0.5
    return Columns(phi, charge, lines)


def equilibrium_rows(setup: Setup, circuit: Circuit) -> Columns:
    """The same over the normal modes of circuit and lines: b_m = λ s_k √θ_k ω/(ω² − Ω²) (−Ω c_k + iω d_k)."""
    bound: BoundModes = setup.lines.bound(circuit.capacitance, circuit.stiffness, circuit.conductance)
    omega, root = bound.frequencies, np.sqrt(bound.shape * bound.energies(circuit.temperature[0]))
    count, (elements, modes) = len(omega), setup.lines.omega.shape
    used = np.flatnonzero(setup.lines.weight.ravel() > 0)[bound.order]
    slope = np.sqrt(circuit.conductance)[used // modes]
    shared = (slope * bound.omega)[:, None] * root / bound.gaps()
    lines = np.zeros((elements, 2 * modes, 2 * count + 1))
    lines[used // modes, used % modes, :count] = -shared * omega
    lines[used // modes, used % modes + modes, count:-1] = shared * bound.omega[:, None]
    phi, charge = np.zeros(2 * count + 1), np.zeros(2 * count + 1)
    charge[count:-1] = circuit.capacitance * root
    if setup.resonator:
        phi[:count] = root / omega
    else:
        phi[-1] = sharpest(circuit.capacitance, float(np.sum(root**2))) ** 0.5
    return Columns(phi, charge, lines)
