"""QuTiP given the displaced equation: what is left of quspike's advantage when the peer has its frame.

ρ = D(α) ρ′ D†(α), with α the solution of the classical equation dα/dτ = −i(δ + K|α|²)α − κα/2 + i f e^{iτ}, so that
    H′ = (δ + 2K|α|²) a†a + (K/2) a†²a² + [K α a†²a + (K/2) α² a†² + h.c.]
Exact for any α. Re α, Im α and the memory x are populations of three more levels, fed from a fourth.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

import numpy as np

from quspike.bench.observed import Observed
from quspike.bench.problems import Scaled

EXTRA = 4  # levels: Re α, Im α, x, and one of population 1 that feeds them


def displaced(numbers: Scaled, *, levels: int, solver: str, rtol: float) -> Callable[[], Observed]:
    """A solver of `numbers` with `levels` displaced Fock states; a call solves it anew."""
    import qutip

    from quspike.bench.peers.qutip_fock import padded, state

    size = levels + EXTRA
    a = padded(qutip.destroy(levels), size)
    carried = [qutip.basis(size, levels + i).proj() for i in range(3)]
    observables = [a, a * a, a.dag() * a, *carried]
    rho = np.zeros((size, size), dtype=complex)
    rho[:levels, :levels] = state(levels, 0.0, numbers.cat)
    rho[levels, levels], rho[size - 1, size - 1] = numbers.displacement, 1.0
    start = qutip.Qobj(rho)
    options = {"method": solver, "rtol": rtol, "atol": 1e-3 * rtol, "nsteps": 10**8, "normalize_output": False,
               "progress_bar": ""}  # fmt: skip
    mesolver = qutip.MESolver(_equation(numbers, a, carried, levels), options=options)
    times = np.linspace(0, numbers.duration, numbers.samples + 1)

    def solve() -> Observed:
        b, bb, number, re, im, x = mesolver.run(start, times, e_ops=observables).expect
        alpha = re + 1j * im
        both = number + 2 * (alpha.conj() * b).real + np.abs(alpha) ** 2
        return Observed.of(alpha + b, bb + 2 * alpha * b + alpha**2, both, x)

    return solve


def _equation(numbers: Scaled, a: Any, carried: list[Any], levels: int) -> Any:
    """The superoperator over ρ′ and the carried numbers, its coefficients fed back from the state."""
    import qutip

    feedback = qutip.MESolver.ExpectFeedback
    args = {"b": feedback(a, default=0.0)} | {
        name: feedback(operator, default=0.0) for name, operator in zip(("re", "im", "x"), carried, strict=True)
    }
    up, k = a.dag(), numbers.kerr

    def kappa(t: float, b: Any, re: Any, im: Any, x: Any) -> float:
        return numbers.kappa(x.real)

    def slope(t: float, re: Any, im: Any, x: Any) -> complex:
        alpha = complex(re.real, im.real)
        turn = -1j * (numbers.detuning + k * abs(alpha) ** 2) - 0.5 * numbers.kappa(x.real)
        return turn * alpha + 1j * numbers.force(t) * cmath.exp(1j * t)

    def alpha(re: Any, im: Any) -> complex:
        return complex(re.real, im.real)

    losses = (numbers.occupation + 1) * qutip.lindblad_dissipator(a) + numbers.occupation * qutip.lindblad_dissipator(
        up
    )
    terms = [
        [losses, kappa],
        [_feed(carried[0], levels), lambda t, b, re, im, x: slope(t, re, im, x).real],
        [_feed(carried[1], levels), lambda t, b, re, im, x: slope(t, re, im, x).imag],
        [_feed(carried[2], levels), lambda t, b, re, im, x: numbers.x_rate * abs(alpha(re, im) + b)],
        [_turning(up * a), lambda t, b, re, im, x: 2 * k * abs(alpha(re, im)) ** 2],
        [_turning(up * up * a), lambda t, b, re, im, x: k * alpha(re, im)],
        [_turning(up * a * a), lambda t, b, re, im, x: k * alpha(re, im).conjugate()],
        [_turning(up * up), lambda t, b, re, im, x: 0.5 * k * alpha(re, im) ** 2],
        [_turning(a * a), lambda t, b, re, im, x: 0.5 * k * alpha(re, im).conjugate() ** 2],
    ]
    still = _turning(numbers.detuning * up * a + 0.5 * k * up * up * a * a)
    return qutip.QobjEvo([still, *terms], args=args)


def _turning(operator: Any) -> Any:
    """−i[O, ·]."""
    import qutip

    return -1j * (qutip.spre(operator) - qutip.spost(operator))


def _feed(target: Any, levels: int) -> Any:
    """Population 1 of the last level becomes the rate of the target's population."""
    import qutip

    size = target.shape[0]
    source = qutip.basis(size, levels + EXTRA - 1)
    level = qutip.basis(size, int(np.argmax(target.diag().real)))
    jump = level * source.dag()
    return qutip.sprepost(jump, jump.dag())
