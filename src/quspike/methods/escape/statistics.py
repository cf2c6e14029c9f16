"""Which interval, and its statistics: the answer in arrays, from a neuron's setup and numbers.

    p(τ) = Tr 𝓙e^{𝓛0τ}ρ⁺,   S = Tr e^{𝓛0τ}ρ⁺

`first`: ρ⁺ is the run's first state. The n-th: the state after n − 1 clicks. `next`: after a click that finds the
memories where the run has them. `stationary`: after very many clicks. What has no such equation is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy.integrate import simpson

from quspike.errors import ConvergenceError, InputError, NotAvailable
from quspike.methods.escape.choice import interval_space
from quspike.methods.escape.following import RELATIVE, follow, held
from quspike.methods.escape.hold import after_hold, held_generator, interval_chain
from quspike.methods.escape.intervals import Chain, axis, densities, moments, stationary
from quspike.methods.escape.memory_kernel import nth_interval
from quspike.methods.escape.space import Space
from quspike.methods.method import Params, Setup
from quspike.units import format_si

TAIL = 14.0  # standard deviations beyond the mean: S ≈ 1e-6 of an exponential tail
FINE, FINE_HOLD = 64, 16  # points within a standard deviation or a leak time, where the density bends; within a hold's
BENDS = 8.0  # standard deviations beyond the mean, or twice as many leak times, after which it only decays
MOST = 4000  # points of the part that bends
POINTS = 1001
ROUND, MOST_ROUND = 20.0, 100_000  # points of a radian of what turns, and of the part in which it does
WHOLE = 1000  # numbers of a chain that turns, whose few slow vectors do not have its oscillations to more than 1e-5
GROWTH, TRUNCATED = 1.4, 2e-3  # more Fock levels, until the mean interval moves by less
MOST_NUMBERS = 2500  # of a chain: its exponential takes a minute
RAREST = 1e11  # leak times in a mean interval, of which the resolvent then keeps five digits
MOST_LEVELS = 48  # of a dense superoperator on ρ: 42 MB


class RareSpikes(ConvergenceError):
    """Intervals of more than RAREST leak times: a rate that is zero but for rounding."""


class Answer(NamedTuple):
    """interval (T,) s, density (T,) 1/s, survival (T,); mean and variance of the interval: s, s²; what else to say.

    conditional : mean and variance are those of the intervals that end on the axis alone; nan where too few do.
    """

    interval: np.ndarray
    density: np.ndarray
    survival: np.ndarray
    mean: float
    variance: float
    notes: dict[str, Any]
    conditional: bool = False


class Question(NamedTuple):
    """Which interval; its axis: end (s) and number of points, None where they are to be chosen."""

    kind: str | int
    longest: float | None
    points: int | None


def answer(
    setup: Setup,
    params: Params,
    duration: float,
    question: Question,
    matrices: Callable[[Setup, Params], Space] = interval_space,
) -> Answer:
    """The answer; in Fock space with as many levels as the mean interval needs.

    duration : of a run that moves, s. matrices : where a neuron's equation comes from, for who keeps it.
    """
    asked = setup.truncation or 0
    if asked > MOST_LEVELS:  # a run's own, for a tail that no interval sees: fewer are tried, and it is said
        setup = replace(setup, truncation=MOST_LEVELS)
    space = matrices(setup, params)
    if space.stiff:
        return _answered(setup, params, duration, space, question)
    fewer = replace(setup, truncation=int(np.ceil((setup.truncation or 2) / GROWTH)))
    before = _trial(fewer, params, duration, matrices(fewer, params), question).mean
    while True:
        found = _trial(setup, params, duration, space, question)
        moved = _moved(found.mean, before)
        if moved <= TRUNCATED:
            break
        levels = int(np.ceil(GROWTH * (setup.truncation or 2)))
        if levels > MOST_LEVELS:
            raise ConvergenceError(_too_few(setup, moved))
        before, setup = found.mean, replace(setup, truncation=levels)
        space = matrices(setup, params)
    answered = found.finish()
    notes = {"truncation": setup.truncation, "truncation_error": moved}
    return answered._replace(notes=answered.notes | notes | ({"run_truncation": asked} if asked > MOST_LEVELS else {}))


def _moved(mean: float, before: float) -> float:
    """By how much more levels moved the mean interval; not at all where no spike is to be told with either."""
    if np.isnan(mean) and np.isnan(before):
        return 0.0
    return abs(mean / before - 1) if before else np.inf


class Trial(NamedTuple):
    """The mean interval, s, at some truncation, and how to go on to the whole answer."""

    mean: float
    finish: Callable[[], Answer]


def _trial(setup: Setup, params: Params, duration: float, space: Space, question: Question) -> Trial:
    if _moves(space, question):
        whole = _answered(setup, params, duration, space, question)
        return Trial(whole.mean, lambda: whole)
    chain = _chain(setup, params, space, question)
    return Trial(moments(chain)[0], lambda: _answer(chain, space, question))


def _too_few(setup: Setup, moved: float) -> str:
    last = f" (the last levels moved the mean interval by {moved:.2g})" if np.isfinite(moved) else ""
    return (
        f"{setup.truncation} Fock levels are too few{last}, and {MOST_LEVELS} are the most of a dense equation: a "
        "lower drive, a wider edge, or a linear resonator at ω0, which needs none"
    )


def _moves(space: Space, question: Question) -> bool:
    """True where memories or the drive move within the interval."""
    return not space.frozen or (question.kind == "first" and not _constant(space))


def _answered(setup: Setup, params: Params, duration: float, space: Space, question: Question) -> Answer:
    if not space.frozen:
        return _conditional(setup, params, duration, space, question)
    if _moves(space, question):
        return _followed(duration, space, question, space.start, space.first_memory)
    return _answer(_chain(setup, params, space, question), space, question)


def _constant(space: Space) -> bool:
    """True for a drive that never changes."""
    return None not in space.current.constant and len(set(space.current.constant)) == 1


def _settled(space: Space, kind: str | int) -> float:
    """A time from which on the drive does not change, s: 0 where intervals are counted from the start."""
    if space.current.constant[-1] is None:
        remedy = "must be first with a drive that goes on changing: an interval depends on when it begins"
        raise InputError("kind", kind, remedy)
    if isinstance(kind, int) and not _constant(space):
        remedy = (
            "must be first, next or stationary with a drive that changes: later intervals depend on when they begin"
        )
        raise InputError("kind", kind, remedy)
    return float(space.current.edges[-2])


def _chain(setup: Setup, params: Params, space: Space, question: Question) -> Chain:
    """The generator, where it is one matrix, and the state that the interval begins in."""
    memory, kind = space.first_memory, question.kind
    generator = space.combined(space.coefficients(_settled(space, kind), memory, space.means(space.start)))
    if kind == "first":
        return Chain(generator, space.rate, space.trace, space.start)
    t_ref, stages = float(params["neuron"]["t_ref"]), setup.stages
    held = held_generator(space, memory)
    hold, bare = after_hold(held, t_ref, stages), Chain(generator, space.rate, space.trace, space.start)
    if space.after is not None:
        bare = replace(bare, start=space.after)
    elif kind == "next":
        remedy = "must be stationary, or a number, with reset subtract: what a spike leaves depends on all before it"
        raise InputError("kind", "next", remedy)
    else:
        solve = bare.solve

        def clicks(y: np.ndarray) -> np.ndarray:
            return space.clicked(solve(y))

        if kind == "stationary":
            clicked = clicks(stationary(lambda y: hold(clicks(y)), space.start, space.trace))
        else:
            clicked = clicks(space.start)
            for _ in range(int(kind) - 2):
                clicked = clicks(hold(clicked))
        bare = replace(bare, start=clicked / (space.trace @ clicked), factored=solve)
    return interval_chain(bare, held, hold, t_ref, stages)


def _answer(chain: Chain, space: Space, question: Question) -> Answer:
    if len(chain.start) > MOST_NUMBERS:
        raise ConvergenceError(
            f"{len(chain.start)} numbers, of which {MOST_NUMBERS} are the most of a dense equation: fewer stages, or a "
            "wider edge and a warmer membrane, whose density is narrow beside the voltages that it crosses"
        )
    mean, variance = moments(chain)
    if not 0 < mean * space.leak < RAREST:
        least = format_si(float(f"{RAREST / space.leak:.2g}"), "time")
        raise RareSpikes(
            f"the mean interval is longer than {least}: spikes are so rare that rounding outweighs them; a lower "
            "[neuron] v_threshold, a wider escape.width or a stronger drive has intervals"
        )
    std, bare = float(np.sqrt(variance)), mean - chain.shift
    end = bare + TAIL * std if question.longest is None else question.longest - chain.shift
    if not end > 0:
        raise InputError("longest", format_si(end + chain.shift, "time"), f"must be > {format_si(chain.shift, 'time')}")
    if question.points is not None:
        times = np.linspace(0.0, end, question.points)
    else:
        bends = min(bare + BENDS * std, 2 * BENDS / space.leak, end)
        fine = max(min(std / FINE, 1 / space.leak / FINE, chain.quick / FINE_HOLD), bends / MOST)
        if space.turning:
            fine = min(fine, max(1 / (ROUND * space.turning), bends / MOST_ROUND))
        times = axis(fine, bends, end)
    density, survival = densities(chain, times, space.leak, **({"small": WHOLE} if space.turning else {}))
    spent = chain.spent[-len(space.rate) :]
    notes = {"click_energy": float(space.energy @ spent)}  # one click an interval
    return Answer(times + chain.shift, density, survival, mean, variance, notes)


def _conditional(setup: Setup, params: Params, duration: float, space: Space, question: Question) -> Answer:
    """Memories that move: the first interval, or the next after a reset that leaves nothing but them."""
    kind = question.kind
    if kind == "first":
        return _followed(duration, space, question, space.start, space.first_memory)
    if kind == "stationary":
        remedy = (
            "must be first or next with a memory that moves: an interval is conditional on the memory it begins with"
        )
        raise InputError("kind", "stationary", remedy)
    if space.after is None:
        remedy = (
            "must be first with reset subtract and a memory that moves: a spike leaves a state that depends on both"
        )
        raise InputError("kind", kind, remedy)
    if setup.stages:
        raise NotAvailable("[neuron] escape.stages", setup.stages, "must be auto with a memory that moves")
    if isinstance(kind, int):
        return _nth(params, duration, space, question)
    t_ref, begin = float(params["neuron"]["t_ref"]), _settled(space, kind)
    state, memory = held(space, begin, t_ref, space.first_memory)
    return _followed(duration, space, question, state, memory, begin, t_ref)


def _nth(params: Params, duration: float, space: Space, question: Question) -> Answer:
    """The n-th interval of a memory that moves, of those neurons that have spiked n − 1 times."""
    if len(space.first_memory) > 1:
        raise NotAvailable("kind", question.kind, "must be first or next with several memories that move")
    _settled(space, question.kind)
    t_ref, end = float(params["neuron"]["t_ref"]), _end(duration, question, float(params["neuron"]["t_ref"]))
    times = np.linspace(0.0, end - t_ref, question.points or _points(space, end - t_ref))
    density, survival, x, weight = nth_interval(space, times, int(question.kind), t_ref)
    total = float(survival[0])
    mean, variance = _before_end(times + t_ref, density / total, survival / total)
    middle = float(weight @ x / np.sum(weight))
    notes = {"earlier_spikes_within": total, "memory 0 begins at": middle}
    return Answer(times + t_ref, density / total, survival / total, mean, variance, notes, True)


def _end(duration: float, question: Question, shift: float) -> float:
    end = duration if question.longest is None else question.longest
    if not end > shift:
        raise InputError("longest", format_si(end, "time"), f"must be > {format_si(shift, 'time')}")
    return end


def _points(space: Space, end: float) -> int:
    """Points of an axis of this length (s) along which memories, the drive or the voltage move."""
    return min(max(POINTS, int(ROUND * space.turning * end) + 1), MOST_ROUND)


def _before_end(interval: np.ndarray, density: np.ndarray, survival: np.ndarray) -> tuple[float, float]:
    """Mean and variance of the intervals that end on the axis; nan where no more do than the solver is wrong by."""
    if 1 - float(survival[-1]) < RELATIVE:
        return np.nan, np.nan
    whole, mean, square = (float(simpson(interval**k * density, x=interval)) for k in range(3))
    return mean / whole, max(square / whole - (mean / whole) ** 2, 0.0)


def _followed(
    duration: float,
    space: Space,
    question: Question,
    state: np.ndarray,
    memory: np.ndarray,
    begin: float = 0.0,
    shift: float = 0.0,
) -> Answer:
    """p and S along the path without a click, from `begin` (s); mean and variance of the spikes before its end."""
    end = _end(duration, question, shift) - shift
    times = np.linspace(0.0, end, question.points or _points(space, end))
    found = follow(space, begin + times, state, memory)
    interval = times + shift
    mean, variance = _before_end(interval, found.density, found.survival)
    notes: dict[str, Any] = {}
    if not space.frozen:
        for i, path in enumerate(found.memory.T):
            notes |= {f"memory {i} begins at": float(path[0]), f"memory {i} ends at": float(path[-1])}
    return Answer(interval, found.density, found.survival, mean, variance, notes, True)
