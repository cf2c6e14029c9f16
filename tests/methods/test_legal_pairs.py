"""The table of legal combinations is what the code accepts."""

import pytest

import quspike as qs
from quspike.methods.documentation import method_table_markdown
from quspike.methods.registry import METHODS, TOGETHER, legal_spikes
from quspike.run.simulate import quiet_run

MEMRISTOR = "MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.4pWb T=20mK cutoff=1e12rad/s"
NETLISTS = {
    "baseband": f"C1 m 0 100fF\n{MEMRISTOR}\nI1 0 m 0.1nA",
    "resonator": f"C1 m 0 100fF\nL1 m 0 10nH\n{MEMRISTOR}\nI1 0 m 0.1nA",
}
DETECTORS = {
    "expectation": {},
    "record": {"record": {"filter": "1 ns"}},
    "escape": {"escape": {"rate": "1e9/s", "width": "1 uV"}},
    "coherent": {"coherent": {"bin": "0.1 ns", "width": "1 uV"}},
}


def run_of(method, memory, spike, kind):
    turns = method == "brownian" and spike == "escape"  # a quadrature, in a frame that does not
    seen = {"membrane": "quadrature"} if kind == "resonator" and not turns else {}
    netlist, drives = NETLISTS[kind], {}
    carried = kind == "resonator" and spike == "escape" and not turns
    if spike == "coherent" or carried:  # which see the frame of a drive
        netlist, drives = netlist.replace("0.1nA", "tone"), {"tone": qs.Step("0.1 nA", envelope_of="5 GHz")}
    if spike == "coherent":  # a mean field is refused beside a memristor
        netlist = netlist if memory == "operator" else netlist.replace(MEMRISTOR, "R1 m 0 300kohm T=20mK")
    measured = {"measurement": {"strength": "1e8/s"}} if memory == "measured" or spike == "record" else {}
    threshold = "20 uV" if spike == "escape" else "200 uV"  # to which a click's levels reach
    neuron = qs.Neuron("m", v_threshold=threshold, spike=spike, **seen, **DETECTORS[spike])
    if method == "trajectories" and measured:  # counters beside a record have no pure state
        measured["unravelling"] = "diffusion"
    given = measured | {"drives": drives}
    return qs.Run(circuit=netlist, neuron=neuron, method=method, memory=memory, duration="0.2 ns", **given)


def compiles(run):
    """True for a run that nothing refuses."""
    try:
        qs.compile(run)
    except qs.InputError:
        return False
    return True


SLOW = {"modes": pytest.mark.slow}  # whose modes are searched for
KINDS = [
    pytest.param(name, kind, marks=SLOW.get(name, ()))
    for name, m in METHODS.items()
    for kind in NETLISTS
    if kind in m.circuits
]


@pytest.mark.parametrize(("method", "kind"), KINDS)
def test_what_compiles_is_what_the_table_says(method, kind):
    """Every memory with every spike, of one node. Catches: a pair that the table of methods promises and the code
    refuses, or one that it leaves out."""
    for memory in TOGETHER:
        accepted = [spike for spike in DETECTORS if compiles(run_of(method, memory, spike, kind))]
        assert accepted == list(legal_spikes(METHODS[method], memory, kind))


DETECTED = [
    (name, kind, memory, spike)
    for name, m in METHODS.items()
    for kind in NETLISTS
    for memory in TOGETHER
    for spike in legal_spikes(m, memory, kind)
    if spike != "expectation" or memory == "measured"
]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "kind", "memory", "spike"), DETECTED)
def test_what_compiles_runs(method, kind, memory, spike):
    """Every legal pair with a detector, for 0.2 ns. Catches: a refusal that `quspike check` does not know of."""
    quiet_run(run_of(method, memory, spike, kind).replace(trajectories=2, classical=False))


def test_the_printed_table_has_pairs():
    """Catches: memories and spikes in columns of their own, of which a reader takes the product."""
    table = method_table_markdown()
    assert "| `brownian` | `mean_field` | `expectation`, `escape` | `expectation`, `escape` | — |" in table
    assert "| `brownian` | `operator` | `expectation` | `expectation`, `escape` | — |" in table


def test_a_remedy_leads_to_a_method_that_runs():
    """Catches: `use moments` for clicks, which moments refuses in its turn."""
    with pytest.raises(qs.InputError, match="no inductor or junction: use brownian, but"):
        qs.compile(run_of("gksl", "mean_field", "escape", "baseband"))
