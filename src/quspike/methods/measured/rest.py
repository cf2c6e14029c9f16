"""How often a neuron would spike at rest, from what its threshold sees of noise alone.

    τ = (√π/λ) ∫ e^{u²}(1 + erf u) du,  u from (v_reset − μ)/√2σ to (v_threshold − μ)/√2σ,     rate = 1/(t_ref + τ)

is the mean first passage of an Ornstein–Uhlenbeck process of spread σ and rate λ about μ (Siegert 1951). An envelope
is the length of two such processes about 0, of which τ′(r) = (e^w − 1)/λr, w = r²/2σ²:

    τ = (1/2λ) ∫ (e^w − 1)/w dw,  w from v_reset²/2σ² to v_threshold²/2σ²;     its mean is √(π/2) σ

What a
record shows has σ² = γ_f/16kη, twice that demodulated, and the membrane's own fluctuations as the filter passes them.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import quad
from scipy.special import erfcx

from quspike.constants import k_B
from quspike.errors import InputError
from quspike.methods.measured.memories import damping
from quspike.methods.measured.numbers import Model
from quspike.methods.measured.state import start
from quspike.methods.moments import hottest
from quspike.units import format_si

FARTHEST = 25.0  # of u: beyond e^{625} no spike comes


def noise_at_rest(model: Model) -> tuple[float, float]:
    """σ (V) of what the threshold sees at rest, and the rate λ (1/s) at which it is forgotten."""
    y = start(model)
    setup = model.setup
    pieces = tuple(p[0] for p in setup.inputs.pieces(model.params, np.zeros(1)))
    w = [float(g) for g in damping(model, 0.0, y, pieces)]
    leak = sum(w) / float(model.capacitance)
    information = float(model.information)
    if model.mode is None:
        power, loss = k_B * float(hottest(setup, model.params)) / float(model.capacitance), leak
        share = 1.0
    else:
        v_zpf, loss, share = float(model.mode.v_zpf), leak / 2, 2.0
        quanta = sum(g * (2 * float(n) + 1) for g, n in zip(w, model.occupation, strict=True)) / sum(w)
        back_action = 4 * float(model.params["measurement"]["strength"]) * v_zpf**4 / leak
        power = v_zpf**2 * quanta + back_action
    if setup.spike == "record":
        filtered = float(model.spike_rate)
        own = share * filtered / (2 * information)
        return math.sqrt(own + power * filtered / (filtered + loss)), filtered
    # d(known)/dt = 2 loss (power − known) − information/share known² = 0
    effective = information / share
    known = loss / effective * (math.sqrt(1 + 2 * effective * power / loss) - 1)
    return math.sqrt(max(power - known, 0.0)), loss


def of_envelope(model: Model) -> bool:
    """Whether the threshold sees the length of two quadratures."""
    return model.mode is not None and model.setup.membrane_kind != "quadrature"


def spikes_at_rest(
    sigma: float, rate: float, v_threshold: float, v_reset: float, t_ref: float, envelope: bool
) -> float:
    """Spikes per second of that noise alone; sigma : of one quadrature, where it is an envelope."""
    if sigma <= 0:
        return 0.0
    low, high = v_reset / (math.sqrt(2) * sigma), v_threshold / (math.sqrt(2) * sigma)
    if high > FARTHEST:
        return 0.0
    if envelope:
        passage = quad(lambda w: math.expm1(w) / w if w > 0 else 1.0, low**2, high**2)[0] / (2 * rate)
    else:
        passage = math.sqrt(math.pi) / rate * quad(lambda u: erfcx(-u), low, high)[0]
    return 1 / (t_ref + passage)


def refuse_noise(model: Model) -> None:
    """Raise InputError for a threshold within what is seen at rest: the neuron would spike without a cause.

    That is σ about 0, or of an envelope its mean.
    """
    neuron = {key: float(value) for key, value in model.params["neuron"].items()}
    sigma, rate = noise_at_rest(model)
    envelope = of_envelope(model)
    least = math.sqrt(math.pi / 2) * sigma if envelope else sigma
    if neuron["v_threshold"] >= least:
        return
    often = spikes_at_rest(sigma, rate, neuron["v_threshold"], neuron["v_reset"], neuron["t_ref"], envelope)
    what = "record's own noise" if model.setup.spike == "record" else "spread that a measurement finds at rest"
    rest = f"{what}, {format_si(least, 'voltage')}"
    remedy = f"must be above the {rest}: the neuron would spike {often:.3g} times a second at rest"
    raise InputError("v_threshold", format_si(neuron["v_threshold"], "voltage"), remedy)
