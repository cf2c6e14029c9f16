"""A law is recovered from a trace that another integrator made, with honest uncertainties."""

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from quspike.circuit import Circuit
from quspike.circuit.memristor import law_of
from quspike.errors import InputError, ValidityWarning
from quspike.memristors import get_law
from quspike.memristors.fit import fit_law

NOISE = 0.01  # of the rms current


def _clean(law, p, x0, time, voltage):
    """I at the samples, V linear between them, by an integrator that is not quspike's."""
    import jax

    rate = jax.jit(law.rate)
    step = float(time[1] - time[0])

    def rhs(t, x):
        return [float(rate(x[0], np.interp(t, time, voltage), p))]

    x = solve_ivp(rhs, (time[0], time[-1]), [x0], t_eval=time, rtol=1e-8, atol=1e-10, max_step=step).y[0]
    return np.asarray(law.conductance(x, voltage, p)) * voltage


def _noisy(current, seed):
    noise = np.random.default_rng(seed).normal(size=current.size)
    return current + NOISE * np.sqrt(np.mean(current**2)) * noise


@pytest.fixture(scope="module")
def hp_trace():
    """An HP film with Biolek's window: R_on 150 Ω, R_off 16 kΩ, μ 2e-14 m²/(V·s), x0 0.2."""
    law = get_law("hp", "biolek")
    time = np.linspace(0.0, 2.0, 150)
    voltage = 1.2 * np.sin(2 * np.pi * time)
    return time, voltage, _clean(law, law.resolve({"R_on": 150.0, "mu": 2e-14}), 0.2, time, voltage)


HP_TRUTH = {"R_on": 150.0, "R_off": 16e3, "mu": 2e-14, "x0": 0.2}
HP_FIXED = {"D": "10 nm", "p": 1.0}


def test_parameters_come_back_within_their_uncertainty(hp_trace) -> None:
    """Over 12 noises: z = (fit − truth)/σ has mean square 1 and no outlier.

    Catches: σ² = RSS without the division by N − k, a σ of ln θ reported as that of θ, a Jacobian scaled twice.
    """
    time, voltage, clean = hp_trace
    z = []
    for seed in range(12):
        fit = fit_law((time, voltage, _noisy(clean, seed)), "hp", window="biolek", fixed=HP_FIXED)
        z.append([(fit.values[name] - truth) / fit.uncertainty[name] for name, truth in HP_TRUTH.items()])
    mean_square = np.mean(np.square(z), axis=0)
    assert np.max(np.abs(z)) < 4.0
    assert np.all((mean_square > 0.2) & (mean_square < 2.7)), mean_square  # χ² of 12: 0.1 % tails


def test_residual_is_the_noise_that_was_added(hp_trace) -> None:
    """Catches: an integration too coarse for the samples, a residual in units of the rms current."""
    time, voltage, clean = hp_trace
    fit = fit_law((time, voltage, _noisy(clean, 0)), "hp", window="biolek", fixed=HP_FIXED)
    assert fit.residual_rms == pytest.approx(NOISE * np.sqrt(np.mean(clean**2)), rel=0.15, abs=0.0)
    np.testing.assert_allclose(fit.current, clean, atol=0.3 * NOISE * np.max(np.abs(clean)))


def test_what_the_trace_cannot_tell_is_said(hp_trace) -> None:
    """Only μ/D² acts: both are inf, the others known. Catches: a pseudo-inverse that hides a null direction."""
    time, voltage, clean = hp_trace
    with pytest.warns(ValidityWarning, match="4 combinations of the 5 fitted parameters: D, mu can trade off"):
        fit = fit_law((time, voltage, _noisy(clean, 1)), "hp", window="biolek", fixed={"p": 1.0})
    assert fit.undetermined == ("D", "mu")
    assert np.isinf(fit.uncertainty["D"])
    assert fit.values["mu"] / fit.values["D"] ** 2 == pytest.approx(2e-14 / 1e-16, rel=0.03, abs=0.0)
    assert fit.values["R_on"] == pytest.approx(150.0, abs=4 * fit.uncertainty["R_on"])


def test_vteam_thresholds_are_recovered() -> None:
    """A thresholded law with parameters of either sign. Catches: the logarithm of a negative parameter's value."""
    law = get_law("vteam")
    truth = {"k_off": 2e-8, "k_on": -3e-8, "v_off": 0.1, "v_on": -0.15}
    time = np.linspace(0.0, 2.0, 150)
    voltage = 0.3 * np.sin(2 * np.pi * time)
    clean = _clean(law, law.resolve({**truth, "alpha_on": 1.0}), 0.6, time, voltage)
    known = {"D": 3e-9, "alpha_on": 1.0, "alpha_off": 1.0, "R_on": 50.0, "R_off": 1e3}
    start = {"k_off": 1e-8, "k_on": -1e-8, "v_off": "60 mV", "v_on": "-0.1 V"}
    fit = fit_law((time, voltage, _noisy(clean, 3)), "vteam", fixed=known, initial=start)
    for name, value in {**truth, "x0": 0.6}.items():
        assert abs(fit.values[name] - value) < 3.5 * fit.uncertainty[name], name
        assert fit.uncertainty[name] < 0.1 * abs(value), name


