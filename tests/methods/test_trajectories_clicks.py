"""Trajectories whose detector clicks, against the master equation of such neurons, and against QuTiP."""

import numpy as np
import pytest
from scipy.special import erfc
from scipy.stats import kstest

import quspike as qs
from escape_neurons import OMEGA, SHUNT, V_ZPF, C, T, resonator
from quspike.constants import hbar, k_B
from quspike.run.compile import compile_run

UNRAVELLINGS = ["jump", "diffusion"]
ENOUGH, WRONG, NEURONS = 1e-4, 1.05, 3
DRIVEN = {"drive": 0.35e-9, "rate": 2e8, "width": 2e-6}
FEW = 64


def clicking(unravelling="jump", trajectories=FEW, **changes):
    """A run of trajectories of the resonator near its threshold, with levels and step given."""
    settings = {"truncation": 20, "dt": 0.25e-9, "save_every": 5e-9, "duration": 40e-9} | changes
    return resonator(**(DRIVEN | settings)).replace(
        method="trajectories", unravelling=unravelling, trajectories=trajectories
    )


def expected(**changes):
    """The number of clicks that the master equation of the same resonator expects."""
    run = resonator(**(DRIVEN | {"truncation": 26, "save_every": 5e-9, "duration": 40e-9} | changes))
    return float(compile_run(run).solve().spike_count[0])


def deviation(solution, exact):
    """(mean − exact) of the numbers of spikes, in standard errors."""
    counts = np.asarray(solution.spike_count)[:, 0]
    return (counts.mean() - exact) / (counts.std(ddof=1) / len(counts) ** 0.5)


@pytest.fixture(scope="module", params=["jump", pytest.param("diffusion", marks=pytest.mark.slow)])
def driven(request):
    """Forty nanoseconds, four leak times of the amplitude."""
    return compile_run(clicking(request.param)).solve()


def test_counts_are_those_of_the_master_equation(driven):
    """Spikes of each, within 4 standard errors of ∫⟨Γ⟩dt. Catches: twice the drive; a reset that leaves the state."""
    times = np.asarray(driven.spike_time)
    assert np.asarray(driven.spike_count).sum() == np.isfinite(times).sum()
    assert abs(deviation(driven, expected())) < 4


def test_no_click_comes_in_a_hold(driven):
    """Catches: a detector that sees a neuron that is held."""
    gaps = np.diff(np.sort(np.asarray(driven.spike_time), axis=1), axis=1)
    assert np.nanmin(gaps) >= 2e-9 * (1 - 1e-9)


REFUSED = [
    ({"threshold": 1e-6}, "v_threshold", qs.InputError),
    ({"carrier": None}, "carrier", qs.NotAvailable),
    ({"membrane": "envelope"}, "envelope", qs.NotAvailable),
    ({"save": {"states": True}}, "states", qs.NotAvailable),
    ({"parent": "brownian"}, "parent", qs.NotAvailable),
]


@pytest.mark.parametrize(("changes", "word", "error"), REFUSED)
def test_what_cannot_click_is_refused_by_name(changes, word, error):
    """Catches: a neuron that fires at rest, or a membrane that is no observable, drawn all the same."""
    changes = dict(changes)
    membrane, bare = changes.pop("membrane", None), "carrier" in changes and changes.pop("carrier") is None
    run = clicking(**changes)
    if membrane:
        run = run.replace(neurons={"neuron": run.neurons["neuron"].model_copy(update={"membrane": membrane})})
    if bare:
        run = run.replace(drives={"input": qs.Step("0.3 nA")})
    with pytest.raises(error, match=word):
        compile_run(run)


def p_value(intervals, ds, factor=1.0):
    """Of Kolmogorov and Smirnov, that the intervals are of this survival, with spikes `factor` times too frequent."""
    time, survival = ds.interval.values, ds.survival.values[:, 0]
    return kstest(intervals, lambda x: 1 - np.interp(factor * x, time, survival, left=1.0)).pvalue


