"""Trajectories against closed forms of a leaking oscillator, and what they refuse."""

import numpy as np
import pytest

import quspike as qs
from quspike.errors import InputError, NotAvailable
from quspike.run.compile import compile_run
from trajectory_neurons import KAPPA, LEAKING, QUANTA, deviation, ensemble, quanta

FIRST, MANY = 2, 400
SETTINGS = {
    "initial": {"state": "fock", "n": FIRST}, "duration": "4 ns", "save_every": "0.5 ns", "dt": "50 ps",
    "trajectories": MANY, "truncation": 30, "save": {"covariance": True}, "seed": 3,
}  # fmt: skip


@pytest.fixture(scope="module", params=["jump", "diffusion"])
def leaking(request):
    """A number state that leaks into a warm line, half a leak time in ten steps."""
    return request.param, ensemble(unravelling=request.param, **SETTINGS)


def test_quanta_relax_to_the_line_s(leaking):
    """⟨n⟩ = n̄ + (n0 − n̄)e^{−κt} within 4 standard errors of 400. Catches: κ↑ and κ↓ exchanged; twice κ."""
    _, ds = leaking
    exact = QUANTA + (FIRST - QUANTA) * np.exp(-KAPPA * ds.time.values)
    assert np.abs(deviation(quanta(ds), exact)[1:]).max() < 4


def test_jumps_and_diffusion_are_different_measurements(leaking):
    """Counters leave number states, and no mean of a; heterodyne detection a mean, and less than one quantum about it.

    Catches: one unravelling in place of the other.
    """
    unravelling, ds = leaking
    last = quanta(ds)[:, -1]
    amplitudes = ds.amplitude_real.values[:, -1, 0]
    if unravelling == "jump":
        np.testing.assert_allclose(last, np.round(last), atol=1e-6)
        assert np.abs(amplitudes).max() < 1e-9
    else:
        assert np.abs(last - np.round(last)).max() > 0.1
        assert np.std(amplitudes) == pytest.approx(np.sqrt(QUANTA / 2), rel=0.2)


@pytest.mark.parametrize(
    ("changes", "word", "error"),
    [
        ({"memory": "measured"}, "measurement", InputError),
        ({"save": {"states": True}}, "states", NotAvailable),
        ({"save": {"wigner_times": ["1 ns"]}}, "wigner_times", NotAvailable),
        ({"circuit": "C1 m 0 100fF\nR1 m 0 10kohm T=20mK"}, "resonator", InputError),
        ({"unravelling": "quantum"}, "jump", InputError),
        ({"trajectories": 1}, "trajectories", InputError),
    ],
)
def test_what_is_not_there_is_refused_by_name(changes, word, error):
    """Catches: a key that is read and ignored."""
    with pytest.raises(error, match=word):
        compile_run(qs.Run(**{"circuit": LEAKING, "duration": "1 ns", "method": "trajectories", **changes}))
