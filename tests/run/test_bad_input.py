"""Whatever is wrong with a run file is said in one line that names the file, the key and what would be right.

The cases are generated from the schema, so that a new key is covered by itself.
"""

from __future__ import annotations

import copy
import dataclasses
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quspike.drives import KINDS
from quspike.errors import InputError, NotAvailable
from quspike.run.fields import Amplitude, Choice, Flag, Kind, Name, Unit, Whole
from quspike.run.initial import Initial, Memories
from quspike.run.load import parse_run
from quspike.run.neuron import Neuron
from quspike.run.settings import Save, Settings, Times
from quspike.run.table import OneOf, Table
from quspike.run.template import template
from quspike.run.toml import toml_value

TABLES: dict[str, type[Table]] = {"neuron": Neuron, "initial": Initial, "run": Settings, "save": Save}
WRONG_TYPES: dict[type[Kind], list[Any]] = {
    Unit: [True, [], {}, "", "blue", "1 2 V", float("nan"), float("inf"), 10**400],
    Choice: [1, "no such word", "", []],
    Whole: [1.5, "seven", True, [], 1e400],
    Flag: [0, 1, "true", []],
    Name: [1, "", "two words", "tab\tstop", []],
    Amplitude: ["3", [1.0, 2.0, 3.0], [], {}, [True, 1.0], [float("nan"), 0.0]],
    Memories: [1, "MEM1", [], {"MEM1": [1]}],
    OneOf: [1, True, "a word", [1], {"no such key": 1}],
    Times: [1, "1 ns", {}, ["1 ns", "1 ns"], ["-1 ns"], ["1 V"]],
}
DRIVES: dict[str, dict[str, Any]] = {
    "step": {"amplitude": "0.6 nA", "start": "5 ns"},
    "sine": {"amplitude": "0.6 nA", "frequency": "10 MHz"},
    "pulses": {"amplitude": "0.6 nA", "width": "1 ns", "period": "5 ns", "count": 3},
    "noise": {"std": "0.1 nA", "tau": "1 ns"},
    "csv": {"file": "input.csv"},
    "wav": {"file": "input.wav", "amplitude": "1 nA", "time_scale": 1e-6},
    "table": {"times": ["0 s", "1 us"], "values": ["0 A", "1 nA"]},
}
MEASURED = '[measurement]\nstrength = "1e6/s"\n'


def good_document() -> dict[str, Any]:
    return copy.deepcopy(tomllib.loads(template()))


def as_toml(document: dict[str, Any]) -> str:
    lines = [f"{key} = {toml_value(value)}" for key, value in document.items() if not isinstance(value, dict)]
    for name, table in document.items():
        if isinstance(table, dict):
            lines += [f"[{name}]"] + [f"{toml_value(key)} = {toml_value(value)}" for key, value in table.items()]
    return "\n".join(lines)


def refusal(document: dict[str, Any] | str) -> str:
    """The message with which the document is refused."""
    text = document if isinstance(document, str) else as_toml(document)
    with pytest.raises(InputError) as caught:
        parse_run(text, "bad.toml")
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    assert len(message) < 500
    assert "bad.toml" in message
    return message


def every_key() -> Iterator[tuple[str, str, Kind]]:
    for table, cls in TABLES.items():
        for key, kind in cls.kinds().items():
            yield table, key, kind


def wrong_values() -> Iterator[Any]:
    for table, key, kind in every_key():
        for value in WRONG_TYPES[type(kind)]:
            yield pytest.param(table, key, value, id=f"{table}.{key}={toml_value(value)[:20]}")


def wrong_units() -> Iterator[Any]:
    for table, key, kind in every_key():
        if isinstance(kind, Unit):
            other = "1 K" if kind.quantity != "temperature" else "1 V"
            for value in (other, "1", 1, 1.0, "1 furlong", "1k", "1meg"):
                yield pytest.param(table, key, value, id=f"{table}.{key}={value!r}")


def out_of_range() -> Iterator[Any]:
    for table, key, kind in every_key():
        beyond: list[Any] = []
        if isinstance(kind, Unit) and kind.minimum is not None:
            below = [kind.minimum] if kind.exclusive else []
            beyond = [kind.write(value) for value in [*below, kind.minimum - 1.0]]
        if isinstance(kind, Whole):
            beyond = [kind.minimum - 1, kind.maximum + 1]
        for value in beyond:
            yield pytest.param(table, key, value, id=f"{table}.{key}={value}")


