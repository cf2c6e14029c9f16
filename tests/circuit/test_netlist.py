"""A netlist says one circuit: by every card, by parameters and expressions, and as a value in Python."""

import copy
import pickle

import pytest
from scipy import constants

from quspike.circuit import Circuit, card_table_markdown, law_of
from quspike.circuit.cards import CARDS, card_of
from quspike.errors import InputError

ADAPTING = """
* the adapting neuron
C1   m 0 100fF            ; membrane
MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm
* comments may stand between the parts of an element
+        phi_c=1.5pWb phi_s = 0.4pWb
+        T=20mK cutoff=1e12rad/s
I1   0 m input
"""


def near(value, rel=1e-14):
    """Relative only: pytest's absolute 1e-12 would let any joule or weber of a circuit pass."""
    return pytest.approx(value, rel=rel, abs=0)


def test_the_adapting_neuron_reads_in_si():
    circuit = Circuit(ADAPTING)
    assert [element.name for element in circuit.elements] == ["C1", "MEM1", "I1"]
    assert circuit.nodes == ("m",)
    assert circuit.drive_names() == ("input",)
    assert circuit.element("C1").params == {"C": 100e-15}
    assert circuit.element("C1").line == 3
    assert circuit.element("I1").nodes == ("0", "m")
    assert circuit.element("MEM1").params == {
        "model": "sigmoid",
        "senses": "voltage",
        "T": 20e-3,
        "cutoff": 1e12,
        "R_on": 10e3,
        "R_off": 100e3,
        "phi_c": 1.5e-12,
        "phi_s": 0.4e-12,
    }
    assert repr(circuit) == "Circuit(3 elements on m)"


@pytest.mark.parametrize(
    ("line", "params"),
    [
        ("C1 a 0 C=2pF", {"C": 2e-12}),
        ("L1 a 0 10nH", {"L": 10e-9}),
        ("R1 a 0 50ohm bath=comb modes=40", {"R": 50.0, "bath": "comb", "modes": 40}),
        ("R1 a 0 50ohm T=0K cutoff=1GHz", {"R": 50.0, "T": 0.0, "cutoff": 2e9 * constants.pi}),
        ("JJ1 a 0 Ic=1uA", {"EJ": 1e-6 * constants.hbar / (2 * constants.e)}),
        ("JJ1 a 0 EJ=10GHz C=1fF", {"EJ": 10e9 * constants.h, "C": 1e-15}),
        ("JJ1 a 0 Lj=10nH", {"EJ": (constants.hbar / (2 * constants.e)) ** 2 / 10e-9}),
        ("TL1 a 0 Z0=50ohm length=inf", {"Z0": 50.0, "length": float("inf")}),
        ("TL1 a 0 b 0 Z0=50ohm v=1e8m/s length=3mm", {"Z0": 50.0, "v": 1e8, "length": 3e-3}),
        ('Y1 a 0 file="my table; 2.csv" T=10mK', {"file": "my table; 2.csv", "T": 10e-3}),
        ("I1 a 0 -0.6nA", {"value": -0.6e-9}),
        ("I1 a 0 {3*2pA}", {"value": 6e-12}),
        ("I1 a 0 drive=input", {"drive": "input"}),
        ('I1 a 0 "2nd drive"', {"drive": "2nd drive"}),
        ("V1 a 0 2mV", {"value": 2e-3}),
        ("V1 a 0 gate", {"drive": "gate"}),
        ("MEM1 a 0 model=hp window=biolek x0=0.5 p=3", {"model": "hp", "window": "biolek", "x0": 0.5, "p": 3.0}),
    ],
)
def test_each_card_by_hand(line, params):
    """Catches: a factor 2π between φ0 and Φ0 in a junction; Hz of a cutoff taken for rad/s."""
    element = Circuit(f"{line}\nC9 a b 1fF\nC8 b 0 1fF\nC7 a 0 1fF").elements[0]
    found = {key: element.params[key] for key in params}
    assert found == {k: v if isinstance(v, str | int) else near(v) for k, v in params.items()}
    if element.card != "MEM":
        assert set(element.params) == set(params)


