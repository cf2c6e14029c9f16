"""A current that stands holds a resonator at its rest flux LI: what leaks is the swing about it, in all secular rungs.

Against the classical circuit Cφ̈ + W(φ)φ̇ + φ/L = I, as it is and averaged over its carrier.
"""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

import quspike as qs
from quspike.constants import hbar
from quspike.run.compile import compile_run

C, L = 1e-13, 1e-8
OMEGA = (L * C) ** -0.5
PERIOD, PHI_ZPF = 2 * np.pi / OMEGA, (hbar / (2 * OMEGA * C)) ** 0.5
A = 6 * PHI_ZPF
BIAS = 0.6 * A
R_ON, R_OFF = 15e3, 1e6
LAW = f"sigmoid R_on={R_ON}ohm R_off={R_OFF}ohm phi_c={A!r}Wb phi_s={0.15 * A!r}Wb"
TANK = f"C1 m 0 {C!r}F\nL1 m 0 {L!r}H\nI1 0 m {BIAS / L!r}A\n"
BESIDE = "\nC2 n 0 100fF\nL2 n 0 12nH\nR2 n 0 10kohm T=5mK"  # an oscillator that nothing couples to it
RUNGS = ["moments", "gksl", "gksl of two nodes", "jump", "diffusion"]
QUICK = ("moments", "gksl", "moments measured")
EVERY = [pytest.param(rung, marks=[] if rung in QUICK else [pytest.mark.slow]) for rung in RUNGS]
MEASURED = [
    pytest.param(rung, marks=[] if rung in QUICK else [pytest.mark.slow])
    for rung in ("moments measured", "gksl measured", "diffusion measured")
]
FAR = qs.Neuron("m", v_threshold="1 V", membrane="quadrature", quadrature_phase=0.0)


def solved(rung, loss, neuron=FAR, duration=20 * PERIOD):
    """The Solution of one rung, from φ = LI and V = ω0A.

    At 5 mK no quantum is in the bath: a coherent state stays one in each trajectory, and goes where the mean does.
    """
    word = rung.split()[0]
    given = {"method": word, "truncation": 5 if word != "moments" else "auto"}
    if word in ("jump", "diffusion"):
        given |= {"method": "trajectories", "parent": "gksl", "unravelling": word, "trajectories": 2}
    if "measured" in rung:  # by hardly anything: a conditional mean goes where the mean does
        given |= {"memory": "measured", "measurement": {"strength": "1e-6/s"}, "trajectories": 2}
    run = qs.Run(
        circuit=TANK + loss + (BESIDE if rung == "gksl of two nodes" else ""),
        neuron=neuron,
        initial={"state": "vacuum", "voltage": OMEGA * A, "flux": BIAS},
        duration=duration,
        save_every=PERIOD / 4,
        dt=PERIOD / 40,
        classical=False,
        **given,
    )
    return compile_run(run).solve()


def last(s, *names):
    """These arrays (T,) of the last trajectory, where there are several."""
    return [np.asarray(getattr(s, name))[..., 0].reshape(-1, s.time.size)[-1] for name in names]


def mean(rung, loss, neuron=FAR, duration=20 * PERIOD):
    """t, ⟨V⟩, ⟨φ⟩ and spike times, of its last trajectory."""
    s = solved(rung, loss, neuron, duration)
    return np.asarray(s.time), *last(s, "voltage", "flux"), np.asarray(s.spike_time)


def conductance(x):
    return 1 / R_OFF + (1 / R_ON - 1 / R_OFF) / (1 + np.exp(-(x - A) / (0.15 * A)))


def averaged(t):
    """r(t) of dr/dt = −½κ(r) r, κ(r) = (2/C)⟨W(LI + r cosθ) sin²θ⟩_θ, r(0) = A."""

    def slope(_, r):
        w = quad(lambda a: conductance(BIAS + r[0] * np.cos(a)) * np.sin(a) ** 2, 0, np.pi)[0] * 2 / np.pi
        return [-0.5 * w / C * r[0]]

    return solve_ivp(slope, (0, t[-1]), [A], t_eval=t, rtol=1e-9, atol=1e-9 * A).y[0]


def circuit(t):
    """√(φ̇²/ω0² + (φ − LI)²) of the classical circuit itself."""
    end = solve_ivp(
        lambda _, y: [(BIAS / L - conductance(y[1]) * y[0] - y[1] / L) / C, y[0]], (0, t[-1]), [OMEGA * A, BIAS],
        t_eval=t, rtol=1e-9, atol=1e-24, max_step=PERIOD / 50,
    )  # fmt: skip
    return np.hypot(end.y[0] / OMEGA, end.y[1] - BIAS)


@pytest.mark.parametrize("rung", EVERY)
def test_a_flux_memristor_leaks_the_swing_about_the_rest_flux(rung):
    """φ − LI = r sin ω0t and V = ω0 r cos ω0t to 1e-5 of A, with r of the averaged equation; the circuit's own in 1 %.

    Catches a leak about φ = 0, which would leave V = (κ/2)LI; W about φ = 0; of trajectories, jumps a in place of
    a − α_dc.
    """
    t, v, phi, _ = mean(rung, f"MEM1 m 0 model={LAW} T=5mK")
    r = averaged(t)
    assert r[-1] < 0.8 * A
    np.testing.assert_allclose((phi - BIAS) / A, r * np.sin(OMEGA * t) / A, rtol=0, atol=1e-5)
    np.testing.assert_allclose(v / (OMEGA * A), r * np.cos(OMEGA * t) / A, rtol=0, atol=1e-5)
    assert np.log(r[-1] / A) == pytest.approx(np.log(circuit(t)[-1] / A), rel=0.02)


