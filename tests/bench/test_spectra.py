"""The races beside scqubits: the same circuits, and answers that agree."""

from __future__ import annotations

import numpy as np
import pytest

import quspike as qs
from oracles import require_oracle
from quspike.bench import spectra
from quspike.bench.race import race


def test_transitions_are_compared_each_to_its_own():
    """Catches: an error over the largest transition, which hides a wrong small one."""
    right = spectra.Transitions(np.array([1.0, 100.0]))
    assert spectra.Transitions(np.array([1.1, 100.0])).error(right) == pytest.approx(0.1)
    assert spectra.Kinds((2, 9)).error(spectra.Kinds((2, 10))) == np.inf


def test_the_chain_of_twelve_nodes_is_what_its_title_says():
    circuit = qs.Circuit(spectra.twelve_nodes())
    assert (len(circuit.nodes), len(circuit.of("JJ"))) == (12, 3)
    assert len(circuit.of("L")) == 10
    assert spectra._kinds() == spectra.symbol_reference()


@pytest.mark.slow
def test_quspike_and_scqubits_race_to_the_same_levels_and_coordinates():
    """Catches: a peer that is asked another question."""
    require_oracle("scqubits")
    timings, absent = race(spectra.level_rivals(), spectra.level_reference(), 1)
    assert not absent
    by_side = {timing.rival.side: timing.error for timing in timings if timing.rival.setting != "as it comes"}
    assert by_side["quspike"] < 1e-4
    assert by_side["given"] < 1e-4
    timings, absent = race(spectra.symbol_rivals(), spectra.symbol_reference(), 1)
    assert not absent
    assert [timing.error for timing in timings] == [0.0, 0.0]
