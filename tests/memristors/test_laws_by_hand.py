"""Each law at points worked out on paper."""

from typing import Any

import pytest

from quspike.memristors import get_law

# (model, options, parameters, x, V, W, dx/dt)
BY_HAND: list[tuple[str, dict, dict, float, float, float | None, float | None]] = [
    # R = 100·0.25 + 16000·0.75 = 12025; k = 1e-14·100/1e-16 = 1e4; dx/dt = 1e4·2/12025
    ("hp", {}, {}, 0.25, 2.0, 1 / 12025, 1.6632016632016633),
    ("hp", {"window": "joglekar"}, {"p": 1.0}, 0.25, -2.0, 1 / 12025, -1.2474012474012475),  # f = 1 − 0.25
    ("hp", {"window": "biolek"}, {"p": 1.0}, 0.25, -2.0, 1 / 12025, -0.7276507276507276),  # f = 1 − 0.5625
    ("hp", {"window": "biolek"}, {"p": 1.0}, 0.25, 2.0, 1 / 12025, 1.5592515592515592),  # f = 1 − 0.0625
    # R = 50 + 950·0.25; 5e-4/3e-9 = 166666.67 a second at twice the threshold, half of it at 1.5 times
    ("vteam", {}, {}, 0.25, 0.04, 1 / 287.5, 5e5 / 3),
    ("vteam", {}, {}, 0.25, 0.03, 1 / 287.5, 2.5e5 / 3),
    ("vteam", {}, {"alpha_off": 2.0}, 0.25, 0.03, None, 1.25e5 / 3),
    ("vteam", {}, {}, 0.25, 0.01, None, 0.0),
    ("vteam", {}, {}, 0.25, -0.1, None, 0.0),
    ("vteam", {}, {}, 0.25, -0.4, None, -1e10 / 3),
    ("vteam", {}, {}, 0.25, -0.3, None, -1.25e9 / 3),  # 0.5³ of it
    ("vteam", {"resistance": "exponential"}, {}, 0.25, 0.04, 1 / 105.73712634405642, 5e5 / 3),  # 50·20^¼
    ("vteam", {"window": "kvatinsky"}, {}, 0.9, 0.04, None, 0.36787944117144233 * 5e5 / 3),
    ("vteam", {"window": "kvatinsky"}, {}, 0.1, -0.4, None, -0.36787944117144233 * 1e10 / 3),
    # I = 0.17·0.5·sinh(0.1) = 0.008514173759927; 4000(e^0.5 − e^0.16) = 1900.841599; 4000(e^0.5 − e^0.15) = 1947.548112
    ("yakopcic", {}, {}, 0.5, 2.0, 0.0042570868799635, None),
    ("yakopcic", {}, {"b": 1.0}, 0.5, 5e-4, 0.085 * (1 + 2.5e-7 / 6), None),  # sinh(u)/u = 1 + u²/6 + …
    ("yakopcic", {}, {"a2": 0.34}, 0.5, -2.0, 0.008514173759927, None),
    ("yakopcic", {}, {}, 0.5, 0.0, 0.17 * 0.5 * 0.05, 0.0),
    ("yakopcic", {}, {}, 0.11, 0.5, None, 1900.841599),
    ("yakopcic", {}, {}, 0.65, 0.5, None, 1900.841599 * 0.3523440449),  # e^{−0.35}·½
    ("yakopcic", {}, {}, 0.8, -0.5, None, -1947.548112),
    ("yakopcic", {}, {}, 0.25, -0.5, None, -1947.548112 * 0.1432523984),  # e^{−1.25}·½
    ("yakopcic", {}, {"x_n": 0.3}, 0.8, -0.5, None, -1947.548112),
    ("yakopcic", {}, {"x_n": 0.3}, 0.35, -0.5, None, -1947.548112 * 0.08688697173),  # e^{−1.75}·½
    ("yakopcic", {}, {}, 0.25, 0.1, None, 0.0),
    ("yakopcic", {}, {"eta": -1.0}, 0.8, 0.5, None, -1900.841599),
    ("yakopcic", {}, {"eta": -1.0}, 0.25, 0.5, None, -1900.841599 * 0.1432523984),
    # slope α up to V_t, β beyond: 1·1 + 3·1 = 4
    ("pershin_diventra", {}, {"alpha": 1.0, "beta": 3.0, "V_t": 1.0}, 2000.0, 2.0, 1 / 2000, 4.0),
    ("pershin_diventra", {}, {"alpha": 1.0, "beta": 3.0, "V_t": 1.0}, 2000.0, 0.5, 1 / 2000, 0.5),
    ("pershin_diventra", {}, {"alpha": 1.0, "beta": 3.0, "V_t": 1.0}, 2000.0, -2.0, 1 / 2000, -4.0),
    # V_T = 0.27/ln 3: s(0) = 1/2, s(−V_on) = 1/4, s(2V_off) = 9/10
    ("knowm_mss", {}, {"V_T": 0.2457645911892461}, 0.25, 0.0, 1e-3, 1250.0),
    ("knowm_mss", {}, {"V_T": 0.2457645911892461}, 0.25, 0.27, 1e-3, 3500.0),  # (½·¾ − 0.1·¼)/τ
    ("knowm_mss", {}, {"V_T": 0.2457645911892461}, 0.25, -0.27, 1e-3, -500.0),  # (0.1·¾ − ½·¼)/τ
    # y = ln 3: σ = 3/4, W = 1e-5 + 9e-5·¾
    ("sigmoid", {}, {"phi_c": 1e-12, "phi_s": 1e-12}, 1e-12 * 2.09861228866811, 3e-5, 7.75e-5, 3e-5),
]


@pytest.mark.parametrize(("model", "options", "given", "x", "v", "conductance", "rate"), BY_HAND)
def test_law_has_the_value_worked_out_by_hand(
    model: str, options: dict, given: dict, x: float, v: float, conductance: Any, rate: Any
) -> None:
    """Catches: R_on and R_off swapped, a lost D, V_n for −V_n, x_n for 1 − x_n, β for α, a sign of V_off, a lost η."""
    law = get_law(model, **options)
    p = law.resolve(given)
    if conductance is not None:
        assert float(law.conductance(x, v, p)) == pytest.approx(conductance, rel=1e-9, abs=0.0)
        assert float(law.memristance(x, v, p)) == pytest.approx(1 / conductance, rel=1e-9)
    if rate is not None:
        assert float(law.rate(x, v, p)) == pytest.approx(rate, rel=1e-9, abs=1e-12)


def test_knowm_thermal_voltage_is_that_of_300_kelvin() -> None:
    """Catches: a temperature given where the voltage kT/e is meant. 1.380649e-23·300/1.602176634e-19."""
    assert get_law("knowm_mss").defaults()["V_T"] == pytest.approx(0.025851999786435535, rel=1e-12)
