"""Clicks of a neuron whose memristance is an operator: against dense matrices, a resistor, the same without clicks."""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import kstest

import quspike as qs
from escape_neurons import OMEGA, SHUNT, T_REF, V_ZPF
from operator_clicks import (
    LAW,
    LEVELS,
    PHI_ZPF,
    click,
    clicked,
    clicking,
    conductance,
    hamiltonian,
    jumps,
    liouvillian,
    lowering,
    of_quadrature,
    thermal,
)
from quspike.methods.escape.fock import fock_space
from quspike.methods.escape.sampling import Jumps, jump_trains
from quspike.run.simulate import quiet_run

HOT = 0.2


def packed(rho):
    """Re + Im, row by row."""
    return (rho.real + rho.imag).ravel()


def space_of(**changes):
    """The matrices of a run, and its generator without a click."""
    problem = qs.compile(clicking(**changes))
    space = fock_space(problem.setup, problem.params)
    return space, space.combined(space.coefficients(0.0, space.first_memory, space.means(space.start))).toarray()


def some_state():
    """Without any symmetry."""
    random = np.random.default_rng(3)
    half = random.normal(size=(2, LEVELS, LEVELS)) @ np.diag(0.6 ** np.arange(LEVELS))
    rho = (half[0] + 1j * half[1]).conj().T @ (half[0] + 1j * half[1])
    return rho / np.trace(rho).real


def without_click(gamma, h, operators):
    """𝓛0 over row-major vec ρ."""
    one = np.eye(LEVELS)
    return liouvillian(h, operators) - 0.5 * (np.kron(gamma, one) + np.kron(one, gamma.T))


CASES = [{}, {"temperature": HOT, "carrier": 1.03 * OMEGA}, {"polarity": "0 m", "x0": 0.8 * PHI_ZPF}]


@pytest.mark.parametrize("changes", CASES)
def test_the_generator_is_that_of_jumps_written_out(changes):
    """𝓛0ρ of a state without symmetry within 1e-9 of dense matrices; hot, detuned, and connected the other way round.

    Catches: Γ_0 or Γ_−k left out, one J(ω0) for all k, a memory of the wrong sign, jumps that turn with the frame.
    """
    space, generator = space_of(**changes)
    flip = {"sign": -1.0, "x0": changes["x0"]} if "x0" in changes else {}
    operators = jumps(temperature=changes.get("temperature", 20e-3), **flip)
    rho = some_state()
    wanted = without_click(click(), hamiltonian(carrier=changes.get("carrier", OMEGA)), operators) @ rho.ravel()
    wanted = packed(wanted.reshape(LEVELS, LEVELS))
    assert np.max(np.abs(generator @ packed(rho) - wanted)) < 1e-9 * np.max(np.abs(wanted))
    assert np.max(np.abs(space.trace @ generator + space.rate)) < 1e-9 * np.max(np.abs(space.rate))


def after_a_click(kind, reset, gamma, quiet):
    """ρ⁺ at the end of the hold, in which the drive is off: where the interval's density begins (unit trace)."""
    operators, one = jumps(), np.eye(LEVELS)
    if kind == 1:
        return thermal()
    hold = one if reset == "zero" else expm(liouvillian(hamiltonian(drive=0.0), operators) * T_REF)
    rho = thermal()
    for _ in range(60 if kind == "stationary" else int(kind) - 1):
        spent = np.linalg.solve(-quiet, rho.ravel()).reshape(LEVELS, LEVELS)
        rho = clicked(spent, gamma, reset)
        if reset == "subtract":
            rho = (hold @ rho.ravel()).reshape(LEVELS, LEVELS)
        rho = rho / np.trace(rho).real
    return rho


INTERVALS = [("zero", "stationary"), ("subtract", "stationary"), ("subtract", 2)]


