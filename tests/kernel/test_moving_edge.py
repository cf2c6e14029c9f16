"""A detector's edge seen from a moving frame, against sums over the quadrature."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erfc

from quspike.kernel.detector import detector_matrix
from quspike.kernel.moving_edge import at_shift, edge_elements, edge_table, root_table
from quspike.precision import enable_x64

enable_x64()
LEVELS, SHIFTS = 18, (-5.3, -1.234, 0.01, 2.777, 6.1)


@pytest.mark.parametrize("width", [0.02, 0.4, 3.0])
def test_the_edge_and_its_root_are_those_of_sums_at_every_shift(width):
    """Sharp and wide, between the points of the table, to 1e-6. Catches: σ² for 1 + σ² in the recurrence; √n for
    √(n+1); a cubic whose slope has the other sign."""
    edge, root = edge_table(LEVELS, width), root_table(LEVELS, width)
    for mu in SHIFTS:

        def share(x, mu=mu):
            return 0.5 * erfc((mu - x) / np.sqrt(2) / width)

        exact = detector_matrix(LEVELS, share, width), detector_matrix(LEVELS, lambda x: np.sqrt(share(x)), width)
        for table, right in zip((edge, root), exact, strict=True):
            np.testing.assert_allclose(at_shift(table, jnp.asarray(mu)), right, atol=1e-6)


def test_elements_do_not_lose_digits_with_levels():
    """Fifty levels of a sharp edge, to 1e-12. Catches: an expansion whose terms alternate and grow."""
    width, mu = 0.1, np.array([1.7])
    right = detector_matrix(50, lambda x: 0.5 * erfc((mu - x) / np.sqrt(2) / width), width)
    np.testing.assert_allclose(edge_elements(50, mu, width)[0][0], right, atol=1e-12)


def test_far_from_the_edge_all_or_nothing_clicks():
    """Catches: a table that ends within the states."""
    table = edge_table(LEVELS, 0.5)
    np.testing.assert_allclose(at_shift(table, jnp.asarray(-50.0)), np.eye(LEVELS), atol=1e-7)
    np.testing.assert_allclose(at_shift(table, jnp.asarray(50.0)), np.zeros((LEVELS, LEVELS)), atol=1e-7)
