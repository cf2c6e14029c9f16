"""Noise drives are Ornstein–Uhlenbeck processes: exact on their grid, reproducible, independent by name."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import quspike.drives as drives
from quspike.drives.noise import SPACING, coloured, unit_path
from quspike.errors import InputError, QuspikeError


def test_the_autocovariance_on_the_grid_is_the_exponential_exactly():
    """The update is linear in its kicks: A Aᵀ is its autocovariance, e^{−|t_i − t_j|/τ} from the first sample on.

    Catches: √(1 − e^{−Δ}) in place of √(1 − e^{−2Δ}), an Euler update, a first sample that is not stationary.
    """
    response = coloured(np.eye(60))
    n = np.arange(60)
    np.testing.assert_allclose(response @ response.T, np.exp(-SPACING * abs(n[:, None] - n)), atol=1e-13)


def test_mean_std_and_tau_are_those_asked_for():
    """2e5 correlation times: mean within 4 standard errors std √(2τ/T), variance within 4 √(2τ/T).

    Catches: std taken for a variance, tau for a rate, a mean that is not added.
    """
    noise = drives.Noise("0.2 nA", tau="3 ns", mean="0.5 nA").realise(2e5 * 3e-9, seed=1, name="input")
    times, values = (np.asarray(a) for a in noise.points(noise.params()))
    assert times[1] == pytest.approx(0.3e-9)
    assert values.mean() == pytest.approx(0.5e-9, abs=4 * 0.2e-9 * np.sqrt(2 / 2e5))
    assert values.var() == pytest.approx(0.04e-18, rel=4 * np.sqrt(2 / 2e5))
    lagged = np.mean((values[10:] - 0.5e-9) * (values[:-10] - 0.5e-9))
    assert lagged / values.var() == pytest.approx(np.exp(-1.0), abs=0.01)


def test_the_same_seed_gives_the_same_noise_and_another_name_an_independent_one():
    """Catches: a name that is not part of the seed (two sources would move together), Python's salted hash of it."""
    a, again, other, reseeded = (unit_path(100_000, *key) for key in ((7, "a"), (7, "a"), (7, "b"), (8, "a")))
    np.testing.assert_array_equal(a, again)
    for stranger in (other, reseeded):
        assert abs(np.corrcoef(a, stranger)[0, 1]) < 4 * np.sqrt(2 / (100_000 * SPACING))


def test_the_path_of_a_seed_is_the_one_it_was_last_year():
    """PCG64, seeded by 0 and the name. Catches: another generator, which would change every stored result."""
    drawn = [-1.4019344236200129, -1.1467151271101572, -0.9765734735532158]
    np.testing.assert_allclose(unit_path(3, 0, "input"), drawn, rtol=1e-14)


def test_a_shorter_run_sees_the_beginning_of_the_same_noise():
    long, short = (unit_path(samples, 3, "input") for samples in (1000, 100))
    np.testing.assert_array_equal(long[:100], short)


def test_noise_is_differentiable_by_its_parameters():
    """s = mean + std·u(t/τ), so ∂s/∂mean = 1, ∂s/∂std = u, ∂s/∂τ = −(t/τ) ṡ. Catches: a path frozen in seconds."""
    noise = drives.Noise(2.0, tau=0.5, mean=1.0).realise(3.0, seed=2)
    p, t = noise.params(), 1.234

    def s(p):
        return noise.at(p, jnp.array([t]))[0]

    slope = jax.jit(noise.pieces)(p, jnp.array([t]))[0, 2]
    gradient = jax.jit(jax.grad(s))(p)
    assert gradient["mean"] == pytest.approx(1.0)
    assert gradient["std"] == pytest.approx((s(p) - 1.0) / 2.0)
    assert gradient["tau"] == pytest.approx(-t / 0.5 * slope)


def test_noise_covers_the_whole_run():
    noise = drives.Noise(1.0, tau=1.0).realise(7.33, seed=0)
    assert noise.breakpoints(noise.params())[-1] >= 7.33


def test_noise_without_strength_is_its_mean():
    noise = drives.Noise("0 A", tau="1 ns", mean="1 nA").realise(1e-8, seed=0)
    np.testing.assert_array_equal(jax.jit(noise.at)(noise.params(), np.linspace(0, 1e-8, 11)), 1e-9)


def test_noise_that_was_not_drawn_has_no_values():
    noise = drives.Noise("1 nA", tau="1 ns")
    with pytest.raises(QuspikeError, match="call realise"):
        noise.breakpoints(noise.params())


def test_a_correlation_time_far_below_the_run_is_refused_before_memory_is_filled():
    with pytest.raises(InputError, match="tau must be ≥ 1 µs for so long a run, but got 1 fs"):
        drives.Noise("1 nA", tau="1 fs").realise(1.0)


def test_drawn_noise_is_still_the_same_drive():
    noise = drives.Noise("1 nA", tau="1 ns")
    assert noise.realise(1e-8).to_dict() == noise.to_dict()
    assert noise.realise(1e-8) == noise
