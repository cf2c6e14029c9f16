"""Which races are run, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from quspike.bench.problems import PROBLEMS, ResonatorProblem
from quspike.bench.race import race
from quspike.bench.report import Outcome
from quspike.bench.spectra import TITLES
from quspike.errors import InputError

OPERATOR, HIERARCHY, LADDER, LINE, MEMBRANE = "operator", "hierarchy", "ladder", "line", "adapting"
MEASURED = "measured"
INTERVALS = ("intervals-rare", "intervals", "intervals-membrane")
FAMILY, TRAJECTORIES = "trajectories", ("trajectories-jump", "trajectories-diffusion")
QUICK_SHARE = 0.25  # of a problem's duration
QUICK_REPEATS = 2
Say = Callable[[str], None]


def names_of(only: Sequence[str]) -> list[str]:
    """The problems asked for, all by default; G and K bring their frozen twins, `trajectories` both kinds."""
    known = [*PROBLEMS, OPERATOR, HIERARCHY, *TITLES, LADDER, LINE, MEASURED, *INTERVALS, *TRAJECTORIES, MEMBRANE]
    for name in only:
        if name not in (*known, FAMILY):
            close = get_close_matches(name, known, 1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise InputError("--only", name, f"must be {', '.join(known)}{hint}")
    asked = [*only, *(TRAJECTORIES if FAMILY in only else ())]
    return [name for name in known if not only or name in asked or name.removesuffix("-frozen") in asked]


def run_bench(
    names: Sequence[str], repeats: int, quick: bool, lab: bool, say: Say = lambda text: None
) -> list[Outcome]:
    """Race on each problem. quick: a quarter of the time span, two repeats. lab: QuTiP's lab frame too."""
    turns = min(repeats, QUICK_REPEATS) if quick else repeats
    outcomes = []
    for name in names:
        if name in TITLES:
            outcomes.append(race_spectra(name, turns, say))
            continue
        if name == OPERATOR:
            outcomes.append(race_operator(QUICK_SHARE if quick else 1.0, turns, say))
            continue
        if name == HIERARCHY:
            outcomes.append(race_hierarchy(QUICK_SHARE if quick else 1.0, turns, say))
            continue
        if name == LADDER:
            outcomes.append(race_ladder(turns, say))
            continue
        if name == LINE:
            outcomes.append(race_line(turns, say))
            continue
        if name in TRAJECTORIES:
            outcomes.append(race_trajectories(name, QUICK_SHARE if quick else 1.0, turns, say))
            continue
        if name == MEASURED:
            outcomes.append(race_measured(QUICK_SHARE if quick else 1.0, turns, say))
            continue
        if name in INTERVALS:
            outcomes.append(race_intervals(name, turns, say))
            continue
        if name == MEMBRANE:
            outcomes.append(race_membrane(turns, say))
            continue
        problem = PROBLEMS[name].shortened(QUICK_SHARE) if quick else PROBLEMS[name]
        outcomes.append(race_resonator(problem, turns, lab and not quick, say))
    return outcomes


def race_resonator(problem: ResonatorProblem, repeats: int, lab: bool, say: Say = lambda text: None) -> Outcome:
    """One resonator, its reference first."""
    from quspike.bench.reference import reference
    from quspike.bench.rivals import installed, resonator_rivals

    rivals = resonator_rivals(problem, lab)
    if problem.junction and not installed("qutip"):  # its displaced frame is the reference
        return Outcome(problem.name, problem.title, [], [rival for rival in rivals if rival.missing is not None], {})
    say(f"{problem.name}: the reference")
    right = reference(problem)
    timings, absent = race(rivals, right, repeats, say)
    return Outcome(problem.name, problem.title, timings, absent, {})


def race_operator(share: float, repeats: int, say: Say = lambda text: None) -> Outcome:
    """An operator memristance beside QuTiP, which is the reference too."""
    from quspike.bench.operator_memory import TITLE, operator_reference, operator_rivals
    from quspike.bench.rivals import installed

    rivals = operator_rivals(share)
    if not installed("qutip"):
        return Outcome(OPERATOR, TITLE, [], [rival for rival in rivals if rival.missing is not None], {})
    say(f"{OPERATOR}: the reference")
    timings, absent = race(rivals, operator_reference(share), repeats, say)
    return Outcome(OPERATOR, TITLE, timings, absent, {})


