"""The table of a Y element: read, checked, and fitted by a positive-real admittance.

    omega (rad/s), re (S), im (S)          f(t) = ∫ dω/2π f(ω) e^{−iωt}: a capacitor has Im Y < 0

The first line may name the columns, with units, as in a drive's file: `omega (Grad/s)`, or `frequency (GHz)`, which is
multiplied by 2π; without units they are in rad/s and S. A column `im` of the engineers' e^{+jωt} has the other sign,
and shows as a table that no passive element has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from quspike.baths.positive_real import PositiveReal, fit_positive_real
from quspike.circuit import Element
from quspike.drives.csv import column_scale, read_number, read_rows, split_header
from quspike.drives.files import read_input
from quspike.errors import InputError

FEWEST = 4  # rows
CLOSE = 0.05  # a fit that is further away says that the table is not of a passive, causal element
COLUMNS = ("omega", "re", "im")


@dataclass(frozen=True)
class AdmittanceTable:
    """ω [rad/s], Y [S], (n,) each; `record` of the file: name, sha256, bytes. fit : what is used in its place."""

    omega: np.ndarray
    admittance: np.ndarray
    record: dict[str, Any]
    fit: PositiveReal = field(repr=False)


def table_of(element: Element, base_dir: str | Path | None = None) -> AdmittanceTable:
    """The table of a Y element; its file is relative to `base_dir`.

    Raises InputError, naming the element, the file and the line: numbers that are none, frequencies that do not ascend,
    Re Y < 0, and tables that no positive-real admittance comes near.
    """
    if "cutoff" in element.params:
        raise InputError(
            f"{element.name} cutoff", f"{element.params['cutoff']:g} rad/s", "must be left out: a table ends by itself"
        )
    try:
        return _read(str(element.params["file"]), str(Path(base_dir or ".").resolve()))
    except InputError as error:
        raise InputError(f"{element.name} {error.key}", error.value, error.remedy, error.where) from None


@lru_cache(maxsize=64)
def _cached(content: bytes, name: str) -> tuple[np.ndarray, np.ndarray, PositiveReal]:
    omega, admittance = parse(content, name)
    fit = fit_positive_real(omega, admittance)
    if fit.error > CLOSE:
        found = f"{100 * fit.error:.2g} % from the nearest passive one"
        remedy = "must be the admittance of a passive element, Im Y < 0 for a capacitor (e^{−iωt})"
        raise InputError("file", found, remedy, name)
    return omega, admittance, fit


def _read(file: str, base_dir: str) -> AdmittanceTable:
    content, record = read_input(file, base_dir)
    omega, admittance, fit = _cached(content, record["name"])
    return AdmittanceTable(omega, admittance, record, fit)


def parse(content: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """ω and Y of the rows, each checked."""
    header, rows = split_header(read_rows(content, name))
    quantities = ("angular_frequency", "conductance", "conductance")
    scales = [column_scale(header, i, (q,), name)[0] for i, q in enumerate(quantities)]
    found: list[list[float]] = []
    for line, row in rows:
        where = f"{name}, line {line}"
        values = [read_number(row, i, key, where) * scales[i] for i, key in enumerate(COLUMNS)]
        last = found[-1][0] if found else -1.0
        if not values[0] > last:
            limit = f"must be more than the one before, {last:g} rad/s" if found else "must be ≥ 0 rad/s"
            raise InputError("omega", f"{values[0]:g} rad/s", limit, where)
        if values[1] < 0:
            raise InputError("re", f"{values[1]:g} S", "must be ≥ 0 S: a passive element takes energy", where)
        found.append(values)
    if len(found) < FEWEST:
        raise InputError("file", f"{len(found)} rows", f"must hold at least {FEWEST} rows of numbers", name)
    table = np.array(found)
    return table[:, 0], table[:, 1] + 1j * table[:, 2]
