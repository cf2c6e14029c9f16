"""`quspike claims`: what it prints and writes, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from quspike.claims import registry
from quspike.claims.claim import Claim, Number, Outcome
from quspike.cli.program import run_program


def claim(name: str, value: float) -> Claim:
    """A claim that holds if the value is at most 1."""
    outcome = Outcome((Number("ratio", value, "", high=1.0), Number("V_rms", 2e-6, "V")), "Said in words.", {}, draw)
    return Claim(name, "A sentence.", "a paper", lambda: outcome)


def draw(data: object) -> Figure:
    figure = Figure(figsize=(1, 1))
    figure.subplots()
    return figure


@pytest.fixture
def two_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """One claim that holds, one that does not."""
    known = {"sound": claim("sound", 0.5), "broken": claim("broken", 2.0)}
    monkeypatch.setattr(registry, "choose", lambda names: [known[name] for name in names or known])


@pytest.mark.usefixtures("two_claims")
def test_a_claim_that_holds_is_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(["claims", "sound"]) == 0
    said = capsys.readouterr().out
    assert "1 of 1 claims hold" in said
    assert "2 µV" in said
    assert "Said in words." in said


@pytest.mark.usefixtures("two_claims")
def test_a_claim_that_fails_is_status_1_and_says_which_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches: a status that forgets a failure, a table without the number at fault."""
    assert run_program(["claims"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any("ratio" in line and "≤ 1" in line and "fail" in line for line in lines)
    assert "1 of 2 claims hold" in lines[-1]


@pytest.mark.usefixtures("two_claims")
def test_figures_and_numbers_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also of a claim that fails: its figure is the one to look at. Catches: nothing written after a failure."""
    folder = tmp_path / "new" / "folder"
    assert run_program(["claims", "-o", str(folder), "--json", "--quiet"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [one["verdict"] for one in told] == ["pass", "fail"]
    assert sorted(path.name for path in folder.iterdir()) == ["broken.png", "claims.json", "sound.png"]
    assert json.loads((folder / "claims.json").read_text())[1]["numbers"][0]["holds"] is False


@pytest.mark.usefixtures("two_claims")
def test_existing_figures_are_kept_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sound.png").write_bytes(b"precious")
    assert run_program(["claims", "sound", "-o", str(tmp_path)]) == 2
    assert (tmp_path / "sound.png").read_bytes() == b"precious"
    assert run_program(["claims", "sound", "-o", str(tmp_path), "--force", "-q"]) == 0
    assert capsys.readouterr().out == ""


def test_an_unknown_claim_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(["claims", "memry"]) == 2
    said = capsys.readouterr()
    assert "did you mean memory" in said.err
    assert said.out == ""
