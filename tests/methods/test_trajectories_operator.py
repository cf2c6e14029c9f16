"""Trajectories of a memristance that is an operator: their jump operators by brute force, their averages by QuTiP."""

import jax.numpy as jnp
import numpy as np
import pytest
import qutip
from scipy.linalg import expm

import quspike as qs
from brownian_units import (
    FLUX,
    IMPEDANCE,
    OMEGA,
    VOLTAGE,
    Oscillator,
    golden_rule_jumps,
    memristor,
    resistor,
    resonator,
    sigmoid,
    solve,
)
from quspike.errors import InputError
from quspike.methods.trajectories import operators
from quspike.methods.trajectories.state import Seen, State
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.run.compile import compile_run

KT = 1.2
LAW = (0.02, 0.1, 0.4, 0.6)
"""W(−∞), W(∞), centre and width."""
LEVELS, LARGE = 6, 70
PLACE, WHEN = 1.1 - 0.7j, 0.9


def problem(parent, *elements, **settings):
    """A compiled run of a resonator."""
    text = resonator(*(elements or (memristor(*LAW, KT), resistor(0.03, 0.7))))
    given = {"method": "trajectories", "memory": "operator", "truncation": LEVELS, "duration": 1 / OMEGA}
    return compile_run(qs.Run(circuit=text, parent=parent, **given | settings))


def found(parent, **settings):
    """What acts in a frame at PLACE at ω0t = WHEN, ħ = C = L = 1."""
    made = problem(parent, **settings)
    mode = resonator_mode(made.setup.one, made.params["elements"])
    t = jnp.asarray(WHEN / OMEGA)
    psi = jnp.zeros(LEVELS, complex).at[0].set(1.0)
    y = State(jnp.asarray(PLACE), psi, jnp.zeros(1))
    piece = made.setup.inputs.pieces(made.params, jnp.zeros(1))
    piece = tuple(p[0] for p in piece)
    return made.setup, operators.operators(made.setup, made.params, t, y, Seen(mode, PLACE, PLACE), piece)


def in_the_frame(matrix, *, turning):
    """D†(z) e^{iω0tn̂} M e^{−iω0tn̂} D(z), cut out of a large space; turning : whether the operator stands in the lab."""
    a = np.diag(np.sqrt(np.arange(1, LARGE)), 1)
    turn = np.exp(1j * WHEN * np.arange(LARGE)) if turning else np.ones(LARGE)
    shift = expm(PLACE * a.T - np.conj(PLACE) * a)
    return (shift.conj().T @ (turn[:, None] * matrix * turn.conj()) @ shift)[:LEVELS, :LEVELS]


def test_jump_operators_of_brownian_are_those_of_matrices_multiplied_out():
    """L and ¼{G, Ġ} of a memristor and a resistor, displaced and turned by brute force, within 1e-9.

    Catches: the sign of iħ/4kT; Ġ of G′V̂ without its other half; ¼{G, Ġ} about a G that forgets the frame.
    """
    _, mine = found("brownian")
    oscillator = Oscillator(LARGE)
    lines = [oscillator.line(sigmoid(*LAW), KT), oscillator.line(lambda u: 0.03, 0.7)]
    cut = slice(0, LARGE)
    for jump, (whole, _) in zip(mine.jumps, lines, strict=True):
        exact = in_the_frame(np.asarray(whole)[cut, cut], turning=True)
        np.testing.assert_allclose(jump / OMEGA**0.5, exact, atol=1e-7 * np.abs(exact).max())
    energy = in_the_frame(sum(np.asarray(h) for _, h in lines)[cut, cut], turning=True)
    np.testing.assert_allclose(mine.hamiltonian / OMEGA, energy, atol=1e-7 * np.abs(energy).max())


def test_jump_operators_of_gksl_are_bands_of_the_coupling_about_no_swing_displaced():
    """√Γ_k G_k of every k, up and down, within 1e-7. Catches: jumps undisplaced; the angle of the swing turned back."""
    setup, mine = found("gksl")
    oscillator = Oscillator(LARGE)
    exact = golden_rule_jumps(oscillator, sigmoid(*LAW), KT, 3)
    own = np.asarray(mine.jumps[2:]) / OMEGA**0.5  # after the resistor's two
    places = [0, *(k + up * setup.jumps for k in (1, 2, 3) for up in (0, 1))]
    for jump, place in zip(exact, places, strict=True):
        right, left = in_the_frame(jump.full(), turning=False), own[place]
        overlap = np.vdot(left, right)
        left = left * overlap / np.abs(overlap)  # nobody sees a jump operator's phase
        one = np.eye(LEVELS)  # of G_0 a number is left to choose
        right, left = (m - np.trace(m) / LEVELS * one if place == 0 else m for m in (right, left))
        np.testing.assert_allclose(left, right, atol=1e-6 * np.abs(right).max())


