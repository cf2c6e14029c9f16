"""The measures of a loop against curves whose areas and lengths are known."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.constants import e
from scipy.integrate import quad

from quspike.analysis.loop import measure_loop
from quspike.analysis.simple_loops import enclosed_area, signed_area, simple_loops
from quspike.errors import InputError
from quspike.memristors import casquid, get_law

T = np.linspace(0.0, 2 * np.pi, 2001)


def test_lobes_of_opposite_circulation_do_not_cancel():
    """V = sin t, I = sin 2t: 4/3 a lobe, 8/3 together. Catches: the area of the whole curve at once, which is 0."""
    m = measure_loop(np.sin(T), np.sin(2 * T))
    assert m.scaled_area == pytest.approx(8 / 3, rel=1e-5)
    assert [lobe.scaled_area for lobe in m.lobes] == pytest.approx([4 / 3, 4 / 3], rel=1e-5)
    assert [(lobe.side, lobe.circulation) for lobe in m.lobes] == [(1, -1), (-1, 1)]
    assert m.crossing == "transversal"


def test_a_lobe_that_crosses_itself_counts_both_its_parts():
    """I = sin t + 0.3 sin 4t encloses ∫₀^{π/2} 0.6|sin 4t| cos t dt a lobe. Catches: areas cut at V = 0 only."""
    m = measure_loop(np.sin(T), np.sin(T) + 0.3 * np.sin(4 * T), voltage_scale=1.0, current_scale=1.0)
    exact = quad(lambda t: 0.6 * abs(np.sin(4 * t)) * np.cos(t), 0, np.pi / 2, points=[np.pi / 4])[0]
    assert m.scaled_area == pytest.approx(2 * exact, rel=2e-5)


def test_simple_loops_of_a_lissajous_figure():
    """x = sin(2t + 0.1), y = sin 3t. Catches: a crossing met twice, a part dropped: both change the signed sum."""
    corners = np.stack([np.sin(2 * T + 0.1), np.sin(3 * T)], axis=1)[:-1]
    loops = [loop for loop in simple_loops(corners) if abs(signed_area(loop)) > 1e-9]
    assert len(loops) == 4
    assert sum(signed_area(loop) for loop in loops) == pytest.approx(signed_area(corners), abs=1e-9)
    assert enclosed_area(corners) > 10 * abs(signed_area(corners))
    for loop in loops:  # none crosses itself again
        assert len([part for part in simple_loops(loop) if abs(signed_area(part)) > 1e-9]) == 1


@pytest.mark.parametrize("slope", [1.0, -0.7])
def test_a_resistor_has_no_hysteresis(slope: float):
    """I = V/R traced forth and back. Catches: rounding taken for a circulation."""
    m = measure_loop(27e-6 * np.sin(T), slope * 1e-9 * np.sin(T))
    assert m.scaled_area < 1e-13
    assert m.form_factor < 1e-13
    assert m.pinch_residual < 1e-13
    assert m.crossing == "none"
    assert {lobe.circulation for lobe in m.lobes} == {0}


def test_form_factor_of_one_circle_and_of_two():
    """1 for a circle, ½ for two equal ones that touch in the origin. Catches: π/4 for 4π, a perimeter in SI units."""
    one = measure_loop(2 + np.cos(T), np.sin(T), voltage_scale=1.0, current_scale=1.0)
    assert one.form_factor == pytest.approx(1.0, rel=1e-5)
    assert one.pinch_residual is None
    right, left = (1 - np.cos(T), np.sin(T)), (np.cos(T) - 1, np.sin(T))
    both = np.concatenate([np.stack(right), np.stack(left)[:, 1:]], axis=1)
    two = measure_loop(*both, voltage_scale=1.0, current_scale=1.0)
    assert two.form_factor == pytest.approx(0.5, rel=1e-5)
    assert two.crossing == "transversal"


def test_equal_circulations_are_told_from_a_crossing():
    """Two circles run in the same sense touch in the origin without crossing. Catches: the sign of a lobe lost."""
    right, left = (1 - np.cos(T), np.sin(T)), (np.cos(T) - 1, -np.sin(T))
    m = measure_loop(*np.concatenate([np.stack(right), np.stack(left)[:, 1:]], axis=1))
    assert m.crossing == "tangential"


def test_pinch_residual_of_a_capacitor_beside_a_resistor():
    """I = sin t + b cos t has |I(V = 0)| = b on a swing 2√(1 + b²). Catches: max |I| for the swing, a zero missed."""
    b = 0.2
    m = measure_loop(np.sin(T), np.sin(T) + b * np.cos(T))
    assert m.pinch_residual == pytest.approx(b / (2 * np.sqrt(1 + b**2)), rel=1e-5)


def test_a_trace_may_begin_anywhere():
    """The same eight, begun within a lobe. Catches: a lobe cut in two where the trace happens to begin."""
    turned = np.roll(T[:-1], 300)
    turned = np.append(turned, turned[0])
    m = measure_loop(np.sin(turned), np.sin(2 * turned))
    assert m.scaled_area == pytest.approx(8 / 3, rel=1e-4)
    assert len(m.lobes) == 2


@pytest.mark.parametrize(("alpha", "form_factor"), [(1.0, 0.00950), (10.0, 0.09168), (50.0, 0.29697), (100.0, 0.31790)])
def test_form_factor_of_the_ca_squid(alpha: float, form_factor: float):
    """Every published digit of Salmilehto et al. (2017), from their 500 samples between zeros of V.

    The loop is kinematic: γ(t) is prescribed, and nothing that the circuit does changes it. The samples leave the ends
    open; closed in the origin, the curves themselves have 0.00946, 0.09124, 0.29590, 0.31714.
    Catches: a factor 2 in the area, current axes scaled by their own α, the perimeter of one lobe.
    """
    law = get_law("casquid")
    p = law.resolve({"alpha": alpha})
    voltage, current = _first_loop(p)
    v0 = np.max(np.abs(voltage))
    i0 = v0 * casquid.capacitance(p) * 100.0 * float(casquid.bare_rate(p))
    assert measure_loop(voltage, current, voltage_scale=v0, current_scale=i0).form_factor == pytest.approx(
        form_factor, abs=5e-6
    )


def _first_loop(p) -> tuple[np.ndarray, np.ndarray]:
    """The samples between the first and the third zero of V, of five periods of 2500; ∫γ by quadrature."""
    omega, capacitance = casquid.angular_frequency(p), casquid.capacitance(p)
    rate = float(casquid.bare_rate(p)) * float(p["alpha"])
    t = np.linspace(0.0, 5 * 2 * np.pi / omega, 2500)
    gamma = rate * (1 - np.sin(np.sin(omega * t)))
    steps = [quad(lambda s: rate * (1 - np.sin(np.sin(omega * s))), a, b)[0] for a, b in pairwise(t)]
    a = -0.5j * np.exp(-1j * omega * t - 0.5 * np.concatenate([[0.0], np.cumsum(steps)]))
    voltage = -2.0 * e / capacitance * a.imag / (2.0 * casquid.zero_point_phase(p))
    zeros = np.flatnonzero(np.diff(np.sign(voltage)))
    loop = slice(zeros[0] + 1, zeros[2] + 1)
    assert len(voltage[loop]) == 500
    return voltage[loop], gamma[loop] * capacitance * voltage[loop]


def test_a_trace_that_does_not_move_is_refused():
    with pytest.raises(InputError, match="voltage must be finite and move"):
        measure_loop(np.zeros(10), np.ones(10))
