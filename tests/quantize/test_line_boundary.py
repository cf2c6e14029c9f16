"""A dissipator is a line: on φ, on the boundary flux F(φ), or on a coupling that moves."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

import quspike as qs
from quantize.circuits import ADAPTING, EVERYTHING, QUANTUM, near
from quspike.errors import InputError
from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.symbols import law_formulas


def bath_of(netlist: str, element: str = "MEM1") -> Bath:
    (bath,) = (b for b in qs.quantize(netlist).baths if b.element == element)
    return bath


def conductance(flux: float) -> float:
    """The adapting neuron's W(φ) by hand."""
    return 1e-5 + 9e-5 / (1 + math.exp(-(flux - 1.5e-12) / 0.4e-12))


@pytest.mark.parametrize("netlist", [ADAPTING, QUANTUM, ADAPTING.replace("m 0 model", "0 m model")])
def test_the_slope_of_the_boundary_flux_squared_is_the_conductance(netlist: str):
    """F′(φ)² = Z0 W(φ), exactly: sympy's derivative of the closed form, in 40 digits.

    Catches: a and b exchanged in G, √W without its 2, a reversed memristor's flux.
    """
    circuit = qs.quantize(netlist)
    bath, phi = circuit.baths[0], circuit.symbols["phi"]
    written = dict(circuit.definitions)
    (w,) = (right for left, right in written.items() if str(left) == "W(phi)")
    defect = (sp.diff(bath.coupling_operator, phi) ** 2 / (circuit.symbols["Z_0"] * w)).subs(circuit.values)
    for scale in (-3, -0.4, 0.2, 1, 5):
        flux = scale * circuit.circuit.element("MEM1").params["phi_s"]
        assert abs(defect.evalf(40, subs={phi: flux}) - 1) < 1e-13


@pytest.mark.parametrize("start", [0.0, 0.7e-12])
@pytest.mark.parametrize("nodes", ["m 0", "0 m"])
def test_the_boundary_flux_is_the_integral_of_the_root_of_the_conductance(start: float, nodes: str):
    """Numbers of F(φ) against quadrature of a hand-written √(Z0 W), x0 and polarity included, F(0) = 0.

    Catches: x0 forgotten, an antiderivative not taken off at the start, the sign of a reversed element.
    """
    netlist = f"C1 m 0 100fF\nMEM1 {nodes} model=sigmoid x0={start}Wb T=20mK"
    bath, sign = bath_of(netlist), 1 if nodes == "m 0" else -1
    assert bath.impedance == near(1 / conductance(start), rel=1e-12)
    for flux in (-2e-12, 0.0, 1e-12, 4e-12):
        expected, _ = quad(lambda x: math.sqrt(bath.impedance * conductance(start + sign * x * 1e-12)), 0, flux * 1e12)
        assert float(bath.boundary_flux(flux)) == pytest.approx(expected * 1e-12, rel=1e-10, abs=1e-24)


def test_the_formula_and_the_law_give_the_same_boundary_flux():
    """Two routes to F(φ): the sympy closed form, and the law's own coupling. Catches: either with other constants."""
    circuit = qs.quantize(ADAPTING)
    bath, phi = circuit.baths[0], circuit.symbols["phi"]
    for flux in (-1e-12, 0.5e-12, 3e-12):
        written = bath.coupling_operator.subs(circuit.values).evalf(30, subs={phi: flux})
        assert float(written) == near(float(bath.boundary_flux(flux)), rel=1e-11)


def test_a_law_without_a_formula_keeps_its_integral(monkeypatch: pytest.MonkeyPatch):
    """F stays √Z0 ∫√W dφ, with the right derivative. Catches: a law that cannot be quantized because it is new."""
    monkeypatch.setattr(law_formulas, "FORMULAS", {})
    circuit = qs.quantize(ADAPTING)
    phi, z = circuit.symbols["phi"], circuit.symbols["Z_0"]
    w = sp.Function("W", real=True)
    assert sp.simplify(sp.diff(circuit.baths[0].coupling_operator, phi) ** 2 - z * w(phi)) == 0
    assert "∫₀^φ" in str(circuit)
    assert "R_on" not in circuit.symbols


def test_only_the_square_of_the_boundary_flux_over_z0_counts():
    """F²/Z0 is the same whatever Z0, here the memristance at two starting points shifted to one flux.

    Catches: a Z0 that enters F with another power than ½.
    """
    first, second = (bath_of(f"C1 m 0 1fF\nMEM1 m 0 model=sigmoid x0={x0}Wb") for x0 in (0.1e-12, 2e-12))
    assert second.impedance < 0.3 * first.impedance
    step = float(first.boundary_flux(2e-12) - first.boundary_flux(1.9e-12)) ** 2 / first.impedance
    same = float(second.boundary_flux(0.1e-12) - second.boundary_flux(0.0)) ** 2 / second.impedance
    assert step == near(same, rel=1e-10)


def test_the_spectral_density_is_ohmic_or_drude():
    """J = ω/Z0 and ω ω_c²/Z0(ω² + ω_c²), as numbers and as formulas. Catches: a Drude factor without its square."""
    ohmic, drude = (qs.quantize(f"C1 m 0 1fF\nR1 m 0 2kohm T=20mK{cut}") for cut in ("", " cutoff=3e12rad/s"))
    omega, w = np.array([1e11, 3e12, 1e14]), sp.Symbol("omega", positive=True)
    for circuit, expected in ((ohmic, omega / 2e3), (drude, omega / 2e3 * 9e24 / (omega**2 + 9e24))):
        (bath,) = circuit.baths
        assert bath.spectral_density(omega) == near(expected)
        formula = sp.lambdify(w, bath.density.subs(circuit.values))
        assert formula(omega) == near(expected)


