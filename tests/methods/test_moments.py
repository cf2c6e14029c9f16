"""Moments against closed forms: an Ornstein–Uhlenbeck membrane, resets of the covariance, the secular resonator."""

import jax
import numpy as np
import pytest

import quspike as qs
from quspike.constants import hbar, k_B
from quspike.errors import InputError
from quspike.run.compile import compile_run
from spike_derivatives import check_spike_derivatives

T, C, R = 0.02, 1e-13, 1e4
RC = "C1 m 0 100fF\nR1 m 0 10kohm T=20mK\nI1 0 m input"
LC = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 31.6kohm T=20mK\nI1 0 m input"
OMEGA = 1 / np.sqrt(1e-8 * 1e-13)
KAPPA = 1 / (31.6e3 * 1e-13)
PHI_ZPF, Q_ZPF = np.sqrt(hbar / (2 * OMEGA * C)), np.sqrt(hbar * OMEGA * C / 2)


def problem(circuit, method="moments", **settings):
    settings = {"duration": "5 ns", "save_every": "0.1 ns", "save": {"covariance": method != "classical"}} | settings
    settings.setdefault("drives", {"input": qs.Step("0 A")})
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings))


@pytest.mark.parametrize(("dt", "accuracy"), [("auto", 1e-7), ("25 ps", 1e-8)])
def test_covariance_of_a_leaky_membrane_is_ornstein_uhlenbeck(dt, accuracy):
    """σ_VV from 0.09 kT/C, σ_φV and σ_φφ in closed form. Catches a factor 2 in the noise, or in the leak of σ_VV.

    With g = 1/RC: σ_VV = s∞ + (s0 − s∞)e^{−2gt}, σ_φV = ∫e^{−g(t−u)}σ_VV du, dσ_φφ/dt = 2σ_φV + ħ²/8kTRC².
    """
    neuron = qs.Neuron("m", v_threshold="1 uV", reset_std=0.3 * np.sqrt(k_B * T / C))
    drives = {"input": qs.Pulses("10 nA", width="20 ps", period="100 ns", count=1)}
    s = problem(RC, neuron=neuron, drives=drives, dt=dt).solve()
    fired = float(s.spike_time[0])
    t = np.asarray(s.time)
    after = t > fired
    u, g, limit = t[after] - fired, 1 / (R * C), k_B * T / C
    gap = 0.09 * limit - limit
    v_v = limit + gap * np.exp(-2 * g * u)
    phi_v = limit * -np.expm1(-g * u) / g + gap * (np.exp(-g * u) - np.exp(-2 * g * u)) / g
    np.testing.assert_allclose(np.asarray(s.extra["charge_variance"])[after, 0] / C**2, v_v, rtol=1e-8)
    np.testing.assert_allclose(np.asarray(s.extra["flux_charge_covariance"])[after, 0] / C, phi_v, rtol=accuracy)
    growth = np.asarray(s.extra["flux_variance"])[after, 0]
    drift = 2 * limit * (u / g + np.expm1(-g * u) / g**2)
    drift += 2 * gap * (-np.expm1(-g * u) + 0.5 * np.expm1(-2 * g * u)) / g**2
    drift += hbar**2 / (8 * k_B * T * R * C**2) * u
    np.testing.assert_allclose(growth - growth[0], drift - drift[0], rtol=accuracy)


def test_the_mean_is_the_classical_neuron_by_ehrenfest():
    """A circuit that is linear given M(t): ⟨V⟩ equals the classical V to rounding, spikes included."""
    run = qs.load("examples/adapting.toml").replace(duration="60 ns")
    quantum, classical = (compile_run(run, method).solve() for method in ("moments", "classical"))
    np.testing.assert_allclose(quantum.voltage, classical.voltage, rtol=0, atol=1e-15 * 2e-5 * 100)


def test_uncertainty_never_falls_below_one_half():
    """σ_φφσ_qq − σ_φq² ≥ ħ²/4 through spikes. Catches the missing ħ²W/8kT of complete positivity."""
    run = qs.load("examples/adapting.toml").replace(duration="30 ns", save_every="20 ps", save={"covariance": True})
    extra = compile_run(run).solve().extra
    product = extra["flux_variance"] * extra["charge_variance"] - extra["flux_charge_covariance"] ** 2
    assert float(np.min(np.sqrt(product))) >= hbar / 2 * (1 - 1e-9)


