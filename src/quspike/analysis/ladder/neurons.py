"""Three neurons on which the rungs of the ladder have to agree, and by how much each pair may differ.

    linear       a resonator and a Drude line at κ/ω0 = 0.3, 20 mK, from the vacuum to equilibrium: the exact rungs
    memristive   a resonator whose memristance is an operator, κ/ω0 ≤ 0.02, kT = 2ħω0: the rungs that have W(φ̂)
    spiking      a membrane that adapts, without an inductor: thresholds, resets, a memory that moves

They are examples/ladder_*.toml too. A bound is what the theory of the worse rung leaves out, as a number of the neuron,
or the accuracy that a rung chooses its poles, modes and steps for. None of them is a measured deviation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from quspike.baths.noise import flux_variance, voltage_variance
from quspike.constants import k_B
from quspike.errors import InputError

EQUILIBRIUM = "fluctuation–dissipation"
"""In the place of a rung: the integral ∫ ħω coth(ħω/2kT) Re Z, which a linear circuit has to end at."""

EXACT, STEP, CHOSEN, STANDARD_ERRORS = 1e-3, 1e-6, 0.01, 4.0
EQUATIONS = "both exact; poles, modes and steps are chosen for it"
MEANS = "one equation for the means; an automatic step's tolerance"


@dataclass(frozen=True)
class Allowed:
    """`measure` of two rungs (labels as in `compare`) may be `most` apart, `because` the theory says so."""

    rung: str
    other: str
    measure: str
    most: float
    because: str


@dataclass(frozen=True)
class LadderNeuron:
    """A run, the rungs that take it, the cheapest first, and how far apart they may be.

    equilibrium : measure → the value that a linear circuit ends at.
    own : settings that one rung is told, in place of finding them: its step, its levels.
    """

    name: str
    about: str
    settings: Mapping[str, Any]
    rungs: tuple[str, ...]
    allowed: tuple[Allowed, ...]
    equilibrium: Callable[[], Mapping[str, float]] = field(default=dict)
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def run(self) -> Any:
        """Its Run."""
        from quspike.run.schema import Run

        return Run(**self.settings)


def _linear() -> LadderNeuron:
    def equilibrium() -> dict[str, float]:
        numbers = 100e-15, 1 / 1.054e3, 1.58e11, 20e-3, 10e-9
        return {"σ²(V)": voltage_variance(*numbers), "σ²(φ)": flux_variance(*numbers)}

    ladder = ("moments:drude", "modes", "heom")
    pairs = (("modes", "moments:drude"), ("heom", "moments:drude"), ("heom", "modes"))
    allowed = [Allowed(a, b, measure, EXACT, EQUATIONS) for a, b in pairs for measure in ("⟨V⟩", "σ²(V)", "σ²(φ)")]
    at_the_end = "an identity; e^{−κt} of the vacuum is left, 5e-4"
    allowed += [Allowed(one, EQUILIBRIUM, m, EXACT, at_the_end) for one in ladder for m in ("σ²(V)", "σ²(φ)")]
    settings = {
        "circuit": """
C1 m 0  100fF
L1 m 0  10nH
R1 m 0  1.054kohm T=20mK cutoff=1.58e11rad/s
""",
        "initial": {"state": "vacuum", "voltage": "5 uV"},
        "duration": "0.8 ns",
        "save_every": "10 ps",
        "dt": "0.5 ps",
        "truncation": 16,
        "method": "moments",
        "classical": False,
        "save": {"covariance": True},
    }
    about = "resonator on a Drude line, κ/ω0 = 0.3, ω_c/ω0 = 5, ħω0/kT = 12, from the vacuum to equilibrium"
    return LadderNeuron("linear", about, settings, ladder, tuple(allowed), equilibrium)


def _memristive() -> LadderNeuron:
    coupling, quanta = 0.0198, 0.5  # κ/ω0 at R_on, ħω0/kT
    secular, fluctuations = "κ/ω0 at R_on: the carrier, averaged over", coupling / math.tanh(quanta / 2)
    both = "kT = 2ħω0, κ/ω0 ≤ 0.02, where both hold; the line's pull κ/2ω_c makes 0.006 of it"
    drawn = "standard errors of 2000 trajectories: what they leave out fades as (ħω0/kT)²"
    fock, hierarchy, gksl, ensemble = (f"{name}:operator" for name in ("brownian", "heom", "gksl", "modes"))
    allowed = (
        *(Allowed(hierarchy, fock, measure, CHOSEN, both) for measure in ("⟨V⟩", "⟨V²⟩", "M")),
        *(Allowed(gksl, fock, measure, coupling, secular) for measure in ("⟨V⟩", "M")),
        Allowed(gksl, fock, "σ²(V)", fluctuations, "κ/ω0 coth(ħω0/2kT): the carrier, averaged over"),
        *(
            Allowed(ensemble, other, measure, STANDARD_ERRORS, drawn)
            for other in (fock, hierarchy)
            for measure in ("⟨V⟩/e", "σ(V)/e")
        ),
    )
    settings = {
        "circuit": """
