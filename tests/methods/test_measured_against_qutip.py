"""A memory that follows its record, beside QuTiP's stochastic master equation with feedback."""

import pytest

from quspike.bench import measured_memory


@pytest.mark.slow
def test_an_ensemble_is_that_of_a_stochastic_master_equation_with_feedback():
    """⟨V⟩, W and ⟨V²⟩ of 8,000 Gaussian trajectories and of 300 of QuTiP's in Fock space, at 20 times, are the same.

    Within 4.5 standard errors. Catches a record without ⟨V⟩ or of another noise, κ that does not follow it, back-action
    or damping off by a factor of two, a drive of another phase.
    """
    found = measured_memory.qutip_solver(300)()
    assert found.error(measured_memory.measured_reference()) < measured_memory.ACCURATE