def test_subtract_keeps_the_covariance():
    """A displacement leaves second moments alone: σ_VV is smooth across the spikes."""
    neuron = qs.Neuron("m", v_threshold="4 uV", reset="subtract", t_ref="0.2 ns")
    s = problem(RC, neuron=neuron, drives={"input": qs.Step("0.6 nA")}).solve()
    assert int(s.spike_count[0]) > 3
    np.testing.assert_allclose(s.voltage_std[:, 0], np.sqrt(k_B * T / C), rtol=1e-9)


def test_gaussian_closure_meets_a_langevin_ensemble_where_mean_field_does_not():
    """⟨φ⟩ of a W(φ̂) in noise: the closure is at most 4 standard errors off 6,000 trajectories, mean field more than 6.

    Catches a wrong sign of ⟨W′⟩Cov(φ, V), and a closure that forgets the memory's own width.
    """
    circuit = "C1 m 0 100fF\nMEM1 m 0 model=sigmoid R_on=2kohm R_off=20kohm phi_c=6fWb phi_s=4fWb T=20mK\nI1 0 m input"
    common = {"duration": "4 ns", "save_every": "0.5 ns", "drives": {"input": qs.Step("0.3 nA")}}
    closed = problem(circuit, closure="gaussian", **common).solve()
    mean_field = problem(circuit, **common).solve()
    noisy = problem(circuit, method="classical", johnson_noise=True, **common).with_step(1e-11)
    start = np.sqrt(k_B * T / C)

    def one(key):
        first, second = jax.random.split(key)
        initial = dict(noisy.params["initial"]) | {"voltage": start * jax.random.normal(first)}
        return noisy.solve(dict(noisy.params) | {"initial": initial}, second).flux[:, 0]

    paths = np.asarray(jax.lax.map(one, jax.random.split(jax.random.key(3), 6000)))
    error = paths.std(axis=0)[-1] / np.sqrt(len(paths))
    expected = paths.mean(axis=0)[-1]
    assert abs(float(closed.flux[-1, 0]) - expected) < 4 * error
    assert abs(float(mean_field.flux[-1, 0]) - expected) > 6 * error


def test_the_current_of_a_closed_memory_is_kirchhoffs():
    """I_M = I_in − C d⟨V⟩/dt, the derivative taken from the record, within 1e-6 of the current.

    Catches a current W⟨V⟩ that leaves out ⟨W′⟩Cov(φ, V), here 0.8 % of it.
    """
    circuit = "C1 m 0 100fF\nMEM1 0 m model=sigmoid R_on=2kohm R_off=20kohm phi_c=6fWb phi_s=4fWb T=20mK\nI1 0 m input"
    drives = {"input": qs.Step("0.3 nA")}
    s = problem(circuit, closure="gaussian", duration="4 ns", save_every="10 ps", drives=drives).solve()
    current, v = -np.asarray(s.memristor_current)[:, 0], np.asarray(s.voltage)[:, 0]
    eighth = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280]) / -1e-11
    slope = np.convolve(v, eighth, "valid")
    plain = -v / np.asarray(s.memristance)[:, 0]
    np.testing.assert_allclose(current[4:-4], 3e-10 - C * slope, rtol=0, atol=1e-6 * np.max(np.abs(current)))
    assert np.max(np.abs(current + plain)) > 5e-3 * np.max(np.abs(current))


def test_secular_amplitude_leaks_at_half_the_rate_and_rings_at_the_bare_frequency():
    """⟨V⟩ = V0 e^{−κt/2} cos ω0t exactly. Catches damping at κ (the RC rate) and a shifted frequency."""
    s = problem(LC, initial={"voltage": "5 uV"}, save_every="50 ps").solve()
    t = np.asarray(s.time)
    expected = 5e-6 * np.exp(-KAPPA * t / 2) * np.cos(OMEGA * t)
    np.testing.assert_allclose(s.voltage[:, 0], expected, rtol=0, atol=1e-8 * 5e-6)


def test_secular_response_to_a_drive_needs_no_rotating_wave():
    """α(t) of a sine far off resonance, counter-rotating part included, in closed form."""
    amplitude, drive = 1e-9, 2 * np.pi * 2e9
    s = problem(LC, drives={"input": qs.Sine(amplitude, frequency="2 GHz")}, duration="2 ns").solve()
    t = np.asarray(s.time)

    def response(frequency):
        rate = KAPPA / 2 + 1j * (OMEGA + frequency)
        return (np.exp(1j * (OMEGA + frequency) * t) - np.exp(-KAPPA * t / 2)) / rate

    rotating = 1j * PHI_ZPF * amplitude / hbar * (response(drive) - response(-drive)) / 2j
    expected = 2 * PHI_ZPF * np.real(rotating * np.exp(-1j * OMEGA * t))
    np.testing.assert_allclose(s.flux[:, 0], expected, rtol=0, atol=1e-8 * np.max(np.abs(expected)))


