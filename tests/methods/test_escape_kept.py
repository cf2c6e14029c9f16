"""What a clicking resonator keeps of its state, and the cat that it may start from, against dense matrices."""

import numpy as np
import pytest
from scipy.linalg import expm

import laboratory_clicks as laboratory
import quspike as qs
from escape_neurons import KAPPA, OMEGA, SHUNT, V_ZPF, C
from operator_clicks import PHI_ZPF, T, click, clicked, clicking, hamiltonian, liouvillian, lowering
from quspike.analysis.flux_coherence import flux_coherence
from quspike.analysis.wigner import wigner_minimum
from quspike.constants import hbar, k_B
from quspike.run.simulate import quiet_run

LEVELS, WIDE, STEP, DETUNED = 18, 40, 0.05e-9, 1.02 * OMEGA
ALPHA, HOLD = 0.9 - 0.6j, 1e-9


def odd_cat(levels=LEVELS):
    """∝ |α⟩ − |−α⟩, from exponentials."""
    a = lowering(WIDE)
    halves = [expm(sign * (ALPHA * a.T - np.conj(ALPHA) * a))[:levels, 0] for sign in (1, -1)]
    psi = halves[0] - halves[1]
    return np.outer(psi, psi.conj()) / np.linalg.norm(psi) ** 2


@pytest.fixture(scope="module")
def kept():
    """A run that may click, its hold of one stage, detuned, and ρ of the same from one dense matrix (T, N, N)."""
    run = clicking(
        law=None, memory="mean_field", shunt=f"R1 m 0 {SHUNT}ohm T={T}K", t_ref=HOLD, stages=1, drive=2e-9,
        carrier=DETUNED, duration=20 * STEP, save_every=STEP, truncation=LEVELS,
        initial={"state": "cat", "alpha": ALPHA, "parity": "odd"}, save={"states": True, "covariance": True},
    )  # fmt: skip
    a, kappa, quanta = lowering(LEVELS), 1 / (SHUNT * C), 1 / np.expm1(hbar * OMEGA / (k_B * T))
    gamma, one = click(levels=LEVELS), np.eye(LEVELS)
    jumps = [np.sqrt(kappa * (quanta + 1)) * a, np.sqrt(kappa * quanta) * a.T]
    quiet = liouvillian(hamiltonian(2e-9, DETUNED, LEVELS), jumps)
    quiet = quiet - 0.5 * (np.kron(gamma, one) + np.kron(one, gamma.T))
    fresh = clicked(np.eye(LEVELS), np.eye(LEVELS)).ravel()[:, None] / LEVELS
    whole = np.block([[quiet, fresh / HOLD], [gamma.T.ravel()[None], -np.eye(1) / HOLD]])  # ρ_I, and who is in the hold
    step, y = expm(whole * STEP), np.append(odd_cat().ravel(), 0.0)
    states = []
    for _ in range(21):
        states.append(y[:-1] + y[-1] * fresh[:, 0])
        y = step @ y
    return quiet_run(run), np.array(states).reshape(-1, LEVELS, LEVELS)


def at_resonance(states):
    """In the frame of ω0."""
    turn = np.exp(1j * (OMEGA - DETUNED) * STEP * np.outer(np.arange(len(states)), np.arange(LEVELS)))
    return turn[:, :, None] * states * turn.conj()[:, None, :]


def test_states_are_those_of_the_whole_ensemble(kept):
    """ρ′ = D†(α)ρD(α) at ω0, a cat that clicked or did not, within 1e-6. Catches: the frame of the drive; ρ_I alone; a
    cat of the other parity."""
    ds, states = kept
    alpha = (ds.amplitude_real + 1j * ds.amplitude_imag).values[:, 0]
    rho = (ds.states_real + 1j * ds.states_imag).values
    a, wanted = lowering(WIDE), at_resonance(states)
    assert ds.spike_count.item() > 0.02
    for k in range(len(states)):
        back = expm(np.conj(alpha[k]) * a - alpha[k] * a.T)[:LEVELS, :LEVELS]
        assert alpha[k] == pytest.approx(np.trace(lowering(LEVELS) @ wanted[k]), abs=1e-6)
        assert np.max(np.abs(back @ wanted[k] @ back.conj().T - rho[k])) < 1e-6


def test_covariances_are_those_of_the_laboratory(kept):
    """σ of φ̂ and q̂, of ρ turned back by ω_d t. Catches: a covariance that turns at ω0, or stands still."""
    ds, states = kept
    turn = np.exp(-1j * DETUNED * STEP * np.outer(np.arange(len(states)), np.arange(LEVELS)))
    compare_covariances(ds, turn[:, :, None] * states * turn.conj()[:, None, :])


