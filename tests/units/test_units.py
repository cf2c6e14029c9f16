"""Text becomes SI exactly, what is written reads back bit for bit, and what could mean two things is refused."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants

from quspike.errors import InputError
from quspike.units import QUANTITIES, exact_si, format_si, measure, quantity_of, to_si

POWERS = {"f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12}
PREFIXED = {
    "time": "s",
    "voltage": "V",
    "current": "A",
    "charge": "C",
    "flux": "Wb",
    "resistance": "ohm",
    "conductance": "S",
    "inductance": "H",
    "energy": "J",
    "temperature": "K",
    "frequency": "Hz",
    "length": "m",
    "velocity": "m/s",
    "angle": "rad",
    "angular_frequency": "rad/s",
    "rate": "/s",
}
finite = st.floats(allow_nan=False, allow_infinity=False)
ureg = pint.UnitRegistry()


def near(value, rel=1e-14):
    """Relative only: pytest's absolute 1e-12 would let any joule or weber of a circuit pass."""
    return pytest.approx(value, rel=rel, abs=0)


@given(
    st.sampled_from(sorted(PREFIXED)),
    st.sampled_from(sorted(POWERS)),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=6),
    st.sampled_from(["", " "]),
)
def test_a_prefix_is_an_exact_power_of_ten(quantity, prefix, number, space):
    """The float is the one nearest to the exact decimal number (rational arithmetic), however it is spelt.

    Catches: multiplying the rounded number by a rounded power of ten (20 · 1e-6 and the like are off by one bit).
    """
    unit = PREFIXED[quantity]
    if unit == "/s":
        prefix = ""
    exact = Fraction(str(number)) * Fraction(10) ** POWERS[prefix]
    assert to_si(f"{number:f}{space}{prefix}{unit}", quantity, "x") == float(exact)


@given(st.sampled_from(sorted(QUANTITIES)), finite, st.sampled_from(["", " "]))
def test_what_is_written_reads_back_bit_for_bit(quantity, value, sep):
    """Catches: rounding in `exact_si`; writing one farad as `1.0F`, which is refused."""
    back = to_si(exact_si(value, quantity, sep=sep), quantity, "x")
    assert (back, math.copysign(1, back)) == (value, math.copysign(1, value))


@given(st.sampled_from(sorted(QUANTITIES)), st.floats(1e-18, 1e15) | st.just(0.0))
def test_what_people_read_is_the_value_to_six_digits(quantity, value):
    """Catches: a prefix off by a decade in `format_si`."""
    assert to_si(format_si(value, quantity), quantity, "x") == near(value, rel=5e-6)


@pytest.mark.parametrize(
    ("value", "quantity", "text"),
    [
        (20e-6, "voltage", "20 µV"),
        (999.99999999, "resistance", "1 kohm"),
        (0.0, "time", "0 s"),
        (1e12, "angular_frequency", "1e+12 rad/s"),
        (1e9, "rate", "1e+09/s"),
        (12e9 * constants.h, "energy", "12 GHz"),
        (1e-20, "flux", "1e-20 Wb"),
        (0.3, "dimensionless", "0.3"),
        (math.inf, "length", "inf"),
    ],
)
def test_values_for_people(value, quantity, text):
    assert format_si(value, quantity) == text


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        ("1Mohm", "resistance", 1e6),
        ("1mohm", "resistance", 1e-3),
        ("3 kΩ", "resistance", 3e3),
        ("3 k\u2126", "resistance", 3e3),
        ("1e12rad/s", "angular_frequency", 1e12),
        ("1 GHz", "angular_frequency", 2e9 * math.pi),
        ("1 GHz", "frequency", 1e9),
        ("12GHz", "energy", 12e9 * constants.h),
        ("0.25Phi0", "flux", 0.25 * constants.h / (2 * constants.e)),
        ("2 mPhi0", "flux", 2e-3 * constants.h / (2 * constants.e)),
        ("3 mVs", "flux", 3e-3),
        ("90deg", "angle", math.pi / 2),
        ("1e-14 m2/Vs", "mobility", 1e-14),
        ("1e-2 mm²/(V s)", "mobility", 1e-8),
        ("5 V-1", "inverse_voltage", 5.0),
        ("1e6 1/s", "rate", 1e6),
        ("1/ns", "rate", 1e9),
        ("−3 mV", "voltage", -3e-3),
        ("1e0F", "capacitance", 1.0),
        ("1 F", "capacitance", 1.0),
        ("2 uA/V2", "A/V2", 2e-6),
    ],
)
def test_values_by_hand(text, quantity, value):
    assert to_si(text, quantity, "x") == near(value)


