"""Where a result comes from: strings and numbers with which it can be judged and run again."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from quspike.errors import InputError
from quspike.result.schema import SCHEMA

LIBRARIES = ("jax", "jaxlib", "equinox", "numpy", "scipy", "xarray", "netCDF4")
"""Libraries whose version can change a number or the file that holds it."""

ALONE = {"method": "classical", "memory": "mean_field", "closure": "none", "classical": False, "measurement": None}
UNSEEN = {"spike": "expectation", "record": None, "escape": None, "coherent": None}
"""What turns a run, and its neurons, into those of the classical neuron beside it, which nobody measures."""


def attributes(
    run: Any,
    *,
    validity: Sequence[Any],
    diagnostics: Mapping[str, Any],
    wall_seconds: float,
    inputs: Sequence[Mapping[str, Any]],
) -> dict[str, str | int | float]:
    """The attributes of a result, strings and numbers only; lists and tables are JSON."""
    return {
        "schema": SCHEMA,
        "quspike_version": metadata.version("quspike"),
        "versions": to_json(versions()),
        "device": device(),
        "config": run.to_toml(),
        "inputs": to_json(list(inputs)),
        "method": run.method,
        "memory": run.memory,
        "seed": int(run.seed),
        "validity": to_json([asdict(check) for check in validity]),
        "diagnostics": to_json(diagnostics),
        "wall_seconds": float(wall_seconds),
    }


def twin_attributes(root: Mapping[str, Any], run: Any, *, diagnostics: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of the classical neuron: a result of its own, whose `config` runs it alone."""
    neurons = {name: neuron.model_copy(update=UNSEEN) for name, neuron in run.neurons.items()}
    alone = run.replace(**ALONE, neurons=neurons, save=type(run.save)())
    own = {
        "config": alone.to_toml(),
        "method": alone.method,
        "memory": alone.memory,
        "validity": "[]",  # §5 judges quantum runs
        "diagnostics": to_json(diagnostics),
    }
    return {**root, **own}


def versions() -> dict[str, str]:
    """Python and the libraries that the numbers depend on."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in LIBRARIES}


def device() -> str:
    """What the arrays were computed on: "cpu x86_64", or an accelerator by its name."""
    import jax

    first = jax.devices()[0]
    return f"{first.platform} {platform.machine() if first.platform == 'cpu' else first.device_kind}"


def to_json(value: Any) -> str:
    """JSON text, numbers to the last bit; infinities and NaN, which JSON lacks, as the strings "inf", "nan"."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    number = value.item() if hasattr(value, "item") else float(value)  # a JAX or NumPy scalar
    return str(number) if isinstance(number, float) and not math.isfinite(number) else number


def check_inputs(inputs: Sequence[Mapping[str, Any]], base_dir: Path) -> None:
    """Refuse to run again when a file that the run read holds other bytes now.

    A file that is gone is no error here: a netlist stands in the config itself, and a drive asks for its own.

    Raises
    ------
    InputError : naming the file.
    """
    for recorded in inputs:
        path = base_dir / str(recorded["name"])
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != recorded["sha256"]:
            raise InputError("inputs", path, "must be unchanged since the run, in which it held other bytes")


def check_single(attributes: Mapping[str, Any]) -> None:
    """Refuse to run a result again that is more than the run in its `config`.

    Raises
    ------
    InputError : saying what the result is.
    """
    if "ensemble" in attributes:
        raise InputError("result", attributes["ensemble"], "must be the result of one run: call what made it again")
