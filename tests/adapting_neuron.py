"""The adapting neuron, integrated by SciPy: data with which rooms downstream of the solvers are tested without them."""

from types import SimpleNamespace

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import expit

from quspike.constants import k_B
from quspike.drives import Step
from quspike.result.dataset import to_dataset
from quspike.run.neuron import Neuron
from quspike.run.schema import Run
from quspike.validity import Check

C, T, V_TH, T_REF, ONSET, CURRENT = 100e-15, 20e-3, 20e-6, 2e-9, 5e-9, 0.6e-9
G_OFF, G_ON, PHI_C, PHI_S = 1 / 100e3, 1 / 10e3, 1.5e-12, 0.4e-12


def conductance(phi):
    return G_OFF + (G_ON - G_OFF) * expit((phi - PHI_C) / PHI_S)


CIRCUIT = """
C1   m 0 100fF
MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.4pWb T=20mK cutoff=1e12rad/s
I1   0 m input
"""
RUN = Run(
    circuit=CIRCUIT,
    neuron=Neuron("m", v_threshold=V_TH, t_ref=T_REF),
    drives={"input": Step(CURRENT, start=ONSET)},
    duration=400e-9,
    save_every=0.5e-9,
)
PROBLEM = SimpleNamespace(
    nodes=("m",),
    elements=("MEM1",),
    sources=("I1",),
    neurons=("neuron",),
    memory_units=("Wb",),
    dt=1e-10,
    setup=SimpleNamespace(resonator=False),
)


def integrate(duration, save_every, current=CURRENT):
    """Spike times, and (V, φ) on the grid: leaky integration with a hold of T_REF at 0 V after each spike."""
    grid = np.linspace(0, duration, round(duration / save_every) + 1)
    states, spikes, t, v, phi = np.zeros((len(grid), 2)), [], ONSET, 0.0, 0.0

    def flow(t, y):
        return [(current - conductance(y[1]) * y[0]) / C, y[0]]

    def crossing(t, y):
        return y[0] - V_TH

    crossing.terminal, crossing.direction = True, 1
    while t < duration:
        part = solve_ivp(flow, (t, duration), [v, phi], events=crossing, dense_output=True, rtol=1e-9, atol=1e-22)
        inside = (grid >= t) & (grid <= part.t[-1])
        if inside.any():
            states[inside] = part.sol(grid[inside]).T
        t, (v, phi) = part.t[-1], part.y[:, -1]
        if part.status == 1:
            spikes.append(t)
            held = (grid >= t) & (grid <= t + T_REF)
            states[held] = (0.0, phi)
            t, v = t + T_REF, 0.0
    return grid, states, np.array(spikes)


def solution(duration=400e-9, save_every=0.5e-9, current=CURRENT, slots=64, **changes):
    """The same as a padded Solution."""
    grid, states, spikes = integrate(duration, save_every, current)
    voltage, phi = states[:, :1], states[:, 1:]
    times = np.full(slots, np.nan)
    times[: len(spikes)] = spikes
    arrays = {
        "time": grid,
        "voltage": voltage,
        "voltage_std": np.full_like(voltage, np.sqrt(k_B * T / C)),
        "flux": phi,
        "membrane": voltage,
        "memristance": 1 / conductance(phi),
        "memory": phi,
        "memristor_current": conductance(phi) * voltage,
        "input_current": np.where(grid >= ONSET, current, 0.0)[:, None],
        "spike_time": times,
        "spike_neuron": np.zeros(slots, dtype=int),
        "spike_count": np.array([len(spikes)]),
        "diagnostics": {"error_estimate": 3e-9},
        "extra": {},
    }
    return SimpleNamespace(**(arrays | changes))


CHECKS = [
    Check("hbar kappa/kT", 0.01, 1.0, "ok", "white noise"),
    Check("V_rms/sqrt(kT/C)", 1.06, None, "info", "1 for a classical membrane"),
    Check("memory swing (MEM1)", 7.2, 1e-3, "ok", "largest over smallest memristance"),
    Check("trace error", np.inf, 1e-8, "warn", "|Tr ρ − 1|"),
]


def result(quantum, classical, run=RUN, problem=PROBLEM):
    """The Dataset of these solutions."""
    inputs = [{"name": "tone.wav", "sha256": "00", "bytes": 3}]
    return to_dataset(run, problem, quantum, validity=CHECKS, classical=classical, wall_seconds=0.25, inputs=inputs)
