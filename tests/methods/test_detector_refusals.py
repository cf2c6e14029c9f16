"""What a neuron with a detector of its own is refused, before anything is computed, and what its result says of it."""

import re
from dataclasses import replace

import jax
import numpy as np
import pytest
from scipy import sparse
from scipy.stats import norm

import quspike as qs
from escape_neurons import membrane, resonator
from quspike.constants import hbar, k_B
from quspike.methods import room
from quspike.methods.coherent.checks import rate_at_rest
from quspike.methods.escape.choice import state_space
from quspike.methods.trajectories.clicks import with_clicks
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.run.simulate import quiet_run

SAVED = [{"states": True}, {"covariance": True}, {"wigner_times": (1e-9,)}]


@pytest.mark.parametrize(("neuron", "save"), [*((membrane, save) for save in SAVED), (resonator, SAVED[-1])])
def test_what_a_clicking_neuron_does_not_keep_is_refused(neuron, save):
    """Catches: a key of [save] that is read, ignored, and missing from the result."""
    with pytest.raises(qs.NotAvailable, match=next(iter(save))):
        qs.compile(neuron().replace(save=save))


@pytest.mark.parametrize(("neuron", "rate"), [(membrane, 1e25), (resonator, 1e16)])
def test_clicks_too_fast_to_solve_are_refused_by_name(neuron, rate):
    """Catches: a grid of 10⁸ points, or 10⁹ steps, that nobody will see the end of."""
    with pytest.raises(qs.InputError, match=r"\[neuron\] escape.rate must be ≤"):
        qs.compile(neuron(rate=rate))


TONE = 1 / (2 * np.pi * np.sqrt(10e-9 * 100e-15))
SHUNT = "R1 m 0 300kohm T=20mK"


def superposed(*, rate="auto", circuit=SHUNT, t_ref=0.0, threshold=12e-6, **settings):
    """A resonator whose spikes nobody observes."""
    detector = {"bin": 1e-9, "width": 4e-6, "rate": rate}
    neuron = qs.Neuron("m", membrane="quadrature", quadrature_phase=np.pi / 2, v_threshold=threshold, t_ref=t_ref,
                       reset="subtract", spike="coherent", coherent=detector)  # fmt: skip
    netlist = f"C1 m 0 100fF\nL1 m 0 10nH\n{circuit}\nI1 0 m input"
    drives = {"input": qs.Step("0.5 nA", envelope_of=TONE)}
    usual = {"duration": 4e-9, "method": "gksl", "classical": False, "initial": {"state": "vacuum"}}
    return qs.Run(circuit=netlist, neuron=neuron, drives=drives, **usual | settings)


REFUSED = [
    ({"rate": 1e20}, r"\[neuron\] coherent.rate must be ≤"),
    ({"truncation": 4096}, "truncation must"),
    ({"truncation": 400, "t_ref": 2000e-9, "duration": 4000e-9}, "truncation must"),
    ({"circuit": f"{SHUNT}\nJJ1 m 0 Lj=40nH"}, "nonlinearity must be secular or kerr"),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED)
def test_superposed_trains_that_cannot_be_solved_are_refused_by_name(changes, words):
    """Catches: Fock levels blamed for a detector that clicks at rest; a day of matrix products begun."""
    with pytest.raises(qs.InputError, match=words):
        qs.compile(superposed(**changes))


def test_a_qubit_that_clicks_at_rest_has_the_rate_of_both_widths():
    """Slow clicks: Γ0 Φ(−v/√(σ² + ΔV²)). Catches: a width that is added to the other, a bin that is left out."""
    problem = qs.compile(superposed(rate=1e4))
    mode = resonator_mode(problem.setup.one, problem.params["elements"])
    width = np.sqrt((4e-6) ** 2 + float(mode.v_zpf) ** 2 / np.tanh(hbar * float(mode.omega) / (2 * k_B * 20e-3)))
    expected = 1e4 * norm.sf(12e-6 / width)
    assert rate_at_rest(problem.setup, problem.params) == pytest.approx(expected, rel=1e-4)


def test_a_drive_without_its_carrier_is_refused_before_the_run():
    """Also a constant source, by its own value. Catches: `check` that says good, and `run` that refuses."""
    bare = resonator().replace(drives={"input": qs.Step("0.2 nA")})
    with pytest.raises(qs.NotAvailable, match=r"\[drive.input\] envelope_of must be a carrier near ω0 \(5.033 GHz\)"):
        qs.compile(bare)
    constant = resonator().circuit.netlist().replace("input", "0.2nA")
    with pytest.raises(qs.NotAvailable, match=r"I1 must be a drive with envelope_of .*, but got 200 pA"):
        qs.compile(bare.replace(circuit=constant, drives={}))


