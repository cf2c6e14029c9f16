"""Hysteresis of simulated circuits, against scipy's integration of the same equations and closed forms."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import expit

import quspike as qs
from quspike.analysis.frequency_sweep import frequency_sweep
from quspike.analysis.hysteresis import finely_saved, hysteresis
from quspike.analysis.loop import measure_loop
from quspike.analysis.sine_drive import warn_of_averaging
from quspike.run.simulate import run as simulate

EXAMPLE = Path(__file__).parents[2] / "examples" / "pinched_loop.toml"
CIRCUIT = """
C1   m 0 100fF
MEM1 {nodes} model=sigmoid R_on=10kohm R_off=100kohm phi_c={phi_c}Wb phi_s=0.4pWb T=20mK
R1   m 0 1Mohm T=20mK
I1   0 m input
"""


def sine_run(**changes) -> qs.Run:
    """A memristor beside a resistor, turned round: its current is counted from ground."""
    values = {
        "circuit": CIRCUIT.format(nodes="0 m", phi_c="-1.5e-12"),
        "drives": {"input": qs.Sine("1 nA", "2 MHz")},
        "duration": "1.5 us",
        "method": "classical",
    }
    return qs.Run(**(values | changes))


@pytest.fixture(scope="module")
def measured():
    """The run's dataset, and the loops measured from it."""
    run = finely_saved(sine_run(), 2e6)
    ds = simulate(run)
    return run, ds, hysteresis(ds)


def test_the_loop_is_that_of_the_circuit_equations(measured):
    """Area, form factor and peaks of the last period against scipy's DOP853, for the element turned round.

    Catches: V of the node for V of the element (which would deliver power), the first period for the last.
    """
    _, _, loops = measured

    def rates(t, y):
        v, phi = y
        return [(1e-9 * np.sin(2 * np.pi * 2e6 * t) - (conductance(phi) + 1e-6) * v) / 100e-15, v]

    def conductance(phi):  # falls with the node's flux, which is minus the element's
        return 1e-5 + 9e-5 * expit((1.5e-12 - phi) / 0.4e-12)

    exact = solve_ivp(rates, (0, 1.5e-6), [0, 0], method="DOP853", rtol=1e-11, atol=[1e-17, 1e-24], dense_output=True)
    v, phi = exact.sol(np.linspace(1e-6, 1.5e-6, 4001))
    oracle = measure_loop(-v, -conductance(phi) * v)
    found = loops["MEM1"].settled
    for name in ("area", "scaled_area", "form_factor", "voltage_scale", "current_scale"):
        assert getattr(found, name) == pytest.approx(getattr(oracle, name), rel=2e-5), name
    assert {(lobe.side, lobe.circulation) for lobe in found.lobes} == {(1, 1), (-1, -1)}
    loop = loops["MEM1"].settled_loop
    assert np.all(loop.voltage * loop.current > -1e-12 * found.voltage_scale * found.current_scale)  # it is passive
    assert found.crossing == "transversal"


def test_a_memristor_is_pinched_and_a_resistor_is_a_line(measured):
    """Catches: a pinch blurred by interpolation between saved points, a resistor with an area."""
    _, _, loops = measured
    assert loops["MEM1"].settled.pinch_residual < 1e-8
    assert loops["MEM1"].first.pinch_residual < 1e-8
    assert loops["MEM1"].settled.gap < 1e-8
    assert loops["R1"].settled.scaled_area < 1e-13
    assert loops["R1"].settled.form_factor < 1e-13


def test_kirchhoff_leaves_the_memristor_the_same_current(measured):
    """I_in − C dV/dt − V/R1 against W V. Catches: the resistor's share left in, a sign of the turned element."""
    _, ds, loops = measured
    whole, own = hysteresis(ds, current="whole")["MEM1"], loops["MEM1"]
    largest = own.settled.current_scale
    at_own_times = np.interp(own.settled_loop.time, whole.settled_loop.time, whole.settled_loop.current)
    assert np.max(np.abs(at_own_times - own.settled_loop.current)) < 1e-5 * largest
    assert whole.settled.area == pytest.approx(own.settled.area, rel=1e-6)
    assert whole.settled.pinch_residual < 1e-6


def test_measures_are_plain_data(measured):
    """Catches: arrays in the dictionary, a measure without its axis scaling."""
    import json

    _, _, loops = measured
    told = json.loads(json.dumps(loops["MEM1"].to_dict(), allow_nan=False))
    assert told["settled"]["form_factor"] == loops["MEM1"].settled.form_factor
    assert told["settled"]["voltage_scale"] == pytest.approx(1.7e-5, rel=0.01)
    assert told["periods"] == 3


