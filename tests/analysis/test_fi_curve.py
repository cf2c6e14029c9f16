"""f–I curves against closed forms: an RC neuron, and Siegert's first passage where there is noise."""

import numpy as np
import pytest
from scipy import integrate, special

import quspike as qs
from quspike.analysis.fi_curve import fi_curve
from quspike.analysis.noise_ensemble import noise_ensemble
from quspike.constants import k_B
from quspike.errors import InputError
from quspike.plot.fi_figure import plot_fi

C, R, T_REF, V_TH, T, START, END = 100e-15, 50e3, 2e-9, 20e-6, 20e-3, 5e-9, 205e-9
CIRCUIT = "C1 m 0 100fF\nR1 m 0 50kohm T=20mK\nI1 0 m input"
CURRENTS = np.array([0.3, 0.39, 0.41, 0.6, 1.0]) * 1e-9  # the threshold lies at 0.4 nA
NOISY = np.array([0.40, 0.45]) * 1e-9


def neuron(**changes):
    keys = {"circuit": CIRCUIT, "neuron": qs.Neuron("m", v_threshold=V_TH, t_ref=T_REF), "method": "classical"}
    keys |= {"drives": {"input": qs.Step(0.6e-9, start=START)}, "duration": END, "classical": False}
    return qs.Run(**keys | changes)


@pytest.fixture(scope="module")
def quiet():
    return fi_curve(neuron(), [*CURRENTS[:-1], "1 nA"])


@pytest.fixture(scope="module")
def noisy():
    return fi_curve(neuron(johnson_noise=True, dt=62.5e-12), NOISY, trajectories=120)


