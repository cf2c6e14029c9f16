"""The command line: what goes where, what is refused, and with which exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import operator_states
from quspike.cli.program import COMMANDS, run_program
from quspike.result import store
from quspike.run import template as run_template
from quspike.run.load import load
from quspike.run.template import template

QUSPIKE = [sys.executable, "-c", "from quspike.cli import main; main()"]
ARRIVED = [name for name, module in COMMANDS.items() if module is not None]
SHORT = ["--set", "duration=30ns"]
QUICK = [*SHORT, "--method", "classical"]


def status_of(*words: object) -> int:
    return run_program([str(word) for word in words])


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    path = tmp_path / "neuron.toml"
    path.write_text(template(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of a short run."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "neuron.toml").write_text(template(), encoding="utf-8")
    assert status_of("run", folder / "neuron.toml", *SHORT, "--quiet") == 0
    return folder / "neuron.nc"


def refusal(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The one line with which the words are refused."""
    capsys.readouterr()
    assert status_of(*words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    return said.err


def test_help_lists_the_commands_that_have_arrived_and_no_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("--help") == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.split("Commands:")[1].splitlines() if line.strip()]
    assert [name for name in listed if name in COMMANDS] == ARRIVED


@pytest.mark.parametrize("name", ARRIVED)
def test_every_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(name, "--help") == 0
    assert f"Example:\n    quspike {name}" in capsys.readouterr().out


