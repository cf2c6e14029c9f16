"""The laws by name. A law is one file: any module of this package that defines `LAW` is found here by itself."""

from __future__ import annotations

import importlib
import pkgutil

from quspike import memristors
from quspike.errors import InputError, NotAvailable
from quspike.memristors.law import Law, nearest

ORGANISING_MODULES = frozenset({"law", "windows", "registry", "table", "iv_trace", "fit", "fit_search"})
"""The modules of this package that hold no law; every other one must define `LAW`."""


def _discover() -> dict[str, Law]:
    names = sorted(module.name for module in pkgutil.iter_modules(memristors.__path__))
    modules = [importlib.import_module(f"{memristors.__name__}.{n}") for n in names if n not in ORGANISING_MODULES]
    return {module.LAW.name: module.LAW for module in modules}


LAWS: dict[str, Law] = _discover()


def get_law(model: str, window: str | None = None, **options: str) -> Law:
    """The law called `model`, with its window and its other static options chosen.

    Raises InputError for an unknown model (naming the nearest) or option, NotAvailable for one yet to come.
    """
    if model == "photonic":
        raise NotAvailable("model", model, f"is not available yet; known: {', '.join(LAWS)}")
    if model not in LAWS:
        raise InputError("model", model, f"is not known{nearest(model, LAWS)}")
    law = LAWS[model].with_window(window)
    return law.with_options(**options) if options else law