@pytest.mark.parametrize(("reset", "kind"), INTERVALS)
def test_intervals_are_those_of_dense_exponentials(reset, kind):
    """p, S, mean and CV of both resets, from e^{𝓛0τ} of a complex Liouvillian: 1e-8 of S, of the mean and of the CV.

    The density is read off a reduced space, which promises 3e-5 of its peak. Catches: an operator memory that stands
    still in a `subtract` hold, or decays in a `zero` one; a click that sees the mean field's rate.
    """
    gamma = click()
    quiet = without_click(gamma, hamiltonian(), jumps())
    rho = after_a_click(kind, reset, gamma, quiet)
    shift = T_REF if kind != 1 else 0.0
    found = qs.interval_statistics(clicking(reset=reset), kind, points=9, longest=60e-9)
    once = np.linalg.solve(-quiet, rho.ravel())
    twice = np.linalg.solve(-quiet, once)
    mean, square = (np.trace(part.reshape(LEVELS, LEVELS)).real for part in (once, 2 * twice))
    assert found.attrs["truncation"] == LEVELS
    assert found.mean_interval.item() == pytest.approx(mean + shift, rel=1e-8)
    assert found.cv.item() == pytest.approx(np.sqrt(square - mean**2) / (mean + shift), rel=1e-8)
    step, row = expm(quiet * (found.interval.values[1] - found.interval.values[0])), gamma.T.ravel()
    states = [rho.ravel()]
    for _ in range(8):
        states.append(step @ states[-1])
    survival = [np.trace(state.reshape(LEVELS, LEVELS)).real for state in states]
    density = np.array([(row @ state).real for state in states])
    np.testing.assert_allclose(found.survival.values[:, 0], survival, atol=1e-8)
    assert np.max(np.abs(found.isi_density.values[:, 0] - density)) < 3e-5 * density.max()


def test_the_density_and_what_survives_are_one():
    """∫p + S(τ_max) = 1 to 1e-8: a delay and stages, cold and hot.

    Catches: a jump that loses what it moves; an axis that is fine for the leak and not for the stages.
    """
    from scipy.integrate import simpson

    for changes in ({"reset": "subtract"}, {"temperature": HOT}, {"stages": 3}):
        found = qs.interval_statistics(clicking(**changes))
        total = simpson(found.isi_density.values[:, 0], x=found.interval.values) + found.survival.values[-1, 0]
        assert total == pytest.approx(1, abs=1e-8)


def test_a_constant_memristance_clicks_as_a_resistor():
    """W(φ) = W: the same generator within 1e-11, a resistor beside, hot and cold.

    Catches: a shunt that is lost, or counted twice, next to an operator.
    """
    law = LAW | {"R_off": 2 * SHUNT, "R_on": 2 * SHUNT}
    for temperature in (20e-3, HOT):
        one, other = (f"R{i} m 0 {2 * SHUNT}ohm T={temperature}K\n" for i in (1, 2))
        _, found = space_of(law=law, shunt=one, temperature=temperature)
        _, plain = space_of(law=None, shunt=one + other, memory="mean_field")
        assert np.max(np.abs(found - plain)) < 1e-11 * np.max(np.abs(plain))


SILENT = {
    "x0": 0.5 * PHI_ZPF, "drive": 0.0, "carrier": 1.03 * OMEGA, "temperature": 0.1, "duration": 1e-9,
    "save_every": 0.13e-9, "initial": {"state": "coherent", "alpha": 0.9 - 0.5j}, "truncation": 18,
}  # fmt: skip
"""From a coherent state, undriven: the half of a drive that turns is left out here, in `gksl` it is not."""


