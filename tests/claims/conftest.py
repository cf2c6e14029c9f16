"""Claims compile once and keep what they compiled; a test that changes the physics has to begin anew."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest

from quspike.claims import problems
from quspike.claims.registry import MODULES


def forget_everything() -> None:
    """Drop every compiled problem."""
    for module in (problems, *(importlib.import_module(path) for path in MODULES.values())):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@pytest.fixture
def compiled_anew() -> Iterator[None]:
    """Nothing compiled before the test is used in it, nor afterwards."""
    forget_everything()
    yield
    forget_everything()
