"""One simulation: what it is told (schema, load, toml), and how it is run.

This room is also the function `quspike.run`: Python binds a subpackage to its parent under its own name as soon as it
is imported, which would hide the function behind the module; so the module itself can be called.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    def __call__(self, *args: Any, **keys: Any) -> Any:
        from quspike.run.simulate import run

        return run(*args, **keys)


sys.modules[__name__].__class__ = _Callable
