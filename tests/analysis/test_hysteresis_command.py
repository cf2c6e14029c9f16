"""`quspike hysteresis`: what it prints, draws and refuses."""

import json
from pathlib import Path

import pytest

import quspike as qs
from quspike.cli.program import run_program

EXAMPLE = Path(__file__).parents[2] / "examples" / "pinched_loop.toml"
NEURON = Path(__file__).parents[2] / "examples" / "adapting.toml"


def refusal(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The one line with which the words are refused."""
    assert run_program(["hysteresis", *map(str, words)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_measures_as_json_and_a_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches: text among the JSON, the figure of another element, a sweep that is not told."""
    figure = tmp_path / "loop.png"
    words = ["hysteresis", str(EXAMPLE), "--method", "classical", "--frequencies", "2MHz, 8 MHz", "--plot", str(figure)]
    assert run_program([*words, "--json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)["MEM1"]
    assert told["settled"]["form_factor"] == pytest.approx(0.34177, abs=2e-5)
    swept = told["frequency_sweep"]["loops"]
    assert swept[0]["settled"]["area"] == pytest.approx(told["settled"]["area"], rel=1e-4)
    assert figure.stat().st_size > 10_000
    assert "loop.png" in refusal(capsys, EXAMPLE, "--plot", figure)  # is not replaced without --force


def test_a_notebook_says_draws_and_measures_what_the_command_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches: a Python twin that reads the file differently, or prints other lines."""
    assert run_program(["hysteresis", str(EXAMPLE), "--quiet", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    loops = qs.hysteresis(EXAMPLE)
    assert {name: loop.to_dict() for name, loop in loops.items()} == told
    assert run_program(["hysteresis", str(EXAMPLE)]) == 0
    assert capsys.readouterr().out == f"{loops['MEM1']}\n"
    sweep = qs.frequency_sweep(qs.load(EXAMPLE), [1, 4])["MEM1"]
    assert "at the end, area/V₀I₀ ∝ f^" in repr(sweep)
    drawn = loops["MEM1"].plot(tmp_path / "loop.svg", sweep=sweep)
    assert [panel.get_xlabel() for panel in drawn.axes] == ["V of MEM1 (µV)", "V/V₀", "f (MHz)"]
    assert (tmp_path / "loop.svg").stat().st_size > 10_000
    with pytest.raises(qs.InputError, match="must not exist yet"):
        loops["MEM1"].plot(tmp_path / "loop.svg")


def test_what_cannot_be_measured_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches: a simulation before the refusal, a traceback."""
    assert "[drive.input] kind must be sine" in refusal(capsys, NEURON)
    assert "--frequencies must carry its unit" in refusal(capsys, EXAMPLE, "--frequencies", "2,8")
    assert "at least two different ones" in refusal(capsys, EXAMPLE, "--frequencies", "2MHz")
    assert "--element must be MEM1" in refusal(capsys, EXAMPLE, "--element", "R5")
    assert "a whole period" in refusal(capsys, EXAMPLE, "--set", "duration=100ns", "--set", "save_every=1ns")
    assert "plot must end in" in refusal(capsys, EXAMPLE, "--plot", "loop.gif")
