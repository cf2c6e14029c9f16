"""The numbers of a circuit as matrices over its coordinates θ: what the methods and the spectra run on.

    L = ½ θ̇ᵀC θ̇ + θ̇ᵀG V(t) − ½ θᵀK θ − θᵀS Φ(t) + Σ E_J cos((b·θ + Σ ± Φ)/φ0) − θᵀA I(t)
    q = C θ̇ + G V,     H = ½ (q − G V)ᵀC⁻¹(q − G V) + ½ θᵀK θ + θᵀS Φ − Σ E_J cos(…) + θᵀA I

V voltage sources, Φ = ∫V dt, I currents n+ → n−. Symbols never pass here: plain numpy, or JAX where an element's number
is a traced one, so that modes and methods can be differentiated with respect to any element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quspike.errors import InputError
from quspike.quantize.line_parts import line_capacitance, line_inductance
from quspike.quantize.network import Branch, Network, Role
from quspike.quantize.numbers.constraint import refuse_multivalued

Array = Any
Elements = Mapping[str, Mapping[str, Any]]
ROUNDING = 1e-12  # of the largest eigenvalue
NOTICEABLE = 1e-3  # a component of a unit vector above which an error names its node


@dataclass(frozen=True)
class Matrices:
    """SI matrices over the coordinates x that are left, frozen ones without a dissipator eliminated.

    kept : which of the network's coordinates x are (m,). transform : T (n, m), θ = T x with the sources at rest.
    capacitance : C (m, m) [F]; its block of frozen coordinates that only dissipators hold is zero.
    stiffness : K (m, m) [1/H], junctions not counted in.
    gates : G (m, V) [F]. flux_pull : S (m, V) [1/H]. currents : A (m, I).
    junctions, dissipators : b of each (m, J), (m, D), in the order of `network.of(role)`.
    followers, follower_inductance : the coordinates y that were eliminated, (y,), and K_yy⁻¹ (y, y) [H], by which they
    give way to a current into themselves; that of junctions, which is not linear, is left to `constraint`.
    """

    network: Network
    kept: np.ndarray
    transform: Array
    capacitance: Array
    stiffness: Array
    gates: Array
    flux_pull: Array
    currents: Array
    junctions: Array
    dissipators: Array
    elements: Elements = field(repr=False)
    followers: np.ndarray
    follower_inductance: Array = field(repr=False)

    @property
    def size(self) -> int:
        """m."""
        return len(self.kept)

    @property
    def massless(self) -> np.ndarray:
        """Where in x the coordinates stand that have no capacitance and are held by dissipators."""
        return np.array([i for i, k in enumerate(self.kept) if self.network.coordinates[k].kind == "frozen"], dtype=int)

    @property
    def josephson_energies(self) -> Array:
        """E_J (J,) [J]."""
        return stacked([self.elements[b.element]["EJ"] for b in self.network.of("junction")])

    @property
    def junction_reach(self) -> Array:
        """K_yy⁻¹ B_y (y, J) [H]: how far each current through a junction pulls the eliminated coordinates."""
        return self.follower_inductance @ self.network.incidence("junction")[self.followers]

    @property
    def series_inductance(self) -> Array:
        """Λ (J, J) [H]: what stands in series with the junctions at nodes without capacitance; zero elsewhere."""
        return self.network.incidence("junction")[self.followers].T @ self.junction_reach

    def port(self, plus: str, minus: str = "0") -> Array:
        """u (m,): `φ_plus − φ_minus = u·x`, and the current into plus and out of minus pulls with u."""
        return self.transform.T @ self.network.port(plus, minus)


def matrices(network: Network, elements: Elements) -> Matrices:
    """Assemble and eliminate: exact, whatever the sources do.

    A frozen coordinate y that inductors alone hold follows the others, `K_yy y = −K_yx x − S_y Φ − A_y I`, which leaves
    `Tᵀ` of everything that pulls on it. Where junctions hold it too that is where it would be without them
    (`constraint`). Raises InputError where it could be in several places.
    """
    k = check_constraint(network, elements)
    return eliminated(network, elements, k, k)


def check_constraint(network: Network, elements: Elements) -> Array:
    """K of the inductors (n, n). Raises InputError where what they and junctions hold could be in several places."""
    k = stiffness_matrix(network, elements)
    if isinstance(k, np.ndarray):
        refuse_multivalued(network, elements, k[np.ix_(network.followers, network.followers)])
    return k


def eliminated(network: Network, elements: Elements, k: Array, holding: Array) -> Matrices:
    """The matrices after `holding_yy y = −holding_yx x`; k is the stiffness of the inductors alone (n, n)."""
    c, followers = capacitance_matrix(network, elements), network.followers
    if isinstance(c, np.ndarray):
        _refuse_negative(network, c)
    kept = np.setdiff1d(np.arange(network.size), followers)
    give = _inverse(holding[np.ix_(followers, followers)])
    t, sources = _transform(holding, kept, followers, give), [e.name for e in network.circuit.of("V")]
    return Matrices(
        network=network,
        kept=kept,
        transform=t,
        capacitance=c[np.ix_(kept, kept)],
        stiffness=t.T @ k @ t,
        gates=t.T @ source_matrix(network, elements, "capacitance", sources),
        flux_pull=t.T @ source_matrix(network, elements, "inductance", sources),
        currents=t.T @ network.incidence("current"),
        junctions=t.T @ network.incidence("junction"),
        dissipators=t.T @ network.incidence("dissipator"),
        elements=elements,
        followers=followers,
        follower_inductance=give,
    )


def capacitance_matrix(network: Network, elements: Elements) -> Array:
    """`C = Σ_b C_b b bᵀ` over all coordinates (n, n) [F]."""
    b = network.incidence("capacitance")
    return (b * branch_capacitances(network, elements)) @ b.T


def branch_capacitances(network: Network, elements: Elements) -> Array:
    """C of each capacitance branch, in the order of `network.of("capacitance")` [F]."""
    return stacked([_share(b, elements[b.element], "C", line_capacitance) for b in network.of("capacitance")])


def branch_inductances(network: Network, elements: Elements) -> Array:
    """L of each inductance branch, in the order of `network.of("inductance")` [H]."""
    return stacked([_share(b, elements[b.element], "L", line_inductance) for b in network.of("inductance")])


def _share(branch: Branch, params: Mapping[str, Any], key: str, of_line: Callable[[Mapping[str, Any]], Any]) -> Any:
    """A coil's or a capacitor's own number, or a part of a line's."""
    return params[key] if key in params else branch.share * of_line(params)


