"""A record holds the carrier of a resonator: what its memory damps, against the circuit's own classical equation."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

import quspike as qs
from quspike.constants import hbar
from quspike.methods.measured import solution
from quspike.methods.measured.numbers import model_of
from quspike.methods.measured.rest import noise_at_rest
from quspike.methods.measured.solution import stray_spikes
from quspike.run.compile import compile_run
from quspike.validity.common import numerics_checks

C, L, PERIODS, POINTS = 1e-13, 1e-8, 24, 48
OMEGA = (L * C) ** -0.5
PERIOD, PHI_ZPF = 2 * np.pi / OMEGA, (hbar / (2 * OMEGA * C)) ** 0.5
A = 40_000 * PHI_ZPF  # of flux: the record's noise is nothing beside it
R_ON, R_OFF, X0 = 40e3, 4e6, 0.3
SIGMOID = f"sigmoid R_on={R_ON}ohm R_off={R_OFF}ohm phi_c={A!r}Wb phi_s={0.15 * A!r}Wb"
DRIFT = 0.14 * 200e3 / A  # dx = DRIFT V/M dt of HP: a swing moves x by tenths
HP = f"hp R_on=20kohm R_off=200kohm mu={DRIFT * 1e-16 / 20e3!r}m2/V/s D=10nm x0={X0}"
V_T, SPEED = 0.5 * OMEGA * A, 3e8
VTEAM = f"vteam R_on=40kohm R_off=800kohm k_off={SPEED * 3e-9!r}m/s alpha_off=1 v_off={V_T!r}V v_on=-1V x0={X0}"


def sigmoid(x):
    return 1 / R_OFF + (1 / R_ON - 1 / R_OFF) / (1 + np.exp(-(x - A) / (0.15 * A)))


def classical(conductance, rate, first, current=0.0):
    """(amplitude of flux over A about its rest, memory) of Cφ̈ + W(x)φ̇ + φ/L = I, ẋ = rate(x, V), after PERIODS."""
    rest = L * current

    def slope(t, y):
        x, v, phi = y[2:], y[0], y[1]
        return [(current - conductance(x) * v - phi / L) / C, v, *rate(x, v)]

    end = solve_ivp(
        slope, (0, PERIODS * PERIOD), [OMEGA * A, rest, *first], rtol=1e-9, atol=1e-24, max_step=PERIOD / 50
    )
    v, phi = end.y[:2, -1]
    return np.hypot(v / OMEGA, phi - rest) / A, end.y[2:, -1]


def measured(law, current=0.0, **measurement):
    """The same of the mean of four trajectories, whose measurement tells all."""
    circuit = f"C1 m 0 {C!r}F\nL1 m 0 {L!r}H\nMEM1 m 0 model={law} T=20mK\nI1 0 m input"
    run = qs.Run(
        circuit=circuit,
        drives={"input": qs.Step(current)},
        initial={"voltage": OMEGA * A, "flux": L * current},
        measurement={"strength": OMEGA / 9.8} | measurement,
        memory="measured",
        trajectories=4,
        duration=PERIODS * PERIOD,
        save_every=PERIODS * PERIOD,
        dt=PERIOD / POINTS,
        classical=False,
    )
    s = compile_run(run).solve()
    v, phi, x = (np.asarray(values)[:, -1, 0].mean() for values in (s.voltage, s.flux, s.memory))
    return np.hypot(v / OMEGA, phi - L * current) / A, x


def test_a_memory_that_is_the_record_damps_as_the_inductors_flux_does():
    """A sigmoid centred at the swing's end, about a rest flux of A/4: the decay of the classical circuit within 1 %.

    κ = W(x)/C at each instant would be 2.7 times that. And x is where the flux is: it starts at φ(0). Catches W that is
    not averaged over the carrier, a rest flux taken for the carrier's, a memory that begins without φ(0), a leak about
    φ = 0 whose V = (κ/2)LI the memory integrates.
    """
    current = 0.25 * A / L
    size, (x,) = classical(lambda x: sigmoid(x[0]), lambda x, v: [v], [0.25 * A], current)
    found, memory = measured(SIGMOID, current)
    assert np.log(found) / np.log(size) == pytest.approx(1, abs=0.01)
    assert -np.log(size) > 0.05
    assert memory / A == pytest.approx(x / A, abs=0.02)


@pytest.mark.slow
def test_a_law_in_its_charge_damps_as_in_its_flux():
    """HP's drift, by tenths of its range in each period. Catches a charge that does not swing within a period."""

    def resistance(x):
        return 200e3 - 180e3 * x[0]

    size, (x,) = classical(lambda x: 1 / resistance(x), lambda x, v: [DRIFT * v / resistance(x)], [X0])
    found, memory = measured(HP)
    assert np.log(found) / np.log(size) == pytest.approx(1, abs=0.01)
    assert memory == pytest.approx(x, abs=0.01)


