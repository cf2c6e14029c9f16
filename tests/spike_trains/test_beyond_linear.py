"""Superposed spike trains of neurons with junctions and with operator memories, those of a voltage itself, and what the
line hears of a neuron that does not rest while another history does."""

from dataclasses import replace

import numpy as np
import pytest
import qutip
from scipy.constants import e, hbar, k
from scipy.integrate import solve_ivp
from scipy.linalg import expm

import dense_neuron as dense
from quspike.methods.coherent.error import train_error
from quspike.methods.coherent.neuron import moves_between, neuron_of
from quspike.methods.coherent.parts import Between
from quspike.run.compile import compile_run
from quspike.spike_trains.bands import bands_of
from quspike.spike_trains.chain import Histories, through
from quspike.spike_trains.purity import PURE, impurity
from quspike.spike_trains.state import SpikeTrainState

LEVELS, ETA = dense.LEVELS, dense.PHI_ZPF * 2 * e / hbar
TEN = (np.arange(1024)[:, None] >> np.arange(10)[::-1]) & 1


def junction(**changes):
    return dense.chain(**({"circuit": dense.JUNCTION, "nonlinearity": "kerr"} | changes))


def quartic(levels=LEVELS):
    """−E_J x⁴/24 on |n⟩, 1/s, x⁴ from the position matrix of a larger space."""
    wide = dense.lowering(levels + 8)
    return np.diag(np.linalg.matrix_power(ETA * (wide + wide.T), 4))[:levels] * -dense.EJ / 24 / hbar


def writings():
    """K0 and K1 by numpy alone."""
    return dense.writing()


def all_patterns(turns, isometries, rest=0):
    """|Ψ⟩ of all qubits and the neuron (2^K, N): U free and held before each qubit, (K0, K1) at each."""
    states = {(): np.eye(LEVELS)[0].astype(complex)}
    for (free, held), (silent, spike) in zip(turns, isometries, strict=False):
        following = {}
        for past, psi in states.items():
            resting = bool(rest) and any(past[-rest:])
            psi = (held if resting else free) @ psi
            following[(*past, 0)] = psi if resting else silent @ psi
            following[(*past, 1)] = 0 * psi if resting else spike @ psi
        states = following
    free, held = turns[-1]
    return np.array([(held if rest and any(p[-rest:]) else free) @ psi for p, psi in sorted(states.items())])


@pytest.mark.parametrize("rest", [0, 2])
def test_a_junctions_patterns_are_those_of_one_dense_vector(rest):
    """All 1,024 probabilities and 60 coherences, to 1e-10, the map between qubits taken over; nothing is lost, so that
    it is unitary, the entropies those of the vector, and a held neuron turns by e^{−iH_nl t}.

    Catches: H_nl that stands still in a rest, a map that is not unitary, a rest that the junction's phases forget.
    """
    chain = junction(bins=10, rest=rest)
    assert impurity(chain) < PURE
    moves = [[stage.kraus(0)[0] for stage in move] for move in chain.moves]
    assert all(len(move) == 1 for move in moves)
    levels = quartic() - quartic()[0]
    spans = [end - begin for begin, end in dense.segments(10, 0.5e-9)]
    turns = [(move[0], np.diag(np.exp(-1j * levels * span))) for move, span in zip(moves, spans, strict=True)]
    psi = all_patterns(turns, [writings()] * 10, rest)
    train = SpikeTrainState(chain)
    exact = np.sum(np.abs(psi) ** 2, axis=1)
    assert np.abs(train.probability(TEN) - exact).max() < 1e-10
    assert exact.sum() == pytest.approx(1, abs=1e-12)
    chosen = np.argsort(-exact)[:60:4]
    assert np.abs(train.coherence(TEN[chosen]) - psi[chosen] @ psi[chosen].conj().T).max() < 1e-10
    values = np.linalg.svd(psi.reshape(2**5, -1), compute_uv=False) ** 2
    assert train.entropies()[4] == pytest.approx(-np.sum(values * np.log(np.maximum(values, 1e-300))), abs=1e-9)


