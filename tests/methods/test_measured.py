"""Measured memories against closed forms: total covariances, Riccati, Kalman–Bucy, the bound, both limits of k."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm, solve_continuous_are

import quspike as qs
from quspike.constants import hbar, k_B
from quspike.methods.measured.numbers import model_of
from quspike.methods.measured.record import look
from quspike.methods.measured.solution import follow
from quspike.methods.measured.state import start
from quspike.methods.measured.step import _glide
from quspike.run.compile import compile_run

T, C, R, L, I0 = 0.02, 1e-13, 2e4, 1e-8, 0.2e-9
GAMMA, OMEGA = 1 / (R * C), 1 / np.sqrt(L * C)
V_ZPF = np.sqrt(hbar * OMEGA * C / 2) / C
QUANTA = 1 / np.tanh(hbar * OMEGA / (2 * k_B * T))
FROZEN = "C1 m 0 100fF\nMEM1 m 0 model=sigmoid R_on=20kohm R_off=20kohm T=20mK\nI1 0 m input"
MOVING = "C1 m 0 100fF\nMEM1 m 0 model=sigmoid R_on=5kohm R_off=50kohm phi_c=4fWb phi_s=1fWb T=20mK\nI1 0 m input"
RING = "L1 m 0 10nH\n"


def problem(circuit, strength="1e10/s", **settings):
    settings = {"duration": "4 ns", "save_every": "1 ns", "memory": "measured", "trajectories": 2000} | settings
    settings.setdefault("drives", {"input": qs.Step(I0)})
    measurement = {"strength": strength} | settings.pop("measurement", {})
    return compile_run(qs.Run(circuit=circuit, measurement=measurement, classical=False, **settings))


@pytest.fixture(scope="module", params=["baseband", pytest.param("resonator", marks=pytest.mark.slow)])
def frozen(request):
    """A membrane whose memory moves and whose memristance does not, at η = 0.6, with its record (γ_f = 1/0.2 ns)."""
    circuit = (RING if request.param == "resonator" else "") + FROZEN
    measured = {"efficiency": 0.6, "filter": "0.2 ns"}
    save = {"record": True, "covariance": True}
    return problem(circuit, measurement=measured, save=save, dt="10 ps", trajectories=4000)


def linear_system(found):
    """dz = Az dt + noise of intensity N over z = (V, ω0φ or φ, ∫D, D), its start and its drive; ω0 = 1 in baseband."""
    k, efficiency = (float(found.params["measurement"][key]) for key in ("strength", "efficiency"))
    rate, white, heating = 1 / 0.2e-9, 1 / (8 * k * efficiency), 2 * k * hbar**2 / C**2
    a, n, p = np.zeros((4, 4)), np.zeros((4, 4)), np.zeros((4, 4))
    if found.setup.resonator:
        scale = OMEGA
        a[:2, :2] = [[-GAMMA / 2, -OMEGA], [OMEGA, -GAMMA / 2]]
        n[0, 0] = n[1, 1] = GAMMA * V_ZPF**2 * QUANTA
        p[0, 0] = p[1, 1] = V_ZPF**2 * QUANTA
    else:
        scale = 1.0
        a[:2, :2] = [[-GAMMA, 0], [1, 0]]
        n[0, 0], n[1, 1] = 2 * k_B * T / (R * C**2), hbar**2 / (8 * k_B * T * R * C**2)
        p[0, 0], p[1, 1] = k_B * T / C, hbar**2 / (4 * C * k_B * T)
    n[1, 1] += scale**2 * heating
    a[2, 3], a[3] = 1, [rate, 0, 0, -rate]
    n[3, 3] = rate**2 * white
    return a, n, p, scale


def evolved(a, n, p, t):
    """The covariance after t, by Van Loan's exponential."""
    size = len(a)
    block = expm(np.block([[-a, n], [np.zeros_like(a), a.T]]) * t)
    forward = block[size:, size:].T
    return forward @ p @ forward.T + forward @ block[:size, size:]


