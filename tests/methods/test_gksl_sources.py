"""Fluxes, offset charges and voltages on coupled oscillators: QuTiP in another gauge, gates, and where things rest."""

import numpy as np
import pytest
import qutip
from scipy.integrate import solve_ivp
from scipy.optimize import root

import quspike as qs
from quspike.constants import Phi0, e_charge, hbar, k_B, phi0
from quspike.drives.table import Table
from quspike.quantize import system as systems
from quspike.run import compile as compiling
from quspike.run.compile import compile_run

pytestmark = pytest.mark.slow

CHAIN = """
JJ1 a 0 Lj=2nH C=600fF
JJ2 a b Lj=2.5nH C=200fF
L1 b 0 1.2nH
C2 b 0 400fF
R1 a 0 900ohm T=30mK
R2 b 0 1200ohm T=30mK
FLUX1 JJ1 bias
"""
OMEGA = 3.2e10
C = np.array([[800.0, -200], [-200, 600]]) * 1e-15
L_1, L_A, L_B = 1.2e-9, 2e-9, 2.5e-9
STILL, SWING = 0.012 * Phi0, 0.006 * Phi0


def problem(circuit, method="gksl", **settings):
    settings = {"duration": "0.1 ns", "save_every": "10 ps"} | settings
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings))


def at_rest():
    """φ_r, E and K there by scipy."""

    def phases(flux):
        return np.array([flux[0] + STILL, flux[0] - flux[1]]) / phi0

    def pull(u):
        i = phi0 / np.array([L_A, L_B]) * np.sin(phases(u * phi0))
        return np.array([i[0] + i[1], u[1] * phi0 / L_1 - i[1]]) * 1e9

    rest = root(pull, [0.0, 0.0], tol=1e-13).x * phi0
    bend = np.cos(phases(rest)) / np.array([L_A, L_B])
    stiffness = np.array([[bend[0] + bend[1], -bend[1]], [-bend[1], 1 / L_1 + bend[1]]])
    return rest, np.linalg.inv(C), stiffness


def in_the_static_gauge(levels, times):
    """All of Φ on JJ1 and its capacitor, `(q − cΦ̇)ᵀE(q − cΦ̇)/2 − E_J cos((φ_a + Φ)/φ0) − …`: ⟨V⟩ of a and b.

    QuTiP's operators in one fixed product space, scipy at 1e-8. In this gauge θ = θ′ + gΔΦ, g = −E c: the leaks pull
    to where the circuit rests, a → a − (gΔΦ + φ_r)/2φ_zpf, and R1 and R2 feel (1 + g_a)Φ̇ and g_bΦ̇ besides.
    """
    rest, inverse, stiffness = at_rest()
    omega = np.sqrt(np.diag(inverse) * np.diag(stiffness))
    zpf = np.sqrt(hbar * np.diag(inverse) / (2 * omega))
    one, unit = qutip.destroy(levels), qutip.qeye(levels)
    a = [qutip.tensor(one, unit).full(), qutip.tensor(unit, one).full()]
    phi = [z / phi0 * (o + o.T) for z, o in zip(zpf, a, strict=True)]
    q = [-1j * phi0 / (2 * z) * (o - o.T) for z, o in zip(zpf, a, strict=True)]  # over ħ/φ0
    wide = qutip.destroy(levels + 60)
    turns = [(1j * z / phi0 * (wide + wide.dag())).expm().full()[:levels, :levels] for z in zpf]
    first, bridge = np.kron(turns[0], np.eye(levels)), np.kron(turns[0], turns[1].conj())
    charging, c = inverse * hbar / phi0**2, np.array([600e-15, 0.0])
    energy, shift = phi0**2 / (L_A * hbar), -inverse @ c
    h = sum(0.5 * charging[k, m] * q[k] @ q[m] for k in range(2) for m in range(2))
    h = h + phi0**2 / (2 * L_1 * hbar) * phi[1] @ phi[1] - phi0**2 / (L_B * hbar) * (bridge + bridge.conj().T) / 2
    felt = [
        (s + across) / r * phi0 / hbar * o for s, across, r, o in zip(shift, (1, 0), (900.0, 1200.0), phi, strict=True)
    ]
    momentum = sum(w * o for w, o in zip((inverse @ c) / phi0, q, strict=True))
    quanta = [1 / np.expm1(hbar * w / (k_B * 0.03)) for w in omega]
    rates = np.diag(inverse) / np.array([900.0, 1200.0])

    def flow(t, y):
        rho = y.reshape(levels**2, levels**2)
        moved = SWING * np.sin(OMEGA * t)
        angle, emf = np.exp(1j * (STILL + moved) / phi0), SWING * OMEGA * np.cos(OMEGA * t)
        now = h - energy * (angle * first + (angle * first).conj().T) / 2 - emf * (momentum - sum(felt))
        for k in range(2):
            now = now + rates[k] * (shift[k] * moved + rest[k]) / (2 * zpf[k]) * (a[k] - a[k].T) / 2j
        half = -1j * now @ rho
        for k in range(2):
            for rate, jump in ((rates[k] * (quanta[k] + 1), a[k]), (rates[k] * quanta[k], a[k].T)):
                half = half + 0.5 * rate * (jump @ rho @ jump.T - jump.T @ (jump @ rho))
        return (half + half.conj().T).ravel()

    warm = qutip.tensor(*(qutip.thermal_dm(levels, n) for n in quanta)).full()
    y = solve_ivp(flow, (0, times[-1]), warm.ravel().astype(complex), "DOP853", times, rtol=1e-8, atol=1e-10).y
    charges = np.array([[np.sum(s.reshape(levels**2, -1).T * o).real for o in q] for s in y.T])
    return charges @ inverse * hbar / phi0


