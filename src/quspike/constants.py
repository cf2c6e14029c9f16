"""Physical constants (CODATA through scipy.constants), in SI."""

from scipy.constants import e as e_charge
from scipy.constants import h as planck
from scipy.constants import hbar, k

k_B: float = k
Phi0: float = planck / (2 * e_charge)  # superconducting flux quantum, Wb
phi0: float = hbar / (2 * e_charge)  # reduced flux quantum Φ0/2π, Wb

__all__ = ["Phi0", "e_charge", "hbar", "k_B", "phi0", "planck"]
