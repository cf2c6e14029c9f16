"""Resonators for tests of trajectories, and how their ensembles are read."""

import json

import numpy as np
from scipy.constants import hbar, k

import quspike as qs

C, L, R, T = 100e-15, 10e-9, 15.8e3, 0.2
OMEGA, KAPPA = (L * C) ** -0.5, 1 / (R * C)
QUANTA = 1 / np.expm1(hbar * OMEGA / (k * T))
LEAKING = f"""
C1 m 0 100fF
L1 m 0 10nH
R1 m 0 15.8kohm T={T}K"""


def ensemble(circuit=LEAKING, **settings):
    """A run of trajectories without a classical neuron."""
    return qs.simulate(circuit, **{"method": "trajectories", "classical": False, **settings})


def quanta(ds):
    """⟨a†a⟩ of each trajectory, or of a parent: ½(⟨φ²⟩/φ_zpf² + ⟨q²⟩/q_zpf²)/2 − ½, means counted in."""
    phi2 = (ds.flux_variance.values + ds.flux.values**2) / (zero_point(ds)[0] ** 2)
    q2 = (ds.charge_variance.values + (C * ds.voltage.values) ** 2) / (zero_point(ds)[1] ** 2)
    return ((phi2 + q2) / 4 - 0.5)[..., 0]


def zero_point(ds):
    """φ_zpf [Wb] and q_zpf [C]."""
    impedance = (L / C) ** 0.5
    return (hbar * impedance / 2) ** 0.5, (hbar / (2 * impedance)) ** 0.5


def deviation(values, exact):
    """(mean − exact) in standard errors, trajectory first."""
    error = np.std(values, axis=0, ddof=1) / np.sqrt(len(values))
    return (np.mean(values, axis=0) - exact) / np.maximum(error, 1e-12 * np.max(np.abs(values)))


def diagnostics(ds):
    """Of the run."""
    return json.loads(ds.attrs["diagnostics"])
