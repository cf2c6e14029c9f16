"""`[save] wigner_times`: Wigner functions of the membrane, in SI, with the method's own means and widths.

QuTiP: φ = √2 φ_zpf x, q = √2 q_zpf p, dφ dq = ħ dx dp, so that W(φ, q) = W_QuTiP(x, p)/ħ.
"""

import numpy as np
import pytest
import qutip

import quspike as qs
from quspike.constants import hbar, k_B
from quspike.errors import ConvergenceError, InputError, NotAvailable
from quspike.kernel.wigner import gaussian_wigner
from quspike.methods.phase_space import Portrait, grids
from quspike.run.load import parse_run

C, L, R, T = 100e-15, 10e-9, 4e3, 100e-3
OMEGA, Z = (L * C) ** -0.5, (L / C) ** 0.5
PHI_ZPF, Q_ZPF = (hbar * Z / 2) ** 0.5, (hbar / 2 / Z) ** 0.5
ALPHA = 1.1 + 0.6j
RESONATOR = f"""
C1 m 0 {C * 1e15}fF
L1 m 0 {L * 1e9}nH
R1 m 0 {R}ohm T={T}K
"""
MEMBRANE = """
C1   m 0 100fF
MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.4pWb T=20mK cutoff=1e12rad/s
I1   0 m input
"""
NEURON = {
    "circuit": MEMBRANE,
    "neuron": qs.Neuron("m", v_threshold="20 uV", v_reset="3 uV", t_ref="2 ns", reset_std="1.2 uV"),
    "drives": {"input": qs.Step("0.6 nA", start="2 ns")},
    "duration": "8 ns",
    "save_every": "1 ns",
    "classical": False,
}


def cat_run(method, resistor=RESONATOR, times=(0.0, 0.13e-9), **settings):
    """An odd cat that turns and decays; one of the times lies between saved ones."""
    given = {"state": "cat", "alpha": ALPHA, "parity": "odd"}
    save = {"wigner_times": list(times), "covariance": True}
    run = {"circuit": resistor, "duration": "0.2 ns", "save_every": "0.1 ns", "classical": False, "initial": given}
    return qs.simulate(**run, method=method, save=save, **settings)


def cat_in_qutip(times, kappa):
    """W on (x, p) of the cat in the laboratory frame under a†a and two jumps."""
    a, occupation = qutip.destroy(40), 1 / np.expm1(hbar * OMEGA / (k_B * T))
    start = (qutip.coherent(40, ALPHA, method="analytic") - qutip.coherent(40, -ALPHA, method="analytic")).unit()
    jumps = [np.sqrt(kappa * (occupation + 1)) * a, np.sqrt(kappa * occupation) * a.dag()]
    options = {"rtol": 1e-10, "atol": 1e-12, "nsteps": 100_000}
    return qutip.mesolve(OMEGA * a.dag() * a, start.proj(), [0.0, *times], jumps, options=options).states[1:]


def held_against_qutip(ds, states, tolerance):
    assert ds.wigner.dims == ("wigner_time", "node", "flux_point", "charge_point")
    for i, state in enumerate(states):
        one = ds.isel(wigner_time=i, node=0)
        x, p = one.wigner_flux.values / (np.sqrt(2) * PHI_ZPF), one.wigner_charge.values / (np.sqrt(2) * Q_ZPF)
        peer = qutip.wigner(state, x, p).T / hbar
        np.testing.assert_allclose(one.wigner.values, peer, rtol=0, atol=tolerance / (np.pi * hbar))


def held_by_its_grid(ds):
    """∫W = 1, and its means, widths and covariance are the variables of the same time, at saved times."""
    for at in ds.wigner_time.values:
        w, then = ds.wigner.sel(wigner_time=at, node="m").values, ds.sel(time=at, method="nearest", node="m")
        assert float(then.time) == pytest.approx(at, rel=1e-12)
        phi, q = (ds[f"wigner_{name}"].sel(wigner_time=at, node="m").values for name in ("flux", "charge"))
        w = w * (phi[1] - phi[0]) * (q[1] - q[0])
        assert w.sum() == pytest.approx(1, abs=2e-7)
        dphi, dv = phi[:, None] - float(then.flux), q / C - float(then.voltage)
        std, spread = float(then.flux_variance) ** 0.5, float(then.voltage_std)
        assert (w * dphi).sum() == pytest.approx(0, abs=1e-6 * std)
        assert (w * dv).sum() == pytest.approx(0, abs=1e-6 * spread)
        assert (w * dphi**2).sum() == pytest.approx(std**2, rel=1e-5)
        assert (w * dv**2).sum() == pytest.approx(spread**2, rel=1e-5)
        cross = float(then.flux_charge_covariance) / C
        assert (w * dphi * dv).sum() == pytest.approx(cross, abs=1e-5 * std * spread)


