"""A Y element: its table is read as it is written, fitted, and stands in the circuit for what it was measured on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from quantize.circuits import near
from quspike import Circuit
from quspike.baths.comb import graded_grid
from quspike.errors import InputError
from quspike.quantize.numbers.admittance import linear_response
from quspike.quantize.numbers.admittance_table import table_of
from quspike.quantize.numbers.closed_system import closed_system
from quspike.quantize.numbers.normal_modes import normal_modes
from quspike.quantize.numbers.zero_point_scales import zero_point_scales

OMEGA = np.geomspace(1e9, 3e12, 120)
NETLIST = "C1 a 0 100fF\nL1 a 0 4nH\nY1 a 0 file=y.csv T=20mK"
AS_ELEMENTS = "C1 a 0 100fF\nL1 a 0 4nH\nR1 a 0 300ohm cutoff=2e11rad/s\nR2 a b 700ohm cutoff=4e11rad/s\nL2 b 0 3nH"


def measured(omega: np.ndarray) -> np.ndarray:
    """R1 beside R2 + L2 of the netlist above, R2 with its own coil."""
    s = -1j * omega
    return 1 / (300 * (1 + s / 2e11)) + 1 / (700 * (1 + s / 4e11) + s * 3e-9)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    y = measured(OMEGA)
    rows = [f"{w:.17g}, {a.real:.17g}, {a.imag:.17g}" for w, a in zip(OMEGA, y, strict=True)]
    (tmp_path / "y.csv").write_text("omega, re, im\n# a comment\n" + "\n".join(rows))
    return tmp_path


def test_the_circuit_with_a_table_is_the_circuit_with_its_elements(folder: Path):
    """Impedance to 1e-3. Catches: e^{+iωt}, a table that is tied to the wrong branch."""
    found = linear_response(NETLIST, base_dir=folder).impedance(OMEGA, "a")
    exact = linear_response(AS_ELEMENTS).impedance(OMEGA, "a")
    assert np.abs(found / exact - 1).max() < 1e-3
    table = table_of(Circuit(NETLIST).element("Y1"), folder)
    assert table.fit.error < 1e-3
    data = (folder / "y.csv").read_bytes()
    assert table.record == {"name": "y.csv", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def test_units_of_the_columns_are_read(tmp_path: Path):
    """A frequency in GHz is multiplied by 2π, mS are thousandths. Catches: GHz as 1e9 rad/s."""
    y = measured(OMEGA)
    rows = [f"{w / 2e9 / np.pi}, {1e3 * a.real}, {1e3 * a.imag}" for w, a in zip(OMEGA, y, strict=True)]
    (tmp_path / "y.csv").write_text("frequency (GHz), re (mS), im (mS)\n" + "\n".join(rows))
    table = table_of(Circuit(NETLIST).element("Y1"), tmp_path)
    np.testing.assert_allclose(table.omega, OMEGA, rtol=1e-12)
    np.testing.assert_allclose(table.admittance, y, rtol=1e-12)


def test_a_comb_of_the_table_is_its_dissipation(folder: Path):
    """Closed by J = ω Re Y of the fit, the circuit has the impedance of its elements. Catches: |Y| for Re Y."""
    omega = 2e10 * np.array([1 + 2j, 2j])
    found = closed_system(NETLIST, graded_grid(1e9, 1e15, 600), base_dir=folder).impedance(omega, "a")
    np.testing.assert_allclose(found, linear_response(AS_ELEMENTS).impedance(omega, "a"), rtol=2e-3)
    by_card = closed_system(NETLIST + " modes=600", base_dir=folder)
    np.testing.assert_allclose(by_card.impedance(omega, "a"), found, rtol=2e-3)
    with pytest.raises(InputError, match="Y1 bath must be comb"):
        closed_system(NETLIST + " bath=ladder", base_dir=folder)


def test_weak_damping_by_a_table(folder: Path):
    """κ = Re Y(Ω)/C. Catches: the conductance at rest taken at Ω."""
    scales = zero_point_scales(NETLIST, base_dir=folder)
    omega = 1 / np.sqrt(4e-9 * 1e-13)
    assert scales.damping[0, 0] == near(measured(np.array([omega]))[0].real / 1e-13, 1e-3)


MEASURED = {
    "peak": ("L3 y z 2nH\nC3 z x 40fF\nR3 x 0 25ohm", lambda s: 1 / (25 + s * 2e-9 + 1 / (s * 4e-14))),
    "dip": (
        "R3 y z 40ohm\nR4 z 0 900ohm\nL3 z 0 2nH\nC3 z 0 40fF",
        lambda s: 1 / (40 + 1 / (1 / 900 + s * 4e-14 + 1 / (s * 2e-9))),
    ),
}


@pytest.mark.parametrize("name", list(MEASURED))
def test_modes_with_a_table_are_those_of_what_was_measured(tmp_path: Path, name: str):
    """A resonance beside a Drude line, tabulated: the complex frequencies of the whole network within 3 errors of the
    fit, or 1e-6. The table's own resonance and those of the circuit pull on each other.

    Catches: a section's resistor without its share of the port (κ of the other sign), energy that nothing stores.
    """
    network, admittance = MEASURED[name]
    y = admittance(-1j * OMEGA) + 1 / (900 * (1 - 1j * OMEGA / 3e11))
    rows = [f"{w:.17g}, {a.real:.17g}, {a.imag:.17g}" for w, a in zip(OMEGA, y, strict=True)]
    (tmp_path / "y.csv").write_text("\n".join(rows))
    rest = "C1 y 0 70fF\nL1 y 0 3nH\nC2 y b 20fF\nL2 b 0 5nH\nC4 b 0 30fF\n"
    found = normal_modes(rest + "Y1 y 0 file=y.csv", base_dir=tmp_path)
    everywhere = np.array([mode.frequency for mode in found])
    error = table_of(Circuit(rest + "Y1 y 0 file=y.csv").element("Y1"), tmp_path).fit.error
    assert error < 1e-6
    expected = normal_modes(f"{rest}{network}\nR9 y 0 900ohm cutoff=3e11rad/s")
    assert len(expected) >= 4
    for mode in expected:
        assert np.abs(everywhere / mode.frequency - 1).min() < max(1e-6, 3 * error)
    for mode in found:
        assert sum(mode.participation.values()) == near(1, 1e-9)
        assert mode.loss == {"Y1": near(1, 1e-9)}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("1e9, 1e-3, 0\n2e9, -1e-3, 0\n3e9, 1e-3, 0\n4e9, 1e-3, 0", "Y1 re must be ≥ 0 S.*line 2"),
        ("1e9, 1e-3, 0\n3e9, 1e-3, 0\n2e9, 1e-3, 0\n4e9, 1e-3, 0", "Y1 omega must be more than the one before.*line 3"),
        ("1e9, 1e-3, 0\n3e9, nan, 0\n4e9, 1e-3, 0\n5e9, 1e-3, 0", "Y1 re must be a finite number.*line 2"),
        ("-1e9, 1e-3, 0\n3e9, 1e-3, 0\n4e9, 1e-3, 0\n5e9, 1e-3, 0", "Y1 omega must be ≥ 0 rad/s.*line 1"),
        ("1e9, 1e-3\n3e9, 1e-3", "Y1 column must be less than"),
        ("1e9, 1e-3, 0\n3e9, 1e-3, 0", "Y1 file must hold at least 4 rows"),
        (
            "\n".join(f"{w}, 1e-6, {w / 1e12}" for w in np.geomspace(1e9, 1e10, 9)),
            "Y1 file must be the admittance of a",
        ),
    ],
)
def test_a_table_that_is_not_passive_is_refused_by_row(tmp_path: Path, rows: str, message: str):
    """The last is a capacitor of the other sign, which Re Y ≥ 0 does not show."""
    (tmp_path / "y.csv").write_text(rows)
    with pytest.raises(InputError, match=message):
        linear_response(NETLIST, base_dir=tmp_path)


def test_what_a_table_cannot_do_is_refused_by_name(folder: Path):
    with pytest.raises(InputError, match="Y1 file must be a file that can be read"):
        linear_response(NETLIST, base_dir=folder / "elsewhere")
    with pytest.raises(InputError, match="Y1 cutoff must be left out"):
        linear_response(NETLIST + " cutoff=1e12rad/s", base_dir=folder)