def test_a_voltage_writes_with_an_isometry_that_turns():
    """membrane = voltage: V̂(t) turns at ω0 from qubit to qubit, kicks with it; all patterns of ten bins of 12 ps.

    Catches: a quadrature that stands still, a kick along another phase than what was read, θ = ωt without its π/2.
    """
    alpha, bin = 1.2 * np.exp(0.4j), 12e-12
    chain = dense.chain(bins=10, bin=bin, membrane="voltage", state="coherent", alpha=alpha)
    turns = [[dense.displaced(dense.push(*span))] * 2 for span in dense.segments(10, bin)]
    turns[0][0] = turns[0][0] @ dense.displaced(alpha)
    back = np.exp(-1j * dense.THETA * np.arange(LEVELS))
    still = [back[:, None] * matrix * back.conj() for matrix in dense.writing()]
    isometries = []
    for n in range(10):
        phase = np.exp(1j * (dense.OMEGA * (n + 0.5) * bin + np.pi / 2) * np.arange(LEVELS))
        isometries.append([phase[:, None] * matrix * phase.conj() for matrix in still])
    psi = all_patterns(turns, isometries)
    train, exact = SpikeTrainState(chain), np.sum(np.abs(psi) ** 2, axis=1)
    assert np.abs(train.probability(TEN) - exact).max() < 1e-10
    chosen = np.argsort(-exact)[:12]
    assert np.abs(train.coherence(TEN[chosen]) - psi[chosen] @ psi[chosen].conj().T).max() < 1e-10
    assert exact[0] < 0.9


def neuron(**changes):
    problem = compile_run(dense.run(**({"truncation": 6} | changes)))
    return neuron_of(problem.setup, problem.params)


def map_of(one, begin, end, step):
    """The superoperator on row-major vectors, free on both sides."""
    size = one.levels
    (move,) = moves_between(one, np.array([begin]), np.array([end]), step)
    free = np.zeros(size**2, dtype=int)
    unit = np.eye(size**2, dtype=complex).reshape(size**2, size, size)
    return through(move, Histories(unit, free, free)).rho.reshape(size**2, -1).T


def propagator(one, begin, end, levels, jumps):
    """QuTiP's, of H_nl and the whole drive, in the order of row-major vectors; in 1/ns."""
    size = one.levels
    raising = qutip.Qobj(dense.lowering(size).T)

    def push(t):
        wave = dense.AMPLITUDE * np.cos(2 * np.pi * dense.CARRIER * t * 1e-9)
        return 1j * dense.PHI_ZPF / hbar * 1e-9 * wave * np.exp(1j * dense.OMEGA * t * 1e-9)

    free = qutip.Qobj(np.diag(levels[:size] * 1e-9))
    h = qutip.QobjEvo([free, [raising, lambda t: 1j * push(t)], [raising.dag(), lambda t: -1j * np.conj(push(t))]])
    options = {"atol": 1e-11, "rtol": 1e-10, "nsteps": 100_000, "progress_bar": ""}
    found = qutip.propagator(h, [begin * 1e9, end * 1e9], jumps, options=options)[-1].full()
    order = np.arange(size**2).reshape(size, size).T.ravel()
    return found[np.ix_(order, order)]


def orders(one, levels, jumps):
    """Largest elements of what our map and QuTiP's differ by, each with half the step."""
    begin, end = 0.75e-9, 1.25e-9
    exact = propagator(one, begin, end, levels, jumps)
    return np.array([np.abs(map_of(one, begin, end, step) - exact).max() for step in (1e-12, 5e-13)])


def test_the_map_of_a_leaky_junction_is_that_of_the_master_equation_at_second_order():
    """QuTiP's propagator at κ = 1e8/s, n̄ = 0.1: half the step, a quarter of the difference.

    Catches: H_nl twice, in 𝓔 and in U; loss at a part's end.
    """
    one = neuron(circuit=dense.JUNCTION, nonlinearity="kerr", R="100kohm", T="0.1K")
    kappa, planck = 0.1, 1 / np.expm1(hbar * dense.OMEGA / (k * 0.1))
    lower = dense.lowering(6)
    jumps = [qutip.Qobj(np.sqrt(kappa * (planck + 1)) * lower), qutip.Qobj(np.sqrt(kappa * planck) * lower.T)]
    errors = orders(one, quartic(), jumps)
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)
    assert errors[1] < 1e-4


