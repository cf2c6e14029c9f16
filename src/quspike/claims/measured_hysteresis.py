"""How strongly a memristor's voltage is measured decides how much of its hysteresis is left.

    dx = dy = ⟨V⟩dt + dW/√(8kη),     D_record·t = t/8kη,     D_φ = 2kħ²/C²

A resonator is kept at 40 φ_zpf of flux by its drive; its memristor's memory is the record of its voltage, and its
conductance changes tenfold over φ_s = 15 φ_zpf. A weak measurement writes its own noise into the memory: trajectories
forget where on the loop they are. A strong one kicks the flux, and the memory follows the voltage that the kicks set
ringing: ∫V answers a kick by cos ω0t − 1, whose square is 3/2 on average. So the memory spreads as

    Var x = (1/8kη + 3/2·D_φ) t = (φ_zpf²ω0²/8sη + 12 s φ_zpf²) t,     s = kV_zpf²,

least at s = ω0/√(96η), at any time: there the loop of the mean current is widest, and it narrows as time goes on. A
Gaussian of that variance, folded with W, is the loop that the two diffusions alone would leave.

Bounds: at the best strength of the scan the loop of the eighth period keeps more than 60 % of the classical area; the
maximum, of a parabola through the best three, is within a factor of 1.5 of ω0/√96; a hundredth and a hundredfold of it
leave less than 60 % of the best; and no area is further from the folded loop's than 0.1 of the classical one. "Area" is
that of the ensemble's mean current W(x)V against its mean voltage. The equation is secular, its damping 2⟨W sin²θ⟩/C
over the carrier, while the memristance follows it: κ/ω0 ≤ 0.01 keeps that to a percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.claims.claim import PAPER, Claim, Number, Outcome
from quspike.constants import hbar

if TYPE_CHECKING:
    from quspike.methods.method import Solution
    from quspike.run.compile import Problem

C, L, T = 100e-15, 10e-9, 0.02
OMEGA = (L * C) ** -0.5
PHI_ZPF = (hbar / (2 * OMEGA * C)) ** 0.5
SWING, WIDTH = 40 * PHI_ZPF, 15 * PHI_ZPF  # of the flux, and of the memristor's switching
R_OFF, R_ON = 300e3, 30e3
PERIODS, POINTS, FINER, TRAJECTORIES, GROUPS = 8, 64, 8, 1000, 10
BEST = OMEGA / 96**0.5  # 1/s, at η = 1
STRENGTHS = BEST * 10.0 ** np.arange(-2.0, 2.01, 0.5)
KEPT, LOST, FACTOR, FOLDED = 0.6, 0.6, 1.5, 0.1


@cache
def problem(method: str = "moments") -> Problem:
    """The driven resonator, PERIODS long, at the first strength."""
    from quspike.drives import Sine
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    period = 2 * np.pi / OMEGA
    law = f"R_on={R_ON!r}ohm R_off={R_OFF!r}ohm phi_c=0Wb phi_s={WIDTH!r}Wb T={T}K"
    amplitude = 0.5 * (1 / R_ON + 1 / R_OFF) * OMEGA * SWING
    measured = {"memory": "measured", "measurement": {"strength": STRENGTHS[0]}} if method == "moments" else {}
    run = Run(
        circuit=f"C1 m 0 {C!r}F\nL1 m 0 {L!r}H\nMEM1 m 0 model=sigmoid {law}\nI1 0 m input",
        drives={"input": Sine(amplitude, frequency=1 / period, phase=np.pi / 2)},
        initial={"voltage": OMEGA * SWING},
        duration=PERIODS * period,
        save_every=period / POINTS,
        dt=period / POINTS / FINER,
        trajectories=TRAJECTORIES,
        method=method,
        classical=False,
        **measured,
    )
    return compile_run(run)


def measured(strength: float) -> Solution:
    """The ensemble at kV_zpf² = strength [1/s]."""
    found = problem()
    v_zpf = OMEGA * PHI_ZPF
    k = found.params["measurement"] | {"strength": strength / v_zpf**2}
    return found.solve({**found.params, "measurement": k})


def loops(solution: Solution) -> tuple[np.ndarray, np.ndarray]:
    """Mean V and I of each group of trajectories, period by period: (GROUPS, PERIODS, POINTS + 1) each."""
    fields = (np.asarray(values)[..., 0] for values in (solution.voltage, solution.memristor_current))
    places = np.arange(PERIODS)[:, None] * POINTS + np.arange(POINTS + 1)
    found = []
    for values in fields:
        every = values if values.ndim == 2 else values[None]
        groups = every.reshape(min(GROUPS, len(every)), -1, every.shape[-1]).mean(axis=1)
        found.append(groups[:, places])
    return found[0], found[1]


def areas(v: np.ndarray, i: np.ndarray) -> np.ndarray:
    """Area of the loop of every period (PERIODS,), V·A."""
    from quspike.analysis.loop import measure_loop

    return np.array([measure_loop(*pair).area for pair in zip(v, i, strict=True)])


def with_error(v: np.ndarray, i: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Areas of the whole ensemble's loops, and their standard errors by leaving out a group at a time (jackknife)."""
    whole, count = areas(v.mean(axis=0), i.mean(axis=0)), len(v)
    without = np.array([areas(*(np.delete(x, n, axis=0).mean(axis=0) for x in (v, i))) for n in range(count)])
    return whole, np.sqrt((count - 1) * without.var(axis=0))


