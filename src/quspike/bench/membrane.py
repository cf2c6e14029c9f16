"""The classical adapting membrane, and how long the whole program takes on its run file.

C dV/dt = I(t) − W(φ)V, dφ/dt = V, spikes at v_threshold, V = 0 for t_ref. The reference is SciPy's DOP853 at 1e−12, one
interval after the other.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from quspike.bench.peers.process import PeerProcess, peer_python
from quspike.bench.problems import LARGEST
from quspike.bench.race import InProcess, Rival, Running, Solved
from quspike.bench.rivals import NOT_INSTALLED, Elsewhere, versions
from quspike.run.template import TEMPLATE

NAME = "adapting"
TITLE = "the adapting membrane of examples/adapting.toml: 16 spikes in 400 ns"
BRIAN2_STEP = 1.25e-12  # s: spikes wait for the end of a step, which costs half of it an interval
NUMBERS = {
    "c": 100e-15, "w_off": 1e-5, "w_on": 1e-4, "phi_c": 1.5e-12, "phi_s": 0.4e-12, "amplitude": 0.6e-9, "onset": 5e-9,
    "v_threshold": 20e-6, "t_ref": 2e-9, "duration": 400e-9,
}  # fmt: skip


@dataclass(frozen=True)
class SpikeTimes:
    """Spike times in s."""

    times: np.ndarray

    def error(self, reference: SpikeTimes) -> float:
        """The largest deviation of a spike time over the last one's time; inf if a spike is missing or too many."""
        if len(self.times) != len(reference.times):
            return math.inf
        return float(np.max(np.abs(self.times - reference.times)) / reference.times[-1])


@lru_cache(maxsize=1)
def spike_reference() -> SpikeTimes:
    """The spike times of the membrane without quspike's solvers."""
    from scipy.integrate import solve_ivp

    p = NUMBERS

    def flow(t: float, y: np.ndarray) -> list[float]:
        steps_below = min((p["phi_c"] - y[1] * 1e-12) / p["phi_s"], LARGEST)  # of a trial step: anything
        w = p["w_off"] + (p["w_on"] - p["w_off"]) / (1 + math.exp(steps_below))
        return [(p["amplitude"] - w * y[0] * 1e-6) / p["c"] * 1e6, y[0] * 1e6]  # µV and pWb

    def crossing(t: float, y: np.ndarray) -> float:
        return y[0] - p["v_threshold"] * 1e6

    crossing.terminal = True  # type: ignore[attr-defined]  # SciPy reads this attribute
    t, phi, spikes = p["onset"], 0.0, []
    while t < p["duration"]:
        done = solve_ivp(flow, (t, p["duration"]), [0.0, phi], "DOP853", events=crossing, rtol=1e-12, atol=1e-12)
        if not done.t_events[0].size:
            break
        spikes.append(float(done.t_events[0][0]))
        t, phi = spikes[-1] + p["t_ref"], float(done.y_events[0][0][1])
    return SpikeTimes(np.array(spikes))


def membrane_rivals() -> list[Rival]:
    """quspike's two methods for it, and Brian2."""
    python = peer_python("brian2")
    asked = {"numbers": NUMBERS, "dt": BRIAN2_STEP}

    def begin(stack: ExitStack) -> Running:
        assert python is not None
        process = stack.enter_context(PeerProcess(python, "brian2_script", asked))
        return Elsewhere(process, lambda answer: SpikeTimes(np.array(answer["spikes"])))

    missing = NOT_INSTALLED if python is None else None
    setting = f"C++ standalone, rk4, dt {BRIAN2_STEP * 1e12:g} ps"
    return [
        *(Rival(f"quspike {m}", "adapting.toml", "as it comes", "quspike", _own(m)) for m in ("classical", "moments")),
        Rival("Brian2", "classical membrane", setting, "peer", begin, missing),
    ]


def _own(method: str) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        import jax

        from quspike.run.compile import compile_run
        from quspike.run.load import load
        from quspike.run.simulate import solve_well

        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "adapting.toml").write_text(TEMPLATE.format(name="adapting.toml"), encoding="utf-8")
        problem, _ = solve_well(compile_run(load(folder / "adapting.toml"), method), lambda text: None)

        def solve() -> SpikeTimes:
            times = np.asarray(jax.block_until_ready(problem.solve()).spike_time)
            return SpikeTimes(times[np.isfinite(times)])

        return InProcess(solve, versions("quspike", "jax"))

    return begin


def whole_program(repeats: int) -> dict[str, list[Solved]]:
    """Times of `quspike run adapting.toml` as a process: with an empty cache of compiled solvers, and after."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "adapting.toml").write_text(TEMPLATE.format(name="adapting.toml"), encoding="utf-8")
        times = [_one_process(folder) for _ in range(repeats + 1)]
    return {
        "quspike run adapting.toml, nothing compiled before": times[:1],
        "quspike run adapting.toml again": times[1:],
    }


def _one_process(folder: Path) -> Solved:
    program = [sys.executable, "-c", "import sys; from quspike.cli import main; sys.exit(main())"]
    command = [*program, "run", str(folder / "adapting.toml"), "--quiet", "--force"]
    environment: dict[str, Any] = {k: v for k, v in os.environ.items() if k != "JAX_COMPILATION_CACHE_DIR"}
    began, worked = time.perf_counter(), _children()
    subprocess.run(command, check=True, env=environment | {"XDG_CACHE_HOME": str(folder / "cache")})
    return Solved(time.perf_counter() - began, _children() - worked, None)


def _children() -> float:
    """Processor seconds of the child processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system