def first_intervals(run, trajectories, most):
    """The first `most` intervals between clicks of each trajectory, those with fewer left out, and their share."""
    solution = compile_run(run.replace(trajectories=trajectories)).solve()
    times = np.sort(np.asarray(solution.spike_time), axis=1)[:, : most + 1]
    whole = np.isfinite(times).all(axis=1)
    return np.diff(times[whole], axis=1).ravel(), np.mean(whole)


@pytest.mark.slow
@pytest.mark.parametrize("unravelling", UNRAVELLINGS)
@pytest.mark.parametrize(
    "changes",
    [{"reset": "subtract", "truncation": 28}, {"carrier": 1.004 * OMEGA / (2 * np.pi)}],
    ids=["a state that is kept", "a drive beside ω0"],
)
def test_resets_that_keep_the_state_and_drives_that_turn_count_as_the_master_equation_does(unravelling, changes):
    """200 trajectories, within 4 standard errors. Catches: Γψ for √Γψ after a click; a kick along the other quadrature;
    an edge that does not turn with the drive."""
    solution = compile_run(clicking(unravelling, 200, **changes)).solve()
    assert abs(deviation(solution, expected(**(changes | {"truncation": 28})))) < 4


@pytest.mark.slow
def test_a_kept_state_clicks_as_in_qutip():
    """A dense Lindblad equation with D(−k)√Γ among its jumps, in the frame of the drive. Catches: another Γ0 or σ than
    the detector's; both halves of the drive for one."""
    qutip = pytest.importorskip("qutip")
    run = clicking("jump", 300, reset="subtract", truncation=28)
    run = run.replace(neurons={"neuron": run.neurons["neuron"].model_copy(update={"t_ref": 0.0})})
    levels, a = 40, qutip.destroy(40)
    quanta = 1 / np.expm1(hbar * OMEGA / (k_B * T))
    push = (hbar * OMEGA / 2 / C) ** 0.5 / OMEGA * DRIVEN["drive"] / (2 * hbar)  # φ_zpf e/2ħ
    x = V_ZPF * -1j * (qutip.destroy(200) - qutip.create(200)).full()  # along θ = π/2
    values, vectors = np.linalg.eigh(x)
    share = DRIVEN["rate"] * 0.5 * erfc((10e-6 - values) / np.sqrt(2) / DRIVEN["width"])
    click = qutip.Qobj(((vectors * share) @ vectors.conj().T)[:levels, :levels])
    jump = (-10e-6 / 2 / V_ZPF * (1j * a.dag() + 1j * a)).expm() * click.sqrtm()
    kappa = 1 / (SHUNT * C)
    losses = [np.sqrt(kappa * (quanta + 1)) * a, np.sqrt(kappa * quanta) * a.dag(), jump]
    times = np.linspace(0, 40e-9, 401)
    found = qutip.mesolve(-push * (a + a.dag()), qutip.thermal_dm(levels, quanta), times, losses, e_ops=[click])
    exact = float(np.trapezoid(np.real(found.expect[0]), times))
    assert abs(deviation(compile_run(run).solve(), exact)) < 4


CASES = {
    "gksl, jumps": {"unravelling": "jump"},
    "gksl, diffusion": {"unravelling": "diffusion"},
    "gksl, a junction": {
        "unravelling": "diffusion", "inductor": "", "junction": "JJ1 m 0 Ic=33nA", "nonlinearity": "secular",
        "carrier": 4.97e9, "drive": 0.5e-9, "truncation": 28,
    },
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_intervals_have_the_computed_density(name):
    """Bonferroni: p > 1e-4 of 3 ensembles; a rate that is 5 % wrong is rejected. Catches: √Γ for Γ; an edge a tenth of
    V_zpf off; a reset that leaves the state."""
    run = clicking(**CASES[name], duration=500e-9, save_every=500e-9)
    intervals, share = first_intervals(run, 1000, 10)
    assert share > 0.999
    ds = qs.interval_statistics(run)
    assert NEURONS * p_value(intervals, ds) > ENOUGH
    assert NEURONS * p_value(intervals, ds, WRONG) < ENOUGH