def race_hierarchy(share: float, repeats: int, say: Say = lambda text: None) -> Outcome:
    """Lines that remember beside QuTiP's hierarchy, which is the reference too."""
    from quspike.bench.hierarchy import TITLE, hierarchy_reference, hierarchy_rivals
    from quspike.bench.rivals import installed

    rivals = hierarchy_rivals(share)
    if not installed("qutip"):
        return Outcome(HIERARCHY, TITLE, [], [rival for rival in rivals if rival.missing is not None], {})
    say(f"{HIERARCHY}: the reference")
    timings, absent = race(rivals, hierarchy_reference(share), repeats, say)
    return Outcome(HIERARCHY, TITLE, timings, absent, {})


def race_spectra(name: str, repeats: int, say: Say = lambda text: None) -> Outcome:
    """Levels, or symbols, beside scqubits."""
    from quspike.bench import spectra

    if name == spectra.LEVELS:
        timings, absent = race(spectra.level_rivals(), spectra.level_reference(say), repeats, say)
    else:
        timings, absent = race(spectra.symbol_rivals(), spectra.symbol_reference(), repeats, say)
    return Outcome(name, TITLES[name], timings, absent, {})


def race_ladder(repeats: int, say: Say = lambda text: None) -> Outcome:
    """Hundreds of nodes, from netlist to modes."""
    from quspike.bench.ladder import NAME, TITLE, ladder_reference, ladder_rivals

    timings, absent = race(ladder_rivals(), ladder_reference(), repeats, say)
    return Outcome(NAME, TITLE, timings, absent, {})


def race_line(repeats: int, say: Say = lambda text: None) -> Outcome:
    """A resonator with thousands of modes of its line."""
    from quspike.bench.closed_line import NAME, TITLE, line_reference, line_rivals

    say(f"{NAME}: the reference")
    timings, absent = race(line_rivals(), line_reference(), repeats, say)
    return Outcome(NAME, TITLE, timings, absent, {})


def race_trajectories(name: str, share: float, repeats: int, say: Say = lambda text: None) -> Outcome:
    """Pure states that jump or diffuse, beside QuTiP's, whose master equation is the reference."""
    from quspike.bench.rivals import installed
    from quspike.bench.unravelled import ACCURATE, TITLES, exact, trajectory_rivals

    rivals = trajectory_rivals(name, share)
    if not installed("qutip"):
        return Outcome(name, TITLES[name], [], [rival for rival in rivals if rival.missing is not None], {})
    timings, absent = race(rivals, exact(share), repeats, say)
    return Outcome(name, TITLES[name], timings, absent, {}, ACCURATE)


def race_measured(share: float, repeats: int, say: Say = lambda text: None) -> Outcome:
    """An ensemble whose memory follows its record, beside QuTiP's."""
    from quspike.bench.measured_memory import ACCURATE, NAME, TITLE, measured_reference, measured_rivals

    say(f"{NAME}: the reference")
    timings, absent = race(measured_rivals(share), measured_reference(share), repeats, say)
    return Outcome(NAME, TITLE, timings, absent, {}, ACCURATE)


def race_intervals(name: str, repeats: int, say: Say = lambda text: None) -> Outcome:
    """The density of an interval, beside trajectories of our own that would give its mean to 1 %."""
    from quspike.bench.intervals import ACCURATE, TITLES, interval_reference, interval_rivals

    timings, absent = race(interval_rivals(name), interval_reference(name), repeats, say)
    return Outcome(name, TITLES[name], timings, absent, {}, ACCURATE)


def race_membrane(repeats: int, say: Say = lambda text: None) -> Outcome:
    """The classical membrane, and the whole program on its run file."""
    from quspike.bench.membrane import NAME, TITLE, membrane_rivals, spike_reference, whole_program

    rivals = membrane_rivals()
    timings, absent = race(rivals, spike_reference(), repeats, say)
    say("the whole program")
    return Outcome(NAME, TITLE, timings, absent, whole_program(repeats))
