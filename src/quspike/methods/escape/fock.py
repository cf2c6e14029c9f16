"""A resonator that clicks, in Fock space and in the frame that rotates with its drive.

    dρ/dt = −i[H, ρ] + κ↓ 𝓓[a]ρ + κ↑ 𝓓[a†]ρ − ½{Γ(X̂_θ), ρ},     H/ħ = (ω0 − ω_d) a†a + H_nl + i(p a† − p* a)
    X̂_θ = V_zpf (a e^{−iθ} + a† e^{iθ}),    p = iφ_zpf e/2ħ for a drive I = e(t) cos ω_d t

A quadrature of the driven mode stands still in this frame, and for a constant envelope the generator is one matrix. The
voltage turns in it, and is watched from the laboratory, ω_d → 0 and p → pe^{−iω_d t}, where the same losses hold. Left
out, as secular equations do, is what turns at 2ω_d: the other half of the drive (of order |p|/2ω_d in ⟨a⟩), and of a
junction all that does not conserve the number of quanta.

𝓙ρ = U √Γ ρ √Γ U†. The elements of Γ are exact (`kernel/detector`); its root is that of the truncated Γ, so that a click
keeps probability to rounding. ρ is kept as the real matrix of `kernel/fock`. An edge much sharper than V_zpf converges
slowly in the number of levels: clicks and their absence both leave quanta behind. A memristance that is an operator
has jumps of its own in place of a and a†: `operator_memory.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
from scipy import linalg, special

from quspike.constants import hbar, phi0
from quspike.errors import NotAvailable
from quspike.kernel.detector import detector_matrix
from quspike.memory.operator import check_operator
from quspike.methods import secular
from quspike.methods.escape.detector import Detector, detector
from quspike.methods.escape.operator_memory import dissipator, operators, resting_conductances
from quspike.methods.escape.sources import envelope_of, on_its_carrier
from quspike.methods.escape.space import Coefficients, Space
from quspike.methods.escape.superoperators import anticommutator, commutator, of_every_mode, over_packed, packed
from quspike.methods.method import Params, Setup, initial_memories, memory_scales
from quspike.quantize.numbers.zero_point import Mode, resonator_mode

TOP_LEVELS = 2
VOLTAGE = 0.5 * np.pi
"""V̂ is the quadrature at this angle, of a frame that stands still."""


def fock_space(setup: Setup, params: Params) -> Space:
    """The Space of one mode of `setup.truncation` levels; seen: amplitudes, number and ⟨a²⟩ in its frame.

    Raises NotAvailable for the envelope as a membrane, and for junctions that do not conserve quanta.
    """
    refuse_fock(setup)
    mode, levels = resonator_mode(setup.one, params["elements"]), _levels(setup)
    envelope, carrier = envelope_of(setup, params, float(mode.omega))
    a, edge = np.diag(np.sqrt(np.arange(1.0, levels)), 1), detector(params)
    turns = setup.membrane_kind == "voltage"
    seen, frame = (replace(setup, quadrature_phase=VOLTAGE), 0.0) if turns else (setup, carrier)
    click = click_matrix(seen, mode, edge, levels)
    still = nonlinear_levels(setup, params, mode) - (frame - float(mode.omega)) * np.arange(levels)
    laws, push = _laws(setup, params, mode), float(mode.phi_zpf) / (2 * hbar)
    row, zero, remembers = amplitude_rows(a), setup.reset == "zero", not operators(setup) and setup.one.memristors
    lines = () if not operators(setup) else (dissipator(setup, params, mode),)
    integrating, held = _coefficients(laws, lambda t: push * envelope(t), carrier - frame, len(lines), zero)
    return Space(
        terms=(*of_every_mode(levels), commutator(np.diag(still)), *lines, anticommutator(-0.5 * click)),
        coefficients=integrating,
        held=held,
        trace=packed(np.eye(levels)),
        rate=packed(click),
        signal=np.stack([row["re"], row["im"]]),
        seen=row | {"membrane": packed(quadrature(mode, seen.quadrature_phase, a))},
        start=packed(first_state(setup, params, mode, a)),
        detector=edge,
        current=on_its_carrier(envelope) if turns else envelope,
        carrier=frame,
        edge=packed(np.diag(np.arange(levels) >= levels - TOP_LEVELS)),
        memory=lambda t, x, s: laws(x, float(np.hypot(*s)))[2],
        energy=packed(detector_power(click, hbar * (np.diag(still) + frame * np.diag(np.arange(levels))))),
        leak=_leak(laws, setup, params, mode),
        after=packed(reset_state(seen, params, mode, a)) if zero else None,
        reset=None if zero else click_map(seen, params, mode, a, click),
        first_memory=np.array([float(x) for x in initial_memories(setup, params)] if remembers else []),
        memory_scales=scales(setup, params, edge, mode) if remembers else np.zeros(0),
        frozen=not remembers,
        turning=float(mode.omega) if turns else 0.0,
    )


def _coefficients(
    laws: Callable, push: Callable, offset: float, lines: int, zero: bool
) -> tuple[Coefficients, Coefficients]:
    """Of the terms while integrating, and in the hold: nothing drives it then, and a mode that is swapped is alone.

    push : |p|(t), 1/s, which turns in the frame at `offset` (rad/s). lines : dissipators whose jumps are operators'.
    """

    def integrating(t: float, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        down, up, _ = laws(x, float(np.hypot(*s)))
        pushed, angle = push(t), offset * t
        return np.array([down, up, pushed * np.cos(angle), pushed * np.sin(angle), 1.0, *np.ones(lines), 1.0])

    def held(t: float, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        down, up, _ = laws(x, float(np.hypot(*s)))
        lost = 0.0 if zero else 1.0
        return np.array([lost * down, lost * up, 0.0, 0.0, 1.0, *(lost * np.ones(lines)), 0.0])

    return integrating, held


def scales(setup: Setup, params: Params, edge: Detector, mode: Mode) -> np.ndarray:
    """What counts as much of each memory (E,)."""
    return np.array([float(s) for s in memory_scales(setup, params, edge.threshold, 1 / float(mode.omega))])


def refuse_fock(setup: Setup) -> None:
    """What has no place in this equation, by name."""
    if setup.membrane_kind == "envelope":
        remedy = "must be quadrature or voltage with spike escape: |⟨a⟩| is no observable"
        raise NotAvailable("membrane", "envelope", remedy)
    if setup.one.junctions and setup.nonlinearity == "full":
        remedy = "must be secular or kerr with spike escape: the whole cosine turns with the carrier"
        raise NotAvailable("nonlinearity", "full", remedy)
    for d in setup.one.memristors if setup.memory == "operator" else ():
        check_operator(d)


def _levels(setup: Setup) -> int:
    assert setup.truncation is not None
    return setup.truncation


def quadrature(mode: Mode, angle: float, a: np.ndarray) -> np.ndarray:
    """X̂_θ, V."""
    turned = a * np.exp(-1j * angle)
    return float(mode.v_zpf) * (turned + turned.conj().T)


def click_matrix(setup: Setup, mode: Mode, edge: Detector, levels: int) -> np.ndarray:
    """⟨m|Γ(X̂_θ)|n⟩ (N, N), 1/s."""
    v_zpf = float(mode.v_zpf)
    function = lambda x: edge.at(v_zpf * np.asarray(x))  # noqa: E731
    phase = np.exp(1j * setup.quadrature_phase * np.arange(levels))
    return np.asarray(detector_matrix(levels, function, edge.width / v_zpf)) * np.outer(phase, phase.conj())


def nonlinear_levels(setup: Setup, params: Params, mode: Mode) -> np.ndarray:
    """H_nl/ħ of the junctions on |n⟩ (N,), 1/s: the secular cosine beyond its part of 1/L, or its Kerr term."""
    n = np.arange(_levels(setup), dtype=float)
    if not setup.one.junctions:
        return np.zeros_like(n)
    energy = sum(float(params["elements"][name]["EJ"]) for name in setup.one.junctions) / hbar
    eta = float(mode.phi_zpf) / phi0
    if setup.nonlinearity == "kerr":
        strength = -0.5 * energy * eta**4
        return strength * n + 0.5 * strength * n * (n - 1)
    laguerre = np.array([np.polynomial.laguerre.lagval(eta**2, unit) for unit in np.eye(len(n))])
    levels = -energy * (np.exp(-0.5 * eta**2) * laguerre + eta**2 * (n + 0.5))
    return levels - levels[0]


def _laws(setup: Setup, params: Params, mode: Mode):
    """(x, |⟨a⟩|) → κ↓, κ↑ (1/s), dx/dt (E,), of all that is no operator; compiled once."""
    quanta = secular.occupations(setup, params, mode)
    bare = np.array([d.law is None or not operators(setup) for d in setup.one.dissipators], dtype=float)

    @jax.jit
    def every(x, size):
        swing = (jnp.zeros(()), 2 * mode.phi_zpf * size, 2 * mode.v_zpf * size)
        rates = [b * r for b, r in zip(bare, secular.loss_rates(setup, params, mode, x, swing), strict=True)]
        up = sum(r * n for r, n in zip(rates, quanta, strict=True))
        moving = secular.memory_rates(setup, params, x, swing)
        return sum(rates) + up, up, jnp.stack(moving) if moving else jnp.zeros(0)

    if setup.one.memristors and not operators(setup):
        return lambda x, size: tuple(np.asarray(part) for part in every(jnp.asarray(x), size))
    first = jnp.asarray(initial_memories(setup, params))
    with jax.disable_jit():  # once: sooner done than compiled
        down, up, _ = (np.asarray(part) for part in every(first, 0.0))
    return lambda x, size: (down, up, np.zeros(0))


def detector_power(click: np.ndarray, hamiltonian: np.ndarray) -> np.ndarray:
    """√Γ H √Γ − ½{Γ, H} (N, N), W: what clicks and their absence give to the mode, on average."""
    half = root(click)
    both = click @ hamiltonian
    return half @ hamiltonian @ half - 0.5 * (both + both.conj().T)


def _leak(laws, setup: Setup, params: Params, mode: Mode) -> float:
    """κ/2 at the first memories and little amplitude, 1/s."""
    down, up, _ = laws(np.array([float(x) for x in initial_memories(setup, params)]), 1.0)
    resting = resting_conductances(setup, params, mode) if operators(setup) else []
    return float(0.5 * (down - up + sum(resting) / float(mode.capacitance)))


def first_state(setup: Setup, params: Params, mode: Mode, a: np.ndarray) -> np.ndarray:
    """ρ(0) (N, N): the run's initial state, displaced by its means."""
    initial = params["initial"]
    alpha = complex(secular.initial_amplitude(params, mode))
    levels = len(a)
    if setup.initial_state == "fock":
        bare = np.diag(np.arange(levels) == dict(setup.state or {})["n"]).astype(complex)
    elif setup.initial_state == "cat":
        half = complex(initial["cat_re"], initial["cat_im"])
        bare = cat(levels, half, dict(setup.state or {})["parity"])
    else:
        bare = thermal(levels, float(initial["occupation"]))
    return displaced(a, bare, alpha)


