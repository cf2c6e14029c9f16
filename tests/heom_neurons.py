"""The neurons that tests of the hierarchy share: 10 nH and 100 fF, rates in units of ω0, fluxes in zero-point units."""

from __future__ import annotations

from dataclasses import replace

from quspike.constants import hbar, phi0
from quspike.methods.heom.prepare import with_depth
from quspike.run.compile import Problem, compile_run
from quspike.run.schema import Run

C, L = 100e-15, 10e-9
OMEGA, Z = (L * C) ** -0.5, (L / C) ** 0.5
PHI_ZPF, V_ZPF = (hbar * Z / 2) ** 0.5, (hbar / (2 * Z)) ** 0.5 / C
COIL = "C1 m 0 100fF\nL1 m 0 10nH\n"
DRIVEN = "\nI1 0 m input"


def line(kappa: float, cutoff: float, temperature: float, name: str = "R1") -> str:
    """A resistor's card."""
    return f"{name} m 0 {Z / kappa!r}ohm T={temperature}K cutoff={cutoff * OMEGA!r}rad/s"


def linear(kappa: float, cutoff: float, temperature: float) -> str:
    """A resonator with one line."""
    return COIL + line(kappa, cutoff, temperature)


def memristive(
    temperature: float, cutoff: float = 5.0, centre: float = 2.0, width: float = 2.0, kappas=(0.01, 0.1)
) -> str:
    """κ/ω0 goes from the first to the second of `kappas` over a few zero-point fluxes."""
    off, on = (Z / kappa for kappa in kappas)
    law = f"model=sigmoid R_on={on!r}ohm R_off={off!r}ohm phi_c={centre * PHI_ZPF!r}Wb phi_s={width * PHI_ZPF!r}Wb"
    return f"{COIL}MEM1 m 0 {law} T={temperature}K cutoff={cutoff * OMEGA!r}rad/s{DRIVEN}"


def josephson(kappa: float, cutoff: float, temperature: float, share: float) -> str:
    """A junction beside the coil, of `share` times the coil's stiffness."""
    return f"{COIL}JJ1 m 0 Ic={share * phi0 / L!r}A\n{line(kappa, cutoff, temperature)}{DRIVEN}"


def problem(circuit: str, **settings) -> Problem:
    """Two turns of the mode, unless told otherwise."""
    defaults = {"duration": "0.4 ns", "save_every": "10 ps", "method": "heom", "classical": False, "drives": {}}
    return compile_run(Run(circuit=circuit, save={"covariance": True}, **defaults | settings))


def at_depth(p: Problem, depth: int) -> Problem:
    """The same with so many tiers, and steps that these bear."""
    p = replace(p, setup=with_depth(p.setup, p.params, depth))
    return p.with_step(min(p.dt, 3 / p.setup.fastest))
