"""Where quantum Brownian motion goes as ħ → 0 and T → ∞, and how fast; how superposed fluxes lose coherence."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

import brownian_units as units
import quspike as qs
from brownian_units import means_and_spread, memristor, resistor, resonator, sigmoid, solve
from quspike.constants import hbar
from quspike.kernel.hermite_grid import hermite_functions

pytestmark = pytest.mark.slow

LAW = {"off": 0.02, "on": 0.1, "centre": 0.5, "width": 0.5}
DRIVE = {"amplitude": 0.3, "frequency": 0.9}


def classical(duration, samples):
    """φ(t) of φ̈ = −φ − W(φ)φ̇ + f sin νt from φ(0) = 1: SciPy."""
    conductance = sigmoid(*LAW.values())

    def flow(t, y):
        force = DRIVE["amplitude"] * np.sin(DRIVE["frequency"] * t)
        return [y[1], force - y[0] - conductance(y[0]) * y[1]]

    times = np.linspace(0, duration, samples + 1)
    return solve_ivp(flow, (0, duration), [1.0, 0.0], "DOP853", times, rtol=1e-11, atol=1e-12).y[0]


def scaled(quantum, kT, duration, samples, **chosen):
    """⟨φ⟩ of the same circuit where ħ is `quantum`: every flux and charge larger by ħ^{−1/2}; kT in units of ħω0."""
    larger = quantum**-0.5
    law = LAW | {"centre": LAW["centre"] * larger, "width": LAW["width"] * larger}
    drive = DRIVE | {"amplitude": DRIVE["amplitude"] * larger}
    start = {"flux": larger * units.FLUX}
    found = solve(resonator(memristor(**law, kT=kT)), duration, samples, initial=start, **drive, **chosen)
    return means_and_spread(found)[0] / larger


@pytest.mark.slow
def test_a_mean_field_memory_is_the_classical_neuron_and_an_operator_meets_it_in_first_order_of_hbar():
    """At kT = ħω0/2 the cloud of W(φ̂) has a width ∝ √ħ, and shifts ⟨φ⟩ by ½W″σ²: order 1. ⟨φ⟩ of a mean field has no ħ.

    Catches: an operator's W taken at the mean (no departure), G in place of G′, noise that pushes the mean.
    """
    exact = classical(15, 30)
    np.testing.assert_allclose(scaled(1.0, 0.5, 15, 30, truncation=12), exact, atol=1e-8)
    errors = [np.abs(scaled(q, 0.5, 15, 30, memory="operator", truncation=20) - exact).max() for q in (1 / 16, 1 / 64)]
    assert errors[0] == pytest.approx(7.0e-4, rel=0.01)
    assert np.log(errors[0] / errors[1]) / np.log(4) == pytest.approx(1.0, abs=0.03)


def klein_kramers(kT, duration, samples, functions=44):
    """⟨φ⟩ of the classical ensemble ∂P = −v∂_φP + ∂_v[(φ + W(φ)v − f)P + kTW ∂_vP], in Hermite functions of (φ, v)."""
    root = np.sqrt(np.arange(1, functions + 20) / 2)
    width = 1.3 * kT**0.5
    position = np.diag(root, 1) + np.diag(root, -1)
    slope = (np.diag(root, 1) - np.diag(root, -1))[:functions, :functions] / width
    points, vectors = np.linalg.eigh(position)
    leak = ((vectors * sigmoid(*LAW.values())(width * points)) @ vectors.T)[:functions, :functions]
    x = width * position[:functions, :functions]
    xs, _ = np.polynomial.hermite.hermgauss(functions)
    basis = hermite_functions(functions, xs)
    weights = 1 / np.sum(basis**2, axis=0)

    def project(values):
        return basis @ (values * weights)

    gauss = (np.exp(-((width * xs - m) ** 2) / 2 / kT) / np.sqrt(2 * np.pi * kT) for m in (1.0, 0.0))
    start = np.outer(*(project(values) for values in gauss))
    whole = project(np.ones_like(xs))
    first = whole @ x

    def flow(t, y):
        p = y.reshape(functions, functions)
        force = DRIVE["amplitude"] * np.sin(DRIVE["frequency"] * t)
        lost = leak @ p
        rate = -slope @ p @ x.T + (x @ p - force * p) @ slope.T + lost @ x.T @ slope.T + kT * lost @ slope.T @ slope.T
        return rate.ravel()

    times = np.linspace(0, duration, samples + 1)
    found = solve_ivp(flow, (0, duration), start.ravel(), "DOP853", times, rtol=1e-9, atol=1e-11).y
    states = found.T.reshape(-1, functions, functions)
    return np.array([first @ s @ whole / (whole @ s @ whole) for s in states])


@pytest.mark.slow
def test_a_hot_operator_memory_is_the_classical_ensemble_to_second_order_of_the_quantum_over_kT():
    """T → ∞ at a fixed classical temperature θ: the departure from Klein and Kramers' equation falls as (ħω/kT)².

    Catches: ħ left in the leading order, such as an ordering of G and G′ that is off by one, or √W for G.
    """
    theta = 0.05
    exact = klein_kramers(theta, 6, 12)
    errors = [
        np.abs(scaled(q, theta / q, 6, 12, memory="operator", truncation=24) - exact).max() for q in (0.1, 0.05, 0.025)
    ]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 2.0, atol=0.15)


CAT = {"off": 0.005, "on": 0.05, "centre": 2.0, "width": 1.0}
ALPHA = 3.0


def coherence(memory, kT, duration=0.03, samples=6):
    """|⟨φ1|ρ|φ2⟩|/√(⟨φ1|ρ|φ1⟩⟨φ2|ρ|φ2⟩) at the two fluxes ±√2 α cos t of a cat (T,), and the times."""
    start = {"state": "cat", "alpha": ALPHA, "parity": "even"}
    circuit = resonator(memristor(**CAT, kT=kT))
    found = solve(circuit, duration, samples, memory=memory, initial=start, truncation=64, save={"states": True})
    times = np.linspace(0, duration, samples + 1)
    rho = np.asarray(found.extra["states"])
    turn = np.exp(-1j * np.outer(times, np.arange(rho.shape[-1])))
    rho = rho * turn[:, :, None] * turn.conj()[:, None, :]
    place = np.sqrt(2) * ALPHA * np.cos(times)
    waves = hermite_functions(rho.shape[-1], np.array([place, -place]))
    across, one, other = (np.einsum("tmn,mt,nt->t", rho, waves[:, i], waves[:, j]) for i, j in ((0, 1), (0, 0), (1, 1)))
    return times, np.abs(across) / np.sqrt(one.real * other.real)


def test_a_cat_loses_coherence_by_the_difference_of_its_two_couplings():
    """Operator memory: rate (kT/ħ²)[G(φ1) − G(φ2)]²; mean field: kTW(⟨φ⟩)(φ1 − φ2)²/ħ², 1.4 times slower here.

    Catches: W(⟨φ⟩) in an operator's place, F at one branch only, 2kT for kT, a frame that forgets the cat's phase.
    """
    kT, conductance = 20.0, sigmoid(*CAT.values())
    far = np.sqrt(2) * ALPHA
    couplings = quad(lambda u: conductance(u) ** 0.5, -far, far)[0]
    rates = {"operator": kT * couplings**2, "mean_field": kT * conductance(0.0) * (2 * far) ** 2}
    for memory, expected in rates.items():
        times, seen = coherence(memory, kT)
        measured = -np.polyfit(times, np.log(seen), 2)[1]
        assert measured == pytest.approx(expected, rel=0.02), memory
    assert rates["operator"] / rates["mean_field"] > 1.4


@pytest.mark.parametrize(("diffusion", "error"), [("minimal", -0.0180), ("next_order", 0.0012)])
def test_a_twelfth_has_the_energy_of_an_oscillator_at_kT_and_a_sixteenth_misses_it_by_two_percent(diffusion, error):
    """⟨H⟩ = kT(1 + c(ħω/kT)²) in place of ½ħω coth(ħω/2kT), at ħω = kT and κ = 0.02 ω0.

    Catches: a diffusion of twice its size, a Lamb shift that is not there.
    """
    exact = 0.5 / np.tanh(0.5)
    found = means_and_spread(solve(resonator(resistor(0.02, 1.0)), 40, 40, diffusion=diffusion, truncation=8))
    energy = 0.5 * (found[2] + found[4])  # from its thermal state it goes to its own as e^{−κt}
    settled = energy[0] + (energy[-1] - energy[0]) / -np.expm1(-0.02 * 40)
    assert settled / exact - 1 == pytest.approx(error, abs=4e-4)


@pytest.fixture(scope="module")
def problem():
    """A driven operator memristor beside a junction and a resistor, whose numbers are yet to be drawn."""
    junction = f"JJ1 m 0 EJ={0.3 * hbar * units.OMEGA!r}J"
    circuit = resonator(memristor(**LAW, kT=1.0), resistor(0.02, 1.0), junction, "I1 0 m tone")
    drive = qs.Sine(f"{0.2 * units.CHARGE * units.OMEGA!r} A", frequency=units.OMEGA / 2 / np.pi)
    return qs.compile(
        qs.Run(
            circuit=circuit,
            method="brownian",
            memory="operator",
            drives={"tone": drive},
            classical=False,
            duration=6 / units.OMEGA,
            save_every=1 / units.OMEGA,
            dt=1 / 40 / units.OMEGA,
            truncation=36,
            save={"states": True},
            initial={"state": "coherent", "alpha": 0.5 + 0.0j},
        )
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    temperatures=st.tuples(st.floats(0.35, 2.5), st.floats(0.35, 2.5)),
    conductances=st.tuples(st.floats(0.01, 0.3), st.floats(0.01, 0.3), st.floats(0.01, 0.3)),
    centre=st.floats(-2, 2), width=st.floats(0.5, 3), energy=st.floats(0, 0.5),
    flux=st.floats(-2, 2), amplitude=st.floats(0, 0.5), frequency=st.floats(0.2, 2),
)  # fmt: skip
def test_no_parameters_make_rho_negative_or_less_certain_than_quantum_mechanics_allows(
    problem, temperatures, conductances, centre, width, energy, flux, amplitude, frequency
):
    """Down to kT = 0.35 ħω0, at both sides of W: Tr ρ = 1, ρ ≥ 0, √det σ ≥ ħ/2 along the run.

    Catches: the equation without its [Ġ, [Ġ, ρ]] term, which turns negative; {G, Ġ}/4 of the other sign.
    """
    own = {name: dict(values) for name, values in problem.params["elements"].items()}
    own["MEM1"] |= {
        "T": units.kelvin(temperatures[0]), "phi_c": centre * units.FLUX, "phi_s": width * units.FLUX,
        "R_off": units.IMPEDANCE / conductances[0], "R_on": units.IMPEDANCE / conductances[1],
    }  # fmt: skip
    own["R1"] |= {"T": units.kelvin(temperatures[1]), "R": units.IMPEDANCE / conductances[2]}
    own["JJ1"] |= {"EJ": energy * hbar * units.OMEGA}
    tone = dict(problem.params["drives"]["tone"])
    tone |= {"amplitude": amplitude * units.CHARGE * units.OMEGA, "frequency": frequency * units.OMEGA / 2 / np.pi}
    initial = dict(problem.params["initial"]) | {"flux": flux * units.FLUX}
    changed = dict(problem.params) | {"elements": own, "drives": {"tone": tone}, "initial": initial}
    found = problem.solve(as_floats(changed))
    assert float(found.diagnostics["top_level_population"]) < 1e-4, "the grid is too small for these numbers"
    lowest = np.linalg.eigvalsh(np.asarray(found.extra["states"])).min()
    edge = float(found.diagnostics["top_level_population"])
    assert lowest > -max(1e-8, edge)
    assert float(found.diagnostics["trace_error"]) < max(1e-8, edge)
    assert float(found.diagnostics["uncertainty_deficit"]) < 1e-8


def as_floats(tree):
    import jax

    return jax.tree.map(lambda leaf: np.asarray(leaf, dtype=float), tree)
