"""Runs in Brian2's own environment: the classical adapting membrane, solved once for every line on standard input.

C dV/dt = I − W(φ)V, dφ/dt = V, W a sigmoid of φ; fourth-order Runge–Kutta on a fixed step, thresholds at its end.
"""

import importlib.metadata
import json
import sys
import time

import numpy as np
from brian2 import NeuronGroup, SpikeMonitor, amp, defaultclock, farad, prefs, run, second, siemens, start_scope, volt

EQUATIONS = """
w = w_off + (w_on - w_off)/(1 + exp(-(phi - phi_c)/phi_s)) : siemens
dv/dt = (amplitude*int(t >= onset) - w*v)/c : volt (unless refractory)
dphi/dt = v : volt*second
"""


def solver(numbers, dt):
    """A call that runs the neuron and gives its spike times in s."""
    units = {
        "amplitude": amp,
        "onset": second,
        "w_off": siemens,
        "w_on": siemens,
        "phi_c": volt * second,
        "phi_s": volt * second,
        "c": farad,
    }
    namespace = {name: numbers[name] * unit for name, unit in units.items()}
    namespace |= {"v_threshold": numbers["v_threshold"] * volt}
    prefs.codegen.target = "cython"

    def solve():
        start_scope()
        defaultclock.dt = dt * second
        group = NeuronGroup(
            1, EQUATIONS, threshold="v >= v_threshold", reset="v = 0*volt", refractory=numbers["t_ref"] * second,
            method="rk4", namespace=namespace,
        )  # fmt: skip
        monitor = SpikeMonitor(group)
        run(numbers["duration"] * second)
        return np.asarray(monitor.t / second) + dt

    return solve


def main():
    """The protocol: numbers in, then an answer a line."""
    asked = json.loads(sys.stdin.readline())
    solve = solver(asked.pop("numbers"), **asked)
    print(json.dumps({"versions": {"brian2": importlib.metadata.version("brian2")}}), flush=True)
    for _ in sys.stdin:
        began, worked = time.perf_counter(), time.process_time()
        spikes = solve()
        answer = {"wall": time.perf_counter() - began, "cpu": time.process_time() - worked, "spikes": spikes.tolist()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
