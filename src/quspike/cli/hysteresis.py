"""`quspike hysteresis`: the I–V loop of each leak, its measures, and its collapse with frequency."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quspike.cli import console
from quspike.cli.source import read_run

if TYPE_CHECKING:
    from quspike.analysis.frequency_sweep import FrequencySweep
    from quspike.analysis.hysteresis import Hysteresis
    from quspike.analysis.loop import LoopMeasures
    from quspike.run.schema import Run

EXAMPLE = "quspike hysteresis loop.toml --frequencies 2MHz,8MHz,32MHz --plot loop.png"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Run file whose drive is a sine, or a result of one.")],
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="OUT.png", help="Also draw a figure (.png, .svg, .pdf).")
    ] = None,
    frequencies: Annotated[
        str | None, typer.Option("--frequencies", metavar="F,F,…", help="Repeat at these: 2MHz,8MHz,32MHz.")
    ] = None,
    element: Annotated[
        str | None,
        typer.Option("--element", metavar="NAME", help="The element to draw. [default: the first memristor]"),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole-current", help="The memristor's current by Kirchhoff's law, not W(x, V)·V.")
    ] = False,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a value: MEM1.T=50mK. Repeatable.")
    ] = None,
    method: Annotated[str | None, typer.Option("--method", metavar="METHOD", help="Another method.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing figure.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors (and --json) only.")] = False,
) -> None:
    """Measure the hysteresis of a circuit driven by a sine.

    Lobe areas, form factor, pinch residual and circulation of the I–V loop of every memristor and resistor, in the
    first period and in the last. Areas are on the axes V/V₀ and I/I₀, V₀ and I₀ the loop's own peaks.
    """
    from quspike.cli.cache import keep_compiled_solvers

    keep_compiled_solvers()
    console.warn_in_one_line(quiet)
    run = read_run(file, assignments or (), method)
    chosen, factors = _chosen(run, element), _factors(run, frequencies)
    if plot is not None:
        from quspike.plot.saving import check_figure_path

        check_figure_path(plot, force=force)
    with console.progress(quiet) as say:
        say("following the loop")
        found = console.interruptible(lambda: _measured(run, factors, "whole" if whole else "element"))
    if plot is not None:
        _draw(plot, chosen, *found, force)
        console.note(f"wrote {plot}", quiet)
    if as_json:
        console.result(_as_json(*found))
    elif not quiet:
        console.result("\n".join(_report(*found)))


def _chosen(run: Run, element: str | None) -> str:
    """The element to draw, refused before anything is computed if it carries no loop."""
    from quspike.errors import InputError

    leaks = [e.name for e in (*run.circuit.of("MEM"), *run.circuit.of("R"))]
    if not leaks:
        raise InputError("circuit", "neither", "must have a memristor or a resistor, whose loop can be drawn")
    if element is not None and element not in leaks:
        raise InputError("--element", element, f"must be {' or '.join(leaks)}")
    return element or leaks[0]


def _factors(run: Run, frequencies: str | None) -> list[float]:
    """The frequencies over the drive's own; also refuses a drive that is no sine."""
    from quspike.analysis.frequency_sweep import checked
    from quspike.analysis.sine_drive import sine_drive
    from quspike.errors import InputError
    from quspike.units import to_si

    drive = sine_drive(run)
    if frequencies is None:
        return []
    given = [to_si(text.strip(), "frequency", "--frequencies", bare_ok=False) for text in frequencies.split(",")]
    if len(set(given)) < 2:
        raise InputError("--frequencies", frequencies, "must be at least two different ones, between commas")
    return list(checked([f / drive.frequency for f in given]))


def _measured(run: Run, factors: list[float], current: str) -> tuple[dict[str, Hysteresis], dict[str, FrequencySweep]]:
    from quspike.analysis.frequency_sweep import frequency_sweep
    from quspike.analysis.hysteresis import hysteresis

    return hysteresis(run, current=current), frequency_sweep(run, factors, current=current) if factors else {}


def _draw(plot: Path, name: str, loops: dict[str, Hysteresis], sweeps: dict[str, FrequencySweep], force: bool) -> None:
    from quspike.plot import save
    from quspike.plot.pinched_loop import plot_hysteresis

    save(plot_hysteresis(loops[name], sweeps.get(name)), plot, force=force)


def _as_json(loops: dict[str, Hysteresis], sweeps: dict[str, FrequencySweep]) -> str:
    elements = {
        name: loop.to_dict() | ({"frequency_sweep": sweeps[name].to_dict()} if name in sweeps else {})
        for name, loop in loops.items()
    }
    return json.dumps(elements, indent=2, ensure_ascii=False, allow_nan=False)


def _report(loops: dict[str, Hysteresis], sweeps: dict[str, FrequencySweep]) -> list[str]:
    """The measures of each element in a few lines."""
    from quspike.result.engineering import human

    lines = []
    for name, loop in loops.items():
        lines.append(f"{name}, {human(loop.frequency, 'Hz')}, period {loop.periods} of {loop.periods}")
        lines += [f"  {line}" for line in _measure_lines(loop.settled)]
        lines.append(
            f"  in the first period: areas/V₀I₀ {_areas(loop.first)}, form factor {loop.first.form_factor:.5f}"
        )
        if name in sweeps:
            lines += [f"  {line}" for line in _sweep_lines(sweeps[name])]
    return lines


def _measure_lines(m: LoopMeasures) -> list[str]:
    from quspike.result.engineering import human

    turns = {1: "counter-clockwise", -1: "clockwise", 0: "a line"}
    lobes = ", ".join(f"V {'>' if lobe.side > 0 else '<'} 0 {turns[lobe.circulation]}" for lobe in m.lobes)
    pinch = "V never vanishes" if m.pinch_residual is None else f"{m.pinch_residual:.2g} of the current's swing"
    return [
        f"axes            V₀ = {human(m.voltage_scale, 'V')}, I₀ = {human(m.current_scale, 'A')} (the peaks)",
        f"areas/V₀I₀      {_areas(m)}, together {m.scaled_area:.6g}",
        f"form factor     {m.form_factor:.5f}",
        f"pinch residual  {pinch}",
        f"circulation     {lobes}: {m.crossing}",
    ]


def _areas(m: LoopMeasures) -> str:
    return " + ".join(f"{lobe.scaled_area:.5g}" for lobe in m.lobes)


def _sweep_lines(sweep: FrequencySweep) -> list[str]:
    from quspike.result.engineering import human

    lines = ["frequency       area/V₀I₀    form factor"]
    for loop in sweep.loops:
        lines.append(
            f"{human(loop.frequency, 'Hz'):<14}  {loop.settled.scaled_area:<11.5g}  {loop.settled.form_factor:.5f}"
        )
    return [*lines, f"at the end, area/V₀I₀ ∝ f^{sweep.exponent:.3f}"]
