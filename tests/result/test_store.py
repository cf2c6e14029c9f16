"""Results on disk: whole or not at all, and back again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import adapting_neuron
from quspike.errors import InputError, NotAvailable
from quspike.result import store


def test_a_file_gives_the_same_dataset_back(ds, tmp_path):
    """Catches: a lost dtype, attribute, coordinate or classical neuron; numbers rounded on the way."""
    path = store.write(ds, tmp_path / "run.nc")
    back = store.read(path)
    assert back.identical(ds)
    assert {name: variable.dtype for name, variable in back.variables.items()} == {
        name: variable.dtype for name, variable in ds.variables.items()
    }
    assert {type(value) for value in back.attrs.values()} <= {str, int, float}


def test_other_programs_read_both_neurons(ds, tmp_path):
    """Catches: seconds decoded as dates, `classical_` variables in the root, a group that lacks its attributes."""
    path = store.write(ds, tmp_path / "run.nc")
    with xr.open_dataset(path) as root, xr.open_dataset(path, group="classical") as twin:
        assert root.time.dtype == root.spike_time.dtype == np.float64
        assert set(root.variables) == set(twin.variables)
        assert not any(name.startswith("classical") for name in [*root.variables, *root.attrs])
        assert set(root.attrs) == set(twin.attrs)
        assert twin.attrs["method"] == "classical"
        np.testing.assert_array_equal(twin.voltage, ds.qs.classical.voltage)


def test_a_run_without_a_classical_neuron_has_no_group(quantum, tmp_path):
    ds = adapting_neuron.result(quantum, None)
    back = store.read(store.write(ds, tmp_path / "run.nc"))
    assert back.identical(ds)
    with pytest.raises(OSError, match="group not found"):
        xr.open_dataset(tmp_path / "run.nc", group="classical")


def test_nan_and_infinity_are_numbers_like_others(ds, tmp_path):
    ds.voltage[3:5, 0] = [np.nan, np.inf]
    assert store.read(store.write(ds, tmp_path / "run.nc")).identical(ds)


def test_a_long_config_is_stored_whole(ds, tmp_path):
    """Catches: HDF5's 64 KiB limit on compact attributes."""
    ds.attrs["config"] = "R1 a b 1 kΩ\n" * 20_000
    assert store.read(store.write(ds, tmp_path / "run.nc")).attrs["config"] == ds.attrs["config"]


def test_an_existing_file_is_replaced_only_on_request(ds, tmp_path):
    path = store.write(ds, tmp_path / "run.nc")
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"output must not exist yet \(use force to replace it\), but got .*run.nc"):
        store.write(ds.assign_attrs(seed=7), path)
    assert path.read_bytes() == before
    assert store.read(store.write(ds.assign_attrs(seed=7), path, force=True)).attrs["seed"] == 7


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("missing/run.nc", InputError, "must lie in an existing folder"),
        ("run.zarr", NotAvailable, "streaming to a Zarr store is not available yet"),
        ("run.csv", InputError, "must end in .nc"),
        ("file.txt/run.nc", InputError, "must lie in an existing folder"),
        ("folder.nc", InputError, "must be a file, not a folder"),
        ("n" * 300 + ".nc", InputError, "must be a file that can be written .file name too long"),
    ],
)
def test_a_destination_is_refused_before_the_run(tmp_path, name, error, words):
    (tmp_path / "file.txt").write_text("")
    (tmp_path / "folder.nc").mkdir()
    with pytest.raises(error, match=words):
        store.check_writable(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.txt", "folder.nc"]


def test_a_folder_that_nobody_can_write_is_refused():
    """`/proc` refuses new files even from root."""
    with pytest.raises(InputError, match="must be a file that can be written"):
        store.check_writable("/proc/run.nc")


def test_an_error_while_writing_leaves_the_folder_as_it_was(ds, tmp_path):
    """Catches: writing to the destination itself, or a temporary file left behind."""
    path = store.write(ds, tmp_path / "run.nc")
    before = path.read_bytes()
    ds["bad"] = ("time", np.array([object()] * ds.sizes["time"]))
    with pytest.raises((TypeError, ValueError)):
        store.write(ds, path, force=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


KILLED = """
import sys, time
sys.path.insert(0, {tests!r})
import adapting_neuron
from quspike.result import store
original = store.xr.Dataset.to_netcdf
def stall(self, path, **options):
    original(self, path, **options)
    print(path, flush=True)
    time.sleep(60)
store.xr.Dataset.to_netcdf = stall
solution = adapting_neuron.solution(duration=20e-9)
store.write(adapting_neuron.result(solution, solution), {path!r}, force=True)
"""


def test_a_process_killed_while_it_writes_leaves_no_half_file(tmp_path):
    """SIGKILL between the root and the group. Catches: anything but a rename as the last step."""
    path = tmp_path / "run.nc"
    path.write_bytes(b"an earlier result")
    script = KILLED.format(tests=str(Path(__file__).parents[1]), path=str(path))
    writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    partial = Path(writer.stdout.readline().strip())
    assert partial.is_file()
    assert partial.parent == tmp_path
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert path.read_bytes() == b"an earlier result"


def test_a_reader_never_sees_a_half_written_file(ds, tmp_path):
    """The inode is replaced: who holds the old file open still reads the old result."""
    path = store.write(ds, tmp_path / "run.nc")
    before = path.read_bytes()
    with path.open("rb") as held:
        store.write(ds.assign_attrs(seed=1), path, force=True)
        assert held.read() == before


def test_what_is_no_result_is_refused_in_one_line(ds, tmp_path):
    """Catches: a traceback of the HDF5 library for a user's slip."""
    whole = store.write(ds, tmp_path / "run.nc").read_bytes()
    (tmp_path / "garbage.nc").write_bytes(b"\x00garbage" * 50)
    (tmp_path / "empty.nc").write_bytes(b"")
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 2])
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "foreign.nc")
    for name in ("garbage", "empty", "cut", "foreign", "missing"):
        with pytest.raises(InputError, match=rf"^result must be .*{name}\.nc") as caught:
            store.read(tmp_path / f"{name}.nc")
        assert "\n" not in str(caught.value)


def test_a_result_of_a_later_quspike_is_refused(ds, tmp_path):
    path = store.write(ds.assign_attrs(schema=2, quspike_version="9.0"), tmp_path / "run.nc")
    with pytest.raises(InputError, match=r"schema must be ≤ 1: quspike 9\.0 wrote this file, but got 2"):
        store.read(path)
