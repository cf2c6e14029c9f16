"""The table of cards: the one place from which the parser, its error messages and the documentation come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from quspike.circuit import line, memristor, superconducting
from quspike.circuit.keys import Key, Value, positive

Values = dict[str, Value]


@dataclass(frozen=True)
class Card:
    """One kind of element: `prefix…  terminals  references  value-or-key=value…`.

    terminals : the node names that it may take, one tuple for each allowed count.
    references : (key, card) of the elements that it names before its values.
    bare : the keys that a value without `key=` sets: the first if it is a number, the second if it is a name.
    exactly_one : of these keys one must be given, and no other of them.
    required : keys that must be given.
    specific : further keys that depend on those given (a memristor's law).
    complete : turns what was read into what is kept (a junction's Ic into EJ), and checks keys against each other.
    """

    prefix: str
    element: str
    example: str
    keys: tuple[Key, ...]
    terminals: tuple[tuple[str, ...], ...] = (("n+", "n-"),)
    references: tuple[tuple[str, str], ...] = ()
    bare: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    specific: Callable[[Mapping[str, str]], tuple[Key, ...]] | None = None
    complete: Callable[[tuple[str, ...], Values], Values] | None = None

    @property
    def form(self) -> str:
        """How the card is written, in one line: `C… n+ n- <C>`."""
        reference = [key for key, _ in self.references]
        choice = "|".join(f"<{key}>" if key in self.bare else f"{key}=" for key in self.exactly_one)
        needed = [f"<{key}>" if key in self.bare else f"{key}=" for key in self.required]
        return " ".join([f"{self.prefix}…", *self.terminals[0], *reference, *filter(None, [choice]), *needed])

    def all_keys(self, written: Mapping[str, str]) -> dict[str, Key]:
        """The keys that this element may have, given what is written on its line."""
        further = self.specific(written) if self.specific else ()
        return {key.name: key for key in (*self.keys, *further)}


DISSIPATION = (
    Key("T", "temperature of the bath", "temperature", minimum=0.0),
    positive("cutoff", "angular_frequency", "Drude cutoff of its noise and response"),
    Key(
        "bath",
        "how the bath is represented; absent: as the method implies",
        choices=("markov", "drude", "comb", "ladder"),
    ),
    Key("modes", "number of bath modes", "dimensionless", minimum=1, whole=True),
)
DRIVE = Key("drive", "name of a drive")

CARDS: dict[str, Card] = {
    card.prefix: card
    for card in (
        Card(
            "C",
            "capacitor",
            "C1 m 0 100fF",
            (positive("C", "capacitance", "capacitance"),),
            bare=("C",),
            required=("C",),
        ),
        Card(
            "L", "inductor", "L1 m 0 10nH", (positive("L", "inductance", "inductance"),), bare=("L",), required=("L",)
        ),
        Card(
            "K",
            "inductive coupling",
            "K1 L1 L2 k=0.3",
            (
                Key("k", "M/√(L1 L2)", "dimensionless", minimum=-1.0, maximum=1.0, exclusive=True),
                Key("M", "mutual inductance", "inductance"),
            ),
            terminals=((),),
            references=(("L1", "L"), ("L2", "L")),
            exactly_one=("k", "M"),
        ),
        Card(
            "JJ",
            "Josephson junction",
            "JJ1 m 0 Ic=30nA C=5fF",
            superconducting.JUNCTION_KEYS,
            exactly_one=("Ic", "EJ", "Lj"),
            complete=superconducting.junction_energy,
        ),
        Card(
            "R",
            "resistor",
            "R1 m 0 50kohm T=20mK",
            (positive("R", "resistance", "resistance"), *DISSIPATION),
            bare=("R",),
            required=("R",),
        ),
        Card(
            "MEM",
            "memristor",
            "MEM1 m 0 model=sigmoid R_on=10kohm T=20mK",
            (*memristor.KEYS, *DISSIPATION),
            required=("model",),
            specific=memristor.law_keys,
            complete=memristor.complete,
        ),
        Card(
            "TL",
            "transmission line",
            "TL1 m 0 Z0=50ohm length=inf",
            (*line.KEYS, *DISSIPATION),
            terminals=(("n+", "n-"), ("a+", "a-", "b+", "b-")),
            required=("Z0", "length"),
            complete=line.complete,
        ),
        Card(
            "Y",
            "tabulated admittance",
            "Y1 m 0 file=admittance.csv T=20mK",
            (Key("file", "table of Re Y and Im Y"), *DISSIPATION),
            required=("file",),
        ),
        Card(
            "I",
            "current source",
            "I1 0 m input",
            (Key("value", "constant current", "current"), DRIVE),
            bare=("value", "drive"),
            exactly_one=("value", "drive"),
        ),
        Card(
            "V",
            "voltage source",
            "V1 g 0 2mV",
            (Key("value", "constant voltage", "voltage"), DRIVE),
            bare=("value", "drive"),
            exactly_one=("value", "drive"),
        ),
        Card(
            "FLUX",
            "external flux through the loop that a junction closes",
            "FLUX1 JJ1 0.25Phi0",
            (Key("value", "constant flux", "flux"), DRIVE),
            terminals=((),),
            references=(("target", "JJ"),),
            bare=("value", "drive"),
            exactly_one=("value", "drive"),
        ),
        Card(
            "NG",
            "offset charge of an island, in 2e",
            "NG1 island 0.25",
            (Key("value", "constant offset charge in units of 2e", "dimensionless"), DRIVE),
            terminals=(("island",),),
            bare=("value", "drive"),
            exactly_one=("value", "drive"),
        ),
    )
}


def card_of(name: str) -> Card | None:
    """The card with the longest prefix of `name`: `MEM1` is a memristor, `JJ1` a junction; None if there is none."""
    prefixes = [prefix for prefix in CARDS if name.startswith(prefix)]
    return CARDS[max(prefixes, key=len)] if prefixes else None
