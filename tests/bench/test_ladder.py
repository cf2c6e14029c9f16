"""The race on 300 nodes: two ways to the same frequencies, neither of which knows the other."""

from __future__ import annotations

import numpy as np

from quspike.bench.ladder import Frequencies, ladder_reference, ladder_rivals
from quspike.bench.race import race


def test_netlist_and_matrices_of_the_ladder_have_the_same_modes():
    """All 300 to 1e-8; quspike in less than a second of the processor.

    Catches: a junction that is no inductor, a netlist that is not the matrices', modes that are lost.
    """
    timings, absent = race(ladder_rivals(), ladder_reference(), 1)
    assert not absent
    assert all(timing.error < 1e-8 for timing in timings)
    assert timings[0].median_cpu < 1.0


def test_a_missing_mode_is_no_small_error():
    assert Frequencies(np.ones(2)).error(Frequencies(np.ones(3))) == np.inf
