"""A drive read from a table of comma-separated values."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from quspike.drives.drive import REALISED, SIGNALS, Array, Drive, shown
from quspike.drives.files import check_file_name, read_input
from quspike.drives.table import Sampled
from quspike.errors import InputError, QuspikeError
from quspike.units import to_si

SLACK = 1e-9  # of the duration: a last sample that misses the end of the run by rounding is late enough


class Columns(NamedTuple):
    """What was read: times [s] and values (SI), (n,) each, what the values are, and the record of the file."""

    times: Array
    values: Array
    quantity: str | None
    record: dict[str, Any]


@dataclass(frozen=True)
class Csv(Sampled):
    """Straight lines through the points of a file, whose first column is the time.

    The first line may name the columns, with units: `time_ns`, `time (ns)` or `time [ns]`; `current_nA`. Without a
    unit, times are in s, and values in the SI unit of the source. Empty lines and lines that start with # are skipped.
    The times must ascend, start at or before 0, and reach the end of the run: outside the file nothing is made up.

    Parameters
    ----------
    file : path, relative to the run file.
    column : name of the column, with or without its unit, or its number; the time is number 0.
    """

    kind: ClassVar[str] = "csv"

    file: str | Path
    column: str | int = 1
    columns: Columns | None = field(default=None, kw_only=True, repr=False, compare=False, metadata=REALISED)

    def check(self) -> None:
        super().check()
        check_file_name(self.file)
        number = isinstance(self.column, int) and not isinstance(self.column, bool) and self.column >= 1
        if not number and not (isinstance(self.column, str) and self.column):
            raise InputError("column", repr(self.column), "must be the name of a column, or its number ≥ 1")

    def params(self) -> dict[str, Any]:
        points = {} if self.columns is None else {"times": self.columns.times, "values": self.columns.values}
        return super().params() | points

    def points(self, p: Mapping[str, Any]) -> tuple[Array, Array]:
        import jax.numpy as jnp

        if "times" not in p:
            raise QuspikeError("a csv drive has no values before its file is read: call realise(duration)")
        return jnp.asarray(p["times"]), jnp.asarray(p["values"])

    def realise(self, duration: float, seed: int = 0, base_dir: str | Path | None = None, name: str = "") -> Drive:
        """The drive with its file read; InputError names the line at fault."""
        content, record = read_input(self.file, base_dir)
        columns = read_columns(content, self.column, duration, record)
        read = replace(self, columns=columns)
        return read if columns.quantity is None else read.as_quantity(columns.quantity, record["name"])

    @property
    def inputs(self) -> list[dict[str, Any]]:
        return [] if self.columns is None else [self.columns.record]


def read_columns(content: bytes, column: str | int, duration: float, record: dict[str, Any]) -> Columns:
    """Times and values of one column, checked, up to the first time that reaches `duration`."""
    import numpy as np

    name = record["name"]
    header, rows = split_header(read_rows(content, name))
    index = column_index(column, header, name)
    time_scale, _ = column_scale(header, 0, ("time",), name)
    scale, quantity = column_scale(header, index, (*SIGNALS, "dimensionless"), name)
    times: list[float] = []
    values: list[float] = []
    width = len(header or rows[0][1]) if rows else 0
    for line, row in rows:
        where = f"{name}, line {line}"
        check_width(row, width, where)
        t = read_number(row, 0, "time", where) * time_scale
        if times and not t > times[-1]:
            raise InputError(
                "time", shown(t, "time"), f"must be later than the one before, {shown(times[-1], 'time')}", where
            )
        times.append(t)
        values.append(read_number(row, index, str(column), where) * scale)
        if t >= duration:
            break
    check_span(times, duration, name, rows[-1][0] if rows else 0)
    return Columns(np.array(times), np.array(values), quantity, record)


def read_rows(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    """(line number, cells) of every line that holds data."""
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        return list(filled_rows((reader.line_num, row) for row in reader))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError("file", name, f"must be comma-separated text in UTF-8 ({error})") from None


def filled_rows(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are neither empty nor comments, without the spaces around their cells."""
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        if any(cells) and not cells[0].startswith("#"):
            yield line, cells


def split_header(rows: list[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header's cells (none if the first line starts with a number), and the other rows."""
    if not rows or is_number(rows[0][1][0]):
        return [], rows
    return rows[0][1], rows[1:]


def is_number(cell: str) -> bool:
    """True if the cell reads as a number; `nan` does, and Python's `1_000` does not."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def header_unit(cell: str) -> tuple[str, str]:
    """`current (nA)`, `current [nA]` and `current_nA` → ("current", "nA"); no unit: ""."""
    match = re.fullmatch(r"(.*?)\s*(?:\(([^()]*)\)|\[([^\[\]]*)\]|_([^_\s]+))", cell)
    return (cell, "") if match is None else (match[1], match[2] or match[3] or match[4] or "")


def column_index(column: str | int, header: list[str], name: str) -> int:
    """The number of the column that is called `column`."""
    if isinstance(column, int):
        return column
    matches = [i for i, cell in enumerate(header) if column in (cell, header_unit(cell)[0])]
    exact = [i for i in matches if header[i] == column]
    found = exact or matches
    if len(found) != 1 or found[0] == 0:
        names = ", ".join(header[1:]) or "no names: the first line holds numbers"
        raise InputError("column", repr(column), f"must be one of the columns of the file ({names})", name)
    return found[0]


def column_scale(header: list[str], index: int, quantities: tuple[str, ...], name: str) -> tuple[float, str | None]:
    """The factor to SI that the header tells, and which of the quantities it is; 1 and None if it tells no unit."""
    cell = header[index] if index < len(header) else ""
    unit = header_unit(cell)[1]
    for quantity in quantities if unit else ():
        try:
            return to_si(f"1 {unit}", quantity, cell, bare_ok=False), quantity
        except InputError:
            continue
    if (
        unit and cell[-1] in ")]"
    ):  # in brackets it was meant as a unit; after an underscore it may be a name: channel_left
        raise InputError(repr(cell), unit, f"must be in a unit of {' or '.join(quantities)}", name)
    return 1.0, None


def check_width(row: list[str], width: int, where: str) -> None:
    """Refuse a line with more cells than the first one, as a decimal comma gives it one."""
    filled = max((place for place, cell in enumerate(row, 1) if cell), default=0)
    if filled > width:
        remedy = f"must hold at most {width} cells, as the first line does (decimals take a point)"
        raise InputError("line", f"{filled} cells", remedy, where)


def read_number(row: list[str], index: int, key: str, where: str) -> float:
    """The finite number in one cell."""
    if index >= len(row):
        raise InputError("column", key, f"must be less than the number of cells in the line, {len(row)}", where)
    if not is_number(row[index]) or not math.isfinite(float(row[index])):
        raise InputError(key, repr(row[index]), "must be a finite number", where)
    return float(row[index])


def check_span(times: list[float], duration: float, name: str, last_line: int) -> None:
    """Refuse a table that does not cover the run."""
    where = f"{name}, line {last_line}"
    if len(times) < 2:
        raise InputError("file", f"{len(times)} of them", "must hold at least 2 lines of numbers", name)
    if times[0] > SLACK * duration:
        raise InputError("time", shown(times[0], "time"), "must start at or before 0 s", name)
    if times[-1] < duration * (1 - SLACK):
        last = f"{shown(times[-1], 'time')} at the last line"
        raise InputError("time", last, f"must reach the run's duration, {shown(duration, 'time')}", where)
