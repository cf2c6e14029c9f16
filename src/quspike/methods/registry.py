"""The ladder as a table: which equations each method solves, and with which memories, spikes and baths.

The legality table of the documentation is printed from here. A new method is a new file and one line below.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from quspike.errors import InputError, NotAvailable
from quspike.methods.method import Machine, Params, Setup, Solution
from quspike.quantize.system import System

CLICKS, CLICKING = "quspike.methods.escape.solution", ("gksl", "brownian")
"""The equations that a click may interrupt, and what solves them then."""


@dataclass(frozen=True)
class Method:
    """One rung: its module builds a Machine; `quantum` methods need a temperature in every dissipator.

    baths : how the method can represent a dissipator, the default first. circuits : kinds of circuit it runs on.
    own_solver : it brings a `solve` of its own instead of a machine for the spiking scan.
    fock : its state is in Fock space. space : what its truncation counts.
    poles : of lines with a cutoff, the poles of the noise are chosen before it starts (`run/coloured.py`).
    tolerance : of the error estimate that an automatic step has to meet.
    """

    name: str
    module: str
    equation: str
    valid_for: str
    quantum: bool
    memories: tuple[str, ...]
    spikes: tuple[str, ...]
    baths: tuple[str, ...]
    circuits: tuple[str, ...]
    junctions: bool
    own_solver: bool = False
    fock: bool = False
    poles: bool = False
    space: str = "Fock levels"
    tolerance: float = 1e-6

    def home(self, setup: Setup) -> ModuleType:
        """The module that solves this setup: clicks have one of their own, whatever equation they interrupt."""
        return importlib.import_module(CLICKS if self.name in CLICKING and setup.spike == "escape" else self.module)

    def counted(self, setup: Setup) -> str:
        """What this setup's truncation counts: of clicks it is levels, whatever the method has without them."""
        return "Fock levels" if self.home(setup).__name__ == CLICKS else self.space

    def prepare(self, setup: Setup, params: Params, duration: float) -> Setup:
        """The setup with the static choices that this method makes from a run's own numbers (s); most make none."""
        choose = getattr(self.home(setup), "prepare", None)
        return setup if choose is None else choose(setup, params, duration)

    def rehearse(self, setup: Setup, params: Params, attempt: Callable[[Setup], tuple[Setup, Solution]]) -> Setup:
        """The setup with what cheap runs of the same problem decide; most methods need none (`run/rehearsal.py`)."""
        choose = getattr(self.home(setup), "rehearse", None)
        return setup if choose is None else choose(setup, params, attempt)

    def refine(self, setup: Setup, params: Params, solution: Solution) -> Setup | None:
        """The setup with finer static choices where a run shows that they were too coarse; None where they were not."""
        finer = getattr(self.home(setup), "refine", None)
        return None if finer is None else finer(setup, params, solution)

    def resized(self, setup: Setup, params: Params) -> Setup:
        """The setup after its Fock space has grown, with what this method derives from that."""
        fit = getattr(self.home(setup), "resized", None)
        return setup if fit is None else fit(setup, params)

    def allowed(self, setup: Setup) -> float:
        """The error estimate that an automatic step has to meet for this setup."""
        choose = getattr(self.home(setup), "error_allowed", None)
        own = None if choose is None else choose(setup)
        return self.tolerance if own is None else own

    def least_levels(self, setup: Setup, params: Params) -> int:
        """The fewest Fock levels to begin with, beside what the first state needs."""
        least: Callable[[Setup, Params], int] | None = getattr(self.home(setup), "least_levels", None)
        return 1 if least is None else least(setup, params)

    def solver(self, setup: Setup) -> Callable[..., Solution] | None:
        """`solve(setup, plan, capacity, params, key)` where this setup does not run on the spiking scan, or None."""
        choose = getattr(self.home(setup), "solver", None)
        return None if choose is None else choose(setup)

    def build(self, setup: Setup, params: Params) -> Machine:
        """The machine of this method for these parameters."""
        function: Callable[[Setup, Params], Machine] = importlib.import_module(self.module).build
        return function(setup, params)


