"""A density on a line in spectral elements: polynomials of a high degree between breakpoints, continuous across them.

    d/dt ∫φ_i p = ∫φ_i′ (a p − D p′) − ∫φ_i Γ p,         no flux through the ends

on Gauss–Lobatto–Legendre nodes, where the mass matrix is diagonal. The unknowns are masses y_i = M_i p(u_i), so that
Σy is the probability; since Σφ_i = 1 drift and diffusion keep it to rounding, whatever the mesh. For smooth densities
the error falls exponentially with the degree. Karniadakis & Sherwin, Spectral/hp Element Methods, 2nd ed. (2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import legendre
from scipy import sparse

DEGREE = 10
GROWTH = 0.5  # of an element's length with its distance from the nearest fine place


@dataclass(frozen=True)
class Line:
    """edges (E + 1,) of the elements; nodes (n,) and their quadrature weights (n,), n = E·degree + 1."""

    edges: np.ndarray
    degree: int
    nodes: np.ndarray
    weights: np.ndarray

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.nodes)


def graded_edges(low: float, high: float, fine: Sequence[tuple[float, float, float]], longest: float) -> np.ndarray:
    """Breakpoints from low to high: elements of `size` in each (from, to, size) of `fine`, growing away from them.

    The lengths are stretched so that the last ends at `high`; none exceeds `longest` by more than that.
    """

    def length(u: float) -> float:
        gaps = [size + GROWTH * max(begin - u, u - end, 0.0) for begin, end, size in fine]
        return min([longest, *gaps])

    edges = [low]
    while edges[-1] < high:
        guess = length(edges[-1])
        edges.append(edges[-1] + min(guess, length(edges[-1] + guess)))  # so that a fine place ahead is seen
    return low + (np.array(edges) - low) * (high - low) / (edges[-1] - low)


def line(edges: np.ndarray, degree: int = DEGREE) -> Line:
    """The nodes of these elements."""
    reference, weights = _lobatto(degree)
    lengths = np.diff(edges)
    local = edges[:-1, None] + 0.5 * lengths[:, None] * (reference + 1)
    nodes = np.append(local[:, :-1].ravel(), edges[-1])
    total = np.zeros(len(nodes))
    for element, length in enumerate(lengths):
        total[element * degree : element * degree + degree + 1] += 0.5 * length * weights
    return Line(edges, degree, nodes, total)


def advection(mesh: Line, velocity: np.ndarray) -> sparse.csr_matrix:
    """∫φ_i′ a φ_j over the masses, a = `velocity` (n,) at the nodes: (n, n)."""
    return _assembled(mesh, lambda slope, weight, part: slope.T * (weight * velocity[part]))


def diffusion(mesh: Line) -> sparse.csr_matrix:
    """−∫φ_i′φ_j′ over the masses, of unit D: (n, n)."""
    return _assembled(mesh, lambda slope, weight, part: -slope.T @ (weight[:, None] * slope))


def _assembled(mesh: Line, block) -> sparse.csr_matrix:
    """The sum of an element's matrices, each over densities, as one over masses."""
    reference, weights = _lobatto(mesh.degree)
    slope = _derivative(reference)
    blocks, places = [], []
    for element, length in enumerate(np.diff(mesh.edges)):
        part = slice(element * mesh.degree, (element + 1) * mesh.degree + 1)
        blocks.append(block(slope * 2 / length, 0.5 * length * weights, part) / mesh.weights[part])
        places.append(np.arange(part.start, part.stop))
    rows, columns = np.broadcast_arrays(np.stack(places)[:, :, None], np.stack(places)[:, None, :])
    entries = (np.stack(blocks).ravel(), (rows.ravel(), columns.ravel()))
    return sparse.coo_matrix(entries, shape=(mesh.size, mesh.size)).tocsr()  # which adds what elements share


def masses(mesh: Line, density: np.ndarray) -> np.ndarray:
    """The masses of a density given at the nodes, of unit sum."""
    weighted = mesh.weights * density
    return weighted / np.sum(weighted)


def shift(mesh: Line, distance: float) -> sparse.csr_matrix:
    """The masses of p(u + distance): what every point brings, `distance` further down; mass is kept (n, n).

    The Galerkin projection, by Gauss quadrature between the breakpoints of both meshes, which is exact; what would
    leave the line stays at its end.
    """
    low, high = mesh.edges[0], mesh.edges[-1]
    moved = np.clip(mesh.edges + distance, low, high)
    cuts = np.unique(np.concatenate([mesh.edges, moved]))
    points, weights = legendre.leggauss(mesh.degree + 2)
    half = 0.5 * np.diff(cuts)[:, None]
    source = (cuts[:-1, None] + half * (points + 1)).ravel()
    weight = (half * weights).ravel()
    here = interpolation(mesh, source)
    there = interpolation(mesh, np.clip(source - distance, low, high))
    return sparse.csr_matrix(there.T @ sparse.diags(weight) @ here @ sparse.diags(1 / mesh.weights))


def interpolation(mesh: Line, points: np.ndarray) -> sparse.csr_matrix:
    """φ_j(u) at the points (P,): (P, n)."""
    reference, _ = _lobatto(mesh.degree)
    element = np.clip(np.searchsorted(mesh.edges, points, side="right") - 1, 0, len(mesh.edges) - 2)
    begin = mesh.edges[element]
    local = 2 * (points - begin) / (mesh.edges[element + 1] - begin) - 1
    vandermonde = legendre.legvander(reference, mesh.degree)
    values = legendre.legvander(local, mesh.degree) @ np.linalg.inv(vandermonde)
    columns = element[:, None] * mesh.degree + np.arange(mesh.degree + 1)
    rows = np.repeat(np.arange(len(points)), mesh.degree + 1)
    shape = (len(points), mesh.size)
    return sparse.csr_matrix((values.ravel(), (rows, columns.ravel())), shape=shape)


@cache
def _lobatto(degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss–Lobatto–Legendre nodes and weights on [−1, 1]: ±1 and the roots of P′_degree; w = 2/(N(N+1) P_N²)."""
    last = np.zeros(degree + 1)
    last[degree] = 1.0
    nodes = np.concatenate([[-1.0], np.sort(legendre.legroots(legendre.legder(last)).real), [1.0]])
    return nodes, 2 / (degree * (degree + 1) * legendre.legval(nodes, last) ** 2)


def _derivative(nodes: np.ndarray) -> np.ndarray:
    """φ_j′ at node i (N, N), of the polynomials through the nodes."""
    degree = len(nodes) - 1
    vandermonde = legendre.legvander(nodes, degree)
    slopes = np.stack([legendre.legval(nodes, legendre.legder(unit)) for unit in np.eye(degree + 1)], axis=1)
    return slopes @ np.linalg.inv(vandermonde)
