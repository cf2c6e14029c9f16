"""What quspike raises: every message names the key, the value and what would be right."""

from __future__ import annotations


class QuspikeError(Exception):
    """Root of every error that quspike raises on purpose."""


class InputError(QuspikeError, ValueError):
    """`key remedy, but got value (where)`: bad input, said in one line.

    Parameters
    ----------
    key : the argument, TOML key or netlist element at fault.
    value : what was given.
    remedy : what would be right, as a clause that follows the key ("must be ≥ 0 s").
    where : the file, table or line that holds the key, if known.
    """

    def __init__(self, key: str, value: object, remedy: str, where: str | None = None) -> None:
        self.key, self.value, self.remedy, self.where = key, value, remedy, where
        super().__init__(key, value, remedy, where)

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.key} {self.remedy}, but got {self.value}{place}"

    def at(self, where: str) -> InputError:
        """The same error, with the place where the key stands."""
        return type(self)(self.key, self.value, self.remedy, where)


class NotAvailable(InputError):
    """A name of the public contract whose work has not arrived yet: refused, never ignored."""


class ConvergenceError(QuspikeError, ArithmeticError):
    """A solver could not reach its tolerance, or a number overflowed; says what was tried."""


class ValidityWarning(UserWarning):
    """A result lies outside the range in which its method can be believed."""


class ValidityError(QuspikeError):
    """The same, when the run asked for `strict = true`."""