METHODS: dict[str, Method] = {
    m.name: m
    for m in (
        Method(
            "classical", "quspike.methods.classical", "Kirchhoff's laws, optionally with Johnson noise", "ħ → 0",
            False, ("mean_field",), ("expectation",), ("markov",), ("baseband", "resonator", "network"), True,
        ),
        Method(
            "moments", "quspike.methods.moments", "means and covariance, Brownian or secular",
            "linear circuits, exact given M(t)",
            True, ("mean_field", "measured"), ("expectation", "record"), ("markov", "drude"),
            ("baseband", "resonator", "network"), False, poles=True,
        ),
        Method(
            "gksl", "quspike.methods.gksl", "secular GKSL in Fock space", "resonators with κ ≪ ω0, adiabatic memory",
            True, ("mean_field", "operator", "measured"), ("expectation", "record", "escape", "coherent"), ("markov",),
            ("resonator", "network"), True, fock=True,
        ),
        Method(
            "brownian", "quspike.methods.brownian.machine", "completely positive Caldeira–Leggett, nothing averaged",
            "ħκ ≪ kT, kT ≳ ħω/3",
            True, ("mean_field", "operator"), ("expectation", "escape"), ("markov",), ("baseband", "resonator"), True,
            space="points of its grid",
        ),
        Method(
            "trajectories", "quspike.methods.trajectories.solution", "pure states that jump or diffuse",
            "as its parent",
            True, ("mean_field", "measured", "operator"), ("expectation", "record", "escape"), ("markov",),
            ("resonator",), True, own_solver=True, fock=True,
        ),
        Method(
            "modes", "quspike.methods.modes.solution", "the lines themselves as oscillators, one closed system",
            "any coupling, until what has left comes back",
            True, ("mean_field", "operator"), ("expectation",), ("comb", "ladder"), ("baseband", "resonator"), True,
            own_solver=True, tolerance=1e-5,
        ),
        Method(
            "heom", "quspike.methods.heom.machine", "hierarchical equations: lines that remember, to a depth",
            "κ/ω0 ≤ 0.3, ω_c ≤ 10 ω0; poles, levels and step are checked",
            True, ("mean_field", "operator"), ("expectation",), ("drude",), ("resonator",), True, fock=True,
        ),
    )
}  # fmt: skip


TOGETHER = {
    "mean_field": ("expectation", "record", "escape", "coherent"),
    "measured": ("expectation", "record"),
    "operator": ("expectation", "escape", "coherent"),
}
"""The spikes that a neuron may make beside each memory of its memristors, where its method has both."""

APART = {
    ("brownian", "baseband", "operator"): ("escape",),
}
"""Spikes that a method has, but not on every kind of circuit that it runs, or not with every memory."""


def legal_spikes(chosen: Method, memory: str, kind: str) -> tuple[str, ...]:
    """The spikes of a method with this memory on this kind of circuit: baseband, resonator or network."""
    if memory not in chosen.memories or kind not in chosen.circuits:
        return ()
    if kind == "network":
        return ("expectation",) if memory == "mean_field" else ()
    apart = APART.get((chosen.name, kind, memory), ())
    return tuple(spike for spike in chosen.spikes if spike in TOGETHER[memory] and spike not in apart)


KEPT = {
    "classical": ("a point of phase space", ()),
    "moments": ("a mean and a covariance: [save] covariance keeps it", ("covariance",)),
    "modes": ("that of a circuit with its lines; [save] covariance keeps the circuit's", ("covariance",)),
    "trajectories": ("one of every trajectory", ("covariance",)),
}
"""Methods whose state is no density matrix: what it is, and what `[save]` keeps of it."""


def kept(method: str) -> tuple[str, ...]:
    """What `[save]` keeps of this method's state."""
    return KEPT[method][1] if method in KEPT else ("states", "covariance")


TABLES = ("classical", "moments")  # the methods that run what a table stores


def check_legal(method: str, setup: Setup) -> Method:
    """The method, if it can run this circuit; otherwise an error that says why and which one can."""
    if method not in METHODS:
        raise NotAvailable("method", method, f"must be one of {', '.join(METHODS)}: it is not available yet")
    chosen = METHODS[method]
    _check_word(chosen, "memory", setup.memory, "memories")
    _check_word(chosen, "spike", setup.spike, "spikes")
    kind = setup.membrane.kind
    if setup.memory == "measured" or setup.membrane.memristors:  # no other circuit has a memory to choose
        _check_pair(setup)
    if kind == "network":
        _check_network(chosen, setup)
    elif kind not in chosen.circuits:
        raise InputError(
            "method",
            method,
            f"needs a resonator, and {setup.membrane.node} has no inductor or junction: use {_able(setup)}",
        )
    elif setup.spike not in legal_spikes(chosen, "mean_field", kind):
        remedy = f"must be {_able(setup)} with spike {setup.spike} on a {kind} circuit"
        raise InputError("method", method, remedy)
    if setup.membrane.junctions and not chosen.junctions:
        raise InputError(
            "method",
            method,
            f"is exact for linear circuits, and {setup.membrane.junctions[0]} is a junction: use {_able(setup)}",
        )
    for name, bath in (setup.baths or {}).items():
        if bath not in chosen.baths:
            refusal = InputError if any(bath in m.baths for m in METHODS.values()) else NotAvailable
            able = ", ".join(m.name for m in METHODS.values() if bath in m.baths) or "no method yet"
            raise refusal(
                f"{name} bath", bath, f"must be {' or '.join(chosen.baths)} with method {method} ({bath}: {able})"
            )
    return chosen