def test_secular_noise_is_that_of_a_thermal_oscillator():
    """From vacuum to n̄: σ_VV = V_zpf²(1 + 2n̄(1 − e^{−κt})). Catches n̄ for n̄ + 1, and noise that relaxes at κ/2."""
    s = problem(LC, initial={"state": "vacuum"}).solve()
    t = np.asarray(s.time)
    occupation = 1 / np.expm1(hbar * OMEGA / (k_B * T))
    expected = (Q_ZPF / C) ** 2 * (1 + 2 * occupation * -np.expm1(-KAPPA * t))
    np.testing.assert_allclose(np.asarray(s.voltage_std)[:, 0] ** 2, expected, rtol=1e-8)


def test_carrier_averaged_leak_of_a_flux_memristor():
    """κ_eff of §W(A cosθ): the amplitude's decay against a quadrature by scipy, solved as an ODE."""
    from scipy.integrate import quad, solve_ivp

    circuit = LC.replace(
        "R1 m 0 31.6kohm", "MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=0.4fWb phi_s=0.2fWb"
    )
    s = problem(circuit, initial={"voltage": "20 uV"}, duration="10 ns", save_every="1 ns").solve()

    def conductance(phi):
        return 1e-5 + 9e-5 / (1 + np.exp(-(phi - 4e-16) / 2e-16))

    def decay(t, a):
        loss = quad(lambda x: conductance(a[0] * np.cos(x)) * np.sin(x) ** 2, 0, 2 * np.pi, epsabs=0, epsrel=1e-11)[0]
        return [-0.5 * loss / (np.pi * C) * a[0]]

    found = np.hypot(np.asarray(s.flux)[:, 0], np.asarray(s.voltage)[:, 0] / OMEGA)
    exact = solve_ivp(decay, (0, 1e-8), [found[0]], t_eval=np.asarray(s.time), rtol=1e-10, atol=1e-28).y[0]
    assert exact[-1] < 0.5 * exact[0]
    np.testing.assert_allclose(found, exact, rtol=1e-8)


def test_a_zero_reset_swaps_the_resonator_with_a_thermal_mode():
    """After a spike both quadratures of the mean are 0 and the covariance is thermal, through the hold."""
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="10 uV", t_ref="2 ns")
    s = problem(
        LC, neuron=neuron, drives={"input": qs.Sine("5 nA", frequency=OMEGA / 2 / np.pi)}, save_every="20 ps"
    ).solve()
    fired = np.asarray(s.spike_time)[0]
    t = np.asarray(s.time)
    held = (t > fired) & (t < fired + 2e-9)
    occupation = 1 / np.expm1(hbar * OMEGA / (k_B * T))
    assert held.sum() > 50
    assert np.max(np.abs(np.asarray(s.membrane)[held])) < 1e-12
    np.testing.assert_allclose(np.asarray(s.voltage_std)[held, 0], Q_ZPF / C * np.sqrt(1 + 2 * occupation), rtol=1e-12)


COLOURED = [
    ("C1 m 0 100fF\nR1 m 0 20kohm T=20mK cutoff=1e11rad/s bath=drude", 1.78033e-6),
    ("C1 m 0 100fF\nR1 m 0 20kohm T=20mK cutoff=1e12rad/s bath=drude", 1.88186e-6),
    ("C1 m 0 100fF\nR1 m 0 50kohm T=20mK cutoff=1e12rad/s bath=drude", 1.75360e-6),
    ("C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 2kohm T=20mK cutoff=1e12rad/s bath=drude", 4.65142e-6),
]


@pytest.mark.parametrize(("circuit", "v_rms"), COLOURED)
def test_coloured_noise_obeys_fluctuation_dissipation(circuit, v_rms):
    """V_rms of the exact integrals within 1e-3, at rest from the start. Catches a factor 2 in a Padé residue."""
    common = {"duration": "20 ns", "save_every": "1 ns", "drives": {}}
    rested = problem(circuit, **common).solve().voltage_std[:, 0]
    np.testing.assert_allclose(rested, v_rms, rtol=1e-3)
    np.testing.assert_allclose(rested, rested[0], rtol=1e-6)


