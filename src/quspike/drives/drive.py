"""What every drive is: a piecewise smooth function of time, with parameters that can be differentiated.

A drive is a concrete, frozen description (`Step("0.6 nA", start="5 ns")`). Its physics are pure functions of the
parameter dictionary `p = drive.params()`: where it is not smooth (`breakpoints`), which smooth piece holds in each
interval between them (`pieces`), and the value of a piece at a time (`value`). An integrator puts its steps between
breakpoints and picks each step's piece by the step's midpoint, so that no stage on the edge of a step ever sees the
other side of a jump, and the derivative of a spike time by the time of a jump comes out of the moving step.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar

from quspike.errors import InputError
from quspike.units import QUANTITIES, exact_si, format_si, to_si

Physical = Any  # a string with a unit, a pint quantity, a float in SI or a JAX tracer going in; SI coming out
Array = Any

SIGNAL = "signal"  # the quantity that the drive drives, told by its unit, or else by the source that it feeds
SIGNALS = ("current", "voltage", "flux")


def physical(
    quantity: str, *, minimum: float | None = None, exclusive: bool = False, many: bool = False
) -> dict[str, Any]:
    """Metadata of a field that holds a physical quantity, or `many`; `exclusive`: the minimum itself is refused."""
    return {"quantity": quantity, "minimum": minimum, "exclusive": exclusive, "many": many}


@dataclass(frozen=True)
class Drive(ABC):
    """`s(t) = e(t)`, or with a carrier `s(t) = e(t) cos(2π f t)`, f = `envelope_of`.

    Parameters
    ----------
    envelope_of : frequency of the carrier whose envelope the drive is [Hz]; None: no carrier.
    quantity : "current", "voltage", "flux" or "dimensionless"; told by the units, None where they say nothing.
    """

    kind: ClassVar[str]

    envelope_of: Physical = field(
        default=None, kw_only=True, metadata=physical("frequency", minimum=0.0, exclusive=True)
    )
    quantity: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for spec in physical_fields(self):
            value = getattr(self, spec.name)
            if value is not None:
                self._store(spec.name, self._converted(spec, value))
        self.check()

    def check(self) -> None:
        """Raise InputError where fields contradict each other; a tracer is never compared."""
        if self.quantity not in (None, "dimensionless", *SIGNALS):
            raise InputError("quantity", self.quantity, f"must be one of {', '.join(SIGNALS)}, dimensionless")

    def _store(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _converted(self, spec: Field[Any], value: Any) -> Any:
        value = plain(value)
        if not spec.metadata["many"]:
            return self._number(spec, value)
        if hasattr(value, "dtype"):  # a pint or JAX array, converted as a whole
            value = plain(self._number(spec, value))
            return tuple(value) if isinstance(value, list) else value
        if not isinstance(value, list | tuple):
            raise InputError(spec.name, repr(value), "must be a list of numbers")
        return tuple(self._number(spec, item) for item in value)

    def _number(self, spec: Field[Any], value: Any) -> Any:
        quantity = spec.metadata["quantity"]
        if quantity == SIGNAL:
            quantity = self._signal_quantity(spec.name, value)
        value = to_si(value, quantity or "dimensionless", spec.name, infinite_ok=may_be_never(spec))
        check_minimum(spec, value, quantity)
        return value

    def _signal_quantity(self, name: str, value: Any) -> str | None:
        if self.quantity is None and has_unit(value):
            self._store("quantity", signal_quantity(value, name))
        return self.quantity

    def params(self) -> dict[str, Any]:
        """The differentiable parameters, SI, by field name; what is not given (or never comes) is left out."""
        given = {spec.name: getattr(self, spec.name) for spec in physical_fields(self)}
        return {name: as_leaf(value) for name, value in given.items() if value is not None and not is_never(value)}

    @abstractmethod
    def breakpoints(self, p: Mapping[str, Any]) -> Array:
        """Times at which the drive is not smooth, ascending, (n,) [s]; n does not depend on the values in `p`."""

    @abstractmethod
    def envelope_pieces(self, p: Mapping[str, Any], t_mid: Array) -> Array:
        """Coefficients of the smooth piece of e(t) that holds around each `t_mid` (N,) [s]: (N, k)."""

    @abstractmethod
    def envelope_value(self, piece: Array, t: Array) -> Array:
        """e(t) of one piece (k,) at t [s]."""

    def envelope_timescale(self, p: Mapping[str, Any]) -> float:
        """The shortest time over which a piece of e(t) varies [s]; inf where steps between breakpoints suffice."""
        return math.inf

    def pieces(self, p: Mapping[str, Any], t_mid: Array) -> Array:
        """Coefficients of the smooth piece that holds around each `t_mid` (N,): (N, k), the carrier's f last."""
        import jax.numpy as jnp

        t_mid = jnp.asarray(t_mid)
        envelope = self.envelope_pieces(p, t_mid)
        if self.envelope_of is None:
            return envelope
        carrier = jnp.broadcast_to(jnp.asarray(p["envelope_of"]), (t_mid.shape[0], 1))
        return jnp.concatenate([envelope, carrier], axis=1)

    def value(self, piece: Array, t: Array) -> Array:
        """s(t) of one piece (k,) from `pieces`, at t [s]."""
        import jax.numpy as jnp

        if self.envelope_of is None:
            return self.envelope_value(piece, t)
        return self.envelope_value(piece[:-1], t) * jnp.cos(2 * jnp.pi * piece[-1] * t)

    def timescale(self, p: Mapping[str, Any]) -> float:
        """The shortest time to resolve between breakpoints [s]: e's own, or the carrier's period; inf if none."""
        carrier = math.inf if self.envelope_of is None else 1.0 / float(p["envelope_of"])
        return min(self.envelope_timescale(p), carrier)

    def at(self, p: Mapping[str, Any], t: Array) -> Array:
        """s(t) at many times (N,): for plots and tests; on a jump, the value after it."""
        import jax
        import jax.numpy as jnp

        t = jnp.asarray(t, dtype=float)
        return jax.vmap(self.value)(self.pieces(p, t), t)

    def realise(self, duration: float, seed: int = 0, base_dir: str | Path | None = None, name: str = "") -> Drive:
        """The drive with its file read or its noise drawn, ready for the functions above (most are already)."""
        return self

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The files that were read: name, sha256 and bytes of each."""
        return []

    def as_quantity(self, quantity: str, where: str | None = None) -> Drive:
        """The same drive for a source of that quantity; a drive whose unit says another one is refused."""
        if self.quantity not in (None, quantity):
            unit = QUANTITIES[quantity].unit or "no unit"
            raise InputError("drive", f"a {self.quantity}", f"must be a {quantity} ({unit}) for this source", where)
        return replace(self, quantity=quantity)

    def to_dict(self) -> dict[str, Any]:
        """The TOML table of this drive: its kind, and every field in exact SI (a bare number if no unit is known)."""
        table: dict[str, Any] = {"kind": self.kind}
        for spec in settings(self):
            value = getattr(self, spec.name)
            if value is not None and not is_never(value):
                table[spec.name] = self._written(spec, value)
        return table

    def _written(self, spec: Field[Any], value: Any) -> Any:
        if isinstance(value, tuple):
            return [self._written(spec, item) for item in value]
        quantity = spec.metadata.get("quantity")
        if quantity == SIGNAL:
            quantity = self.quantity
        if isinstance(value, Path):
            return value.as_posix()
        if quantity is None or quantity == "dimensionless":
            return value
        return exact_si(float(value), quantity)


REALISED = {"realised": True}  # metadata of a field that `realise` fills: no setting, and no part of a drive's identity


def settings(drive: Drive | type[Drive]) -> list[Field[Any]]:
    """The fields that a user sets, in the order in which they are written; the quantity is told by their units."""
    given = [spec for spec in fields(drive) if spec.name != "quantity" and "realised" not in spec.metadata]
    return sorted(given, key=lambda spec: spec.kw_only is True)


def physical_fields(drive: Drive | type[Drive]) -> list[Field[Any]]:
    """The fields that hold physical quantities."""
    return [spec for spec in fields(drive) if "quantity" in spec.metadata]


def may_be_never(spec: Field[Any]) -> bool:
    """True for a time that by default never comes."""
    return is_never(spec.default)


def is_never(value: Any) -> bool:
    """True for the infinite time of something that never comes."""
    return isinstance(value, float) and math.isinf(value)


def as_leaf(value: Any) -> Any:
    """A float or an array; a tuple of times becomes one array."""
    if not isinstance(value, tuple):
        return value
    import jax.numpy as jnp

    return jnp.asarray(value)


def plain(value: Any) -> Any:
    """Floats in place of what numpy makes of them."""
    return value.tolist() if type(value).__module__ == "numpy" else value


def has_unit(value: Any) -> bool:
    """True for what can carry a unit: a string, or a pint quantity."""
    return isinstance(value, str) or hasattr(value, "magnitude")


def signal_quantity(value: Any, key: str) -> str:
    """The quantity that the unit of `value` belongs to; InputError where no source takes it."""
    for quantity in (*SIGNALS, "dimensionless"):
        try:
            to_si(value, quantity, key, bare_ok=quantity == "dimensionless")
        except InputError:
            continue
        return quantity
    units = ", ".join(str(QUANTITIES[quantity].unit) for quantity in SIGNALS)
    raise InputError(key, value, f"must be a number with the unit of a source ({units}), such as '0.6 nA'")


def check_minimum(spec: Field[Any], value: Any, quantity: str | None) -> None:
    """Refuse a number below the field's lower bound."""
    minimum, exclusive = spec.metadata["minimum"], spec.metadata["exclusive"]
    if minimum is None or not isinstance(value, float):
        return
    if value < minimum or (exclusive and value == minimum):
        sign = ">" if exclusive else "≥"
        raise InputError(spec.name, shown(value, quantity), f"must be {sign} {shown(minimum, quantity)}")


def shown(value: float, quantity: str | None) -> str:
    """The number as a user writes it."""
    return f"{value:g}" if quantity is None else format_si(value, quantity)


def known(*values: Any) -> bool:
    """True if all values are plain numbers, which can be compared; tracers cannot."""
    return all(isinstance(value, float) for value in values)
