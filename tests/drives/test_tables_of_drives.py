"""Drives are written to TOML and read back bit for bit, and refuse what makes no sense, naming what would be right."""

import subprocess
import sys

import numpy as np
import pint
import pytest

import quspike.drives as drives
from quspike.errors import InputError

EXAMPLES = [
    drives.Step("0.6 nA", start="5 ns"),
    drives.Step("20 uV", stop="0.1 us", envelope_of="5 GHz"),
    drives.Sine("0.1 nA", frequency="30 MHz", phase="45 deg", offset="0.3 nA"),
    drives.Pulses("1 nA", width="1 ns", period="3 ns", count=7),
    drives.Pulses("1 nA", width="1 ns", times=["1 ns", "2.7 ns"]),
    drives.Noise("0.1 nA", tau="2 ns", mean="0.3 nA"),
    drives.Csv("current.csv", column="left"),
    drives.Wav("sound.wav", amplitude="1 nA", time_scale=1e-6, channel=1),
    drives.Table([0.0, 1 / 3], ["1 nA", "2 nA"], outside="zero"),
    drives.Sine("0.25 Phi0", frequency="1 GHz"),
]


@pytest.mark.parametrize("drive", EXAMPLES, ids=lambda drive: drive.kind)
def test_what_is_written_reads_back_the_same(drive):
    assert drives.drive_from_dict("input", drive.to_dict()) == drive


def test_every_kind_is_in_the_examples():
    assert {drive.kind for drive in EXAMPLES} == set(drives.KINDS)


def test_all_ways_to_say_a_number_agree():
    """Catches: a unit that is dropped, a pint quantity read as a bare number."""
    nA = pint.UnitRegistry().nA
    table = drives.Table(np.array([0.0, 1.0]), np.array([1.0, 2.0]) * nA)
    assert table == drives.Table([0, 1], ["1 nA", "2 nA"])
    assert drives.Step("0.6 nA") == drives.Step(0.6 * nA)
    assert drives.Step("0.6 nA").amplitude == drives.Step(0.6e-9).amplitude == 0.6e-9


def test_the_unit_tells_what_is_driven():
    assert drives.Step("0.6 nA").quantity == "current"
    assert drives.Step("20 uV").quantity == "voltage"
    assert drives.Step("0.25 Phi0").quantity == "flux"
    assert drives.Step(0.6e-9).quantity is None
    assert drives.Step(0.6e-9).as_quantity("current").quantity == "current"
    assert drives.drive_from_dict("gate", {"kind": "step", "amplitude": 0.25}).quantity == "dimensionless"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: drives.Step("1 uF"), "amplitude must be a number with the unit of a source"),
        (lambda: drives.Step("1 nA", start="-1 ns"), "start must be ≥ 0 s, but got -1 ns"),
        (lambda: drives.Step("1 nA", start="3 ns", stop="2 ns"), "stop must be later than start, 3 ns, but got 2 ns"),
        (lambda: drives.Step(float("nan")), "amplitude must be a finite number"),
        (lambda: drives.Step(float("inf")), "amplitude must be a finite number"),
        (lambda: drives.Step("1 nA", envelope_of="0 Hz"), "envelope_of must be > 0 Hz"),
        (lambda: drives.Sine("1 nA", frequency="0 Hz"), "frequency must be > 0 Hz"),
        (lambda: drives.Sine("1 nA", frequency="1 GHz", offset="1 mV"), "offset must be a current"),
        (
            lambda: drives.Pulses("1 nA", width="3 ns", period="2 ns", count=2),
            "width must be ≤ period, 2 ns, but got 3 ns",
        ),
        (lambda: drives.Pulses("1 nA", width="0 s", period="2 ns", count=2), "width must be > 0 s"),
        (lambda: drives.Pulses("1 nA", width="1 ns", period="2 ns", count=0), "count must be a whole number ≥ 1"),
        (lambda: drives.Pulses("1 nA", width="1 ns", period="2 ns"), "count must be a whole number ≥ 1"),
        (lambda: drives.Pulses("1 nA", width="1 ns", count=2), "period must be given for 2 pulses"),
        (lambda: drives.Pulses("1 nA", width="1 ns", times=["1 ns"], count=1), "times must stand alone"),
        (lambda: drives.Pulses("1 nA", width="1 ns", times=[]), "times must hold at least one"),
        (lambda: drives.Pulses("1 nA", width="1 ns", times=["1 ns", "1.5 ns"]), "times must ascend by at least width"),
        (lambda: drives.Noise("-1 nA", tau="1 ns"), "std must be ≥ 0 A"),
        (lambda: drives.Noise("1 nA", tau="0 s"), "tau must be > 0 s"),
        (lambda: drives.Csv(""), "file must be the path of a file"),
        (lambda: drives.Csv("a.csv", column=0), "column must be the name of a column, or its number ≥ 1"),
        (lambda: drives.Wav("a.wav", "1 nA", time_scale=0.0), "time_scale must be > 0"),
        (lambda: drives.Wav("a.wav", "1 nA", time_scale=1.0, channel=-1), "channel must be a whole number ≥ 0"),
        (lambda: drives.Step(["1 nA", "2 nA"]), "amplitude must be a plain number"),
        (lambda: drives.Step("1 nA", start=["1 ns"]), "start must be a time"),
        (lambda: drives.Pulses("1 nA", width="1 ns", times="1 ns"), "times must be a list of numbers, but got '1 ns'"),
        (lambda: drives.Table(1.0, 2.0), "times must be a list of numbers"),
        (lambda: drives.Table([0.0, 1.0], [1.0]), "values must be as many as times, 2"),
        (lambda: drives.Table([0.0, 0.0], [1.0, 2.0]), "times must ascend"),
        (lambda: drives.Table([0.0, 1.0], [1.0, 2.0], outside="mirror"), "outside must be 'hold' or 'zero'"),
        (lambda: drives.Step("1 nA").as_quantity("voltage"), r"drive must be a voltage \(V\) for this source"),
    ],
)
def test_nonsense_is_refused_by_name(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"amplitude": "1 nA"}, "kind must be given: step, sine"),
        (
            {"kind": "pulse", "amplitude": "1 nA"},
            r"kind must be one of .* \(did you mean 'pulses'\?\), but got 'pulse'",
        ),
        ({"kind": ["step"]}, "kind must be one of"),
        ({"kind": "step", "amplitud": "1 nA"}, r"amplitud must be a key of a step: .* \(did you mean 'amplitude'\?\)"),
        ({"kind": "step"}, "amplitude must be given for a step"),
        ({"kind": "step", "amplitude": "1 nA", "start": 5e-9}, "start must carry its unit"),
        ({"kind": "step", "amplitude": "1 nA", "path": 1}, "path must be a key of a step"),
        ({"kind": "noise", "std": "1 nA", "tau": "1 ns", "path": [1]}, "path must be a key of a noise"),
        ({"kind": "wav", "file": "a.wav", "amplitude": "1 nA"}, "time_scale must be given for a wav"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(table, message):
    with pytest.raises(InputError, match=message + r".*\(\[drive\.input\] in adapting\.toml\)"):
        drives.drive_from_dict("input", table, "adapting.toml")


def test_importing_drives_imports_no_arrays():
    heavy = "[m for m in ('jax', 'numpy', 'scipy', 'pint') if m in sys.modules]"
    code = f"import sys, quspike.drives; print({heavy})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
