"""`[save] states` and `covariance`: kept by methods that have them, refused by name by those that do not."""

import pytest

import quspike as qs
from quspike.analysis.ladder.rungs import rung
from quspike.errors import InputError
from quspike.run.compile import compile_run

MEMBRANE = "C1 m 0 100fF\nR1 m 0 10kohm T=20mK"
TANK = f"{MEMBRANE} cutoff=1e12rad/s\nL1 m 0 10nH"


@pytest.mark.parametrize(
    ("method", "key", "circuit", "remedy"),
    [
        ("classical", "states", TANK, "a point of phase space .states: gksl, brownian, heom."),
        ("classical", "covariance", TANK, "a point of phase space .covariance: moments, gksl"),
        ("moments", "states", TANK, "covariance keeps it .states: gksl"),
        ("modes", "states", TANK, "circuit with its lines; .save. covariance keeps the"),
        ("trajectories", "states", TANK, "one of every trajectory"),
        ("brownian", "states", MEMBRANE, "no Fock basis: use wigner_times"),
    ],
)
def test_a_state_that_is_not_there_is_refused(method, key, circuit, remedy):
    """Catches: `[save]` read and ignored; the states of a free flux put into Fock space."""
    with pytest.raises(InputError, match=rf"\[save\] {key} must be false.*{remedy}"):
        compile_run(qs.Run(circuit=circuit, duration="1 ns", method=method, save={key: True}))


def test_other_rungs_and_the_classical_neuron_keep_what_they_have():
    """A comparison, and the twin beside a run, take what `[save]` asks of the run's own method. Catches a refusal."""
    run = qs.Run(circuit=TANK, duration="1 ns", method="gksl", save={"states": True, "covariance": True})
    kept = {name: rung(name).of(run).save for name in ("classical", "moments", "modes", "brownian")}
    assert [(s.states, s.covariance) for s in kept.values()] == [(0, 0), (0, 1), (0, 1), (1, 1)]
    assert compile_run(run, "classical").setup.save_states is False