def _able(setup: Setup) -> str:
    """The methods that run this circuit with its memory and its spikes, for a remedy; else those that run it at all."""
    kind, junctions = setup.membrane.kind, bool(setup.membrane.junctions)
    run = [m for m in METHODS.values() if kind in m.circuits and (m.junctions or not junctions)]
    both = [m for m in run if setup.spike in legal_spikes(m, setup.memory, kind)]
    return " or ".join(m.name for m in both or run)


def check_kept(method: str, setup: Setup, asked: Mapping[str, bool]) -> None:
    """Refuse to keep states, or covariances, of a method that has none, or has none in Fock space on this circuit."""
    for key in ("states", "covariance"):
        if asked[key] and key not in kept(method):
            able = ", ".join(name for name in METHODS if key in kept(name))
            remedy = f"must be false with method {method}, whose state is {KEPT[method][0]} ({key}: {able})"
            raise (NotAvailable if method == "trajectories" else InputError)(f"[save] {key}", "true", remedy)
    if asked["states"] and setup.membrane.kind == "baseband" and setup.spike == "expectation":
        remedy = "must be false on a node without an inductor or a junction, which has no Fock basis: use wigner_times"
        raise InputError("[save] states", "true", remedy)


def _check_pair(setup: Setup) -> None:
    """A memory and a spike that no method has together."""
    legal = TOGETHER[setup.memory]
    if setup.spike not in legal:
        others = " or ".join(memory for memory, spikes in TOGETHER.items() if setup.spike in spikes)
        where = "memory operator" if setup.spike == "coherent" else f"memory {others}"
        remedy = f"must be {' or '.join(legal)} with memory {setup.memory} so far ({setup.spike}: {where})"
        raise NotAvailable("spike", setup.spike, remedy)


def _check_word(chosen: Method, key: str, word: str, column: str) -> None:
    """A memory or a spike that this method has in its row."""
    legal = getattr(chosen, column)
    if word in legal:
        return
    able = " or ".join(m.name for m in METHODS.values() if word in getattr(m, column))
    remedy = f"must be {' or '.join(legal)} with method {chosen.name}"
    if not able:
        raise NotAvailable(key, word, f"{remedy}: {word} is not available yet")
    raise InputError(key, word, f"{remedy} ({word}: {able})")


def _check_constraint(chosen: Method, setup: Setup) -> None:
    """Junctions at nodes without capacitance are an equation beside the others, which one method solves."""
    assert isinstance(setup.membrane, System)
    network = setup.membrane.network
    if not network.constrained:
        return
    name = network.constrained[0]
    if chosen.name != "classical":
        remedy = f"must be classical, or {name} needs a capacitor at its node, which follows a constraint without one"
        raise NotAvailable("method", chosen.name, remedy)
    for node in setup.neuron_nodes:
        if network.node_vector(node)[network.followers].any():
            raise InputError(f"node {node}", "none", f"needs a capacitance to be a neuron's: {name} holds it")


def _check_network(chosen: Method, setup: Setup) -> None:
    """Several nodes: what a method has no place for is refused by name."""
    _check_constraint(chosen, setup)
    if "network" not in chosen.circuits:
        able = " or ".join(m.name for m in METHODS.values() if "network" in m.circuits)
        remedy = f"needs one node, and this circuit has {setup.membrane.node}: use {able}"
        raise NotAvailable("method", chosen.name, remedy)
    for key, word, usual in (("memory", setup.memory, "mean_field"), ("spike", setup.spike, "expectation")):
        if word != usual:
            remedy = f"must be {usual} with several nodes, and this circuit has {setup.membrane.node}"
            raise NotAvailable(key, word, remedy)
    if setup.membrane.junctions and not chosen.junctions:
        remedy = f"is exact for linear circuits, and {setup.membrane.junctions[0]} is a junction: use gksl or classical"
        raise InputError("method", chosen.name, remedy)
    for d in setup.membrane.dissipators:
        if d.states is not None and chosen.name not in TABLES:
            raise NotAvailable(d.name, "a table", f"must be R, MEM or TL with method {chosen.name}: use {TABLES[1]}")
