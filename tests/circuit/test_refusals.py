"""What is not a circuit is refused with the element, the line and the remedy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quspike.circuit import Circuit
from quspike.errors import InputError, NotAvailable

COILS = "L1 a 0 1nH\nL2 a 0 4nH\nL3 a 0 1nH\n"


def refusal(text):
    """The message with which `text` is refused."""
    with pytest.raises(InputError) as caught:
        Circuit(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("C1 a 0 1F", "C1 C must be written as 1e0F (farad) or 1fF (femto)"),
        ("C1 a 0 100", "C1 C must carry its unit: a capacitance in F, such as 100fF, but got 100"),
        ("C1 a 0 0fF", "C1 C must be > 0 F"),
        ("C1 a 0 1pH", "C1 C must be a capacitance in F"),
        ("C1 a 0", "C1 C must be given, such as C1 m 0 100fF"),
        ("C1 a", "C1 must read C… n+ n- <C>, such as C1 m 0 100fF, but got a"),
        ("C1 a 0 1fF 2fF", "C1 must read C…"),
        ("C1 a 0 1fF C=2fF", "C1 C must be given once"),
        ("C1 a a 1fF", "C1 must join two different nodes, but got a twice"),
        ("C1 a 0 1fF T=20mK", "C1 T is no key of card C"),
        ('C1 "a" 0 1fF', "C1 node must be named with letters"),
        ("L1 a 0 -1nH", "L1 L must be > 0 H, but got -1 nH"),
        ("R1 a 0 1k", "R1 R must be written as 1kohm (kilo)"),
        ("R1 a 0 1kohm t=3mK", "R1 t is no key of card R; did you mean T?"),
        ("R1 a 0 1kohm T=-1mK", "R1 T must be ≥ 0 K, but got -1 mK"),
        ("R1 a 0 1kohm T=3", "R1 T must carry its unit"),
        ("R1 a 0 1kohm cutoff=0rad/s", "R1 cutoff must be > 0 rad/s"),
        ("R1 a 0 1kohm cutoff=1e9/s", "R1 cutoff must be an angular frequency in rad/s or Hz (multiplied by 2π)"),
        ("R1 a 0 1kohm bath=drud", "R1 bath must be markov or drude or comb or ladder, but got drud"),
        ("R1 a 0 1kohm modes=2.5", "R1 modes must be a whole number"),
        ("R1 a 0 1kohm modes=0", "R1 modes must be ≥ 1"),
        ("MEM1 a 0 R_on=3ohm", "MEM1 model must be given"),
        ("MEM1 a 0 model=sigmod", "did you mean sigmoid?"),
        ("MEM1 a 0 model=hp Ron=3ohm", "MEM1 Ron is no key of card MEM; did you mean R_on?"),
        ("MEM1 a 0 model=hp R_on=0ohm", "MEM1 R_on must be > 0 ohm"),
        ("MEM1 a 0 model=hp R_on=3V", "MEM1 R_on must be a resistance"),
        ("MEM1 a 0 model=hp window=jog", "MEM1 window must be none or joglekar"),
        ("MEM1 a 0 model=sigmoid window=joglekar", "MEM1 window must be left out: model=sigmoid has no window"),
        ("MEM1 a 0 model=hp x0=3", "MEM1 x0 must be ≥ 0 and ≤ 1, but got 3"),
        ("MEM1 a 0 model=pershin_diventra R_min=3kohm R_max=1kohm", "MEM1 R_max must be > R_min"),
        ("MEM1 a 0 model=hp senses=flux", "MEM1 senses must be voltage or envelope"),
        ("JJ1 a 0", "JJ1 must have exactly one of Ic, EJ, Lj"),
        ("JJ1 a 0 Ic=1uA EJ=1GHz", "but got Ic and EJ"),
        ("JJ1 a 0 Ic=0A", "JJ1 Ic must be > 0 A"),
        ("JJ1 a 0 1uA", "JJ1 must read JJ… n+ n- Ic=|EJ=|Lj="),
        ("TL1 a 0 Z0=50ohm", "TL1 length must be given"),
        ("TL1 a 0 Z0=50ohm v=1e8m/s length=1mm", "TL1 of finite length takes the four nodes"),
        ("TL1 a 0 b 0 Z0=50ohm length=inf", "TL1 with length=inf is a one-port"),
        ("TL1 a 0 b 0 Z0=50ohm length=1mm", "TL1 v must be given for a line of finite length"),
        ("TL1 a 0 b b Z0=50ohm v=1m/s length=1mm", "TL1 must join two different nodes, but got b twice"),
        ("TL1 a 0 b Z0=50ohm length=inf", "TL1 must read TL…"),
        ("TL1 a 0 Z0=50ohm length=0m", "TL1 length must be > 0 m"),
        ("Y1 a 0", "Y1 file must be given"),
        ('Y1 a 0 file=""', "Y1 file must be a name"),
        ("I1 a 0", "I1 must have exactly one of value, drive, such as I1 0 m input, but got none"),
        ("I1 a 0 value=1nA drive=x", "but got value and drive"),
        ("I1 a 0 input 3nA", "I1 must read I… n+ n- <value>|<drive>"),
        ("I1 a 0 3V", "I1 value must be a current in A"),
        ("I1 a 0 1k", "I1 value must be written as 1kA (kilo)"),
        ("V1 a 0 inf", "V1 value must be a voltage in V"),
        ("M1 a 0 model=hp", "did you mean MEM?"),
        ("c1 a 0 1fF", "did you mean C?"),
        ("Q1 a b c", "element must begin with a card, C, L, K, JJ, R, MEM, TL, Y, I, V, FLUX, NG"),
        ("my neuron", "there is no title line"),
        ("100fF a 0", "element must be a name of letters"),
        (".tran 1ns 2ns", "directive must be .param, the only one there is, but got .tran"),
        ("=", "must have a key before and a value after each ="),
        ("C1 a 0 C=", "must have a key before and a value after each ="),
        ("C1 a 0 C==1fF", "must have a key before and a value after each ="),
        ("C1 a 0 {1fF", "must close its quotes and braces, but got {1fF"),
        ('Y1 a 0 file="x', "must close its quotes and braces"),
        ("C1 a 0 1\x00fF", "must be text without control characters"),
        ("C1 a 0 \x1b[31m", "must be text without control characters"),
        ("C1 a 0 " + "1" * 3000, "must have words of at most 1000 characters"),
    ],
)
def test_a_wrong_line_names_itself_and_the_remedy(line, said):
    message = refusal(f"* first\n\n{line}\nC9 a 0 1fF\nR9 a 0 1ohm")
    assert said in message
    assert "(line 3 of the netlist)" in message
    assert len(message) < 400


def test_a_law_that_is_yet_to_come_says_so():
    with pytest.raises(NotAvailable, match=r"MEM1 model is not available yet.*photonic \(line 1"):
        Circuit("MEM1 a 0 model=photonic\nC1 a 0 1fF")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (".param a=1k", ".param a must carry its SI unit, such as 1kohm (kilo)"),
        (".param a=1M", "1Mohm (mega) or 1mohm (milli)"),
        (".param a=1F", "1e0F (farad) or 1fF (femto)"),
        (".param a=x", ".param a must be a number with its SI unit"),
        (".param a=1furlong", "furlong is not in the list of units"),
        (".param a", ".param takes name=value"),
        (".param a=1V\n.param a=2V", ".param a must be defined once (line 1 of the netlist does)"),
        (".param 2a=1V", ".param must name its parameter with letters"),
        (".param a={b} b={a}", "parameter must not be defined through itself"),
        (".param a={a}", "parameter must not be defined through itself"),
        (".param a={1/(2-2)}", "a divisor must differ from zero"),
        (".param a={1e300*1e300}", "an expression must be a finite number"),
        (".param Cm=1pF\nC1 a 0 {cm}", "C1 parameter must be defined by .param; did you mean Cm?, but got cm"),
        ("C1 a 0 {1pF+1nH}", "C1 a sum must be of like quantities, but got 1pF and 1nH"),
        ("C1 a 0 {2*1nH}", "C1 C must be a capacitance in F, such as 100fF, but got {2*1nH}"),
        ("C1 a 0 {2}", "C1 C must be a capacitance"),
        ("C1 a 0 {1k*1fF}", "must carry its SI unit"),
        ("C1 a 0 {2**3}", "must be numbers and names joined by + - * / and ( ), but got *"),
        ("C1 a 0 {2 3}", "must be numbers and names joined by"),
        ("C1 a 0 {(2}", "but got its end"),
        ("C1 a 0 {}", "but got its end"),
        ("C1 a 0 {__import__('os')}", "must be numbers and names joined by"),
        ("C1 a 0 {" + "(" * 200 + "}", "must be at most 10 levels deep"),
        ("C1 a 0 {" + "1+" * 300 + "1}", "must have at most 400 characters"),
        (".param " + " ".join(f"p{i}={{p{i + 1}}}" for i in range(99)) + " p99=1fF", "nor 20 deep"),
        ("MEM1 a 0 model={2}", "MEM1 model"),
        ("+ C1 a 0 1fF", "must not begin with a + continuation"),
        (
            "C1 a 0 1fF\nC1 a 0 2fF",
            "C1 must be the only element of its name (line 1 has one), but got a second (line 2",
        ),
    ],
)
def test_wrong_parameters_expressions_and_names(lines, said):
    message = refusal(f"{lines}\nC8 a 0 1fF\nC9 a 0 1fF")
    assert said in message
    assert " of the netlist)" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "circuit must have at least one element"),
        ("* only a comment", "circuit must have at least one element"),
        ("C1 m 0 1fF", "node m must join two elements at least, but got C1 alone (line 1"),
        ("C1 m 0 1fF\nI1 0 m in\nR1 m x 1ohm", "node x must join two elements at least, but got R1 alone (line 3"),
        ("C1 m 0 1fF\nNG1 m 0.5", "node m must join two elements at least, but got C1 alone"),
        ("C1 a b 1fF\nC2 a b 1fF", "node a must have a path to ground, node 0, but got an island of a, b (line 1"),
        ("C1 a 0 1fF\nC2 a 0 1fF\nL1 x y 1nH\nC3 x y 1fF", "node x must have a path to ground"),
        ("V1 a 0 1V\nV2 0 a drive\nC1 a 0 1fF", "V2 must close no loop of voltage sources"),
        (f"{COILS}K1 L1 L9 k=0.3", "K1 must name an element of card L (inductor)"),
        (f"{COILS}C1 a 0 1fF\nK1 L1 C1 k=0.3", "K1 must name an element of card L (inductor)"),
        (f"{COILS}K1 L1 L1 k=0.3", "K1 must name two different inductors, but got L1 twice"),
        (f"{COILS}K1 L1 L2 k=1", "K1 k must be > -1 and < 1, but got 1"),
        (f"{COILS}K1 L1 L2 M=-2nH", "K1 M must be between −√(L1 L2) and √(L1 L2), but got M/√(L1 L2) = -1"),
        (f"{COILS}K1 L1 L2", "K1 must have exactly one of k, M"),
        (f"{COILS}K1 L1", "K1 must read K… L1 L2 k=|M="),
        (f"{COILS}K1 L1 L2 k=0.1\nK2 L2 L1 k=0.2", "K2 must not repeat K1 (line 4)"),
        (
            f"{COILS}K1 L1 L2 k=-.6\nK2 L1 L3 k=-.6\nK3 L2 L3 k=-.6",
            "K3 must leave the inductance of L1, L2, L3 positive",
        ),
        ("JJ1 m 0 Ic=1uA\nC1 m 0 1fF\nFLUX1 JJ1 0.25Phi0", "FLUX1 must name a junction that closes a loop"),
        ("JJ1 m 0 Ic=1uA\nL1 m 0 1nH\nFLUX1 JJ2 0.25Phi0", "FLUX1 must name an element of card JJ"),
        ("JJ1 m 0 Ic=1uA\nL1 m 0 1nH\nFLUX1 L1 0.25Phi0", "FLUX1 must name an element of card JJ"),
        ("JJ1 m 0 Ic=1uA\nL1 m 0 1nH\nFLUX1 JJ1 0.25", "FLUX1 value must carry its unit: a flux in Wb or Phi0"),
        ("JJ1 m 0 Ic=1uA\nL1 m 0 1nH\nFLUX1 JJ1 a\nFLUX2 JJ1 b", "FLUX2 must not repeat FLUX1 (line 3)"),
        ("JJ1 m 0 Ic=1uA\nC1 m 0 1fF\nNG1 n 0.25", "NG1 must name a node of another element"),
        ("JJ1 m 0 Ic=1uA\nC1 m 0 1fF\nNG1 0 0.25", "NG1 must name a node of another element"),
        ("JJ1 m 0 Ic=1uA\nC1 m 0 1fF\nNG1 m 0.25\nNG2 m 1", "NG2 must not repeat NG1"),
        ("JJ1 m 0 Ic=1uA\nC1 m 0 1fF\nNG1 m 1fC", "NG1 value must be a plain number"),
    ],
)
def test_elements_that_make_no_circuit_together(text, said):
    assert said in refusal(text)


def test_couplings_that_coils_can_have_are_kept():
    """Three coils wound the same way may all couple by 0.6; against each other (k = −0.6) they may not: 1 + 2k > 0."""
    Circuit(f"{COILS}K1 L1 L2 k=.6\nK2 L1 L3 k=.6\nK3 L2 L3 M=1.2nH")
    Circuit(f"{COILS}K1 L1 L2 k=-.49\nK2 L1 L3 k=-.49\nK3 L2 L3 k=-.49")
    refusal(f"{COILS}K1 L1 L2 k=-.51\nK2 L1 L3 k=-.51\nK3 L2 L3 k=-.51")


def test_legal_circuits_of_several_nodes():
    gate = Circuit("V1 g 0 gate\nCg g m 1fF\nC1 m 0 10fF\nR1 m 0 1kohm")
    assert gate.nodes == ("g", "m")
    capacitors_alone = Circuit("V1 g 0 1mV\nC1 g a 1fF\nC2 a b 1fF\nC3 b 0 1fF")
    assert capacitors_alone.nodes == ("g", "a", "b")
    loop = Circuit("JJ1 a 0 Ic=1uA\nJJ2 b 0 Ic=1uA\nL1 a b 10pH\nFLUX1 JJ1 bias")
    assert loop.drive_names() == ("bias",)
    assert Circuit("V1 a 0 1V\nV2 b a 1V\nC1 a 0 1fF\nC2 b 0 1fF").nodes == ("a", "b")


def test_a_constant_is_not_a_drive():
    assert Circuit("I1 0 m 0.6nA\nI2 0 m a\nV1 m 0 b\nI3 0 m a").drive_names() == ("a", "b")


@pytest.mark.parametrize("text", [None, 5, b"C1 a 0 1fF", ["C1 a 0 1fF"], "x" * 4_000_001, "\n" * 4_000_001])
def test_what_is_no_netlist_is_bad_input(text):
    assert len(refusal(text)) < 200


WORDS = [
    "C1",
    "R1",
    "MEM1",
    "K1",
    "m",
    "0",
    "1fF",
    "1ohm",
    "=",
    "{",
    "}",
    "{1fF*2}",
    '"',
    ";",
    "+",
    "*",
    "\n",
    ".param",
]


@given(
    st.lists(st.sampled_from([*WORDS, "model", "hp", "k", "T", "L1", "FLUX1", "JJ1"]), max_size=20).map(" ".join)
    | st.text()
)
def test_any_text_is_a_circuit_or_an_input_error(text):
    try:
        circuit = Circuit(text)
    except InputError:
        return
    assert Circuit(circuit.netlist()) == circuit
