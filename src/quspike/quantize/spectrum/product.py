"""H between products of functions, applied one coordinate at a time: `(Π_k O_k) ψ` costs `F Σ n_k`, not F².

ψ is a tensor (states, n_1, …, n_m), F = Π n_k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quspike.quantize.spectrum import davidson
from quspike.quantize.spectrum.functions import ROUNDING, Functions, Term, real_if_close

DENSE = 400  # below this dimension all levels at once are quickest
RESOLUTION = 1e-3  # [E0] levels closer than this are told apart by the block, not by their residuals


@dataclass(frozen=True)
class Product:
    """H = Σ_k own_k + Σ_t (c_t Π O_tk + h.c.) over products of functions.

    shape : (n_1, …, n_m). real : whether H is. symmetric : whether every Π O_tk is in addition, so that the conjugate
    of a term acts as its complex conjugate does.
    """

    shape: tuple[int, ...]
    own: tuple[np.ndarray, ...]
    terms: tuple[Term, ...]
    real: bool
    symmetric: bool

    @property
    def size(self) -> int:
        """F."""
        return int(np.prod(self.shape))

    @property
    def kind(self) -> type:
        """Of numbers: float or complex."""
        return float if self.real else complex

    def apply(self, psi: np.ndarray) -> np.ndarray:
        """H ψ of vectors (states, F)."""
        tensor = psi.reshape(-1, *self.shape)
        total = sum((act(matrix, tensor, k) for k, matrix in enumerate(self.own)), np.zeros(1))
        for term in self.terms:
            there = act_all(term.factors, term.coefficient * tensor)
            if self.symmetric:
                total = total + 2 * there.real
            else:
                back = {k: matrix.conj().T for k, matrix in term.factors.items()}
                total = total + there + act_all(back, np.conj(term.coefficient) * tensor)
        return (total.real if self.real else total).reshape(psi.shape)

    def diagonal(self) -> np.ndarray:
        """⟨products|H|products⟩ (F,)."""
        total = sum((self._along(np.diagonal(m).real, k) for k, m in enumerate(self.own)), np.zeros(1))
        for term in self.terms:
            value = 2 * term.coefficient * np.ones(self.shape)
            for k, matrix in term.factors.items():
                value = value * self._along(np.diagonal(matrix), k)
            total = total + value.real
        return total.ravel()

    def _along(self, values: np.ndarray, k: int) -> np.ndarray:
        return values.reshape([-1 if j == k else 1 for j in range(len(self.shape))])

    def lowest(self, levels: int, accuracy: float, start: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Energies (levels,) [E0] and vectors (levels, F).

        accuracy : of the energies [E0]. start : guesses of the vectors.
        """
        if self.size <= DENSE:
            energies, vectors = np.linalg.eigh(self.apply(np.eye(self.size, dtype=self.kind)).T)
            return energies[:levels], vectors[:, :levels].T
        residual = np.sqrt(accuracy * RESOLUTION)
        return davidson.lowest(self.apply, self.diagonal(), levels, residual, self.kind, start)


def product(functions: Sequence[Functions], terms: Sequence[Term]) -> Product:
    """H between the products of these functions; real, and so treated, where time reversal leaves it so."""
    own = tuple(real_if_close(f.of(f.axis.own)) for f in functions)
    between = tuple(
        Term(t.coefficient, {k: real_if_close(functions[k].of(o)) for k, o in t.factors.items()}, t.least)
        for t in terms
    )
    straight = not any(np.iscomplexobj(matrix) for matrix in own)
    symmetric = straight and all(_is_symmetric(term) for term in between)
    real = symmetric or (straight and all(_is_real(t) for t in between))
    return Product(tuple(len(f.energies) for f in functions), own, between, real, symmetric)


def _is_symmetric(term: Term) -> bool:
    """`Π O` is if every O is symmetric, or an even number of them the negative of their transposes."""
    signs = []
    for matrix in term.factors.values():
        small = ROUNDING * np.max(np.abs(matrix))
        signs += [sign for sign in (1, -1) if np.max(np.abs(matrix - sign * matrix.T)) <= small][:1]
    return len(signs) == len(term.factors) and bool(np.prod(signs) > 0)


def _is_real(term: Term) -> bool:
    """`c Π O` is if every O is real or imaginary, and an even number of them imaginary or c with them."""
    turned = [matrix for matrix in term.factors.values() if np.iscomplexobj(matrix)]
    imaginary = all(np.max(np.abs(m.real)) <= ROUNDING * np.max(np.abs(m)) for m in turned)
    return imaginary and abs(np.imag(term.coefficient * 1j ** len(turned))) <= ROUNDING * abs(term.coefficient)


def act_all(factors: Mapping[int, np.ndarray], tensor: np.ndarray) -> np.ndarray:
    """`(Π_k O_k) ψ`."""
    for k, matrix in factors.items():
        tensor = act(matrix, tensor, k)
    return tensor


def act(matrix: np.ndarray, tensor: np.ndarray, k: int) -> np.ndarray:
    """`O_k ψ`, ψ (states, n_1, …, n_m)."""
    before, after = int(np.prod(tensor.shape[: k + 1])), int(np.prod(tensor.shape[k + 2 :]))
    flat = tensor.reshape(before, tensor.shape[k + 1], after)
    moved = flat[:, :, 0] @ matrix.T if after == 1 else np.matmul(matrix, flat)
    return moved.reshape(*tensor.shape[: k + 1], len(matrix), *tensor.shape[k + 2 :])
