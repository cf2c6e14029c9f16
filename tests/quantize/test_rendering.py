"""A quantized circuit as text, LaTeX and JSON, in a notebook and on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser

import quspike as qs
from quantize.circuits import ADAPTING, EVERYTHING, QUANTUM, near
from quspike.cli.program import run_program
from quspike.quantize.report.latex_formula import LatexFormula
from quspike.quantize.report.render_latex import every_formula
from quspike.quantize.report.text_formula import TextFormula

LOSSLESS = "C_1 m 0 1fF\nL1 m 0 1nH\nI1 0 m input"
NAMES = "C1 m 0 1fF\nC_od_1_ m 0 1fF\nMEM_a_ m 0 model=vteam\nR m 0 1kohm"
EACH = pytest.mark.parametrize("netlist", [ADAPTING, QUANTUM, EVERYTHING, LOSSLESS, NAMES])


def test_the_text_reads_like_a_textbook():
    """The lines of the adapting neuron, as one would write them. Catches: a sign, factor or letter lost in print."""
    text = str(qs.quantize(ADAPTING))
    for line in (
        "Baseband neuron on node m: V = q/C is the membrane; it leaks at the rate κ",
        "  L  = ½ C φ̇² + I_in(t) φ",
        "  q  = ∂L/∂φ̇ = C φ̇",
        "  H_S  = q²/2C − I_in(t) φ",
        "  H    = H_S + Σ_m [q_m²/2C_m + (F(φ) − φ_m)²/2L_m]",
        "  [φ, q] = iħ,  [φ_m, q_m] = iħ",
        "    F(φ)    = √Z₀ ∫₀^φ √W(φ′) dφ′",
        "    W(φ)    = 1/R_off + (1/R_on − 1/R_off)/(1 + exp(−(φ − φ_c)/φ_s))",
        "    J(ω)    = ω ω_c²/(Z₀ (ω² + ω_c²))",
        "    counter-term ω_c F(φ)²/2Z₀, contained in H",
        "  I_MEM1   = F′(φ) I₀                      the line's current, as the node feels it",
        "  İ₀       = ω_c (F′(φ) V/Z₀ − I₀ − ξ(t))  the line, with cutoff and noise (½{F′, V})",
    ):
        assert f"{line}\n" in text, line


def test_every_element_shows_in_the_text_of_a_large_circuit():
    """Catches: a term of several elements that is printed as one of them."""
    text = str(qs.quantize(EVERYTHING))
    assert "H_S  = (q − C_g V_g(t))²/2C_Σ + φ²/2L − E_J cos(φ/φ₀) − I_in,1 φ + I_in,2(t) φ" in text
    assert "C_Σ  = C₁ + C_J + C_g" in text
    assert "Resonator neuron" in text
    assert all(name in text for name in ("R1", "R2", "MEM1", "MEM2", "MEM3", "MEM4", "Cg V1"))


@pytest.mark.parametrize(
    ("formula", "text", "latex"),
    [
        ("-x/(2*y)", "−x/2y", r"-\frac{x}{2y}"),
        ("x/2 - y", "½ x − y", r"\frac{1}{2}\, x - y"),
        ("(x - y)**2/(x*y)", "(x − y)²/(x y)", r"\frac{(x - y)^{2}}{x\, y}"),
        ("(x + y)/(x - y)", "(x + y)/(x − y)", r"\frac{x + y}{x - y}"),
        ("1/sqrt(x*y)", "1/√(x y)", r"\frac{1}{\sqrt{x\, y}}"),
        ("exp(-x/y)", "exp(−x/y)", r"e^{-\frac{x}{y}}"),
        ("-3*x/4", "−3x/4", r"-\frac{3x}{4}"),
        ("cos(x/y)/y", "cos(x/y)/y", r"\frac{\cos\left(\frac{x}{y}\right)}{y}"),
        ("x**-2", "1/x²", r"\frac{1}{x^{2}}"),
        ("x**y", "x^(y)", "x^{y}"),
        ("-x - y", "−x − y", "-x - y"),
        ("x*(y - x)", "x (y − x)", r"x\, (y - x)"),
    ],
)
def test_formulas_keep_their_meaning_in_print(formula: str, text: str, latex: str):
    """Brackets, signs and fraction lines where they belong. Catches: (x − y)² printed as x − y², 1/(xy) as 1/x y."""
    expression = sp.sympify(formula, locals={"x": sp.Symbol("x", positive=True), "y": sp.Symbol("y", positive=True)})
    assert TextFormula()(expression) == text
    assert LatexFormula(hats=False)(expression) == latex


@EACH
def test_every_latex_formula_can_be_set(netlist: str):
    """Each through matplotlib's own TeX parser. Catches: an unbalanced brace, a bare underscore, an unknown command."""
    circuit = qs.quantize(netlist)
    parser = MathTextParser("agg")
    for formula in every_formula(circuit):
        parser.parse(f"${formula}$")
    document = circuit.to_latex()
    assert document.count(r"\begin{align*}") == document.count(r"\end{align*}") > 3
    assert document.count("{") == document.count("}")


