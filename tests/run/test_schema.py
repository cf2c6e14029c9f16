"""A run file and its Python twin are one Run, and a Run written out reads back bit for bit."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import quspike as qs
from quspike.circuit import Circuit
from quspike.drives import Sine, Step
from quspike.errors import InputError
from quspike.run.initial import Initial
from quspike.run.load import LARGEST, load, parse_run
from quspike.run.neuron import Neuron
from quspike.run.schema import Run
from quspike.run.template import template
from quspike.run.toml import toml_value

EXAMPLE = Path(__file__).parents[2] / "examples" / "adapting.toml"
NETLIST = """
C1   m 0 100fF
MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.4pWb T=20mK cutoff=1e12rad/s
I1   0 m input
"""
RESONATOR = NETLIST + "L1 m 0 10nH\n"


def adapting(**changes: object) -> Run:
    keys = {
        "circuit": NETLIST,
        "neuron": Neuron("m", v_threshold="20 uV", t_ref="2 ns"),
        "drives": {"input": Step("0.6 nA", start="5 ns")},
        "duration": "400 ns",
        "save_every": "0.5 ns",
        "method": "moments",
    }
    return Run(**(keys | changes))


def test_python_refuses_what_no_file_could_say_by_name() -> None:
    """Catches: a TypeError from deep within, where the user's argument was wrong."""
    circuit = "C1 m 0 100fF\nR1 m 0 10kohm T=20mK\nI1 0 m input"
    with pytest.raises(InputError, match="drives must be a table of drives by name"):
        qs.simulate(circuit, duration="4 ns", drives=[qs.Step("1 nA")])
    with pytest.raises(InputError, match="what must be a run, a run file, or a result"):
        qs.hysteresis(None)
    with pytest.raises(InputError, match="no such file"):
        qs.compile("nowhere.toml")


def test_a_run_file_compiles_as_its_run_does(tmp_path: Path) -> None:
    path = tmp_path / "adapting.toml"
    path.write_text(template(), encoding="utf-8")
    assert qs.compile(path).plan.steps == qs.compile(qs.load(path)).plan.steps


def test_a_file_and_its_python_twin_are_the_same_run() -> None:
    """Catches: a default that differs between the two."""
    assert load(EXAMPLE).replace(base_dir=Path()) == adapting()


def test_the_example_holds_the_numbers_of_the_adapting_working_point() -> None:
    run = load(EXAMPLE)
    neuron = run.neurons["neuron"]
    assert (neuron.v_threshold, neuron.v_reset, neuron.t_ref) == (20e-6, 0.0, 2e-9)
    assert (run.duration, run.save_every, run.dt, run.truncation) == (400e-9, 0.5e-9, None, None)
    assert run.drives["input"].amplitude == 0.6e-9


def test_floats_are_si_and_text_carries_its_unit() -> None:
    assert Neuron("m", v_threshold=20e-6, t_ref=2e-9) == Neuron(node="m", v_threshold="20 uV", t_ref="2ns")


@given(
    threshold=st.floats(1e-9, 1e3),
    t_ref=st.floats(0, 1e3),
    duration=st.floats(1e-12, 1e6),
    phase=st.floats(-10, 10),
    alpha=st.complex_numbers(allow_nan=False, allow_infinity=False),
    seed=st.integers(0, 2**63 - 1),
)
@settings(max_examples=60, deadline=None)
def test_a_run_written_out_reads_back_bit_for_bit(
    threshold: float, t_ref: float, duration: float, phase: float, alpha: complex, seed: int
) -> None:
    """Catches: a number rounded to the digits that people read."""
    run = Run(
        circuit=RESONATOR,
        neuron=Neuron("m", membrane="quadrature", quadrature_phase=phase, v_threshold=threshold, t_ref=t_ref),
        drives={"input": Sine(threshold, frequency=1 / duration, phase=phase)},
        initial=Initial(state="coherent", alpha=alpha, memory={"MEM1": -threshold}, flux=threshold),
        duration=duration,
        seed=seed,
    )
    again = parse_run(run.to_toml())
    assert again.replace(base_dir=run.base_dir) == run
    assert again.to_toml() == run.to_toml()


