"""A result's own config, run again: bit for bit on the same versions and device."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from quspike.run.load import parse_run
from quspike.run.simulate import run

if TYPE_CHECKING:
    import xarray as xr


def rerun(ds: xr.Dataset, base_dir: str | Path = ".") -> xr.Dataset:
    """Run the config that `ds` carries; files that it reads lie relative to `base_dir`.

    Raises
    ------
    InputError : a file that the run read holds other bytes now, or is needed and gone; a result of more than its run.
    """
    from quspike.result.provenance import check_inputs, check_single

    check_single(ds.attrs)
    check_inputs(json.loads(ds.attrs["inputs"]), Path(base_dir))
    return run(parse_run(ds.attrs["config"], "config of the result", base_dir))
