"""Matrices of a detector's edge in Fock space, against closed forms."""

import numpy as np
import pytest
from scipy.special import erf, erfc

from quspike.kernel.detector import click_share, detector_matrix
from quspike.kernel.fock_states import displacement_elements


def test_clicks_of_a_gaussian_state_are_those_of_a_wider_edge():
    """⟨α|½erfc((x − X̂)/√2σ)|α⟩ = ½erfc((x − 2α)/√(2(σ² + 1))), the oracle of a Gaussian state.

    Catches: X̂ of another zero-point spread (½ in place of 1), and a threshold on the wrong side of the edge.
    """
    levels, alpha = 40, 0.8
    state = np.asarray(displacement_elements(levels, alpha))[:, 0]
    for width in (0.02, 0.3, 2.0):
        matrix = detector_matrix(levels, lambda x, w=width: click_share(x, 2.4, w), width)
        exact = 0.5 * erfc((2.4 - 2 * alpha) / np.sqrt(2 * (width**2 + 1)))
        assert state @ matrix @ state == pytest.approx(exact, abs=1e-12)


def test_a_sharp_edge_keeps_its_place():
    """Elements of Θ(X̂) between |0⟩, |1⟩ and |2⟩ are ½, 1/√2π and 0; those of the truncated X̂ would be 5 % off.

    Catches: functions of the truncated X̂, whose eigenvalues lie further apart than the edge is wide.
    """
    matrix = np.asarray(detector_matrix(20, lambda x: click_share(x, 0.0, 1e-3), 1e-3))
    assert matrix[:3, 0] == pytest.approx([0.5, 1 / np.sqrt(2 * np.pi), 0.0], abs=1e-6)
    above = 0.5 * (1 - erf(1.3 / np.sqrt(2)))
    shifted = np.asarray(detector_matrix(20, lambda x: click_share(x, 1.3, 1e-3), 1e-3))
    assert shifted[0, 0] == pytest.approx(above, abs=1e-6)


def test_no_click_and_a_click_are_all_that_can_happen():
    """Eigenvalues of the edge's matrix lie within 0 and 1. Catches: a sum that does not hold the highest levels."""
    matrix = np.asarray(detector_matrix(30, lambda x: click_share(x, 1.0, 0.05), 0.05))
    values = np.linalg.eigvalsh(matrix)
    assert values[0] > -1e-12
    assert values[-1] < 1 + 1e-12
    assert np.asarray(detector_matrix(30, np.ones_like, 1.0)) == pytest.approx(np.eye(30), abs=1e-12)
