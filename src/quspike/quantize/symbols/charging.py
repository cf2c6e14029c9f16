"""The charging energy in symbols: `½ Qᵀ C⁻¹ Q` with `Q = q − G V − 2e n_g`, block by block of coupled coordinates.

    one coordinate     Q²/2C_Σ
    two                (C_bb Q_a² + C_aa Q_b² − 2 C_ab Q_a Q_b)/2D,     D = C_aa C_bb − C_ab²
    more               Σ_i ½ C⁻¹_ii Q_i² + Σ_{i<j} C⁻¹_ij Q_i Q_j,      C⁻¹ as letters, C as their definition
    many, in a report  ½ Σ_ij C⁻¹_ij Q_i Q_j as one term

Q is what makes voltages: V = C⁻¹ Q.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp

from quspike.quantize.network import Branch
from quspike.quantize.symbols import finite_lines
from quspike.quantize.symbols.branch_flux import source_voltage
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Expr, Term


def charging_terms(n: Notation) -> Iterator[Term]:
    """Every term with the elements that store the charge and those that shift it."""
    for block in n.blocks:
        if n.sums(block):
            yield _summed_energy(n, block)
            continue
        charges, capacitors = {i: node_charge(n, i) for i in block}, capacitors_of(n, block)
        for a, i in enumerate(block):
            for j in block[a:]:
                factor = inverse_entry(n, i, j) / (2 if i == j else 1)
                if factor != 0:
                    elements = (*capacitors, *_shifting(n, (i, j)))
                    yield Term(elements, factor * charges[i] * charges[j], _meaning(n, i, j))
    yield from finite_lines.charging_terms(n)


def _summed_energy(n: Notation, block: tuple[int, ...]) -> Term:
    """`½ Σ_ij C⁻¹_ij Q_i Q_j` as one term."""
    i, j = indices(n)
    product = _inverse()[i, j] * _summed_charge(n, block, i) * _summed_charge(n, block, j)
    energy = sp.Sum(product, *((letter, 1, len(block)) for letter in (i, j))) / 2
    shifting = dict.fromkeys(name for k in block for name in _shifting(n, (k, k)))
    meaning = f"charging energy of {len(block)} coordinates that capacitors couple"
    return Term((*capacitors_of(n, block), *shifting), energy, meaning)


def summed_note(n: Notation, block: tuple[int, ...]) -> str:
    """What the indices of such a sum run through."""
    i, j = (str(letter) for letter in indices(n))
    first, last = (n.network.coordinates[k].name for k in (block[0], block[-1]))
    shifted = any(shift(n, k) != 0 for k in block)
    charges = f"Q_{j} is q_{j} without what sources and offset charges add to it, " if shifted else ""
    return (
        f"{i} and {j} run through the {len(block)} coordinates from {first} to {last} in the order above, {charges}"
        "and C⁻¹ is the inverse of the matrix C: C_Σ on its diagonal, zero where there is no letter"
    )


def indices(n: Notation) -> tuple[Expr, Expr]:
    """The two that sums over coordinates run through: letters that no node has."""
    free = [letter for letter in "ijklnr" if letter not in n.subscripts]
    one, other = sp.symbols(free[:2], integer=True)
    return one, other


def _inverse() -> Expr:
    return sp.IndexedBase("Cinv")


def _summed_charge(n: Notation, block: tuple[int, ...], index: Expr) -> Expr:
    """q_j, or Q_j where sources or offsets shift one of the charges."""
    return sp.IndexedBase("Q" if any(shift(n, k) != 0 for k in block) else "q")[index]


def node_charge(n: Notation, i: int) -> Expr:
    """`Q_i = q_i − Σ G_is V_s − 2e Σ n_g`: what is left of the momentum without its offsets, `(C φ̇)_i`."""
    return n.charge(i) - shift(n, i)


def shift(n: Notation, i: int) -> Expr:
    """`Σ G_is V_s + 2e Σ n_g`: the part of q_i that is no motion of the coordinates."""
    gates = (capacitor(n, b) * b.vector[i] * source_voltage(n, b) for b in n.gated if b.vector[i])
    return sp.Add(*gates, *(weight * offset_charge(n, name) for name, weight in offsets(n, i)))


def offsets(n: Notation, i: int) -> Iterator[tuple[str, int]]:
    """The NG elements whose islands move with coordinate i, with the weight of it there."""
    for e in n.offset_charges:
        weight = int(n.network.node_vector(e.nodes[0])[i])
        if weight:
            yield e.name, weight


def offset_charge(n: Notation, element: str) -> Expr:
    """`2e n_g`."""
    return 2 * n.symbols["e"] * n.source(element)


def capacitance(n: Notation, i: int, j: int) -> Expr:
    """C_ij by its letter, or written out where it has none."""
    pair = min(i, j), max(i, j)
    return n.symbol("C", *pair) if ("C", *pair) in n.names else written_capacitance(n, *pair)


def written_capacitance(n: Notation, i: int, j: int) -> Expr:
    """`Σ_b b_i b_j C_b`."""
    entry = n.entries.get((min(i, j), max(i, j)), ())
    return sp.Add(*(weight * capacitor(n, n.network.branches[row]) for row, weight in entry))


def capacitor(n: Notation, branch: Branch) -> Expr:
    """C of a branch; of a line's ends what is left there."""
    if any(line.element == branch.element for line in n.network.lines):
        return finite_lines.end_capacitance(n, branch)
    return n.symbol(branch.element, "C")