@pytest.mark.parametrize(
    ("text", "quantity", "offered"),
    [
        ("1F", "capacitance", ["1e0F (farad)", "1fF (femto)"]),
        ("100f", "capacitance", ["100e0F (farad)", "100fF (femto)"]),
        ("1k", "resistance", ["1kohm (kilo)"]),
        ("1K", "resistance", ["1kohm (kilo)"]),
        ("1meg", "resistance", ["1Mohm (mega)"]),
        ("1MEG", "resistance", ["1Mohm (mega)"]),
        ("1M", "resistance", ["1Mohm (mega)", "1mohm (milli)"]),
        ("1u", "current", ["1uA (micro)"]),
        ("1 u", "current", ["1uA (micro)"]),
        ("1k", "temperature", ["1K (kelvin)", "1kK (kilo)"]),
        ("1m", "temperature", ["1mK (milli)"]),
        ("1k", "dimensionless", ["1000.0 (kilo)"]),
        ("1M", "inverse_voltage", ["1000000.0/V (mega)", "0.001/V (milli)"]),
    ],
)
def test_the_bare_suffixes_of_spice_are_refused_with_each_reading_offered(text, quantity, offered):
    """Each reading is itself accepted, so that the remedy can be copied."""
    with pytest.raises(InputError, match=r"^R1 must be written as .* but got ") as caught:
        to_si(text, quantity, "R1")
    for reading in offered:
        assert reading in str(caught.value)
        to_si(reading.split(" ")[0], quantity, "R1", bare_ok=False)


@pytest.mark.parametrize(
    ("text", "quantity", "said"),
    [
        ("20", "voltage", "must carry its unit: a voltage in V, such as 20uV"),
        ("20 A", "voltage", "must be a voltage in V"),
        ("1e9/s", "angular_frequency", "must be an angular frequency in rad/s or Hz (multiplied by 2π)"),
        ("1e9 Hz", "rate", "must be a rate in 1/s"),
        ("1e9 rad/s", "frequency", "must be a frequency in Hz"),
        ("1/s", "frequency", "must be a frequency in Hz"),
        ("5 kOhm", "resistance", "did you mean kohm?"),
        ("5 volts", "voltage", "volts is not in the list of units"),
        ("5 min", "time", "min is not in the list of units"),
        ("1 eV", "energy", "eV is not in the list of units"),
        ("1 Phi0", "voltage", "must be a voltage in V"),
        ("5 V/", "voltage", "V/ is not in the list"),
        ("5 m//s", "velocity", "m//s is not in the list"),
        ("5/", "dimensionless", "must be a plain number"),
        ("5 1", "dimensionless", "must be a plain number"),
        ("0,5nA", "current", "must be a current in A"),
        ("1_000 V", "voltage", "must be a voltage"),
        ("", "voltage", "must be a voltage"),
        ("nan", "voltage", "must be a voltage"),
        ("inf", "voltage", "must be a voltage"),
        ("1e999 V", "voltage", "must be a finite number"),
        ("1e99999999999 V", "voltage", "must be a"),
        ("1" * 5000, "voltage", "must be a voltage"),
        (math.nan, "voltage", "must be a finite number"),
        (math.inf, "voltage", "must be a finite number"),
        (True, "voltage", "must be a voltage"),
        (None, "voltage", "must be a voltage"),
        ([1.0], "voltage", "must be a voltage"),
        (b"1 V", "voltage", "must be a voltage"),
    ],
)
def test_refusals_say_what_would_be_right(text, quantity, said):
    with pytest.raises(InputError) as caught:
        to_si(text, quantity, "v_threshold")
    assert said in str(caught.value)
    assert str(caught.value).startswith("v_threshold ")
    assert len(str(caught.value)) < 500