def test_the_document_that_the_cases_spoil_is_itself_accepted() -> None:
    parse_run(as_toml(good_document()), "good.toml")


@pytest.mark.parametrize(("table", "key", "value"), [*wrong_values(), *wrong_units(), *out_of_range()])
def test_a_wrong_value_is_refused_by_the_name_of_its_key(table: str, key: str, value: Any) -> None:
    document = good_document()
    document[table][key] = value
    assert f"[{table}] {key}" in refusal(document)


@pytest.mark.parametrize(
    ("table", "key"), [(t, k) for t, k, _ in every_key() if TABLES[t].model_fields[k].is_required()]
)
def test_a_missing_key_is_named_with_what_it_should_hold(table: str, key: str) -> None:
    document = good_document()
    del document[table][key]
    assert f"[{table}] {key} must be given" in refusal(document)


@pytest.mark.parametrize(("table", "key"), [(t, k) for t, k, _ in every_key() if len(k) > 2])
def test_a_misspelt_key_is_refused_and_the_nearest_one_offered(table: str, key: str) -> None:
    document = good_document()
    value = document[table].pop(key, "1")
    misspelt = key[:-2] + key[-1] + key[-2] if key[-1] != key[-2] else key[:-1]
    document[table][misspelt] = value
    message = refusal(document)
    assert f"[{table}] {misspelt}" in message
    assert f"did you mean {key}?" in message


def test_every_kind_of_drive_is_spoilt_below() -> None:
    assert set(DRIVES) == set(KINDS)


def drive_keys() -> Iterator[tuple[str, str, bool]]:
    """(kind, key, required) of every key that holds a physical quantity."""
    for kind, cls in KINDS.items():
        for spec in dataclasses.fields(cls):
            if "quantity" in spec.metadata:
                yield kind, spec.name, spec.default is dataclasses.MISSING


def with_drive(keys: dict[str, Any]) -> str:
    document = good_document()
    del document["drive"]
    return as_toml(document | {"drive.input": keys}).replace('"drive.input"', "drive.input")


@pytest.mark.parametrize("value", [True, "blue", "1 K", {}, float("nan"), "", "1k"])
@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, key, _ in drive_keys()])
def test_a_wrong_value_of_a_drive_is_refused_by_the_name_of_its_key(kind: str, key: str, value: Any) -> None:
    assert f"[drive.input] {key}" in refusal(with_drive({"kind": kind, **DRIVES[kind], key: value}))


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, key, required in drive_keys() if required])
def test_a_missing_key_of_a_drive_is_named(kind: str, key: str) -> None:
    keys = {"kind": kind, **DRIVES[kind]}
    del keys[key]
    assert f"[drive.input] {key}" in refusal(with_drive(keys))


@pytest.mark.parametrize("kind", list(DRIVES))
def test_a_misspelt_key_of_a_drive_is_refused(kind: str) -> None:
    first = next(iter(DRIVES[kind]))
    message = refusal(with_drive({"kind": kind, **DRIVES[kind], first + "e": "1 nA"}))
    assert f"[drive.input] {first}e" in message
    assert first in message