@pytest.mark.parametrize("rung", EVERY + MEASURED)
def test_in_a_hold_the_current_is_off_and_the_rest_is_none(rung):
    """After `subtract`, α of a linear resonator decays at κ/2 about φ = 0 until t_ref is over, to 1e-6 of A.

    Catches a rest flux that stays at LI while the input is disconnected.
    """
    threshold, t_ref = 1.2 * OMEGA * A, 6.1 * PERIOD
    seen = qs.Neuron(
        "m", v_threshold=threshold, t_ref=t_ref, reset="subtract", membrane="quadrature", quadrature_phase=1.3
    )
    t, v, phi, spikes = mean(rung, "R1 m 0 15kohm T=5mK", seen, 9 * PERIOD)
    first = float(np.nanmin(spikes))
    held = (t > first + PERIOD / 8) & (t < first + t_ref)
    alpha = (phi + 1j * v / OMEGA) * np.exp((1j * OMEGA + 0.5 / (15e3 * C)) * t)
    assert np.sum(held) > 20
    np.testing.assert_allclose(alpha[held] / A, alpha[held][0] / A, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "rung", [pytest.param(rung, marks=[] if rung == "moments" else [pytest.mark.slow])
             for rung in ("moments", "gksl", "jump", "diffusion")],
)  # fmt: skip
def test_in_a_hold_a_memristor_is_shown_about_no_rest_flux(rung):
    """Until t_ref is over x is 0, and R that of the swing about φ = 0, to 1e-6.

    Catches trajectories whose memristors leak about none in a hold, and are shown about LI.
    """
    near = qs.Neuron("m", v_threshold=0.8 * OMEGA * A, v_reset=0.4 * OMEGA * A, t_ref=8.1 * PERIOD, reset="subtract",
                     membrane="quadrature", quadrature_phase=1.3)  # fmt: skip
    s = solved(rung, f"MEM1 m 0 model={LAW} T=5mK", near, 9 * PERIOD)
    first = float(np.nanmin(s.spike_time.reshape(-1, s.spike_time.shape[-1])[-1]))
    t, (v, phi, x, m) = np.asarray(s.time), last(s, "voltage", "flux", "memory", "memristance")
    held = (t > first + PERIOD / 8) & (t < first + 8.1 * PERIOD)
    assert np.sum(held) > 20
    np.testing.assert_allclose(x[held], 0.0, atol=1e-9 * A)
    size = np.hypot(v / OMEGA, phi)[held]
    swung = [quad(lambda a, r=r: np.sin(a) ** 2 * conductance(r * np.cos(a)), 0, np.pi)[0] for r in size]
    np.testing.assert_allclose(1 / m[held], 2 / np.pi * np.array(swung), rtol=1e-6)


@pytest.mark.slow
def test_in_a_hold_a_measured_memristor_sees_the_swing_about_none():
    """A threshold on a record that tells all: until t_ref is over φ_dc is 0, and r decays by W about it, to 1 %.

    Catches conductances, memories or what is shown of them that keep the rest flux LI of an input which is off.
    """
    big, t_ref = 40_000 * PHI_ZPF, 8.1 * PERIOD
    law = f"sigmoid R_on={R_ON}ohm R_off={R_OFF}ohm phi_c={0.4 * big!r}Wb phi_s={0.15 * big!r}Wb"
    seen = qs.Neuron(
        "m", v_threshold=1.2 * OMEGA * big, t_ref=t_ref, reset="subtract", v_reset=0.4 * OMEGA * big,
        membrane="quadrature", quadrature_phase=1.3, spike="record", record={"filter": PERIOD / 10},
    )  # fmt: skip
    run = qs.Run(
        circuit=f"C1 m 0 {C!r}F\nL1 m 0 {L!r}H\nI1 0 m {0.6 * big / L!r}A\nMEM1 m 0 model={law} T=5mK", neuron=seen,
        initial={"voltage": OMEGA * big, "flux": 0.6 * big}, measurement={"strength": OMEGA / 9.8}, trajectories=4,
        method="moments", duration=9 * PERIOD, save_every=PERIOD / 4, dt=PERIOD / 40, classical=False,
    )  # fmt: skip
    s = compile_run(run).solve()
    t, first = np.asarray(s.time), float(np.nanmin(s.spike_time))
    v, phi, x, m = (np.asarray(a)[-1, :, 0] for a in (s.voltage, s.flux, s.memory, s.memristance))
    held, size = (t > first + PERIOD / 8) & (t < first + t_ref), np.hypot(v / OMEGA, phi) / big

    def averaged_conductance(r):
        def part(a):
            return np.sin(a) ** 2 / (1 + np.exp(-(r * np.cos(a) - 0.4) / 0.15))

        return 1 / R_OFF + (1 / R_ON - 1 / R_OFF) * 2 / np.pi * quad(part, 0, np.pi)[0]

    np.testing.assert_allclose(x[held], 0.0, atol=1e-9 * big)
    assert x[~held] == pytest.approx(0.6 * big, rel=1e-9)
    np.testing.assert_allclose(1 / m[held], [averaged_conductance(r) for r in size[held]], rtol=1e-6)
    leak = solve_ivp(
        lambda _, y: [-0.5 * averaged_conductance(np.exp(y[0])) / C],
        t[held][[0, -1]],
        [np.log(size[held][0])],
        rtol=1e-9,
    )
    found = np.log(size[held][-1] / size[held][0])
    assert found == pytest.approx(leak.y[0, -1] - leak.y[0, 0], rel=0.01)
    assert found < -0.05