@pytest.mark.slow
@pytest.mark.target
def test_the_map_of_an_operator_memory_is_that_of_its_jumps_at_second_order():
    """QuTiP's propagator with bands of ∫√W dφ at golden-rule rates, 0.1 K. Catches: jumps without their dephasing, and
    those of k quanta left out."""
    one = neuron(circuit=dense.MEMRISTOR, memory="operator", T="0.1K")
    errors = orders(one, np.zeros(6), [qutip.Qobj(jump * 10**-4.5) for jump in dense.golden_rule(0.1, 5, levels=6)])
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)
    assert errors[1] < 1e-3


@pytest.mark.slow
def test_without_a_junction_the_parts_are_exact():
    """A driven, warm, leaky neuron in a few parts beside one displacement and one loss, κ = 5e8/s.

    Catches: a drive that is not weighed for the loss still to come.
    """
    one = neuron(R="20kohm", T="0.1K", truncation=24)
    lower = np.diag(np.sqrt(np.arange(1.0, 24)), 1)
    jumps = np.array([np.sqrt(one.down) * lower, np.sqrt(one.up) * lower.T])
    kappa = one.down - one.up
    parts = replace(one, between=Between(one.setup, one.params, one.mode, kappa, np.zeros(24), jumps, True))
    vacuum = np.zeros((1, 24, 24), dtype=complex)
    vacuum[0, 0, 0], free = 1.0, np.zeros(1, dtype=int)
    found = [through(moves_between(each, np.array([1e-9]), np.array([1.5e-9]), 4e-12)[0], Histories(vacuum, free, free))
             for each in (one, parts)]  # fmt: skip
    assert np.abs(found[0].rho - found[1].rho).max() < 1e-8


def resting_or_not(rho, begin, end, kappa, planck, held_too):
    """ρ of a register (free, held) and the mode, (2, N, 2, N), by one dense equation: the drive is on the free alone,
    and so are the jumps √κ(n̄ + 1) a, √κn̄ a†, unless the held leaks as well."""
    size = rho.shape[1]
    lower, free = dense.lowering(size), np.diag([1.0, 0.0])
    leaks = np.eye(2) if held_too else free
    jumps = [np.sqrt(kappa * (planck + 1)) * np.kron(leaks, lower), np.sqrt(kappa * planck) * np.kron(leaks, lower.T)]
    rate, up = sum(jump.T @ jump for jump in jumps), np.kron(free, lower.T)

    def flow(t, y):
        r, wave = y.reshape(2 * size, -1), dense.AMPLITUDE * np.cos(2 * np.pi * dense.CARRIER * t)
        push = 1j * dense.PHI_ZPF / hbar * wave * np.exp(1j * dense.OMEGA * t)
        drive = (push * up - np.conj(push) * up.T) - 0.5 * rate
        return (drive @ r + r @ drive.conj().T + sum(jump @ r @ jump.T for jump in jumps)).ravel()

    found = solve_ivp(flow, (begin, end), rho.ravel(), method="DOP853", rtol=1e-10, atol=1e-13)
    return found.y[:, -1].reshape(rho.shape)


