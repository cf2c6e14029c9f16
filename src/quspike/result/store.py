"""Results on disk: netCDF-4 files, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from quspike.errors import InputError, NotAvailable
from quspike.result import atomic
from quspike.result.schema import SCHEMA
from quspike.result.twin import join, split

TWIN_GROUP = "classical"


def check_writable(path: str | Path, *, force: bool = False) -> Path:
    """Refuse a destination that `write` would refuse, before a run is spent on it."""
    path = Path(path)
    if path.suffix == ".zarr":
        raise NotAvailable("output", path, "must end in .nc: streaming to a Zarr store is not available yet")
    if path.suffix != ".nc":
        raise InputError("output", path, "must end in .nc")
    return atomic.check_writable(path, force=force)


def write(ds: xr.Dataset, path: str | Path, *, force: bool = False) -> Path:
    """Write a result; the classical neuron becomes the group `/classical`.

    The file appears at `path` complete, or not at all, even when the process is killed.

    Raises
    ------
    InputError : `path` cannot be written, or exists and `force` is false.
    """
    path = check_writable(path, force=force)
    root, twin = split(ds)
    with atomic.whole_file(path, force=force) as partial:
        root.to_netcdf(partial, engine="netcdf4", encoding=_encoding(root))
        if twin is not None:
            twin.to_netcdf(partial, engine="netcdf4", mode="a", group=TWIN_GROUP, encoding=_encoding(twin))
    return path


def read(path: str | Path) -> xr.Dataset:
    """The Dataset that `write` was given: the same variables, attributes and classical neuron.

    Raises
    ------
    InputError : no such file, not a result of quspike, or one written by a later quspike.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("result", path, "must be an existing file")
    root = _load(path, None)
    schema = root.attrs.get("schema")
    if schema is None or "quspike_version" not in root.attrs:
        raise InputError("result", path, "must be a result that quspike wrote")
    if schema > SCHEMA:
        version = root.attrs["quspike_version"]
        raise InputError("schema", schema, f"must be ≤ {SCHEMA}: quspike {version} wrote this file", str(path))
    ds = join(root, _load(path, TWIN_GROUP) if _has_twin(path) else None)
    ds.encoding["source"] = str(path)
    return ds


def _load(path: Path, group: str | None) -> xr.Dataset:
    try:
        ds = xr.load_dataset(path, engine="netcdf4", group=group)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError("result", path, f"must be a whole netCDF-4 file ({error})") from error
    ds.attrs = {key: _native(value) for key, value in ds.attrs.items()}
    return ds.drop_encoding()


def _has_twin(path: Path) -> bool:
    import netCDF4

    with netCDF4.Dataset(path) as file:
        return TWIN_GROUP in file.groups


def _native(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _encoding(ds: xr.Dataset) -> dict[Any, dict[str, Any]]:
    """Numbers are compressed without loss, and none of them means "missing"."""
    numbers = {"zlib": True, "complevel": 4, "shuffle": True}
    return {
        name: {"_FillValue": None} | (numbers if variable.ndim and variable.size else {})
        for name, variable in ds.variables.items()
        if variable.dtype.kind in "fiub"
    }
