"""The race itself: turns, medians, what counts, who is missing. Nothing here looks at how long something took."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from rich.console import Console

from quspike.bench.peers.process import PeerFailed, PeerProcess, peer_python
from quspike.bench.race import Rival, Solved, Timing, race
from quspike.bench.report import Outcome, as_json, tables
from quspike.bench.run import names_of
from quspike.cli.program import run_program
from quspike.errors import InputError


@dataclass(frozen=True)
class Number:
    """A finding that is one number."""

    value: float

    def error(self, reference: Number) -> float:
        return abs(self.value - reference.value)


class Scripted:
    """A contestant whose times are written down beforehand, and who notes its turns."""

    def __init__(self, name: str, times: list[float], found: float, turns: list[str]) -> None:
        self.name, self.times, self.found, self.turns = name, iter(times), found, turns
        self.versions = {"scripted": "1.0"}

    def solve(self) -> Solved:
        self.turns.append(self.name)
        wall = next(self.times)
        return Solved(wall, wall / 2, Number(self.found))


def scripted(
    name: str, times: list[float], turns: list[str], *, side: str = "peer", found: float = 0.0, **keys
) -> Rival:
    return Rival(name, "equation", "setting", side, lambda stack: Scripted(name, times, found, turns), **keys)


def test_contestants_take_turns_and_the_first_solution_is_not_timed():
    """Catches: all of A before all of B, a cold time among the warm ones, a mean in place of a median."""
    turns: list[str] = []
    rivals = [scripted("A", [99, 3, 1, 8], turns), scripted("B", [99, 4, 4, 4], turns)]
    timings, absent = race(rivals, Number(0.0), repeats=3)
    assert turns == ["A", "B", "A", "B", "A", "B", "A", "B"]
    assert not absent
    assert timings[0].wall == (3, 1, 8)
    assert (timings[0].median, timings[0].median_cpu) == (3, 1.5)


def test_a_quick_contestant_solves_again_until_its_turn_is_over():
    """Catches: a millisecond timed with the caches that another contestant's seconds have left cold."""
    turns: list[str] = []
    quick = scripted("A", [9, 0.05, 0.02, 0.02, 0.02, 0.04, 0.07], turns)
    timings, _ = race([quick, scripted("B", [9, 1, 2], turns)], Number(0.0), repeats=2)
    assert "".join(turns) == "AB" + "AAAAB" + "AAB"
    assert timings[0].wall == (0.02, 0.07)


def test_a_slow_contestant_is_solved_once():
    """Catches: minutes spent on the repeats of a lab frame."""
    turns: list[str] = []
    timings, _ = race([scripted("A", [50], turns, once=True)], Number(0.0), repeats=5)
    assert timings[0].wall == (50,)


def test_a_peer_that_is_missing_or_fails_is_reported_and_the_others_race_on():
    """Catches: one broken environment that hides every other result."""
    turns: list[str] = []

    def broken(stack: ExitStack) -> Scripted:
        raise PeerFailed("broken stopped: ImportError")

    rivals = [
        scripted("A", [1, 2], turns),
        scripted("B", [], turns, missing="not installed (make peers)"),
        Rival("C", "equation", "setting", "peer", broken),
    ]
    timings, absent = race(rivals, Number(0.0), repeats=1)
    assert [t.rival.name for t in timings] == ["A"]
    assert {r.name: r.missing for r in absent} == {
        "B": "not installed (make peers)",
        "C": "broken stopped: ImportError",
    }


def measured(name: str, side: str, wall: tuple[float, ...], error: float) -> Timing:
    return Timing(scripted(name, [], [], side=side), {"scripted": "1.0"}, error, 9.0, wall, tuple(w / 2 for w in wall))


def outcome() -> Outcome:
    timings = [
        measured("ours", "quspike", (0.01, 0.02, 0.03), 1e-5),
        measured("ours, careless", "quspike", (0.001, 0.001, 0.001), 1e-3),
        measured("peer", "peer", (3.0, 4.0, 5.0), 5e-5),
        measured("peer, careless", "peer", (1.0, 1.0, 1.0), 2e-4),
    ]
    absent = [scripted("dynamiqs", [], [], missing="not installed (make peers)")]
    return Outcome("K", "a problem", timings, absent, {"whole process": [Solved(2.0, 1.0, None)]})


def test_only_accurate_times_are_compared():
    """Catches: an advantage won by an error that the other did not allow itself."""
    (advantage,) = outcome().advantages()
    assert (advantage.own.rival.name, advantage.other.rival.name) == ("ours", "peer")
    assert advantage.by_clock == pytest.approx(200)
    assert advantage.target == 100
    assert "met" in advantage.sentence


def test_a_missed_target_is_said():
    """Catches: a report that is silent about what it did not reach."""
    slow = Outcome("K", "", [measured("ours", "quspike", (1.0,), 0.0), measured("peer", "peer", (9.0,), 0.0)], [], {})
    assert "target 100: missed" in slow.advantages()[0].sentence


def test_the_table_shows_errors_versions_and_who_is_absent():
    """Catches: a time without its error or version beside it."""
    console = Console(width=200, record=True, file=None, quiet=False)
    with console.capture() as captured:
        for shown in tables([outcome()]):
            console.print(shown)
    text = captured.get()
    for expected in ("5.0e-05", "1.0", "4 s", "20 ms", "not installed (make peers)", "whole process"):
        assert expected in text


def test_the_json_holds_every_measurement():
    """Catches: a number that cannot be written as JSON, medians without the times they come from."""
    table = json.loads(json.dumps(as_json({"processor": "abacus"}, [outcome()], quick=True), allow_nan=False))
    problem = table["problems"]["K"]
    assert table["quick"] is True
    assert problem["timings"][0]["wall"] == [0.01, 0.02, 0.03]
    assert problem["advantages"][0]["by_clock"] == pytest.approx(200)
    assert problem["absent"] == {"dynamiqs": "not installed (make peers)"}


def test_a_peer_whose_package_is_not_there_says_so_in_one_line():
    """Catches: waiting for ever for a process that has ended."""
    with pytest.raises(PeerFailed, match=r"^no_such_peer stopped: .*No such file"):
        PeerProcess(sys.executable, "no_such_peer_script", {})


def test_a_peers_python_is_found_from_a_folder_below(tmp_path):
    """Catches: peers that are only found from the root of the project."""
    python = tmp_path / ".venv-peer-abacus" / "bin" / "python"
    below = tmp_path / "docs" / "deep"
    for folder in (python.parent, below):
        folder.mkdir(parents=True)
    assert peer_python("abacus", below) is None
    python.touch()
    assert peer_python("abacus", below) == python


def test_a_problem_brings_its_frozen_twin_and_a_wrong_name_its_neighbour(capsys):
    """Catches: dynamiqs left out of `--only K`, a traceback for a typing error."""
    assert names_of(["K"]) == ["K", "K-frozen"]
    assert names_of([])[-1] == "adapting"
    with pytest.raises(InputError, match="did you mean adapting"):
        names_of(["adaptin"])
    assert run_program(["bench", "--only", "Z"]) == 2
    assert "--only" in capsys.readouterr().err
