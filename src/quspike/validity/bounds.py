"""The bounds that the validity numbers of a membrane warn at, and the map that they come from.

`quspike map` measures the error of each method against the best reference. A bound is where that error, of ⟨V⟩ or of
σ(V), passes 3 %: halfway, on a logarithm, from 1 % to 10 %. Each message says where the map has it; a
test compares bounds and the docs' table of the map, and a slow one measures again.
"""

from __future__ import annotations

from dataclasses import dataclass

PAGE = "docs, how-to/regime-map"
ERROR = 0.03  # of ⟨V⟩ or of σ(V), at a bound


@dataclass(frozen=True)
class Crossing:
    """Where an error passes 1 % and 10 % along one axis of the map, and the bound between them; None: it does not."""

    what: str
    axis: str
    percent: float
    tenth: float | None
    bound: float

    @property
    def text(self) -> str:
        """The map's words, for a message."""
        last = "" if self.tenth is None else f", 10 % at {self.tenth:g}"
        return f"the map: {self.what} is 1 % off at {self.axis} = {self.percent:g}{last} ({PAGE})"


SECULAR_COUPLING = Crossing("⟨V⟩", "κ/ω0", 0.029, 0.33, 0.1)
"""Largest κ/ω0 of `gksl` and secular `moments`."""
SECULAR_CUTOFF = Crossing("⟨V⟩", "ω0/ω_c", 0.022, None, 0.1)
"""Fastest rate over the cutoff of `gksl` and secular `moments`, whose own error stands beside the line's pull."""
CUTOFF = Crossing("⟨V⟩", "ω0/ω_c", 0.033, None, 0.1)
"""Fastest rate over the cutoff, of methods whose lines answer at once: the pull of the line's inductance."""
BROWNIAN_QUANTA = Crossing("σ(V)", "ħω0/kT", 0.96, 10.0, 3.0)
"""ħω0/kT of `brownian`; between 3 and 8 its error turns round, which is luck."""
BROWNIAN_LEAK = Crossing("σ(V)", "ħκ/kT", 0.0155, 0.24, 0.25)
"""ħκ/kT of `brownian` on a resonator, at ω_c = 300 ω0: where σ(V) is 10 % off, since what is missing grows only with
ln ω_c and is stated beside it."""
WHITE_NOISE = "white noise leaves out the lines' zero-point motion: of order ħκ/kT, and growing with ln ω_c"
WHITE_LEAK, WHITE_SHARES = 1.0, {10: (0.31, 1.18), 100: (0.13, 1.42), 1000: (0.065, 1.65)}
"""ħκ/kT of white noise on a membrane without a carrier, by order of magnitude; for ω_c/κ = 10, 100, 1000 where σ(V) is
3 % off, and the exact σ(V) over white noise's at the bound. Of means it says nothing. What a run misses is stated
beside it, exactly (`coloured/white V_rms`)."""
WHITE_MEMBRANE = (
    "white noise leaves out zero-point motion: σ(V) is 1.18 to 1.65 times as large at 1, and 3 % larger at 0.31 to "
    "0.065 (ω_c = 10 to 1000 κ)"
)
JOHNSON_QUANTA = Crossing("σ(V)", "ħω0/kT", 0.44, 1.7, 0.8)
"""ħω0/kT of a classical ensemble in Johnson noise."""
DRIFT = 0.1
"""|Ṁ/M|/ω0 of secular methods. By itself it costs nothing: it multiplies the error of κ/ω0, by 1.05 here and by 1.5
at 1, for a memristance that follows the carrier."""
HIERARCHY_COUPLING, HIERARCHY_CUTOFF = 0.3, 10.0
"""κ/ω0 and ω_c/ω0 of `heom`: as far as operators and junctions were compared with another hierarchy. The map, whose
node is linear, finds it within 2e-4 up to 0.6 and 20."""