RECORDED = {"spike": "record", "record": {"filter": "0.1 ns"}}
MEASURED = {"measurement": {"strength": "1e8/s"}, "method": "moments", "duration": "2 ns", "classical": False}


def test_a_step_longer_than_a_filter_is_refused_before_the_run():
    """Catches: a grid that is looked at when it is walked."""
    neuron = qs.Neuron("m", v_threshold="40 uV", **RECORDED)
    run = qs.Run(circuit=f"C1 m 0 100fF\n{SHUNT}\nI1 0 m 0.1nA", neuron=neuron, save_every="0.5 ns", **MEASURED)
    with pytest.raises(qs.InputError, match="dt must be ≤ 100 ps"):
        qs.compile(run.replace(dt="0.5 ns"))


def measured_levels(**changes):
    neuron = qs.Neuron("m", v_threshold="40 uV", membrane="quadrature", **RECORDED)
    netlist = f"C1 m 0 100fF\nL1 m 0 10nH\n{SHUNT}\nI1 0 m 0A"
    return qs.Run(circuit=netlist, neuron=neuron, **MEASURED | {"method": "gksl"} | changes)


def unravelled(**changes):
    return resonator(method="trajectories", **changes)


@pytest.mark.parametrize("run", [resonator, unravelled, measured_levels])
def test_levels_that_do_not_fit_are_refused_with_those_that_do(run, monkeypatch):
    """Of a machine of 16 GB. Catches: `Unable to allocate 11.4 TiB`, a run that hangs, a remedy that is refused."""
    monkeypatch.setattr(room, "memory", lambda: 16e9)
    with pytest.raises(qs.InputError, match=r"\[run\] truncation must be at most") as caught:
        qs.compile(run(truncation=4096))
    assert "4096 Fock levels, " in str(caught.value)
    assert "GB" in str(caught.value)
    most = int(re.search(r"at most (\d+)", str(caught.value))[1])
    problem = qs.compile(run(truncation=24))
    assert 24 < most < 4096
    room.check_room(problem.method.name, replace(problem.setup, truncation=most), problem.params, False, "")


@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_what_a_click_needs_is_counted(reset):
    """Against the bytes that matrices and tables hold at 40 levels: these, and not fifty times these. Catches:
    the map of a click on every element, or the cells of a table, left out."""
    problem = qs.compile(resonator(truncation=40, reset=reset))
    space = state_space(problem.setup, problem.params)
    matrices = [term for term in (*space.terms, space.reset) if term is not None]
    held = sum(12 * m.nnz if sparse.issparse(m) else m.nbytes for m in matrices)
    assert held < room.room("gksl", problem.setup, problem.params, 40) < 50 * held
    problem = qs.compile(unravelled(truncation=40, reset=reset))
    clicks = with_clicks(problem.setup, problem.params)["clicks"]
    held = sum(np.asarray(leaf).nbytes for leaf in jax.tree.leaves(clicks))
    assert held < room.room("trajectories", problem.setup, problem.params, 40) < 50 * held


def test_levels_are_refused_where_there_are_none():
    """Catches: a truncation of an equation on a grid, silently ignored."""
    with pytest.raises(qs.InputError, match="truncation must be auto"):
        qs.compile(membrane().replace(truncation=12))


def test_a_neuron_that_never_clicks_has_a_result_without_intervals():
    """Its averages stand, and the intervals alone refuse, with a way out. Catches: a run lost to its own statistics."""
    silent = membrane(current=1e-12, duration=2e-9, t_ref=5e-9)
    ds = quiet_run(silent.replace(classical=False))
    assert "isi_density" not in ds
    assert "spikes without intervals" in ds.qs.summary()
    assert "a lower [neuron] v_threshold" in ds.isi_missing.item()
    assert "no interval is computed, stationary: the mean interval is longer than" in ds.qs.summary()
    assert "t_ref/duration" in ds.qs.summary()
    assert np.all(ds.spike_count.values < 1e-15)
    with pytest.raises(qs.ConvergenceError, match=r"a lower \[neuron\] v_threshold"):
        qs.interval_statistics(silent)
