"""What no method can do is refused before or after it was tried, with the method or the setting that would do."""

from __future__ import annotations

import pytest

import quspike as qs
from quspike.run.compile import compile_run
from quspike.run.initial import Initial
from quspike.run.simulate import solve_well

RESONATOR = """
C1   m 0 100fF
L1   m 0 10nH
{leak} T=0.5K cutoff=1e11rad/s
I1   0 m 0A
"""
GENERAL = "MEM1 m 0 model=pershin_diventra"


def made(leak: str, **settings) -> qs.Run:
    common = {"duration": "0.2 ns", "save_every": "0.1 ns", "classical": False}
    return qs.Run(circuit=RESONATOR.format(leak=leak), **common | settings)


@pytest.mark.parametrize("method", ["brownian", "gksl", "modes", "heom"])
def test_a_memristance_that_no_flux_decides_has_no_operator(method: str) -> None:
    """A general memristive state has no F(φ̂). Catches: a method that runs W at its first value in silence."""
    with pytest.raises(
        qs.InputError, match=r"mean_field: MEM1 is no function of the flux|MEM1.*mean_field runs the others"
    ):
        compile_run(made(GENERAL, method=method, memory="operator"))


def test_a_method_without_an_operator_memory_names_those_that_have_one() -> None:
    with pytest.raises(qs.InputError, match=r"operator: .*brownian.*modes.*heom"):
        compile_run(made(GENERAL, method="moments", memory="operator"))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["gksl", "brownian"])
def test_a_space_too_small_for_its_state_says_which_setting_would_do(method: str) -> None:
    """Six quanta in a space of eight levels or points. Catches: a state cut off in silence."""
    settings = {"duration": "0.05 ns", "save_every": "0.05 ns"}
    run = made("R1 m 0 10kohm", **settings, method=method, truncation=8, initial=Initial(state="fock", n=6))
    with pytest.raises((qs.ConvergenceError, qs.InputError), match=r"truncation.*8.*"):
        solve_well(compile_run(run), lambda message: None)
