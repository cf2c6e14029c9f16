"""What a memristor law is: I = W(x, V)·V with a memory dx/dt = f(x, V)."""

from __future__ import annotations

import abc
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from quspike.errors import InputError, NotAvailable

if TYPE_CHECKING:
    import jax

    Scalar = float | jax.Array  # a float, a tracer, or an array that broadcasts
    Values = Mapping[str, Any]  # parameter name → Scalar, SI

Control = Literal["flux", "charge", "voltage", "time"]


class Behaviour(NamedTuple):
    """A law as two expressions of ngspice: the current [A], and dx/dt before hard stops [unit of x per second]."""

    current: str
    rate: str


@dataclass(frozen=True)
class Parameter:
    """One constant of a law: its default and its bounds in SI, its quantity, and what it means.

    `exclusive` shuts the bounds themselves out (a resistance must be > 0 ohm, not ≥ 0 ohm); `discrete` marks a choice
    between separate values, such as a sign, which no fit can vary.
    """

    name: str
    default: float | None
    quantity: str
    description: str
    minimum: float | None = None
    maximum: float | None = None
    exclusive: bool = False
    discrete: bool = False

    @property
    def bounds(self) -> str:
        """`> 0 ohm`, `≥ 0 and ≤ 1`, or an empty string."""
        from quspike.units import quantity_of

        below, above = (">", "<") if self.exclusive else ("≥", "≤")
        limits = [(below, self.minimum), (above, self.maximum)]
        unit = quantity_of(self.quantity).unit
        return " and ".join(f"{sign} {limit:g} {unit}".strip() for sign, limit in limits if limit is not None)

    def check(self, value: Any, where: str | None = None) -> None:
        """Refuse a concrete value out of bounds; a traced one passes."""
        from quspike.units import format_si

        if not isinstance(value, int | float):
            return
        low = self.minimum is not None and (value <= self.minimum if self.exclusive else value < self.minimum)
        high = self.maximum is not None and (value >= self.maximum if self.exclusive else value > self.maximum)
        if low or high:
            raise InputError(self.name, format_si(value, self.quantity), f"must be {self.bounds}", where)


@dataclass(frozen=True)
class Option:
    """A static choice of a law beside its numbers: a field of the law, the default choice first."""

    name: str
    choices: tuple[str, ...]
    description: str