@pytest.mark.slow
def test_a_filter_turns_the_memorys_swing_and_its_damping_with_it():
    """γ_f = ω0: x lags by an eighth of a period, and W's second harmonic does not damp. Catches a lag left out."""
    size, (x, _) = classical(lambda x: sigmoid(x[0]), lambda x, v: [x[1], OMEGA * (v - x[1])], [-A, OMEGA * A])
    found, memory = measured(SIGMOID, filter=1 / OMEGA)
    assert np.log(found) / np.log(size) == pytest.approx(1, abs=0.01)
    assert memory / A == pytest.approx(x / A, abs=0.02)


def test_a_threshold_sees_the_carrier_of_its_record():
    """VTEAM, whose x rises at one end of each swing: x and the decay after 24 periods are the circuit's, to 2 %.

    The filter passes a sixth of what stands at ω0. Catches a law that is fed a record without its carrier, or the
    envelope as if it were a voltage.
    """
    size, (x,) = classical(lambda x: 1 / (40e3 + 760e3 * x[0]), lambda x, v: [SPEED * max(v / V_T - 1, 0.0)], [X0])
    found, memory = measured(VTEAM, filter="0.2 ns")
    assert memory - X0 == pytest.approx(x - X0, rel=0.02)
    assert np.log(found) / np.log(size) == pytest.approx(1, abs=0.02)
    assert x - X0 > 0.2


def stray(kind, strength, level):
    """A threshold on the record at `level` σ, no input: the setup's σ, λ and stated spikes per second, and a run."""
    phase = {"quadrature_phase": 0.0} if kind == "quadrature" else {}
    seen = {"membrane": kind, "t_ref": "10 ps", "spike": "record", "record": {"filter": "1 ns"}, **phase}
    run = qs.Run(
        circuit="C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 10kohm T=20mK",
        neuron=qs.Neuron("m", v_threshold=1.0, **seen),
        measurement={"strength": strength},
        trajectories=200,
        duration="40 ns",
        save_every="40 ns",
        dt="10 ps",
        classical=False,
    )

    def prepared(v):
        return compile_run(run.replace(neuron=qs.Neuron("m", v_threshold=v, **seen)))

    loud = prepared(1.0)
    sigma, rate = noise_at_rest(model_of(loud.setup, loud.params))
    found = prepared(level * sigma)
    return sigma, rate, stray_spikes(found.setup, found.params), found


@pytest.mark.slow
def test_an_envelope_spikes_at_rest_as_the_length_of_two_quadratures():
    """2.5 σ of a record that is all noise: 1/(t_ref + (1/2λ)∫(e^w − 1)/w dw), and that many spikes in a run, to 10 %.

    Below its mean √(π/2) σ it is refused. Catches the rate of one quadrature, six times less.
    """
    _, rate, stated, found = stray("envelope", "1e4/s", 2.5)
    passage = quad(lambda w: np.expm1(w) / w, 0, 2.5**2 / 2)[0] / (2 * rate)
    assert stated == pytest.approx(1 / (1e-11 + passage), rel=1e-9)
    count = np.asarray(found.solve().spike_count)
    assert count.mean() / 40e-9 == pytest.approx(stated, rel=0.1)
    with pytest.raises(qs.InputError, match="must be above the record's own noise"):
        stray("envelope", "1e4/s", 1.2)


def test_a_step_that_is_too_long_for_its_error_is_said():
    """ω0h = 0.63 with a bound of 0.5, where covariances err by 3 %. Catches a step that nobody judges."""
    *_, found = stray("envelope", "1e4/s", 5.0)
    long = found.run.replace(dt="20 ps", trajectories=2, duration="4 ns", save_every="4 ns")
    with pytest.warns(qs.ValidityWarning, match="step/fastest time"):
        qs.run(long)


@pytest.mark.parametrize(("filtering", "fastest"), [(1e-9, OMEGA), (20e-12, 5e10)])
def test_a_step_is_judged_by_the_fastest_of_its_times(filtering, fastest):
    """h over the shortest of 1/ω0 and a filter, warned of beyond a half. Catches: the slower of two rates; a bound that
    is another; a number that no verdict follows."""
    phase = {"membrane": "quadrature", "quadrature_phase": 0.0, "t_ref": "10 ps", "v_threshold": 1.0}
    neuron = qs.Neuron("m", spike="record", record={"filter": filtering}, **phase)
    run = qs.Run(
        circuit="C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 10kohm T=20mK", neuron=neuron, measurement={"strength": "1e4/s"},
        duration="1 ns", save_every="1 ns", dt="10 ps", classical=False,
    )  # fmt: skip
    found = compile_run(run)
    numbers = solution._checked(found.setup, found.plan, found.params)
    assert float(numbers["step_in_fastest_time"]) == pytest.approx(10e-12 * fastest, rel=1e-9)
    told = {"error_estimate": 0.0, "spikes_at_rest": 0.0}
    for value, verdict in ((0.49, "ok"), (0.51, "warn")):
        checks = numerics_checks(SimpleNamespace(diagnostics=told | {"step_in_fastest_time": value}, spike_count=0))
        assert {c.name: c.verdict for c in checks}["step/fastest time"] == verdict
