"""How far the weak-coupling, adiabatic model reaches: where it is wrong by 1 %, and by 10 %.

coupling   The secular equation turns the phase at ω0 and leaks at κ/2. A resistor's circuit turns at ω = √(ω0² − κ²/4):
           V = V0 e^{−κt/2}[cos ωt − (κ/2ω) sin ωt] free; from rest, driven on resonance,
           V = RI[sin ω0t − (ω0/ω) e^{−κt/2} sin ωt],   ω0φ = −RI[cos ω0t − e^{−κt/2}(cos ωt + (κ/2ω) sin ωt)],
           whose envelope is √(V² + ω0²φ²), against |z| of ż = (iω0 − κ/2)z + (I/C) sin ω0t.
memory     The adiabatic rate follows the memristance, κ(t) = 1/(M(t)C). In a resonator an ideal memristor swings
           with the flux, |Ṁ/M| ~ ω0, and what it leaks depends on when: ∮W V²dt, so

           κ_eff = (1/πC) ∮W(A sin θ) cos²θ dθ,     adiabatic: κ = (1/2πC) ∮W(A sin θ) dθ,

           however weak the coupling. Their difference is the adiabatic error.

Both sides of the first are simulated, and the circuit of the second; the thresholds must be those of the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.claims.claim import PAPER, Claim, Number, Outcome
from quspike.claims.problems import changed

C, R = 100e-15, 10e3
KAPPA = 1 / (R * C)
V0, CURRENT = 20e-6, 2e-9  # V, A: RI = 20 µV
RATIOS = np.array([0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5])  # κ/ω0
DURATION, SAVED, STEPS = 4.0, 2000, 14  # 1/κ; points; steps in a radian of the fastest
LEVELS = np.linspace(0.3, 0.8, 201)  # thresholds over RI, over which the error of a spike is averaged

OFF, ON, CENTRE = 0.0004, 0.004, 1.5  # κ/ω0 at both ends of the sigmoid, its centre over its width
SPREADS = np.array([0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0])  # A over the sigmoid's width
CYCLES = 4
ERRORS = 0.01, 0.1
NEAR = 0.02  # of a threshold: the grid of saved times, and the leak during CYCLES


def check() -> Outcome:
    """Sweep κ/ω0 with a resistor, and the memory's speed at a weak coupling."""
    time, ring, drive = sweep_coupling()
    voltage = np.array([np.max(np.abs(secular - circuit)) for secular, circuit in ring])
    spike = np.array([mean_shift(time, *pair) for pair in drive])
    drift, leak = sweep_memory()
    numbers = (
        *_thresholds("voltage", "κ/ω0", RATIOS, voltage, np.array([voltage_error(r) for r in RATIOS])),
        *_thresholds("first spike", "κ/ω0", RATIOS, spike, np.array([spike_error(r) for r in RATIOS])),
        *_thresholds("leak", "|Ṁ/M|/ω0", drift, leak, np.array([leak_error(a) for a in SPREADS])),
        Number("|Ṁ/M|/ω0 off its formula", float(np.max(np.abs(drift / _drifts() - 1))), "", high=NEAR),
    )
    v, s, m = ([n.value for n in numbers[k : k + 2]] for k in (0, 2, 4))
    text = (
        f"At κ/ω0 = {v[0]:.3f} the secular voltage is wrong by 1 % of its start, at {v[1]:.2f} by 10 %; the time of a "
        f"first spike, over many thresholds, at {s[0]:.3f} and {s[1]:.2f}. A leak that follows an ideal memristor's "
        f"M(t) is wrong by 1 % at |Ṁ/M|/ω0 = {m[0]:.2f} and by 10 % at {m[1]:.2f}, whatever κ/ω0: there the memory has "
        "to be averaged with the current, as κ_eff does."
    )
    data = {
        "ratio": RATIOS,
        "voltage": voltage,
        "spike": spike,
        "closed": (RATIOS, [voltage_error(r) for r in RATIOS], [spike_error(r) for r in RATIOS]),
        "drift": drift,
        "leak": leak,
        "leak_closed": tuple(np.array([(drift_of(a), leak_error(a)) for a in np.geomspace(0.15, 2.0, 40)]).T),
        "errors": ERRORS,
    }
    return Outcome(numbers, text, data, draw)


