"""How coherent two fluxes of a saved state are.

    c(φ1, φ2) = |⟨φ1|ρ|φ2⟩| / √(⟨φ1|ρ|φ1⟩⟨φ2|ρ|φ2⟩),      0 ≤ c ≤ 1

1 in a pure state, 0 where nothing can tell that both were there at once. A line that is tied to F(φ̂) measures F: the
coherence of two fluxes falls at the rate (kT/ħ²Z0)[F(φ1) − F(φ2)]² for kT ≫ ħω, with F²/Z0 = W(φ − φ_0)² where a mean
field holds W. Zurek, Phys. Today 44(10), 36 (1991).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.analysis.wigner import saved_states
from quspike.errors import InputError
from quspike.kernel.hermite_grid import hermite_functions
from quspike.quantize.membrane import element_params, reduce_to_membrane
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.run.load import parse_run


def flux_coherence(ds: xr.Dataset, first: float | np.ndarray, second: float | np.ndarray) -> np.ndarray:
    """c(φ1, φ2) at the saved times (T,).

    Parameters
    ----------
    ds : of a resonator, with `[save] states = true`.
    first, second : φ1 and φ2, one number or one for each time [Wb].

    Raises
    ------
    InputError : the run saved no states, or has no one mode to have them in.
    """
    rho = saved_states(ds).values
    circuit = parse_run(ds.attrs["config"], "config of the result").circuit
    if ds.sizes["node"] != 1 or "amplitude_real" not in ds:
        raise InputError("circuit", ", ".join(ds.node.values), "must be one resonator to have states over its flux")
    mode = resonator_mode(reduce_to_membrane(circuit), element_params(circuit))
    turn = np.exp(-1j * mode.omega * np.outer(ds.time.values, np.arange(rho.shape[-1])))
    rho = turn[:, :, None] * rho * turn.conj()[:, None, :]
    mean = ds.flux.values[:, 0]
    places = np.stack([(first - mean), (second - mean)]) / (np.sqrt(2) * mode.phi_zpf)
    waves = hermite_functions(rho.shape[-1], places)  # ⟨φ|n⟩ up to one factor: (N, 2, T)
    elements = np.einsum("tmn,mit,njt->ijt", rho, waves, waves, optimize=True)
    return np.abs(elements[0, 1]) / np.sqrt(elements[0, 0].real * elements[1, 1].real)
