"""QuTiP's mesolve in Fock space, in the lab or the rotating frame, with or without the memory.

The memory x is the population of a level of its own, fed from another one (rate ẋ/(1 − x)), so that ρ, oscillator and
memory are one Lindblad equation; κ(x) and the rate are coefficients that QuTiP feeds back (`MESolver.ExpectFeedback`).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from quspike.bench.observed import Observed
from quspike.bench.problems import Scaled

EXTRA = 2  # levels that carry the memory: one that x leaves, one that it fills


def fock(
    numbers: Scaled, *, levels: int, frame: str, solver: str, rtol: float, matrix_form: bool = False
) -> Callable[[], Observed]:
    """A solver of `numbers` in `levels` Fock states; a call solves it anew. frame: "lab" or "rotating".

    matrix_form : QuTiP's products of matrices in place of a superoperator; it feeds nothing back, hence has no memory.
    """
    import qutip

    size = levels + (EXTRA if numbers.remembers else 0)
    a = padded(qutip.destroy(levels), size)
    observables = [a, a * a, a.dag() * a]
    start = _initial(numbers, levels, size)
    args: dict[str, Any] = {}
    if numbers.remembers:
        filled = qutip.basis(size, size - 1).proj()
        observables.append(filled)
        args = {
            "x": qutip.MESolver.ExpectFeedback(filled, default=0.0),
            "a": qutip.MESolver.ExpectFeedback(a, default=0.0),
        }
    options = {"method": solver, "rtol": rtol, "atol": 1e-3 * rtol, "nsteps": 10**8, "normalize_output": False,
               "progress_bar": "", "matrix_form": matrix_form}  # fmt: skip
    losses = _losses(numbers, a, size, args, matrix_form)
    mesolver = qutip.MESolver(_hamiltonian(numbers, a, frame), losses, options=options)
    times = np.linspace(0, numbers.duration, numbers.samples + 1)

    def solve() -> Observed:
        found = mesolver.run(start, times, e_ops=observables).expect
        turn = np.exp(1j * times) if frame == "lab" else 1.0
        return Observed.of(turn * found[0], turn**2 * found[1], *found[2:])

    return solve


def _hamiltonian(numbers: Scaled, a: Any, frame: str) -> Any:
    import qutip

    number = a.dag() * a
    still = numbers.detuning * number + 0.5 * numbers.kerr * a.dag() * a.dag() * a * a
    if frame == "lab":
        return qutip.QobjEvo([number + still, [-(a + a.dag()), lambda t: numbers.force(t)]])

    def lowering(t: float) -> complex:
        return -numbers.force(t) * cmath.exp(-1j * t)

    pushes = [[a, lowering], [a.dag(), lambda t: lowering(t).conjugate()]]
    return qutip.QobjEvo([still, *pushes] if numbers.kerr else pushes)


def _losses(numbers: Scaled, a: Any, size: int, args: dict[str, Any], matrix_form: bool) -> list[Any]:
    """The jumps; as one superoperator where QuTiP takes it, which saves it a product."""
    import qutip

    down, up = math.sqrt(numbers.occupation + 1) * a, math.sqrt(numbers.occupation) * a.dag()
    if not numbers.remembers:
        root = math.sqrt(numbers.kappa_off)
        return [root * down, root * up] if matrix_form else [numbers.kappa_off * _dissipator(down, up)]

    def leak(t: float, x: Any, a: Any) -> float:
        return numbers.kappa(x.real)

    def fill(t: float, x: Any, a: Any) -> float:
        return numbers.x_rate * abs(a) / (1 - x.real)

    feed = qutip.basis(size, size - 1) * qutip.basis(size, size - 2).dag()
    return [qutip.QobjEvo([[op, c]], args=args) for op, c in ((_dissipator(down, up), leak), (_dissipator(feed), fill))]


def _dissipator(*jumps: Any) -> Any:
    import qutip

    return sum(qutip.lindblad_dissipator(jump) for jump in jumps)


def _initial(numbers: Scaled, levels: int, size: int) -> Any:
    """The displaced cat, and x = 0."""
    import qutip

    rho = np.zeros((size, size), dtype=complex)
    rho[:levels, :levels] = state(levels, numbers.displacement, numbers.cat)
    if size > levels:
        rho[size - 2, size - 2] = 1.0
    return qutip.Qobj(rho)


def state(levels: int, displacement: float, cat: float) -> np.ndarray:
    """D(α)(|iβ⟩ + |−iβ⟩) as a density matrix (levels, levels); from a larger space, cut and normalised."""
    import qutip

    wide = 2 * levels
    halves = qutip.coherent(wide, 1j * cat) + qutip.coherent(wide, -1j * cat)
    psi = (qutip.displace(wide, displacement) * halves).full()[:levels, 0]
    return np.outer(psi, psi.conj()) / np.vdot(psi, psi)


def padded(operator: Any, size: int) -> Any:
    """The operator of the oscillator, zero on the levels of the memory, sparse."""
    import qutip
    from scipy import sparse

    block = operator.to("CSR").data_as("csr_matrix").tocoo()
    return qutip.Qobj(sparse.csr_matrix((block.data, (block.row, block.col)), shape=(size, size)))