def test_the_ensemble_is_the_master_equation_with_its_record(frozen):
    """Covariance of (V, φ, x, D): of the means plus that which is left, within 4.5 standard errors; means likewise.

    Closed, linear and unconditional: 2kħ²/C² heats φ, white noise 1/8kη enters the record alone. Catches a lost factor
    of two in back-action or in the record's noise, a gain √(4kη), a record without ⟨V⟩, η in the wrong place.
    """
    s = frozen.solve()
    a, n, p, scale = linear_system(frozen)
    t = float(s.time[-1])
    z = np.stack([np.asarray(s.voltage)[:, -1, 0], scale * np.asarray(s.flux)[:, -1, 0],
                  np.asarray(s.memory)[:, -1, 0], np.asarray(s.extra["record"])[:, -1, 0]])  # fmt: skip
    left = np.zeros((4, 4))
    names = ("charge_variance", "flux_charge_covariance", "flux_variance")
    v_v, phi_v, phi_phi = (float(np.mean(np.asarray(s.extra[name])[:, -1])) for name in names)
    left[:2, :2] = [[v_v / C**2, scale * phi_v / C], [scale * phi_v / C, scale**2 * phi_phi]]
    expected = evolved(a, n, p, t)
    spread = np.sqrt(np.diag(expected))
    error = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / frozen.setup.trajectories)
    assert np.max(np.abs(np.cov(z) + left - expected) / error) < 4.5
    pushed = expm(np.block([[a, np.array([[I0 / C], [0], [0], [0]])], [np.zeros((1, 5))]]) * t)[:4, 4]
    assert np.max(np.abs(z.mean(axis=1) - pushed) / spread) < 4.5 / np.sqrt(z.shape[1])


@pytest.mark.parametrize("kind", [pytest.param("baseband", marks=pytest.mark.slow), "resonator"])
def test_the_conditional_covariance_settles_on_the_riccati_equation(kind):
    """Against SciPy's solution, at second order in the step: 4 times less at half of it.

    Catches a factor of two in 8kη or in the back-action, and a splitting that is of first order.
    """
    found = problem((RING if kind == "resonator" else "") + FROZEN, "3e9/s", measurement={"efficiency": 0.7})
    a, n, _, scale = linear_system(found)
    information = 8 * 0.7 * float(found.params["measurement"]["strength"])
    size = 2 if kind == "resonator" else 1  # without an inductor φ never settles
    a, n, c = a[:size, :size], n[:size, :size] / V_ZPF**2, np.eye(size)[:, :1]
    exact = solve_continuous_are(a.T, c, n, np.eye(1) / (information * V_ZPF**2)) * V_ZPF**2
    errors = []
    for steps in (4000, 8000) if kind == "resonator" else (800, 1600):
        end = follow(found.setup, found.params, jnp.linspace(0, 20e-9, steps + 1), jnp.zeros(steps))
        mine = np.array([[end.v_v[-1], scale * end.phi_v[-1]], [scale * end.phi_v[-1], scale**2 * end.phi_phi[-1]]])
        errors.append(np.max(np.abs(mine[:size, :size] - exact)) / exact[0, 0])
    assert errors[0] < 3e-3
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.15)


