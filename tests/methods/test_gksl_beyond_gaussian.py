"""What a mean and a covariance miss: a Kerr neuron in a cat state, against the Gaussian closure of its moments."""

import numpy as np
from scipy.integrate import solve_ivp

import quspike as qs
from quspike.constants import hbar, k_B, phi0
from quspike.run.compile import compile_run

PERIODS, KERR, KAPPA, PUSH, FREQUENCY = 60, -2.2e-4, 0.01, 0.12, 5e9  # K, κ and the drive in units of ω0
OMEGA = 2 * np.pi * FREQUENCY
ETA = np.sqrt(-4 * KERR)  # a junction alone: K = −ω0 η²/4
PHI_ZPF = float(ETA * phi0)
IMPEDANCE = 2 * PHI_ZPF**2 / hbar
C, EJ, R = 1 / (IMPEDANCE * OMEGA), phi0**2 * OMEGA / IMPEDANCE, IMPEDANCE / KAPPA
V_ZPF = hbar / (2 * PHI_ZPF) / C
CIRCUIT = f"C1 m 0 {float(C)!r}F\nJJ1 m 0 EJ={float(EJ)!r}J\nR1 m 0 {float(R)!r}ohm T=20mK\nI1 0 m tone"


def in_fock_space(initial, displacement, levels):
    """Times in 1/ω0, ⟨V⟩ and ⟨V²⟩ in zero-point units; eight Dormand–Prince steps a period."""
    current = PUSH * OMEGA * hbar / PHI_ZPF
    run = qs.Run(
        circuit=CIRCUIT,
        drives={"tone": qs.Sine(f"{float(current)!r} A", frequency=FREQUENCY, phase=-np.pi / 2)},
        duration=PERIODS / FREQUENCY, save_every=0.25 / FREQUENCY, dt=0.125 / FREQUENCY,
        method="gksl", nonlinearity="kerr", truncation=levels, classical=False,
        initial=initial | {"flux": 2 * PHI_ZPF * displacement},
    )  # fmt: skip
    s = compile_run(run).solve()
    v = np.asarray(s.voltage)[:, 0] / V_ZPF
    return np.asarray(s.time) * OMEGA, v, v**2 + (np.asarray(s.voltage_std)[:, 0] / V_ZPF) ** 2


def gaussian(times, alpha, number, pair):
    """The closure: third cumulants of δ = a − ⟨a⟩ vanish, fourth moments factorise (Hartree–Fock–Bogoliubov)."""
    quanta = 1 / np.expm1(hbar * OMEGA / (k_B * 0.02))

    def flow(t, y):
        a, n, m = y
        force = -PUSH * np.cos(t) * np.exp(1j * t)
        shift = KERR * a + KERR * (abs(a) ** 2 * a + 2 * n * a + m * np.conj(a))
        turn, squeeze = KERR + 2 * KERR * (abs(a) ** 2 + n), KERR * (a**2 + m)
        d_n = 2 * (squeeze * np.conj(m)).imag - KAPPA * (n - quanta)
        return [-1j * shift - KAPPA / 2 * a + 1j * force, d_n, -2j * turn * m - 1j * squeeze * (2 * n + 1) - KAPPA * m]

    start = np.array([alpha, number, pair], dtype=complex)
    a, n, m = solve_ivp(flow, (0, times[-1]), start, "DOP853", times, rtol=1e-9, atol=1e-11).y
    lab = np.exp(-1j * times)
    return 2 * (a * lab).imag, 2 * (np.abs(a) ** 2 + n.real) + 1 - 2 * ((a**2 + m) * lab**2).real


def test_a_gaussian_answer_is_wrong_for_a_cat_and_right_for_a_coherent_state():
    """⟨V²⟩ off by more than 1 % from a cat on 69 quanta, by less than 0.1 % from a coherent state of the same mean.

    Catches a Fock-space method that is Gaussian in disguise; the coherent state shows that the closure's own equations
    are the right ones.
    """
    size = 2.0
    times, v, vv = in_fock_space({"state": "cat", "alpha": size, "parity": "even"}, 8.3, 40)
    _, less = gaussian(times, 8.3, size**2 * np.tanh(size**2), size**2)
    assert np.max(np.abs(less - vv)) > 1e-2 * np.max(vv)
    fewer = in_fock_space({"state": "cat", "alpha": size, "parity": "even"}, 8.3, 34)[2]
    assert np.max(np.abs(fewer - vv)) < 1e-4 * np.max(vv)
    times, v, vv = in_fock_space({"state": "vacuum"}, 8.3, 20)
    first, second = gaussian(times, 8.3, 0.0, 0.0)
    assert np.max(np.abs(first - v)) < 1e-3 * np.max(np.abs(v))
    assert np.max(np.abs(second - vv)) < 1e-3 * np.max(vv)
    assert np.max(v) ** 2 / 4 > 60
