"""The classical neuron beside the quantum one, inside one Dataset.

In memory a variable or attribute named `classical_X` is the classical neuron's X, so it follows its Dataset through
`sel`, `copy`, pickling and arithmetic. In a file the same numbers form the group `/classical`, with the same names,
dimensions and attributes as the root. `join` and `split` are each other's inverse.
"""

from __future__ import annotations

import xarray as xr

PREFIX = "classical_"
OWN_DIMS = ("spike",)
"""Dimensions that the two neurons do not share: they fire at different times."""


def join(root: xr.Dataset, twin: xr.Dataset | None) -> xr.Dataset:
    """One Dataset that holds both neurons. They must share their time grid and their names."""
    if twin is None:
        return root
    renamed = twin.rename({name: PREFIX + str(name) for name in [*twin.data_vars, *OWN_DIMS]})
    joined = xr.merge([root, renamed], join="exact", compat="equals", combine_attrs="override")
    own = {PREFIX + str(key): value for key, value in twin.attrs.items() if root.attrs.get(key) != value}
    return joined.assign_attrs(own)


def split(ds: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset | None]:
    """The quantum neuron, and the classical one (None when the run had none), each with its plain names."""
    mine = [name for name in ds.variables if str(name).startswith(PREFIX)]
    root = ds.drop_vars(mine)
    root.attrs = {key: value for key, value in ds.attrs.items() if not str(key).startswith(PREFIX)}
    if not mine:
        return root, None
    twin = ds[mine]
    plain = {str(name): str(name).removeprefix(PREFIX) for name in [*mine, *twin.dims]}
    twin = twin.rename({name: new for name, new in plain.items() if name != new})
    own = {str(key).removeprefix(PREFIX): value for key, value in ds.attrs.items() if str(key).startswith(PREFIX)}
    twin.attrs = root.attrs | own
    return root, twin
