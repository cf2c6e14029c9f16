"""spike `coherent` from a run: what a result says, and what is refused."""

import numpy as np
import pytest

import dense_neuron as dense
import quspike as qs
from quspike.methods.coherent.drive import pushes
from quspike.methods.coherent.neuron import moves_between, neuron_of
from quspike.run.compile import compile_run
from quspike.spike_trains.chain import Histories, through

OPERATOR = "MEM1 m 0 model=sigmoid R_off=600kohm R_on=60kohm phi_c=0.3fWb phi_s=0.2fWb T=20mK"
REFUSED = {
    "one bin": ({"duration": 0.5e-9}, r"coherent.bin must be at most 250 ps: a train needs 2 bins or more, .* 500 ps"),
    "no whole bins": ({"duration": 6.2e-9}, r"duration must be a whole number of bins of 500 ps, which 6 ns is, but"),
    "no whole rest": ({"t_ref": 0.7e-9}, r"t_ref must be a whole number of bins of 500 ps, which 500 ps is, but"),
    "envelope": ({"membrane": "envelope"}, r"membrane must be quadrature or voltage .*\|⟨a⟩\| is no observable"),
    "carrier": ({"membrane": "voltage"}, r"coherent.bin must be at most 15.8.* ps, 0.5 rad of the carrier"),
    "at rest": (
        {"v_threshold": 4e-6},
        r"v_threshold must be more than 4.08.* µV above v_reset.* at rest, at .*/s, but",
    ),
    "memristor": (
        {"R1": "MEM1 m 0 model=hp T=20mK"},
        r"spike must be expectation with the memristor MEM1 and memory mean_field: .*superposed.* take memory operator",
    ),
    "junction": (
        {"I1": "I1 0 m tone\nJJ1 m 0 Lj=40nH"},
        r"nonlinearity must be secular or kerr with spike coherent: the whole cosine of JJ1 .* but got full",
    ),
    "law without a coupling": (
        {"R1": "MEM1 m 0 model=hp T=20mK", "memory": "operator"},
        r"memory must be mean_field: MEM1 is no function of the flux",
    ),
    "bias beside an operator": (
        {"R1": OPERATOR, "memory": "operator"},
        r"with a bias beside memory operator, and I1 is slow",
    ),
    "bond": (
        {"t_ref": 6e-3, "duration": 6e-3, "dt": 1e-9},
        r"truncation must fit in memory: .* 12 levels × 12000001 states",
    ),
}


def changed(duration=6e-9, dt=None, R1="R1 m 0 300kohm T=20mK", I1="I1 0 m tone", memory="mean_field", **changes):
    """The run with one thing changed."""
    keys = {"membrane": "quadrature", "v_threshold": dense.THRESHOLD, "reset": "subtract", "spike": "coherent",
            "coherent": {"bin": 0.5e-9, "width": dense.WIDTH}}  # fmt: skip
    return qs.Run(
        circuit=qs.Circuit(f"C1 m 0 100fF\nL1 m 0 10nH\n{R1}\n{I1}"), duration=duration, method="gksl", dt=dt,
        memory=memory, neuron=qs.Neuron("m", **(keys | changes)), drives={"tone": qs.Step(1e-9)}, truncation=12,
        save_every=duration,
    )  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_what_no_chain_of_qubits_stands_for_is_refused(changes, message):
    """By key, value and what would do, before anything is computed. Catches: a bin rounded to what fits."""
    with pytest.raises((qs.InputError, qs.NotAvailable), match=message):
        compile_run(changed(**changes))


def test_a_bin_shorter_than_the_step_is_refused():
    """Catches: a drive that is sampled once a bin."""
    with pytest.raises(qs.InputError, match=r"coherent.bin must be at least a step, 1 ns"):
        qs.run(changed(dt=1e-9))


def test_the_drive_of_a_bin_does_not_depend_on_the_step():
    """∫ p e^{−κ(t_end − t)/2} dt against adaptive quadrature. Catches: sources sampled once a step."""
    problem = compile_run(dense.run(R="20kohm", T="5mK", truncation=4))
    neuron = neuron_of(problem.setup, problem.params)
    exact = dense.push(1.25e-9, 1.75e-9, 1 / (20e3 * dense.C))
    given = problem.setup, problem.params, neuron.mode, neuron.down - neuron.up
    found = [pushes(*given, np.array([1.25e-9]), np.array([1.75e-9]), step) for step in (4e-12, 2.5e-11)]
    assert [beta[0] for beta, _ in found] == pytest.approx([exact, exact], rel=1e-7)
    still = [pushes(*given[:3], 0.0, np.array([1.25e-9]), np.array([1.75e-9]), step)[1][0] for step in (4e-12, 2.5e-11)]
    assert still == pytest.approx([dense.phase(1.25e-9, 1.75e-9)] * 2, rel=1e-6)