@pytest.mark.parametrize(
    ("find", "replacement", "key"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ("schema = 1", 'schema = "1"', "schema"),
        ("schema = 1", "schema = true", "schema"),
        ("schema = 1", "", "schema"),
        ("[neuron]", "[neurn]", "did you mean neuron?"),
        ("[drive.input]", "[drives.input]", "did you mean drive?"),
        ('node = "m"', 'node = "n"', "[neuron] node"),
        ('node = "m"', 'node = "0"', "[neuron] node"),
        ('v_reset = "0 V"', 'v_reset = "20 uV"', "[neuron] v_reset"),
        ('membrane = "voltage"', 'membrane = "envelope"', "[neuron] membrane"),
        ('membrane = "voltage"', 'quadrature_phase = "1 rad"', "[neuron] quadrature_phase"),
        ('reset = "zero"', 'reset = "zero"\nreset = "zero"', "TOML"),
        ('reset_std = "auto"', 'reset_std = "1 uC"', "[neuron] reset_std"),
        ("[drive.input]", "[drive.inptu]", "did you mean inptu?"),
        ("[initial]", '[drive.other]\nkind = "step"\namplitude = "1 nA"\n[initial]', "[drive.other]"),
        ('amplitude = "0.6 nA"', 'amplitude = "0.6 mV"', "[drive.input]"),
        ('kind = "step"', 'kind = "stp"', "[drive.input] kind"),
        ('kind = "step"', "", "[drive.input] kind"),
        ('state = "thermal"', 'state = "coherent"', "no oscillator states"),
        ('state = "thermal"', 'state = "fock"', "no oscillator states"),
        ('state = "thermal"', 'state = "cat"\nalpha = [1.0, 0.0]', "no oscillator states"),
        ('state = "thermal"', 'state = "thermal"\nn = 3', "[initial] n"),
        ('state = "thermal"', 'state = "fock"\nn = 3', "[initial] state"),
        ('state = "thermal"', 'state = "vacuum"', "no oscillator states"),
        ('state = "thermal"', 'state = "coherent"\nalpha = [3.0, 0.0]', "no oscillator states"),
        ('state = "thermal"', 'memory = { MEM2 = "0 Wb" }', "[initial] memory.MEM2"),
        ('state = "thermal"', 'memory = { MEM1 = "0 V" }', "[initial] memory.MEM1"),
        ('state = "thermal"', "memory = { MEM1 = 1e-12 }", "[initial] memory.MEM1"),
        ('save_every = "0.5 ns"', 'save_every = "401 ns"', "[run] save_every"),
        ('save_every = "0.5 ns"', 'save_every = "1 fs"', "[run] save_every"),
        ('dt = "auto"', 'dt = "1 ns"', "[run] dt"),
        ('dt = "auto"', 'dt = "1e-20 s"', "[run] dt"),
        ("classical = true", "classical = false\njohnson_noise = true", "[run] johnson_noise"),
        ("[save]", "[sav]", "did you mean save?"),
    ],
)
def test_parts_that_do_not_fit_are_refused(find: str, replacement: str, key: str) -> None:
    text = template()
    assert find in text
    assert key in refusal(text.replace(find, replacement, 1))


@pytest.mark.parametrize(
    ("state", "key"), [('"coherent"', "alpha"), ('"fock"', "n"), ('"cat"\nalpha = [1.0, 0.0]', "parity")]
)
def test_a_state_of_an_oscillator_asks_for_its_keys(state: str, key: str) -> None:
    text = template().replace("C1 ", "L1 m 0 10nH\nC1 ", 1).replace('state = "thermal"', f"state = {state}", 1)
    assert f"[initial] {key} must be given" in refusal(text)


def test_a_state_without_an_oscillator_is_refused_as_such() -> None:
    """Of keywords, too. Catches: the keys of a cat asked for, one after the other, where no cat can be."""
    with pytest.raises(InputError, match="no oscillator states"):
        parse_run(template()).replace(initial={"state": "cat", "alpha": 1.0})


@pytest.mark.parametrize("efficiency", ["0", "1.2", "-0.1"])
def test_every_wrong_efficiency_is_told_the_same_bounds(efficiency: str) -> None:
    """Catches: `from 0 to 1`, and then a refusal of 0."""
    text = template().replace("[save]", f"{MEASURED}efficiency = {efficiency}\n[save]")
    assert "[measurement] efficiency must be > 0 and ≤ 1" in refusal(text)


def test_a_default_is_not_blamed_for_a_threshold() -> None:
    """Catches: `v_reset must be below v_threshold` of a v_reset that nobody gave."""
    given = template().replace('v_threshold = "20 uV"', 'v_threshold = "-10 uV"')
    assert "[neuron] v_reset must be below" in refusal(given)
    left_out = "\n".join(line for line in given.splitlines() if not line.startswith("v_reset"))
    assert "[neuron] v_threshold must be above v_reset, 0 V" in refusal(left_out)


@pytest.mark.parametrize(
    ("find", "replacement", "key"),
    [
        ('memory = "mean_field"', 'frame = "rotating"', "[run] frame"),
        ('state = "thermal"', 'state = "file"', "[initial] state"),
    ],
)
def test_what_has_not_arrived_is_refused_by_name_and_never_ignored(find: str, replacement: str, key: str) -> None:
    text = template()
    assert find in text
    message = refusal(text.replace(find, replacement, 1))
    assert key in message
    assert "not available yet" in message
    with pytest.raises(NotAvailable):
        parse_run(text.replace(find, replacement, 1))