def test_coloured_noise_grows_from_a_reset_to_its_equilibrium():
    """A zero reset leaves kT/C, colder than the coloured equilibrium; ten leak times later the exact number is back."""
    circuit = "C1 m 0 100fF\nR1 m 0 20kohm T=20mK cutoff=1e12rad/s bath=drude\nI1 0 m input"
    neuron = qs.Neuron("m", v_threshold="1 uV", t_ref="0.5 ns")
    drive = {"input": qs.Pulses("10 nA", width="20 ps", period="100 ns", count=1)}
    s = problem(circuit, neuron=neuron, drives=drive, duration="20 ns").solve()
    t, std = np.asarray(s.time), np.asarray(s.voltage_std)[:, 0]
    held = (t > s.spike_time[0]) & (t < s.spike_time[0] + 0.5e-9)
    np.testing.assert_allclose(std[held], np.sqrt(k_B * T / C), rtol=1e-9)
    assert std[-1] == pytest.approx(1.88186e-6, rel=1e-3, abs=0)


@pytest.mark.parametrize(("dt", "accuracy"), [("auto", 1e-7), ("50 ps", 1e-8)])
def test_the_lines_own_current_lags_by_the_cutoff(dt, accuracy):
    """R in series with L_s = R/ω_c: V(t) of a kicked membrane is the exact two-exponential decay."""
    circuit = "C1 m 0 100fF\nR1 m 0 20kohm T=20mK cutoff=3e9rad/s bath=drude"
    s = problem(circuit, drives={}, initial={"voltage": "5 uV"}, duration="20 ns", dt=dt).solve()
    t = np.asarray(s.time)
    # V̈ + ω_c V̇ + ω_c V/RC = 0, V̇(0) = 0
    root = np.sqrt(3e9**2 / 4 - 3e9 / (2e4 * C))
    slow, fast = -1.5e9 + root, -1.5e9 - root
    expected = 5e-6 * (fast * np.exp(slow * t) - slow * np.exp(fast * t)) / (fast - slow)
    np.testing.assert_allclose(s.voltage[:, 0], expected, rtol=0, atol=accuracy * 5e-6)


def test_spike_times_of_a_closed_memory_have_exact_derivatives():
    """Catches: a closure that hides a parameter from the gradient, the temperature's too."""
    run = qs.load("examples/adapting.toml").replace(duration="60 ns", save_every="1 ns", closure="gaussian")
    elements = [("C1", "C"), ("MEM1", "phi_s"), ("MEM1", "T")]
    paths = [*(("elements", *path) for path in elements), ("drives", "input", "amplitude"), ("neuron", "v_threshold")]
    check_spike_derivatives(compile_run(run), 7, paths, shift=1e-5)


def test_spike_times_of_a_resonator_have_exact_derivatives():
    """Catches: a frame at ω0 that C and L do not turn, a carrier average without its slope."""
    leak = "MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=0.1pWb phi_s=0.05pWb senses=envelope T=20mK"
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="10 uV", t_ref="0.5 ns")
    drives = {"input": qs.Sine("2 nA", frequency="5.03 GHz")}
    p = problem(LC.replace("R1 m 0 31.6kohm T=20mK", leak), neuron=neuron, drives=drives, duration="6 ns")
    elements = [("C1", "C"), ("L1", "L"), ("MEM1", "R_on")]
    numbers = [("neuron", "v_threshold"), ("neuron", "t_ref")]
    paths = [*(("elements", *path) for path in elements), ("drives", "input", "amplitude"), *numbers]
    check_spike_derivatives(p, 2, paths, shift=3e-6)


def test_a_junction_or_a_missing_temperature_is_refused_by_name():
    """Moments of a cosine would be silently wrong; noise without a temperature does not exist."""
    with pytest.raises(qs.InputError, match="JJ1 is a junction: use classical or gksl"):
        problem("C1 m 0 100fF\nJJ1 m 0 Ic=100nA\nR1 m 0 1Mohm T=20mK", drives={})
    with pytest.raises(qs.InputError, match="R1 T must be given"):
        problem("C1 m 0 100fF\nR1 m 0 1Mohm", drives={})
    with pytest.raises(qs.InputError, match="needs a resonator"):
        problem(RC, method="gksl")


def test_a_zero_reset_of_a_resonator_leaves_the_width_that_it_is_told():
    """In the hold σ_V is reset_std, and no mode is left narrower than V_zpf. Catches: the key read and not used."""
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="10 uV", t_ref="1 ns", reset_std="6 uV")
    s = problem(LC, neuron=neuron, initial={"voltage": "30 uV"}, duration="1 ns").solve()
    held = np.asarray(s.time) > float(s.spike_time[0])
    np.testing.assert_allclose(np.asarray(s.voltage_std)[held], 6e-6, rtol=1e-9)
    with pytest.raises(InputError, match=r"reset_std must be at least 4.*µV, the zero-point width"):
        problem(LC, neuron=qs.Neuron("m", membrane="envelope", v_threshold="10 uV", reset_std="3 uV"))
