"""What of a pinched loop's opening is quantum: the rest that no classical noise of the same temperature explains.

    I_M = ½⟨{W(φ̂), V̂}⟩ ≠ W(⟨φ⟩)⟨V⟩        opening = |I_M| where ⟨V⟩ = 0, over the swing of I_M

Noise alone opens the loop, since W(φ) and V fluctuate together about the mean. So the operator memristance of
`brownian` is set against the average over classical Langevin neurons. All lengths are measured in the thermal flux
√(LkT): the classical neuron is then the same whatever T, and ħω0/kT is the one number left. The quantum part must
vanish as its square, the first power in which ħ enters a thermal state and a Wigner function's motion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.interpolate import CubicSpline

from quspike.claims.claim import PAPER, Claim, Number, Outcome
from quspike.constants import hbar, k_B

if TYPE_CHECKING:
    from quspike.run.compile import Problem

L, C = 10e-9, 100e-15
OMEGA = (L * C) ** -0.5
IMPEDANCE = (L / C) ** 0.5
R_ON, R_OFF = IMPEDANCE / 1.0, IMPEDANCE / 0.1  # κ/ω0 of 0.1 to 1
WIDTH = 0.7  # φ_s over the thermal flux
SLOW = 0.25  # the drive's frequency over the resonance
SWING = 1.0  # of the driving current times L, over the thermal flux
QUANTA = (0.2, 0.4, 0.8)  # ħω0/kT, each twice the last
PERIODS, SETTLED, SAMPLES = 8, 4, 128  # of the drive, and points in one; e^{−κt/2} of 1e-6 at the mean κ is left
STEPS = {"brownian": 1024, "classical": 512}  # a period: a grid of many points is stiff
CHUNKS, CHUNK = 24, 250  # classical neurons: so many at once, so often
ERRORS = 4.0  # standard errors between the ensemble and the limit of ħ → 0
ORDER = 0.25  # the next even power of ħω0/kT = 0.8 bends the order by some tenth
PINCHED = 1e-6


@dataclass(frozen=True)
class Folded:
    """V [V] and I_M [A] over one settled period (SAMPLES,), averaged over the last ones."""

    voltage: np.ndarray
    current: np.ndarray

    @property
    def opening(self) -> float:
        """½[I(V = 0, falling) − I(V = 0, rising)] / (max I − min I): signed, so that noise has no bias in it."""
        phase = np.linspace(0.0, 1.0, SAMPLES + 1)
        v, i = (CubicSpline(phase, np.append(x, x[0]), bc_type="periodic") for x in (self.voltage, self.current))
        zeros = v.roots(extrapolate=False)
        signs = -np.sign(v(zeros, 1))
        dense = i(np.linspace(0, 1, 50 * SAMPLES))
        return float(np.mean(signs * i(zeros)) / np.ptp(dense))


def check() -> Outcome:
    """One classical ensemble, and quantum neurons at three ratios of ħω0 to kT."""
    operator = [fold(*_trace(problem_of("brownian", "operator", q))) for q in QUANTA]
    mean_field = fold(*_trace(problem_of("brownian", "mean_field", QUANTA[-1])))
    parts = ensemble(problem_of("classical", "mean_field", QUANTA[0]))
    classical = Folded(*(np.mean([getattr(p, name) for p in parts], axis=0) for name in ("voltage", "current")))
    spread = float(np.std([p.opening for p in parts], ddof=1) / np.sqrt(len(parts)))
    openings = np.array([one.opening for one in operator])
    steps = np.diff(openings)
    limit = openings[0] - steps[0] / 3
    order = float(np.log2(steps[1] / steps[0])) if steps[1] * steps[0] > 0 else float("nan")
    excess = openings[-1] - limit
    numbers = (
        Number("opening of the classical ensemble", classical.opening, "", low=10 * spread),
        Number("standard error of it", spread, ""),
        Number("opening as ħω0/kT → 0", limit, ""),
        Number("the two apart, in standard errors", abs(limit - classical.opening) / spread, "", high=ERRORS),
        Number("quantum part at ħω0/kT = 0.8, over the classical opening", excess / limit, ""),
        Number("order of the quantum part in ħω0/kT", order, "", 2 - ORDER, 2 + ORDER),
        Number("opening with a mean-field memory", mean_field.opening, "", high=PINCHED),
    )
    change = "narrows" if excess < 0 else "widens"
    text = (
        f"Thermal noise alone opens the loop by {100 * limit:.2f} % of its swing. At ħω₀/kT = {QUANTA[-1]:g} quantum "
        f"mechanics {change} it by {100 * abs(excess) / limit:.0f} % of that, to {100 * openings[-1]:.2f} %: the "
        f"quantum part falls as (ħω₀/kT)^{order:.2f}. A mean-field memory stays pinched, whatever the temperature."
    )
    data = {
        "classical": classical, "operator": operator, "mean_field": mean_field, "quanta": np.array(QUANTA),
        "openings": openings, "limit": limit, "ensemble": classical.opening, "error": spread,
    }  # fmt: skip
    return Outcome(numbers, text, data, draw)


def problem_of(method: str, memory: str, quanta: float) -> Problem:
    """The neuron at ħω0/kT, its flux scales in units of the thermal flux."""
    from quspike.drives import Sine
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    temperature = hbar * OMEGA / (k_B * quanta)
    flux = (L * k_B * temperature) ** 0.5
    circuit = f"""