@pytest.mark.slow
@pytest.mark.parametrize("unravelling", ["jump", "diffusion"])
def test_a_constant_memristance_makes_the_trajectory_of_a_mean_field(unravelling):
    """W(φ̂) = W: under `brownian` each trajectory within 1e-4 of the linear operators' on the same noise.

    Catches: G about another zero, which would count other quanta; a kick of another size.
    """
    settings = {
        "method": "trajectories", "parent": "brownian", "unravelling": unravelling, "trajectories": 3, "truncation": 14,
        "amplitude": 0.2, "dt": 1 / 64 / OMEGA, "initial": {"state": "coherent", "alpha": 0.8}, "seed": 2,
    }  # fmt: skip
    circuit = resonator(memristor(0.05, 0.05, 0.3, 0.5, KT))
    plain, jumps = (solve(circuit, 3.0, 6, **settings, memory=memory) for memory in ("mean_field", "operator"))
    for name in ("voltage", "flux", "memory", "memristance"):
        one, other = (np.asarray(getattr(s, name)) for s in (plain, jumps))
        assert np.max(np.abs(one - other)) < 1e-4 * np.max(np.abs(one)), name


@pytest.mark.slow
@pytest.mark.parametrize("unravelling", ["jump", "diffusion"])
@pytest.mark.parametrize("parent", ["gksl", "brownian"])
def test_the_average_is_the_master_equation_of_operators_multiplied_out(parent, unravelling):
    """⟨φ⟩, ⟨q⟩, ⟨W⟩, ½⟨{W, V}⟩ and energy within 4 standard errors of QuTiP's mesolve in the laboratory frame.

    Catches: Γ_0 twice; a memory that each trajectory's mean drives; a current without its flow.
    """
    duration, amplitude, alpha, levels = 3.0, 0.3, 0.7 + 0.5j, 30
    oscillator, law = Oscillator(levels), sigmoid(*LAW)
    a = qutip.destroy(levels)
    hamiltonian = a.dag() * a
    if parent == "gksl":
        jumps = golden_rule_jumps(oscillator, law, KT, 10)
    else:
        jump, energy = oscillator.line(law, KT)
        jumps, hamiltonian = [oscillator.cut(jump)], hamiltonian + oscillator.cut(energy)
    force = [oscillator.cut(oscillator.x), lambda t: -amplitude * np.sin(t)]
    w = oscillator.of_position(law)
    extra = [oscillator.cut(w), oscillator.cut((w @ oscillator.p + oscillator.p @ w) / 2)]
    rho = qutip.coherent(levels, alpha, method="analytic").proj()
    exact = oscillator.run([hamiltonian, force], jumps, rho, np.linspace(0, duration, 5), extra)
    ours = solve(
        resonator(memristor(*LAW, KT)), duration, 4, amplitude=amplitude, method="trajectories", parent=parent,
        unravelling=unravelling, memory="operator", truncation=16 if unravelling == "jump" else 11,
        trajectories=160 if parent == "brownian" else 48,  # whose jumps are rare: a few of 48 have no standard error
        initial={"state": "coherent", "alpha": alpha}, seed=4,
    )  # fmt: skip
    flux, voltage = np.asarray(ours.flux)[..., 0] / FLUX, np.asarray(ours.voltage)[..., 0] / VOLTAGE
    charges = np.asarray(ours.extra["charge_variance"])[..., 0] / (VOLTAGE * 1e-13) ** 2
    squares = np.asarray(ours.extra["flux_variance"])[..., 0] / FLUX**2 + flux**2 + charges + voltage**2
    seen = {
        "flux": (flux, exact[0]), "charge": (voltage, exact[1]), "energy": (squares, exact[2] + exact[4]),
        "conductance": (IMPEDANCE / np.asarray(ours.memristance)[..., 0], exact[5]),
        "current": (np.asarray(ours.memristor_current)[..., 0] / (VOLTAGE / IMPEDANCE), exact[6]),
        "memory": (np.asarray(ours.memory)[..., 0] / FLUX, exact[0]),
    }  # fmt: skip
    for name, (values, wanted) in seen.items():
        error = np.std(values, axis=0, ddof=1) / np.sqrt(len(values))
        assert np.all(np.abs(values.mean(axis=0) - wanted)[1:] < 4 * error[1:]), name


def test_laws_without_a_coupling_are_refused():
    """Catches: an envelope's memory taken for an operator."""
    law = "MEM1 m 0 model=sigmoid R_on=8kohm R_off=32kohm phi_c=30fWb phi_s=10fWb senses=envelope T=200mK"
    for parent in ("gksl", "brownian"):
        with pytest.raises(InputError, match="senses"):
            problem(parent, law)
