"""The run file that `quspike new` writes: the adapting neuron, each key with what it may be."""

from __future__ import annotations

TEMPLATE = '''\
# A memristive leaky integrate-and-fire neuron that adapts until it falls silent. Run it:  quspike run {name}
# Values carry their SI unit, in quotes: "20 uV", "0.6 nA", "1e12 rad/s".

schema = 1

# One element a line: name, nodes, values. Node 0 is ground; a current flows from the first node to the second.
# C capacitor, L inductor, K coupling, JJ junction, R resistor, MEM memristor (model = sigmoid | hp | vteam | …),
# TL line, I and V sources (a constant, or the name of a drive).
circuit = """
C1   m 0  100fF
MEM1 m 0  model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.4pWb T=20mK cutoff=1e12rad/s
I1   0 m  input
"""
# or, relative to this file:  circuit = {{ file = "membrane.cir" }}

[neuron]                      # leave the table out to run the circuit as it is
node = "m"                    # the node that carries the membrane
membrane = "voltage"          # voltage | envelope | quadrature (the latter two: a resonator's, with an inductor)
v_threshold = "20 uV"         # the membrane's upward crossing is a spike …
v_reset = "0 V"               # … after which it starts again here
reset = "zero"                # zero (to v_reset) | subtract (v_threshold - v_reset off)
reset_std = "auto"            # standard deviation that a zero reset leaves; auto: thermal
t_ref = "2 ns"                # refractory time, in which the input is disconnected
spike = "expectation"         # the expectation of the membrane crosses

[drive.input]                 # what the source I1 delivers
kind = "step"                 # step | sine | pulses | noise | csv | wav
amplitude = "0.6 nA"
start = "5 ns"
# stop = "300 ns"

[initial]
state = "thermal"             # thermal | vacuum | coherent (alpha) | fock (n) | cat (alpha, parity)
# memory = {{ MEM1 = "0 Wb" }}  # where each memristor's memory begins

[run]
method = "moments"            # classical | moments (means and covariance) | gksl (density matrix of a resonator)
memory = "mean_field"         # memories follow expectations
duration = "400 ns"
save_every = "0.5 ns"
dt = "auto"                   # the step; auto: chosen, and its error estimated
truncation = "auto"           # levels of a Fock space (gksl)
classical = true              # the classical neuron beside it
strict = false                # true: a violated validity bound is an error
seed = 0

[save]
states = false                # density matrices
covariance = false            # covariance matrices
wigner_times = []             # the membrane's Wigner function: ["0 s", "20 ns"]
'''


def template(name: str = "neuron.toml") -> str:
    """An annotated run file to start from; `name` is what the file will be called."""
    return TEMPLATE.format(name=name)
