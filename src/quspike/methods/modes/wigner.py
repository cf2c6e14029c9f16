"""Truncated Wigner: what is not linear moves in an ensemble of classical trajectories with quantum noise at the start.

    ẋ = ∂H/∂p, ṗ = −∂H/∂x    from    x(0) ~ W_0(x), the Wigner function of circuit and lines

with the whole Hamiltonian: F_e(φ) = ∫√W_e dφ of an operator memory as the lines' boundary, junctions as they are.
Exact where H is quadratic; otherwise third derivatives are left out, (ħ²/24) V‴ ∂_q³W in W's equation of motion.
W_0 is Gaussian: circuit and lines in equilibrium, linearised about the first flux (`thermal`), or the circuit's own
mode beside lines in equilibrium. Averages have standard errors; a spike is the crossing of the ensemble's mean, and
resets every trajectory at once. Polkovnikov, Ann. Phys. 325, 1790 (2010).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quspike.constants import hbar, phi0
from quspike.errors import InputError, NotAvailable
from quspike.kernel.boundary_scan import GATE, KINETIC, WEIGHTS, Columns, Push, scan_steps, solve_two
from quspike.kernel.boundary_step import BoundaryTables
from quspike.methods import lab_frame
from quspike.methods.method import Params, Setup
from quspike.methods.modes.covariance import Circuit, first_rows, own_variances
from quspike.methods.modes.means import Held, MeanFlow, Seen, membrane_seen, push_of
from quspike.quantize.membrane import Dissipator

Array = Any
SWEEPS = 30  # of Newton's iteration in a step
SETTLED = 1e-12  # of the flux of an ensemble, at which it has converged
MOST_NUMBERS = 200_000_000  # in an ensemble's lines: 1.6 GB


class Ends(NamedTuple):
    """F − F(φ_ref), F′ and F″ of each line at fluxes (…): (E, …) each [√S Wb, √S, √S/Wb]."""

    flux: Array
    slope: Array
    bend: Array


def needed(setup: Setup) -> bool:
    """True where a line's boundary or the potential is not linear."""
    operators = setup.memory == "operator" and bool(setup.one.memristors)
    return operators or bool(setup.one.junctions)


def check(setup: Setup) -> None:
    """Refuse, by name, a state that is no Gaussian, and of an ensemble what has no Hamiltonian here."""
    if setup.initial_state in ("fock", "cat"):
        remedy = "must be thermal, vacuum or coherent with method modes: its Wigner function has to be positive"
        raise InputError("[initial] state", setup.initial_state, remedy)
    if not needed(setup):
        return
    for d in setup.one.memristors:
        assert d.law is not None
        if setup.memory != "operator":
            remedy = f"must be operator beside {setup.one.junctions[0]}: a mean field there is yet to come"
            raise NotAvailable("memory", setup.memory, remedy)
        if d.law.control != "flux" or d.senses == "envelope":
            remedy = "must be an ideal law of the flux, F(φ), for memory operator; memory mean_field runs the others"
            raise InputError(f"{d.name} model", d.law.name, remedy)


def boundary(d: Dissipator, params: Params, phi: Array) -> tuple[Array, Array, Array]:
    """G(x0 + sφ) s, √W and d√W/dφ of one line at Z0 = 1 ohm; φ of a resistor is G = φ/√R."""
    p = params["elements"][d.name]
    if d.law is None:
        slope = jnp.broadcast_to(p["R"] ** -0.5, jnp.shape(phi))
        return slope * phi, slope, jnp.zeros_like(phi)
    law, x = d.law, params["initial"]["memory"][d.name] + d.sign * phi

    def root(u: Array) -> Array:
        return jnp.sqrt(law.conductance(u, 0.0, p))

    slope, bend = jax.jvp(root, (x,), (jnp.ones_like(x),))
    return d.sign * law.coupling(x, p), slope, d.sign * bend


def ends(setup: Setup, params: Params, phi: Array) -> Ends:
    """All lines at φ (…)."""
    return Ends(
        *(jnp.stack(column) for column in zip(*(boundary(d, params, phi) for d in setup.one.dissipators), strict=True))
    )


