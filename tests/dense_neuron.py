"""A resonator that writes spikes into twelve qubits, as one dense vector: written anew, for the chain to be held to.

Frame rotating at ω0, X = a e^{−iθ} + a† e^{iθ}. Numbers of levels are small, and what is compared is the same truncated
neuron: what a finite number of levels leaves out is another test's matter.
"""

from functools import lru_cache
from itertools import pairwise
from math import factorial

import numpy as np
from scipy.constants import e, hbar, k
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm, sqrtm
from scipy.special import erfc, eval_hermite

import quspike as qs

C, L, LEVELS = 100e-15, 10e-9, 8
OMEGA = 1 / np.sqrt(L * C)
PHI_ZPF, V_ZPF = np.sqrt(hbar * np.sqrt(L / C) / 2), np.sqrt(hbar / (2 * np.sqrt(L / C))) / C
THETA, THRESHOLD, RESET, WIDTH = np.pi / 2, 8e-6, 1e-6, 2e-6
AMPLITUDE, CARRIER = 1.2e-9, 5.1e9
CIRCUIT = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 {R} T={T}\nI1 0 m tone"
EJ = (hbar / (2 * e)) ** 2 / 40e-9
JUNCTION = CIRCUIT.replace("10nH", f"{L * 4 / 3!r}H") + f"\nJJ1 m 0 EJ={EJ!r}J"  # 40 nH in parallel: L is the same

R_OFF, R_ON, PHI_C, PHI_S = 600e3, 30e3, 1.2e-16, 0.8e-16
MEMRISTOR = (
    "C1 m 0 100fF\nL1 m 0 10nH\nI1 0 m tone\n"
    f"MEM1 m 0 model=sigmoid R_off={R_OFF!r}ohm R_on={R_ON!r}ohm phi_c={PHI_C!r}Wb phi_s={PHI_S!r}Wb T={{T}}"
)


def run(
    bins=12, bin=0.5e-9, R="1e21ohm", T="20mK", reset="subtract", rest=0, state="vacuum", alpha=None, rate=None,
    amplitude=AMPLITUDE, width=WIDTH, circuit=CIRCUIT, membrane="quadrature", **more,
):  # fmt: skip
    """The run file's twin of it."""
    neuron = qs.Neuron(
        "m", membrane=membrane, quadrature_phase=THETA if membrane == "quadrature" else 0.0, v_threshold=THRESHOLD,
        v_reset=RESET, reset=reset, t_ref=rest * bin, spike="coherent",
        coherent={"bin": bin, "width": width, "rate": rate},
    )  # fmt: skip
    return qs.Run(
        circuit=qs.Circuit(circuit.format(R=R, T=T)), duration=bins * bin, neuron=neuron, method="gksl",
        drives={"tone": qs.Step(amplitude, envelope_of=CARRIER)}, initial=qs.Initial(state=state, alpha=alpha), **more,
    )  # fmt: skip


def chain(levels=LEVELS, **changes):
    """The chain of the same run, with so many levels."""
    from dataclasses import replace

    from quspike.methods.coherent.neuron import train_of
    from quspike.run.compile import compile_run

    problem = compile_run(run(**changes))
    setup = replace(problem.setup, truncation=levels)
    return train_of(setup, problem.params, problem.run.duration, problem.dt)


def lowering(levels=LEVELS):
    return np.diag(np.sqrt(np.arange(1, levels)), 1)


def displaced(beta, levels=LEVELS):
    a = lowering(levels)
    return expm(beta * a.T - np.conj(beta) * a)


def edge_matrix(function, levels=LEVELS):
    """∫dX ψ_m f(½erfc((v_threshold − X V_zpf)/√2σ)) ψ_n over ten thousand points, turned to X_θ."""
    x = np.linspace(-12, 12, 10001)
    psi = np.array([eval_hermite(n, x) * np.exp(-x**2 / 2) / np.sqrt(np.sqrt(np.pi) * 2.0**n * factorial(n))
                    for n in range(levels)])  # fmt: skip
    share = 0.5 * erfc((THRESHOLD - np.sqrt(2) * x * V_ZPF) / (np.sqrt(2) * WIDTH))
    matrix = (psi * function(share)) @ psi.T * (x[1] - x[0])
    return matrix * np.exp(1j * THETA * np.subtract.outer(np.arange(levels), np.arange(levels)))


def kick(levels=LEVELS):
    """U_reset of `subtract`."""
    return displaced(-(THRESHOLD - RESET) / (2 * V_ZPF) * np.exp(1j * THETA), levels)


def writing(reset="subtract", levels=LEVELS):
    """K0 and K1 without its swap, E = 1 − exp(−½erfc(…)) for Γ0Δ = 1."""
    click = edge_matrix(lambda share: 1 - np.exp(-share), levels)
    silent, spike = sqrtm(np.eye(levels) - click), sqrtm(click)
    return silent, kick(levels) @ spike if reset == "subtract" else spike


def push(begin, end, kappa=0.0):
    """∫ (iφ_zpf/ħ) I(t) e^{iω0t − κ(end − t)/2} dt of a cosine, by adaptive quadrature."""

    def part(t, which):
        wave = np.exp(1j * OMEGA * t - kappa / 2 * (end - t)) * 1j * PHI_ZPF / hbar
        return getattr(AMPLITUDE * np.cos(2 * np.pi * CARRIER * t) * wave, which)

    spans = list(pairwise(np.linspace(begin, end, 9)))
    real, imaginary = (
        sum(quad(part, a, b, args=(which,), epsabs=1e-13, epsrel=1e-13)[0] for a, b in spans)
        for which in ("real", "imag")
    )
    return real + 1j * imaginary


