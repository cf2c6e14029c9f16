"""One number that says whether a result can be believed, with its bound and a verdict."""

from __future__ import annotations

from dataclasses import dataclass

# The bound on a ratio that leading-order perturbation theory assumed small: at 0.1 it leaves errors of about 1 % (its
# square) in what was computed.
SMALL = 0.1
ROUNDING = 1e-9  # by which a number that was chosen at its bound may miss it


@dataclass(frozen=True)
class Check:
    """One validity number. verdict: "ok", "warn" (the bound is passed) or "info" (no bound)."""

    name: str
    value: float
    bound: float | None
    verdict: str
    text: str


def bounded(name: str, value: float, bound: float, text: str) -> Check:
    """A number that must be ≤ bound; one that misses it by rounding is at it."""
    at = bound if bound < value <= bound * (1 + ROUNDING) else float(value)
    return Check(name, at, bound, "ok" if at <= bound else "warn", text)


def info(name: str, value: float, text: str) -> Check:
    """A number that tells something, and has no bound."""
    return Check(name, float(value), None, "info", text)
