"""Each window at points worked out on paper: published copies of these formulas hold bracket and sign errors."""

import math

import pytest

from quspike.memristors.windows import WINDOWS

UP, DOWN = 1.0, -1.0  # drive towards x = 1, towards x = 0

BY_HAND = [
    ("none", 0.3, UP, {}, 1.0),
    ("joglekar", 0.3, UP, {"p": 1.0}, 0.84),  # 1 − (−0.4)²
    ("joglekar", 0.3, UP, {"p": 2.0}, 0.9744),  # 1 − (−0.4)⁴
    ("joglekar", 0.3, DOWN, {"p": 2.0}, 0.9744),
    ("joglekar", 0.9, UP, {"p": 1.0}, 0.36),  # 1 − 0.8²
    ("joglekar", 0.5, UP, {"p": 3.0}, 1.0),
    ("joglekar", 0.0, UP, {"p": 2.0}, 0.0),
    ("joglekar", 1.0, DOWN, {"p": 2.0}, 0.0),
    ("biolek", 0.3, UP, {"p": 1.0}, 0.91),  # stp(−i) = 0: 1 − 0.3²
    ("biolek", 0.3, DOWN, {"p": 1.0}, 0.51),  # stp(−i) = 1: 1 − (−0.7)²
    ("biolek", 0.3, UP, {"p": 2.0}, 0.9919),
    ("biolek", 0.3, DOWN, {"p": 2.0}, 0.7599),
    ("biolek", 1.0, UP, {"p": 2.0}, 0.0),
    ("biolek", 1.0, DOWN, {"p": 2.0}, 1.0),
    ("biolek", 0.0, DOWN, {"p": 2.0}, 0.0),
    ("biolek", 0.0, UP, {"p": 2.0}, 1.0),
    ("prodromakis", 0.3, UP, {"p": 1.0, "j": 1.0}, 0.21),  # 1 − (0.04 + 0.75)
    ("prodromakis", 0.3, UP, {"p": 2.0, "j": 1.0}, 0.3759),  # 1 − 0.79²
    ("prodromakis", 0.3, DOWN, {"p": 2.0, "j": 2.0}, 0.7518),
    ("prodromakis", 0.5, UP, {"p": 1.0, "j": 1.0}, 0.25),
    ("prodromakis", 0.0, UP, {"p": 3.0, "j": 1.0}, 0.0),
    ("prodromakis", 1.0, UP, {"p": 3.0, "j": 1.0}, 0.0),
    ("kvatinsky", 0.9, UP, {"a_off": 0.9, "a_on": 0.1, "w_c": 0.02}, 0.36787944117144233),  # exp(−e⁰)
    ("kvatinsky", 0.92, UP, {"a_off": 0.9, "a_on": 0.1, "w_c": 0.02}, 0.06598803584531254),  # exp(−e¹)
    ("kvatinsky", 0.92, DOWN, {"a_off": 0.9, "a_on": 0.1, "w_c": 0.02}, 1.0),
    ("kvatinsky", 0.1, DOWN, {"a_off": 0.9, "a_on": 0.1, "w_c": 0.02}, 0.36787944117144233),
    ("kvatinsky", 0.08, DOWN, {"a_off": 0.9, "a_on": 0.1, "w_c": 0.02}, 0.06598803584531254),
    ("kvatinsky", 0.08, UP, {"a_off": 0.9, "a_on": 0.1, "w_c": 0.02}, 1.0),
]


@pytest.mark.parametrize(("name", "x", "drive", "p", "value"), BY_HAND)
def test_window_has_the_value_worked_out_by_hand(name: str, x: float, drive: float, p: dict, value: float) -> None:
    """Catches: the 2 of 2p lost, stp(i) for stp(−i), (x − ½) squared outside its bracket, a_on and a_off swapped."""
    assert float(WINDOWS[name](x, drive, p)) == pytest.approx(value, rel=1e-12, abs=1e-14)


def test_prodromakis_takes_a_real_exponent() -> None:
    """Catches: an exponent rounded to an integer. 1 − √0.75 at the centre."""
    assert float(WINDOWS["prodromakis"](0.5, UP, {"p": 0.5, "j": 1.0})) == pytest.approx(
        1.0 - math.sqrt(0.75), rel=1e-12
    )


def test_narrow_kvatinsky_window_shuts_without_nan() -> None:
    """Catches: e^{(x − a_off)/w_c} left to overflow, which makes the gradient 0·∞."""
    import jax

    p = {"a_off": 0.5, "a_on": 0.1, "w_c": 1e-4}
    value, slope = jax.value_and_grad(lambda x: WINDOWS["kvatinsky"](x, UP, p))(0.9)
    assert (float(value), float(slope)) == (0.0, 0.0)
