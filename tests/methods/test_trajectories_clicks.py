"""Trajectories whose detector clicks, against the master equation of such neurons, and against QuTiP."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import qutip
from scipy.linalg import expm
from scipy.special import erfc
from scipy.stats import kstest

import quspike as qs
from escape_neurons import OMEGA, SHUNT, V_ZPF, C, T, resonator
from quspike.constants import hbar, k_B
from quspike.methods.trajectories import clicks
from quspike.methods.trajectories.state import State
from quspike.quantize.numbers.zero_point import resonator_mode
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


LARGE, WHEN, PLACE = 90, 0.7, -0.6 + 0.9j


def of_quadrature(angle, function):
    """f(X̂_ϑ) (LARGE, LARGE), X̂ in units of V_zpf, and a."""
    a = np.diag(np.sqrt(np.arange(1.0, LARGE)), 1)
    values, vectors = np.linalg.eigh(a * np.exp(-1j * angle) + a.T * np.exp(1j * angle))
    return (vectors * function(values)) @ vectors.conj().T, a


@pytest.mark.parametrize(("parent", "membrane", "angle"), [
    ("gksl", "quadrature", np.pi / 2 - 0.004 * WHEN), ("brownian", "voltage", WHEN + np.pi / 2),
])  # fmt: skip
def test_a_click_is_that_of_matrices_wherever_the_frame_is(parent, membrane, angle):
    """⟨Γ⟩ within 1e-5 and U√ΓΨ within 1e-8 of its norm, of a state in a frame at PLACE, at ω0t = WHEN.

    Catches: φ for V; an edge that stands still under a carrier beside ω0; Γψ for √Γψ; a reset along the other axis.
    """
    run = clicking(parent=parent, reset="subtract", carrier=1.004 * OMEGA / (2 * np.pi))
    run = run.replace(neurons={"neuron": run.neurons["neuron"].model_copy(update={"membrane": membrane})})
    problem = compile_run(run)
    setup, params = problem.setup, clicks.with_clicks(problem.setup, problem.params)
    mode, t = resonator_mode(setup.one, params["elements"]), jnp.asarray(WHEN / OMEGA)
    piece = jax.tree.map(lambda leaf: leaf[0], setup.inputs.pieces(params, jnp.zeros(1)))
    psi = np.zeros(20, complex)
    psi[:4] = 0.7, 0.5j, -0.3, 0.2 - 0.1j
    y = State(jnp.asarray(PLACE), jnp.asarray(psi), jnp.zeros(0))
    width, level = DRIVEN["width"] / V_ZPF, 10e-6 / V_ZPF
    gamma, a = of_quadrature(angle, lambda x: 0.5 * erfc((level - x) / np.sqrt(2) / width))
    root, _ = of_quadrature(angle, lambda x: np.sqrt(0.5 * erfc((level - x) / np.sqrt(2) / width)))
    frame = expm(PLACE * a.T - np.conj(PLACE) * a)[:, :20]
    whole = frame @ psi
    exact = DRIVEN["rate"] * np.vdot(whole, gamma @ whole).real / np.vdot(psi, psi).real
    assert float(clicks.click_rate(setup, params, mode, t, y, piece)) == pytest.approx(exact, rel=1e-5)
    kick = -0.5 * level * np.exp(1j * angle)
    after = expm(kick * a.T - np.conj(kick) * a) @ frame @ (frame.conj().T @ root @ whole)  # in the levels kept
    found = clicks.after_click(setup, params, mode, t, y, piece, jax.random.key(0))
    beta = complex(found.beta)
    mine = expm(beta * a.T - np.conj(beta) * a)[:, :20] @ np.asarray(found.psi)
    overlap = abs(np.vdot(after, mine)) ** 2 / np.vdot(after, after).real / np.vdot(mine, mine).real
    assert overlap == pytest.approx(1, abs=1e-8)


@pytest.fixture(scope="module", params=UNRAVELLINGS)
def driven(request):
    """Forty nanoseconds, four leak times of the amplitude."""
    return compile_run(clicking(request.param)).solve()


@pytest.mark.slow
def test_counts_are_those_of_the_master_equation(driven):
    """Spikes of each, within 4 standard errors of ∫⟨Γ⟩dt. Catches: twice the drive; a reset that leaves the state."""
    times = np.asarray(driven.spike_time)
    assert np.asarray(driven.spike_count).sum() == np.isfinite(times).sum()
    assert abs(deviation(driven, expected())) < 4


@pytest.mark.slow
def test_no_click_comes_in_a_hold(driven):
    """Catches: a detector that sees a neuron that is held."""
    gaps = np.diff(np.sort(np.asarray(driven.spike_time), axis=1), axis=1)
    assert np.nanmin(gaps) >= 2e-9 * (1 - 1e-9)


REFUSED = [
    ({"threshold": 1e-6}, "v_threshold", qs.InputError),
    ({"carrier": None}, "carrier", qs.NotAvailable),
    ({"membrane": "envelope"}, "envelope", qs.NotAvailable),
    ({"save": {"states": True}}, "states", qs.NotAvailable),
    ({"parent": "brownian"}, "quadrature", qs.NotAvailable),
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
@pytest.mark.parametrize("unravelling", UNRAVELLINGS)
def test_a_voltage_that_turns_clicks_as_brownian_s_does(unravelling):
    """Parent `brownian`, 2 ns of a warm and strongly driven resonator, within 4 standard errors of 128.

    Catches: φ for V at the edge; Γ of the mean alone; a frame that lags behind what jumps add, in whose last levels
    0.4 of the state would end.
    """
    neuron = qs.Neuron("m", membrane="voltage", v_threshold=20e-6, t_ref="0.3 ns", spike="escape",
                       escape={"rate": 2e9, "width": 4e-6})  # fmt: skip
    run = qs.Run(
        circuit="C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 3.16kohm T=300mK\nI1 0 m input", neuron=neuron, method="brownian",
        drives={"input": qs.Sine("8 nA", frequency="5.03 GHz")}, duration=2e-9, save_every=0.2e-9, classical=False,
    )  # fmt: skip
    own = {"method": "trajectories", "parent": "brownian", "unravelling": unravelling, "trajectories": 128}
    solution = compile_run(run.replace(**own, truncation=24 if unravelling == "jump" else 16, dt=5e-12)).solve()
    assert float(solution.diagnostics["top_level_population"]) < 1e-3
    exact = float(compile_run(run.replace(truncation=34)).solve().spike_count[0])
    assert abs(deviation(solution, exact)) < 4


@pytest.mark.slow
def test_a_kept_state_clicks_as_in_qutip():
    """A dense Lindblad equation with D(−k)√Γ among its jumps, in the frame of the drive. Catches: another Γ0 or σ than
    the detector's; both halves of the drive for one."""
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


BUSY = {"drive": 0.6e-9, "rate": 1e9, "duration": 160e-9, "save_every": 160e-9, "dt": 0.5e-9}
CASES = {
    "gksl, jumps": {"unravelling": "jump"},
    "gksl, diffusion": {"unravelling": "diffusion", "dt": 0.25e-9},
    "gksl, a junction": {
        "unravelling": "diffusion", "inductor": "L1 m 0 10.31nH", "junction": "JJ1 m 0 Ic=1nA", "drive": 0.8e-9,
        "nonlinearity": "secular", "dt": 0.25e-9,
    },
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_intervals_have_the_computed_density(name):
    """The first 14 of each of 200: p > 1e-4 of 3 ensembles by Bonferroni; spikes 5 % too frequent are rejected.

    Catches: √Γ for Γ; an edge a tenth of V_zpf off; a reset that leaves the state.
    """
    run = clicking(**BUSY | CASES[name])
    intervals, share = first_intervals(run, 200, 14)
    assert share > 0.995
    ds = qs.interval_statistics(run)
    assert NEURONS * p_value(intervals, ds) > ENOUGH
    assert NEURONS * p_value(intervals, ds, WRONG) < ENOUGH