def test_what_it_shows_of_its_memory_is_that_of_the_laboratory():
    """x0 − ⟨φ⟩, ⟨W⟩ and −½⟨{W, V}⟩ of a flipped memristor that hardly clicks, from dense exponentials.

    Catches: ⟨W(φ̂)⟩ in the drive's frame, ⟨W⟩⟨V⟩ for the current, the wrong ends of an element.
    """
    settings = SILENT | {"duration": 0.5e-9, "save_every": 0.05e-9}
    ds = quiet_run(clicking(rate=1.0, polarity="0 m", **settings))
    levels, x0, a = 18, SILENT["x0"], lowering(18)
    flow = liouvillian(OMEGA * a.T @ a, jumps(x0=x0, sign=-1.0, temperature=0.1, levels=levels))
    step, kick = expm(flow * 0.05e-9), expm((0.9 - 0.5j) * a.T - (0.9 + 0.5j) * a)
    y = (kick @ thermal(1e-3, levels) @ kick.conj().T).ravel()
    w = of_quadrature(lambda x: conductance(x0 - PHI_ZPF * x), levels + 1)
    v = V_ZPF * -1j * (lowering(levels + 1) - lowering(levels + 1).T)
    current = (0.5 * (w @ v + v @ w))[:levels, :levels]
    for k in range(len(ds.time)):
        rho = y.reshape(levels, levels)
        every = {"w": w[:levels, :levels], "i": current, "x": a + a.T, "v": v[:levels, :levels]}
        mean = {name: np.trace(rho @ operator).real for name, operator in every.items()}
        assert ds.memristance.values[k, 0] == pytest.approx(1 / mean["w"], rel=1e-6)
        assert ds.memristor_current.values[k, 0] == pytest.approx(-mean["i"], abs=1e-6 * 1e-10)
        assert ds.voltage.values[k, 0] == pytest.approx(mean["v"], abs=1e-6 * V_ZPF)
        assert ds.memory.values[k, 0] == pytest.approx(x0 - PHI_ZPF * mean["x"], abs=1e-6 * PHI_ZPF)
        y = step @ y


@pytest.mark.slow
def test_without_clicks_it_is_the_same_neuron():
    """Γ0 → 0: every output of `gksl` with an operator memory within 1e-8, in the frame of a carrier that is 3 % off.

    Catches: a dissipator that is not the same in every frame, two rooms whose signs differ.
    """
    found, plain = (
        quiet_run(clicking(polarity="0 m", threshold=1e-3, rate=1.0, spike=spike, **SILENT))
        for spike in ("escape", "expectation")
    )
    for name in ("voltage", "voltage_std", "flux", "memristance", "memory", "memristor_current"):
        one, other = found[name].values, plain[name].values
        assert np.max(np.abs(one - other)) < 1e-8 * np.max(np.abs(other)), name
    assert np.ptp(found.memristance.values) > 0.2 * np.max(found.memristance.values)


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{"stages": 4}, {"reset": "subtract"}])
def test_a_run_settles_at_the_rate_of_its_intervals(changes):
    """The register in time against the fixed point of clicks. Catches: a hold of another generator in either."""
    run = clicking(duration=150e-9, save_every=1e-9, **changes)
    ds = quiet_run(run)
    assert ds.spike_rate.values[-1, 0] == pytest.approx(qs.interval_statistics(run).spike_rate.item(), rel=2e-4)
    assert ds.qs.validity["trace error"].value < 1e-8


@pytest.mark.slow
def test_intervals_drawn_jump_by_jump_have_the_computed_density():
    """8,000 trajectories of pure states with every G_k written out: Kolmogorov and Smirnov p > 1e-4.

    Spikes that come 5 % too often are told apart, and so is the mean-field memory's interval.
    Catches: Γ for √Γ, a golden-rule rate of the wrong power of k.
    """
    run, gamma = clicking(), click()
    values, vectors = np.linalg.eigh(gamma)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.conj().T
    shares = np.real(np.diag(thermal()))

    def fresh(random, count):
        return np.eye(LEVELS, dtype=complex)[random.choice(LEVELS, size=count, p=shares)]

    mode = Jumps(hamiltonian(), (*jumps(), root), fresh, lambda random, psi: fresh(random, len(psi)), T_REF)
    drawn = jump_trains(mode, 4000, np.inf, 50e-12, 11, 3).intervals()
    found = qs.interval_statistics(run)
    time, survival = found.interval.values, found.survival.values[:, 0]
    assert len(drawn) == 8000
    assert kstest(drawn, lambda x: 1 - np.interp(x, time, survival, left=1.0)).pvalue > 1e-4
    assert kstest(drawn, lambda x: 1 - np.interp(1.05 * x, time, survival, left=1.0)).pvalue < 1e-4


def test_a_law_without_a_coupling_is_refused():
    """Charge-controlled, or one that senses the envelope. Catches: an operator that is quietly a mean field."""
    for model, words in (("model=hp", "must be mean_field"), ("model=sigmoid senses=envelope", "senses")):
        with pytest.raises(qs.InputError, match=words):
            qs.compile(clicking(model=model))