def test_given_a_record_it_is_the_kalman_filter():
    """A membrane that is simulated apart, with its record: what surprises the filter is white, of unit variance.

    And the filter's own error is as large as it says. Catches a gain that is off by a factor, or late by half a step.
    """
    found = problem(FROZEN, "2e9/s")
    model, h, count, paths = model_of(found.setup, found.params), 2e-11, 300, 1500
    rng, white = np.random.default_rng(5), 1 / float(model.information)
    forget, thermal = np.exp(-GAMMA * h), k_B * T / C
    truth = np.sqrt(thermal) * rng.normal(size=paths)
    y = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (paths, *leaf.shape)), start(model))
    pieces = found.setup.inputs.pieces(found.params, jnp.full(1, 1e-9))
    piece, surprises = tuple(p[0] for p in pieces), []

    @jax.jit
    def advance(y, dy):
        def one(y, dy):
            y = _glide(model, 0.0, h / 2, y, piece, 0.0, 1.0)
            normal = (dy - y.voltage * h) * jnp.sqrt(model.information / h / (1 + model.information * h * y.v_v))
            return _glide(model, 0.0, h / 2, look(model, 0.0, h, y, normal), piece, 0.0, 1.0), normal

        return jax.vmap(one)(y, dy)

    for _ in range(count):
        middle = np.sqrt(forget) * truth + np.sqrt(thermal * (1 - forget)) * rng.normal(size=paths)
        truth = np.sqrt(forget) * middle + np.sqrt(thermal * (1 - forget)) * rng.normal(size=paths)
        y, normal = advance(y, middle * h + np.sqrt(white * h) * rng.normal(size=paths))
        surprises.append(np.asarray(normal))
    z = np.array(surprises)[50:]
    assert np.var(z) == pytest.approx(1, abs=4.5 * np.sqrt(2 / z.size))
    for lag in (1, 2, 5):
        assert np.mean(z[lag:] * z[:-lag]) == pytest.approx(0, abs=4.5 / np.sqrt(z.size))
    assert np.var(np.asarray(y.voltage) - truth) / float(y.v_v[0]) == pytest.approx(1, abs=4.5 * np.sqrt(2 / paths))
    assert float(y.v_v[0]) < 0.5 * thermal


def test_memory_and_back_action_obey_their_bound():
    """D_record from the memory's spread, D_φ from the flux's: their product is ħ²/(4ηC²) within 4 standard errors.

    From ensembles at k and 10⁴k, less the thermal motion that they share. Catches a record or a back-action that is off
    by a factor of two.
    """
    found = problem(FROZEN, "1e7/s", measurement={"efficiency": 0.5}, save={"covariance": True}, dt="40 ps")
    k, ratio = found.params["measurement"], 1e4
    s, stronger = (found.solve(found.params | {"measurement": k | {"strength": n * k["strength"]}}) for n in (1, ratio))
    t = float(s.time[-1])

    def variances(s):
        flux = np.var(np.asarray(s.flux)[:, -1]) + float(np.mean(np.asarray(s.extra["flux_variance"])[:, -1]))
        return np.var(np.asarray(s.memory)[:, -1]), flux

    (record, flux), (better, shaken) = variances(s), variances(stronger)
    d_record, d_flux = (record - better) / (1 - 1 / ratio) / t, (shaken - flux) / (ratio - 1) / t
    relative = np.sqrt(2 / 2000) * np.hypot((record + better) / (record - better), (shaken + flux) / (shaken - flux))
    assert d_record * d_flux * 4 * 0.5 * C**2 / hbar**2 == pytest.approx(1, abs=4 * relative)
    assert relative < 0.1
    assert float(s.diagnostics["diffusions_over_bound"]) == pytest.approx(1)


@pytest.mark.slow
def test_a_weak_measurement_leaves_noise_in_the_memory_and_a_strong_one_the_classical_neuron():
    """k → 0: x is the record's noise, ⟨W⟩ its Gaussian average. k → ∞: Langevin's ensemble in Johnson noise.

    Both means of W within 4.5 standard errors, and apart from each other. Catches noise that the memory does not see,
    and an innovation that is missing, so that ⟨V⟩ does not fluctuate as a classical voltage does.
    """
    weak = problem(MOVING, "1e6/s", drives={"input": qs.Step("0.1 nA")}, duration="2 ns", dt="20 ps")
    k = weak.params["measurement"]
    strong = weak.params | {"measurement": k | {"strength": 1e8 * k["strength"]}}
    seen = [1 / np.asarray(weak.solve(p).memristance)[:, -1, 0] for p in (weak.params, strong)]
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    width = np.sqrt(2e-9 / (8 * float(k["strength"])))
    blurred = np.sum(weights / weights.sum() / (1 + np.exp(-(width * points - 4e-15) / 1e-15)))
    noisy = compile_run(
        qs.Run(circuit=MOVING, method="classical", johnson_noise=True, duration="2 ns", dt="20 ps", classical=False,
               drives={"input": qs.Step("0.1 nA")}, save_every="2 ns")
    )  # fmt: skip

    def one(key):
        first, second = jax.random.split(key)
        initial = dict(noisy.params["initial"]) | {"voltage": np.sqrt(k_B * T / C) * jax.random.normal(first)}
        return 1 / noisy.solve(dict(noisy.params) | {"initial": initial}, second).memristance[-1, 0]

    langevin = np.asarray(jax.lax.map(one, jax.random.split(jax.random.key(3), 2000)))
    expected = (1 / 5e4 + (1 / 5e3 - 1 / 5e4) * blurred, langevin.mean())
    errors = [w.std() / np.sqrt(2000) for w in seen]
    errors[1] = np.hypot(errors[1], langevin.std() / np.sqrt(2000))
    assert seen[0].mean() == pytest.approx(expected[0], abs=4.5 * errors[0])
    assert seen[1].mean() == pytest.approx(expected[1], abs=4.5 * errors[1])
    assert abs(expected[0] - expected[1]) > 10 * max(errors)


