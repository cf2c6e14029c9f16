"""Trajectories against closed forms of a leaking oscillator, and what they refuse."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import quspike as qs
from quspike.errors import InputError, NotAvailable
from quspike.methods.trajectories import motion
from quspike.methods.trajectories.state import State
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.run.compile import compile_run
from trajectory_neurons import KAPPA, LEAKING, OMEGA, QUANTA, deviation, ensemble, quanta

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


@pytest.mark.parametrize("parent", ["gksl", "brownian"])
def test_between_jumps_a_frame_moves_as_the_mean_of_the_parent(parent):
    """dβ/dt of a centred state is d⟨a⟩/dt = −½κα of `gksl`, that of dV/dt = −κV, dφ/dt = V of `brownian`, within 1e-9.

    Catches: what jumps add to the mean on average, left for the frame to make up afterwards.
    """
    settings = {"method": "trajectories", "unravelling": "jump", "duration": "1 ns", "truncation": 5}
    run = qs.Run(circuit=LEAKING, parent=parent, **settings)
    problem = compile_run(run)
    setup, params = problem.setup, problem.params
    mode, t = resonator_mode(setup.one, params["elements"]), jnp.asarray(0.3 / OMEGA)
    piece = jax.tree.map(lambda leaf: leaf[0], setup.inputs.pieces(params, jnp.zeros(1)))
    alpha, turn = 4.0 - 3.0j, np.exp(0.3j)
    psi = jnp.asarray(np.array([0.8, 0, 0.5j, 0, 0]), complex)  # no ⟨a⟩, and jumps that know it
    moved = motion.flow(setup, params, mode, None, t, State(jnp.asarray(alpha), psi, jnp.zeros(0)), piece, 1.0)
    lost = 0.5 * alpha if parent == "gksl" else 1j * (alpha / turn).imag * turn
    assert complex(moved.beta) == pytest.approx(-KAPPA * lost, rel=1e-9)


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
