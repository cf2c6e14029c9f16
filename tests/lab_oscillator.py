"""A driven, damped oscillator with any non-linearity, solved by QuTiP in the laboratory frame: no frame, no shortcut.

Units ħ = ω0 = 1: a = (X + iP)/2, V = −i(a − a†), H = a†a + H_nl − f(t)(a + a†).
"""

import numpy as np
import qutip

QUIET = {"progress_bar": "", "normalize_output": False, "store_states": False}


def ladder(levels):
    return qutip.destroy(levels)


def displaced(state, alpha, levels, room=60):
    """D(α)|ψ⟩ in `levels` levels: displaced in a larger space, so that no edge is felt."""
    larger = np.zeros(levels + room, dtype=complex)
    larger[: state.shape[0]] = state.full()[:, 0]
    moved = qutip.displace(levels + room, alpha) * qutip.Qobj(larger)
    return qutip.Qobj(moved.full()[:levels, 0]).unit()


def cat(alpha, levels, sign=1):
    return (
        qutip.coherent(levels, alpha, method="analytic") + sign * qutip.coherent(levels, -alpha, method="analytic")
    ).unit()


def solve(nonlinear, rho, times, drive, rate, occupation, tolerance=1e-8):
    """⟨V⟩ and ⟨V²⟩ at the times; drive f(t) and rate κ(t) are functions of t, occupation is n̄."""
    a = ladder(rho.shape[0])
    v = -1j * (a - a.dag())
    free = qutip.liouvillian((a.dag() * a + nonlinear).to("csr"))
    damping = (occupation + 1) * qutip.lindblad_dissipator(a) + occupation * qutip.lindblad_dissipator(a.dag())
    generator = qutip.QobjEvo([free, [qutip.liouvillian(-(a + a.dag())), drive], [damping, rate]])
    options = QUIET | {"method": "vern7", "atol": tolerance * 1e-2, "rtol": tolerance, "nsteps": 10**7}
    result = qutip.mesolve(generator, rho.to("dense"), times, e_ops=[v, v * v], options=options)
    return np.real(result.expect[0]), np.real(result.expect[1])


def function_of_position(levels, function, eta, room=80):
    """F(η(a + a†)) in `levels` levels, from the spectrum of a larger matrix."""
    a = ladder(levels + room)
    values, vectors = np.linalg.eigh((a + a.dag()).full())
    return qutip.Qobj((vectors * function(eta * values)) @ vectors.conj().T[:, :levels]).full()[:levels]
