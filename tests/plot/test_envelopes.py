"""Lines that saved times do not resolve: carriers by their envelope, kicks upright at their own time."""

import numpy as np
import pytest
import xarray as xr

import quspike as qs
from quspike.plot.envelopes import input_envelopes
from quspike.plot.traces import membrane_trace

CARRIER, RISE = 5.03e9, 2e-9


def driven(save_every):
    """A step times a carrier, and a constant, as a run would have saved them."""
    circuit = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 300kohm\nI1 0 m tone\nI2 0 m 1nA"
    drives = {"tone": qs.Step(0.5e-9, start=RISE, envelope_of=CARRIER)}
    run = qs.Run(circuit=circuit, drives=drives, duration=12e-9, save_every=save_every, method="classical")
    time = np.arange(0, 12e-9, save_every)
    tone = 0.5e-9 * (time >= RISE) * np.cos(2 * np.pi * CARRIER * time)
    current = np.stack([tone, np.full_like(time, 1e-9)], axis=1)
    coords = {"time": time, "source": ["I1", "I2"]}
    return xr.Dataset({"input_current": (("time", "source"), current)}, coords, {"config": run.to_toml()})


def test_a_carrier_too_fast_for_the_saved_times_is_drawn_by_its_envelope():
    """Catches: an alias, a cosine of 30 MHz that nobody applies; another source's column."""
    ds = driven(0.2e-9)
    current, carriers = input_envelopes(ds)
    np.testing.assert_allclose(current.sel(source="I1"), 0.5e-9 * (ds.time.values >= RISE), rtol=1e-6)
    np.testing.assert_array_equal(current.sel(source="I2"), 1e-9)
    assert carriers == {"I1": pytest.approx(CARRIER)}
    one, _ = input_envelopes(ds.sel(source="I1"))
    np.testing.assert_array_equal(one, current.sel(source="I1"))


def test_a_carrier_that_is_resolved_is_drawn_itself():
    ds = driven(0.02e-9)
    current, carriers = input_envelopes(ds)
    assert current.identical(ds.input_current)
    assert not carriers


@pytest.mark.parametrize("kicks", [[0.5, 1.5, 2.5], [0.6, 1.4], [2.85]])
def test_a_kick_between_two_saved_times_is_upright(kicks):
    """A sawtooth of slope 1 that loses 0.4 at each kick, drawn without its saved times in mind, is exact everywhere.

    Catches: resets that lean over two saved points; the value at a kick's own time taken for the one before.
    """
    time = np.arange(0, 31) * 0.1

    def level(t, side):
        return t - 0.4 * np.searchsorted(kicks, t, side=side)

    ds = xr.Dataset(
        {"membrane": (("time", "neuron"), level(time, "right")[:, None]), "spike_probability": ("bin", kicks)},
        {"time": time, "bin": kicks, "neuron": ["a"], "neuron_membrane": ("neuron", ["quadrature"])},
    )
    at, drawn, spread = membrane_trace(ds, "a")
    assert spread is None
    for kick in kicks:
        here = drawn[np.isclose(at, kick, rtol=0, atol=1e-12)]
        np.testing.assert_allclose(here[[0, -1]], [level(kick, "left"), level(kick, "right")], atol=1e-12)
