"""e^{Aτ}y on thousands of times: against numbers in closed form, and a Krylov space against the whole exponential."""

import numpy as np
import pytest
from scipy import linalg
from scipy.integrate import simpson

import quspike as qs
from escape_neurons import KAPPA, OMEGA, membrane, resonator
from quspike.methods.escape.choice import interval_space
from quspike.methods.escape.hold import exponential, held_generator
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
        lambda **reset: resonator(drive=0.5e-9, rate=2e8, width=2e-6, truncation=13, inductor="",
                                  junction="JJ1 m 0 Ic=33nA", nonlinearity="secular",
                                  carrier=0.995 * OMEGA / (2 * np.pi), **reset),
        (3e-5, 1e-8),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NEURONS)
def test_a_few_dozen_vectors_have_the_density_of_the_whole_exponential(name):
    """p and S at times from a leak time's eightieth to forty of them. Catches: a survival whose row is not what is left
    of the density; rows that are not projected; a space that stops growing before the beginning is right, where a
    junction's levels turn fast."""
    build, (peak, share) = NEURONS[name]
    problem = qs.compile(build())
    space = interval_space(problem.setup, problem.params)
    generator = space.combined(space.coefficients(0.0, space.first_memory, space.means(space.start)))
    times = np.arange(3201) / (80 * space.leak)
    flow = reduced(resolvent(generator), space.rate, space.after, times, space.leak)
    assert flow is not None
    assert len(flow.start) <= 120
    density, survival = seen_along(flow, times).T
    for k in (1, 7, 40, 160, 800, 3200):
        exact = linalg.expm(dense(generator) * times[k]) @ space.after
        assert survival[k] == pytest.approx(space.trace @ exact, abs=share)
        assert density[k] == pytest.approx(space.rate @ exact, abs=peak * density.max())


@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_rare_clicks_keep_what_rounding_leaves_of_them(reset):
    """A million leak times apart: p from a few dozen vectors still sums up to what S loses, and is exponential.

    Catches: a survival of its own, whose rounding is that of another mean interval; rounding that is taken for a loss.
    """
    run = membrane(rate=2e2, reset=reset)
    ds = qs.interval_statistics(run)
    time, p, s = ds.interval.values, ds.isi_density.values[:, 0], ds.survival.values[:, 0]
    assert simpson(p, x=time) + s[-1] == pytest.approx(1, abs=1e-7)
    assert s[0] == pytest.approx(1, abs=1e-14)
    mean = ds.mean_interval.item()
    assert mean * KAPPA > 1e6
    late = time > 0.5 * mean
    assert p[late] / s[late] == pytest.approx(1 / mean, rel=1e-4)


def test_what_does_not_mix_in_a_hold_is_exponentiated_apart():
    """A Josephson resonator's coherences of each order, against the whole matrix. Catches: blocks put back in another
    order; a time that is left out."""
    problem = qs.compile(NEURONS["junction"][0](reset="subtract"))
    space = interval_space(problem.setup, problem.params)
    held = held_generator(space, space.first_memory)
    assert held is not None
    found = exponential(held, 0.3 / space.leak)
    assert found.nnz < 0.2 * held.shape[0] ** 2
    np.testing.assert_allclose(dense(found), linalg.expm(dense(held) * 0.3 / space.leak), atol=1e-12)
