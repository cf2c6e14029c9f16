"""Words of a run that its method does not read are said, and those that it reads are not."""

import pytest

import quspike as qs
from quspike.methods.registry import METHODS
from quspike.run.unread import unread

CIRCUIT = "C1 m 0 100fF\nL1 m 0 10nH\nJJ1 m 0 Ic=15nA\nR1 m 0 6kohm T=0.2K\nI1 0 m 0A\n" + (
    "MEM1 m 0 model=sigmoid R_on=5kohm R_off=60kohm phi_c=0.3fWb phi_s=0.2fWb T=200mK"
)
LINEAR = CIRCUIT.replace("JJ1 m 0 Ic=15nA\n", "")
CHOSEN = {"closure": "gaussian", "dt": 1e-12, "nonlinearity": "kerr", "diffusion": "next_order",
          "parent": "brownian", "unravelling": "diffusion", "trajectories": 7}  # fmt: skip
ALONE = ["parent", "unravelling", "trajectories"]


def words(method, spike="expectation", **more):
    clicks = {"escape": {"rate": 3e9, "width": "4uV"}} if spike == "escape" else {}
    neuron = qs.Neuron("m", v_threshold="10uV", t_ref="1ns", spike=spike, **clicks)
    return unread(qs.Run(circuit=CIRCUIT, duration="1ns", neuron=neuron, method=method, **(CHOSEN | more)))


@pytest.mark.parametrize(
    ("method", "more", "missed"),
    [
        ("moments", {}, ["nonlinearity", "diffusion", *ALONE]),
        ("gksl", {}, ["closure", "diffusion", *ALONE]),
        ("gksl", {"spike": "escape"}, ["closure", "dt", "diffusion", *ALONE]),
        ("brownian", {}, ["closure", "nonlinearity", *ALONE]),
        ("brownian", {"spike": "escape"}, ["closure", "dt", "nonlinearity", *ALONE]),
        ("trajectories", {}, ["closure", "nonlinearity"]),
        ("trajectories", {"spike": "escape", "parent": "gksl"}, ["closure", "diffusion"]),
        ("modes", {}, ["closure", "nonlinearity", "diffusion", "parent", "unravelling"]),
        ("modes", {"circuit": LINEAR}, ["closure", "nonlinearity", "diffusion", *ALONE]),
    ],
)  # fmt: skip
def test_each_method_says_which_words_it_does_not_read(method, more, missed):
    """`quspike compare` takes one file down the ladder, so that none is an error.

    Catches: a junction's quartic term asked of brownian, with and without clicks, whose cosine is whole in silence; a
    diffusion asked of a parent that has none; a step of a master equation that chooses its own; a note of what is read.
    """
    if "circuit" in more:  # without a neuron
        found = unread(qs.Run(duration="1ns", method=method, **(CHOSEN | more)))
    else:
        found = words(method, **more)
    assert [line.split()[1] for line in found] == missed
    assert all(f"is not read by method {method}" in line for line in found)


@pytest.mark.parametrize("method", ["gksl", "trajectories", "brownian", "modes"])
def test_a_memory_of_nothing_is_said(method):
    """Catches: an operator memory that makes no difference, without a word; a note where there is a memristor."""
    resistor = CIRCUIT.splitlines()[:-1]
    run = qs.Run(circuit="\n".join(resistor), duration="1ns", method=method, memory="operator")
    (note,) = unread(run)
    assert note == f"[run] memory = operator is not read by method {method} in a circuit without a memristor"
    assert not unread(run.replace(circuit=CIRCUIT))
    (closure,) = unread(run.replace(method="moments", memory="mean_field", closure="gaussian"))
    assert "without a memristor" in closure


def test_levels_of_a_method_that_has_none_are_said():
    """Held to the registry. Catches: a truncation that moments, or modes, ignores in silence."""
    run = qs.Run(circuit=LINEAR, duration="1ns", truncation=12)
    said = [name for name in METHODS if unread(run.replace(method=name))]
    assert said == ["classical", "moments", "modes"]
    assert set(said) == {name for name, method in METHODS.items() if not (method.fock or "grid" in method.space)}


def test_a_note_names_the_parent_and_the_step_in_its_unit():
    """Catches: `1e-12`, and `method trajectories` that reads a word with its other parent."""
    assert "[run] dt = 1 ps is not read by method gksl with spike escape" in words("gksl", "escape")
    assert "[run] nonlinearity = kerr is not read by method trajectories with parent brownian" in words("trajectories")
