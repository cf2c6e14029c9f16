"""A drive is smooth between its breakpoints, and nothing leaks across them."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import quspike.drives as drives

NS = 1e-9


def values(drive, t):
    """s(t), compiled once."""
    return np.asarray(jax.jit(drive.at)(drive.params(), np.asarray(t)))


def integral(drive, p, stop):
    """∫_0^stop s dt by 5-point Gauss quadrature between breakpoints: how an integrator uses a drive."""
    nodes, weights = np.polynomial.legendre.leggauss(5)
    inner = jnp.clip(drive.breakpoints(p), 0.0, stop)
    edges = jnp.concatenate([jnp.zeros(1), inner, jnp.full(1, stop)])
    lengths, middles = jnp.diff(edges), (edges[1:] + edges[:-1]) / 2
    pieces = drive.pieces(p, middles)
    t = middles[:, None] + lengths[:, None] / 2 * nodes
    heights = jax.vmap(jax.vmap(drive.value, (None, 0)))(pieces, t)
    return jnp.sum(lengths / 2 * (heights @ weights))


def test_a_step_is_on_from_start_until_before_stop():
    """Catches: `t > start` in place of `t ≥ start`, and a stop that is included."""
    step = drives.Step("0.6 nA", start="5 ns", stop="8 ns")
    p = step.params()
    np.testing.assert_array_equal(values(step, [0, 4.99e-9, 5e-9, 7.99e-9, 8e-9]), [0, 0, 0.6e-9, 0.6e-9, 0])
    np.testing.assert_array_equal(step.breakpoints(p), [5e-9, 8e-9])


def test_a_stage_on_the_edge_of_a_step_never_sees_the_other_side_of_a_jump():
    """Catches: choosing the piece by the stage's own time."""
    step = drives.Step(1.0, start=2.0)
    before, after = step.pieces(step.params(), jnp.array([1.0, 3.0]))
    assert step.value(before, 2.0) == 0.0
    assert step.value(after, 2.0) == 1.0


def test_a_step_that_never_stops_has_one_breakpoint():
    step = drives.Step(1.0, start=2.0)
    assert "stop" not in step.params()
    assert step.breakpoints(step.params()).shape == (1,)


def test_a_sine_is_the_formula_in_its_docstring():
    """Catches: an angular frequency taken for a plain one, a phase counted from t = 0 in place of the start."""
    sine = drives.Sine("2 nA", frequency="100 MHz", phase="30 deg", offset="1 nA", start="3 ns", stop="40 ns")
    t = np.linspace(3.1, 39.9, 57) * NS
    expected = 1e-9 + 2e-9 * np.sin(2 * np.pi * 1e8 * (t - 3e-9) + np.pi / 6)
    np.testing.assert_allclose(values(sine, t), expected, rtol=1e-13)
    np.testing.assert_array_equal(values(sine, [2.9e-9, 41e-9]), [0.0, 0.0])
    assert sine.timescale(sine.params()) == 1e-8


def test_pulses_by_count_are_counted():
    """Catches: one pulse too many or too few, pulses that do not wait for the start."""
    pulses = drives.Pulses("1 nA", width="1 ns", period="4 ns", count=3, start="2 ns")
    p = pulses.params()
    np.testing.assert_allclose(pulses.breakpoints(p), np.array([2, 3, 6, 7, 10, 11]) * NS)
    middles = np.array([1, 2.5, 4, 6.5, 8, 10.5, 12, 14.5]) * NS
    np.testing.assert_array_equal(values(pulses, middles), [0, 1e-9, 0, 1e-9, 0, 1e-9, 0, 0])


def test_pulses_by_times_start_where_they_are_told():
    pulses = drives.Pulses(2.0, width=0.5, times=[0.0, 1.0, 5.0], start=1.0)
    p = pulses.params()
    np.testing.assert_array_equal(pulses.breakpoints(p), [1.0, 1.5, 2.0, 2.5, 6.0, 6.5])
    np.testing.assert_array_equal(values(pulses, [0.5, 1.2, 1.7, 2.2, 4.0, 6.4, 7.0]), [0, 2, 0, 2, 0, 2, 0])


def test_pulses_as_wide_as_their_period_leave_no_gap_and_no_disorder():
    """3 · 0.1 ≠ 0.2 + 0.1 in binary. Catches: the end of a pulse left one rounding after the next one's beginning."""
    pulses = drives.Pulses(1.0, width=0.1, period=0.1, count=50)
    p = pulses.params()
    assert np.all(np.diff(pulses.breakpoints(p)) >= 0)
    np.testing.assert_array_equal(values(pulses, np.linspace(0.0, 4.99, 997)), 1.0)