@pytest.mark.parametrize("rest", [0, 1], ids=["one displacement", "parts"])
def test_a_current_that_stays_holds_a_flux_that_does_not_leak(rest):
    """⟨a⟩ = α_dc(e^{iω0t} − e^{−κt/2}) of a step of current, φ = LI(1 − e^{−κt/2} cos ω0t), which rings about LI.

    Catches: a drive without ½κα_dc, whose flux ends at LI/(1 + κ²/4ω0²) and not in phase; a leak about zero flux.
    """
    current, kappa, end = 2e-9, 1 / (20e3 * dense.C), 1.75e-9
    run = dense.run(R="20kohm", T="5mK", rest=rest, truncation=10).replace(drives={"tone": qs.Step(current)})
    problem = compile_run(run)
    neuron, free = neuron_of(problem.setup, problem.params), np.zeros(1, dtype=int)
    assert (neuron.between is None) == (rest == 0)
    (move,) = moves_between(neuron, np.zeros(1), np.array([end]), problem.dt)
    vacuum = np.zeros((1, 10, 10), dtype=complex)
    vacuum[0, 0, 0] = 1.0
    rho = through(move, Histories(vacuum, free, free)).rho[0]
    held = dense.L * current / (2 * dense.PHI_ZPF)
    closed = held * (np.exp(1j * dense.OMEGA * end) - np.exp(-0.5 * kappa * end))
    assert np.trace(dense.lowering(10) @ rho) == pytest.approx(closed, abs=1e-7)
    flux = 2 * dense.PHI_ZPF * (np.trace(dense.lowering(10) @ rho) * np.exp(-1j * dense.OMEGA * end)).real
    ringing = dense.L * current * (1 - np.exp(-0.5 * kappa * end) * np.cos(dense.OMEGA * end))
    assert flux == pytest.approx(ringing, rel=1e-6)


@pytest.fixture(scope="module")
def result():
    """Four bins, cold and lossy, after Fock space has grown."""
    run = dense.run(bins=4, R="100kohm", T="5mK", width=8e-6, save_every=0.25e-9, classical=False)
    with_states = run.replace(save=qs.Save(states=True, covariance=True, wigner_times=[0.5e-9]))
    return with_states, qs.run(with_states)


def test_a_result_has_no_event_and_all_of_the_superposition(result):
    """Probabilities, counts, patterns, coherences. Catches: an expectation that is written down as events."""
    _, ds = result
    assert ds.sizes["spike"] == 0
    assert float(ds.spike_probability.sum()) == pytest.approx(float(ds.count_mean[0]), rel=1e-9)
    assert float(ds.count_probability.sum()) == pytest.approx(1, abs=1e-12)
    assert ds.pattern_spikes.dims == ("pattern", "bin")
    assert np.diag(ds.pattern_coherence_real) == pytest.approx(ds.pattern_probability.values, abs=1e-12)
    assert "unobserved, superposed in 4 bins" in ds.qs.summary()
    assert ds.attrs["method"] == "gksl"


def test_averages_are_those_of_the_neuron_with_its_qubits_traced_out(result):
    """σ(V)² = V_zpf²⟨(i(a† − a))²⟩ of the saved states, at a qubit's own time after it. Catches: averages before it."""
    _, ds = result
    rho = ds.states_real.values + 1j * ds.states_imag.values
    a = dense.lowering(rho.shape[-1])
    mean = np.einsum("tmn,nm->t", rho, a)
    assert mean == pytest.approx((ds.amplitude_real + 1j * ds.amplitude_imag).values[:, 0], abs=1e-12)
    turned = mean * np.exp(-1j * dense.OMEGA * ds.time.values)
    assert ds.voltage.values[:, 0] == pytest.approx(2 * dense.V_ZPF * turned.imag, rel=1e-6, abs=1e-10)
    assert ds.membrane.values[:, 0] == pytest.approx(2 * dense.V_ZPF * mean.imag, rel=1e-6, abs=1e-10)
    before, after = mean[4].imag, mean[5].imag  # 1 ns, and 1.25 ns, where the third bin has its middle
    taken = float(ds.spike_probability[2, 0]) * (dense.THRESHOLD - dense.RESET) / (2 * dense.V_ZPF)
    assert after < before + abs(dense.push(1e-9, 1.25e-9)) - 0.5 * taken
    assert taken > 0.05


