"""The benchmark's operator memristance: quspike and QuTiP solve one equation."""

from quspike.bench.operator_memory import Seen, _seen, qutip_solver, run
from quspike.run.compile import compile_run

SHARE = 0.1


def test_both_contestants_solve_the_same_equation():
    """One oscillation of the ten, in 45 levels: QuTiP, given SI numbers only, against quspike's run.

    Catches: a drive of another phase, kT in the wrong unit, a memristance without its spread, a current of W(⟨φ⟩)⟨V⟩.
    """
    peer: Seen = qutip_solver(45, "vern7", 1e-7, SHARE)()
    ours = _seen(compile_run(run(None, 20, SHARE)).solve())
    assert ours.error(peer) < 2e-6
    wrong = Seen(ours.voltage, ours.std, ours.memristance, ours.voltage / ours.memristance)
    assert wrong.error(peer) > 1e-4
