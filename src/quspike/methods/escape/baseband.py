"""An RC membrane that clicks: the distribution of its charge, which is all that matters there.

    ∂p/∂t = ∂/∂q[(ΣW q/C − I) p] + kΣTW ∂²p/∂q² − Γ(q/C) p              q = C V

This is the diagonal ⟨q|ρ|q⟩ of the Brownian equation, with nothing left out: of −(iW/2ħC)[φ,{q,ρ}] it keeps the
drift, of −(kTW/ħ²)[φ,[φ,ρ]] the diffusion, of (i/ħ)[Iφ,ρ] the push; −(W/16kTC²)[q,[q,ρ]] and the kinetic energy
commute with q and leave the diagonal alone; of −½{Γ(V̂),ρ} it keeps −Γp, and a click's √Γρ√Γ is Γp. A reset `zero`
replaces the charge, `subtract` shifts it: neither looks at the flux. So for a memory that is no operator the equation
is closed and exact, whatever the state of the flux.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from quspike.constants import k_B
from quspike.errors import NotAvailable
from quspike.memory import mean_field
from quspike.methods.escape.detector import detector
from quspike.methods.escape.marginal import Diffusion, marginal_space
from quspike.methods.escape.sources import Current, current_of
from quspike.methods.escape.space import Space
from quspike.methods.method import Params, Setup, initial_memories, memory_scales
from quspike.quantize.membrane import total_capacitance

FLAT = 1e-12  # relative range of a conductance that never moves


def baseband_space(setup: Setup, params: Params) -> Space:
    """The Space of one RC node.

    Raises NotAvailable for gates, which would move Γ under the charge, and for a memristance that is an operator.
    """
    refuse_baseband(setup)
    edge, current, laws = detector(params), current_of(setup, params), _laws(setup, params)
    low, high = leak_range(setup, params)
    flow = _diffusion(setup, params, current, laws, (low, high))
    first = np.array([float(x) for x in initial_memories(setup, params)])
    scales = np.array([float(s) for s in memory_scales(setup, params, edge.threshold, 1 / flow.leak)])
    frozen = high <= low * (1 + FLAT)
    return marginal_space(flow, edge, current, lambda t, x, s: laws(x, s[0])[2], first, scales, frozen)


def refuse_baseband(setup: Setup) -> None:
    """What has no place in this equation, by name."""
    if setup.one.gates:
        raise NotAvailable(setup.one.gates[0].name, "a gate", "must be a current source with spike escape so far")
    if setup.memory == "operator" and setup.one.memristors:
        remedy = "must be mean_field with spike escape on a node without inductor"
        raise NotAvailable("memory", "operator", remedy)


def _diffusion(setup: Setup, params: Params, current: Current, laws, leaks: tuple[float, float]) -> Diffusion:
    capacitance = float(total_capacitance(setup.one, params["elements"]))
    hottest = max(float(params["elements"][d.name]["T"]) for d in setup.one.dissipators)
    std, neuron = float(np.sqrt(k_B * hottest / capacitance)), params["neuron"]
    back, zero = float(neuron["v_reset"]), setup.reset == "zero"
    own = capacitance * std

    def integrating(t: float, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        leak, heat, _ = laws(x, s[0])
        return np.array([leak / capacitance, heat / own**2, current(t) / own, 1.0])

    def held(t: float, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        leak, heat, _ = laws(x, s[0])
        return np.zeros(4) if zero else np.array([leak / capacitance, heat / own**2, 0.0, 0.0])

    return Diffusion(
        std=std,
        begin=float(params["initial"]["voltage"]),
        begin_std=std,
        back=back,
        back_std=float(neuron["reset_std"]),
        subtract=None if zero else float(neuron["v_threshold"]) - back,
        rests=tuple(i / g for i in current.extremes for g in leaks),
        leak=leaks[1] / capacitance,
        push=max(abs(i) for i in current.extremes) / capacitance,
        integrating=integrating,
        held=held,
    )


def _laws(setup: Setup, params: Params) -> Callable[[np.ndarray, float], tuple]:
    """(x, ⟨V⟩) → ΣW (S), kΣTW (W), dx/dt (E,); compiled once."""
    dissipators, elements = setup.one.dissipators, params["elements"]

    @jax.jit
    def every(x, v):
        memories = mean_field.spread(setup.one, x)
        pairs = list(zip(dissipators, memories, strict=True))
        w = [mean_field.conductance(d, m, v, elements) for d, m in pairs]
        heat = sum(k_B * elements[d.name]["T"] * g for d, g in zip(dissipators, w, strict=True))
        rates = [mean_field.rate(d, m, v, elements) for d, m in pairs if d.law is not None]
        return sum(w), heat, jnp.stack(rates) if rates else jnp.zeros(0)

    if setup.one.memristors:
        return lambda x, v: tuple(np.asarray(part) for part in every(jnp.asarray(x), v))
    with jax.disable_jit():  # once: sooner done than compiled
        still = tuple(np.asarray(part) for part in every(jnp.zeros(0), 0.0))
    return lambda x, v: still


def leak_range(setup: Setup, params: Params) -> tuple[float, float]:
    """The smallest and largest ΣW that the memories can reach, S."""
    low = high = 0.0
    for d in setup.one.dissipators:
        p = params["elements"][d.name]
        if d.law is None:
            values = [1 / float(p["R"])]
        else:
            memories = (params["initial"]["memory"][d.name], *(d.law.memory_bounds(p) or (-1e6, 1e6)))
            found = [float(mean_field.conductance(d, x, 0.0, params["elements"])) for x in memories]
            values = [w for w in found if np.isfinite(w) and w > 0]
        low, high = low + min(values), high + max(values)
    return low, high
