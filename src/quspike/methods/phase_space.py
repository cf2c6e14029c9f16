"""Wigner functions of the membrane at the times that a run was asked for: `[save] wigner_times`.

    W(φ, q),  q = CV,     ∫W dφ dq = 1,   ∫W dq = ⟨φ|ρ|φ⟩,   ∫W dφ = ⟨q|ρ|q⟩

of the mean and covariance where they are the whole state (`moments`, `modes` of a linear circuit), and of ρ itself in
`gksl`, `brownian` and `heom`. Each lies on a grid of its own about its mean, as wide as the state: a flux drifts by
thousands of its widths, and no one grid could hold it all along. The grid is made finer until it holds its state: its
sum, its means and its standard deviations are the method's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from quspike.constants import hbar
from quspike.errors import ConvergenceError, InputError, NotAvailable
from quspike.kernel.centre_difference import Frame
from quspike.kernel.fock import unpack
from quspike.kernel.hermite_grid import hermite_grid
from quspike.kernel.wigner import centre_wigner, fock_wigner, gaussian_wigner
from quspike.methods.method import Params, Setup, Solution
from quspike.quantize.membrane import total_capacitance
from quspike.quantize.numbers.zero_point import resonator_mode

FOCK, CENTRE, SHAPE = "whole_fock", "whole_centre", "whole_shape"
WHOLE = (FOCK, CENTRE, SHAPE)
"""What a method leaves of a state beyond its means and covariance: ρ′ in Fock space, or on centre and difference."""

FAR, SCOUTS = (6.0, 12.0, 24.0), 97  # standard deviations within which a state is looked for; points a side that look
BEYOND = 1e-7  # of ∫|W| that may lie beyond either edge of the grid
SIDES = (129, 257, 513)  # points of a side; the first that hold every state
HELD = 1e-4  # of the sum, and of a standard deviation in mean and width, that a grid may be off


@dataclass(frozen=True)
class Portrait:
    """One state: W at distances φ (P,) and q (Q,) from its mean as (P, Q), and its covariance of φ and q (2, 2), SI."""

    density: Callable[[np.ndarray, np.ndarray], np.ndarray]
    covariance: np.ndarray


def check(setup: Setup, method: str, quantum: bool) -> None:
    """Refuse, by name, what has no Wigner function here."""
    key = "[save] wigner_times"
    if not quantum:
        raise InputError(key, "given", f"must be empty with method {method}: its state is a point of phase space")
    if setup.several:
        raise NotAvailable(key, "given", f"must be empty for circuits of several nodes so far: {setup.membrane.node}")
    if method == "trajectories":
        remedy = "must be empty with method trajectories, which keeps no states; their parent has one"
        raise NotAvailable(key, "given", remedy)
    if setup.memory == "measured" or setup.spike == "record":
        remedy = "must be empty where a record is kept, which each trajectory has a state of its own for"
        raise NotAvailable(key, "given", f"{remedy}; [save] states keeps those of gksl, covariance those of moments")
    if setup.spike == "escape":
        remedy = "must be empty with spike escape, whose register mixes a neuron's states over when it clicked"
        raise NotAvailable(key, "given", remedy)
    ensemble = method == "modes" and bool(setup.one.junctions or (setup.memory == "operator" and setup.one.memristors))
    if ensemble:
        remedy = "must be empty where modes runs an ensemble: points are no density; brownian and heom have one"
        raise NotAvailable(key, "given", remedy)


def wigner_arrays(setup: Setup, params: Params, kept: np.ndarray, solution: Solution) -> dict[str, np.ndarray]:
    """W on its grids: `wigner` (K, 1, P, P) in 1/(J s), `wigner_flux`, `_charge` and `_voltage` (K, 1, P), SI.

    kept : (K,) the places of the asked times among the solution's.

    Raises
    ------
    ConvergenceError : the finest grid does not hold a state.
    """
    capacitance = float(total_capacitance(setup.one, params["elements"]))
    states = portraits(setup, params, kept, solution)
    phi, q, w = grids(states, np.asarray(solution.time)[kept])
    middle = np.asarray(solution.flux)[kept], capacitance * np.asarray(solution.voltage)[kept]
    flux, charge = middle[0] + phi, middle[1] + q
    return {
        "wigner_flux": flux[:, None],
        "wigner_charge": charge[:, None],
        "wigner_voltage": charge[:, None] / capacitance,
        "wigner": w[:, None],
    }


def portraits(setup: Setup, params: Params, kept: np.ndarray, solution: Solution) -> list[Portrait]:
    """The states at the kept times."""
    extra = solution.extra
    rows = [np.asarray(extra[name])[kept, 0] for name in ("flux_variance", "flux_charge_covariance", "charge_variance")]
    spreads = np.array([[rows[0], rows[1]], [rows[1], rows[2]]]).transpose(2, 0, 1)
    if FOCK in extra:
        return _of_fock(setup, params, np.asarray(extra[FOCK]), spreads)
    if CENTRE in extra:
        shapes = zip(np.asarray(extra[CENTRE]), np.asarray(extra[SHAPE]), spreads, strict=True)
        return [Portrait(partial(_centre_density, *state), spread) for *state, spread in shapes]
    return [Portrait(partial(gaussian_wigner, covariance=spread), spread) for spread in spreads]


def _of_fock(setup: Setup, params: Params, rho: np.ndarray, spreads: np.ndarray) -> list[Portrait]:
    """β = φ/2φ_zpf + iq/2q_zpf about the mean: ρ′ need not be centred."""
    mode = resonator_mode(setup.one, params["elements"])
    scale = 2 * float(mode.phi_zpf), 2 * float(mode.q_zpf)
    shifts = np.einsum("tmn,nm->t", rho, np.diag(np.sqrt(np.arange(1, rho.shape[-1])), 1))

    def density(state: np.ndarray, shift: complex, phi: np.ndarray, q: np.ndarray) -> np.ndarray:
        return fock_wigner(state, shift + phi[:, None] / scale[0] + 1j * q / scale[1]) / (2 * hbar)

    return [Portrait(partial(density, *state), s) for *state, s in zip(rho, shifts, spreads, strict=True)]


def _centre_density(packed: np.ndarray, shape: np.ndarray, phi: np.ndarray, q: np.ndarray) -> np.ndarray:
    """shape : a, b [Wb] and χ of the frame that R (N, N) is written in."""
    transform = hermite_grid(len(packed)).transform
    width, reach, chirp = (float(number) for number in shape)
    w = centre_wigner(transform.T @ packed @ transform, chirp, phi / width, q * reach / hbar)
    return reach / (hbar * width) * w


def grids(states: list[Portrait], times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """φ and q about each mean (K, P) and W (K, P, P), on the coarsest grid of `SIDES` that holds every state."""
    edges = [edges_of(state) for state in states]
    for points in SIDES:
        axes = [(np.linspace(*phi, points), np.linspace(*q, points)) for phi, q in edges]
        found = [state.density(*axis) for state, axis in zip(states, axes, strict=True)]
        flaws = [flaw(*axis, w, one.covariance) for axis, w, one in zip(axes, found, states, strict=True)]
        if max(flaws) <= HELD:
            phi, q = (np.array(side) for side in zip(*axes, strict=True))
            return phi, q, np.array(found)
    worst = int(np.argmax(flaws))
    raise ConvergenceError(
        f"[save] wigner_times: the state at {times[worst]:.4g} s does not fit on a grid of {SIDES[-1]} points a side "
        f"(off by {flaws[worst]:.2g}): flux and charge are all but one there; ask for other times"
    )


def edges_of(state: Portrait) -> list[tuple[float, float]]:
    """From where to where about its mean the state reaches, in φ and in q."""
    for far in FAR:
        axes = [far * s * np.linspace(-1, 1, SCOUTS) for s in np.sqrt(np.diag(state.covariance))]
        weight = np.abs(state.density(axes[0], axes[1]))
        inside = [_inside(weight.sum(axis=1)), _inside(weight.sum(axis=0))]
        if all(low > 0 and high < SCOUTS - 1 for low, high in inside):
            break
    return [(float(axis[low]), float(axis[high])) for axis, (low, high) in zip(axes, inside, strict=True)]


def _inside(weight: np.ndarray) -> tuple[int, int]:
    """The outermost points beyond each of which less than `BEYOND` of the weight lies."""
    below, above = np.cumsum(weight), np.cumsum(weight[::-1])
    low, high = (int(np.searchsorted(side, BEYOND * weight.sum())) for side in (below, above))
    return max(low - 1, 0), len(weight) - 1 - max(high - 1, 0)


def flaw(phi: np.ndarray, q: np.ndarray, w: np.ndarray, covariance: np.ndarray) -> float:
    """How far sum, means and widths of W on its grid, and the sum over every other point, are from the state's own."""
    cell = (phi[1] - phi[0]) * (q[1] - q[0])
    errors = [abs(w.sum() * cell - 1), abs(4 * w[::2, ::2].sum() * cell - 1)]
    for axis, marginal, variance in ((phi, w.sum(axis=1), covariance[0, 0]), (q, w.sum(axis=0), covariance[1, 1])):
        mean = (axis * marginal).sum() * cell
        std = np.sqrt(max((axis**2 * marginal).sum() * cell - mean**2, 0.0))
        errors += [abs(mean) / variance**0.5, abs(std / variance**0.5 - 1)]
    return float(max(errors))


def whole_fock(packed: Any, turn: Any = 0.0) -> dict[str, Any]:
    """The kept part of a state in Fock space, whose oscillator has turned by this angle."""
    import jax.numpy as jnp

    phases = jnp.exp(-1j * turn * jnp.arange(packed.shape[-1]))
    return {FOCK: unpack(packed) * jnp.outer(phases, phases.conj())}


def whole_centre(packed: Any, frame: Frame) -> dict[str, Any]:
    """The kept part of a state on centre and difference."""
    import jax.numpy as jnp

    return {CENTRE: packed, SHAPE: jnp.stack([frame.width, frame.reach, jnp.asarray(frame.chirp, dtype=float)])}