def compare_covariances(ds, states):
    """σ of φ̂ and q̂ within 1e-6, from ρ in the laboratory (T, N, N)."""
    levels = states.shape[1]
    a = lowering(levels + 1)
    flux, charge = PHI_ZPF * (a + a.T), -1j * C * V_ZPF * (a - a.T)
    for k, lab in enumerate(states):

        def mean(operator, lab=lab):
            return np.trace(operator[:levels, :levels] @ lab).real

        pairs = {
            "flux_variance": (flux, flux),
            "flux_charge_covariance": (flux, charge),
            "charge_variance": (charge, charge),
        }
        for name, (one, other) in pairs.items():
            wanted = mean(0.5 * (one @ other + other @ one)) - mean(one) * mean(other)
            scale = np.sqrt(mean(one @ one) * mean(other @ other))
            assert float(ds[name][k, 0]) == pytest.approx(wanted, abs=1e-6 * scale), name


SHORT, FEW, CURRENT = 0.02e-9, 8, 5e-9


@pytest.fixture(scope="module", params=["brownian", "gksl"])
def on_its_voltage(request):
    """What is kept of a neuron without a hold in so few levels, and ρ in the laboratory of one matrix (T, N, N)."""
    mode, heat, current = laboratory.matrices(FEW), laboratory.T, CURRENT if request.param == "brownian" else 0.0
    a, one, kappa = lowering(FEW), np.eye(FEW), 1 / (laboratory.R * C)
    quanta = 1 / np.expm1(hbar * OMEGA / (k_B * heat))
    quiet = laboratory.superoperator(mode, [laboratory.couplings(mode, False)])
    quiet = quiet + liouvillian(-current * mode.flux / hbar, [])
    if request.param == "gksl":
        jumps = [np.sqrt(kappa * (quanta + 1)) * a, np.sqrt(kappa * quanta) * a.T]
        quiet = liouvillian(np.diag(OMEGA * np.arange(FEW)), jumps)
        quiet = quiet - 0.5 * (np.kron(mode.click, one) + np.kron(one, mode.click.T))
    step = expm((quiet + np.outer(laboratory.thermal(mode), mode.click.T)) * SHORT)
    states = [odd_cat(FEW).ravel()]
    for _ in range(10):
        states.append(step @ states[-1])
    run = laboratory.clicking(
        method=request.param, current=f"{current}A", truncation=FEW, t_ref=0.0, duration=10 * SHORT, save_every=SHORT,
        initial={"state": "cat", "alpha": ALPHA, "parity": "odd"}, save={"states": True, "covariance": True},
    )  # fmt: skip
    return qs.compile(run).solve(), np.array(states).reshape(-1, FEW, FEW)


def test_what_clicks_on_its_voltage_keeps_its_state_too(on_its_voltage):
    """brownian under a current, and gksl: ρ′ = D†(α)ρD(α) at ω0, and σ, within 1e-6, in as few levels as one likes.

    Catches: states of a frame that stands still, taken for one that turns; a reset to another state.
    """
    found, states = on_its_voltage
    alpha, kept, a = np.asarray(found.extra["amplitude"])[:, 0], np.asarray(found.extra["states"]), lowering(WIDE)
    assert found.spike_count[-1] > 0.02
    for k, lab in enumerate(states):
        turn = np.exp(1j * OMEGA * SHORT * k * np.arange(FEW))
        rho = turn[:, None] * lab * turn.conj()
        back = expm(np.conj(alpha[k]) * a - alpha[k] * a.T)[:FEW, :FEW]
        assert alpha[k] == pytest.approx(np.trace(lowering(FEW) @ rho), abs=1e-6)
        assert np.max(np.abs(back @ rho @ back.conj().T - kept[k])) < 1e-6
    compare_covariances(found.extra, states)


def test_a_cat_is_as_negative_and_as_coherent_as_it_should_be(kept):
    """−2/π of an odd state at first, and two fluxes of a pure state are coherent. Catches: half a cat."""
    ds, _ = kept
    assert wigner_minimum(ds.isel(time=[0]))[0] == pytest.approx(-2 / np.pi, abs=1e-4)
    place = 2 * PHI_ZPF * ALPHA.real
    coherence = flux_coherence(ds, place, -place)
    assert coherence[0] == pytest.approx(1, abs=1e-6)
    assert coherence[-1] < 0.9


def test_what_a_membrane_does_not_keep_is_refused():
    """Catches: a key of [save] that is read and ignored."""
    circuit = f"C1 m 0 {C}F\nR1 m 0 {1 / (KAPPA * C)}ohm T=20mK\nI1 0 m 0.3nA"
    neuron = qs.Neuron("m", v_threshold=20e-6, spike="escape", escape={"rate": 1e9, "width": 1e-6})
    run = qs.Run(circuit=circuit, neuron=neuron, duration=1e-9, method="brownian", save={"covariance": True})
    with pytest.raises(qs.NotAvailable, match=r"on a node without an inductor: .* and a resonator's covariance"):
        qs.compile(run)