@dataclass(frozen=True)
class Law(abc.ABC):
    """`I = W(x, V)·V,  dx/dt = f(x, V)`, with V = v(n+) − v(n−) of the element and x its one memory variable.

    A law is immutable and hashable (a static argument of `jit`); its numbers come as `p`, name → SI value.
    `conductance` and `rate` take scalars or arrays that broadcast, and are differentiable in x, V and p:
    no branch, no NaN at V = 0 or at a bound.

    control : what the memory integrates: "flux" or "charge" (an ideal memristor), "voltage" (a general
        memristive system), "time" (W(t) is prescribed).
    options : static choices, each a field of the law; `window` is one where the law has windows.
    spice : the law once more, as text for a circuit simulator; optional.
    """

    window: str = "none"

    name: ClassVar[str]
    own_parameters: ClassVar[tuple[Parameter, ...]]
    memory_quantity: ClassVar[str]
    memory_meaning: ClassVar[str]
    source: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()

    @property
    def control(self) -> Control:
        return "voltage"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The law's own parameters, then those of its window."""
        from quspike.memristors.windows import WINDOWS

        return self.own_parameters + WINDOWS[self.window].parameters

    @abc.abstractmethod
    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        """W(x, V) in S."""

    @abc.abstractmethod
    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        """dx/dt in the unit of x per second; zero where it would push x out of its bounds."""

    @abc.abstractmethod
    def default_memory(self, p: Values) -> Any:
        """x at t = 0, unless it is given."""

    def memory_bounds(self, p: Values) -> tuple[Any, Any] | None:
        """(lowest, highest) x, or None where x is free."""
        return None

    def memristance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        """M = 1/W(x, V) in ohm."""
        return 1.0 / self.conductance(x, v, p)

    def coupling(self, phi: Scalar, p: Values) -> jax.Array:
        """F(φ)/√Z0 = ∫₀^φ √W(φ′) dφ′ in √S·Wb; only a flux-controlled law has it.

        Raises InputError for any other law, naming those that have one.
        """
        from quspike.memristors.registry import LAWS

        able = ", ".join(name for name, law in LAWS.items() if law.control == "flux")
        raise InputError("model", self.name, f"must be flux-controlled to have a coupling F(φ): {able}")

    def charge_coupling(self, q: Scalar, x0: Scalar, p: Values) -> jax.Array:
        """`F(q) √Z0 = ∫₀^q √M(q′) dq′` in √ohm·C, from the memory x0 at q = 0; only a charge-controlled law has it.

        Raises InputError for any other law, naming those that have one.
        """
        from quspike.memristors.registry import LAWS

        able = ", ".join(name for name, law in LAWS.items() if law.control == "charge")
        raise InputError("model", self.name, f"must be charge-controlled to have a coupling F(q): {able}")

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        """The law for ngspice, in SI: `x`, `v` and each of `p` are expressions that stand for themselves in brackets.

        `memory_bounds` become hard stops outside. Raises NotAvailable for a law that has not been written so.
        """
        from quspike.memristors.registry import LAWS

        able = ", ".join(name for name, law in LAWS.items() if type(law).spice is not Law.spice)
        raise NotAvailable("model", self.name, f"has no form for ngspice yet; known: {able}")

    def with_window(self, name: str | None) -> Law:
        """The same law with another window (None keeps the law's own)."""
        return self if name is None else self.with_options(window=name)

    def with_options(self, **chosen: str) -> Law:
        """The same law with other static choices, e.g. `window="biolek"`.

        Raises InputError for a choice that the law does not offer, naming those it does.
        """
        offered = {option.name: option.choices for option in self.options}
        offered.setdefault("window", ("none",))
        for name, value in chosen.items():
            if name not in offered:
                raise InputError(name, value, f"is no option of model={self.name}{nearest(name, offered)}")
            if value not in offered[name]:
                raise InputError(name, value, f"must be {' or '.join(offered[name])} for model={self.name}")
        return replace(self, **chosen)  # type: ignore[arg-type]  # every option is a str field of its law

    def resolve(self, given: Mapping[str, Any], where: str | None = None) -> dict[str, Any]:
        """All parameters in SI: the given ones converted and checked, the defaults for the rest.

        Raises InputError for an unknown name (with the nearest), a wrong unit, a value out of bounds, or a
        parameter that has no default and was not given.
        """
        from quspike.units import to_si

        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise InputError(
                    name, given[name], f"is no parameter of model={self.name}{nearest(name, known)}", where
                )
        values = {}
        for name, parameter in known.items():
            if given.get(name, parameter.default) is None:
                raise InputError(name, None, f"must be given for model={self.name}", where)
            values[name] = to_si(given.get(name, parameter.default), parameter.quantity, name)
            parameter.check(values[name], where=where)
        return values

    def resolve_memory(self, given: Any, p: Values, where: str | None = None) -> Any:
        """x at t = 0 in SI: `given` (x0 of the netlist) converted and checked, or the default where it is None."""
        from quspike.units import to_si

        if given is None:
            return self.default_memory(p)
        x0, (low, high) = to_si(given, self.memory_quantity, "x0"), self.memory_bounds(p) or (None, None)
        Parameter("x0", None, self.memory_quantity, self.memory_meaning, low, high).check(x0, where)
        return x0

    def defaults(self) -> dict[str, float]:
        """Every parameter at its default, SI."""
        return self.resolve({})


def nearest(word: str, known: Mapping[str, Any]) -> str:
    """`; did you mean R_on? known: R_on, R_off`: the end of a remedy."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]}?" if close else ";"
    return f"{hint} known: {', '.join(known) or 'none'}"


def confine(x: Scalar, low: Scalar, high: Scalar) -> jax.Array:
    """x, or the bound that it has passed: a step that overshoots a stop by rounding counts as at the stop.

    Written with `where`, as `clip` halves the gradient on the bound itself.
    """
    import jax.numpy as jnp

    return jnp.where(x < low, low, jnp.where(x > high, high, x))


def hard_stop(rate: Scalar, x: Scalar, low: Scalar, high: Scalar) -> jax.Array:
    """`rate`, or zero where it pushes x outwards at a bound."""
    import jax.numpy as jnp

    outward = ((x <= low) & (rate < 0)) | ((x >= high) & (rate > 0))
    return jnp.where(outward, 0.0, rate)
