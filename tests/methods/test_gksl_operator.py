"""The secular equation of a memristance that is an operator: against QuTiP, `brownian`, closed forms; ħ = C = L = 1."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import qutip

import quspike as qs
from brownian_units import (
    CHARGE,
    FLUX,
    IMPEDANCE,
    OMEGA,
    VOLTAGE,
    C,
    Oscillator,
    central,
    golden_rule_jumps,
    means_and_spread,
    memristor,
    resistor,
    resonator,
    sigmoid,
    solve,
)
from quspike.constants import hbar, k_B
from quspike.errors import ConvergenceError, InputError, NotAvailable
from quspike.methods.operator_jumps import jump_rates
from quspike.quantize.numbers.zero_point import Mode
from quspike.run.compile import compile_run

KT = 1.6
LAW = (0.02, 0.08, 0.4, 0.9)
"""W(−∞), W(∞), centre and width."""


def secular(circuit, duration, samples=40, **settings):
    return solve(circuit, duration, samples, **({"method": "gksl", "memory": "operator"} | settings))


def test_rates_are_those_of_fermis_golden_rule():
    """Γ_±1 Wφ_zpf² = κ(n̄ + 1), κn̄; Γ_−k = e^{−kħω0/kT}Γ_k; 2kT/ħ² where none moves. Catches J(ω0) for all."""
    mode, temperature, w = Mode(OMEGA, IMPEDANCE, FLUX / 2**0.5, CHARGE / 2**0.5, VOLTAGE / 2**0.5, C), 0.03, 1e-4
    down, up = (np.asarray(values) for values in jump_rates(mode, 5, temperature))
    quanta = np.expm1(hbar * OMEGA / (k_B * temperature)) ** -1.0
    kappa = w / C
    assert down[1] * w * mode.phi_zpf**2 == pytest.approx(kappa * (quanta + 1), rel=1e-12)
    assert up[1] * w * mode.phi_zpf**2 == pytest.approx(kappa * quanta, rel=1e-12)
    k = np.arange(1, 6)
    assert np.allclose(up[1:] / down[1:], np.exp(-k * hbar * OMEGA / (k_B * temperature)), rtol=1e-12)
    assert np.allclose((down - up)[1:], 2 * k * OMEGA / hbar, rtol=1e-12)
    assert (down[0], up[0]) == (pytest.approx(2 * k_B * temperature / hbar**2, rel=1e-12), 0.0)


@pytest.mark.target
@pytest.mark.slow
def test_a_driven_cat_is_that_of_the_jumps_written_out_by_hand():
    """⟨φ⟩, ⟨q⟩, covariance, ⟨W⟩ and ½⟨{W, V}⟩ within 2e-6 of QuTiP in the laboratory frame, a resistor beside.

    Catches jumps that stay undisplaced while the mean swings, Γ_0 twice, and a current without its flow.
    """
    duration, amplitude, leak = 5.0, 0.25, 0.03
    circuit = resonator(memristor(*LAW, KT), resistor(leak, 0.7))
    found = secular(
        circuit,
        duration,
        20,
        amplitude=amplitude,
        truncation=22,
        initial={"state": "cat", "alpha": 0.8 + 0.4j, "parity": "odd"},
    )
    oscillator = Oscillator(32)
    law = sigmoid(*LAW)
    jumps = golden_rule_jumps(oscillator, law, KT, 10)
    a, quanta = qutip.destroy(32), 1 / np.expm1(1 / 0.7)
    jumps += [np.sqrt(leak * (quanta + 1)) * a, np.sqrt(leak * quanta) * a.dag()]
    cat = (
        qutip.coherent(32, 0.8 + 0.4j, method="analytic") - qutip.coherent(32, -0.8 - 0.4j, method="analytic")
    ).unit().proj()  # fmt: skip
    free = a.dag() * a
    force = [oscillator.cut(oscillator.x).to("CSR"), lambda t: -amplitude * np.sin(t)]
    w = oscillator.of_position(law)
    extra = [oscillator.cut(w), oscillator.cut((w @ oscillator.p + oscillator.p @ w) / 2)]
    times = np.linspace(0, duration, 21)
    wanted = oscillator.run([free, force], jumps, cat, times, extra)
    assert np.max(np.abs(means_and_spread(found) - central(wanted))) < 2e-6 * np.max(np.abs(wanted))
    assert np.max(np.abs(IMPEDANCE / np.asarray(found.memristance)[:, 0] - wanted[5])) < 2e-6 * np.max(wanted[5])
    current = np.asarray(found.memristor_current)[:, 0] / (VOLTAGE / IMPEDANCE)
    assert np.max(np.abs(current - wanted[6])) < 2e-6 * np.max(np.abs(wanted[6]))
    assert np.max(np.abs(np.asarray(found.memory)[:, 0] / FLUX - wanted[0])) < 2e-6 * np.max(np.abs(wanted[0]))


@pytest.mark.slow
def test_a_constant_memristance_is_the_ordinary_equation():
    """W(φ) = W: every output within 1e-9 of memory mean_field, driven, spiking, with a junction.

    Catches a lost hold.
    """
    common = {"amplitude": 0.5, "duration": 12.0, "truncation": 18}
    neuron = qs.Neuron(
        "m", membrane="envelope", v_threshold=float(1.6 * VOLTAGE), t_ref=float(1.5 / OMEGA), reset="zero"
    )
    energy = 0.02 * FLUX**2 / 1e-8
    junction = f"JJ1 m 0 EJ={energy!r}J"
    for extra, settings in (((), {"neuron": neuron}), ((junction,), {})):
        circuit = resonator(memristor(0.05, 0.05, 0.3, 0.5, 0.8), *extra)
        plain, jumps = (secular(circuit, **common, **settings, memory=memory) for memory in ("mean_field", "operator"))
        if settings:
            assert int(plain.spike_count[0]) > 0
            assert np.allclose(plain.spike_time, jumps.spike_time, rtol=1e-9, equal_nan=True)
        for name in ("voltage", "voltage_std", "flux", "memristance", "memristor_current"):
            one, other = (np.asarray(getattr(s, name)) for s in (plain, jumps))
            assert np.max(np.abs(one - other)) < 1e-9 * np.max(np.abs(one)), name


@pytest.mark.slow
def test_what_averaging_over_the_carrier_leaves_out_is_of_first_order_in_the_damping():
    """Against `brownian` over half a leak time, κ/ω0 halved: V and φ differ by 1.0 ± 0.1 powers of κ/ω0.

    Catches a rate that is off by a number: the difference would not go away.
    """
    sizes = []
    for scale in (1.0, 0.5):
        circuit = resonator(memristor(0.01 * scale, 0.05 * scale, 0.5, 1.0, 2.0))
        given = {"duration": 12 / scale, "samples": int(50 / scale), "initial": {"state": "coherent", "alpha": 1.5}}
        jumps = secular(circuit, truncation=26, **given)
        exact = solve(circuit, method="brownian", memory="operator", diffusion="next_order", truncation=16, **given)
        pairs = ((np.asarray(getattr(s, name)) for s in (jumps, exact)) for name in ("voltage", "flux"))
        sizes.append([np.max(np.abs(one - other)) / np.max(np.abs(one)) for one, other in pairs])
    orders = np.log2(np.array(sizes)[:-1] / np.array(sizes)[1:])
    assert np.max(np.abs(orders - 1)) < 0.1, sizes


@pytest.mark.slow
def test_a_biased_oscillator_rests_where_its_current_holds_it():
    """A constant current from the start, at φ = LI with a thermal state about it: nothing moves, to 1e-9.

    Catches jumps about φ = 0, which would pull the oscillator from its rest and make a voltage.
    """
    bias = 1.7
    circuit = resonator(memristor(*LAW, 0.6), "I1 0 m " + f"{bias * CHARGE * OMEGA!r}A")
    s = secular(circuit, 10.0, initial={"flux": float(bias * FLUX)})
    phi, q, xx, xp, pp = means_and_spread(s)
    assert np.max(np.abs(q)) < 1e-9
    assert np.max(np.abs(phi - bias)) < 1e-9
    for square in (xx, pp):
        assert np.max(np.abs(square - 0.5 / np.tanh(0.5 / 0.6))) < 1e-8
    assert np.max(np.abs(xp)) < 1e-9


def test_a_gradient_about_no_swing_is_that_of_the_motion():
    """∂(φ, V/ω0)/∂φ(0) at φ(0) = 0 where nothing swings: of a constant W e^{−κt/2}(cos, −sin)(ω0t), to 1e-6.

    Catches polar coordinates of α, whose derivatives are nan there, and a derivative of |α| alone.
    """
    run = qs.Run(
        circuit=resonator(memristor(0.1, 0.1, 0.5, 1.0, 0.5)), method="gksl", memory="operator", truncation=6,
        duration=1.3 / OMEGA, save_every=1.3 / OMEGA, dt=0.1 / OMEGA, classical=False,
    )  # fmt: skip
    problem = compile_run(run)

    def end(flux):
        s = problem.solve({**problem.params, "initial": {**problem.params["initial"], "flux": flux}})
        return jnp.stack([s.flux[-1, 0], s.voltage[-1, 0] / OMEGA])

    expected = np.exp(-0.05 * 1.3) * np.array([np.cos(1.3), -np.sin(1.3)])
    np.testing.assert_allclose(jax.jacfwd(end)(0.0), expected, atol=1e-6)


def test_memories_that_have_no_jumps_are_refused():
    """A charge-controlled law, one that senses the envelope, and several nodes, each with what would do."""
    charge = resonator("MEM1 m 0 model=hp T=20mK")
    with pytest.raises(InputError, match="must be mean_field"):
        secular(charge, 1.0)
    envelope = resonator(memristor(*LAW, KT) + " senses=envelope")
    with pytest.raises(InputError, match="senses"):
        secular(envelope, 1.0)
    pair = resonator(memristor(*LAW, KT)) + "\nC2 n 0 100fF\nL2 n 0 10nH\nC3 m n 1fF"
    with pytest.raises(NotAvailable, match="mean_field with several nodes"):
        secular(pair, 1.0)


@pytest.mark.slow
def test_a_law_far_narrower_than_the_state_is_refused_in_the_end(monkeypatch):
    """Where no number of jumps that is allowed would do, an error says so. Catches a silent cut."""
    from quspike.methods import operator_jumps

    monkeypatch.setattr(operator_jumps, "MOST_JUMPS", 9)
    circuit = resonator(memristor(0.02, 0.08, 0.4, 0.2, KT))
    with pytest.raises(ConvergenceError, match="use brownian"):
        qs.simulate(
            circuit, duration=float(1 / OMEGA), save_every=float(0.5 / OMEGA), method="gksl", memory="operator",
            truncation=12, initial={"state": "fock", "n": 2}, classical=False,
        )  # fmt: skip
