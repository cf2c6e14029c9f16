"""Clicks on a resonator's voltage, in the laboratory frame: against the equation written otherwise and closed forms."""

import numpy as np
import pytest
from scipy import linalg

from laboratory_clicks import MEMRISTOR, T_REF, clicking, couplings, first_click, matrices, superoperator, thermal
from quspike.analysis.interval_statistics import interval_statistics
from quspike.constants import hbar

TIMES = np.linspace(0, 2e-9, 201)
NEURONS = [
    ({}, 0.0, False, 12),
    ({"extra": "JJ1 m 0 Ic=15nA"}, 15e-9, False, 12),
    ({"leak": MEMRISTOR, "memory": "operator"}, 0.0, True, 12),
]


@pytest.mark.parametrize(("changes", "critical", "operator", "levels"), NEURONS)
def test_intervals_are_those_of_the_equation_in_double_commutators(changes, critical, operator, levels):
    """p(τ) after a hold in which the mode is alone, to 1e-8 of its peak, and the mean interval to 1e-8: a resistor, the
    whole cosine, and a memristance that is an operator.

    Catches: {G, Ġ}/2 in the Hamiltonian, a jump of the wrong phase, the cosine's square counted twice, √W for W, a hold
    that loses.
    """
    mode = matrices(levels, critical)
    generator = superoperator(mode, [couplings(mode, operator)])
    turn = linalg.expm(-1j * mode.hamiltonian / hbar * T_REF)
    after = turn @ thermal(mode) @ turn.conj().T
    density, mean = first_click(mode, generator, TIMES, after)
    run = clicking(truncation=levels, **changes)
    found = interval_statistics(run, "stationary", longest=T_REF + TIMES[-1], points=len(TIMES))
    np.testing.assert_allclose(found.isi_density.values[:, 0], density, atol=1e-8 * density.max(), rtol=0)
    assert found.mean_interval.item() == pytest.approx(T_REF + mean, rel=1e-8)
