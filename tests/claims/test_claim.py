"""What a verdict is made of."""

import math

import numpy as np
import pytest

from quspike.claims.claim import Number, Outcome, order
from quspike.claims.problems import changed
from quspike.claims.registry import MODULES, choose, get_claim
from quspike.errors import InputError


def outcome(*numbers: Number) -> Outcome:
    return Outcome(numbers, "", {}, lambda data: None)


@pytest.mark.parametrize(
    ("number", "holds", "bound"),
    [
        (Number("", 1.0, "", high=2.0), True, "≤ 2"),
        (Number("", 2.1, "", high=2.0), False, "≤ 2"),
        (Number("", 1.0, "", low=2.0), False, "≥ 2"),
        (Number("", 1.05, "", 0.9, 1.1), True, "1 ± 0.1"),
        (Number("", 3.0, "", 2.0, 2.0), False, "2"),
        (Number("", math.nan, "", high=2.0), False, "≤ 2"),
        (Number("", math.inf, "", high=2.0), False, "≤ 2"),
        (Number("", math.nan), True, ""),
    ],
)
def test_a_number_holds_within_its_bounds_only(number: Number, holds: bool, bound: str) -> None:
    """Catches: a nan that passes, a bound that is read the other way."""
    assert number.holds is holds
    assert number.bound == bound


def test_one_number_out_of_bounds_fails_the_claim() -> None:
    """Catches: `any` for `all`."""
    good, bad = Number("", 1.0, "", high=2.0), Number("", 3.0, "", high=2.0)
    assert outcome(good).verdict == "pass"
    assert outcome(good, bad).verdict == "fail"


def test_a_check_that_bounds_nothing_proves_nothing() -> None:
    """Catches: an empty list of numbers that passes."""
    assert outcome().verdict == "fail"
    assert outcome(Number("informs", 1.0)).verdict == "fail"


def test_numbers_are_plain_data() -> None:
    """JSON has no infinity and no nan."""
    told = Number("x", math.nan, "V", high=2.0).to_dict()
    assert told == {"name": "x", "value": None, "unit": "V", "low": None, "high": 2.0, "holds": False}


def test_order_of_a_power_law() -> None:
    small = np.array([0.1, 0.05, 0.025])
    assert order(small, 3 * small**1.5) == pytest.approx(1.5, rel=1e-12)
    assert math.isnan(order(small, np.array([0.1, 0.0, 0.1])))


def test_changed_replaces_leaves_and_nothing_else() -> None:
    """Catches: a table replaced where a leaf was meant, the original changed in place."""
    params = {"elements": {"L1": {"L": 1.0, "T": 2.0}, "R1": {"R": 3.0}}, "neuron": {"t_ref": 4.0}}
    assert changed(params, elements={"L1": {"L": 9.0}}) == {
        "elements": {"L1": {"L": 9.0, "T": 2.0}, "R1": {"R": 3.0}},
        "neuron": {"t_ref": 4.0},
    }
    assert params["elements"]["L1"]["L"] == 1.0


@pytest.mark.parametrize("name", MODULES)
def test_every_claim_is_found_by_its_name(name: str) -> None:
    """Catches: a file whose claim has another name, a sentence without its place in the paper."""
    claim = get_claim(name)
    assert claim.name == name
    assert claim.sentence.endswith(".")
    assert "2506.21363" in claim.source


def test_an_unknown_claim_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean memory"):
        choose(["memry"])
    assert [claim.name for claim in choose(None)] == list(MODULES)