@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_a_history_that_rests_shares_what_the_line_has_not_heard(reset):
    """All pairs of free and held, κΔ = 0.25 at n̄ = 0.39, against one dense equation of register and mode; second order.

    One loss and one displacement a bin are off by 2 and 4 % here: they forget what the driven one radiates, its phase
    besides, and, where the other is not damped, all but the first order of κt.
    Catches: those, a drive on the held one, a gain beside a loss that shares more than the history without a jump.
    """
    one = neuron(R="20kohm", T="0.19K", reset=reset, rest=1, truncation=LEVELS)
    psi = dense.displaced(0.3 + 0.2j)[:, 0]
    first = np.einsum("rs,m,n->rmsn", np.full((2, 2), 0.5), psi, psi.conj())
    planck = 1 / np.expm1(hbar * dense.OMEGA / (k * 0.19))
    exact = resting_or_not(first, 0.75e-9, 1.25e-9, 1 / (20e3 * dense.C), planck, reset == "subtract")
    ket, bra = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    given = Histories(first[ket, :, bra], ket, bra)
    apart = []
    for step in (1.5e-12, 7.5e-13):
        (move,) = moves_between(one, np.array([0.75e-9]), np.array([1.25e-9]), step)
        apart.append(np.abs(through(move, given).rho - exact[ket, :, bra]).max())
    assert apart[0] < 1e-5
    assert apart[1] < 0.3 * apart[0]


@pytest.mark.parametrize("held_too", [True, False], ids=["subtract", "zero"])
def test_loss_by_bands_is_the_exponential_of_its_generator(held_too):
    """All four pairs of free and held, forward and backward, and by Kraus operators that sum to one.

    A held neuron that is not damped leaves its line as it was: what it shares with a free one has had no jump.
    Catches: phases e^{ihτ} on one side alone, a Kraus leg that free and held do not share.
    """
    rng, size, tau = np.random.default_rng(3), 5, 0.7
    h = rng.normal(size=size)
    jumps = np.array([np.diag(rng.normal(size=size - abs(q)), q) for q in (0, 1, 1, -1, 2)]) * 0.5
    bands, rho = bands_of(h, jumps, tau, held_too), rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
    one, rate, turn = np.eye(size), sum(jump.T @ jump for jump in jumps), np.diag(np.exp(0.5j * h * tau))
    lost = sum(np.kron(jump, jump) for jump in jumps) - 0.5 * np.kron(rate, one) - 0.5 * np.kron(one, rate)
    generator = lost - 1j * (np.kron(np.diag(h), one) - np.kron(one, np.diag(h)))
    whole = turn @ (expm(generator * tau) @ (turn @ rho @ turn.conj()).ravel()).reshape(size, size) @ turn.conj()
    alone = expm(-0.5 * rate * tau)
    wanted = {(0, 0): whole, (0, 1): alone @ rho, (1, 0): rho @ alone, (1, 1): rho}
    for (ket, bra), exact in wanted.items():
        exact = whole if held_too else exact
        sides = np.array([ket]), np.array([bra])
        found = bands.act(*sides, rho[None])[0]
        assert np.abs(found - exact).max() < 1e-12
        left, right = bands.kraus(ket), bands.kraus(bra)
        assert np.abs(np.einsum("xij,jk,xlk->il", left, rho, right.conj()) - exact).max() < 1e-9
        assert np.trace(rho @ found) == pytest.approx(np.trace(bands.back(*sides, rho[None])[0] @ rho), abs=1e-12)
    assert np.abs(np.einsum("xji,xjk->ik", bands.kraus(0).conj(), bands.kraus(0)) - one).max() < 1e-9


@pytest.mark.slow
@pytest.mark.target
def test_the_estimate_bounds_the_error_of_every_pattern():
    """Four bins at κ = 1e8/s: probabilities of all patterns beside those of a step sixteen times shorter.

    It is 42 times what they are off by here: it bounds coherences and the neuron, too, and of all that may come in.
    Catches: a map that is compared with itself, or with one of another order.
    """
    problem = compile_run(dense.run(bins=4, circuit=dense.JUNCTION, nonlinearity="kerr", R="100kohm", T="5mK",
                                    truncation=LEVELS))  # fmt: skip
    from quspike.methods.coherent.neuron import train_of

    patterns = (np.arange(16)[:, None] >> np.arange(4)[::-1]) & 1
    chains = [train_of(problem.setup, problem.params, 2e-9, step) for step in (4e-12, 2.5e-13)]
    found, exact = (SpikeTrainState(chain).probability(patterns) for chain in chains)
    bound = train_error(neuron_of(problem.setup, problem.params), chains[0], 4e-12)
    apart = np.abs(found - exact).sum()
    assert apart < bound < 100 * apart