def test_the_counter_term_is_the_integral_of_the_spectral_density():
    """Σ 1/L_m = (2/π)∫ J/ω dω: ω_c/Z0 with a Drude cutoff, and without bound for an ohmic line.

    Catches: a counter-term with π/2, with ½ twice, or finite without a cutoff.
    """
    drude = bath_of(ADAPTING)
    integral, _ = quad(lambda u: drude.spectral_density(u * 1e12) / u * 1e-12, 0, math.inf, epsabs=0)
    assert drude.counter_stiffness == near(2 / math.pi * integral * 1e12, rel=1e-8)
    assert drude.comb(2e15, 4000).stiffness == near(drude.counter_stiffness, rel=2e-3)
    circuit = qs.quantize(ADAPTING)
    flux = sp.Function("F", real=True)(circuit.symbols["phi"])
    assert circuit.baths[0].counter_term == circuit.symbols["omega_c"] * flux**2 / (2 * circuit.symbols["Z_0"])
    ohmic = bath_of("C1 m 0 1fF\nR1 m 0 2kohm", "R1")
    assert math.isinf(ohmic.counter_stiffness)
    assert ohmic.comb(2e12, 100).stiffness == near(2 * 2e12 / math.pi / 2e3)


def test_the_line_starts_where_the_membrane_is():
    """φ_m(0) = F(φ(0)), φ(0) for a resistor, λ(0)φ(0) for a coupling that moves. Catches: a bath that starts at 0."""
    circuit = qs.quantize(EVERYTHING)
    start = sp.Function("phi", real=True)(0)
    shifts = {bath.element: bath.initial_shift for bath in circuit.baths}
    assert shifts["R1"] == start
    assert shifts["MEM2"] == sp.Function("F_MEM2", real=True)(start)
    assert shifts["MEM1"] == sp.Function("lamda_MEM1", real=True)(0) * start


def test_what_kind_of_coupling_each_law_has():
    """Flux laws are tied by F(φ̂); general, charge and envelope-driven ones by mean field; CA-SQUID is kinematic.

    Catches: an envelope-driven sigmoid quantized as if its memory were the flux, a warning that is missing.
    """
    kinds = {
        "model=sigmoid": ("flux", 0),
        "model=sigmoid senses=envelope": ("mean_field", 2),
        "model=hp": ("mean_field", 3),
        "model=hp window=joglekar p=1": ("mean_field", 2),
        "model=pershin_diventra": ("mean_field", 2),
        "model=casquid": ("kinematic", 2),
    }
    for keys, (kind, notes) in kinds.items():
        bath = bath_of(f"C1 m 0 1fF\nL1 m 0 1nH\nMEM1 m 0 {keys}")
        assert (bath.kind, len(bath.notes)) == (kind, notes), keys
        assert bath.moves == (kind != "flux")
        assert any("λλ̇" in note for note in bath.notes) == bath.moves


def test_a_moving_coupling_is_the_root_of_the_mean_field_conductance():
    """√(Z0 W(x, ⟨V⟩)) φ, and −(λλ̇/2Z0)φ² beside the comb. Catches: the counter-term with a plus, or without its ½."""
    circuit = qs.quantize("C1 m 0 1fF\nMEM1 m 0 model=hp T=20mK\nI1 0 m input")
    t, phi, z = circuit.symbols["t"], circuit.symbols["phi"], circuit.symbols["Z_0"]
    x, mean, strength = (sp.Function(name, real=True)(t) for name in ("x", "Vmean", "lamda"))
    w = sp.Function("W", real=True)(x, mean)
    assert sp.simplify(circuit.baths[0].coupling_operator - sp.sqrt(z * w) * phi) == 0
    assert circuit.bath_terms[1].expression == -strength * sp.Derivative(strength, t) * phi**2 / (2 * z)
    with pytest.raises(InputError, match="boundary flux"):
        circuit.baths[0].boundary_flux(1e-15)


@pytest.mark.parametrize(
    ("keys", "least", "most"),
    [
        ("model=sigmoid R_on=10kohm R_off=100kohm", 1e-5, 1e-4),
        ("model=sigmoid R_on=100kohm R_off=10kohm", 1e-5, 1e-4),
        ("model=hp", 1 / 16e3, 1e-2),
        ("model=knowm_mss", 1 / 1500, 1 / 500),
    ],
)
def test_the_memristance_goes_as_far_as_its_law_allows(keys: str, least: float, most: float):
    """Catches: a range taken at x0 alone, or with its ends exchanged."""
    assert bath_of(f"C1 m 0 1fF\nMEM1 m 0 {keys}").conductance == near((least, most))


def test_the_conductance_of_a_prescribed_loop_covers_its_period():
    """CA-SQUID: γ ∝ 1 + cos(π/2 + sin ωt) = 1 − sin(sin ωt), between 1 ∓ sin 1. Catches: its value at t = 0 only."""
    least, most = bath_of("C1 m 0 1fF\nMEM1 m 0 model=casquid").conductance
    assert most / least == near((1 + math.sin(1)) / (1 - math.sin(1)), rel=1e-3)
