"""Words of a run that its method does not read are said, and those that it reads are not."""

import pytest

import quspike as qs
from quspike.run.unread import unread

CIRCUIT = "C1 m 0 100fF\nL1 m 0 10nH\nJJ1 m 0 Ic=15nA\nR1 m 0 6kohm T=0.2K\nI1 0 m 0A"
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


def test_a_note_names_the_parent_and_the_step_in_its_unit():
    """Catches: `1e-12`, and `method trajectories` that reads a word with its other parent."""
    assert "[run] dt = 1 ps is not read by method gksl with spike escape" in words("gksl", "escape")
    assert "[run] nonlinearity = kerr is not read by method trajectories with parent brownian" in words("trajectories")