def potential(setup: Setup, params: Params, phi: Array) -> tuple[Array, Array]:
    """U′ [A] and U″ [1/H] of inductors and junctions."""
    stiffness = lab_frame.circuit_numbers(setup, params).inverse_inductance
    force, bend = stiffness * phi, stiffness + jnp.zeros_like(phi)
    for name in setup.one.junctions:
        energy = params["elements"][name]["EJ"]
        force = force + energy / phi0 * jnp.sin(phi / phi0)
        bend = bend + energy / phi0**2 * jnp.cos(phi / phi0)
    return force, bend


def curved_step(
    setup: Setup,
    params: Params,
    h: Array,
    inner: Array,
    linked: Array,
    push: Push,
    felt: Array,
    phi: Array,
    charge: Array,
):
    """φ_1 − φ_0 and φ_2 − φ_0 (2, K), q at the end (K,), F_1 − F_0 and F_2 − F_0 (E, 2, K), by Newton's iteration."""
    capacitance = lab_frame.circuit_numbers(setup, params).capacitance
    pushed = h * WEIGHTS * push.current - GATE @ push.gate
    first = ends(setup, params, phi)
    own, _ = potential(setup, params, phi)

    def residual(u: Array):
        """What must vanish at both nodes, q at the end, and the derivatives of the first two."""
        here = ends(setup, params, phi + u)  # (E, 2, K)
        moved = linked * (here.flux - first.flux[:, None])
        current = felt[:, :3] + jnp.einsum("eij,ejk->eik", inner[:, :3], moved)
        slope = linked * jnp.concatenate([first.slope[:, None], here.slope], axis=1)
        force, bend = potential(setup, params, phi + u)
        forces = jnp.concatenate([own[None], force])
        rows = (
            capacitance / h * jnp.asarray(KINETIC[:, 1:]) @ u + pushed[:, None]
            - h * jnp.asarray(WEIGHTS)[:, None] * forces - jnp.sum(slope * current, axis=0)
        )  # fmt: skip
        rows = rows.at[0].add(charge)
        change = capacitance / h * jnp.asarray(KINETIC[:2, 1:, None]) - jnp.einsum(
            "eik,eij,ejk->ijk", slope[:, :2], inner[:, :2], linked * here.slope
        )
        change = change.at[1, 0].add(
            -h * WEIGHTS[1] * bend[0] - jnp.sum(linked * here.bend[:, 0] * current[:, 1], axis=0)
        )
        return rows, change, moved

    scale = jnp.max(jnp.abs(charge)) * h / capacitance + 1e-300

    def unsettled(state):
        count, shift, _ = state
        return (count < SWEEPS) & (shift > SETTLED * scale)

    def again(state):
        count, _, u = state
        rows, change, _ = residual(u)
        shift = solve_two(change, rows[:2])
        return count + 1, jnp.max(jnp.abs(shift)), u - shift

    guess = jnp.stack([0.5 * charge, charge]) * h / capacitance
    u = jax.lax.while_loop(unsettled, again, (0, jnp.asarray(jnp.inf), guess))[2]
    rows, _, moved = residual(u)
    return u, rows[2], moved


