"""Many trajectories at once, whatever their batches."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quspike.kernel.ensemble import ensemble_scan

NODES = jnp.linspace(0.0, 1.0, 5)


def walks(trajectories, batch):
    """Sums of normal numbers, with a memory of no memristors beside."""
    return ensemble_scan(
        lambda key, t0, t1, y, piece: ((y[0] + jax.random.normal(key), y[1]), jnp.nan),
        lambda t, y, piece: jnp.reshape(y[0], 1), lambda key: (jnp.zeros(()), jnp.zeros(0)),
        NODES, (), jax.random.key(1), trajectories, np.array([0, 2, 4]), 1, batch,
    )  # fmt: skip


@pytest.mark.parametrize("batch", [1, 2, 3, 7])
def test_batches_change_nothing(batch):
    """Seven walks in batches that do and do not divide them, states with an empty part.

    Catches: a last batch that is lost; a circuit without memristors, whose memory has no numbers to reshape.
    """
    whole, parts = walks(7, None), walks(7, batch)
    np.testing.assert_array_equal(whole.records, parts.records)
    assert parts.final[1].shape == (7, 0)


def test_what_is_not_saved_is_not_kept():
    """A hundred walks of 1,000 steps work in no more than a few numbers a step for all of them together.

    Catches: records, or random numbers, of every trajectory at every step.
    """
    nodes = jnp.linspace(0.0, 1.0, 1001)

    def run(key):
        return ensemble_scan(
            lambda key, t0, t1, y, piece: (y + jax.random.normal(key), jnp.nan),
            lambda t, y, piece: jnp.reshape(y, 1), lambda key: jnp.zeros(()),
            nodes, (), key, 100, np.array([0, 500, 1000]), 1,
        ).records  # fmt: skip

    found = jax.jit(run).lower(jax.random.key(1)).compile().memory_analysis()
    assert found.output_size_in_bytes == 100 * 3 * 8
    assert found.temp_size_in_bytes < 8 * 1000 * 20
