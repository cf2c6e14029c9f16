"""Runs in Brian2's own environment: the classical adapting membrane, solved once for every line on standard input.

C dV/dt = I − W(φ)V, dφ/dt = V, W a sigmoid of φ; fourth-order Runge–Kutta on a fixed step, thresholds at its end. The
model is compiled once, to a C++ program of its own: Brian2's fastest mode for a small network.
"""

import importlib.metadata
import json
import os
import sys
import tempfile
import time

import numpy as np
from brian2 import NeuronGroup, SpikeMonitor, amp, defaultclock, device, farad, run, second, set_device, siemens, volt

EQUATIONS = """
w = w_off + (w_on - w_off)/(1 + exp(-(phi - phi_c)/phi_s)) : siemens
dv/dt = (amplitude*int(t >= onset) - w*v)/c : volt (unless refractory)
dphi/dt = v : volt*second
"""


def solver(numbers, dt, folder):
    """A call that runs the compiled neuron and gives its spike times in s."""
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
    set_device("cpp_standalone", build_on_run=False, directory=folder)
    defaultclock.dt = dt * second
    group = NeuronGroup(
        1, EQUATIONS, threshold="v >= v_threshold", reset="v = 0*volt", refractory=numbers["t_ref"] * second,
        method="rk4", namespace=namespace,
    )  # fmt: skip
    monitor = SpikeMonitor(group)
    run(numbers["duration"] * second)
    device.build(directory=folder, compile=True, run=False, with_output=False)

    def solve():
        device.run(directory=folder, with_output=False, run_args=[])
        return np.asarray(monitor.t / second) + dt

    return solve


def processor_time():
    """Seconds of this process and of those that it has started."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main():
    """The protocol: numbers in, then an answer a line."""
    asked = json.loads(sys.stdin.readline())
    with tempfile.TemporaryDirectory() as folder:
        solve = solver(asked.pop("numbers"), **asked, folder=folder)
        print(json.dumps({"versions": {"brian2": importlib.metadata.version("brian2")}}), flush=True)
        for _ in sys.stdin:
            began, worked = time.perf_counter(), processor_time()
            spikes = solve()
            answer = {"wall": time.perf_counter() - began, "cpu": processor_time() - worked, "spikes": spikes.tolist()}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
