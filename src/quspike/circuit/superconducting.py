"""Josephson junctions: three ways to say one energy, `E_J = φ0 I_c = φ0²/L_J`, φ0 = ħ/2e."""

from __future__ import annotations

from quspike.circuit.keys import Key, Value, positive

JUNCTION_KEYS: tuple[Key, ...] = (
    positive("Ic", "current", "critical current"),
    positive("EJ", "energy", "Josephson energy"),
    positive("Lj", "inductance", "Josephson inductance at zero phase"),
    positive("C", "capacitance", "capacitance of the junction"),
)


def junction_energy(nodes: tuple[str, ...], given: dict[str, Value]) -> dict[str, Value]:
    """`E_J` in J from whichever of Ic, EJ, Lj was given, and the capacitance if there is one."""
    from quspike.constants import phi0

    kept = {key: value for key, value in given.items() if key not in ("Ic", "Lj")}
    if "Ic" in given:
        kept["EJ"] = phi0 * float(given["Ic"])
    elif "Lj" in given:
        kept["EJ"] = phi0**2 / float(given["Lj"])
    return kept
