"""The netlists in `examples/`: they run, and give the numbers that their comments promise."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.constants import h

import quspike as qs
from quspike.cli.program import run_program

EXAMPLES = Path(__file__).parents[2] / "examples"
UNITS = {"GHz": 1e9, "MHz": 1e6, "kHz": 1e3}
PROMISED = re.compile(r"E(\d) − E0 = h · ([\d.]+) (GHz|MHz|kHz)")
KNOWN = ("transmon", "fluxonium", "zero_pi", "readout")
SHORTED = {"readout": ["TL1"]}


def read(name: str) -> tuple[str, qs.Circuit]:
    path = EXAMPLES / f"{name}.cir"
    return path.read_text(encoding="utf-8"), qs.Circuit.from_file(path)


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_circuit_has_the_levels_that_its_comments_promise(name: str):
    """To the last digit written. Catches: an example that no longer says what it gives."""
    text, circuit = read(name)
    found = qs.quantize(circuit).spectrum(shorted=SHORTED.get(name, ())).transition_frequencies
    promised = PROMISED.findall(text)
    assert promised
    for level, number, unit in promised:
        digit = 10.0 ** -len(number.partition(".")[2])
        assert found[int(level)] / UNITS[unit] == pytest.approx(float(number), abs=0.51 * digit)


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_circuit_can_be_quantized_from_the_command_line(name: str, capsys: pytest.CaptureFixture[str]):
    assert run_program(["quantize", str(EXAMPLES / f"{name}.cir")]) == 0
    assert "Hamiltonian" in capsys.readouterr().out


def test_the_fluxonium_away_from_its_sweet_spot_and_the_transmons_dispersion():
    """Catches: a remark about other fluxes and charges that the circuit does not bear out."""
    _, fluxonium = read("fluxonium")
    at_zero = qs.quantize(fluxonium.replace("FLUX1", value="0Phi0")).spectrum(2).transition_frequencies
    assert at_zero[1] == pytest.approx(5.47e9, abs=5e6)
    _, transmon = read("transmon")
    zero, half = (qs.quantize(transmon.replace("NG1", value=n)).spectrum(5, 1e-12).levels / h for n in (0.0, 0.5))
    moved = np.abs((half - half[0]) - (zero - zero[0]))
    assert moved[1] == pytest.approx(700, abs=50)
    assert moved[4] == pytest.approx(9e6, abs=5e5)


def test_the_readout_resonator_leaks_as_its_modes_say():
    """κ of the loaded resonator, (ω C_k)² Z0/C_Σ to first order in the coupling. Catches: half a rate."""
    _, circuit = read("readout")
    resonator = min(qs.quantize(circuit).modes, key=lambda mode: abs(mode.frequency.real - 2 * np.pi * 7.15e9))
    kappa = -2 * resonator.frequency.imag
    assert kappa / (2 * np.pi) == pytest.approx(3.745e6, abs=1e4)
    estimate = (resonator.frequency.real * 10e-15) ** 2 * 50 / 415e-15
    assert kappa == pytest.approx(estimate, rel=0.05)
