"""Clicks on a resonator's voltage, in the laboratory frame: against the equation written otherwise and closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import linalg
from scipy.integrate import simpson, solve_ivp
from scipy.special import erfc
from scipy.stats import kstest

import quspike as qs
from laboratory_clicks import (
    INDUCTANCE,
    MEMRISTOR,
    T_REF,
    THRESHOLD,
    WIDTH,
    C,
    R,
    T,
    clicking,
    couplings,
    first_click,
    matrices,
    sigmoid,
    superoperator,
    thermal,
)
from quspike.analysis.interval_statistics import interval_statistics
from quspike.constants import hbar, k_B
from quspike.methods.escape.choice import rate_at_rest
from quspike.methods.escape.fock import fock_space
from quspike.methods.escape.following import follow
from quspike.methods.escape.laboratory import laboratory_space, voltage_spread
from quspike.methods.escape.register import register, run_register
from quspike.methods.escape.statistics import Question, answer
from quspike.run.simulate import quiet_run

TIMES = np.linspace(0, 2e-9, 201)
NEURONS = [
    ({}, 0.0, False, 8),
    ({"extra": "JJ1 m 0 Ic=15nA"}, 15e-9, False, 8),
    ({"leak": MEMRISTOR, "memory": "operator"}, 0.0, True, 8),
]


@pytest.mark.parametrize(("changes", "critical", "operator", "levels"), NEURONS)
def test_intervals_are_those_of_the_equation_in_double_commutators(changes, critical, operator, levels):
    """p(τ) after a hold in which the mode is alone, to 1e-8 of its peak, and the mean interval to 1e-8: a resistor, the
    whole cosine, and a memristance that is an operator.

    Catches: {G, Ġ}/2 in the Hamiltonian, a jump of the wrong phase, the cosine's square counted twice, √W for W, a hold
    that loses.
    """
    mode = matrices(levels, critical)
    generator = superoperator(mode, [couplings(mode, operator)])
    turn = linalg.expm(-1j * mode.hamiltonian / hbar * T_REF)
    after = turn @ thermal(mode) @ turn.conj().T
    density, mean = first_click(mode, generator, TIMES, after)
    run = clicking(truncation=levels, **changes)
    found = interval_statistics(run, "stationary", longest=T_REF + TIMES[-1], points=len(TIMES))
    np.testing.assert_allclose(found.isi_density.values[:, 0], density, atol=1e-8 * density.max(), rtol=0)
    assert found.mean_interval.item() == pytest.approx(T_REF + mean, rel=1e-8)


def secular(mode, levels):
    """κ(n̄ + 1)𝓓[a] + κn̄𝓓[a†] over vec ρ (N², N²), and the mode alone; κ, n̄."""
    a, one = np.diag(np.sqrt(np.arange(1.0, levels)), 1), np.eye(levels)
    quanta, kappa = 1 / np.expm1(hbar * mode.omega / (k_B * T)), 1 / (R * C)
    total = np.zeros((levels**2, levels**2), dtype=complex)
    for rate, jump in ((kappa * (quanta + 1), a), (kappa * quanta, a.T)):
        square = jump.T @ jump
        total += rate * (np.kron(jump, jump) - 0.5 * (np.kron(square, one) + np.kron(one, square)))
    return total


def test_the_voltage_of_gksl_clicks_wherever_its_drive_has_turned():
    """`first` under a carrier: the equation of gksl solved in the frame that rotates with the drive, where Γ turns.

    Catches: a drive that turns the other way, the voltage at another phase than the drive, a carrier counted twice.
    """
    levels, amplitude = 8, 8e-9
    mode = matrices(levels)
    frame, push = 0.9 * mode.omega, np.sqrt(hbar / (2 * C * mode.omega)) * amplitude / (2 * hbar)
    a, n = np.diag(np.sqrt(np.arange(1.0, levels)), 1), np.arange(levels)
    still, lost = np.diag((mode.omega - frame) * n) - push * (a + a.T), secular(mode, levels)

    def click(t):
        turned = np.exp(1j * frame * t * n)
        return turned[:, None] * mode.click * turned.conj()

    def flow(t, y):
        rho, rate = y.reshape(levels, levels), click(t)
        moved = -1j * (still @ rho - rho @ still) - 0.5 * (rate @ rho + rho @ rate)
        return moved.ravel() + lost @ y

    times = np.linspace(0, 0.25e-9, 26)
    states = solve_ivp(flow, (0, times[-1]), thermal(mode).ravel(), t_eval=times, rtol=1e-10, atol=1e-13).y.T
    density = np.array(
        [np.trace(click(t) @ y.reshape(levels, levels)).real for t, y in zip(times, states, strict=True)]
    )
    drives = {"tone": qs.Step(amplitude, envelope_of=frame / (2 * np.pi))}
    run = clicking(method="gksl", current="tone", drives=drives, truncation=levels, duration=times[-1])
    problem = qs.compile(run)
    space = fock_space(problem.setup, problem.params)
    found = follow(space, times, space.start, space.first_memory)
    np.testing.assert_allclose(found.density, density, atol=1e-7 * density.max(), rtol=0)
    with pytest.raises(qs.InputError, match="must be first with a drive that goes on changing"):
        interval_statistics(run, "stationary")


@pytest.mark.slow
def test_a_weak_leak_makes_both_equations_one():
    """κ/ω0 → 0: brownian has the intervals of a gksl that is as warm as it is, to first order of κ/ω0.

    Its energy is kT(1 + u²/16), u = ħω0/kT, and not (ħω0/2)coth(u/2). Catches: κ/2 in place of κ; another edge.
    """
    quantum = hbar / np.sqrt(INDUCTANCE * C)
    energy = k_B * T * (1 + (quantum / (k_B * T)) ** 2 / 16)
    warm, same = quantum / (2 * k_B) / np.arctanh(quantum / (2 * energy)), energy / quantum - 0.5

    def mean(method, shunt, heat):
        run = clicking(leak=f"R1 m 0 {shunt}ohm T={heat}K", method=method, rate=1e8, truncation=12)
        problem = qs.compile(run)
        neuron = dict(problem.params["neuron"]) | {"reset_occupation": same}
        problem = replace(problem, params=dict(problem.params) | {"neuron": neuron})
        return interval_statistics(problem, "stationary").mean_interval.item()

    apart = [abs(mean("brownian", shunt, T) / mean("gksl", shunt, warm) - 1) for shunt in (10e3, 40e3)]
    assert apart[0] < 5e-3
    assert apart[1] < 0.35 * apart[0]


def spread(times, kappa, omega, first):
    """σ_φφ (Wb²), σ_φq, σ_qq (C²) (T, 3) of the linear mode without clicks, by one exponential."""
    heat = k_B * T
    flow = np.array([[0, 2 / C, 0], [-1 / INDUCTANCE, -kappa, 1 / C], [0, -2 / INDUCTANCE, -2 * kappa]])
    noise = np.array([2 / 16 * hbar**2 * kappa / (heat * C), 0, 2 * heat * kappa * C])
    rest = -np.linalg.solve(flow, noise)
    return np.array([rest + linalg.expm(flow * t) @ (first - rest) for t in times])


def test_a_gaussian_state_clicks_at_the_rate_of_both_widths():
    """Γ0½erfc((v_th − ⟨V⟩)/√2(σ² + ΔV²)) of a mode that rings after a step of current, narrower than it will be.

    Clicks are too rare to matter. Catches: a leak of κ/2, a drive of the wrong sign, D_φ left out.
    """
    rate, current, kappa, omega = 1e3, 0.03e-6, 1 / (R * C), 1 / np.sqrt(INDUCTANCE * C)
    problem = qs.compile(
        clicking(rate=rate, current=f"{current}A", initial={"state": "vacuum"}, truncation=26, t_ref=0.0)
    )
    space, times = laboratory_space(problem.setup, problem.params), np.linspace(0, 0.4e-9, 21)
    states = run_register(register(space, 0.0, 0, lambda t, s: 0.0, 1.0), times, 0.0).integrating
    mean = np.array([linalg.expm(np.array([[0, 1 / C], [-1 / INDUCTANCE, -kappa]]) * t) @ [-INDUCTANCE * current, 0]
                     for t in times])  # fmt: skip
    volts = mean[:, 1] / C
    first = np.array([hbar / (2 * C * omega), 0, hbar * omega * C / 2])
    variance = spread(times, kappa, omega, first)[:, 2] / C**2
    np.testing.assert_allclose(states @ space.seen["membrane"], volts, atol=1e-5 * volts.max())
    closed = rate * 0.5 * erfc((THRESHOLD - volts) / np.sqrt(2 * (WIDTH**2 + variance)))
    np.testing.assert_allclose(states @ space.rate, closed, rtol=1e-4)


SUMS = [
    ({}, "stationary"),
    ({"leak": MEMRISTOR}, "next"),
    pytest.param({"reset": "subtract", "stages": 3}, "stationary", marks=pytest.mark.slow),
    pytest.param({"current": "0.05uA"}, 2, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("changes", "kind"), SUMS)
def test_the_density_and_what_survives_are_one(changes, kind):
    """∫p + S(τ_max) = 1 to 1e-8, on an axis that follows the carrier. Catches: an axis that does not."""
    setup = clicking(truncation=6, **changes)
    problem = qs.compile(setup)
    found = answer(replace(problem.setup, truncation=6), problem.params, 0.8e-9, Question(kind, None, None), coarse)
    assert simpson(found.density, x=found.interval) + found.survival[-1] == pytest.approx(1, abs=1e-8)


def coarse(setup, params):
    """Six levels whatever is asked for: probability is kept in as few as one likes."""
    return laboratory_space(replace(setup, truncation=6), params)


def test_spikes_at_rest_know_how_wide_the_voltage_is():
    """√(kT/C)√(1 + (ħω0/kT)²/16), where the covariance settles. Catches: a spread of coth, one without D_φ."""
    problem = qs.compile(clicking(reset="subtract", t_ref=0.0))
    settled = spread([1e-6], 1 / (R * C), 1 / np.sqrt(INDUCTANCE * C), np.zeros(3))[0]
    std = np.sqrt(settled[2]) / C
    assert voltage_spread(problem.setup, problem.params) == pytest.approx(std, rel=1e-9)
    closed = 3e9 * 0.5 * erfc(THRESHOLD / np.sqrt(2 * (WIDTH**2 + std**2)))
    assert rate_at_rest(problem.setup, problem.params) == pytest.approx(closed, rel=1e-9)


def test_a_weak_inductor_leaves_an_rc_membrane():
    """κ/ω0 → ∞: the charge of the mode obeys the equation of an RC node, up to (ω0/κ)², from the same thermal charge.

    Catches: friction of κ/2; noise of another size than kT/R; a click that moves the charge.
    """
    apart = []
    for damped in (8.0, 16.0):
        omega, kappa = 1e9, damped * 1e9
        shunt, heat = 1 / (kappa * C), hbar * omega / k_B
        unit = np.sqrt(k_B * heat / C)
        neuron = {"threshold": 2 * unit, "width": 0.5 * unit, "rate": 3 * kappa, "t_ref": 0.0, "duration": 4 / kappa}
        mode = clicking(leak=f"R1 m 0 {shunt}ohm T={heat}K", inductance=1 / (C * omega**2),
                        current=f"{2 * unit / shunt}A", truncation=18, **neuron)  # fmt: skip
        problem = qs.compile(mode)
        initial = dict(problem.params["initial"]) | {"occupation": 0.5}  # 2n̄ + 1 = 2kT/ħω0: the spread of kT/C
        problem = replace(problem, params=dict(problem.params) | {"initial": initial})
        circuit = f"C1 m 0 {C}F\nR1 m 0 {shunt}ohm T={heat}K\nI1 0 m {2 * unit / shunt}A"
        node = qs.compile(mode.replace(circuit=circuit, truncation=None))
        found = [interval_statistics(p, "first", longest=4 / kappa, points=41) for p in (problem, node)]
        apart.append(np.max(np.abs(found[0].survival.values - found[1].survival.values)))
    assert apart[0] < 1e-2
    assert apart[1] < 0.35 * apart[0]


@pytest.mark.slow
def test_hot_resonators_click_as_langevin_ones_do():
    """kT = 2 ħω0: first clicks of 4,000 classical modes, V̇ = −V/RC − φ/LC + noise, φ̇ = V, against S by KS.

    Catches: friction or noise of half the size, a Γ of another voltage.
    """
    omega = 1 / np.sqrt(INDUCTANCE * C)
    heat = 2 * hbar * omega / k_B
    shunt, unit = 3e3, np.sqrt(k_B * heat / C)
    run = clicking(leak=f"R1 m 0 {shunt}ohm T={heat}K", threshold=2 * unit, width=0.3 * unit, rate=1e10, truncation=30)
    found = interval_statistics(run, "first")
    random, count, step = np.random.default_rng(5), 4000, 0.03 / omega
    kappa = 1 / (shunt * C)
    v, phi = unit * random.standard_normal(count), unit / omega * random.standard_normal(count)
    left, clicked, t = random.exponential(size=count), np.full(count, np.nan), 0.0
    decay, noise = np.exp(-kappa * step), unit * np.sqrt(-np.expm1(-2 * kappa * step))
    while np.any(np.isnan(clicked)) and t < found.interval.values[-1]:
        v = v - 0.5 * step * omega**2 * phi
        phi = phi + 0.5 * step * v
        v = v * decay + noise * random.standard_normal(count)
        phi = phi + 0.5 * step * v
        v = v - 0.5 * step * omega**2 * phi
        left -= step * 1e10 * 0.5 * erfc((2 * unit - v) / (np.sqrt(2) * 0.3 * unit))
        t += step
        clicked[np.isnan(clicked) & (left < 0)] = t
    times, survival = found.interval.values, found.survival.values[:, 0]
    assert kstest(clicked[~np.isnan(clicked)], lambda x: 1 - np.interp(x, times, survival)).pvalue > 1e-4


RUNS = [
    {"leak": MEMRISTOR},
    pytest.param({"leak": MEMRISTOR, "memory": "operator"}, marks=pytest.mark.slow),
    pytest.param({"extra": "JJ1 m 0 Ic=15nA"}, marks=pytest.mark.slow),
    pytest.param({"method": "gksl"}, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("changes", RUNS)
def test_a_run_keeps_probability_and_shows_its_memory(changes):
    """Tr of ρ_I and of the register is one; who is refractory clicked within t_ref; a memristance lies in its range.

    Catches: a hold that lets go twice; W of the carrier's average in place of W(x).
    """
    ds = quiet_run(clicking(duration=0.2e-9, t_ref=0.05e-9, save_every=0.0025e-9, rate=3e8, **changes))
    assert ds.qs.validity["trace error"].value < 1e-8
    late = ds.time.values > 0.15e-9 - 1e-15
    clicks = simpson(ds.spike_rate.values[late, 0], x=ds.time.values[late])
    assert 1 - ds.integrating.values[-1, 0] == pytest.approx(clicks, rel=1e-4)
    if "leak" in changes:
        assert np.all((ds.memristance.values > 3e3) & (ds.memristance.values < 12e3))
        x0 = 1 / sigmoid(0.0)
        assert ds.memristance.values[0, 0] == pytest.approx(x0, rel=0.1 if "memory" in changes else 1e-9)


REFUSED = [
    ({"membrane": "quadrature"}, "membrane", "must be voltage"),
    ({"threshold": 4e-6}, "v_threshold", "spike at rest, at the rate"),
    ({"rate": 1e17}, "escape.rate", "must be"),
    ({"leak": MEMRISTOR, "reset": "subtract"}, "stages", "such as 20"),
    ({"method": "gksl", "membrane": "envelope"}, "membrane", "quadrature or voltage"),
]


@pytest.mark.parametrize(("changes", "key", "words"), REFUSED)
def test_what_cannot_click_in_the_laboratory_is_refused_by_name(changes, key, words):
    """Catches: a quadrature of a frame that does not turn; a neuron that fires at rest."""
    with pytest.raises(qs.InputError, match=words) as caught:
        qs.compile(clicking(**changes))
    assert key in caught.value.key
