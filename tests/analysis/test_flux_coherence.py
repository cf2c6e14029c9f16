"""Coherence of two fluxes of a saved state, against wave functions in closed form."""

import numpy as np
import pytest

import brownian_units as units
import quspike as qs
from quspike.analysis.flux_coherence import flux_coherence
from quspike.errors import InputError
from quspike.run.simulate import quiet_run


def saved(initial, **save):
    settings = {"duration": 1 / units.OMEGA, "save_every": 0.5 / units.OMEGA, "classical": False, "save": save}
    circuit = units.resonator(units.resistor(1e-9, 1.0))
    return quiet_run(qs.Run(circuit=circuit, method="brownian", initial=initial, **settings))


def test_a_pure_state_is_coherent_everywhere_and_a_thermal_one_over_its_thermal_length():
    """|n⟩: 1 wherever it is; thermal: e^{−δ²(s − 1/s)/4}, s = 2n̄ + 1, δ = φ1 − φ2, ħ = C = L = 1.

    Catches: a mean that is left in, ℓ of another size, populations at one place only.
    """
    pure = saved({"state": "fock", "n": 1, "displacement": 0.4 + 0.2j}, states=True)
    mean = pure.flux.values[:, 0]
    np.testing.assert_allclose(flux_coherence(pure, mean + 0.5 * units.FLUX, mean - 1.1 * units.FLUX), 1, atol=1e-5)
    hot = saved({"state": "thermal"}, states=True)
    first, second = 0.7, -0.4
    s = 1 / np.tanh(0.5)
    expected = np.exp(-((first - second) ** 2) * (s - 1 / s) / 4)
    found = flux_coherence(hot, first * units.FLUX, second * units.FLUX)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_run_without_states_is_refused():
    """Catches: a coherence of nothing."""
    with pytest.raises(InputError, match="must be saved"):
        flux_coherence(saved({"state": "thermal"}), 0.0, 0.0)