def spread(strength: Any, time: Any) -> Any:
    """The standard deviation of the memory, Wb."""
    return PHI_ZPF * np.sqrt((OMEGA**2 / (8 * strength) + 12 * strength) * time)


def folded(solution: Solution, strength: float) -> np.ndarray:
    """Areas (PERIODS,) of the classical loop whose conductance is folded with the memory's spread, V·A."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(48)
    x, v = (np.asarray(values)[:, 0] for values in (solution.memory, solution.voltage))
    every = x[:, None] + spread(strength, np.asarray(solution.time))[:, None] * nodes
    w = 1 / R_OFF + (1 / R_ON - 1 / R_OFF) / (1 + np.exp(-np.clip(every / WIDTH, -500, 500)))
    places = np.arange(PERIODS)[:, None] * POINTS + np.arange(POINTS + 1)
    return areas(v[places], (v * (w @ weights) / weights.sum())[places])


def summit(strength: np.ndarray, share: np.ndarray) -> float:
    """Where a parabola in ln s through the best three has its maximum, 1/s."""
    at = int(np.clip(np.argmax(share), 1, len(share) - 2))
    bend, slope, _ = np.polyfit(np.log(strength[at - 1 : at + 2]), share[at - 1 : at + 2], 2)
    return float(np.exp(-slope / (2 * bend)))


def check() -> Outcome:
    """Areas at every strength against the classical neuron's."""
    exact = problem("classical").solve()
    v, i = loops(exact)
    classical = areas(v[0], i[0])
    predicted = np.array([folded(exact, strength) for strength in STRENGTHS]) / classical
    found = [loops(measured(strength)) for strength in STRENGTHS]
    share, error = (np.array(x) / classical for x in zip(*(with_error(*pair) for pair in found), strict=True))
    last, at = share[:, -1], int(np.argmax(share[:, -1]))
    numbers = (
        Number("area kept at the best strength, eighth period", last[at], low=KEPT),
        Number("its standard error", error[at, -1]),
        Number("best strength over ω0/√(96η)", summit(STRENGTHS, last) / BEST, low=1 / FACTOR, high=FACTOR),
        Number("largest distance from the folded loop's area", np.max(np.abs(share - predicted)), high=FOLDED),
        Number("area at the weakest measurement over the best", last[0] / last[at], high=LOST),
        Number("its standard error, weakest", error[0, -1] / last[at]),
        Number("area at the strongest measurement over the best", last[-1] / last[at], high=LOST),
        Number("its standard error, strongest", error[-1, -1] / last[at]),
    )
    shown = (0, at, len(STRENGTHS) - 1)
    data = {
        "strength": STRENGTHS / BEST,
        "share": share,
        "error": error,
        "predicted": predicted,
        "classical": (v[0, -1], i[0, -1]),
        "loops": [(pair[0].mean(axis=0)[-1], pair[1].mean(axis=0)[-1]) for pair in (found[n] for n in shown)],
        "shown": shown,
    }
    return Outcome(numbers, _explain(last, at), data, _draw)


def _explain(last: np.ndarray, at: int) -> str:
    return (
        f"After eight periods the loop keeps {100 * last[at]:.0f} % of its classical area at "
        f"{STRENGTHS[at] / BEST:.2g} ω0/√96, {100 * last[0]:.0f} % at a hundredth of it, where the record's noise "
        f"blurs the memory, and {100 * last[-1]:.0f} % at a hundred times of it, where back-action shakes the flux."
    )


def _draw(data: Mapping[str, Any]) -> Any:
    from quspike.plot.claims.measured_hysteresis import plot_measured_hysteresis

    return plot_measured_hysteresis(data)


CLAIM = Claim(
    "measured-hysteresis",
    "How strongly its voltage is measured changes a memristor's hysteresis: the memory persists, back-action blurs it.",
    f"beyond {PAPER}: a memristor that learns from what was recorded (Pfeiffer et al., Sci. Rep. 6, 29507)",
    check,
)