def test_an_rc_neuron_has_its_closed_curve(quiet):
    """1/f = t_ref + RC ln(RI/(RI − v_th)), and nothing below the threshold; all three rates say so.

    Catches: a refractory time left out, the rate over the whole run instead of the step's own time, a current applied
    to the wrong row.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        exact = np.nan_to_num(1 / (T_REF + R * C * np.log(R * CURRENTS / (R * CURRENTS - V_TH))))
    exact[R * CURRENTS < V_TH] = 0
    np.testing.assert_allclose(quiet.first_rate.values[:, 0], exact, rtol=1e-9)
    np.testing.assert_allclose(quiet.last_rate.values[:, 0], exact, rtol=1e-9)
    counts = np.floor((END - START + T_REF) * exact)
    np.testing.assert_allclose(quiet.rate.values[:, 0], counts / (END - START))
    assert np.isnan(quiet.rate_error).all()


def siegert(current: float, threshold: float) -> float:
    """The mean first passage of an Ornstein–Uhlenbeck membrane from 0 V. Siegert, Phys. Rev. 81, 617 (1951)."""
    sigma = np.sqrt(2 * k_B * T / C)
    low, high = -R * current / sigma, (threshold - R * current) / sigma
    return R * C * np.sqrt(np.pi) * integrate.quad(lambda u: special.erfcx(-u), low, high)[0]


@pytest.mark.slow
def test_a_noisy_neuron_has_siegerts_rate(noisy):
    """Within four standard errors, for a membrane that is looked at once a step of h: as if its threshold lay
    0.5826 σ√(2h/RC) higher (Broadie, Glasserman & Kou 1997). A step that begins at rest is a renewal process that is
    t_ref old: n = (t + t_ref)/⟨τ⟩ + (CV² − 1)/2.

    Catches: noise of half the temperature, an error that is σ and not σ/√B (the bound would be 12 times as wide).
    """
    shifted = V_TH + 0.5826 * np.sqrt(k_B * T / C) * np.sqrt(2 * 62.5e-12 / (R * C))
    for place, current in enumerate(NOISY):
        interval = T_REF + siegert(current, shifted)
        expected = ((END - START + T_REF) / interval - 0.5) / (END - START)
        rate, error = (float(noisy[name][place, 0]) for name in ("rate", "rate_error"))
        assert abs(rate - expected) < 4 * error + 0.1 / (END - START)  # CV² < 0.2
        assert error < 0.01 * rate


@pytest.mark.slow
def test_an_ensemble_of_noise_agrees_with_its_curve(noisy):
    """The same seeds give the same spikes. Catches: a key that depends on the batch."""
    run = neuron(johnson_noise=True, dt=62.5e-12, drives={"input": qs.Step(float(NOISY[1]), start=START)})
    ds = noise_ensemble(run, 120)
    assert ds.sizes["trajectory"] == 120
    assert float(noisy.rate[1, 0]) == pytest.approx(float(ds.spike_count.mean()) / (END - START))
    assert "realisations of the Johnson noise" in ds.attrs["ensemble"]


def test_an_ensemble_without_noise_is_refused():
    with pytest.raises(InputError, match="johnson_noise = true"):
        noise_ensemble(neuron())


@pytest.mark.slow
def test_a_measured_neuron_has_the_rates_of_its_own_run():
    """Methods with trajectories of their own: the same spikes as one run. Catches: trajectories of a batch mixed up."""
    detector = qs.Neuron("m", v_threshold=V_TH, t_ref=T_REF, spike="record", record={"filter": 1e-9})
    run = neuron(neuron=detector, method="moments", measurement={"strength": 1e9}, trajectories=30)
    curve = fi_curve(run, [0.4e-9, 0.6e-9])
    counts = qs.run(run).spike_count.values[:, 0]
    assert curve.rate.values[1, 0] == pytest.approx(counts.mean() / (END - START))
    assert curve.rate_error.values[1, 0] == pytest.approx(counts.std(ddof=1) / 30**0.5 / (END - START))


def test_a_neuron_that_clicks_has_its_curve_without_a_trajectory():
    """The settled rate of its master equation in time, and its own error of zero; silence where rounding is all.

    Catches: the rate of the first interval, a detector asked for a table of spikes, a low current that is refused.
    """
    detector = qs.Neuron("m", v_threshold=V_TH, t_ref=T_REF, spike="escape", escape={"rate": 2e9, "width": 0.5e-6})
    run = neuron(neuron=detector, method="brownian", duration=120e-9)
    curve = qs.fi_curve(run, [0.01e-9, 0.4e-9])
    settled = qs.run(run.replace(drives={"input": qs.Step(0.4e-9)})).spike_rate.values[-1, 0]
    assert curve.rate.values[:, 0] == pytest.approx([0.0, settled], rel=1e-3)
    np.testing.assert_array_equal(curve.last_rate, curve.rate)
    np.testing.assert_array_equal(curve.rate_error, 0.0)


def test_clicks_of_a_memory_that_moves_are_sent_to_what_counts_them():
    """Catches: an error that names the kind of an interval, which a curve does not have."""
    detector = qs.Neuron("m", v_threshold=V_TH, t_ref=T_REF, spike="escape", escape={"rate": 2e9, "width": 0.5e-6})
    memristor = "MEM1 m 0 model=sigmoid R_on=20kohm R_off=100kohm phi_c=0.3pWb phi_s=0.1pWb T=20mK"
    run = neuron(neuron=detector, method="brownian").replace(circuit=f"C1 m 0 100fF\n{memristor}\nI1 0 m input")
    with pytest.raises(InputError, match="method trajectories counts its clicks, or take spike_count") as caught:
        qs.fi_curve(run, [0.4e-9])
    assert caught.value.key == "[neuron] spike"


@pytest.mark.slow
def test_clicks_that_subtract_begin_where_the_last_spike_left_them():
    """first_rate is that of the second interval. Catches: the stationary one for both."""
    table = {"rate": 2e9, "width": 0.5e-6}
    detector = qs.Neuron("m", v_threshold=V_TH, t_ref=T_REF, reset="subtract", spike="escape", escape=table)
    run = neuron(neuron=detector, method="brownian", drives={"input": qs.Step(2e-9)})
    curve = qs.fi_curve(run, [2e-9])
    second, steady = (qs.interval_statistics(run, kind).spike_rate.item() for kind in (2, "stationary"))
    assert (curve.first_rate.item(), curve.rate.item()) == pytest.approx((second, steady), rel=1e-9)
    assert second != pytest.approx(steady, rel=1e-6)


@pytest.mark.slow
def test_an_adapting_neuron_starts_fast_and_stops():
    """At 0.6 nA as its own run: sixteen spikes, the first interval 6.308 ns, then silence."""
    ds = fi_curve(qs.load("examples/adapting.toml").replace(method="classical"), [0.6e-9, 0.8e-9])
    assert ds.rate.values[0, 0] == pytest.approx(16 / 395e-9)
    assert 1e9 / ds.first_rate.values[0, 0] == pytest.approx(6.308, abs=1e-3)
    assert ds.last_rate.values[0, 0] == 0.0


def test_the_figure_has_the_curves_that_differ(quiet, noisy):
    """Catches: a band of σ², first intervals drawn over a mean that they repeat."""
    panel = plot_fi(noisy, quiet).axes[0]
    assert [text.get_text() for text in panel.texts] == ["mean", "reference"]
    edges = panel.collections[0].get_paths()[0].vertices
    last = edges[np.isclose(edges[:, 0], 450.0)][:, 1]
    assert np.ptp(last) / 2 == pytest.approx(float(noisy.rate_error[1, 0]) * 1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"drives": {"input": qs.Sine(1e-9, frequency=1e8)}}, "must be a step of current"),
        ({"drives": {"input": qs.Step(1e-9, stop=50e-9)}}, "must not come before the end of the run"),
        (
            {"neuron": qs.Neuron("m", v_threshold=V_TH, spike="coherent", coherent={"bin": 1e-9, "width": 1e-6})},
            r"\[neuron\] spike must be expectation or record or escape",
        ),
        ({"neuron": None, "neurons": {}}, "an f–I curve counts its spikes"),
    ],
)
def test_what_has_no_curve_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        fi_curve(neuron(**changes), CURRENTS)


def test_units_of_currents_are_checked():
    with pytest.raises(InputError, match="currents"):
        fi_curve(neuron(), ["0.6 nV"])
    with pytest.raises(InputError, match="must be at least one"):
        fi_curve(neuron(), [])
