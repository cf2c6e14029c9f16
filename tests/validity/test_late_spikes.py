"""Spikes that a step had no room for are told as a share of all."""

from types import SimpleNamespace

import numpy as np

from quspike.validity.common import numerics_checks


def test_late_spikes_are_a_share_of_all():
    """Two late of a hundred warn, and none of none is fine. Catches: a bare count, which grows with the ensemble."""
    for late, spikes, value, verdict in ((2, [60, 40], 0.02, "warn"), (1, [200, 0], 0.005, "ok"), (0, [], 0.0, "ok")):
        solution = SimpleNamespace(
            diagnostics={"error_estimate": 0.0, "late_spikes": late}, spike_count=np.array(spikes)[:, None]
        )
        (found,) = (c for c in numerics_checks(solution) if c.name == "late spikes")
        assert (found.value, found.verdict) == (value, verdict)