def test_flux_offset_charge_and_coupling_refer_to_others_in_any_order():
    circuit = Circuit("""
        FLUX1 JJ1 0.25Phi0
        NG1 a -0.5
        K1 L1 L2 M=20pH
        JJ1 a 0 Ic=1uA
        L1 a 0 1nH
        L2 a 0 1nH
    """)
    flux, charge, coupling = circuit.elements[:3]
    assert flux.nodes == coupling.nodes == ()
    assert flux.params["target"] == "JJ1"
    assert flux.params["value"] == near(0.25 * constants.h / (2 * constants.e))
    assert (charge.nodes, charge.params) == (("a",), {"value": -0.5})
    assert coupling.params == {"L1": "L1", "L2": "L2", "M": 20e-12}


@pytest.mark.parametrize(
    ("name", "card"),
    [
        ("MEM1", "MEM"),
        ("JJ1", "JJ"),
        ("TLx", "TL"),
        ("NG1", "NG"),
        ("FLUX1", "FLUX"),
        ("L", "L"),
        ("CAP", "C"),
        ("Ix", "I"),
    ],
)
def test_the_card_is_the_longest_prefix(name, card):
    assert card_of(name).prefix == card


@pytest.mark.parametrize("name", ["M1", "J1", "Q1", "mem1", "c1", "N1", "F1", "_C"])
def test_no_other_letters_are_cards(name):
    assert card_of(name) is None


def test_every_example_of_the_table_parses_to_its_own_card():
    """The examples are what error messages and documentation show."""
    surroundings = {
        "K": "L1 m 0 1nH\nL2 m 0 1nH",
        "FLUX": "JJ1 m 0 Ic=1uA\nL1 m 0 1nH",
        "NG": "C8 island 0 1fF\nC9 island 0 1fF",
    }
    for card in CARDS.values():
        around = surroundings.get(card.prefix, "C8 m 0 1fF\nR9 g 0 1ohm")
        node = card.example.split()[1]
        extra = "" if card.prefix in surroundings else f"\nR8 m 0 1ohm\nC9 {'m' if node == 'm' else 'g'} 0 1fF"
        extra += "\nC7 g 0 1fF" if extra else ""
        assert Circuit(f"{card.example}\n{around}{extra}").elements[0].card == card.prefix


def test_parameters_stand_for_values_in_any_order():
    circuit = Circuit("""
        R1 a 0 {tau/Cm} T={T}
        C1 a 0 {Cm/2 + 0.5*(Cm + 2fF) - 1fF}
        .param tau={2*half} T=20mK
        + half = 1ns
        .param Cm=100fF
        I1 0 a {-3*1nA}
        R2 a 0 1ohm cutoff={1GHz}
    """)
    assert circuit.element("R1").params == {"R": near(2e-9 / 100e-15), "T": 0.02}
    assert circuit.element("C1").params["C"] == near(100e-15)
    assert circuit.element("I1").params["value"] == near(-3e-9)
    assert circuit.element("R2").params["cutoff"] == near(2e9 * constants.pi)
    assert Circuit(".param C=3pF\nC1 a 0 {C}\nC2 a 0 3pF").element("C1").params["C"] == 3e-12


def test_arithmetic_binds_as_everybody_expects():
    """Catches: right-associative − or /, + before *."""
    for text, value in [
        ("8-3-2", 3),
        ("8/4/2", 1),
        ("2+3*4", 14),
        ("-2*-3", 6),
        ("2*(3+4)", 14),
        ("-(1+2)", -3),
        ("1e1-1", 9),
    ]:
        circuit = Circuit(f"C1 a 0 1fF\nC2 a 0 1fF\nNG1 a {{{text}}}")
        assert circuit.element("NG1").params["value"] == value