def stiffness_matrix(network: Network, elements: Elements) -> Array:
    """`K = B L⁻¹ Bᵀ`, L the inductance matrix of the coils (n, n) [1/H]."""
    b = network.incidence("inductance")
    return b @ inverse_inductances(network, elements) @ b.T


def inverse_inductances(network: Network, elements: Elements) -> Array:
    """L⁻¹ of the coils (coils, coils) [1/H], mutual inductances counted in.

    Raises InputError, naming coils and nodes, for an L that is not positive definite.
    """
    own = branch_inductances(network, elements)
    if isinstance(own, np.ndarray) and np.any(own <= 0):
        coil = network.of("inductance")[int(np.argmin(own))].element
        raise InputError(coil, f"{own.min():.3g} H", f"must have a positive inductance ({_ends(network, coil)})")
    if not network.couplings:
        return _diagonal(1 / own)
    factors, root = coupling_factors(network, elements), own**-0.5
    if isinstance(factors, np.ndarray):
        _refuse_coupled(network, factors)
    return root[:, None] * _inverse(factors) * root[None, :]


def coupling_factors(network: Network, elements: Elements) -> Array:
    """M_ij/√(L_i L_j), one on the diagonal (coils, coils)."""
    places = {b.element: i for i, b in enumerate(network.of("inductance"))}
    found: Array = np.eye(len(network.of("inductance")))
    for coupling, one, other in network.couplings:
        numbers, both = elements[coupling], np.zeros(found.shape)
        both[places[one], places[other]] = both[places[other], places[one]] = 1.0
        factor = numbers["k"] if "k" in numbers else numbers["M"] / (elements[one]["L"] * elements[other]["L"]) ** 0.5
        found = found + factor * both
    return found