def test_the_area_collapses_as_the_flux_swing():
    """A/V₀I₀ → (4/3) |d ln W/dφ| V₀/ω, and ∝ ω⁻² where the capacitor shunts the drive.

    Catches: areas on the axes of the lowest frequency, the first period for the last (its V is not yet about zero), a
    factor 2 between lobes.
    """
    circuit = CIRCUIT.format(nodes="m 0", phi_c="1.5e-12")
    run = sine_run(circuit=circuit, duration="1.5 us", drives={"input": qs.Sine("0.3 nA", "2 MHz")})
    sweep = frequency_sweep(run, [32, 4, 16])["MEM1"]
    assert list(sweep.frequencies) == [8e6, 32e6, 64e6]
    assert np.all(np.diff(sweep.scaled_areas) < 0)
    fastest = sweep.loops[-1]
    v, i = fastest.settled_loop.voltage, fastest.settled_loop.current
    w = np.sum(i * v) / np.sum(v * v)
    y = (w - 1e-5) / 9e-5  # the sigmoid there
    log_slope = 9e-5 * y * (1 - y) / 0.4e-12 / w
    v0 = fastest.settled.voltage_scale
    assert fastest.settled.scaled_area == pytest.approx(4 / 3 * log_slope * v0 / (2 * np.pi * 64e6), rel=0.02)
    assert sweep.exponent == pytest.approx(-2, abs=0.1)


def test_the_example_is_visibly_pinched():
    """examples/pinched_loop.toml, on the quantum method. Catches: an example whose memristor does not move."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loop = hysteresis(qs.load(EXAMPLE))["MEM1"]
    assert loop.settled.form_factor > 0.3
    assert loop.settled.scaled_area > 0.8
    assert loop.settled.pinch_residual < 1e-8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"drives": {"input": qs.Step("1 nA")}}, r"\[drive.input\] kind must be sine"),
        ({"drives": {"input": qs.Sine("1 nA", "2 MHz", stop="700 ns")}}, r"\[drive.input\] stop must not come before"),
        ({"drives": {"input": qs.Sine("1 nA", "2 MHz", envelope_of="1 GHz")}}, "envelope_of must be left out"),
        ({"duration": "499 ns"}, r"\[run\] duration must be ≥ 500 ns, a whole period"),
        ({"circuit": "C1 m 0 1pF\nR1 m 0 1kohm\nI1 0 m 1nA", "drives": {}}, "drive must be one sine"),
    ],
)
def test_what_has_no_loop_is_refused(changes, message):
    with pytest.raises(qs.InputError, match=message):
        hysteresis(sine_run(**changes))


def test_a_result_without_enough_points_is_refused(measured):
    """Catches: a spline through ten points taken for the loop."""
    _, ds, _ = measured
    with pytest.raises(qs.InputError, match="save_every must be ≤ 10 ns"):
        hysteresis(ds.isel(time=slice(0, None, 20)))


def test_a_secular_method_says_that_it_averages_the_loop_away():
    """Catches: a line at ω0 taken for a memristor without memory."""
    resonator = CIRCUIT.format(nodes="m 0", phi_c="2e-16") + "L1 m 0 10nH\n"
    run = sine_run(circuit=resonator, drives={"input": qs.Sine("1 nA", "5 GHz")}, duration="2 ns", method="moments")
    with pytest.warns(qs.ValidityWarning, match="moments is secular"):
        warn_of_averaging(run)
    warn_of_averaging(run.replace(method="classical"))


def test_a_current_that_cannot_be_told_is_refused():
    """Catches: Kirchhoff's law asked to tell two memristors apart."""
    two = CIRCUIT.format(nodes="m 0", phi_c="1.5e-12") + "MEM2 m 0 model=sigmoid T=20mK\n"
    with pytest.raises(qs.InputError, match="needs one memristor, not 2"):
        hysteresis(sine_run(circuit=two), current="whole")
    with pytest.raises(qs.InputError, match="current must be element or whole"):
        hysteresis(sine_run(), current="neither")


def test_spikes_cut_a_loop_and_are_refused(measured):
    _, ds, _ = measured
    with pytest.raises(qs.InputError, match="must not fire"):
        hysteresis(ds.drop_dims("spike").assign(spike_time=("spike", [5e-7])))


@pytest.mark.parametrize("factors", [[1.0], [2.0, 2.0], [0.0, 1.0], [1.0, float("nan")], [1.0, 1e6]])
def test_frequencies_that_cannot_be_swept_are_refused(factors):
    with pytest.raises(qs.InputError, match="frequencies must"):
        frequency_sweep(sine_run(), factors)
