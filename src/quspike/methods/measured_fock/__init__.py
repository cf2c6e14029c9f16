"""A continuously measured resonator in Fock space: conditional states that no mean and covariance hold."""

from __future__ import annotations

from collections.abc import Callable

from quspike.methods.method import Params, Setup, Solution


def wanted(setup: Setup) -> bool:
    """Whether a record is asked for."""
    return setup.memory == "measured" or setup.spike == "record"


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup with the fastest rate of its equations; refuses what has no record in Fock space."""
    from quspike.methods.measured_fock import solution

    return solution.prepare(setup, params, duration)


def solver(setup: Setup) -> Callable[..., Solution]:
    """`solve(setup, plan, capacity, params, key)`."""
    from quspike.methods.measured_fock import solution

    return solution.MeasuredFock(setup)