@pytest.mark.parametrize(
    ("find", "replacement", "named"),
    [
        ('spike = "expectation"', 'spike = "escape"', "[neuron] escape"),
        ('spike = "expectation"', 'spike = "record"', "[neuron] record"),
        ('spike = "expectation"', 'spike = "coherent"\ncoherent = { bin = "1 ns" }', "[neuron] coherent.width"),
        ('spike = "expectation"', 'escape = { rate = "1e9/s", width = "2 uV" }', "belongs to spike escape"),
        (
            'spike = "expectation"',
            'spike = "escape"\nescape = { rate = "-1e9/s", width = "2 uV" }',
            "[neuron] escape.rate",
        ),
        (
            'spike = "expectation"',
            'spike = "escape"\nescape = { rate = "1 GHz", width = "2 uV" }',
            "[neuron] escape.rate",
        ),
        ('memory = "mean_field"', 'memory = "measured"', "[measurement]"),
        ("record = false", "record = true", "[save] record"),
        ("[save]", MEASURED + "[save]", "[measurement]"),
        ("[save]", MEASURED + "efficiency = 1.5\n[save]", "[measurement] efficiency"),
        ("[save]", MEASURED + "efficiency = -0.1\n[save]", "[measurement] efficiency"),
        ("[save]", '[measurement]\nstrength = "-1e6/s"\n[save]', "[measurement] strength"),
    ],
)
def test_a_detector_that_is_wrong_or_serves_nothing_is_refused_by_name(find: str, replacement: str, named: str) -> None:
    text = template().replace("covariance = false", "covariance = false\nrecord = false")
    assert find in text
    assert named in refusal(text.replace(find, replacement, 1))


def test_a_measurement_and_a_detector_are_written_back_bit_for_bit() -> None:
    """Catches: a table that `to_toml` leaves out, and a unit that does not come back."""
    text = template().replace("[save]", MEASURED + 'efficiency = 0.5\nfilter = "1 ns"\n[save]')
    text = text.replace('spike = "expectation"', 'spike = "record"\nrecord = { filter = "3 ns" }')
    run = parse_run(text)
    assert run.measurement is not None
    assert (run.measurement.strength, run.measurement.efficiency, run.measurement.filter) == (1e6, 0.5, 1e-9)
    assert run.neurons["neuron"].record is not None
    assert run.neurons["neuron"].record.filter == pytest.approx(3e-9, rel=1e-15)
    assert parse_run(run.to_toml()) == run


def test_two_neurons_on_one_node_are_refused() -> None:
    two = (
        template()
        .replace("[neuron]", "[neuron.a]")
        .replace("[drive.input]", '[neuron.b]\nnode = "m"\nv_threshold = "10 uV"\n[drive.input]')
    )
    assert "[neuron.b] node must not be that of [neuron.a] too" in refusal(two)


def test_one_named_neuron_keeps_its_name() -> None:
    assert list(parse_run(template().replace("[neuron]", "[neuron.a]")).neurons) == ["a"]


def test_a_fault_of_a_named_neuron_names_its_table() -> None:
    assert "[neuron.a] t_ref" in refusal(template().replace("[neuron]", "[neuron.a]").replace('"2 ns"', '"2 nA"'))


def test_a_run_without_neuron_is_accepted_and_an_empty_neuron_is_not() -> None:
    document = good_document()
    del document["neuron"]
    assert parse_run(as_toml(document)).neurons == {}
    assert "[neuron] node" in refusal(document | {"neuron": {}})


def test_syntax_errors_name_their_line() -> None:
    assert refusal(template().replace('node = "m"', "node m")).startswith("line ")
    line = next(i for i, text in enumerate(template().splitlines(), 1) if text.startswith("node"))
    assert f"line {line} " in refusal(template().replace('node = "m"', "node m"))


@pytest.mark.parametrize(
    "text", ["", "\x00", "[" * 50_000, "a" * 100_000, "a." * 20_000 + "b = 1", "x = " + "9" * 10_000]
)
def test_nonsense_is_refused_in_one_line(text: str) -> None:
    refusal(text)


@given(text=st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_run_or_one_line(text: str) -> None:
    refusal(text)


@given(start=st.integers(0, 2500), length=st.integers(0, 30), junk=st.text(max_size=10))
@example(start=0, length=0, junk="")
@settings(max_examples=300, deadline=None)
def test_a_damaged_run_file_is_a_run_or_one_line(start: int, length: int, junk: str) -> None:
    good = template()
    text = good[:start] + junk + good[start + length :]
    with suppress(InputError):
        parse_run(text, "bad.toml")
        return
    refusal(text)