def test_a_circuit_is_a_value():
    circuit = Circuit(ADAPTING)
    assert pickle.loads(pickle.dumps(circuit)) == circuit == copy.deepcopy(circuit)
    assert {circuit: 1}[Circuit(circuit.netlist())] == 1
    assert circuit != Circuit(ADAPTING.replace("100fF", "101fF"))
    with pytest.raises(AttributeError):
        circuit.elements = ()
    with pytest.raises(TypeError):
        circuit.elements[0].params["C"] = 1.0


def test_elements_are_found_by_name_and_card():
    circuit = Circuit(ADAPTING)
    assert [element.name for element in circuit.of("MEM", "C")] == ["C1", "MEM1"]
    with pytest.raises(InputError, match=r"did you mean MEM1\?"):
        circuit.element("Mem1")
    with pytest.raises(InputError, match="is not in the table"):
        circuit.of("Q")


def test_the_law_of_a_memristor_keeps_its_choices():
    """Catches: a law rebuilt from `model` alone, which forgets the window."""
    text = "MEM1 a 0 model=vteam window=biolek resistance=exponential\nC1 a 0 1fF"
    law = law_of(Circuit(text).element("MEM1"))
    assert (law.name, law.window, law.resistance) == ("vteam", "biolek", "exponential")


def test_replace_changes_one_element():
    circuit = Circuit(ADAPTING)
    warm = circuit.replace("MEM1", T="50mK", R_on=2e3)
    assert warm.element("MEM1").params == {**circuit.element("MEM1").params, "T": 0.05, "R_on": 2e3}
    assert warm.of("C", "I") == circuit.of("C", "I")
    assert circuit.element("MEM1").params["T"] == 0.02
    assert circuit.replace("I1", value=1e-9).element("I1").params == {"value": 1e-9}
    law = circuit.replace("MEM1", model="hp", window="joglekar").element("MEM1").params
    assert (law["R_on"], law["T"], law["p"]) == (100.0, 0.02, 1.0)
    junction = Circuit("JJ1 a 0 EJ=1GHz\nC1 a 0 1fF").replace("JJ1", Ic="1uA").element("JJ1")
    assert junction.params["EJ"] == near(1e-6 * constants.hbar / (2 * constants.e))


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("MEM1", {"Temp": "3K"}, "is no key"),
        ("MEM1", {"T": "3"}, "MEM1 T must carry its unit"),
        ("MEM1", {"T": -1.0}, "must be ≥ 0 K"),
        ("C2", {"C": 1.0}, "known: C1, MEM1, I1"),
    ],
)
def test_replace_refuses_what_a_netlist_would(name, values, said):
    with pytest.raises(InputError) as caught:
        Circuit(ADAPTING).replace(name, **values)
    assert said in str(caught.value)


def test_a_file_is_read_as_text_and_named_in_errors(tmp_path):
    good, bad = tmp_path / "neuron.cir", tmp_path / "bad.cir"
    good.write_bytes(b"\xef\xbb\xbf" + ADAPTING.encode())
    assert Circuit.from_file(good) == Circuit(ADAPTING)
    bad.write_text("\nC1 a 0 1F")
    with pytest.raises(InputError, match=r"line 2 of bad\.cir"):
        Circuit.from_file(bad)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00C1", b"C1 a 0 1\x00fF", b"\x89PNG\r\n\x1a\n", b"x" * 5_000_000, None]
)
def test_what_is_no_netlist_file_is_bad_input(tmp_path, content):
    path = tmp_path / "circuit.cir"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        Circuit.from_file(path)
    assert "circuit.cir" in str(caught.value)
    with pytest.raises(InputError):
        Circuit.from_file(tmp_path)


def test_the_documentation_shows_every_card_and_key():
    table = card_table_markdown()
    for card in CARDS.values():
        assert f"| `{card.prefix}` | {card.element} |" in table
        assert all(f"| `{key.name}` |" in table for key in card.keys)
    assert len({line.replace("\\|", "").count("|") for line in table.splitlines() if line.startswith("|")}) == 1
