"""e^{Aτ}y on thousands of times: against numbers in closed form, and a Krylov space against the whole exponential."""

import numpy as np
import pytest
from scipy import linalg

import quspike as qs
from escape_neurons import OMEGA, membrane, resonator
from quspike.methods.escape.choice import interval_space
from quspike.methods.escape.intervals import axis, dense, resolvent
from quspike.methods.escape.propagation import Flow, reduced, seen_along

TIMES = {
    "bends, then doubles": axis(0.01, 3.0, 40.0),
    "even": np.linspace(0, 4, 38),
    "three steps, none a double": np.array([0, 0.1, 0.2, 0.5, 0.8, 1.1, 1.17]),
}


@pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
def test_a_turning_and_a_decaying_number_are_seen_in_closed_form(times):
    """e^{−τ/5} cos 3τ and e^{−τ/2}. Catches: a power of the wrong step; a short table one step late; the state at the
    end of a stretch whose steps are no multiple of the table."""
    flow = Flow(np.array([[-0.2, -3, 0], [3, -0.2, 0], [0, 0, -0.5]]), np.eye(3)[[0, 2]], np.array([1.0, 0, 1]))
    expected = np.stack([np.exp(-0.2 * times) * np.cos(3 * times), np.exp(-0.5 * times)], axis=1)
    np.testing.assert_allclose(seen_along(flow, times), expected, atol=1e-12)


NEURONS = {
    "membrane": (membrane, (1e-10, 1e-10)),
    "junction": (
        lambda: resonator(drive=0.5e-9, rate=2e8, width=2e-6, truncation=13, inductor="", junction="JJ1 m 0 Ic=33nA",
                          nonlinearity="secular", carrier=0.995 * OMEGA / (2 * np.pi)),
        (3e-5, 1e-8),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NEURONS)
def test_a_few_dozen_vectors_have_the_density_of_the_whole_exponential(name):
    """p and S at times from a leak time's eightieth to forty of them. Catches: A_m without its pole; rows that are not
    projected; a space that stops growing before the beginning is right, where a junction's levels turn fast."""
    build, (peak, share) = NEURONS[name]
    problem = qs.compile(build())
    space = interval_space(problem.setup, problem.params)
    generator = space.combined(space.coefficients(0.0, space.first_memory, space.means(space.start)))
    times, pole = np.arange(3201) / (80 * space.leak), 5 * space.leak
    rows = np.stack([space.rate, space.trace])
    flow = reduced(resolvent(generator, pole), pole, rows, space.after, times)
    assert flow is not None
    assert len(flow.start) <= 160
    density, survival = seen_along(flow, times).T
    for k in (1, 7, 40, 160, 800, 3200):
        exact = linalg.expm(dense(generator) * times[k]) @ space.after
        assert survival[k] == pytest.approx(space.trace @ exact, abs=share)
        assert density[k] == pytest.approx(space.rate @ exact, abs=peak * density.max())
