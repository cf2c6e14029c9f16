"""A result can be made again: from its file, from Python, and from itself."""

import pytest

import adapting_neuron
import quspike as qs
from quspike.errors import InputError

FILE = f'''
schema = 1
circuit = """{adapting_neuron.CIRCUIT}"""
[neuron]
node = "m"
v_threshold = "20 uV"
t_ref = "2 ns"
[drive.input]
kind = "step"
amplitude = "0.6 nA"
start = "5 ns"
[run]
duration = "30 ns"
save_every = "0.5 ns"
'''


def same(one, other):
    """Everything but the time that the solve took."""
    return one.drop_attrs(deep=False).identical(other.drop_attrs(deep=False)) and all(
        one.attrs[key] == other.attrs[key] for key in {*one.attrs, *other.attrs} - {"wall_seconds"}
    )


@pytest.fixture(scope="module")
def ds(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "neuron.toml"
    path.write_text(FILE)
    return qs.run(path)


def test_a_file_and_its_python_twin_give_identical_datasets(ds):
    """Catches: a default that differs between the two, a unit rounded on one of the ways."""
    twin = qs.simulate(
        adapting_neuron.CIRCUIT,
        neuron=qs.Neuron("m", v_threshold=20e-6, t_ref="2 ns"),
        drives={"input": qs.Step("0.6 nA", start=5e-9)},
        duration="30 ns",
        save_every="0.5 ns",
    )
    assert same(ds, twin)
    assert ds.sizes["spike"] == 4  # 9.28, 15.59, 21.93 and 28.31 ns


def test_a_stored_result_runs_itself_again_bit_for_bit(ds, tmp_path):
    """Catches: a config that lost a digit or a default, or that a file changes."""
    assert same(qs.open(ds.qs.save(tmp_path / "run.nc")).qs.rerun(), ds)


def test_the_classical_neuron_runs_alone_as_it_ran_beside_the_quantum_one(ds):
    """Catches: a config of the classical group that is not its own."""
    beside, alone = ds.qs.classical, ds.qs.classical.qs.rerun()
    assert beside.drop_attrs(deep=False).identical(alone.drop_attrs(deep=False))


def test_a_result_whose_input_file_changed_is_not_run_again(tmp_path):
    """Files lie beside the result. Catches: the present folder searched in place of the result's."""
    table = tmp_path / "drive.csv"
    table.write_text("time,I\n0,0\n3e-8,1e-10\n")
    run = FILE.replace('"step"', '"csv"').replace('amplitude = "0.6 nA"', 'file = "drive.csv"')
    (tmp_path / "neuron.toml").write_text(run.replace('start = "5 ns"', 'column = "I"'))
    ds = qs.run(qs.load(tmp_path / "neuron.toml").replace(method="classical"))
    stored = qs.open(ds.qs.save(tmp_path / "run.nc"))
    table.write_text("time,I\n0,0\n3e-8,2e-10\n")
    with pytest.raises(InputError, match=r"inputs must be unchanged since the run.*drive\.csv"):
        stored.qs.rerun()