def test_wigner_times_are_passed_and_leave_the_train_whole(result):
    """∫W = 1 of the neuron with its qubits traced out. Catches: bins and patterns that are cut to the saved times."""
    _, ds = result
    cells = [ds[name].values[0, 0] for name in ("wigner_flux", "wigner_charge")]
    cell = (cells[0][1] - cells[0][0]) * (cells[1][1] - cells[1][0])
    assert float(ds.wigner.sum()) * cell == pytest.approx(1, abs=1e-5)
    assert ds.sizes["bin"] == 4
    assert float(ds.pattern_probability.sum()) <= 1 + 1e-12


def test_the_object_is_that_of_the_run_and_of_its_result(result):
    """Catches: a run that is made anew with other levels."""
    run, ds = result
    trains = [qs.coherent_spike_train(what) for what in (run, ds)]
    for train in trains:
        assert train.probability(ds.pattern_spikes.values) == pytest.approx(ds.pattern_probability.values, abs=1e-12)
    with pytest.raises(qs.InputError, match="spike must be coherent"):
        qs.coherent_spike_train(run.replace(neuron=qs.Neuron("m", v_threshold=1e-5, membrane="quadrature")))


@pytest.mark.parametrize(("pattern", "message"), [
    ("0101", r"pattern must have 12 bins, one a qubit, but got 4 bins"),
    ([2] + 11 * [0], r"pattern must hold 0 \(silent\) and 1 \(spike\) alone"),
])  # fmt: skip
def test_patterns_that_are_none_are_refused(pattern, message):
    """Catches: a pattern that is cut or padded."""
    from quspike.spike_trains.state import SpikeTrainState

    with pytest.raises(qs.InputError, match=message):
        SpikeTrainState(dense.chain(levels=4)).probability(pattern)


@pytest.mark.slow
def test_a_superposed_resistance_is_that_of_the_saved_states():
    """1/⟨W(φ̂)⟩, ½⟨{W(φ̂), V̂}⟩ and x0 + ⟨φ⟩, by eigenvectors of the position; the error of the train is said.

    Catches: a memristance of the mean flux, a memory that stands still, a rotating frame that is not turned back.
    """
    run = dense.run(bins=2, circuit=dense.MEMRISTOR, memory="operator", T="20mK", width=8e-6, save_every=0.25e-9,
                    truncation=20, amplitude=0.4e-9, classical=False, save=qs.Save(states=True))  # fmt: skip
    ds = qs.run(run)
    assert 0 < ds.qs.validity["train error"].value < 1e-4
    wide = dense.lowering(70)
    x, basis = np.linalg.eigh(wide + wide.T)
    w = 1 / dense.R_OFF + (1 / dense.R_ON - 1 / dense.R_OFF) / (
        1 + np.exp(-(dense.PHI_ZPF * x - dense.PHI_C) / dense.PHI_S)
    )
    conductance = (basis * w) @ basis.T
    volts = dense.V_ZPF * 1j * (wide.T - wide)
    current = 0.5 * (conductance @ volts + volts @ conductance)
    for n, t in enumerate(ds.time.values):
        phase = np.exp(-1j * dense.OMEGA * t * np.arange(20))
        rho = (ds.states_real.values[n] + 1j * ds.states_imag.values[n]) * phase[:, None] * phase.conj()
        found = [np.trace(operator[:20, :20] @ rho).real for operator in (conductance, current, wide + wide.T)]
        assert 1 / ds.memristance.values[n, 0] == pytest.approx(found[0], rel=1e-6)
        assert ds.memristor_current.values[n, 0] == pytest.approx(found[1], abs=1e-6 * np.abs(current).max())
        assert ds.memory.values[n, 0] == pytest.approx(dense.PHI_ZPF * found[2], abs=1e-6 * dense.PHI_ZPF)