def _thresholds(what: str, small: str, x: np.ndarray, error: np.ndarray, closed: np.ndarray) -> tuple[Number, ...]:
    """Where the error passes each of ERRORS, and must by its formula at the same points."""
    found = []
    for level in ERRORS:
        expected = crossing(x, closed, level)
        name = f"{what} wrong by {100 * level:g} % at {small}"
        found.append(Number(name, crossing(x, error, level), "", (1 - NEAR) * expected, (1 + NEAR) * expected))
    return tuple(found)


def crossing(x: np.ndarray, error: np.ndarray, level: float) -> float:
    """Where the error passes the level first, interpolated on logarithms; nan if nowhere."""
    above = np.flatnonzero(error >= level)
    if not len(above) or above[0] == 0:
        return float("nan")
    k = above[0]
    share = np.log(level / error[k - 1]) / np.log(error[k] / error[k - 1])
    return float(x[k - 1] * (x[k] / x[k - 1]) ** share)


def voltage_error(ratio: float) -> float:
    """max |V_secular − V| / V0 of a free ringdown at κ/ω0, in closed form."""
    t = np.linspace(0, min(DURATION / ratio, 20.0), 20_001)  # 1/ω0: the largest error is in the first periods
    omega = np.sqrt(1 - ratio**2 / 4)
    circuit = np.cos(omega * t) - ratio / (2 * omega) * np.sin(omega * t)
    return float(np.max(np.abs(np.exp(-ratio * t / 2) * (np.cos(t) - circuit))))


def spike_error(ratio: float) -> float:
    """The mean relative error of a first spike at κ/ω0, in closed form."""
    t = np.linspace(0, DURATION / ratio, 40_001)  # 1/ω0
    omega, decay = np.sqrt(1 - ratio**2 / 4), np.exp(-ratio * t / 2)
    v = np.sin(t) - decay / omega * np.sin(omega * t)
    flux = np.cos(t) - decay * (np.cos(omega * t) + ratio / (2 * omega) * np.sin(omega * t))
    turning, against = np.exp(1j * t), ratio / (ratio / 2 - 2j)  # ż = (i − κ/2)z + κ sin t, z = V + iω0φ
    secular = turning * (1 - decay) - against / 2 * (1 / turning - turning * decay)
    return mean_shift(t, np.abs(secular), np.hypot(v, flux))


def mean_shift(time: np.ndarray, secular: np.ndarray, circuit: np.ndarray) -> float:
    """Root mean square over LEVELS of (t_secular − t)/t at which two envelopes (T,), over RI, first pass them."""
    a, b = (np.array([_passing(time, envelope, level) for level in LEVELS]) for envelope in (secular, circuit))
    return float(np.sqrt(np.mean((a / b - 1) ** 2)))


def _passing(time: np.ndarray, envelope: np.ndarray, level: float) -> float:
    k = int(np.argmax(envelope >= level))
    share = (level - envelope[k - 1]) / (envelope[k] - envelope[k - 1])
    return float(time[k - 1] + share * (time[k] - time[k - 1]))


def _drifts() -> np.ndarray:
    return np.array([drift_of(a) for a in SPREADS])


def sigmoid(x: np.ndarray) -> np.ndarray:
    """κ/ω0 at the flux x, in widths of the sigmoid."""
    return OFF + (ON - OFF) / (1 + np.exp(CENTRE - x))


def _cycle(spread: float) -> tuple[np.ndarray, np.ndarray]:
    angle = 2 * np.pi * np.arange(400) / 400
    return angle, sigmoid(spread * np.sin(angle))


def leak_error(spread: float) -> float:
    """|κ_adiabatic/κ_eff − 1| at the amplitude A/φ_s."""
    angle, w = _cycle(spread)
    return float(abs(np.mean(w) / np.mean(2 * w * np.cos(angle) ** 2) - 1))


def drift_of(spread: float) -> float:
    """max |Ṁ/M|/ω0 over a cycle."""
    fine = np.linspace(0, 2 * np.pi, 4001)
    slope = np.gradient(np.log(sigmoid(spread * np.sin(fine))), fine)
    return float(np.max(np.abs(slope)))


