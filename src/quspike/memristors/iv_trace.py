"""A measured I–V trace: time, voltage and current, from a file or from arrays, checked."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from quspike.errors import InputError
from quspike.units import quantity_of, to_si

QUANTITIES = ("time", "voltage", "current")
SHORT = {"t": "time", "v": "voltage", "i": "current"}
MINIMUM_SAMPLES = 10

_HEADER = re.compile(r"(?P<name>.*?)(?:[ _]*[\[(](?P<bracketed>[^\])]+)[\])]|_(?P<attached>[A-Za-zµμΩ]+))?")


@dataclass(frozen=True, eq=False)
class IVTrace:
    """V(t) across and I(t) through a memristor, `time` ascending; arrays (N,) in s, V, A.

    Raises InputError for arrays of different lengths, fewer than 10 samples, NaN or infinities, times that do not
    ascend, or a voltage that is zero throughout.
    """

    time: np.ndarray
    voltage: np.ndarray
    current: np.ndarray
    where: str | None = None

    def __post_init__(self) -> None:
        for name in QUANTITIES:
            object.__setattr__(self, name, self._column(name))
        n = len(self.time)
        if n < MINIMUM_SAMPLES:
            raise InputError("time", f"{n} samples", f"must have ≥ {MINIMUM_SAMPLES} samples", self.where)
        for name in ("voltage", "current"):
            if len(getattr(self, name)) != n:
                raise InputError(name, f"{len(getattr(self, name))} samples", f"must have {n}, as time has", self.where)
        if np.any(np.diff(self.time) <= 0):
            k = int(np.argmax(np.diff(self.time) <= 0))
            pair = f"{self.time[k]:g} s followed by {self.time[k + 1]:g} s (sample {k + 1})"
            raise InputError("time", pair, "must ascend from sample to sample", self.where)
        for name in ("voltage", "current"):
            if not np.any(getattr(self, name)):
                raise InputError(name, "0 throughout", "must differ from zero to tell anything of the law", self.where)

    def _column(self, name: str) -> np.ndarray:
        try:
            column = np.asarray(getattr(self, name), dtype=float)
        except (TypeError, ValueError) as error:
            raise InputError(name, getattr(self, name), "must be an array of numbers", self.where) from error
        if column.ndim != 1:
            raise InputError(name, f"shape {column.shape}", "must be one-dimensional", self.where)
        if not np.all(np.isfinite(column)):
            k = int(np.argmin(np.isfinite(column)))
            raise InputError(name, f"{column[k]} (sample {k})", "must hold finite numbers only", self.where)
        return column


def iv_trace(source: Any, columns: Mapping[str, str] | Sequence[str] | None = None) -> IVTrace:
    """The trace in `source`: the path of a CSV file, or the three arrays (time, voltage, current) in SI.

    A CSV file has a header line. Its columns are found by name (`time`, `t`, `voltage`, `V`, `current`, `I`, any
    case), or named in `columns`, as `{"time": "stamp", …}` or in that order. A unit at the end of a name
    (`current_uA`, `time [ms]`) scales the column; without one it is in SI. Lines that start with `#` are skipped.

    Raises InputError for a missing or unreadable file, a missing column, or what `IVTrace` refuses.
    """
    if isinstance(source, str | PathLike):
        return _from_csv(Path(source), columns)
    if not isinstance(source, Sequence | np.ndarray) or len(source) != 3:
        raise InputError("source", type(source).__name__, "must be a path or three arrays: time, voltage, current")
    return IVTrace(*source)


def _from_csv(path: Path, columns: Mapping[str, str] | Sequence[str] | None) -> IVTrace:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("source", path, f"must be a readable text file ({error})") from error
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if not lines:
        raise InputError("source", "an empty file", "must have a header and samples", str(path))
    delimiter = max(",;\t", key=lines[0][1].count)
    header = [name.strip() for name in next(csv.reader([lines[0][1]], delimiter=delimiter))]
    places, factors = _places(header, columns, str(path))
    rows = [_row(n, line, delimiter, places, len(header), str(path)) for n, line in lines[1:]]
    time, voltage, current = (np.array(rows).reshape(-1, 3) * factors).T
    return IVTrace(time, voltage, current, str(path))


def _row(number: int, line: str, delimiter: str, places: list[int], width: int, where: str) -> list[float]:
    cells = next(csv.reader([line], delimiter=delimiter))
    if any(cell.strip() for cell in cells[width:]):
        remedy = f"must hold at most {width} cells, as the header does (decimals take a point)"
        raise InputError("line", f"{len(cells)} cells", remedy, f"{where}, line {number}")
    row = []
    for name, place in zip(QUANTITIES, places, strict=True):
        cell = cells[place].strip() if place < len(cells) else ""
        try:
            row.append(float(cell))
        except ValueError as error:
            raise InputError(name, repr(cell), "must be a number", f"{where}, line {number}") from error
        if not np.isfinite(row[-1]):
            raise InputError(name, cell, "must be a finite number", f"{where}, line {number}")
    return row


def _places(
    header: list[str], columns: Mapping[str, str] | Sequence[str] | None, where: str
) -> tuple[list[int], np.ndarray]:
    """Where time, voltage and current stand, and what takes each to SI."""
    found = {_meaning(name): name for name in reversed(header)}
    wanted = _asked(columns, where) if columns is not None else {q: found.get(q, "") for q in QUANTITIES}
    for quantity, name in wanted.items():
        if name not in header:
            asked = f" called {name!r}" if name else ""
            raise InputError("source", f"columns {', '.join(header)}", f"must have a {quantity} column{asked}", where)
    return [header.index(wanted[q]) for q in QUANTITIES], np.array([_factor(wanted[q], q) for q in QUANTITIES])


def _asked(columns: Mapping[str, str] | Sequence[str], where: str) -> dict[str, str]:
    names = dict(columns) if isinstance(columns, Mapping) else dict(zip(QUANTITIES, columns, strict=False))
    if isinstance(columns, str) or set(names) != set(QUANTITIES):
        raise InputError("columns", columns, f"must name three columns: {', '.join(QUANTITIES)}", where)
    return names


def _meaning(name: str) -> str:
    match = _HEADER.fullmatch(name.strip())
    word = (match["name"] if match else name).strip().lower()
    return SHORT.get(word, word)


def _factor(name: str, quantity: str) -> float:
    """What a column named `current_uA` or `time [ms]` is multiplied by; 1 where the name ends in no unit."""
    match = _HEADER.fullmatch(name.strip())
    unit = (match["bracketed"] or match["attached"]) if match else None
    if not unit:
        return 1.0
    try:
        return float(to_si(f"1 {unit}", quantity, name))
    except InputError as error:
        if match and match["bracketed"]:
            raise InputError("source", name, f"must be in {quantity_of(quantity).unit}, or a multiple of it") from error
        return 1.0