C1   m 0 {C}F
L1   m 0 {L}H
MEM1 m 0 model=sigmoid R_on={R_ON}ohm R_off={R_OFF}ohm phi_c=0Wb phi_s={WIDTH * flux}Wb T={temperature}K
I1   0 m input
"""
    period = 2 * np.pi / (SLOW * OMEGA)
    run = Run(
        circuit=circuit,
        drives={"input": Sine(SWING * flux / L, frequency=1 / period)},
        duration=PERIODS * period,
        save_every=period / SAMPLES,
        dt=period / STEPS[method],
        method=method,
        memory=memory,
        classical=False,
        johnson_noise=method == "classical",
        **({"diffusion": "next_order"} if method == "brownian" else {}),
    )
    return compile_run(run)


def _trace(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    from quspike.run.simulate import solve_well

    _, solution = solve_well(problem, lambda message: None)
    return np.asarray(solution.voltage)[:, 0], np.asarray(solution.memristor_current)[:, 0]


def fold(voltage: np.ndarray, current: np.ndarray) -> Folded:
    """The settled periods (T,), averaged into one, and what changes sign with the drive: half a period later."""
    parts = [x[-(PERIODS - SETTLED) * SAMPLES - 1 : -1].reshape(-1, SAMPLES).mean(axis=0) for x in (voltage, current)]
    return Folded(*(0.5 * (x - np.roll(x, SAMPLES // 2)) for x in parts))


def ensemble(problem: Problem) -> list[Folded]:
    """Means over CHUNK classical neurons with Johnson noise, CHUNKS times, each from its own thermal state.

    Each is driven twice with the same noise, forwards and backwards, and half the difference kept: noise that does not
    know the drive cancels.
    """
    import jax
    import jax.numpy as jnp

    temperature, params = problem.params["elements"]["MEM1"]["T"], problem.params
    widths = jnp.sqrt(k_B * temperature * jnp.asarray([1 / C, L]))

    @jax.jit
    def chunk(key):
        def one(key):
            first, noise = jax.random.split(key)
            v, phi = widths * jax.random.normal(first, (2,))
            drive = params["drives"]["input"]
            two = []
            for sign in (1.0, -1.0):
                own = {"initial": {**params["initial"], "voltage": v, "flux": phi}}
                own["drives"] = {"input": {**drive, "amplitude": sign * drive["amplitude"]}}
                solution = problem.solve({**params, **own}, noise)
                two.append(jnp.stack([solution.voltage[:, 0], solution.memristor_current[:, 0]]))
            return 0.5 * (two[0] - two[1])

        return jnp.mean(jax.vmap(one)(jax.random.split(key, CHUNK)), axis=0)

    keys = jax.random.split(jax.random.key(0), CHUNKS)
    return [fold(*np.asarray(chunk(key))) for key in keys]


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the loops and of the opening against ħω0/kT."""
    from quspike.plot.claims.quantum_opening import plot_quantum_opening

    return plot_quantum_opening(data)


CLAIM = Claim(
    "quantum-opening",
    "A quantum memristor's loop is pinched; what opens it beyond thermal noise is quantum mechanics.",
    f"{PAPER}, pinched hysteresis, beyond its classical limit",
    check,
)
