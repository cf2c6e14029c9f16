"""Ensembles against their parents, against QuTiP in distribution, and against themselves on other grids."""

import numpy as np
import pytest
import qutip
from scipy import stats
from scipy.constants import e, hbar

import quspike as qs
from trajectory_neurons import KAPPA, QUANTA, deviation, diagnostics, ensemble, quanta

pytestmark = pytest.mark.slow
MANY = 32000
JUNCTION = """
C1 m 0 100fF
L1 m 0 20nH
JJ1 m 0 Ic=16nA
R1 m 0 15.8kohm T=0.1K
I1 0 m input"""
DRIVEN = {
    "drives": {"input": qs.Sine("2 nA", frequency="5.03 GHz")}, "duration": "3 ns", "save_every": "0.25 ns",
    "nonlinearity": "kerr", "save": {"covariance": True}, "truncation": 36, "dt": "2 ps",
}  # fmt: skip
UNRAVELLINGS = ["jump", "diffusion"]


@pytest.mark.parametrize("unravelling", UNRAVELLINGS)
@pytest.mark.parametrize("parent", ["gksl", "brownian"])
def test_the_average_is_the_parent(parent, unravelling):
    """Means and quanta of a driven junction within 4 standard errors of 100.

    Catches: κ↑ for κ↓; a jump of the fluctuation alone, without the mean; brownian's squeezing term left out.
    """
    whole = {} if parent == "gksl" else {"nonlinearity": "full", "dt": "4 ps"}
    grid = {} if parent == "gksl" else {"truncation": None, "dt": None}  # of points, and as fine as it asks for
    right = qs.simulate(JUNCTION, method=parent, classical=False, **(DRIVEN | whole | grid))
    ds = ensemble(JUNCTION, parent=parent, unravelling=unravelling, trajectories=100, **(DRIVEN | whole))
    for name in ("voltage", "flux"):
        assert np.abs(deviation(ds[name].values[..., 0], right[name].values[:, 0])[1:]).max() < 4
    assert np.abs(deviation(quanta(ds), quanta(right))[1:]).max() < 4


@pytest.mark.parametrize("unravelling", UNRAVELLINGS)
def test_long_steps_leave_no_bias(unravelling):
    """From |2⟩ in steps of a tenth of a leak time, within 4 standard errors of 32,000.

    Catches: kicks of half their variance.
    """
    settings = {"initial": {"state": "fock", "n": 2}, "duration": 2 / KAPPA, "save_every": 1 / KAPPA}
    ds = ensemble(
        unravelling=unravelling,
        dt=0.1 / KAPPA,
        trajectories=MANY,
        truncation=24,
        save={"covariance": True},
        **settings,
    )
    exact = QUANTA + (2 - QUANTA) * np.exp(-KAPPA * ds.time.values)
    found = quanta(ds)
    error = np.std(found, axis=0) / np.sqrt(len(found))
    bound = 4 * error
    assert np.all(np.abs(found.mean(axis=0) - exact)[1:] < bound[1:])


def test_a_trajectory_is_its_own():
    """Trajectory 3 is the same among 4 and among 40, and another seed's is another. Catches: noise drawn by batch."""
    settings = {
        "initial": {"state": "thermal"},
        "duration": "1 ns",
        "dt": "50 ps",
        "save_every": "0.5 ns",
        "truncation": 12,
    }
    for unravelling in UNRAVELLINGS:
        few, many, other = (
            ensemble(unravelling=unravelling, trajectories=n, seed=seed, **settings).voltage.values
            for n, seed in ((4, 1), (40, 1), (4, 2))
        )
        np.testing.assert_allclose(few, many[:4], rtol=1e-12)
        assert np.abs(few - other).min(axis=0).max() > 0


KERR, ALPHA, LEVELS = -0.5, 1.2, 32  # K in κ


def peer(levels=LEVELS):
    """H, losses, first state and observables of the Kerr resonator of `own`, in units of κ."""
    a = qutip.destroy(levels)
    hamiltonian = 0.5 * KERR * a.dag() ** 2 * a**2 + KERR * a.dag() * a
    losses = [np.sqrt(QUANTA + 1) * a, np.sqrt(QUANTA) * a.dag()]
    return qutip, hamiltonian, losses, qutip.coherent(levels, ALPHA), [a.dag() * a, a + a.dag()]


