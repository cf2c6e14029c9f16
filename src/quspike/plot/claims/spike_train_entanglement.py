"""Entanglement of spike trains against the leak, and along a train that loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.grid import grid
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SERIES, RunFigure

NONE = 3e6  # 1/s, where κ = 0 stands on a logarithmic axis


def plot_spike_train_entanglement(data: Mapping[str, Any]) -> RunFigure:
    """data: kappa (K,) in 1/s, the first 0; neuron, qubits, swapped, count (K,); entropy (B,) in nats; bin in s."""

    def draw(panels: dict[str, Axes]) -> None:
        _against_the_leak(panels["a"], data)
        _counts(panels["b"], data)
        _along_the_train(panels["c"], data)

    return grid("aa;bc", [1.5, 1.0], draw)


def _axis(panel: Axes, data: Mapping[str, Any]) -> np.ndarray:
    kappa = np.where(data["kappa"] > 0, data["kappa"], NONE)
    panel.set_xscale("log")
    panel.set_xticks([NONE, 1e7, 1e8, 1e9], ["0", "0.01", "0.1", "1"])
    panel.minorticks_off()
    panel.set_xlim(0.75 * NONE, 1.35e9)
    panel.set_xlabel("leak κ (1/ns)")
    return kappa


def _against_the_leak(panel: Axes, data: Mapping[str, Any]) -> None:
    kappa = _axis(panel, data)
    rows = (
        ("neuron", QUANTUM, "o-", "past and neuron", (1, 5)),
        ("qubits", SERIES[0], "s-", "past and next qubits alone", (1, 5)),
        ("swapped", CLASSICAL, "^-", "past and neuron, reset to zero", (1, 5)),
    )
    for name, colour, look, label, shift in rows:
        panel.plot(kappa, data[name], look, color=colour, markersize=2.6)
        at = (kappa[0], data[name][0])
        panel.annotate(label, at, shift, textcoords="offset points", color=colour, fontsize=6.2)
    panel.set_ylim(0, 1.15 * data["neuron"][0])
    panel.set_ylabel("negativity")


def _counts(panel: Axes, data: Mapping[str, Any]) -> None:
    kappa = _axis(panel, data)
    panel.plot(kappa, data["count"], "o-", color=INK, markersize=2.4)
    panel.set_ylim(0, None)
    panel.set_ylabel("expected spikes")


def _along_the_train(panel: Axes, data: Mapping[str, Any]) -> None:
    cuts = np.arange(1, len(data["entropy"]) + 1)
    panel.axhline(np.log(2), color=QUIET, linewidth=0.4, zorder=0)
    panel.annotate("ln 2", (1, np.log(2)), (0, 2), textcoords="offset points", color=QUIET, fontsize=6.2)
    panel.plot(cuts, data["entropy"], "o-", color=QUANTUM, markersize=2.4)
    panel.set_ylim(0, None)
    panel.set_xlabel("cut behind bin")
    panel.set_ylabel("entropy, κ = 0 (nats)")
