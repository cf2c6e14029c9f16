"""The validity numbers of a result, read back from its attribute."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from quspike.validity import Check


class Verdicts(Mapping[str, "Check"]):
    """Name → check (`value`, `bound`, `verdict`, `text`); prints as a table.

    `ds.qs.validity["top_population"].value`
    """

    def __init__(self, checks: list[Check]) -> None:
        self._checks = {check.name: check for check in checks}

    @classmethod
    def from_json(cls, text: str) -> Verdicts:
        """Read the attribute `validity`."""
        from quspike.validity import Check

        return cls([Check(**{key: _number(value) for key, value in entry.items()}) for entry in json.loads(text)])

    def __getitem__(self, name: str) -> Check:
        return self._checks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._checks)

    def __len__(self) -> int:
        return len(self._checks)

    @property
    def warnings(self) -> list[Check]:
        """The checks whose bound is violated."""
        return [check for check in self._checks.values() if check.verdict == "warn"]

    def headline(self) -> str:
        """One line: how many numbers lie beyond their bound."""
        judged = [check for check in self._checks.values() if check.verdict != "info"]
        if not judged:
            return "nothing to judge"
        if not self.warnings:
            few = {1: "the one number within its bound", 2: "both numbers within their bounds"}
            return few.get(len(judged), f"all {len(judged)} numbers within their bounds")
        return f"{len(self.warnings)} of {len(judged)} numbers beyond their bounds"

    def lines(self) -> list[str]:
        """One line a check: verdict, name, value, bound, what it means."""
        width = max((len(name) for name in self), default=0)
        room = max((len(_value(check)) for check in self.values()), default=0)
        return [f"{c.verdict:<5} {c.name:<{width}}  {_value(c):<{room}}  {c.text}".rstrip() for c in self.values()]

    def __repr__(self) -> str:
        return "\n".join([self.headline(), *(f"  {line}" for line in self.lines())])


def verdicts_by_method(ds: xr.Dataset) -> dict[str, Verdicts]:
    """The validity numbers of each method of a comparison."""
    found = json.loads(ds.attrs["validity"])
    return {str(method): Verdicts.from_json(json.dumps(checks)) for method, checks in found.items()}


def _value(check: Any) -> str:
    """The value and its bound; which side of it is the good one follows from the verdict."""
    if check.bound is None or check.verdict == "info":
        return f"{check.value:.3g}"
    upper = (check.value <= check.bound) == (check.verdict == "ok")
    return f"{check.value:.3g} (must be {'≤' if upper else '≥'} {check.bound:g})"


def _number(value: Any) -> Any:
    """JSON has no infinity and no NaN: they were written as words."""
    return float(value) if value in ("inf", "-inf", "nan") else value