def thermal(levels: int, occupation: float) -> np.ndarray:
    """Σ n̄ⁿ/(1 + n̄)ⁿ⁺¹ |n⟩⟨n|, of unit trace in the levels kept (N, N)."""
    weights = (occupation / (1 + occupation)) ** np.arange(levels)
    return np.diag(weights / np.sum(weights)).astype(complex)


def cat(levels: int, alpha: complex, parity: str) -> np.ndarray:
    """∝ |α⟩ ± |−α⟩, even or odd, of unit norm in the levels kept; as ρ (N, N)."""
    n = np.arange(levels)
    logarithm = n * np.log(max(abs(alpha), 1e-150)) - 0.5 * special.gammaln(n + 1)
    kept = n % 2 == (parity == "odd")
    psi = np.where(kept, np.exp(logarithm - np.max(logarithm[kept])), 0.0) * np.exp(1j * n * np.angle(alpha))
    return np.outer(psi, psi.conj()) / np.sum(np.abs(psi) ** 2)


def displacement(a: np.ndarray, alpha: complex) -> np.ndarray:
    """D(α) = exp(αa† − α*a), unitary in the levels kept (N, N)."""
    return linalg.expm(alpha * a.T - np.conj(alpha) * a)


def displaced(a: np.ndarray, rho: np.ndarray, alpha: complex) -> np.ndarray:
    """DρD† (N, N)."""
    if alpha == 0:
        return rho
    move = displacement(a, alpha)
    return move @ rho @ move.conj().T


