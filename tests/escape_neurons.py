"""Neurons that click: an RC membrane near its threshold, and resonators driven on their quadrature."""

from __future__ import annotations

import numpy as np

import quspike as qs
from quspike.constants import hbar, k_B

C, R, T, CURRENT = 100e-15, 50e3, 20e-3, 0.4e-9
THRESHOLD, T_REF, RATE, WIDTH = 20e-6, 2e-9, 2e9, 0.5e-6
STD = (k_B * T / C) ** 0.5
KAPPA = 1 / (R * C)

INDUCTANCE, SHUNT = 10e-9, 31.6e3
OMEGA = 1 / np.sqrt(INDUCTANCE * C)
V_ZPF = np.sqrt(hbar * OMEGA / 2 / C)


def membrane(*, current=CURRENT, reset="zero", stages="auto", rate=RATE, width=WIDTH, t_ref=T_REF, **changes):
    """An RC membrane; `changes` are those of the run."""
    neuron = qs.Neuron("m", v_threshold=changes.pop("threshold", THRESHOLD), t_ref=t_ref, reset=reset, spike="escape",
                       escape={"rate": rate, "width": width, "stages": stages})  # fmt: skip
    settings = {"duration": 60e-9, "method": "brownian", "classical": False} | changes
    temperature = settings.pop("temperature", T)
    circuit = f"C1 m 0 {C}F\nR1 m 0 {R}ohm T={temperature}K\nI1 0 m {current}A"
    return qs.Run(circuit=circuit, neuron=neuron, **settings)


def resonator(*, drive=0.2e-9, threshold=10e-6, rate=1e8, width=0.5e-6, reset="zero", junction="", **changes):
    """A resonator driven at its ω0, whose quadrature along the drive clicks."""
    neuron = qs.Neuron("m", membrane="quadrature", quadrature_phase=np.pi / 2, v_threshold=threshold, t_ref=T_REF,
                       reset=reset, spike="escape", escape={"rate": rate, "width": width})  # fmt: skip
    settings = {"duration": 100e-9, "method": "gksl", "classical": False} | changes
    carrier = settings.pop("carrier", OMEGA / (2 * np.pi))
    inductor = settings.pop("inductor", f"L1 m 0 {INDUCTANCE}H")
    temperature = settings.pop("temperature", T)
    circuit = f"C1 m 0 {C}F\n{inductor}\n{junction}\nR1 m 0 {SHUNT}ohm T={temperature}K\nI1 0 m input"
    drives = {"input": qs.Step(f"{drive}A", envelope_of=carrier)}
    return qs.Run(circuit=circuit, neuron=neuron, drives=drives, **settings)


def curves(ds):
    """interval, density and survival of a table of statistics."""
    return ds.interval.values, ds.isi_density.values[:, 0], ds.survival.values[:, 0]
