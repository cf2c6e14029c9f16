"""`QuantizedCircuit.spectrum`: energy levels of a circuit, in the representation that suits each of its coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from quspike.circuit import Circuit
from quspike.constants import hbar, phi0, planck
from quspike.errors import InputError
from quspike.quantize.membrane import element_params
from quspike.quantize.numbers.constraint import FEMTO, stray_shift
from quspike.quantize.numbers.matrices import stiffness_matrix
from quspike.quantize.spectrum.blocks import ENERGY
from quspike.quantize.spectrum.closed import closed
from quspike.quantize.spectrum.independent import independent
from quspike.quantize.spectrum.levels import Attempt, Levels, lowest_levels
from quspike.quantize.spectrum.phases import DECOUPLED, Frame, Phases, phases
from quspike.quantize.spectrum.representation import Representation, representations

LARGEST = 300_000  # products of functions: a minute
COMPACT = 1e-9  # of a phase: none


@dataclass(frozen=True)
class Spectrum:
    """Energy levels of a circuit without its dissipators, memristors and drives.

    levels : [J] (n,). error : how far they moved when all cutoffs were raised for the last time [J]. representations :
    of each degree of freedom. left_out : the elements that do not enter. tried : all cutoffs of each independent part,
    those used last.
    """

    levels: np.ndarray
    error: float
    representations: tuple[Representation, ...]
    left_out: tuple[str, ...]
    tried: tuple[tuple[Attempt, ...], ...]
    parts: tuple[Levels, ...] = field(repr=False)
    states: np.ndarray = field(repr=False)  # by level, which level of each part it is
    frame: Frame = field(repr=False)

    @property
    def transition_frequencies(self) -> np.ndarray:
        """(E_k − E_0)/h [Hz], of which the first is 0 (n,)."""
        return (self.levels - self.levels[0]) / planck

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes that have a part in it, without ground."""
        return self.frame.blocks.matrices.network.nodes

    @property
    def caution(self) -> str:
        """What levels of a circuit with junctions at nodes without capacitance leave out, and how much; or nothing."""
        m = self.frame.blocks.matrices
        if not m.network.constrained:
            return ""
        stiffness = stiffness_matrix(m.network, m.elements)[np.ix_(m.followers, m.followers)]
        shift = stray_shift(m.network, m.elements, stiffness, FEMTO) / planck / 1e9
        names = ", ".join(m.network.constrained)
        return (
            f"caution: nodes without capacitance at {names} follow the others as in the classical limit; a stray C "
            f"there adds a zero-point energy that varies by about h · {shift:.3g} GHz · (1 fF/C)^½"
        )

    def has_flux(self, plus: str, minus: str = "0") -> bool:
        """Whether the flux between two nodes is an observable: inductors join them."""
        row, b = _row(self.frame, plus) - _row(self.frame, minus), self.frame.blocks
        return not np.any(np.abs(row[np.concatenate([b.compact, b.fixed])]) > COMPACT)

    def voltage(self, node: str) -> np.ndarray:
        """⟨i|V|j⟩ of a node's voltage `V = dφ/dt = i[H, φ]/ħ` [V] (n, n): what a capacitor to the node couples to."""
        rate = _row(self.frame, node) @ self.frame.blocks.kinetic
        turning = 1j * np.subtract.outer(self.levels, self.levels) / hbar  # i[H, O]/ħ between levels
        return phi0 * ENERGY / hbar * self._charge(rate) - turning * self._lagging(node)

    def flux(self, plus: str, minus: str = "0") -> np.ndarray:
        """⟨i|φ_plus − φ_minus|j⟩ [Wb] (n, n): what a current into one and out of the other couples to.

        Raises InputError between nodes that no inductors join: the flux is known up to whole flux quanta there.
        """
        if not self.has_flux(plus, minus):
            raise InputError("flux", f"{plus} to {minus}", "must be between nodes that inductors join")
        b = self.frame.blocks
        own = (_row(self.frame, plus) - _row(self.frame, minus))[b.wide]
        weights = np.concatenate([np.zeros(len(b.compact)), self.frame.modes.T @ own])
        still = own @ self.frame.centre + b.matrices.network.port(plus, minus)[b.matrices.followers] @ b.sag
        return phi0 * (self._sum(weights, "linear") + np.eye(len(self.levels)) * still) - self._lagging(plus, minus)

    def junction(self, name: str) -> np.ndarray:
        """⟨i|e^{iϕ}|j⟩ of a junction's phase ϕ = (b·θ + Φ)/φ0 (n, n); its current is `(E_J/φ0) sin ϕ`.

        Raises InputError for what is no junction of the circuit.
        """
        f = self.frame
        names = [branch.element for branch in f.blocks.matrices.network.of("junction")]
        if name not in names:
            raise InputError("junction", name, f"must be one of {', '.join(names) or 'none'}")
        series = f.junctions[names.index(name)]
        factors, rows = series.coefficients * np.exp(1j * series.offsets), series.multiples @ f.bare
        seen = np.flatnonzero(np.any(np.abs(rows) > DECOUPLED, axis=0))
        if len(seen) == 1:
            return self._exponentials({int(seen[0]): (factors, rows[:, seen[0]])})
        total: np.ndarray = np.zeros((len(self.levels),) * 2, dtype=complex)
        for factor, row in zip(factors, rows, strict=True):
            acting = np.flatnonzero(np.abs(row) > DECOUPLED)
            total += factor * self._exponentials({int(axis): (np.ones(1), row[[axis]]) for axis in acting})
        return total

    def _exponentials(self, sums: Mapping[int, tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
        """⟨i|Π Σ c e^{ibO}|j⟩, c and b by axis."""
        total: np.ndarray = np.ones((len(self.levels),) * 2, dtype=complex)
        for number, part in enumerate(self.parts):
            own = {
                k: part.functions[k].axis.exponentials(*sums[axis])
                for k, axis in enumerate(map(int, part.phases.axes))
                if axis in sums
            }
            which = self.states[:, number]
            total *= part.between(own)[np.ix_(which, which)]
        return total

    def _lagging(self, plus: str, minus: str = "0") -> np.ndarray:
        """⟨i|K_yy⁻¹B_y i(w)|j⟩ [Wb]: how far junctions pull eliminated nodes from where inductors alone hold them."""
        m, total = self.frame.blocks.matrices, np.zeros((len(self.levels),) * 2, dtype=complex)
        lag = m.network.port(plus, minus)[m.followers] @ np.asarray(m.junction_reach)
        for place in np.flatnonzero(lag):
            branch = m.network.of("junction")[place]
            phase = self.junction(branch.element)
            total += lag[place] * m.elements[branch.element]["EJ"] / phi0 * (phase - phase.conj().T) / 2j
        return total

    def _charge(self, weights: np.ndarray) -> np.ndarray:
        """⟨i|g·(N − n)|j⟩, g over the coordinates of the matrices."""
        f, b = self.frame, self.frame.blocks
        own, wide = weights[b.compact], weights[b.wide]
        constant = weights[b.fixed] @ b.conserved - weights[np.concatenate([b.compact, b.wide])] @ f.shift
        over = np.concatenate([(own - wide @ b.mixing) @ f.lattice, np.linalg.solve(f.modes, wide)])
        return self._sum(over, "momentum") + constant * np.eye(len(self.levels))

    def _sum(self, weights: np.ndarray, kind: str) -> np.ndarray:
        """⟨i|Σ_k g_k O_k|j⟩, O of kind "linear" or "momentum" on axis k."""
        count = len(self.levels)
        total = np.zeros((count, count), dtype=complex)
        for number, part in enumerate(self.parts):
            others = np.delete(self.states, number, axis=1)
            same = np.all(others[:, None, :] == others[None, :, :], axis=2)
            for k, axis in enumerate(part.phases.axes):
                if weights[axis]:
                    own = part.between({k: getattr(part.functions[k].axis, kind)})
                    which = self.states[:, number]
                    total += weights[axis] * np.where(same, own[np.ix_(which, which)], 0.0)
        return total

    def __str__(self) -> str:
        ghz = self.transition_frequencies / 1e9
        lines = [f"E{k} − E0 = h · {f:.9g} GHz" for k, f in enumerate(ghz) if k]
        lines += [str(r) for r in self.representations]
        lines += [f"error: h · {self.error / planck:.2g} Hz, by which the levels moved when all cutoffs were raised"]
        lines += [f"left out: {', '.join(self.left_out)}"] if self.left_out else []
        lines += [self.caution] if self.caution else []
        return "\n".join(lines)


def spectrum(
    circuit: Circuit,
    levels: int = 6,
    tolerance: float = 1e-9,
    largest: int = LARGEST,
    shorted: Sequence[str] = (),
) -> Spectrum:
    """Lowest levels of `H = ½ (q − Q)ᵀC⁻¹(q − Q) + ½ θᵀK θ − Σ E_J cos((b·θ + Φ)/φ0)`.

    FLUX adds to its junction's branch flux; NG is n_g of `(N − n_g)` at its node; a constant gate voltage adds C_g V/2e
    to it; conserved charges are −n_g. Dissipators, memristors and what a drive sets are left out, and named.

    Parameters
    ----------
    levels : how many. tolerance : of each level, in units of the highest transition. largest : products of functions of
    single coordinates that may be needed. shorted : dissipators to leave a short in place of, the others are open.

    Raises
    ------
    InputError : a circuit without stationary states, or without anything that moves.
    ConvergenceError : levels that still move with the largest basis; says what was tried.
    """
    _check(levels, tolerance)
    own = closed(circuit, shorted)
    h, frame = phases(own, element_params(own.network.circuit))
    wanted = max(levels, 2)
    parts = _settled(independent(h), wanted, tolerance, largest)
    sums, states = _lowest_sums([part.energies for part in parts], levels)
    return Spectrum(
        levels=(sums + frame.constant) * ENERGY,
        error=sum(part.error for part in parts) * ENERGY,
        representations=representations(frame, parts),
        left_out=own.left_out,
        tried=tuple(part.tried for part in parts),
        parts=tuple(parts),
        states=states,
        frame=frame,
    )


def _check(levels: int, tolerance: float) -> None:
    if not isinstance(levels, int) or levels < 1:
        raise InputError("levels", levels, "must be a whole number ≥ 1")
    if not 1e-14 < tolerance < 1:
        raise InputError("tolerance", tolerance, "must be between 1e-14 and 1")


def _settled(parts: Sequence[Phases], levels: int, tolerance: float, largest: int) -> list[Levels]:
    """The levels of each part, their errors together within the tolerance of the whole circuit's span."""
    found = [lowest_levels(part, levels, tolerance, largest) for part in parts]
    sums, _ = _lowest_sums([part.energies for part in found], levels)
    allowed = tolerance * float(sums[-1] - sums[0]) / len(found)
    return [
        part if part.error <= allowed else lowest_levels(part.phases, levels, allowed / part.span, largest)
        for part in found
    ]


def _lowest_sums(energies: Sequence[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """The least sums of one energy of each, (n,), and which of each they take (n, parts).

    A sum is among the least only if its first terms are among the least of their own.
    """

    def extended(so_far: tuple[np.ndarray, np.ndarray], own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sums, chosen = so_far
        total = np.add.outer(sums, own)
        rows, columns = np.unravel_index(np.argsort(total, axis=None, kind="stable")[:count], total.shape)
        return total[rows, columns], np.column_stack([chosen[rows], columns])

    return reduce(extended, energies, (np.zeros(1), np.zeros((1, 0), dtype=int)))


def _row(frame: Frame, node: str) -> np.ndarray:
    """The node's flux over the coordinates of the matrices."""
    m = frame.blocks.matrices
    if node != "0" and node not in m.network.nodes:
        raise InputError("node", node, f"must be one of {', '.join(m.network.nodes)}, or ground 0")
    return np.asarray(m.port(node))