def own(unravelling, count):
    """⟨a†a⟩ and 2Re⟨a⟩ of each trajectory at κt = 1, and their jumps on average."""
    eta2 = hbar / 2 * (1e-8 / 1e-13) ** 0.5 / (hbar / (2 * e)) ** 2
    energy = -2 * KERR * KAPPA * hbar / eta2**2  # K = −½E_Jη⁴/ħ
    inductance = 1 / (1 / 1e-8 - energy / (hbar / (2 * e)) ** 2)
    text = f"C1 m 0 100fF\nL1 m 0 {inductance!r}H\nJJ1 m 0 EJ={energy!r}J\nR1 m 0 15.8kohm T=0.2K"
    ds = ensemble(
        text, unravelling=unravelling, trajectories=count, nonlinearity="kerr", truncation=LEVELS, seed=5,
        duration=1 / KAPPA, save_every=0.5 / KAPPA, dt=0.003 / KAPPA, initial={"state": "coherent", "alpha": ALPHA},
        save={"covariance": True},
    )  # fmt: skip
    return (quanta(ds)[:, -1], 2 * ds.amplitude_real.values[:, -1, 0]), diagnostics(ds)


def test_jumps_are_those_of_mcsolve():
    """⟨n⟩ and ⟨a + a†⟩ in distribution, and the number of jumps. Catches: counters that do not see the mean."""
    qutip, hamiltonian, losses, psi, observables = peer()
    run = qutip.mcsolve(
        hamiltonian, psi, [0, 0.5, 1.0], losses, e_ops=observables, ntraj=300, seeds=1,
        options={"keep_runs_results": True, "progress_bar": ""},
    )  # fmt: skip
    found, health = own("jump", 500)
    for mine, theirs in zip(found, run.runs_expect, strict=True):
        pair = [np.round(np.real(values), 3) for values in (mine, np.array(theirs)[:, -1])]  # few clicks: few values
        assert stats.ks_2samp(*pair).pvalue > 1e-4
    counts = np.array([len(times) for times in run.col_times])
    assert abs(health["jumps_per_trajectory"] - counts.mean()) < 4 * counts.std() * np.sqrt(1 / 300 + 1 / 500)


def test_diffusion_is_that_of_ssesolve():
    """Heterodyne detection of both losses, in distribution. Catches: homodyne detection; half the noise."""
    qutip, hamiltonian, losses, psi, observables = peer(18)  # its explicit scheme bears no more at this step
    run = qutip.ssesolve(
        hamiltonian, psi, np.linspace(0, 1, 3), losses, e_ops=observables, ntraj=120, heterodyne=True, seeds=1,
        options={"keep_runs_results": True, "progress_bar": "", "dt": 0.004, "method": "platen"},
    )  # fmt: skip
    found, _ = own("diffusion", 500)
    for mine, theirs in zip(found, run.runs_expect, strict=True):
        assert stats.ks_2samp(mine, np.real(np.array(theirs)[:, -1])).pvalue > 1e-4


def test_spikes_are_each_trajectory_s():
    """A driven neuron's ensemble: trains differ, each with its hold; a frozen memory stays. Catches: a spike of one
    trajectory that resets another."""
    ds = ensemble(
        JUNCTION, neuron=qs.Neuron("m", membrane="envelope", v_threshold="8 uV", t_ref="0.5 ns"), trajectories=48,
        nonlinearity="kerr", drives={"input": qs.Sine("8 nA", frequency="5.03 GHz")}, duration="6 ns",
        save_every="0.1 ns",
    )  # fmt: skip
    counts = ds.spike_count.values[:, 0]
    assert counts.sum() == ds.spike_time.size > 0
    times = [ds.spike_time.values[ds.spike_trajectory.values == k] for k in range(48)]
    assert len({train.tobytes() for train in times}) > 40
    assert min(np.diff(train).min() for train in times if len(train) > 1) >= 0.5e-9 * (1 - 1e-9)
    assert diagnostics(ds)["crowded"] == 0