@pytest.mark.slow
def test_a_charge_controlled_law_on_a_record_is_the_same_device_in_its_flux():
    """HP's M² = R0² − 2ΔRk·∫dy, trajectory by trajectory: dx = f(x)∘dy, the limit of a fast filter.

    To 1e-4 well between its stops. Catches Itô's reading of W(x)dy, which drifts by 7 % here.
    """
    circuit = "C1 m 0 100fF\nMEM1 m 0 model=hp R_on=10kohm R_off=100kohm mu=0.044m2/V/s x0=0.5 T=20mK\n"
    circuit += "MEM2 m 0 model=sigmoid R_on=1Gohm R_off=1Gohm T=20mK\nI1 0 m input"
    found = problem(
        circuit, "1e8/s", duration="0.6 ns", save_every="10 ps", dt="10 ps", drives={"input": qs.Step("0 A")}
    )
    s, p = found.solve(), found.params["elements"]["MEM1"]
    memristance, flux = np.asarray(s.memristance)[..., 0], np.asarray(s.memory)[..., 1]
    rate = float(p["mu"]) * float(p["R_on"]) / float(p["D"]) ** 2
    squared = memristance[:, :1] ** 2 - 2 * (float(p["R_off"]) - float(p["R_on"])) * rate * flux
    inside = np.all((np.asarray(s.memory)[..., 0] > 0.02) & (np.asarray(s.memory)[..., 0] < 0.8), axis=1)
    assert inside.sum() > 500
    np.testing.assert_allclose(memristance[inside], np.sqrt(squared[inside]), rtol=1e-4)
    assert np.std(memristance[inside][:, -1]) > 0.1 * 55e3


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["baseband", "resonator"])
def test_paths_on_given_noise_converge_at_first_order(kind):
    """Given dW, half the step halves the rms error of ⟨V⟩ and of a memory that moves, at the least.

    It shows an order and no physics, which the tests above hold. Catches noise that is not that of the step.
    """
    circuit = ("L1 m 0 10nH\n" if kind == "resonator" else "") + MOVING
    found = problem(circuit, "3e9/s", measurement={"efficiency": 0.7}, trajectories=2)
    rng, finest, paths, end = np.random.default_rng(7), 4096, 32, 1e-9
    noise = rng.normal(size=(paths, finest))

    @jax.jit
    def ends(normals):
        steps = normals.shape[-1]
        nodes = jnp.linspace(0, end, steps + 1)
        states = jax.vmap(lambda z: follow(found.setup, found.params, nodes, z))(normals)
        return states.voltage[:, -1] / V_ZPF, states.memory[:, -1, 0] / 1e-15

    def coarse(steps):
        return np.array(ends(noise.reshape(paths, steps, -1).sum(axis=-1) / np.sqrt(finest / steps)))

    exact = coarse(finest)
    errors = [np.sqrt(np.mean((coarse(steps) - exact) ** 2, axis=1)) for steps in (128, 256)]
    assert np.all(errors[1] < 0.2)
    np.testing.assert_array_less(1.7, errors[0] / errors[1])


