"""Intervals of a neuron in Fock space say how many levels they took, where a run has more than they may."""

import pytest

import quspike as qs
from escape_neurons import resonator
from quspike.analysis.interval_statistics import interval_statistics
from quspike.methods.escape import statistics

MODE = {"drive": 0.5e-9, "rate": 2e8, "width": 2e-6, "carrier": 5.0e9, "duration": 1e-9, "save_every": 0.5e-9}


def test_fewer_levels_than_the_run_has_are_told(monkeypatch):
    """20 levels of a run where 15 are the most: intervals are those of 15, within what the last levels move them by.

    Catches: a [run] truncation that intervals lower without a word, in their table and in a result.
    """
    run = resonator(truncation=20, **MODE)
    whole = interval_statistics(run)
    assert whole.attrs["truncation"] == 20
    assert "run_truncation" not in whole.attrs
    monkeypatch.setattr(statistics, "MOST_LEVELS", 15)
    fewer = interval_statistics(run)
    assert (fewer.attrs["truncation"], fewer.attrs["run_truncation"]) == (15, 20)
    assert fewer.mean_interval.item() == pytest.approx(whole.mean_interval.item(), rel=statistics.TRUNCATED)
    ds = qs.run(run)
    assert ds.isi_truncation.item() == 15
    assert "of 15 Fock levels" in ds.qs.summary()
