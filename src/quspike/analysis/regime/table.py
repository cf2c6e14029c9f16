"""The map's numbers as text: a row a point, two columns a rung, three digits."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import xarray as xr

from quspike.analysis.regime.points import NAMES
from quspike.analysis.regime.reach import ERRORS
from quspike.result import atomic

PLACES = ("part", "reference", *NAMES, "drift_found")


def write_table(ds: xr.Dataset, path: str | Path, *, force: bool = False) -> Path:
    """Write a map as CSV; a number that was not measured is left empty. Raises InputError for an existing file."""
    path = atomic.check_writable(Path(path), force=force)
    columns = [(f"{rung} {error}", ds[error].sel(rung=rung).values) for rung in map(str, ds.rung.values)
               for error in ERRORS]  # fmt: skip
    columns = [(name, values) for name, values in columns if np.isfinite(values).any()]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([*PLACES, *(name for name, _ in columns)])
    for i in range(ds.sizes["point"]):
        places = [_text(ds[name].values[i]) for name in PLACES]
        rows.writerow([*places, *(_text(values[i]) for _, values in columns)])
    with atomic.whole_file(path, force=force) as partial:
        Path(partial).write_text(text.getvalue(), encoding="utf-8")
    return path


def read_table(path: str | Path) -> xr.Dataset:
    """The map that `write_table` wrote, to three digits."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    measured = [name.rsplit(" ", 1) for name in rows[0] if name not in PLACES]
    rungs = list(dict.fromkeys(rung for rung, _ in measured))
    found = {error: np.full((len(rows), len(rungs)), np.nan) for error in ERRORS}
    for rung, error in measured:
        found[error][:, rungs.index(rung)] = [float(row[f"{rung} {error}"] or "nan") for row in rows]
    variables = {error: (("point", "rung"), values) for error, values in found.items()}
    ds = xr.Dataset(variables, {"rung": np.array(rungs, dtype=np.str_)})
    words = {name: ("point", np.array([row[name] for row in rows], dtype=np.str_)) for name in PLACES[:2]}
    numbers = {name: ("point", np.array([float(row[name] or "nan") for row in rows])) for name in PLACES[2:]}
    return ds.assign_coords(words | {name: numbers[name] for name in NAMES}).assign(drift_found=numbers["drift_found"])


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return f"{number:.3g}" if np.isfinite(number) else ""
