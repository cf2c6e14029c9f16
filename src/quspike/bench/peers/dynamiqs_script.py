"""Runs in dynamiqs's own environment: reads one JSON line of numbers, then solves once for every further line.

Each answer is one JSON line. Nothing here imports quspike: the equation is that of `bench/problems.py`, memory frozen.
"""

import importlib.metadata
import json
import sys
import time

import dynamiqs as dq
import jax
import jax.numpy as jnp
import numpy as np


def solver(numbers, levels, frame, method, rtol):
    """A compiled call that solves the master equation; the frame is "lab" or "rotating"."""
    dq.set_precision("double")
    a, up = dq.destroy(levels), dq.create(levels)
    still = numbers["detuning"] * (up @ a) + 0.5 * numbers["kerr"] * (up @ up @ a @ a)
    push, drive = numbers["push"], numbers["drive"]
    if frame == "lab":
        h = up @ a + still + dq.modulated(lambda t: -push * jnp.sin(drive * t), a + up)
    else:
        h = dq.modulated(lambda t: -push * jnp.sin(drive * t) * jnp.exp(-1j * t), a)
        h = still + h + dq.modulated(lambda t: -push * jnp.sin(drive * t) * jnp.exp(1j * t), up)
    kappa, quanta = numbers["kappa_off"], numbers["occupation"]
    jumps = [np.sqrt(kappa * (quanta + 1)) * a, np.sqrt(kappa * quanta) * up]
    times = jnp.linspace(0, numbers["duration"], numbers["samples"] + 1)
    wide, beta = 2 * levels, 1j * numbers["cat"]
    psi = (dq.displace(wide, numbers["displacement"]) @ (dq.coherent(wide, beta) + dq.coherent(wide, -beta))).to_numpy()
    psi = psi[:levels] / np.linalg.norm(psi[:levels])
    start = dq.asqarray(psi @ psi.conj().T)
    chosen = getattr(dq.method, method)(rtol=rtol, atol=1e-3 * rtol, max_steps=10**8)
    observed = [a, a @ a, up @ a]

    @jax.jit
    def solve():
        result = dq.mesolve(
            h, jumps, start, times, exp_ops=observed, method=chosen, save_states=False, progress_meter=False
        )
        return result.expects

    def turned():
        found = np.asarray(jax.block_until_ready(solve()))
        turn = np.exp(1j * np.asarray(times)) if frame == "lab" else 1.0
        return turn * found[0], turn**2 * found[1], found[2]

    return turned


def main():
    """The protocol: numbers in, then an answer a line."""
    asked = json.loads(sys.stdin.readline())
    solve = solver(asked.pop("numbers"), **asked)
    names = ("dynamiqs", "jax", "jaxlib", "diffrax")
    print(json.dumps({"versions": {name: importlib.metadata.version(name) for name in names}}), flush=True)
    for _ in sys.stdin:
        began, worked = time.perf_counter(), time.process_time()
        found = solve()
        answer = {"wall": time.perf_counter() - began, "cpu": time.process_time() - worked}
        for name, values in zip(("a", "aa", "number"), found, strict=True):
            answer |= {f"{name}_re": values.real.tolist(), f"{name}_im": values.imag.tolist()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