C1   m 0  100fF
L1   m 0  10nH
MEM1 m 0  model=sigmoid R_on=16kohm R_off=160kohm phi_c=0.52fWb phi_s=0.52fWb T=0.483K cutoff=3.16e11rad/s
""",
        "initial": {"state": "vacuum", "voltage": "16.5 uV"},
        "duration": "0.2 ns",
        "save_every": "10 ps",
        "method": "brownian",
        "memory": "operator",
        "diffusion": "next_order",
        "trajectories": 2000,
        "classical": False,
        "save": {"covariance": True},
    }
    about = (
        "resonator, W(φ̂) over four widths of its state, κ/ω0 ≤ 0.02, ω_c/ω0 = 10, ħω0/kT = 0.5, from a coherent state"
    )
    own = {hierarchy: {"dt": "0.4 ps", "truncation": 18}}
    return LadderNeuron("memristive", about, settings, (fock, ensemble, hierarchy, gksl), allowed, own=own)


def _spiking() -> LadderNeuron:
    interval = 4e-9  # s, of its two spikes
    resistance, cutoff, temperature = 20e3, 1e11, 20e-3  # the lower resistance: its noise is the strongest
    white = k_B * temperature / 100e-15
    zero_point = 1 - white / voltage_variance(100e-15, 1 / resistance, cutoff, temperature)
    drift = 20e-6 / 20e-15 / 2 / cutoff  # |λ̇/λ| ≤ V/2φ_s at the threshold
    coloured, fock = "moments:drude", "brownian:mean_field"
    allowed = (
        *(
            Allowed(one, "classical", measure, STEP, MEANS)
            for one in ("moments:markov", fock)
            for measure in ("⟨V⟩", "M")
        ),
        *(Allowed(one, "classical", "spikes", STEP * interval, MEANS) for one in ("moments:markov", fock)),
        Allowed(fock, "moments:markov", "σ²(V)", STEP, "one covariance: the bath is white in both"),
        Allowed(coloured, "classical", "spikes", 2 / cutoff, "the line answers 1/ω_c later; two spikes"),
        Allowed(coloured, "moments:markov", "σ²(V)", zero_point, "zero-point motion of the line at R_on, not in kT/C"),
        Allowed("modes", coloured, "⟨V⟩", EXACT, EQUATIONS),
        Allowed("modes", coloured, "M", EXACT, EQUATIONS),
        Allowed("modes", coloured, "spikes", EXACT * interval, "1e-3 of an interval: " + EQUATIONS),
        Allowed("modes", coloured, "σ²(V)", drift + EXACT, "the counter-term of a moving coupling leaves λ̇/λω_c"),
    )
    settings = {
        "circuit": """
C1   m 0  100fF
MEM1 m 0  model=sigmoid R_on=20kohm R_off=200kohm phi_c=80fWb phi_s=20fWb T=20mK cutoff=1e11rad/s
I1   0 m  input
""",
        "neuron": {"node": "m", "v_threshold": "20 uV", "t_ref": "1 ns"},
        "drives": {"input": {"kind": "step", "amplitude": "0.8 nA"}},
        "duration": "10 ns",
        "save_every": "0.1 ns",
        "method": "moments",
        "classical": False,
        "save": {"covariance": True},
    }
    about = "membrane that spikes twice while its memristance falls from 170 kΩ to 20 kΩ"
    ladder = ("classical", "moments:markov", coloured, fock, "modes")
    return LadderNeuron("spiking", about, settings, ladder, allowed, own={coloured: {"dt": "15 ps"}})


LADDER: Mapping[str, Callable[[], LadderNeuron]] = {"linear": _linear, "memristive": _memristive, "spiking": _spiking}


def ladder_neuron(name: str) -> LadderNeuron:
    """The neuron of that name. Raises InputError if there is none."""
    if name not in LADDER:
        raise InputError("neuron", name, f"must be {', '.join(LADDER)}")
    return LADDER[name]()
