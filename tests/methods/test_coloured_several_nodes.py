"""Drude lines and tables in circuits of several nodes: quantum noise against fluctuation and dissipation, one node
against its own machine, a table against the network that it was computed from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import jax
import numpy as np
import pytest

import quspike as qs
from quspike.constants import k_B
from quspike.errors import InputError
from quspike.quantize import system as systems
from quspike.quantize.numbers.equilibrium import fluctuations
from quspike.run import compile as compiling
from quspike.run.compile import compile_run
from quspike.run.rerun import rerun

pytestmark = pytest.mark.slow

PAIR = """
Ca a 0 100fF
Cb b 0 60fF
Cc a b 20fF
Ra a 0 2kohm {line}
Rb b 0 3kohm {line}
Rc a b 4kohm {line}
"""
HELD = PAIR + "La a 0 10nH\nLb b 0 20nH\n"


def problem(circuit, method="moments", **settings):
    settings = {"duration": "0.5 ns", "save_every": "0.1 ns", "save": {"covariance": method != "classical"}} | settings
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings))


@pytest.mark.parametrize("kelvin", [0.005, *(pytest.param(t, marks=pytest.mark.slow) for t in (0.02, 0.2))])
def test_two_coupled_nodes_fluctuate_as_fluctuation_and_dissipation_say(kelvin: float):
    """⟨V²⟩ and ⟨φ²⟩ of both nodes, begun and kept in equilibrium, within the error that the poles are chosen for.

    Catches: white noise at 5 mK (a factor of 3), noise of one resistor for all, a line's share of the port squared.
    """
    circuit = HELD.format(line=f"T={kelvin}K cutoff=1e12rad/s bath=drude")
    p = problem(circuit)
    s, exact = p.solve(), fluctuations(circuit, [("a", "0"), ("b", "0")])
    assert 0 < p.setup.noise_error < 1e-3
    for found, matrix in ((np.asarray(s.voltage_std) ** 2, exact.voltage), (s.extra["flux_variance"], exact.flux)):
        np.testing.assert_allclose(found, np.tile(np.diag(matrix), (6, 1)), rtol=1.01 * p.setup.noise_error)
    assert float(s.diagnostics["uncertainty_deficit"]) < 1e-9


@pytest.mark.slow
def test_several_temperatures_make_a_stationary_state():
    """Heat flows from 300 mK to 20 mK: ⟨V²⟩ of both nodes within 1e-3 of what both dissipators send, line by line.

    Catches: poles of one temperature for all channels.
    """
    hot, cold = (f"T={t} cutoff=1e12rad/s bath=drude" for t in ("300mK", "20mK"))
    circuit = PAIR.format(line=cold).replace(f"Ra a 0 2kohm {cold}", f"Ra a 0 2kohm {hot}")
    found = np.asarray(problem(circuit).solve().voltage_std) ** 2
    exact = np.diag(fluctuations(circuit, [("a", "0"), ("b", "0")]).voltage)
    np.testing.assert_allclose(found, np.tile(exact, (6, 1)), rtol=1e-3)


@pytest.mark.slow
def test_oscillators_begin_apart_and_settle_in_equilibrium():
    """From the vacuum, uncorrelated with its lines, into equilibrium. Catches: a step of the wrong exponential."""
    circuit = HELD.format(line="T=20mK cutoff=1e12rad/s bath=drude")
    found = (
        np.asarray(
            problem(circuit, initial={"state": "vacuum"}, duration="4 ns", save_every="1 ns").solve().voltage_std
        )
        ** 2
    )
    exact = np.diag(fluctuations(circuit, [("a", "0"), ("b", "0")]).voltage)
    assert np.all(found[0] < 0.9 * exact)
    np.testing.assert_allclose(found[-1], exact, rtol=1.2e-3)


ONE_NODE = {
    "adapting": (
        "C1 m 0 100fF\nI1 0 m input\n"
        "MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=0.2pWb phi_s=0.05pWb\n"
        "+ T=20mK cutoff=1e12rad/s bath=drude",
        {"neuron": qs.Neuron("m", v_threshold="20 uV", t_ref="0.5 ns"), "drives": {"input": qs.Step("3 nA")}},
    ),
    "subtract": (
        "C1 m 0 100fF\nR1 m 0 20kohm T=20mK cutoff=5e11rad/s bath=drude\nI1 0 m input",
        {
            "neuron": qs.Neuron("m", v_threshold="10 uV", t_ref="0.3 ns", reset="subtract"),
            "drives": {"input": qs.Step("2 nA")},
        },
    ),
}


@pytest.mark.parametrize("name", [pytest.param("adapting", marks=pytest.mark.slow), "subtract"])
def test_one_node_in_coloured_noise_is_a_circuit_of_several(monkeypatch, name: str):
    """Two machines, one physics, through spikes and a memory that moves: means, spikes and covariance.

    Catches: a `zero` reset that keeps what the charge knew of its line, a release without the flux that it owes.
    """
    circuit, settings = ONE_NODE[name]
    settings = settings | {"duration": "6 ns", "save_every": "0.25 ns"}
    own = problem(circuit, **settings)
    one = own.solve()
    monkeypatch.setattr(compiling, "reduce_circuit", lambda given, nodes: systems._system(given, nodes))
    general = problem(circuit, dt=own.dt, **settings)
    assert general.setup.several
    many = general.solve()
    count = int(one.spike_count[0])
    assert count == int(many.spike_count[0]) > 3
    np.testing.assert_allclose(many.spike_time[:count], one.spike_time[:count], rtol=1e-9)
    for field in ("voltage", "memristance", "memristor_current"):
        expected = np.asarray(getattr(one, field))
        np.testing.assert_allclose(
            getattr(many, field), expected, rtol=1e-7, atol=1e-8 * np.max(np.abs(expected), initial=0.0), err_msg=field
        )
    np.testing.assert_allclose(many.voltage_std, one.voltage_std, rtol=2e-3)
    for field in ("flux_variance", "charge_variance"):
        np.testing.assert_allclose(many.extra[field], one.extra[field], rtol=4e-3, err_msg=field)


TABLED = "C1 m 0 100fF\nR1 m 0 10kohm T=4K\nC2 n 0 50fF\nR2 m n 30kohm T=4K\nI1 0 m input\n"
DRIVES = {"input": qs.Step("1 uA", start="50 ps")}


def write_table(folder: Path, admittance) -> None:
    omega = np.geomspace(1e7, 1e13, 160)
    y = admittance(-1j * omega)
    np.savetxt(folder / "y.csv", np.column_stack([omega, y.real, y.imag]), delimiter=",")


@pytest.mark.parametrize("method", ["classical", "moments"])
def test_the_table_of_an_rc_is_the_rc(tmp_path: Path, method: str):
    """Currents through a series RC at m, and its noise: ⟨V⟩ to 1e-6; σ(V) through a step of the table's temperature.

    Catches: a table's charge that is forgotten, its noise left out, its resistor counted twice at rest.
    """
    write_table(tmp_path, lambda s: 1 / (20e3 + 1 / (s * 80e-15)))
    settings = {"drives": DRIVES, "duration": "25 ns", "save_every": "1 ns", "base_dir": tmp_path, "method": method}
    found = problem(TABLED + "Y1 m 0 file=y.csv T=8K", **settings).solve()
    exact = problem(TABLED + "R3 m x 20kohm T=8K\nC3 x 0 80fF", **settings).solve()
    v = np.asarray(exact.voltage)[:, :2]
    np.testing.assert_allclose(found.voltage, v, rtol=0, atol=1e-6 * np.ptp(v))
    if method == "moments":
        expected = np.asarray(exact.voltage_std)[-1, :2]
        np.testing.assert_allclose(np.asarray(found.voltage_std)[-1], expected, rtol=2e-3)
        assert expected[0] ** 2 > 1.1 * k_B * 4 / 100e-15


@pytest.mark.slow
def test_quantum_noise_of_a_table(tmp_path: Path):
    """A table with bath=drude, at 20 mK: ⟨V²⟩ of fluctuation and dissipation with its fit. Catches: white noise."""
    write_table(tmp_path, lambda s: 1 / (3e3 + s * 5e-9 + 1 / (s * 80e-15)))
    netlist = "C1 m 0 100fF\nL1 m 0 10nH\nC2 n 0 50fF\nC3 m n 20fF\nL2 n 0 20nH\nY1 m 0 file=y.csv T=20mK bath=drude\n"
    p = problem(netlist, base_dir=tmp_path)
    found = np.asarray(p.solve().voltage_std) ** 2
    exact = np.diag(fluctuations(netlist, [("m", "0"), ("n", "0")], base_dir=tmp_path).voltage)
    np.testing.assert_allclose(found, np.tile(exact, (6, 1)), rtol=1.1e-3)


def test_a_line_of_finite_length_at_its_quantum_limit():
    """Three modes at 50 mK, ħω ≫ kT: ⟨V²⟩ of both ends by fluctuation and dissipation."""
    netlist = (
        "Ca a 0 0.4pF\nRa a 0 50ohm T=50mK cutoff=2e12rad/s bath=drude\nCb b 0 0.4pF\n"
        "Rb b 0 200ohm T=50mK cutoff=2e12rad/s bath=drude\nTL1 a 0 b 0 Z0=50ohm v=1.2e8m/s length=3mm modes=3"
    )
    found = np.asarray(problem(netlist, duration="50 ps", save_every="10 ps").solve().voltage_std) ** 2
    exact = np.diag(fluctuations(netlist, [("a", "0"), ("b", "0")]).voltage)
    np.testing.assert_allclose(found, np.tile(exact, (6, 1)), rtol=1.1e-3)


def test_a_changed_table_is_no_rerun(tmp_path: Path):
    """Its name, hash and size stand in `inputs`; other bytes are refused. Catches: a table that no record knows."""
    write_table(tmp_path, lambda s: 1 / (20e3 + 1 / (s * 80e-15)))
    ds = qs.simulate(
        TABLED + "Y1 m 0 file=y.csv T=8K", drives=DRIVES, duration="1 ns", method="classical", base_dir=tmp_path
    )
    (record,) = json.loads(ds.attrs["inputs"])
    data = (tmp_path / "y.csv").read_bytes()
    assert record == {"name": "y.csv", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    again = rerun(ds, tmp_path)
    np.testing.assert_array_equal(again.voltage, ds.voltage)
    (tmp_path / "y.csv").write_bytes(data + b"\n")
    with pytest.raises(InputError, match="unchanged since the run"):
        rerun(ds, tmp_path)


def test_johnson_noise_of_a_table_has_its_equilibrium(tmp_path: Path):
    """⟨V²⟩ = kT/C beside a table alone, of 1500 trajectories, within four standard errors. Catches: a silent table."""
    write_table(tmp_path, lambda s: 1e-4 / (1 + s / 5e10) + 1 / (20e3 + 1 / (s * 80e-15)))
    p = problem(
        "C1 m 0 100fF\nC2 m n 100fF\nR2 n 0 1Mohm T=1K\nC3 n 0 1fF\nY1 m 0 file=y.csv T=1K",
        "classical", johnson_noise=True, duration="6 ns", save_every="6 ns", base_dir=tmp_path, save={},
    )  # fmt: skip
    keys = jax.random.split(jax.random.key(5), 1500)
    v = np.asarray(jax.jit(jax.vmap(lambda key: p.solve(p.params, key).voltage[-1, 0]))(keys))
    capacitance = 100e-15 + 1 / (1 / 100e-15 + 1 / 1e-15)
    assert np.var(v) == pytest.approx(k_B * 1.0 / capacitance, rel=4 * (2 / 1500) ** 0.5)


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        (("bath=drude\nRb", "bath=markov\nRb"), {}, "Ra bath must be drude where other"),
        (("cutoff=1e12rad/s bath=drude\nRb", "bath=drude\nRb"), {}, "Ra cutoff must be given"),
        (("", ""), {"method": "gksl"}, "gksl"),
        (("", ""), {"method": "classical"}, "Ra bath must be markov with method classical"),
    ],
)
def test_what_lines_with_memory_cannot_do_is_refused_by_name(change, settings, message):
    circuit = PAIR.format(line="T=20mK cutoff=1e12rad/s bath=drude").replace(*change, 1)
    with pytest.raises(qs.InputError, match=message):
        problem(circuit, **settings)


def test_tables_that_cannot_be_run_are_refused_by_name(tmp_path: Path):
    """One that conducts at any frequency has no quantum noise of finite voltage; Fock space has no room for one."""
    write_table(tmp_path, lambda s: 1e-4 + s * 1e-13 / (1 + s * 1e-13 * 300))
    netlist = "C1 m 0 100fF\nL1 m 0 10nH\nC2 m n 1fF\nL2 n 0 9nH\nC3 n 0 99fF\nY1 m 0 file=y.csv T=20mK bath={bath}"
    with pytest.raises(InputError, match="Y1 must not conduct at any frequency"):
        problem(netlist.format(bath="drude"), base_dir=tmp_path)
    neuron = qs.Neuron("m", v_threshold="1 uV", membrane="envelope")
    with pytest.raises(InputError, match="Y1 must be R, MEM or TL with method gksl"):
        problem(netlist.format(bath="markov"), "gksl", neuron=neuron, base_dir=tmp_path)
