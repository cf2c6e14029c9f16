"""A netlist loses no bit on its way to normal form and back, and neither the order of lines nor layout is part of it.

The random circuits have a capacitor and an inductor from each node to ground, and more between the nodes.
"""

from hypothesis import given
from hypothesis import strategies as st

from quspike.circuit import Circuit

PREFIX = st.sampled_from(["f", "p", "n", "u", "m"])
NUMBER = st.decimals(min_value="0.001", max_value=999, places=3).map(lambda d: f"{d:f}")


def value(unit):
    """A positive number with a prefix, such as `3.250pF`."""
    return st.builds(lambda number, prefix: f"{number}{prefix}{unit}", NUMBER, PREFIX)


dissipation = st.one_of(
    st.just(""),
    st.builds(
        lambda t, bath: f" T={t}mK cutoff=1e12rad/s bath={bath}",
        st.integers(0, 300),
        st.sampled_from(["markov", "drude", "comb", "ladder"]),
    ),
)
memristor = st.sampled_from(
    [
        "model=sigmoid R_on=10kohm phi_c=1.5pWb",
        "model=hp window=joglekar p=2 x0=0.3",
        "model=vteam resistance=exponential v_off=30mV",
        "model=pershin_diventra R_min=2kohm",
        "model=yakopcic senses=envelope",
    ]
)
source = st.one_of(st.sampled_from(["input", "other_drive", "Drive2"]), value("A"))

BRANCHES = {
    "C": value("F"),
    "L": value("H"),
    "R": st.builds(lambda r, d: f"{r}ohm{d}", NUMBER, dissipation),
    "JJ": st.one_of(value("A").map("Ic={}".format), value("H").map("Lj={} C=2fF".format), st.just("EJ=12GHz")),
    "MEM": st.builds(lambda m, d: m + d, memristor, dissipation),
    "TL": st.builds(lambda z, d: f"Z0={z}ohm length=inf{d}", NUMBER, dissipation),
    "Y": dissipation.map("file=table.csv{}".format),
    "I": source,
}


@st.composite
def netlist_lines(draw):
    """Lines of a legal netlist, one element each."""
    nodes = draw(
        st.lists(st.from_regex(r"[A-Za-z1-9_][\w.]{0,4}", fullmatch=True), min_size=1, max_size=4, unique=True)
    )
    lines = []
    for i, node in enumerate(nodes):
        lines += [f"C{i} {node} 0 {draw(value('F'))}", f"L{i} {node} 0 {draw(value('H'))}"]
    for i in range(draw(st.integers(0, 6))):
        card = draw(st.sampled_from(sorted(BRANCHES)))
        one, other = draw(st.sampled_from(nodes)), draw(st.sampled_from(["0", *nodes]))
        if one != other:
            lines.append(f"{card}x{i} {one} {other} {draw(BRANCHES[card])}")
    if draw(st.booleans()):
        lines += [f"JJz {nodes[0]} 0 Ic=1uA", f"FLUX1 JJz {draw(st.sampled_from(['0.25Phi0', 'sweep', '-1fWb']))}"]
    if draw(st.booleans()):
        lines.append(f"NG1 {nodes[-1]} {draw(st.sampled_from(['0.25', '-3', 'gate']))}")
    if len(nodes) > 1 and draw(st.booleans()):
        lines.append(f"K1 L0 L1 {draw(st.sampled_from(['k=0.3', 'k=-0.999', 'M=0pH']))}")
    return lines


@given(netlist_lines())
def test_the_normal_form_parses_back_to_an_equal_circuit(lines):
    """Catches: any value that is written with fewer digits, any key that is lost."""
    circuit = Circuit("\n".join(lines))
    again = Circuit(circuit.netlist())
    assert again == circuit
    assert hash(again) == hash(circuit)
    assert again.nodes == circuit.nodes
    assert again.netlist() == circuit.netlist()


@given(netlist_lines(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_only_the_order_of_elements(lines, random):
    shuffled = lines.copy()
    random.shuffle(shuffled)
    one, other = Circuit("\n".join(lines)), Circuit("\n".join(shuffled))
    assert set(one.elements) == set(other.elements)
    assert set(one.nodes) == set(other.nodes)


@given(netlist_lines(), st.data())
def test_layout_changes_nothing(lines, data):
    """Comments, blank lines, tabs, continuation and Windows line ends are not part of the circuit."""
    spread = []
    for line in lines:
        words = line.split(" ")
        cut = data.draw(st.integers(1, len(words)))
        spread += ["* note", "\t".join(words[:cut]) + " ; note", "  + " + "  ".join(words[cut:]), ""]
    assert Circuit("\r\n".join(spread)) == Circuit("\n".join(lines))
