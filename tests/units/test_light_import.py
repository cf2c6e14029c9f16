"""Reading units and netlists must not wait for numerics to load."""

import subprocess
import sys

import pytest

HEAVY = ("jax", "numpy", "scipy", "pydantic", "pint", "xarray", "matplotlib")


@pytest.mark.parametrize("module", ["quspike.units", "quspike.circuit"])
def test_import_is_light(module):
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