def reset_state(setup: Setup, params: Params, mode: Mode, a: np.ndarray) -> np.ndarray:
    """What a `zero` reset swaps in: a thermal mode with ⟨X_θ⟩ = v_reset."""
    neuron = params["neuron"]
    alpha = float(neuron["v_reset"]) / (2 * float(mode.v_zpf)) * np.exp(1j * setup.quadrature_phase)
    return displaced(a, thermal(len(a), float(neuron["reset_occupation"])), alpha)


def kick(setup: Setup, params: Params, mode: Mode) -> complex:
    """α that a `subtract` reset adds: −(v_threshold − v_reset)/2V_zpf along the membrane's phase."""
    jump = float(params["neuron"]["v_threshold"]) - float(params["neuron"]["v_reset"])
    return -jump / (2 * float(mode.v_zpf)) * np.exp(1j * setup.quadrature_phase)


def root(click: np.ndarray) -> np.ndarray:
    """√Γ of the truncated Γ (N, N)."""
    values, vectors = np.linalg.eigh(click)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.conj().T


def click_map(setup: Setup, params: Params, mode: Mode, a: np.ndarray, click: np.ndarray) -> np.ndarray:
    """ρ → U√Γρ√ΓU† over packed matrices (N², N²)."""
    jump = displacement(a, kick(setup, params, mode)) @ root(click)
    return over_packed(np.kron(jump, jump.conj()))


def amplitude_rows(a: np.ndarray) -> dict[str, np.ndarray]:
    """Rows over packed matrices: Re and Im of ⟨a⟩ and of ⟨a²⟩, and ⟨a†a⟩."""
    parts = {}
    for name, operator in (("", a), ("square_", a @ a)):
        adjoint = operator.conj().T
        parts[f"{name}re"] = packed(0.5 * (operator + adjoint))
        parts[f"{name}im"] = packed(-0.5j * (operator - adjoint))
    return parts | {"number": packed(np.diag(np.arange(len(a))))}
