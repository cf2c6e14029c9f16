"""Each claim holds, and a physics that is wrong makes it fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from quspike.claims import line_ensemble
from quspike.claims.claim import Outcome
from quspike.claims.fluctuation_dissipation import flux_variance, voltage_variance
from quspike.claims.registry import MODULES, get_claim
from quspike.claims.weak_coupling import exact
from quspike.memristors.sigmoid import Sigmoid
from quspike.methods import lab_frame, secular
from quspike.methods.coherent import neuron as coherent_neuron
from quspike.methods.escape import marginal
from quspike.methods.heom import lines as heom_lines
from quspike.methods.measured import solution as measured_solution
from quspike.run import coloured

SLOW = [name for name in MODULES if name != "weak-coupling"]


def failing(outcome: Outcome) -> str:
    """The numbers out of bounds, joined."""
    return "; ".join(number.name for number in outcome.numbers if not number.holds)


def leak_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secular equation at κ for κ/2."""
    once = secular.loss_rates
    monkeypatch.setattr(secular, "loss_rates", lambda *arguments: [2 * rate for rate in once(*arguments)])


def freeze_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """dx/dt = 0."""
    monkeypatch.setattr(Sigmoid, "rate", lambda self, x, v, p: jnp.zeros_like(jnp.asarray(v, dtype=float)))


def sense_half_the_flux(monkeypatch: pytest.MonkeyPatch) -> None:
    """W(φ/2) for W(φ)."""
    whole = Sigmoid.conductance
    monkeypatch.setattr(Sigmoid, "conductance", lambda self, x, v, p: whole(self, 0.5 * x, v, p))


def forget_the_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spike that leaves the charge where it is, and a hold that does not take it away."""
    monkeypatch.setattr(lab_frame, "reset_means", lambda setup, params, numbers, t, y, piece: y)
    monkeypatch.setattr(lab_frame, "release_means", lambda setup, params, numbers, t, y, piece: y)


def leak_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A current of 10 pA that flows at V = 0."""
    without = lab_frame.conductances
    flow = lab_frame.mean_flow

    def offset(setup, params, numbers, t, y, piece, free, leak=None):
        v = lab_frame.voltage(setup, params, numbers, t, y, piece)
        x = lab_frame.memory_states(setup, y)
        total = sum(without(setup, params, v, x), jnp.zeros(())) * v if leak is None else leak
        return flow(setup, params, numbers, t, y, piece, free, total + 1e-11)

    monkeypatch.setattr(lab_frame, "mean_flow", offset)


def line_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that answers at once, I = WV, whatever its cutoff."""
    flow = lab_frame.mean_flow
    monkeypatch.setattr(lab_frame, "mean_flow", lambda *arguments: flow(*arguments[:7]))


def too_few_poles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quantum noise from a single Padé pole."""
    monkeypatch.setattr(coloured, "choose_poles", lambda *arguments, **options: (1, 0.0))


def forget_moyal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classical trajectories under quantum noise: a prediction without the quantum part of the motion.

    Any one of its terms missed, or a factor of three in one, does the same; so does a noise that draws no current.
    """
    whole = line_ensemble.generators

    def classical(*arguments):
        found = whole(*arguments)
        return replace(found, moyal=0 * found.moyal)

    monkeypatch.setattr(line_ensemble, "generators", classical)


def line_at_the_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line on √W(⟨φ⟩) φ̂ in the place of F(φ̂): a hierarchy whose memristance is no operator."""
    operator = heom_lines.coupling_of

    def linear(*arguments):
        grid, slope = arguments[3], operator(*arguments).slope
        middle = jnp.interp(0.0, jnp.asarray(grid.x), slope)
        return heom_lines.Coupling(middle * grid.x, middle * jnp.ones_like(slope))

    monkeypatch.setattr(heom_lines, "coupling_of", linear)


def measure_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A measurement without back-action."""
    whole = measured_solution.model_of

    def gentle(*arguments):
        return replace(whole(*arguments), heating=0.0)

    monkeypatch.setattr(measured_solution, "model_of", gentle)


@pytest.mark.usefixtures("compiled_anew")
def test_the_limit_of_weak_coupling_is_found() -> None:
    """The fast one of the claims; its figure is drawn too."""
    outcome = get_claim("weak-coupling").check()
    assert outcome.passed, failing(outcome)
    assert len(outcome.figure().axes) == 4


def half_the_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The diffusion of n̄ + ½ quanta over four: what κ/2 in place of κ, twice, leaves of it."""
    whole = marginal.diffusion
    monkeypatch.setattr(marginal, "diffusion", lambda mesh: 0.25 * whole(mesh))


def lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leak that damps the mean and keeps no record of the path."""
    monkeypatch.setattr(coherent_neuron, "damping", lambda *arguments: ())


@pytest.mark.usefixtures("compiled_anew")
def test_a_secular_leak_at_kappa_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The factor of two the other way round."""
    leak_twice(monkeypatch)
    outcome = get_claim("weak-coupling").check()
    assert "secular V(κt=2)/V(0) as ω0/κ → 0" in failing(outcome)
    assert "circuit" not in failing(outcome)


@pytest.mark.slow
@pytest.mark.usefixtures("compiled_anew")
@pytest.mark.parametrize("name", SLOW)
def test_claim_holds(name: str) -> None:
    outcome = get_claim(name).check()
    assert outcome.passed, failing(outcome)
    assert outcome.figure().axes


@pytest.mark.slow
@pytest.mark.usefixtures("compiled_anew")
@pytest.mark.parametrize(
    ("name", "mutate", "at_fault"),
    [
        ("quantum-to-classical", leak_twice, "order of the envelope's error in κ/ω0"),
        ("quantum-to-classical", freeze_the_memory, "order of the memristance's error in κ/ω0"),
        ("pinched-hysteresis", freeze_the_memory, "area of the loop"),
        ("pinched-hysteresis", leak_at_rest, "pinch residual"),
        ("memory", freeze_the_memory, "spikes that the second pulse has lost"),
        ("memory", forget_the_reset, "interval"),
        ("threshold-and-refractory", freeze_the_memory, "memristor: rheobase"),
        ("threshold-and-refractory", forget_the_reset, "resistor: interval off the closed form"),
        ("non-markovian-leak", line_without_memory, "leak against the quadratic's slow root"),
        ("non-markovian-leak", line_without_memory, "first spike against its closed form"),
        ("adiabatic-limit-fails", leak_twice, "voltage wrong by 1 % at κ/ω0"),
        ("adiabatic-limit-fails", leak_twice, "first spike wrong by 10 % at κ/ω0"),
        ("adiabatic-limit-fails", sense_half_the_flux, "leak wrong by 1 % at |Ṁ/M|/ω0"),
        ("zero-point-force", line_at_the_mean, "shift at ω_c = 4 ω0"),
        ("quantum-opening", forget_moyal, "order of what is left beyond the prediction"),
        ("quantum-threshold", half_the_noise, "over the thinned rate of vacuum noise"),
        ("measured-hysteresis", measure_for_nothing, "best strength"),
        ("spike-train-entanglement", lose_nothing, "share of it that is left at κ = 1/ns"),
        ("fluctuation-dissipation", too_few_poles, "⟨V²⟩"),
    ],
)
def test_wrong_physics_fails(
    name: str, mutate: Callable[[pytest.MonkeyPatch], None], at_fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    outcome = get_claim(name).check()
    assert not outcome.passed
    assert at_fault in failing(outcome)


def test_closed_form_of_the_ringdown() -> None:
    """V(0) = 1, and the limits e^{−κt} (no inductor) and e^{−κt/2} cos ω0t. Catches: a sign of the sine, κ for κ/2."""
    time = np.linspace(0, 4e-9, 50)
    slow, fast = exact(time, np.array([1e-4, 1e3]))
    assert slow == pytest.approx(np.exp(-1e9 * time), abs=1e-6)
    assert fast == pytest.approx(np.exp(-0.5e9 * time) * np.cos(1e12 * time), abs=1e-3)


def test_quadrature_of_fluctuation_dissipation() -> None:
    """Two working points at 20 mK, to every digit. Catches: a two-sided integral, ħω for ħω/2 in the coth."""
    assert np.sqrt(voltage_variance(1 / 2e3, 10e-9)) == pytest.approx(4.65142e-6, abs=5e-12)
    assert np.sqrt(flux_variance(1 / 2e3, 10e-9)) == pytest.approx(1.26323e-16, abs=5e-22)
    assert np.sqrt(voltage_variance(1 / 20e3)) == pytest.approx(1.88186e-6, abs=5e-12)