def _refuse_coupled(network: Network, factors: np.ndarray) -> None:
    lowest, vectors = np.linalg.eigh(factors)
    if lowest[0] <= 0:
        coupled = [
            b.element for b, w in zip(network.of("inductance"), vectors[:, 0], strict=True) if abs(w) > NOTICEABLE
        ]
        where = "; ".join(f"{name} {_ends(network, name)}" for name in coupled)
        remedy = f"must have a positive inductance matrix ({where})"
        raise InputError(", ".join(coupled), f"eigenvalue {lowest[0]:.3g}", remedy)


def _refuse_negative(network: Network, capacitance: np.ndarray) -> None:
    """InputError, naming nodes, for a capacitance matrix that is not positive on what has a charge."""
    moving = np.setdiff1d(np.arange(network.size), network.indices("frozen"))
    c = capacitance[np.ix_(moving, moving)]
    try:
        np.linalg.cholesky(c)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(c)
        if values[0] >= -ROUNDING * values[-1]:
            return  # zero at the ends of lines that were left out
        at = [network.coordinates[i] for i, w in zip(moving, vectors[:, 0], strict=True) if abs(w) > NOTICEABLE]
        names = ", ".join(dict.fromkeys(place.node or place.element for place in at))
        found, remedy = f"eigenvalue {values[0]:.3g} F", "must have a positive capacitance matrix"
        raise InputError(f"node {names}", found, remedy) from None


def _ends(network: Network, element: str) -> str:
    return f"nodes {' and '.join(network.circuit.element(element).nodes)}"


def source_matrix(network: Network, elements: Elements, role: Role, sources: Sequence[str]) -> Array:
    """G of `role="capacitance"` [F], S of `role="inductance"` [1/H]: `Σ_b b y_b s_b`, y a branch's C or 1/L (n, V)."""
    branches = network.of(role)
    signs = np.array([[dict(b.sources).get(name, 0) for name in sources] for b in branches], dtype=float)
    signs = signs.reshape(len(branches), len(sources))
    b = network.incidence(role)
    if role == "capacitance":
        return (b * branch_capacitances(network, elements)) @ signs
    return b @ inverse_inductances(network, elements) @ signs


def stacked(values: Sequence[Any]) -> Array:
    """A vector of numbers: numpy's, or JAX's if one of them is JAX's."""
    if all(isinstance(v, int | float | np.floating) for v in values):
        return np.array(values, dtype=float)
    import jax.numpy as jnp

    return jnp.stack([jnp.asarray(v, dtype=float) for v in values])


def _diagonal(values: Array) -> Array:
    return np.eye(len(values)) * values


def _transform(k: Array, kept: np.ndarray, followers: np.ndarray, give: Array) -> Array:
    """T with θ = T x: one on what is kept, `−K_yy⁻¹K_yx` on what follows."""
    unit = np.eye(len(k))
    if not len(followers):
        return unit
    return unit[:, kept] - unit[:, followers] @ give @ k[np.ix_(followers, kept)]


def _inverse(matrix: Array) -> Array:
    if isinstance(matrix, np.ndarray):
        return np.linalg.inv(matrix)
    import jax.numpy as jnp

    return jnp.linalg.inv(matrix)


def held_branches(network: Network) -> tuple[Branch, ...]:
    """The branches that no coordinate moves: between nodes that voltage sources hold."""
    return tuple(b for b in network.branches if not b.moves)