def phase(begin, end):
    """Im ∬ p(t) p*(t′), t > t′: what the drive turns the state by; a history that rests has none of it."""

    def flow(t, y):
        wave = 1j * PHI_ZPF / hbar * AMPLITUDE * np.cos(2 * np.pi * CARRIER * t) * np.exp(1j * OMEGA * t)
        return [wave.real, wave.imag, (wave * (y[0] - 1j * y[1])).imag]

    return solve_ivp(flow, (begin, end), [0.0, 0.0, 0.0], method="DOP853", rtol=1e-11, atol=1e-14).y[2, -1]


def segments(bins, bin):
    """From the beginning to the first middle, from middle to middle, and from the last one to the end."""
    edges = np.concatenate([[0.0], (np.arange(bins) + 0.5) * bin, [bins * bin]])
    return list(pairwise(edges))


def pure_state(bins=12, bin=0.5e-9, rest=0, levels=LEVELS):
    """|Ψ⟩ of all qubits and the neuron (2^K, N), nothing lost; the first qubit is the highest bit."""
    moves = [np.exp(1j * phase(*span)) * displaced(push(*span), levels) for span in segments(bins, bin)]
    silent, spike = writing(levels=levels)
    states = {(): np.eye(levels)[0].astype(complex)}
    for n in range(bins):
        following = {}
        for past, psi in states.items():
            resting = any(past[-rest:]) if rest else False
            psi = psi if resting else moves[n] @ psi
            following[(*past, 0)] = psi if resting else silent @ psi
            following[(*past, 1)] = 0 * psi if resting else spike @ psi
        states = following
    ended = [psi if rest and any(past[-rest:]) else moves[bins] @ psi for past, psi in sorted(states.items())]
    return np.array(ended)


def liouvillian(kappa, occupation, levels=LEVELS):
    """κ(n̄+1)𝓓[a] + κn̄ 𝓓[a†] on ρ as a row-major vector."""
    a, one = lowering(levels), np.eye(levels)
    total = np.zeros((levels**2, levels**2))
    for jump, rate in ((a, kappa * (occupation + 1)), (a.T, kappa * occupation)):
        square = jump.T @ jump
        total = total + rate * (np.kron(jump, jump) - 0.5 * np.kron(square, one) - 0.5 * np.kron(one, square))
    return total


@lru_cache
def leak(kappa, occupation, duration, levels=LEVELS):
    """e^{𝓛t} of the leak (N², N²)."""
    return expm(liouvillian(kappa, occupation, levels) * duration)


def swapped(rho, ket, bra, silent, spike, fresh):
    """A controlled swap with a fresh mode of state σ, which is then traced out, on the whole of both modes."""
    levels = len(rho)
    swap = np.eye(levels**2).reshape((levels,) * 4).transpose(1, 0, 2, 3).reshape(levels**2, levels**2)
    one = np.eye(levels)
    sides = [swap @ np.kron(spike, one) if bit else np.kron(silent, one) for bit in (ket, bra)]
    both = sides[0] @ np.kron(rho, fresh) @ sides[1].conj().T
    return np.einsum("ikjk->ij", both.reshape((levels,) * 4))


def mixed_coherence(ket, bra, kappa, occupation, bin=0.5e-9, reset="subtract", fresh=None, levels=LEVELS):
    """⟨A|ρ|B⟩ of two patterns with loss, bin after bin by exponentials of the whole Liouvillian, without rest."""
    bins = len(ket)
    silent, spike = writing(reset, levels)
    rho = np.zeros((levels, levels), dtype=complex)
    rho[0, 0] = 1.0
    for n, (begin, end) in enumerate(segments(bins, bin)):
        rho = (leak(kappa, occupation, round(end - begin, 15), levels) @ rho.ravel()).reshape(rho.shape)
        turn = displaced(push(begin, end, kappa), levels)
        rho = turn @ rho @ turn.conj().T
        if n < bins and fresh is None:
            left, right = (spike if bit else silent for bit in (ket[n], bra[n]))
            rho = left @ rho @ right.conj().T
        elif n < bins:
            rho = swapped(rho, ket[n], bra[n], silent, spike, fresh)
    return complex(np.trace(rho))


def golden_rule(temperature, most, levels=LEVELS):
    """√Γ_k G_k of the sigmoid, by its own integral over the position of a larger space; in 1/√s."""
    wide = lowering(levels + 50)
    x, basis = np.linalg.eigh(wide + wide.T)
    grid = np.linspace(-60, 60, 100_001)
    w = 1 / R_OFF + (1 / R_ON - 1 / R_OFF) / (1 + np.exp(-(PHI_ZPF * grid - PHI_C) / PHI_S))
    integral = np.append(0, np.cumsum(0.5 * PHI_ZPF * (np.sqrt(w)[1:] + np.sqrt(w)[:-1]) * np.diff(grid)))
    coupling = ((basis * np.interp(x, grid, integral - integral[50_000])) @ basis.T)[:levels, :levels]
    jumps = [np.sqrt(2 * k * temperature / hbar**2) * np.diag(np.diag(coupling))]
    for quanta in range(1, most + 1):
        step = 2 * OMEGA * quanta / hbar
        planck = 1 / np.expm1(hbar * OMEGA * quanta / (k * temperature))
        band = np.diag(np.diag(coupling, quanta), quanta)
        jumps += [np.sqrt(step * (planck + 1)) * band, np.sqrt(step * planck) * band.T]
    return jumps