def test_flux_controlled_law_is_recovered_from_a_csv_with_units(tmp_path: Path) -> None:
    """Catches: a unit in a header ignored, x0 fitted beside φ_c, with which it is degenerate in an ideal law."""
    time = np.linspace(0.0, 200e-9, 400)
    voltage = 20e-6 * np.sin(2 * np.pi * time / 100e-9 - np.pi / 5)
    law = get_law("sigmoid")
    p = law.resolve({"phi_c": "0.2 pWb", "phi_s": "0.1 pWb"})
    flux = np.concatenate([[0.0], np.cumsum(0.5 * (voltage[1:] + voltage[:-1]) * np.diff(time))])
    current = _noisy(np.asarray(law.conductance(flux, voltage, p)) * voltage, 5)
    path = tmp_path / "trace.csv"
    rows = zip(time * 1e9, current * 1e9, voltage * 1e3, strict=True)
    lines = ["# a made-up device", "t [ns], current_nA, Voltage (mV)", *(f"{t},{i},{v}" for t, i, v in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    fit = fit_law(path, "sigmoid", initial={"phi_c": "0.4 pWb", "phi_s": "0.2 pWb"})
    assert "x0" not in fit.uncertainty
    for name, value in p.items():
        assert abs(fit.values[name] - value) < 3.5 * fit.uncertainty[name], name


def test_netlist_of_a_fit_is_the_fitted_element(hp_trace) -> None:
    """Catches: a digit lost on the way to the netlist, a window or an x0 left out."""
    time, voltage, clean = hp_trace
    fit = fit_law((time, voltage, clean), "hp", window="biolek", fixed=HP_FIXED, free=["mu", "x0"], initial=HP_TRUTH)
    element = Circuit("C1 a 0 1pF\n" + fit.netlist("MEM1", "a", "0")).element("MEM1")
    assert law_of(element) == fit.law
    assert {name: element.params[name] for name in fit.values} == dict(fit.values)
    assert "R_on = 150 ohm fixed" in str(fit)
    assert "mu = 2e-14 m2/Vs ±" in str(fit)


GOOD = "time_s,voltage_V,current_A\n" + "\n".join(f"{n},{np.sin(n)},{1e-3 * np.sin(n)}" for n in range(12))


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        (
            GOOD.replace("current_A", "amps"),
            None,
            "must have a current column, but got columns time_s, voltage_V, amps",
        ),
        (GOOD, {"time": "time_s", "voltage": "V_mem", "current": "current_A"}, "voltage column called 'V_mem'"),
        (GOOD, ["time_s", "voltage_V"], "columns must name three columns"),
        (GOOD.replace("\n5,", "\nnan,"), None, r"time must be a finite number, but got nan .*line 7"),
        (GOOD.replace("\n5,", "\nfive,"), None, r"time must be a number, but got 'five' .*line 7"),
        (GOOD.replace("\n5,", "\n3.5,"), None, "time must ascend .*but got 4 s followed by 3.5 s"),
        (GOOD.replace("\n5,", "\n4,"), None, "time must ascend"),
        ("\n".join(GOOD.splitlines()[:8]), None, "time must have ≥ 10 samples, but got 7 samples"),
        (GOOD.replace("time_s", "time (V)"), None, r"must be in s, or a multiple of it, but got time \(V\)"),
        (GOOD.replace("\n5,", "\n5;"), None, "must be a number"),
        (GOOD.replace("\n5,", "\n5,0,"), None, r"line must hold at most 3 cells, .* but got 4 cells .*line 7"),
        ("", None, "must have a header and samples"),
    ],
)
def test_bad_csv_is_refused_in_one_line(tmp_path: Path, text: str, columns, message: str) -> None:
    """Catches: NaN fitted as a number, an unsorted trace integrated backwards, a missing column guessed."""
    path = tmp_path / "trace.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        fit_law(path, "sigmoid", columns=columns)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"free": ["Ron"]}, r"free must name parameters of model=hp; did you mean R_on\?"),
        ({"free": ["mu"], "fixed": {"mu": 1e-14}}, "free must not be fixed"),
        ({"free": []}, "free must name at least one parameter"),
        ({"initial": {"R_on": -1.0}}, "R_on must be > 0 ohm"),
        ({"initial": {"x0": 1.5}}, "x0 must be ≥ 0 and ≤ 1"),
        ({"window": "gauss"}, "window must be none or joglekar"),
        ({"initals": "x"}, "initals is no option of model=hp"),
    ],
)
def test_bad_request_is_refused(changes: dict, message: str) -> None:
    """Catches: a name that is ignored, a start outside the bounds."""
    time = np.arange(20.0)
    with pytest.raises(InputError, match=message):
        fit_law((time, np.sin(time), 1e-3 * np.sin(time)), "hp", **changes)


def test_bad_arrays_are_refused() -> None:
    """Catches: arrays of different lengths truncated to the shortest, a trace without a signal fitted."""
    time = np.arange(20.0)
    with pytest.raises(InputError, match="current must have 20, as time has, but got 19 samples"):
        fit_law((time, np.sin(time), np.sin(time)[1:]), "hp")
    with pytest.raises(InputError, match="voltage must differ from zero"):
        fit_law((time, 0 * time, np.sin(time)), "hp")
    with pytest.raises(InputError, match=r"current must hold finite numbers only, but got nan \(sample 3\)"):
        fit_law((time, np.sin(time), np.where(time == 3, np.nan, time)), "hp")
    with pytest.raises(InputError, match="source must be a path or three arrays"):
        fit_law(time, "hp")
    with pytest.raises(InputError, match="free must be fewer than the 10 samples"):
        fit_law((time[:10], np.sin(time[:10]), np.sin(time[:10])), "yakopcic")


def test_law_that_does_not_describe_the_device_is_said() -> None:
    """A rectifier fitted by a flux-controlled memristor. Catches: a bad fit handed over in silence."""
    time = np.linspace(0.0, 1.0, 100)
    voltage = np.sin(40 * np.pi * time)
    with pytest.warns(ValidityWarning, match="misses .* of the rms current"):
        fit_law((time, voltage, 1e-4 * np.maximum(voltage, 0.0)), "sigmoid", fixed={"phi_c": 0.0, "phi_s": 0.1})
