"""A memristor whose memory is an operator: the state of its memory, and how its resistance is distributed."""

import numpy as np
import pytest
from scipy.stats import norm

import operator_states as states
from quspike.constants import hbar
from quspike.errors import InputError

W_ON, W_OFF = 1 / states.R_ON, 1 / states.R_OFF
MEANS = [[0.0, 0.0], [0.1e-15, 2e-19], [-0.2e-15, 1e-19]]
X0 = 0.05e-15


def conductance(x):
    return W_OFF + (W_ON - W_OFF) / (1 + np.exp((states.PHI_C - x) / states.PHI_S))


def flux_at(m):
    """x at which the memristance is m."""
    return states.PHI_C - states.PHI_S * np.log((W_ON - W_OFF) / (1 / m - W_OFF) - 1)


@pytest.mark.parametrize(("polarity", "sign"), [("m 0", 1), ("0 m", -1)])
def test_the_memristance_is_distributed_as_the_flux_demands(polarity, sign):
    """P(M) dM = P(φ) dφ of a Gaussian flux, in closed form. Catches: the polarity's sign; x0 left out; the Jacobian;
    σ_φ of another time; a density whose bins do not sum to one.
    """
    ds = states.result(states.gaussian, MEANS, polarity=polarity)
    found, std = ds.qs.memristance_density("MEM1", points=400), states.widths()[0]
    for (mean, _), one in zip(MEANS, found, strict=True):
        m, width = one.memristance.values, one.memristance.values[1] - one.memristance.values[0]
        assert float(one.sum()) * width == pytest.approx(1, abs=1e-9)
        edges = np.clip(np.stack([m - width / 2, m + width / 2]), states.R_ON * (1 + 1e-12), states.R_OFF * (1 - 1e-12))
        below = norm.cdf((flux_at(edges) - X0 - sign * mean) / std)
        np.testing.assert_allclose(one.values, np.abs(below[1] - below[0]) / width, atol=1e-4 * float(one.max()))
        fluxes = mean + std * np.linspace(-7, 7, 4001)
        weight = np.exp(-0.5 * ((fluxes - mean) / std) ** 2)
        average = float(weight @ conductance(X0 + sign * fluxes) / weight.sum())
        assert float((one / one.memristance).sum()) * width == pytest.approx(average, rel=2e-4)


@pytest.mark.parametrize("polarity", ["m 0", "0 m"])
def test_the_memory_and_its_conjugate_have_the_circuits_state(polarity):
    """x = x0 ± φ, p = ±q: a proper rotation, that keeps [x, p] = iħ and the negative middle of one quantum where its
    mean is. Catches: p = q with x = −φ, a reflection, which no state survives; axes that run backwards.
    """
    sign = 1 if polarity == "m 0" else -1
    ds = states.result(states.one_quantum, MEANS, polarity=polarity)
    found = ds.qs.memristor_wigner("MEM1").isel(wigner_time=1)
    x, p = found.memory.values, found.memory_conjugate.values
    assert np.all(np.diff(x) > 0)
    assert np.all(np.diff(p) > 0)
    row, column = np.unravel_index(found.values.argmin(), found.shape)
    np.testing.assert_allclose([x[row], p[column]], [X0 + sign * MEANS[1][0], sign * MEANS[1][1]], rtol=1e-9)
    assert found.values.min() == pytest.approx(-1 / (np.pi * hbar), rel=1e-6)
    assert found.values.sum() * (x[1] - x[0]) * (p[1] - p[0]) == pytest.approx(1, abs=1e-6)
    turned = states.result(states.gaussian, MEANS, polarity=polarity).qs.memristor_wigner("MEM1").isel(wigner_time=1)
    dx, dp = x - X0 - sign * MEANS[1][0], p - sign * MEANS[1][1]
    assert (turned.values * dx[:, None] * dp).sum() > 0  # correlated as φ and q are


def test_a_memory_that_is_a_number_has_no_distribution():
    """Catches: a width drawn from the flux where the memory follows its mean."""
    ds = states.result(states.gaussian, MEANS, memory="mean_field")
    with pytest.raises(InputError, match="a mean-field memory is a number"):
        ds.qs.memristance_density("MEM1")
    with pytest.raises(InputError, match="must be a memristor of the result: MEM1"):
        ds.qs.memristor_wigner("MEM2")
    with pytest.raises(InputError, match="wigner_times"):
        states.result(states.gaussian, MEANS).drop_vars("wigner").qs.memristance_density("MEM1")