@given(text=st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_survives_as_a_toml_string(text: str) -> None:
    import tomllib

    if text.isascii() or not any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        assert tomllib.loads(f"x = {toml_value(text)}") == {"x": text}


def test_every_default_is_written_out() -> None:
    text = adapting().to_toml()
    for key in ("membrane", "v_reset", "reset_std", "spike", "closure", "frame", "dt", "truncation", "strict", "seed"):
        assert f"\n{key} = " in text


def test_replace_gives_a_new_checked_run_and_leaves_the_old_one() -> None:
    run = adapting()
    other = run.replace(method="classical", duration="200 ns")
    assert (other.method, other.duration, run.method, run.duration) == ("classical", 200e-9, "moments", 400e-9)
    with pytest.raises(InputError, match="save_every must be ≤ duration"):
        run.replace(duration="0.1 ns")
    with pytest.raises(InputError, match="did you mean method"):
        run.replace(methd="classical")


def test_a_default_that_follows_another_key_follows_its_replacement() -> None:
    run = adapting(save_every=None)
    assert math.isclose(run.save_every, 0.4e-9)
    assert math.isclose(run.replace(duration="800 ns").save_every, 0.8e-9)


def test_a_run_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        adapting().duration = 1.0


def test_a_bare_amplitude_is_read_in_the_unit_of_its_source() -> None:
    run = adapting(drives={"input": Step(0.6e-9, start=5e-9)})
    assert run.drives["input"].quantity == "current"
    assert run == adapting()


def test_python_mistakes_name_the_argument() -> None:
    with pytest.raises(InputError, match=r"v_treshold is not a known key \(did you mean v_threshold\?\)"):
        Neuron("m", v_treshold="20 uV")
    with pytest.raises(InputError, match="t_ref must be ≥ 0 s"):
        Neuron("m", v_threshold="20 uV", t_ref=-2e-9)
    with pytest.raises(InputError, match="duration must be given"):
        Run(circuit=NETLIST, drives={"input": Step("1 nA")})
    with pytest.raises(InputError, match=r"\[neuron\] node"):
        adapting(neuron={"node": "x", "v_threshold": "20 uV"})


def test_an_envelope_needs_a_resonator() -> None:
    neuron = Neuron("m", v_threshold="10 uV", membrane="envelope")
    assert adapting(circuit=RESONATOR, neuron=neuron).neurons["neuron"].membrane == "envelope"
    with pytest.raises(InputError, match="no inductor or junction"):
        adapting(neuron=neuron)


def test_a_netlist_file_is_inlined_and_recorded(tmp_path: Path) -> None:
    (tmp_path / "membrane.cir").write_text(NETLIST)
    text = template().split('circuit = """')[0] + 'circuit = { file = "membrane.cir" }\n' + template().split('"""')[2]
    (tmp_path / "run.toml").write_text(text.replace("# or, relative", "# "))
    run = load(tmp_path / "run.toml")
    assert run.circuit == Circuit(NETLIST)
    digest = hashlib.sha256(NETLIST.encode()).hexdigest()
    assert run.inputs == ({"name": "membrane.cir", "sha256": digest, "bytes": len(NETLIST)},)
    assert "membrane.cir" not in run.to_toml()


def one_line_about(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


def test_files_that_are_no_run_file_are_refused_in_one_line(tmp_path: Path) -> None:
    assert "no such file" in one_line_about(tmp_path / "missing.toml")
    assert "directory" in one_line_about(tmp_path)
    (tmp_path / "garbage.toml").write_bytes(bytes(range(256)) * 100)
    assert "UTF-8" in one_line_about(tmp_path / "garbage.toml")
    with (tmp_path / "huge.toml").open("wb") as huge:
        huge.truncate(100_000_000)
    assert str(LARGEST) in one_line_about(tmp_path / "huge.toml")
    (tmp_path / "empty.toml").write_text("")
    assert "schema" in one_line_about(tmp_path / "empty.toml")


def test_windows_line_ends_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + template().replace("\n", "\r\n").encode())
    assert load(path) == parse_run(template(), base_dir=tmp_path)


def test_the_template_names_only_what_is_there_and_loads() -> None:
    assert parse_run(template("mine.toml")).replace(base_dir=Path()) == adapting()
    assert "quspike run mine.toml" in template("mine.toml")


def test_an_initial_memory_outside_the_bounds_of_its_law_is_refused() -> None:
    circuit = "C1 m 0 1uF\nMEM1 m 0 model=hp\nI1 0 m input"
    assert adapting(circuit=circuit, initial={"memory": {"MEM1": 0.25}}).initial.memory == {"MEM1": 0.25}
    with pytest.raises(InputError, match=r"\[initial\] memory.MEM1"):
        adapting(circuit=circuit, initial={"memory": {"MEM1": 1.25}})


def test_a_width_belongs_to_a_zero_reset() -> None:
    with pytest.raises(InputError, match="reset_std belongs to reset zero"):
        Neuron("m", v_threshold="20 uV", reset="subtract", reset_std="1 uV")
