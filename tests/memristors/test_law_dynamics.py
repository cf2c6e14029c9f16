"""Laws integrated in time against their closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from quspike.memristors import get_law
from quspike.memristors.hp import drift, memory_at_charge, memristance_at_flux

TIGHT = {"rtol": 1e-11, "atol": 1e-14, "method": "DOP853"}


def _driven(law, p, x0, voltage, duration):
    """(x, q) after `duration` under V(t), by an integrator that is not quspike's."""

    derivative = jax.jit(lambda x, v: jnp.stack([law.rate(x, v, p), law.conductance(x, v, p) * v]))

    def rhs(t, state):
        return np.asarray(derivative(state[0], voltage(t)))

    return solve_ivp(rhs, (0.0, duration), [x0, 0.0], **TIGHT).y[:, -1]


def test_hp_without_window_follows_its_flux() -> None:
    """M(φ) = √(R0² − 2ΔR k φ). Catches: R_off for ΔR in the closed form, a factor 2 in k."""
    law = get_law("hp")
    p = law.defaults()
    x, _ = _driven(law, p, 0.1, lambda t: 1.5 * np.sin(7.0 * t), 0.4)
    flux = 1.5 / 7.0 * (1.0 - np.cos(2.8))
    expected = np.sqrt(14410.0**2 - 2.0 * 15900.0 * 1e4 * flux)  # R0 = 10 + 14400, k = 1e4/C
    assert float(law.memristance(x, 0.0, p)) == pytest.approx(expected, rel=1e-9)
    assert float(memristance_at_flux(flux, 0.1, p)) == pytest.approx(expected, rel=1e-12)


def test_hp_with_joglekar_window_follows_its_charge() -> None:
    """x/(1 − x) = x0/(1 − x0) e^{4kq}. Catches: a window without its 2x − 1, a 4 lost in the closed form."""
    law = get_law("hp", "joglekar")
    p = law.defaults()
    x, charge = _driven(law, p, 0.2, lambda t: 0.7 * np.sin(3.0 * t), 0.9)
    assert 0.1 < charge * 1e4 < 2.0  # the state has moved
    assert x / (1.0 - x) == pytest.approx(0.25 * np.exp(4.0 * 1e4 * charge), rel=1e-9)
    assert float(memory_at_charge(charge, 0.2, p)) == pytest.approx(x, rel=1e-9)
    assert float(drift(p)) == pytest.approx(1e4)


def test_biolek_leaves_the_end_where_joglekar_stays() -> None:
    """Catches: a window that is shut in both directions at an end (the terminal-state problem)."""
    at_end, back = 1.0, -1.0
    biolek, joglekar = get_law("hp", "biolek"), get_law("hp", "joglekar")
    assert float(biolek.rate(at_end, back, biolek.defaults())) < 0.0
    assert float(joglekar.rate(at_end, back, joglekar.defaults())) == 0.0


def test_knowm_relaxes_to_the_steady_state_of_its_switches() -> None:
    """x∞ = P_on/(P_on + P_off) under a constant voltage. Catches: P_off taken as s(V + V_off)."""
    law = get_law("knowm_mss")
    p = law.defaults()
    on, off = 1 / (1 + np.exp(-0.03 / p["V_T"])), 1 / (1 + np.exp(0.57 / p["V_T"]))
    x, _ = _driven(law, p, 0.0, lambda t: 0.3, 30 * p["tau"])
    assert x == pytest.approx(on / (on + off), rel=1e-9)


@pytest.mark.parametrize("given", [{}, {"R_on": 200e3}, {"R_on": 100e3}, {"phi_s": 2.58e-16, "phi_c": 2.58e-16}])
@pytest.mark.parametrize("flux", [-40.0, -3.0, -0.1, 1e-3, 0.7, 4.0, 60.0])
def test_coupling_is_the_integral_of_the_root_of_the_conductance(given: dict, flux: float) -> None:
    """F(φ) = ∫√W dφ by quadrature. Catches: u − a written with the wrong end, ln 2 for 2 ln, a lost φ_s."""
    law = get_law("sigmoid")
    p = law.resolve(given)
    phi = flux * p["phi_s"]

    def root(s):
        y = (s * p["phi_s"] - p["phi_c"]) / p["phi_s"]
        return np.sqrt(1 / p["R_off"] + (1 / p["R_on"] - 1 / p["R_off"]) / (1 + np.exp(-y)))

    knee = [s for s in (p["phi_c"] / p["phi_s"],) if min(0, flux) < s < max(0, flux)]
    expected = p["phi_s"] * quad(root, 0.0, flux, epsabs=0.0, epsrel=1e-12, points=knee or None)[0]
    assert float(law.coupling(phi, p)) == pytest.approx(expected, rel=1e-10, abs=0.0)


def test_coupling_slope_squared_is_the_conductance() -> None:
    """F′² = W, also deep in both saturated ends. Catches: cancellation of u − a at large negative flux."""
    law = get_law("sigmoid")
    p = law.defaults()
    phi = jnp.linspace(-40e-12, 40e-12, 101)
    slope = jax.jit(jax.vmap(jax.grad(law.coupling), in_axes=(0, None)))(phi, p)
    np.testing.assert_allclose(slope**2, law.conductance(phi, 0.0, p), rtol=1e-9)
