"""The linear response of a circuit at any port, from its matrices over the coordinates x.

    D(ω) V = I,     D(ω) = −iωC + iK/ω + Σ_d Y_d(ω) b_d b_dᵀ + Σ_lines (a, b) Y_line(ω) (a, b)ᵀ

    Z(ω) = uᵀ D⁻¹ u − iω u_yᵀ K_yy⁻¹ u_y,     Y(ω) = 1/Z(ω),     f(t) = ∫ dω/2π f(ω) e^{−iωt}

u says how the port's flux counts the coordinates; the second term belongs to ports at nodes y that inductors alone hold
and that are eliminated from x. A massless node that a resistor holds is left in x, where it is no trouble at a single
frequency. A line of finite length enters exactly, not by its modes: with θ = ωℓ/v,

    Y_line = (i/Z0) (cot θ, −csc θ; −csc θ, cot θ).

Junctions count as inductors φ0²/E_J at zero flux; memristors as W(x, V) at the memory where they stand and the
voltage of the batteries in series with them (a channel's reversal potential); to signals voltage sources are shorted,
current sources open. Pozar, Microwave Engineering (2011), ch. 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from quspike.circuit import Circuit
from quspike.constants import phi0
from quspike.errors import InputError
from quspike.quantize.line_parts import delay
from quspike.quantize.membrane import element_params
from quspike.quantize.network import Line, Network, network
from quspike.quantize.numbers.leaks import Leaks, leaks
from quspike.quantize.numbers.matrices import Elements, Matrices, eliminated, matrices, stiffness_matrix

Array = Any
Port = tuple[str, str]


@dataclass(frozen=True)
class LinearResponse:
    """A circuit at small signals, memristors and junctions fixed. Frequencies in rad/s, and may be complex.

    matrices, leaks : without the finite lines, which are `lines`. stiffness : K (m, m) [1/H], of junctions too.
    """

    matrices: Matrices
    leaks: Leaks
    stiffness: Array
    junctions: bool = True
    lines: tuple[Line, ...] = ()

    def dynamics(self, omega: Array) -> Array:
        """D(ω), (..., m, m) [S]."""
        omega = np.asarray(omega)
        w, b = omega[..., None, None], self.matrices.dissipators
        leak = (b * self.leaks.admittance(omega)[..., None, :]) @ b.T
        found = -1j * w * self.matrices.capacitance + 1j * self.stiffness / w + leak
        for line in self.lines:
            found = found + self._line(line.element, np.array([line.a, line.b], dtype=float), omega)
        return found

    def impedance(self, omega: Array, plus: str, minus: str = "0") -> Array:
        """Z(ω) between two nodes, of the shape of omega [ohm]; zero between nodes that voltage sources tie."""
        return self.impedance_matrix(omega, [(plus, minus)])[..., 0, 0]

    def admittance(self, omega: Array, plus: str, minus: str = "0") -> Array:
        """Y(ω) between two nodes, of the shape of omega [S]. Raises InputError where they are shorted."""
        if not np.any(self.matrices.network.port(plus, minus)):
            raise InputError("port", f"{plus}, {minus}", "must not be two nodes that voltage sources tie together")
        return 1 / self.impedance(omega, plus, minus)

    def impedance_matrix(self, omega: Array, ports: Sequence[Port]) -> Array:
        """Z of several ports, (..., P, P) [ohm]: voltages per current into each port, the others open."""
        w, m = np.asarray(omega)[..., None, None], self.matrices
        u = _columns([m.port(*port) for port in ports], m.size)
        y = _columns([m.network.port(*port)[m.followers] for port in ports], len(m.followers))
        return u.T @ _solve(self.dynamics(omega), u) - 1j * w * (y.T @ m.follower_inductance @ y)

    def _line(self, element: str, ports: np.ndarray, omega: Array) -> Array:
        """The exact two-port of a line whose port vectors are the rows of `ports`, (..., m, m)."""
        p = self.matrices.elements[element]
        vectors = ports @ self.matrices.transform
        theta = (omega * delay(p))[..., None, None]
        even, odd = vectors[0] + vectors[1], vectors[0] - vectors[1]
        in_phase, opposed = -1j * _tan(theta / 2), 1j / _tan(theta / 2)
        return (in_phase * _outer(even) + opposed * _outer(odd)) / (2 * p["Z0"])


def linear_response(
    circuit: Circuit | str | Network,
    elements: Elements | None = None,
    *,
    memory: Mapping[str, Any] | None = None,
    junctions: bool = True,
    lines: Literal["exact", "modes"] = "exact",
    base_dir: str | Path | None = None,
) -> LinearResponse:
    """The circuit at small signals.

    Parameters
    ----------
    elements : its numbers by element, where they are not those of the netlist (traced ones, for a gradient).
    memory : x of memristors by name, instead of where they start.
    junctions : False leaves them out, their own capacitance excepted.
    lines : how those of finite length enter; "modes" takes the comb or ladder that the Hamiltonian has.
    base_dir : the folder that the files of Y elements are relative to; the current one if it is not given.
    """
    if not isinstance(circuit, Network):
        circuit = network(Circuit(circuit) if isinstance(circuit, str) else circuit)
    elements = element_params(circuit.circuit) if elements is None else elements
    m = matrices(circuit.without_lines() if lines == "exact" else circuit, elements)
    exact = m.network.lines if lines == "exact" else ()
    m = at_small_signals(m) if junctions else m
    stiffness = total_stiffness(m) if junctions else m.stiffness
    return LinearResponse(m, leaks(m.network, elements, memory, base_dir), stiffness, junctions, exact)


def at_small_signals(m: Matrices) -> Matrices:
    """The same, coordinates eliminated once more with junctions as inductors φ0²/E_J: `T → T − K_yy⁻¹B_y i′ Bᵀ`.

    T then says where the eliminated nodes are, and `junctions` what the junctions' own fluxes are.
    """
    if not m.network.constrained:
        return m
    full = stiffness_matrix(m.network, m.elements)
    b = m.network.incidence("junction")
    return eliminated(m.network, m.elements, full, full + (b * (m.josephson_energies / phi0**2)) @ b.T)


def total_stiffness(m: Matrices) -> Array:
    """`K + Σ_J (E_J/φ0²) b bᵀ` (m, m) [1/H]: junctions at zero flux."""
    return m.stiffness + (m.junctions * (m.josephson_energies / phi0**2)) @ m.junctions.T


def _solve(matrix: Array, right: Array) -> Array:
    """D⁻¹ u, rows and columns scaled by the diagonal first: a netlist's admittances span many decades."""
    if isinstance(matrix, np.ndarray):
        scale = 1 / np.sqrt(np.abs(np.diagonal(matrix, axis1=-2, axis2=-1)))
        scaled = scale[..., :, None] * matrix * scale[..., None, :]
        return scale[..., :, None] * np.linalg.solve(scaled, scale[..., :, None] * right)
    import jax.numpy as jnp

    return jnp.linalg.solve(matrix, right + jnp.zeros(matrix.shape[:-1] + right.shape[-1:]))


def _columns(vectors: Sequence[Array], size: int) -> Array:
    if all(isinstance(v, np.ndarray) for v in vectors):
        return np.array(vectors).reshape(len(vectors), size).T
    import jax.numpy as jnp

    return jnp.stack(vectors).T


def _tan(angle: Array) -> Array:
    if isinstance(angle, np.ndarray | np.number):
        return np.tan(angle)
    import jax.numpy as jnp

    return jnp.tan(angle)


def _outer(vector: Array) -> Array:
    return vector[:, None] * vector[None, :]