@given(st.text(max_size=30), st.sampled_from(sorted(QUANTITIES)))
def test_any_text_is_a_finite_number_or_an_input_error(text, quantity):
    try:
        number = to_si(text, quantity, "x")
    except InputError:
        number = 0.0
    assert math.isfinite(number)


def test_a_float_of_python_is_si_and_a_bare_number_of_a_file_is_refused():
    assert to_si(3, "voltage", "x") == 3.0
    assert isinstance(to_si(3, "voltage", "x"), float)
    assert to_si(3, "dimensionless", "x", bare_ok=False) == 3.0
    with pytest.raises(InputError, match=r"must carry its unit: a voltage in V, such as 20uV, but got 3"):
        to_si(3, "voltage", "x", bare_ok=False)


def test_infinity_only_where_it_is_a_value():
    assert to_si("inf", "length", "x", infinite_ok=True) == math.inf
    assert to_si(math.inf, "length", "x", infinite_ok=True, bare_ok=False) == math.inf
    assert exact_si(math.inf, "length") == "inf"


def test_arrays_and_tracers_pass_through():
    array = jnp.array([1.0, 2.0])
    assert to_si(array, "voltage", "x") is array
    assert jax.grad(lambda v: to_si(v, "voltage", "x") ** 2)(3.0) == 6.0


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        ("20 microvolt", "voltage", 20e-6),
        ("1 gigahertz", "angular_frequency", 2e9 * math.pi),
        ("1 radian/second", "angular_frequency", 1.0),
        ("1e-14 m**2/V/s", "mobility", 1e-14),
        ("12 GHz", "energy", 12e9 * constants.h),
        ("3 kiloohm", "resistance", 3e3),
        ("180 degree", "angle", math.pi),
    ],
)
def test_a_pint_quantity_is_read_by_its_own_symbol(text, quantity, value):
    """Catches: `.to("rad/s")`, by which pint makes 1e9 rad/s of 1 GHz."""
    assert to_si(ureg.Quantity(text), quantity, "x") == near(value)


def test_a_pint_array_is_scaled_and_a_wrong_pint_unit_is_refused():
    assert list(to_si(ureg.Quantity([1.0, 2.0], "mV"), "voltage", "x")) == [1e-3, 2e-3]
    for wrong in ("1/second", "1 volt"):
        with pytest.raises(InputError, match="must be an angular frequency"):
            to_si(ureg.Quantity(wrong), "angular_frequency", "x")


def test_measures_combine_their_dimensions():
    tau = measure("2 kohm", "R") * measure("3 pF", "C")
    assert to_si(tau, "time", "x") == near(6e-9)
    assert to_si(measure("1", "x") / tau, "rate", "x") == near(1 / 6e-9)
    assert to_si(measure("5 GHz", "f"), "angular_frequency", "x") == near(1e10 * math.pi)
    assert to_si(measure("0.5Phi0", "f"), "flux", "x") == near(0.5 * constants.h / (2 * constants.e))
    with pytest.raises(InputError, match="must be an angular frequency"):
        to_si(measure("1", "x") / tau, "angular_frequency", "cutoff")
    with pytest.raises(InputError, match="must be of like quantities"):
        measure("1 V", "x") + measure("1 A", "x")


def test_an_unknown_quantity_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        quantity_of("viscosity")


def test_a_whole_number_beyond_floating_point_is_refused():
    """10^400 is no voltage, and no OverflowError either."""
    with pytest.raises(InputError, match="below 1e308"):
        to_si(10**400, "voltage", "v_threshold")
