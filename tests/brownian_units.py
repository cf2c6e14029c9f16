"""Circuits in units ħ = C = L = 1, and the Caldeira–Leggett equation as QuTiP solves it: Lindblad's form, Fock space.

Nothing of quspike enters but constants: G(φ̂) is a function of the position matrix of a larger space, ∫√W dφ is SciPy's,
and QuTiP multiplies the matrices out in the laboratory frame.
"""

import numpy as np
import qutip
from scipy.integrate import quad

import quspike as qs
from quspike.constants import hbar, k_B

C, L = 1e-13, 1e-8
OMEGA, IMPEDANCE = float((L * C) ** -0.5), float((L / C) ** 0.5)
FLUX, CHARGE, VOLTAGE = (
    float((hbar * IMPEDANCE) ** 0.5), float((hbar / IMPEDANCE) ** 0.5), float((hbar / IMPEDANCE) ** 0.5) / C
)  # fmt: skip
ROOM = 40
"""Levels more than are kept, so that functions of φ̂ do not feel the edge."""


def resistor(conductance, kT, name="R1"):
    return f"{name} m 0 {IMPEDANCE / conductance!r}ohm T={kelvin(kT)!r}K"


def memristor(off, on, centre, width, kT, name="MEM1"):
    return (
        f"{name} m 0 model=sigmoid R_off={IMPEDANCE / off!r}ohm R_on={IMPEDANCE / on!r}ohm "
        f"phi_c={centre * FLUX!r}Wb phi_s={width * FLUX!r}Wb T={kelvin(kT)!r}K"
    )


def kelvin(kT):
    return kT * hbar * OMEGA / k_B


def resonator(*elements):
    return "\n".join([f"C1 m 0 {C!r}F", f"L1 m 0 {L!r}H", *elements])


def solve(circuit, duration, samples=60, amplitude=None, frequency=1.0, **settings):
    """A Solution; time in 1/ω0, amplitude f of a drive −f sin(νt) φ̂."""
    drives, lines = {}, circuit
    if amplitude is not None:
        lines = f"{circuit}\nI1 0 m tone"
        drives = {"tone": qs.Sine(f"{amplitude * CHARGE * OMEGA!r} A", frequency=frequency * OMEGA / 2 / np.pi)}
    time = {"duration": duration / OMEGA, "save_every": duration / OMEGA / samples}
    save = settings.pop("save", {"covariance": True})
    given = {"method": "brownian", "classical": False, "drives": drives, "save": save} | time | settings
    return qs.compile(qs.Run(circuit=lines, **given)).solve()


def means_and_spread(solution):
    """⟨φ⟩, ⟨q⟩, σ_φφ, σ_φq, σ_qq (5, T), ħ = C = L = 1."""
    extra = {name: np.asarray(values)[:, 0] for name, values in solution.extra.items() if np.ndim(values) == 2}
    return np.array([
        np.asarray(solution.flux)[:, 0] / FLUX, np.asarray(solution.voltage)[:, 0] / VOLTAGE,
        extra["flux_variance"] / FLUX**2, extra["flux_charge_covariance"] / hbar, extra["charge_variance"] / CHARGE**2,
    ])  # fmt: skip


def sigmoid(off, on, centre, width):
    return lambda phi: off + (on - off) / (1 + np.exp((centre - phi) / width))


class Oscillator:
    """x = φ̂, p = q̂ in `levels` levels, ħ = C = L = 1."""

    def __init__(self, levels):
        self.levels = levels
        a = qutip.destroy(levels + ROOM).full().real
        self.x, self.p = (a + a.T) / np.sqrt(2), (a - a.T) / (1j * np.sqrt(2))
        self.points, self.vectors = np.linalg.eigh(self.x)

    def of_position(self, function):
        """f(φ̂) in the large space."""
        return (self.vectors * np.array([function(u) for u in self.points])) @ self.vectors.T

    def cut(self, matrix):
        return qutip.Qobj(matrix[: self.levels, : self.levels])

    def line(self, conductance, kT):
        """(L, {G, Ġ}/4) of W(φ̂) in the large space."""
        integral = self.of_position(
            lambda u: quad(lambda v: conductance(v) ** 0.5, 0, u, epsabs=1e-12, epsrel=1e-12)[0]
        )
        root = self.of_position(lambda u: conductance(u) ** 0.5)
        rate = (root @ self.p + self.p @ root) / 2
        return np.sqrt(2 * kT) * (integral + 1j / (4 * kT) * rate), (integral @ rate + rate @ integral) / 4

    def observables(self):
        x, p = self.x, self.p
        return [self.cut(o) for o in (x, p, x @ x, (x @ p + p @ x) / 2, p @ p)]

    def run(self, hamiltonian, jumps, rho, times, extra=(), **options):
        """Expectations of φ, q, φ², {φ, q}/2, q² and of `extra` (5 + k, T); jumps as mesolve takes them."""
        chosen = {"method": "dop853", "rtol": 1e-9, "atol": 1e-11, "nsteps": 10**7, "normalize_output": False,
                  "progress_bar": ""} | options  # fmt: skip
        found = qutip.mesolve(hamiltonian, rho, times, jumps, e_ops=[*self.observables(), *extra], options=chosen)
        return np.array(found.expect).real


def central(expectations):
    """⟨φ⟩, ⟨q⟩ and the covariance, from first and second moments (5, T)."""
    x, p, xx, xp, pp = expectations[:5]
    return np.array([x, p, xx - x * x, xp - x * p, pp - p * p])


def banded(matrix, k):
    """The k-th band above the diagonal, sparse, as QuTiP's superoperators have to be."""
    return qutip.Qobj(np.diag(np.diag(matrix, k), k)).to("CSR")


def golden_rule_jumps(oscillator, law, kT, most):
    """√Γ_k G_k: the k-th bands of ∫√W dφ in the number basis, with rates of Fermi's golden rule, QuTiP's objects."""
    grid = np.linspace(-60, 60, 200_001)
    root = np.sqrt(law(grid))
    integral = np.append(0, np.cumsum(0.5 * (root[1:] + root[:-1]) * np.diff(grid)))
    coupling = oscillator.of_position(lambda u: np.interp(u, grid, integral - np.interp(0, grid, integral)))
    full = coupling[: oscillator.levels, : oscillator.levels]
    jumps = [np.sqrt(2 * kT) * banded(full, 0)]
    for k in range(1, most + 1):
        quanta, band = 1 / np.expm1(k / kT), banded(full, k)
        jumps += [np.sqrt(2 * k * (quanta + 1)) * band, np.sqrt(2 * k * quanta) * band.dag()]
    return jumps
