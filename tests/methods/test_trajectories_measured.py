"""Measured trajectories that stay pure: against the density matrices that they unravel, and closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

import quspike as qs
from quspike.constants import hbar, k_B
from quspike.errors import InputError, NotAvailable
from quspike.kernel import diffusive_pure
from quspike.kernel.diffusive import points
from quspike.kernel.hermite_grid import hermite_grid
from quspike.run.compile import compile_run
from trajectory_neurons import KAPPA, LEAKING, OMEGA, QUANTA, C, deviation, diagnostics, ensemble, quanta

REMEMBERING = """
C1 m 0 100fF
L1 m 0 10nH
MEM1 m 0 model=sigmoid R_on=3kohm R_off=15kohm phi_c=0.2fWb phi_s=0.3fWb T=150mK
I1 0 m tone"""
MEASURED = {
    "memory": "measured", "measurement": {"strength": "3e8/s", "efficiency": 0.6},
    "drives": {"tone": qs.Sine("3 nA", frequency="5.03 GHz")}, "duration": "1.5 ns", "save_every": "0.5 ns",
    "save": {"covariance": True, "record": True}, "truncation": 20, "trajectories": 400, "classical": False,
}  # fmt: skip


def test_a_look_dephases_on_average_and_its_record_scatters_by_what_it_reads():
    """E|ψ⟩⟨ψ| = ρ(x,x′)e^{−kh(x−x′)²}, Var y = h/8kη + h²Var X, E yX_after = h⟨X²⟩; 40,000 looks, 4.5 standard errors.

    Catches: k of the record alone in ψ, which would be impure; noise of the whole information in a part of the record.
    """
    levels, k, h, efficiency, count = 6, 0.7, 0.05, 0.3, 40_000
    psi = np.array([0.6, 0.5, -0.3, 0.2, 0.1, 0.05], complex)
    psi = psi / np.linalg.norm(psi)
    normals = jax.random.normal(jax.random.key(1), (count, diffusive_pure.NOISES))
    seen = jax.vmap(lambda n: diffusive_pure.look(jnp.asarray(psi), 0.0, k, efficiency, h, n))(normals)
    x, basis = points(levels), hermite_grid(levels).transform
    at = np.asarray(seen.psi) @ basis.T
    products = np.einsum("ki,kj->kij", at, at.conj())
    before = basis @ psi
    exact = np.outer(before, before.conj()) * np.exp(-k * h * np.subtract.outer(x, x) ** 2)
    error = products.std(axis=0) / np.sqrt(count)
    assert np.all(np.abs(products.mean(axis=0) - exact) < 4.5 * error + (k * h) ** 2 * 0.05)
    mean, square = np.sum(np.abs(before) ** 2 * x), np.sum(np.abs(before) ** 2 * x**2)
    record = np.asarray(seen.record)
    scatter = h / (8 * k * efficiency) + h**2 * (square - mean**2)
    assert record.mean() == pytest.approx(mean * h, abs=4.5 * np.sqrt(scatter / count))
    assert record.var() == pytest.approx(scatter, rel=4.5 * np.sqrt(2 / count))
    told = record * (np.abs(at) ** 2 @ x)
    assert told.mean() == pytest.approx(h * square, abs=4.5 * told.std() / np.sqrt(count))


@pytest.mark.parametrize(
    ("changes", "word", "error"),
    [
        ({"unravelling": "jump"}, "diffusion", InputError),
        ({"parent": "brownian"}, "gksl", NotAvailable),
        ({"save": {"states": True}}, "states", NotAvailable),
        ({"measurement": {"strength": "3e8/s", "efficiency": 0.0}}, "efficiency", InputError),
    ],
)
def test_what_has_no_pure_conditional_state_is_refused_by_name(changes, word, error):
    """Catches: counters beside a record, which would be unravelled as if nobody read it."""
    given = {"method": "trajectories", "unravelling": "diffusion", "circuit": REMEMBERING, **MEASURED}
    with pytest.raises(error, match=word):
        compile_run(qs.Run(**given | changes))


@pytest.mark.slow
@pytest.mark.parametrize(("strength", "efficiency"), [("3e8/s", 1.0), ("3e8/s", 0.05), ("1e3/s", 1.0)])
def test_back_action_heats_whoever_reads_the_record(strength, efficiency):
    """⟨n⟩ = n̄ + (n0 − n̄)e^{−κt} + (2kV_zpf²/κ)(1 − e^{−κt}) at any η, n̄ alone as k → 0; D_record·D_φ on its bound.

    Catches: heating of the read share alone; kV² for 2kV².
    """
    ds = ensemble(
        LEAKING, memory="measured", measurement={"strength": strength, "efficiency": efficiency},
        unravelling="diffusion", duration="2 ns", save_every="1 ns", trajectories=800, truncation=24,
        initial={"state": "fock", "n": 1}, save={"covariance": True}, seed=3,
    )  # fmt: skip
    fade, rate = np.exp(-KAPPA * ds.time.values), float(strength[:3])
    exact = QUANTA + (1 - QUANTA) * fade + 2 * rate / KAPPA * (1 - fade)
    assert np.abs(deviation(quanta(ds), exact)[1:]).max() < 4
    assert diagnostics(ds)["diffusions_over_bound"] == pytest.approx(1, rel=1e-9)
    pure = ds.flux_variance * ds.charge_variance - ds.flux_charge_covariance**2
    heisenberg = (6.62607015e-34 / (4 * np.pi)) ** 2
    assert float(pure[:, -1].median()) < 1.2 * heisenberg  # heterodyne detection squeezes every state to a coherent one


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::quspike.errors.ValidityWarning")  # κ/ω0 above 0.1
@pytest.mark.parametrize("spiking", [False, True])
def test_an_ensemble_is_that_of_the_conditional_density_matrices(spiking):
    """Memories, records and spikes on the record in distribution, p > 1e-3 over the number of comparisons; ⟨V⟩, ⟨V²⟩.

    Catches: a memory that sees what the record has lost; a drawn first state whose mean the record is told.
    """
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="22 uV", t_ref="0.2 ns", spike="record",
                       record={"filter": "0.3 ns"})  # fmt: skip
    settings = MEASURED | ({"neuron": neuron} if spiking else {})
    parent = qs.simulate(REMEMBERING, method="gksl", seed=1, **settings)
    ds = ensemble(REMEMBERING, unravelling="diffusion", seed=2, **settings)
    pairs = [(s[name].values[:, t, 0]) for name in ("memory", "record") for t in (1, 3) for s in (parent, ds)]
    pairs += [s.spike_count.values[:, 0] for s in (parent, ds)] if spiking else []
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        assert stats.ks_2samp(one, other).pvalue > 1e-3 / (len(pairs) // 2)
    for power in (1, 2):
        moments = [s.voltage.values[..., 0] ** power for s in (parent, ds)]
        if power == 2:
            moments = [m + s.voltage_std.values[..., 0] ** 2 for m, s in zip(moments, (parent, ds), strict=True)]
        error = np.sqrt(sum(m.var(axis=0) / len(m) for m in moments))
        assert np.all(np.abs(moments[0].mean(axis=0) - moments[1].mean(axis=0))[1:] < 4 * error[1:])


@pytest.mark.slow
def test_a_mean_field_memory_follows_its_own_pure_state_and_no_record():
    """⟨W⟩ = ∫ 2u e^{−u²} W̄(√n̄ u) du of a warm, undriven resonator whose record tells nothing: W̄(A) averaged over the
    carrier, |α| drawn by what nobody reads. With one ρ a record, as in `gksl`, it is W(0).

    Catches: a memory that the record, or the ensemble, drives; a first state that is drawn too narrow.
    """
    quanta, low, high, middle, width = 1 / np.expm1(hbar * OMEGA / (k_B * 0.5)), 1 / 12e3, 1 / 3e3, 0.5e-15, 0.1e-15
    neuron = qs.Neuron(
        "m", membrane="envelope", v_threshold="1 V", t_ref="1 ns", spike="record", record={"filter": "0.2 ns"}
    )
    law = f"sigmoid R_on=3kohm R_off=12kohm phi_c={middle}Wb phi_s={width}Wb"
    settings = {
        "circuit": f"C1 m 0 100fF\nL1 m 0 10nH\nMEM1 m 0 model={law} T=0.5K\nI1 0 m 0A", "neuron": neuron,
        "measurement": {"strength": "1e3/s"}, "duration": "20 ps", "save_every": "10 ps", "dt": "5 ps",
        "truncation": 12, "classical": False,
    }  # fmt: skip
    theta, zero_point = (np.arange(64) + 0.5) * np.pi / 64, np.sqrt(hbar / (2 * OMEGA * C))

    def conductance(size):
        flux = 2 * zero_point * size * np.cos(theta)
        return np.mean(2 * np.sin(theta) ** 2 * (low + (high - low) / (1 + np.exp(-(flux - middle) / width))))

    exact = quad(lambda u: 2 * u * np.exp(-(u**2)) * conductance(np.sqrt(quanta) * u), 0, 8)[0]
    pure = compile_run(qs.Run(method="trajectories", unravelling="diffusion", trajectories=2000, **settings)).solve()
    w = 1 / np.asarray(pure.memristance)[:, -1, 0]
    error = w.std() / np.sqrt(len(w))
    assert abs(w.mean() - exact) < 4 * error < 0.2 * (exact - conductance(0.0))
    mixed = compile_run(qs.Run(method="gksl", trajectories=2, **settings)).solve()
    np.testing.assert_allclose(1 / mixed.memristance, conductance(0.0), rtol=1e-3)


@pytest.mark.slow
def test_a_junction_s_ensemble_is_that_of_the_conditional_density_matrices():
    """The whole cosine, from a cat: distribution of the record and spread of ⟨V⟩. Catches: a junction left out."""
    circuit = "C1 m 0 100fF\nL1 m 0 13.333nH\nJJ1 m 0 Lj=40nH\nR1 m 0 10kohm T=50mK"
    settings = {
        "memory": "measured", "measurement": {"strength": "5e8/s", "efficiency": 0.9}, "duration": "0.4 ns",
        "initial": {"state": "cat", "alpha": 1.2j, "parity": "odd"}, "save_every": "0.2 ns", "truncation": 37,
        "save": {"record": True}, "trajectories": 120, "classical": False,
    }  # fmt: skip
    parent = qs.simulate(circuit, method="gksl", seed=1, **settings)
    ds = ensemble(circuit, unravelling="diffusion", seed=2, **settings)
    assert stats.ks_2samp(parent.record.values[:, -1, 0], ds.record.values[:, -1, 0]).pvalue > 1e-3
    squares = [s.voltage.values[:, -1, 0] ** 2 + s.voltage_std.values[:, -1, 0] ** 2 for s in (parent, ds)]
    error = np.sqrt(sum(m.var() / len(m) for m in squares))
    assert abs(squares[0].mean() - squares[1].mean()) < 4 * error