def test_a_table_is_numpys_linear_interpolation():
    """Catches: the slope of the neighbouring interval, and clipping off by one."""
    times, heights = np.array([0.0, 0.3, 1.0, 1.1, 2.0]), np.array([0.0, 2.0, -1.0, 5.0, 4.0])
    table = drives.Table(times, heights)
    t = np.linspace(-0.5, 2.5, 301)
    np.testing.assert_allclose(values(table, t), np.interp(t, times, heights), atol=1e-14)


def test_outside_a_table_the_drive_is_held_or_zero_as_told():
    held, zero = (drives.Table([1.0, 2.0], [3.0, 4.0], outside=way) for way in ("hold", "zero"))
    t = [0.0, 0.999, 1.0, 2.0, 3.0]
    np.testing.assert_allclose(values(held, t), [3, 3, 3, 4, 4])
    np.testing.assert_allclose(values(zero, t), [0, 0, 3, 0, 0])


@pytest.mark.parametrize(
    "drive",
    [
        drives.Step(2.0, start=1.0, stop=4.0),
        drives.Pulses(2.0, width=0.5, period=1.0, count=3),
        drives.Sine(2.0, frequency=0.05, phase=0.4),
        drives.Table([0.0, 2.0, 5.0], [1.0, 3.0, -1.0]),
    ],
    ids=lambda drive: drive.kind,
)
def test_a_carrier_multiplies_every_kind(drive):
    """Catches: a carrier that counts its phase from the start, or takes f for an angular frequency."""
    carried = dataclasses.replace(drive, envelope_of=0.7)
    t = np.linspace(0.0, 5.0, 83)
    expected = values(drive, t) * np.cos(2 * np.pi * 0.7 * t)
    np.testing.assert_allclose(values(carried, t), expected, atol=1e-13)
    assert carried.timescale(carried.params()) == 1 / 0.7
    np.testing.assert_array_equal(carried.breakpoints(carried.params()), drive.breakpoints(drive.params()))


def test_only_what_varies_between_breakpoints_asks_for_short_steps():
    for drive in (drives.Step(1.0), drives.Pulses(1.0, width=1.0, count=1), drives.Table([0.0, 1.0], [0.0, 1.0])):
        assert drive.timescale(drive.params()) == np.inf


def test_the_charge_of_a_drive_has_the_derivatives_of_calculus():
    """Q = ∫ I dt of pulses: ∂Q/∂amplitude = width·count, ∂Q/∂width = amplitude·count, ∂Q/∂start = 0 inside, and for a
    step −amplitude. Catches: edges that are compared but not differentiated."""
    pulses = drives.Pulses(2.0, width=0.25, period=1.0, count=3, start=0.5)
    slopes = jax.jit(jax.grad(lambda p: integral(pulses, p, 5.0)))(pulses.params())
    expected = {"amplitude": 0.75, "width": 6.0, "start": 0.0, "period": 0.0}
    assert slopes == pytest.approx(expected, abs=1e-12)
    step = drives.Step(2.0, start=1.0)
    slopes = jax.jit(jax.grad(lambda p: integral(step, p, 5.0)))(step.params())
    assert slopes == pytest.approx({"amplitude": 4.0, "start": -2.0})


def test_the_charge_of_a_sine_has_the_derivatives_of_calculus():
    """Q = a(1 − cos 2πfT)/2πf. Catches: a frequency that the trace has lost."""

    def charge(p):
        return p["amplitude"] * (1 - jnp.cos(2 * jnp.pi * p["frequency"] * 5.0)) / (2 * jnp.pi * p["frequency"])

    sine = drives.Sine(2.0, frequency=0.05)
    got = jax.jit(jax.grad(lambda p: integral(sine, p, 5.0)))(sine.params())
    expected = jax.grad(charge)(sine.params())
    for name in ("amplitude", "frequency"):
        assert got[name] == pytest.approx(float(expected[name]), rel=1e-9)


def test_drives_work_under_jit_and_vmap():
    pulses = drives.Pulses(2.0, width=0.25, period=1.0, count=3)
    t = jnp.linspace(0.0, 4.0, 41)

    def trace(width):
        return pulses.at({**pulses.params(), "width": width}, t)

    widths = jnp.array([0.1, 0.25, 0.5])
    batched = jax.jit(jax.vmap(trace))(widths)
    for width, row in zip(widths, batched, strict=True):
        np.testing.assert_array_equal(row, trace(width))


def test_a_tracer_can_be_a_field():
    def late(start):
        step = drives.Step("1 nA", start=start)
        return step.breakpoints(step.params())[0]

    assert jax.grad(late)(2e-9) == 1.0