@EACH
def test_a_notebook_typesets_the_hamiltonian(netlist: str):
    """Displays alone, no environment that only LaTeX itself knows, no letter defined twice.

    Catches: a `$$` that is not closed, two memristors that share the letters of their closed form.
    """
    shown = qs.quantize(netlist)._repr_latex_()
    displays = [part.strip() for part in shown.split("$$")]
    assert len(displays) % 2 == 1
    assert all(part == "" for part in displays[::2])
    assert displays[1].startswith(r"\hat{H}_{\mathrm{S}} = ")
    assert "begin" not in shown
    parser = MathTextParser("agg")
    for part in displays[1::2]:
        parser.parse(f"${part}$")
    letters = [part.partition(" = ")[0] for part in displays[-2].split(r",\quad ")]
    assert len(letters) == len(set(letters))


@EACH
def test_json_holds_what_the_attributes_hold(netlist: str):
    """Catches: infinities that no JSON reader takes, an expression that sympy cannot read back, a bath left out."""
    circuit = qs.quantize(netlist)
    read = json.loads(circuit.to_json(), parse_constant=lambda word: pytest.fail(word))
    assert qs.Circuit(read["netlist"]) == circuit.circuit
    known = circuit.symbols | {"t": sp.Symbol("t", real=True)}
    names = {e.func.__name__ for e in circuit.hamiltonian.atoms(sp.core.function.AppliedUndef)}
    known |= {name: sp.Function(name, real=True) for name in names}
    assert sp.simplify(sp.sympify(read["hamiltonian"]["expression"], locals=known) - circuit.hamiltonian) == 0
    terms = [sp.sympify(term["expression"], locals=known) for term in read["hamiltonian"]["terms"]]
    assert sp.Add(*terms) == circuit.hamiltonian
    assert [bath["element"] for bath in read["baths"]] == [bath.element for bath in circuit.baths]
    assert [bath["impedance"] for bath in read["baths"]] == [bath.impedance for bath in circuit.baths]
    values = {name: entry["value"] for name, entry in read["symbols"].items() if entry["value"] is not None}
    assert {circuit.symbols[name]: value for name, value in values.items()} == circuit.values
    assert len(read["equations_of_motion"]) == len(circuit.equations_of_motion)


def test_numbers_never_wait_for_sympy():
    """Catches: an `import sympy` on the way to the numbers, and a room that hides the verb of its name."""
    code = (
        f"import sys, quspike.quantize.membrane, quspike as qs\ncircuit = qs.quantize({ADAPTING!r})\n"
        "circuit.baths, circuit.modes, circuit.zero_point, circuit.validity, circuit.numbers, repr(circuit)\n"
        "print('sympy' in sys.modules)\ncircuit.hamiltonian\nprint('sympy' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["False", "True"]


def status_of(*words: object) -> int:
    return run_program([str(word) for word in words])


def test_the_command_takes_netlists_and_run_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Catches: a netlist file read as TOML, a run file's own initial memory forgotten."""
    netlist, run_file = tmp_path / "neuron.cir", tmp_path / "neuron.toml"
    netlist.write_text(ADAPTING, encoding="utf-8")
    assert status_of("quantize", netlist) == 0
    assert capsys.readouterr().out == f"{qs.quantize(ADAPTING)}\n"
    run_file.write_text(
        f'schema = 1\ncircuit = """{ADAPTING}"""\n'
        '[drive.input]\nkind = "step"\namplitude = "1 nA"\n'
        '[initial]\nmemory = { MEM1 = "1 pWb" }\n'
        '[run]\nmethod = "classical"\nduration = "1 ns"\nsave_every = "1 ns"\n',
        encoding="utf-8",
    )
    assert status_of("quantize", run_file, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["symbols"]["x_0"]["value"] == near(1e-12)
    assert status_of("quantize", netlist, "--format", "latex") == 0
    assert capsys.readouterr().out == qs.quantize(ADAPTING).to_latex() + "\n"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["missing.cir"], "missing.cir"),
        (["missing.toml"], "missing.toml"),
        (["neuron.cir", "--draw", "out.bmp"], "draw"),
        (["neuron.cir", "--format", "html"], "--format"),
    ],
)
def test_bad_calls_of_the_command_are_one_line(
    words: list[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    Path("neuron.cir").write_text(ADAPTING, encoding="utf-8")
    assert status_of("quantize", *words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert named in said.err
    assert list(tmp_path.iterdir()) == [tmp_path / "neuron.cir"]