def test_the_program_alone_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of() == 0
    assert "Usage: quspike" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    heavy = ["jax", "numpy", "scipy", "xarray", "pydantic", "matplotlib", "sympy", "netCDF4", "pint", "rich"]
    code = (
        "import sys; from quspike.cli.program import run_program; status = run_program(['--help']);"
        f"print(status, sorted(set({heavy!r}) & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize("name", [name for name, module in COMMANDS.items() if module is None])
def test_a_command_still_to_come_is_refused_by_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    message = refusal(capsys, name, "neuron.toml")
    assert name in message
    assert "not available yet" in message


def test_mistakes_on_the_command_line_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean check?" in refusal(capsys, "chek", "neuron.toml")
    assert "--force" in refusal(capsys, "run", "neuron.toml", "--frce")
    assert "FILE" in refusal(capsys, "run")
    assert "no such file" in refusal(capsys, "run", "missing.toml")
    assert "no such file" in refusal(capsys, "check", "missing.toml")
    assert "missing.nc" in refusal(capsys, "show", "missing.nc")
    assert "not available yet" in refusal(capsys, "run", "store.zarr")


@pytest.mark.parametrize(
    ("find", "replacement", "named"),
    [
        ('v_threshold = "20 uV"', 'v_threshold = "20 uA"', "[neuron] v_threshold"),
        ("v_threshold", "v_treshold", "did you mean v_threshold?"),
        ("100fF", "100", "C1"),
        ('memory = "mean_field"', 'frame = "rotating"', "not available yet"),
        ('method = "moments"', 'method = "gksl"', "[run] method"),
        ('spike = "expectation"', 'spike = "coherent"\ncoherent = { bin = "1 ns", width = "1 uV" }', "[neuron] spike"),
        ("no toml", "", "line 1"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_bad_input_is_one_line_and_nothing_is_written(
    command: str, find: str, replacement: str, named: str, run_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = template().replace(find, replacement) if find in template() else find
    run_file.write_text(text, encoding="utf-8")
    assert named in refusal(capsys, command, run_file)
    assert os.listdir(run_file.parent) == ["neuron.toml"]


@pytest.mark.parametrize(
    ("assignment", "named"),
    [
        ("MEM1.T=50", "unit"),
        ("MEM1.T=50mV", "temperature"),
        ("MEM2.T=50mK", "did you mean MEM1?"),
        ("MEM1.R_no=1kohm", "R_on"),
        ("neuron.t_ref=2", "[neuron] t_ref"),
        ("neuron.t_reff=2ns", "did you mean t_ref?"),
        ("neuron.t_ref.x=2ns", "t_ref is no table"),
        ("t_ref", "KEY=VALUE"),
        ("=2ns", "KEY=VALUE"),
        ("duration=-1ns", "[run] duration"),
        ("duration=1ns\nseed=3", "[run] duration"),
    ],
)
def test_a_wrong_set_is_refused(
    assignment: str, named: str, run_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert named in refusal(capsys, "check", run_file, "--set", assignment)


def test_set_changes_elements_tables_and_settings(run_file: Path) -> None:
    from quspike.cli.source import read_run

    run = read_run(run_file, ["MEM1.T=50mK", "neuron.t_ref=3ns", "drive.input.start=7ns", "seed=4"], "classical")
    by_hand = (
        template()
        .replace("T=20mK", "T=50mK")
        .replace('t_ref = "2 ns"', 't_ref = "3 ns"')
        .replace('start = "5 ns"', 'start = "7 ns"')
        .replace("seed = 0", "seed = 4")
        .replace('method = "moments"', 'method = "classical"')
    )
    run_file.write_text(by_hand, encoding="utf-8")
    assert run == load(run_file)


def test_new_writes_a_run_file_that_checks_and_replaces_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("new", tmp_path / "mine") == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "mine.toml")
    assert status_of("check", tmp_path / "mine.toml") == 0
    assert "mine.toml: good" in capsys.readouterr().out
    assert "must not exist yet" in refusal(capsys, "new", tmp_path / "mine")
    assert status_of("new", tmp_path / "mine", "--force") == 0
    assert "existing folder" in refusal(capsys, "new", tmp_path / "nowhere" / "mine")


def test_run_prints_results_to_stdout_and_talks_on_stderr(run_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure = run_file.with_name("figure.png")
    assert status_of("run", run_file, *QUICK, "--plot", figure) == 0
    said = capsys.readouterr()
    assert "spikes" in said.out
    assert "wrote" not in said.out
    assert "wrote" in said.err
    assert sorted(os.listdir(run_file.parent)) == ["figure.png", "neuron.nc", "neuron.toml"]
    assert "must not exist yet" in refusal(capsys, "run", run_file, *QUICK)
    assert "must not exist yet" in refusal(
        capsys, "run", run_file, *SHORT, "-o", run_file.with_name("b.nc"), "--plot", figure
    )
    assert "must end in .nc" in refusal(capsys, "run", run_file, "-o", run_file.with_name("b.txt"))


def test_a_result_runs_again_to_the_same_bits_and_tells_its_numbers(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches: a number that the run file inside the result has rounded."""
    from quspike.result import store

    assert status_of("run", finished, "-o", tmp_path / "again.nc", "--json", "--quiet") == 0
    said = capsys.readouterr()
    first, again = store.read(finished), store.read(tmp_path / "again.nc")
    assert first.identical(again.assign_attrs(first.attrs))
    assert first.attrs["config"] == again.attrs["config"]
    assert said.err == ""
    report = json.loads(said.out)
    assert report["method"] == "moments"
    assert report["spike_time"]["neuron"] == first.spike_time.values.tolist()
    assert report["spike_count"]["neuron"] == first.sizes["spike"] > 0
    assert report["classical"]["spike_count"] == report["spike_count"]
    assert report["memristance"]["MEM1"]["first"] > report["memristance"]["MEM1"]["last"]
    assert {"name", "value", "bound", "verdict", "text"} == set(report["validity"][0])


def test_a_changed_input_file_is_refused_when_a_result_is_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drive = '[drive.input]\nkind = "csv"\nfile = "input.csv"\n\n[initial]'
    head, tail = template().split("[drive.input]")
    (tmp_path / "neuron.toml").write_text(head + drive + tail.split("[initial]")[1], encoding="utf-8")
    (tmp_path / "input.csv").write_text("time_ns,current_nA\n0,0.6\n400,0.6\n")
    assert status_of("run", tmp_path / "neuron.toml", *QUICK, "--quiet") == 0
    assert status_of("check", tmp_path / "neuron.nc") == 0
    (tmp_path / "input.csv").write_text("time_ns,current_nA\n0,0.7\n400,0.7\n")
    assert "input.csv" in refusal(capsys, "run", tmp_path / "neuron.nc", "--force")


def test_show_and_plot_look_at_a_result_again(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("show", finished) == 0
    assert "spikes" in capsys.readouterr().out
    assert status_of("show", finished, "--json") == 0
    assert json.loads(capsys.readouterr().out)["spike_count"]["neuron"] > 0
    assert status_of("show", finished, "--config") == 0
    (tmp_path / "again.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    assert load(tmp_path / "again.toml").duration == 30e-9
    assert status_of("plot", finished, "-o", tmp_path / "figure.svg") == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").read_text().startswith("<?xml")


def test_plot_draws_phase_space_and_makes_a_film(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches: a kind that draws another figure; a film under a figure's suffix."""
    means = [[0.0, 0.0], [0.1e-15, 2e-19], [-0.2e-15, 1e-19]]
    result = store.write(
        operator_states.result(operator_states.gaussian, means).assign_attrs(schema=1), tmp_path / "w.nc"
    )
    assert status_of("plot", result, "--kind", "wigner", "-o", tmp_path / "w.svg") == 0
    assert "zpf" in (tmp_path / "w.svg").read_text()
    assert status_of("plot", result, "--kind", "animation") == 0
    assert (tmp_path / "w.gif").read_bytes().startswith(b"GIF8")
    assert "raster, intervals, trains, wigner, animation" in refusal(capsys, "plot", result, "--kind", "film")
    assert "must end in .gif or .mp4" in refusal(
        capsys, "plot", result, "--kind", "animation", "-o", tmp_path / "w.png"
    )
    assert "wigner_times" in refusal(capsys, "plot", finished, "--kind", "wigner", "-o", tmp_path / "no.png")


def test_quiet_commands_print_nothing(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert status_of("new", tmp_path / "mine", "-q") == 0
    assert status_of("check", tmp_path / "mine.toml", "--quiet") == 0
    assert status_of("run", tmp_path / "mine.toml", *QUICK, "-q") == 0
    assert status_of("plot", finished, "-o", tmp_path / "figure.png", "-q") == 0
    said = capsys.readouterr()
    assert said.out == said.err == ""
    assert sorted(os.listdir(tmp_path)) == ["figure.png", "mine.nc", "mine.toml"]


def test_what_is_no_result_is_refused(run_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "neuron.toml" in refusal(capsys, "show", run_file)
    assert "neuron.toml" in refusal(capsys, "plot", run_file)
    broken = run_file.with_name("broken.nc")
    broken.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(1000))
    assert "broken.nc" in refusal(capsys, "run", broken)


def test_a_step_that_cannot_be_right_exits_3_and_writes_nothing(
    run_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("run", run_file, "--set", "run.dt=20ns", "--set", "save_every=20ns", "--method", "classical") == 3
    assert "dt = " in capsys.readouterr().err
    assert os.listdir(run_file.parent) == ["neuron.toml"]


def test_a_violated_bound_exits_4_when_strict(run_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "run",
        run_file,
        *SHORT,
        "--set",
        "MEM1.cutoff=1e9rad/s",
        "--strict",
        "--set",
        "classical=false",
    )
    assert status_of(*words) == 4
    assert "cutoff" in capsys.readouterr().err
    assert os.listdir(run_file.parent) == ["neuron.toml"]


def test_a_fault_of_our_own_is_one_line_and_debug_shows_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "run", "quspike.cli.no_such_module")
    assert status_of("run", "neuron.toml") == 70
    assert capsys.readouterr().err.count("\n") == 1
    assert status_of("run", "--debug", "neuron.toml") == 70
    assert "Traceback" in capsys.readouterr().err


def test_colour_is_left_out_of_pipes(finished: Path) -> None:
    shown = subprocess.run([*QUSPIKE, "show", str(finished)], capture_output=True, check=True)
    assert b"\x1b" not in shown.stdout + shown.stderr


def test_a_reader_that_leaves_early_is_no_error(finished: Path) -> None:
    script = f'"$@" show {finished} | head -n 1; echo "${{PIPESTATUS[0]}}"'
    shown = subprocess.run(["bash", "-c", script, "bash", *QUSPIKE], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "0"
    assert shown.stderr == ""


TALKATIVE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell starts in the background
from contextlib import contextmanager
from quspike.cli import console, main
@contextmanager
def progress(quiet):
    yield lambda stage: print(stage, flush=True)
console.progress = progress
main()
"""


@pytest.mark.parametrize(
    ("number", "status", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_ends_a_run_at_once_and_leaves_no_file(
    number: signal.Signals, status: int, said: str, run_file: Path
) -> None:
    """In the middle of sixteen million steps. Catches: an interpreter that shuts down under its solver, and crashes."""
    figure = run_file.with_name("figure.png")
    words = ["run", run_file, "--set", "duration=1ms", "--set", "save_every=1us", "--plot", figure]
    program = [sys.executable, "-c", TALKATIVE, *map(str, words)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while "steps of" not in process.stdout.readline():
            assert process.poll() is None
        time.sleep(2)
        process.send_signal(number)
        assert process.wait(10) == status
        assert process.stderr.read() == f"{said}\n"
    assert os.listdir(run_file.parent) == ["neuron.toml"]


def test_a_full_disk_is_no_fault_of_the_program(
    run_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_template, "template", refuse)
    assert "No space left on device" in refusal(capsys, "new", run_file.with_name("mine.toml"))


def test_what_compiling_refuses_names_file_and_table(run_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches: `method needs a resonator` of one of a hundred run files, without its table and without the file."""
    run_file.write_text(template().replace('method = "moments"', 'method = "gksl"'), encoding="utf-8")
    for command in ("run", "check"):
        assert f"({run_file})" in refusal(capsys, command, run_file)


def test_what_a_method_does_not_read_is_noted(run_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches: an ensemble that is asked for of a method which has none, without a word."""
    text = template().replace("[run]", '[run]\nparent = "brownian"\ntrajectories = 7')
    run_file.write_text(text, encoding="utf-8")
    assert run_program(["check", str(run_file)]) == 0
    said = capsys.readouterr().err
    assert "[run] parent = brownian is not read by method moments" in said
    assert "[run] trajectories = 7 is not read by method moments" in said


def test_the_help_of_run_names_every_method() -> None:
    """Catches: a list of methods that a new one is missing from."""
    from quspike.cli.run import METHODS as NAMED
    from quspike.methods.registry import METHODS

    assert NAMED.split(", ") == list(METHODS)