@pytest.mark.slow
def test_a_flux_drives_coupled_oscillators_as_in_the_static_gauge_of_qutip():
    """Two junctions and a coil, a flux that stands and swings: ⟨V⟩ of both nodes within 1e-5. Catches: a flux of the
    wrong sign, its share left out of the coil, a rest that the dissipators do not know, Φ̇ left on the capacitor.
    """
    bias = qs.Sine(SWING, frequency=OMEGA / 2 / np.pi, offset=STILL, quantity="flux")
    s = problem(CHAIN, drives={"bias": bias}, truncation=8, dt=1e-12).solve()
    expected = in_the_static_gauge(10, np.asarray(s.time))
    assert np.max(np.abs(expected)) > 1e-6
    np.testing.assert_allclose(s.voltage, expected, rtol=0, atol=1e-5 * np.max(np.abs(expected)))


WEAK = "C1 m 0 100fF\nL1 m 0 12nH\nR1 m 0 40kohm T=30mK\n"
LIKE = ((Phi0, "flux"), (Phi0 / 12e-9, "current"))
TONE = {"frequency": 5e9}


def test_a_flux_in_a_linear_loop_pushes_a_current_through_its_coil():
    """A junction of 1 pA closes the loop: Φ is the current Φ/L, of the one-node method. Catches: the other sign."""
    flux, current = ({"tone": qs.Sine(0.02 * size, quantity=q, **TONE)} for size, q in LIKE)
    threaded = problem(WEAK + "JJ1 m 0 Ic=1pA\nFLUX1 JJ1 tone", drives=flux, truncation=6).solve()
    pushed = problem(WEAK + "I1 0 m tone", drives=current, truncation=6).solve()
    expected = np.asarray(pushed.voltage)
    assert np.ptp(expected) > 1e-6
    np.testing.assert_allclose(threaded.voltage, expected, rtol=0, atol=1e-4 * np.max(np.abs(expected)))


def test_a_circuit_at_rest_in_its_flux_stays_there():
    """A SQUID loop at 0.3 Φ0 that starts at the minimum of its potential: no voltage but that of the junction's own
    skewness, no membrane; the same start without the flux swings. Catches: a rest on the wrong side, oscillators about
    zero flux.
    """
    circuit = "JJ1 a 0 Lj=2nH C=600fF\nL1 a 0 1.5nH\nR1 a 0 2kohm T=30mK\nFLUX1 JJ1 0.3Phi0"
    rest = root(lambda u: u / 1.5 + np.sin(u + 0.6 * np.pi) / 2, -0.9, tol=1e-13).x[0] * phi0
    start = {"flux": float(rest)}
    neuron = qs.Neuron("a", membrane="envelope", v_threshold="1 V")
    still, moving = (
        problem(c, initial=start, neuron=neuron, truncation=10).solve()
        for c in (circuit, circuit.replace("0.3Phi0", "0Phi0"))
    )
    swing = np.max(np.asarray(moving.membrane))
    assert np.max(np.asarray(still.membrane)) < 0.05 * swing
    assert np.max(np.abs(np.asarray(still.voltage))) < 0.02 * np.max(np.abs(np.asarray(moving.voltage)))


PAIR = "C1 a 0 60fF\nL1 a 0 12nH\nC2 a b 10fF\nC3 b 0 50fF\nL2 b 0 15nH\nR1 a 0 30kohm T=30mK\nR2 b 0 30kohm T=30mK\n"


def test_an_offset_charge_shifts_no_oscillator_and_drives_one_as_a_gate():
    """Constant: nothing at all. In motion: −2e n_g/C_g on a gate. Catches: a swing about zero charge, a sign."""
    tone, settings = {"tone": qs.Sine(0.2, **TONE)}, {"duration": "0.1 ns", "truncation": 4}
    bare = np.asarray(problem(PAIR + "NG1 b 0.4", **settings).solve().voltage)
    np.testing.assert_allclose(bare, 0, atol=1e-15)
    volts = {"tone": qs.Sine(-0.2 * 2 * e_charge / 20e-15, quantity="voltage", **TONE)}
    pushed = problem(PAIR + "Cg b 0 20fF\nNG1 b tone", drives=tone, **settings).solve()
    gated = problem(PAIR + "Cg b g 20fF\nV1 g 0 tone", drives=volts, **settings).solve()
    expected = np.asarray(gated.voltage)
    assert np.ptp(expected) > 1e-7
    np.testing.assert_allclose(pushed.voltage, expected, rtol=0, atol=1e-9 * np.ptp(expected))