def ensemble_flow(setup: Setup, params: Params) -> MeanFlow:
    """The compiled steps of an ensemble: `Seen` are its averages, and second moments of φ and q."""
    numbers = lab_frame.circuit_numbers(setup, params)
    weight, seen_by = jnp.asarray(setup.lines.weight), membrane_seen(setup, params, numbers)

    def averages(phi, charge, x, gate, at: Ends, current, samples) -> Seen:
        means = jnp.mean(phi), jnp.mean(charge)
        apart = phi - means[0], charge - means[1]
        spread = jnp.stack([jnp.mean(a * b) for a, b in ((apart[0],) * 2, apart, (apart[1],) * 2)])
        conductance = jnp.mean(at.slope**2, axis=1)
        drawn = jnp.mean(at.slope * current, axis=1)
        v = (means[1] + gate) / numbers.capacitance
        nodes = jnp.repeat(jnp.sqrt(conductance)[:, None], 3, axis=1)
        return Seen(v, *means, x, conductance, drawn, nodes, samples, spread * len(phi) / (len(phi) - 1))

    def move(phi, charge, x, felt, given, tables: BoundaryTables, hold: Held):
        push, t = given
        push = Push(hold.drive * push.current, push.gate)
        at = ends(setup, params, phi)
        u, end, moved = curved_step(setup, params, tables.h, tables.inner, hold.linked, push, felt, phi, charge)
        if setup.spiking and setup.reset == "zero" and not setup.resonator:
            reset = params["neuron"]["v_reset"]
            path = reset * tables.h * jnp.array([[0.5], [1.0]]) + 0.0 * u
            pulled = ends(setup, params, phi + path).flux - at.flux[:, None]
            u, moved = jnp.where(hold.clamped > 0, path, u), jnp.where(hold.clamped > 0, pulled, moved)
            end = jnp.where(hold.clamped > 0, charge + push.gate[0] - push.gate[2], end)
        outer = [jnp.mean(q) + push.gate[j] for q, j in ((charge, 0), (end, 2))]
        middle = 1.5 * jnp.mean(u[1]) * numbers.capacitance / tables.h - (outer[0] + outer[1]) / 4
        charges = (outer[0] - push.gate[0], middle - push.gate[1], outer[1] - push.gate[2])
        fluxes = jnp.mean(phi) + jnp.concatenate([jnp.zeros(1), jnp.mean(u, axis=1)])
        samples = jnp.stack([seen_by(t[j], charges[j], fluxes[j], push.gate[j]) for j in range(3)])
        return phi + u[1], end, moved, x, averages(phi, charge, x, push.gate[0], at, felt[:, 3], samples)

    @jax.jit
    def advance(tables, state, x, push, t, hold):
        def one(phi, charge, carry, felt, given):
            return move(phi, charge, carry, felt, given, tables, hold)

        return scan_steps(state, x, tables, (push, t), one)

    @jax.jit
    def look(state, x, push, t):
        current = jnp.einsum("em,emk->ek", weight, state.lines[:, : weight.shape[1]])
        seen = seen_by(t, jnp.mean(state.charge), jnp.mean(state.phi), push.gate)
        return averages(state.phi, state.charge, x, push.gate, ends(setup, params, state.phi), current, seen)

    return MeanFlow(advance, look, push_of(setup, params), renewal(setup, params))


def first_ensemble(setup: Setup, params: Params, flux: float, charge: float) -> Columns:
    """Trajectories drawn from W_0: means φ [Wb] and q [C], and fluctuations of circuit and lines."""
    where = jnp.asarray([flux])
    conductance = np.asarray(ends(setup, params, where).slope)[:, 0] ** 2
    stiffness = float(potential(setup, params, where)[1][0])
    if setup.resonator and not stiffness > 0:
        raise InputError("[initial] flux", f"{flux:g} Wb", "must be in a well of the potential: nothing holds it there")
    numbers = lab_frame.circuit_numbers(setup, params)
    t = np.array([float(params["elements"][d.name]["T"]) for d in setup.one.dissipators])
    rows = first_rows(setup, params, Circuit(float(numbers.capacitance), stiffness, t, conductance))
    count, modes = setup.trajectories, setup.lines.omega.size
    if 2 * modes * count > MOST_NUMBERS:
        most = MOST_NUMBERS // (2 * modes)
        raise InputError(
            "trajectories", count, f"must be ≤ {most} with {modes} modes: their lines have to fit in memory"
        )
    normals = np.random.default_rng(setup.seed).standard_normal((rows.phi.shape[0], count))
    lines = np.stack([table @ normals for table in rows.lines])
    return Columns(flux + rows.phi @ normals, charge + rows.charge @ normals, lines)


def renewal(setup: Setup, params: Params) -> Any:
    """renew(state, (q, φ) before, after, fires, k): every trajectory at the k-th reset, or at the end of its hold."""
    capacitance = float(lab_frame.circuit_numbers(setup, params).capacitance)

    def renew(state: Columns, before: np.ndarray, after: np.ndarray, fires: bool, k: int) -> Columns:
        phi, charge = np.asarray(state.phi), np.asarray(state.charge)
        if setup.reset == "subtract":
            return state._replace(phi=phi + after[1] - before[1], charge=charge + after[0] - before[0])
        draw = np.random.default_rng([setup.seed, k, int(fires)]).standard_normal((2, len(phi)))
        if not setup.resonator:
            std = float(params["neuron"]["reset_std"])
            kick = 0.0 if fires else hbar / (2 * capacitance * std)
            return state._replace(phi=phi + kick * draw[1], charge=after[0] + capacitance * std * draw[0])
        if not fires:
            return state
        flux, own = own_variances(setup, params, float(params["neuron"]["reset_occupation"]))
        return state._replace(phi=after[1] + flux**0.5 * draw[1], charge=after[0] + own**0.5 * draw[0])

    return renew