def inverse_entry(n: Notation, i: int, j: int) -> Expr:
    """C⁻¹_ij of two coordinates in one block."""
    block = next(block for block in n.blocks if i in block)
    if j not in block:
        return sp.Integer(0)
    if len(block) == 1:
        return 1 / capacitance(n, i, i)
    if n.sums(block):
        return sp.Symbol("_".join(("Cinv", n.subscripts[min(i, j)], n.subscripts[max(i, j)])), real=True)
    if len(block) > 2:
        return n.symbol("Cinv", min(i, j), max(i, j))
    one, other = block
    determinant = n.symbol("D", one, other)
    if i != j:
        return -capacitance(n, one, other) / determinant
    return capacitance(n, *((other, other) if i == one else (one, one))) / determinant


def velocity(n: Notation, i: int) -> Expr:
    """`φ̇_i = ∂H/∂q_i = Σ_j C⁻¹_ij Q_j`."""
    block = next(block for block in n.blocks if i in block)
    if n.sums(block):
        j = indices(n)[1]
        inverse = _inverse()[sp.Symbol(n.subscripts[i], integer=True), j]
        return sp.Sum(inverse * _summed_charge(n, block, j), (j, 1, len(block)))
    return sp.Add(*(inverse_entry(n, i, j) * node_charge(n, j) for j in block))


def momentum(n: Notation, i: int) -> Expr:
    """`q_i = ∂L/∂φ̇_i = Σ_j C_ij φ̇_j + Σ G_is V_s + 2e Σ n_g`, capacitances written out."""
    block = next(block for block in n.blocks if i in block)
    return sp.Add(*(written_capacitance(n, i, j) * n.velocity(j) for j in block), shift(n, i))


def charging_definitions(n: Notation) -> Iterator[tuple[Expr, Expr]]:
    """C_±, C_Σ, D and the entries of C by the capacitors; of C⁻¹ there is no formula, C is its definition."""
    yield from finite_lines.definitions(n)
    for slot in n.names:
        if slot[0] == "C" and len(slot) == 3:
            yield n.symbol(*slot), written_capacitance(n, *slot[1:])
        if slot[0] == "D":
            one, other = slot[1:]
            product = capacitance(n, one, one) * capacitance(n, other, other)
            yield n.symbol(*slot), product - capacitance(n, one, other) ** 2


def capacitors_of(n: Notation, members: Iterable[int]) -> tuple[str, ...]:
    """The elements that store charge of these coordinates: capacitors, then junctions that have a capacitance."""
    members = set(members)
    touching = [b for b in n.network.of("capacitance") if any(b.vector[i] for i in members)]
    own = dict.fromkeys(b.element for b in touching if n.circuit.element(b.element).card != "JJ")
    return (*own, *(b.element for b in touching if b.element not in own))


def _shifting(n: Notation, pair: tuple[int, int]) -> tuple[str, ...]:
    """The sources that shift the charges of a pair. Capacitors of the whole block have a part in C⁻¹ beside them."""
    gates = dict.fromkeys(source for b in n.gated if any(b.vector[i] for i in pair) for source, _ in b.sources)
    return (*gates, *dict.fromkeys(name for i in pair for name, _ in offsets(n, i)))


def _meaning(n: Notation, i: int, j: int) -> str:
    if n.alone:
        return "charging energy of the node"
    one, other = (n.network.coordinates[k].name for k in (i, j))
    return f"charging energy of {one}" if i == j else f"charges of {one} and {other}, coupled by capacitors"
