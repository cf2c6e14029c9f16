"""e^{Aτ}y on thousands of times: against numbers in closed form, and a Krylov space against the whole exponential."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import linalg
from scipy.integrate import cumulative_simpson, simpson

import quspike as qs
from escape_neurons import KAPPA, OMEGA, T_REF, membrane, resonator
from operator_clicks import clicking as operator_clicking
from quspike.methods.escape import propagation
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
    """p and S at times from a leak time's eightieth to forty of them. Catches: rows that are not projected; a space
    that stops growing before the beginning is right, where a junction's levels turn fast; one that is never enough."""
    build, (peak, share) = NEURONS[name]
    problem = qs.compile(build())
    space = interval_space(problem.setup, problem.params)
    generator = space.combined(space.coefficients(0.0, space.first_memory, space.means(space.start)))
    times = np.arange(3201) / (80 * space.leak)
    flow = reduced(resolvent(generator), np.stack([space.rate, space.trace]), space.after, times, space.leak)
    assert flow is not None
    assert len(flow.start) <= 120
    density, survival = seen_along(flow, times).T
    for k in (1, 7, 40, 160, 800, 3200):
        exact = linalg.expm(dense(generator) * times[k]) @ space.after
        assert survival[k] == pytest.approx(space.trace @ exact, abs=share)
        assert density[k] == pytest.approx(space.rate @ exact, abs=peak * density.max())


INTERVALS = {
    "first": (membrane(initial={"voltage": 5e-6}), "first"),
    "hot": (membrane(temperature=2.0), "stationary"),
    "hot quadrature": (resonator(temperature=0.2), "stationary"),
    "stages": (membrane(stages=3), "stationary"),
    "third after subtract": (membrane(reset="subtract"), 3),
    "operator behind stages": (operator_clicking(stages=3), "stationary"),
}


def dense_chain(problem, kind, truncation=None):
    """A, its rows Γ and 1, and y⁺, in dense matrices: what a click, its hold and Erlang's stages make of them."""
    space = interval_space(replace(problem.setup, truncation=truncation), problem.params)
    a = dense(space.combined(space.coefficients(0.0, space.first_memory, space.means(space.start))))
    rows, y, stages = np.stack([space.rate, space.trace]), space.start, problem.setup.stages
    if kind == 3:
        held = linalg.expm(dense(held_generator(space, space.first_memory)) * T_REF)
        for _ in range(2):
            y = held @ (space.reset @ -np.linalg.solve(a, y))
        y = y / (space.trace @ y)
    elif kind != "first":
        y = space.after
    if not stages:
        return a, rows, y
    rate, size = stages / T_REF, len(y)
    whole = np.zeros((stages + size,) * 2)
    whole[:stages, :stages] = rate * (np.eye(stages, k=-1) - np.eye(stages))
    whole[stages:, stages - 1], whole[stages:, stages:] = rate * y, a
    rows = np.hstack([[[0.0] * stages, [1.0] * stages], rows])
    return whole, rows, np.eye(stages + size)[0]


@pytest.mark.parametrize("name", INTERVALS)
def test_whatever_the_interval_it_is_that_of_the_whole_exponential(name):
    """p within 3e-5 of its peak, S within 1e-8, of e^{Aτ} of all numbers: what is promised, for each kind of interval.

    Catches: two Krylov vectors; a normalisation that hides what is lost; a hold of the wrong generator or length; an
    axis on which S is read one step late.
    """
    run, kind = INTERVALS[name]
    problem = qs.compile(run)
    found = qs.interval_statistics(problem, kind)
    a, rows, y = dense_chain(problem, kind, found.attrs.get("truncation"))
    density, survival = found.isi_density.values[:, 0], found.survival.values[:, 0]
    times = found.interval.values - found.interval.values[0]
    for k in np.unique(np.geomspace(1, len(times) - 1, 7).astype(int)):
        p, s = rows @ (linalg.expm(a * times[k]) @ y)
        assert survival[k] == pytest.approx(s, abs=1e-8)
        assert density[k] == pytest.approx(p, abs=3e-5 * density.max())


@pytest.mark.parametrize("name", [name for name in INTERVALS if "operator" not in name])
def test_that_density_and_survival_are_one_is_no_tautology(name, monkeypatch):
    """Two Krylov vectors, taken for enough: S is then not what p leaves, by far more than 1e-8, and they are refused.

    Catches: a survival made of p, which is one with it however wrong both are.
    """
    run, kind = INTERVALS[name]
    a, rows, y = dense_chain(qs.compile(run), kind)
    times = np.arange(20001) / (500 * KAPPA)
    with monkeypatch.context() as patch:
        patch.setattr(propagation, "SIZES", (2,))
        patch.setattr(propagation, "CHANGES", (np.inf, np.inf))
        assert reduced(resolvent(a), rows, y, times, KAPPA) is None
        patch.setattr(propagation, "LOST", np.inf)
        flow = reduced(resolvent(a), rows, y, times, KAPPA)
    assert flow is not None
    density, survival = seen_along(flow, times).T
    assert np.max(np.abs(cumulative_simpson(density, x=times, initial=0) + survival - 1)) > 1e-3


@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_rare_clicks_keep_what_rounding_leaves_of_them(reset):
    """A million leak times apart: p from a few dozen vectors still sums up to what S loses, and is exponential.

    Catches: a density and a survival that decay at two rates; rounding that is taken for a loss.
    """
    run = membrane(rate=2e2, reset=reset)
    ds = qs.interval_statistics(run)
    time, p, s = ds.interval.values, ds.isi_density.values[:, 0], ds.survival.values[:, 0]
    assert simpson(p, x=time) + s[-1] == pytest.approx(1, abs=1e-7)
    assert s[0] == pytest.approx(1, abs=1e-12)  # the trace of a state, as a hold's exponential leaves it
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
