"""Compiled problems that claims share, and how their parameters are varied: nothing compiles twice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from quspike.methods.method import Solution
    from quspike.run.compile import Problem

ADAPTING = """
C1   m 0  100fF
MEM1 m 0  model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.4pWb T=20mK cutoff=1e12rad/s
I1   0 m  input
"""
"""The membrane of examples/adapting.toml: a memristor that falls from 83 kΩ to 10 kΩ as the flux passes 1.5 pWb."""

V_THRESHOLD, T_REF = 20e-6, 2e-9  # V, s: its neuron


@cache
def adapting(method: str = "moments") -> Problem:
    """examples/adapting.toml: 0.6 nA from 5 ns on, 400 ns."""
    from quspike.drives import Step
    from quspike.run.compile import compile_run
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    run = Run(
        circuit=ADAPTING,
        neuron=Neuron("m", v_threshold=V_THRESHOLD, t_ref=T_REF),
        drives={"input": Step(0.6e-9, start=5e-9)},
        duration=400e-9,
        save_every=0.5e-9,
        method=method,
        classical=False,
    )
    return compile_run(run)


def forget() -> None:
    """Compile anew from here on: for a test that has changed the physics."""
    adapting.cache_clear()


def changed(params: Mapping[str, Any], **tables: Mapping[str, Any]) -> dict[str, Any]:
    """`params` with some leaves replaced: `changed(p, elements={"L1": {"L": 1e-8}}, neuron={"v_threshold": 1.0})`."""
    return {key: _merged(value, tables[key]) if key in tables else value for key, value in params.items()}


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {**old, **{k: _merged(old[k], v) if isinstance(v, Mapping) else v for k, v in new.items()}}


def spikes(solution: Solution) -> np.ndarray:
    """The spike times (n,) [s]."""
    times = np.asarray(solution.spike_time)
    return times[np.isfinite(times)]
