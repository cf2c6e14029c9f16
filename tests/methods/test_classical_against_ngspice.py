"""The classical neuron against a circuit simulator that knows nothing of it: behavioural sources in ngspice."""

import subprocess

import numpy as np
import pytest

import quspike as qs
from oracles import require_oracle
from quspike.run.compile import compile_run

HP_DECK = """hp membrane
C1 m 0 10n ic=0
I1 0 m sin(0 80u 5)
B1 m 0 i = v(m)/(100*v(x) + 16000*(1-v(x)))
Bx 0 x i = 1e4*v(m)/(100*v(x) + 16000*(1-v(x)))*{window}
Cx x 0 1 ic=0.3
.options method=trap reltol=1e-7 abstol=1e-15 vntol=1e-11 chgtol=1e-18
.control
tran 20u 0.3 0 20u uic
linearize v(m) v(x)
wrdata {out} v(m) v(x)
.endc
.end
"""

VTEAM_DECK = """vteam membrane
C1 m 0 20p ic=0
I1 0 m sin(0 0.62m 5meg)
B1 m 0 i = v(m)/(50 + 950*v(x))
Boff 0 x i = 1.6666666666666667e5*max(v(m)/0.02 - 1, 0)
Bon x 0 i = 3.3333333333333335e9*max(v(m)/-0.2 - 1, 0)^3
Cx x 0 1 ic=0.3
.options method=trap reltol=1e-7 abstol=1e-15 vntol=1e-11 chgtol=1e-18
.control
tran 20p 0.6u 0 20p uic
linearize v(m) v(x)
wrdata {out} v(m) v(x)
.endc
.end
"""


def ngspice(deck, tmp_path):
    """Time, membrane and memory columns of a transient analysis."""
    program = require_oracle("ngspice")
    out = tmp_path / "trace.data"
    path = tmp_path / "deck.cir"
    path.write_text(deck.replace("{out}", str(out)))
    done = subprocess.run([program, "-b", path], capture_output=True, text=True, timeout=120, check=False)
    assert out.exists(), done.stdout + done.stderr
    table = np.loadtxt(out)
    return table[:, 0], table[:, 1], table[:, 3]


def compared(circuit, drive, duration, save_every, deck, tmp_path):
    """max |ΔV| over the swing of V and max |Δx|, on quspike's own times."""
    run = qs.Run(circuit=circuit, drives={"input": drive}, duration=duration, save_every=save_every, method="classical")
    s = compile_run(run).solve()
    t, v, x = ngspice(deck, tmp_path)
    times = np.asarray(s.time)
    swing = np.ptp(np.asarray(s.voltage))
    deviation = np.max(np.abs(np.interp(times, t, v) - np.asarray(s.voltage)[:, 0])) / swing
    return deviation, np.max(np.abs(np.interp(times, t, x) - np.asarray(s.memory)[:, 0])), s


@pytest.mark.parametrize(("window", "formula"), [("none", "1"), ("joglekar", "(1-(2*v(x)-1)^2)")])
def test_an_hp_membrane_is_that_of_ngspice(window, formula, tmp_path):
    """Within 1e-4. Catches a window with a misplaced bracket, and a memory that moves the wrong way."""
    extra = "" if window == "none" else " window=joglekar p=1"
    circuit = f"C1 m 0 10nF\nMEM1 m 0 model=hp x0=0.3{extra}\nI1 0 m input"
    drive = qs.Sine("80 uA", frequency="5 Hz")
    voltage, memory, s = compared(circuit, drive, "0.3 s", "0.5 ms", HP_DECK.replace("{window}", formula), tmp_path)
    assert np.ptp(np.asarray(s.memory)) > 0.02
    assert voltage < 1e-4
    assert memory < 1e-4


def test_a_vteam_membrane_is_that_of_ngspice(tmp_path):
    """Within 1e-4, x up beyond one threshold and down beyond the other. Catches a sign of k_on, and the wrong cube."""
    circuit = "C1 m 0 20pF\nMEM1 m 0 model=vteam x0=0.3\nI1 0 m input"
    drive = qs.Sine("0.62 mA", frequency="5 MHz")
    voltage, memory, s = compared(circuit, drive, "0.6 us", "1 ns", VTEAM_DECK, tmp_path)
    assert np.ptp(np.asarray(s.memory)) > 0.1
    assert voltage < 1e-4
    assert memory < 1e-4