def sweep_coupling() -> tuple[np.ndarray, list[tuple[Any, Any]], list[tuple[Any, Any]]]:
    """Times (T,) κt, then for each κ/ω0 secular and circuit: V/V0 of a ringdown, the envelope over RI of a drive."""
    problems = [coupled(method) for method in ("moments", "classical")]
    ring = [tuple(_solved(p, r, 0.0).voltage[:, 0] / V0 for p in problems) for r in RATIOS]
    drive = [tuple(_solved(p, r, CURRENT).membrane[:, 0] / (R * CURRENT) for p in problems) for r in RATIOS]
    time = np.asarray(problems[0].plan.save_times) * KAPPA
    return time, [_arrays(pair) for pair in ring], [_arrays(pair) for pair in drive]


def _arrays(pair: tuple[Any, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(pair[0]), np.asarray(pair[1])


def _solved(problem: Any, ratio: float, current: float) -> Any:
    """One run at κ/ω0: free from V0, or from rest with a resonant current."""
    omega = KAPPA / ratio
    drives = {"input": {"amplitude": current, "frequency": omega / (2 * np.pi)}}
    start = {"voltage": 0.0 if current else V0}
    elements = {"L1": {"L": 1 / (omega**2 * C)}}
    return problem.solve(changed(problem.params, elements=elements, drives=drives, initial=start))


def coupled(method: str) -> Any:
    """The resistor's resonator, on a grid that resolves the highest ω0."""
    from quspike.drives import Sine
    from quspike.run.compile import compile_run
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    omega = KAPPA / RATIOS[0]
    circuit = f"C1 m 0 {C}F\nL1 m 0 {1 / (omega**2 * C)}H\nR1 m 0 {R}ohm T=20mK\nI1 0 m input"
    run = Run(
        circuit=circuit,
        neuron=Neuron("m", membrane="envelope", v_threshold=1.0, t_ref=1e-9),
        drives={"input": Sine(CURRENT, omega / (2 * np.pi))},
        duration=DURATION / KAPPA,
        save_every=DURATION / KAPPA / SAVED,
        dt=1 / (STEPS * omega),
        initial={"voltage": V0},
        method=method,
        classical=False,
    )
    return compile_run(run)


def sweep_memory() -> tuple[np.ndarray, np.ndarray]:
    """|Ṁ/M|/ω0 and the adiabatic leak's error (K,), against the energy that the circuit loses in CYCLES."""
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    inductance = 10e-9
    omega, impedance = (inductance * C) ** -0.5, (inductance / C) ** 0.5
    amplitude = V0 / omega
    circuit = f"""
C1   m 0 {C}F
L1   m 0 {inductance}H
MEM1 m 0 model=sigmoid R_on={impedance / ON}ohm R_off={impedance / OFF}ohm phi_c={CENTRE * amplitude}Wb \
phi_s={amplitude}Wb T=20mK
I1   0 m 0A
"""
    run = Run(
        circuit=circuit,
        duration=CYCLES * 2 * np.pi / omega,
        save_every=CYCLES * 2 * np.pi / omega / 400,
        dt=0.02 / omega,
        initial={"voltage": V0},
        method="classical",
        classical=False,
    )
    problem, drift, error = compile_run(run), [], []
    for spread in SPREADS:
        width = amplitude / spread
        law = {"MEM1": {"phi_s": width, "phi_c": CENTRE * width}}
        solution = problem.solve(changed(problem.params, elements=law))
        v, phi, m = (np.asarray(x)[:, 0] for x in (solution.voltage, solution.flux, solution.memristance))
        energy = v**2 + (omega * phi) ** 2
        lost = -np.log(energy[-1] / energy[0])
        time = np.asarray(solution.time)
        followed = np.trapezoid(1 / (m * C), time)
        drift.append(float(np.max(np.abs(np.gradient(np.log(m), time))) / omega))
        error.append(float(abs(followed / lost - 1)))
    return np.array(drift), np.array(error)


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the errors against the coupling and against the memory's speed."""
    from quspike.plot.claims.adiabatic_limit_fails import plot_adiabatic_limit_fails

    return plot_adiabatic_limit_fails(data)


CLAIM = Claim(
    "adiabatic-limit-fails",
    "The weak-coupling, adiabatic model is wrong by 1 % and by 10 % at couplings and speeds that can be named.",
    f"{PAPER}, limitations, in numbers",
    check,
)