def integrated(rate, t):
    """∫rate dt along the last axis, by trapezoids, from zero."""
    steps = 0.5 * (rate[..., 1:] + rate[..., :-1]) * np.diff(t)
    return np.concatenate([np.zeros((*rate.shape[:-1], 1)), np.cumsum(steps, axis=-1)], axis=-1)


@pytest.mark.slow
@pytest.mark.parametrize("senses", ["voltage", "envelope"])
def test_a_general_law_follows_the_filtered_record(senses):
    """Ṙ of Pershin and Di Ventra from the saved D, and the flux that an envelope makes of a demodulated record.

    Trajectory by trajectory, to 1 % of what the memory has moved. Catches a law that is fed the bare record or ⟨V⟩, and
    an envelope that is not 2V_zpf|⟨a⟩|.
    """
    measured = {"filter": "0.2 ns"}
    common = {"save_every": "5 ps", "dt": "5 ps", "duration": "2 ns", "trajectories": 50, "measurement": measured}
    if senses == "voltage":
        law = "alpha=1e17ohm/Vs beta=4e18ohm/Vs V_t=1uV R_min=5kohm R_max=50kohm x0=20kohm T=20mK"
        circuit = f"C1 m 0 100fF\nMEM1 m 0 model=pershin_diventra {law}\nI1 0 m input"
        s = problem(circuit, "1e9/s", save={"record": True}, **common).solve()
        d, t = np.asarray(s.extra["record"])[..., 0], np.asarray(s.time)
        rate = 4e18 * d + 0.5 * (1e17 - 4e18) * (np.abs(d + 1e-6) - np.abs(d - 1e-6))
    else:
        law = "model=sigmoid R_on=20kohm R_off=20kohm senses=envelope T=20mK"
        circuit = f"C1 m 0 100fF\nL1 m 0 10nH\nMEM1 m 0 {law}\nI1 0 m input"
        drives = {"input": qs.Sine(40e-9, frequency=float(OMEGA / 2 / np.pi))}
        s = problem(circuit, "1e10/s", drives=drives, initial={"voltage": 8e-4}, **common).solve()
        v, t = np.asarray(s.voltage)[..., 0], np.asarray(s.time)
        rate = np.hypot(v, OMEGA * np.asarray(s.flux)[..., 0])
        for n in range(1, len(t)):  # the filter's lag
            rate[:, n] = rate[:, n - 1] + (rate[:, n] - rate[:, n - 1]) * -np.expm1(-5e-12 / 0.2e-9)
    x = np.asarray(s.memory)[..., 0]
    moved = integrated(rate, t)
    inside = np.all((x > 5.1e3) & (x < 49.9e3), axis=1) if senses == "voltage" else np.ones(len(x), dtype=bool)
    assert inside.sum() > 10
    apart = np.abs(x - x[:, :1] - moved)[inside]
    assert np.max(apart) < 0.01 * np.max(np.abs(moved[inside]))


@pytest.mark.slow
def test_a_mean_field_beside_a_record_follows_the_conditional_voltage():
    """x = ∫⟨V⟩dt of each trajectory, neither ∫dy nor the conditional flux. Catches a memory that hears noise."""
    neuron = qs.Neuron("m", v_threshold="1 V", spike="record", record={"filter": "0.2 ns"})
    found = problem(MOVING, "1e9/s", neuron=neuron, memory="mean_field", save_every="5 ps", dt="5 ps", trajectories=50)
    s = found.solve()
    x, t, v = np.asarray(s.memory)[..., 0], np.asarray(s.time), np.asarray(s.voltage)[..., 0]
    np.testing.assert_allclose(x, integrated(v, t), rtol=0, atol=2e-3 * np.max(np.abs(x)))
    assert np.max(np.abs(x - np.asarray(s.flux)[..., 0])) > 0.05 * np.max(np.abs(x))