def test_a_cat_that_turns_and_decays_is_qutips():
    """gksl, at its first time and between saved ones. Catches: √2 in a coordinate; the sign of φ or of q (the cat lies
    off both axes); the frame that rotates taken for the laboratory's, or turned the other way; W of a saved time.
    """
    ds = cat_run("gksl")
    held_against_qutip(ds, cat_in_qutip([1e-20, 0.13e-9], 1 / (R * C)), 1e-5)
    np.testing.assert_allclose(ds.time, [0, 0.1e-9, 0.2e-9], rtol=1e-12)
    assert float(ds.wigner.min()) == pytest.approx(-1 / (np.pi * hbar), rel=1e-5)
    np.testing.assert_allclose(ds.wigner_voltage, ds.wigner_charge / C, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["brownian", "heom"])
def test_a_cat_that_turns_is_qutips_in_every_method(method):
    """Nearly without losses, so that all equations are the same. Catches: as above, for a method's own state."""
    line = RESONATOR.replace(f"{R}ohm", "100Mohm cutoff=2e11rad/s")
    held_against_qutip(cat_run(method, line), cat_in_qutip([1e-20, 0.13e-9], 1 / (1e8 * C)), 1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "settings"),
    [("moments", {}), ("modes", {}), ("brownian", {"memory": "operator"}), ("moments", {"closure": "gaussian"})],
)
def test_a_state_lies_on_its_grid(method, settings):
    """A spike within, at 5.7 ns. Catches: ρ of another time than its means; q̄ that is not ⟨q⟩; a gate's charge."""
    ds = qs.simulate(
        **NEURON, method=method, save={"wigner_times": [0, 1e-9, 5e-9, 8e-9], "covariance": True}, **settings
    )
    held_by_its_grid(ds)


def test_a_membrane_that_spikes_lies_on_its_grid():
    """moments, before a spike, in its hold (v_reset, reset_std) and after. Catches: a width for a variance."""
    times = [0.0, 5e-9, 7e-9, 8e-9]
    ds = qs.simulate(**NEURON, method="moments", save={"wigner_times": times, "covariance": True})
    held_by_its_grid(ds)
    assert 5e-9 < float(ds.spike_time[0]) < 7e-9
    held = ds.wigner.sel(wigner_time=7e-9, node="m").sum("flux_point")
    v = ds.wigner_voltage.sel(wigner_time=7e-9, node="m")
    assert float(v[int(held.values.argmax())]) == pytest.approx(3e-6, rel=1e-9)
    assert float((held * (v - 3e-6) ** 2).sum() / held.sum()) == pytest.approx(1.2e-6**2, rel=1e-5)
    assert float(ds.wigner.min()) >= 0


def test_a_grid_that_does_not_hold_its_state_is_an_error():
    """Flux and charge all but one: no grid of 513 points resolves the ridge. Catches: a W that is silently wrong."""
    covariance = np.array([[1.0, 1 - 1e-7], [1 - 1e-7, 1.0]])
    thin = Portrait(lambda phi, q: gaussian_wigner(phi, q, covariance), covariance)
    with pytest.raises(ConvergenceError, match=r"wigner_times.*3e-09 s.*513 points"):
        grids([thin], np.array([3e-9]))


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"save": {"wigner_times": ["9 ns"]}}, InputError, "must be ≤ duration, 8 ns"),
        ({"save": {"wigner_times": ["1 ns", "1 ns"]}}, InputError, "each once"),
        ({"save": {"wigner_times": "1 ns"}}, InputError, "must be a list"),
        ({"save": {"wigner_times": ["-1 ns"]}}, InputError, "≥ 0 s"),
        ({"method": "classical"}, InputError, "a point of phase space"),
        ({"method": "modes", "memory": "operator"}, NotAvailable, "brownian and heom"),
        ({"circuit": MEMBRANE + "C2 n 0 10fF\nR2 n m 1kohm T=20mK"}, NotAvailable, "several nodes"),
    ],
)
def test_what_has_no_wigner_function_is_refused_by_name(changes, error, words):
    """Catches: a key that is ignored; a traceback from within a solver."""
    given = NEURON | {"method": "moments", "save": {"wigner_times": ["1 ns"]}} | changes
    with pytest.raises(error, match=words) as caught:
        qs.simulate(**given)
    assert "wigner_times" in str(caught.value)


def test_a_run_file_keeps_its_wigner_times():
    """In order, bit for bit. Catches: times without units in what is written; a list that is left as it came."""
    run = qs.Run(**NEURON, save={"wigner_times": ["3 ns", 1e-9 / 3]})
    assert run.save.wigner_times == (1e-9 / 3, 3e-9)
    assert parse_run(run.to_toml()).save == run.save
    with pytest.raises(InputError, match="unit"):
        parse_run(run.to_toml().replace('"3e-09 s"', "3e-9"))
