"""Every test computes in float64; slow tests can be given a time budget."""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

from quspike.precision import enable_x64

enable_x64()

# How fast a shared machine is today says nothing about a test. Where CI is set, hypothesis brings a profile of its own.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not os.environ.get("CI"):
    settings.load_profile("unhurried")

_spent = 0.0  # seconds of slow tests in this process


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--slow-budget=SECONDS`: no slow test starts after this time; those left out are listed as skipped."""
    parser.addoption("--slow-budget", type=float, default=float("inf"), metavar="SECONDS")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick tests first, so that a budget cuts only slow ones; of these first what the project set out for."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if not item.get_closest_marker("slow"):
        return 0
    return 1 if item.get_closest_marker("target") else 2


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """Add up what the slow tests take."""
    global _spent
    began = time.monotonic()
    outcome = yield
    if item.get_closest_marker("slow"):
        _spent += time.monotonic() - began
    return outcome


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a slow test out once the budget is spent, and say so."""
    budget = item.config.getoption("--slow-budget")
    if item.get_closest_marker("slow") and _spent > budget:
        pytest.skip(f"the {budget:g} s for slow tests are spent")