def test_a_voltage_drives_an_oscillator_through_a_resistor_and_through_a_coil():
    """Against `moments`, whose damping is exact, within κ/ω = 1 %. Catches: a source behind a resistor that is lost."""
    circuit = (
        "V1 g 0 tone\nR1 g a 40kohm T=1K\nC1 a 0 100fF\nL1 a 0 10nH\nL2 h b 10nH\nC2 b 0 100fF\nR2 b 0 40kohm T=1K"
    )
    circuit += "\nV2 h 0 small\nC3 a b 1fF"
    drives = {"tone": qs.Sine("20 uV", **TONE), "small": qs.Sine("1 uV", frequency=4e9)}
    one, other = (
        problem(circuit, method=m, drives=drives, **s).solve()
        for m, s in (("gksl", {"truncation": 4}), ("moments", {}))
    )
    expected = np.asarray(other.voltage)
    scale = np.max(np.abs(expected), axis=0)
    assert np.min(scale) > 1e-7
    assert np.all(np.max(np.abs(one.voltage - expected), axis=0) < 0.02 * scale)


def test_an_island_has_no_oscillator():
    """The message names the coordinate, and why. Catches: a Fock space for a charge that is counted in pairs."""
    island = "C1 a 0 60fF\nL1 a 0 12nH\nR1 a 0 9kohm T=30mK\nJJ1 a b Ic=30nA C=5fF\nJJ2 b 0 Ic=30nA C=5fF\nNG1 b 0.25"
    with pytest.raises(qs.InputError, match=r"coordinate b.* must have a leak or an inductor .* whole pairs"):
        problem(island)


NODE = "C1 m 0 80fF\nCg m g 20fF\nV1 g 0 gate\nL1 m 0 10nH\nR1 m 0 20kohm T=50mK\nI1 0 m tone"


@pytest.mark.parametrize("circuit", [NODE, NODE.replace("Cg m g 20fF\nV1 g 0 gate", "Cg m 0 20fF\nNG1 m gate")])
def test_a_gate_of_one_oscillator_is_one_of_several(monkeypatch, circuit):
    """Two implementations of a gate that swings about a voltage of its own and drives to spikes: ⟨V⟩, membrane, spikes.

    Catches: a voltage q/C that the gate's charge is left out of, a gate's first value that rings the mode, a leak and a
    reset of the momentum in place of the charge.
    """
    height = 0.3 if "NG1" in circuit else "30 uV"
    gate = qs.Sine(height, frequency=5e9, offset=height)
    drives = {"gate": gate, "tone": qs.Sine("3 nA", frequency=5.03e9)}
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="4 uV")
    settings = {"drives": drives, "neuron": neuron, "truncation": 8, "duration": "0.4 ns", "save_every": "10 ps"}
    own = problem(circuit, **settings)
    monkeypatch.setattr(compiling, "reduce_circuit", lambda given, nodes: systems._system(given, nodes))
    general = problem(circuit, dt=own.dt, **settings)
    assert general.setup.several
    one, many = own.solve(), general.solve()
    count = int(one.spike_count[0])
    assert count == int(many.spike_count[0]) > 0
    np.testing.assert_allclose(many.spike_time[:count], one.spike_time[:count], rtol=1e-7)
    for field in ("voltage", "membrane", "flux"):
        expected = np.asarray(getattr(one, field))
        np.testing.assert_allclose(getattr(many, field), expected, rtol=0, atol=1e-6 * np.max(np.abs(expected)))


@pytest.mark.parametrize("method", ["gksl", "moments"])
def test_a_slow_gate_leaves_a_resonator_without_voltage(method):
    """n_g moves by one pair within 40 periods: nothing is left at the node, though q moved by 2e. Catches: a membrane
    that sees the momentum."""
    circuit = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 20kohm T=50mK\nNG1 m ramp"
    rise = 1 - np.cos(np.linspace(0, np.pi, 401))
    ramp = Table(times=tuple(np.linspace(0, 8e-9, 401)), values=tuple(rise / 2), quantity="dimensionless")
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="1 V")
    own = {"truncation": 6} if method == "gksl" else {}
    s = problem(
        circuit, method, drives={"ramp": ramp}, neuron=neuron, duration="8 ns", save_every="1 ns", **own
    ).solve()
    assert np.max(np.asarray(s.membrane)) < 0.02 * 2 * e_charge / 100e-15
