"""What is timed: driven resonators with a memristive leak, as quspike reads them and as peers do.

    dρ/dτ = −i[δ a†a + (K/2) a†²a² − f sin(ντ)(a e^{−iτ} + h.c.), ρ] + κ(x)(n̄+1) 𝓓[a]ρ + κ(x) n̄ 𝓓[a†]ρ
    dx/dτ = r|⟨a⟩|,   κ(x) = κ_off + (κ_on − κ_off)/(1 + e^{−(x−x_c)/x_s})

τ = ω0 t, in the frame that rotates at ω0: exact, no rotating-wave approximation. G is linear (δ = K = 0), hence
Gaussian; K has the Kerr term of a junction and starts in a displaced cat, D(α)(|iβ⟩ + |−iβ⟩), from which the best
Gaussian answer is off by 1 %. `frozen` problems have a resistor in the memristor's place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quspike.constants import hbar, k_B, phi0

if TYPE_CHECKING:
    from quspike.run.schema import Run

LARGEST = 700.0  # exponent of a float
MEMORY_SPAN = 8.0  # x is counted in MEMORY_SPAN·φ_c, so that it stays below 1 and fits a population


@dataclass(frozen=True)
class ResonatorProblem:
    """A circuit, its drive and its first state; SI. junction : E_J (0: none). displacement : real α. cat : β."""

    name: str
    title: str
    method: str
    capacitance: float
    inductance: float
    junction: float
    r_on: float
    r_off: float
    r_frozen: float
    phi_c: float
    phi_s: float
    temperature: float
    amplitude: float
    frequency: float
    duration: float
    samples: int
    displacement: float = 0.0
    cat: float = 0.0
    frozen: bool = False

    @property
    def frozen_twin(self) -> ResonatorProblem:
        """The same problem with a resistor in the memristor's place, for peers that carry no memory."""
        title = self.title.replace("with memory", "without memory")
        return replace(self, name=f"{self.name}-frozen", title=title, frozen=True)

    def shortened(self, share: float) -> ResonatorProblem:
        """The same problem over a share of its duration, with as much less to save."""
        return replace(self, duration=share * self.duration, samples=max(2, round(share * self.samples)))

    @property
    def netlist(self) -> str:
        """The circuit."""
        lines = [
            f"C1 m 0 {self.capacitance!r}F",
            f"L1 m 0 {self.inductance!r}H",
            "I1 0 m input",
            f"R1 m 0 {self.r_frozen!r}ohm T={self.temperature!r}K"
            if self.frozen
            else f"MEM1 m 0 model=sigmoid R_on={self.r_on!r}ohm R_off={self.r_off!r}ohm phi_c={self.phi_c!r}Wb "
            f"phi_s={self.phi_s!r}Wb T={self.temperature!r}K senses=envelope",
        ]
        return "\n".join(lines + ([f"JJ1 m 0 EJ={self.junction!r}J"] if self.junction else []))

    def run(self, dt: float | None = None, truncation: int | None = None) -> Run:
        """The same as a quspike Run. dt in s, truncation in levels; None: as quspike chooses."""
        from quspike.drives import Sine
        from quspike.run.initial import Initial
        from quspike.run.schema import Run
        from quspike.run.settings import Save

        state = {"state": "cat", "alpha": 1j * self.cat, "parity": "even"} if self.cat else {"state": "vacuum"}
        return Run(
            circuit=self.netlist,
            drives={"input": Sine(f"{self.amplitude!r} A", f"{self.frequency!r} Hz")},
            initial=Initial(**state, flux=2 * self.scaled().phi_zpf * self.displacement),
            method=self.method,
            nonlinearity="kerr",
            duration=self.duration,
            save_every=self.duration / self.samples,
            dt=dt,
            truncation=truncation,
            classical=False,
            save=Save(covariance=True),
        )

    def scaled(self) -> Scaled:
        """The numbers of the module's equation."""
        c, stiffness = self.capacitance, 1 / self.inductance + self.junction / phi0**2
        omega = math.sqrt(stiffness / c)
        phi_zpf = math.sqrt(hbar / (2 * omega * c))
        kerr = -0.5 * self.junction * (phi_zpf / phi0) ** 4 / (hbar * omega)
        span = MEMORY_SPAN * self.phi_c
        return Scaled(
            omega=omega,
            duration=omega * self.duration,
            samples=self.samples,
            push=phi_zpf * self.amplitude / (hbar * omega),
            drive=2 * math.pi * self.frequency / omega,
            kerr=kerr,
            detuning=kerr,
            occupation=1 / math.expm1(hbar * omega / (k_B * self.temperature)),
            kappa_off=1 / ((self.r_frozen if self.frozen else self.r_off) * c * omega),
            kappa_on=1 / ((self.r_frozen if self.frozen else self.r_on) * c * omega),
            x_c=self.phi_c / span,
            x_s=self.phi_s / span,
            x_rate=0.0 if self.frozen else 2 * phi_zpf / span,  # 2|⟨a⟩|V_zpf per ω0, and V_zpf = ω0 φ_zpf
            displacement=self.displacement,
            cat=self.cat,
            phi_zpf=phi_zpf,
            q_zpf=hbar / (2 * phi_zpf),
            memory_unit=span,
        )


@dataclass(frozen=True)
class Scaled:
    """The numbers of the module's equation, in units of ω0 and of the memory's span; φ_zpf, q_zpf in SI."""

    omega: float
    duration: float
    samples: int
    push: float
    drive: float
    kerr: float
    detuning: float
    occupation: float
    kappa_off: float
    kappa_on: float
    x_c: float
    x_s: float
    x_rate: float
    displacement: float
    cat: float
    phi_zpf: float
    q_zpf: float
    memory_unit: float

    @property
    def remembers(self) -> bool:
        """Whether the leak has a memory."""
        return self.x_rate > 0

    def kappa(self, x: float) -> float:
        """κ(x) over ω0; safe for the wild x of a trial step that is refused."""
        return self.kappa_off + (self.kappa_on - self.kappa_off) / (
            1 + math.exp(min((self.x_c - x) / self.x_s, LARGEST))
        )

    def force(self, tau: float) -> float:
        """f sin(ντ)."""
        return self.push * math.sin(self.drive * tau)


G = ResonatorProblem(
    name="G",
    title="driven linear resonator with memory, 0 → 83 quanta, 100 oscillations",
    method="moments",
    capacitance=100e-15,
    inductance=10e-9,
    junction=0.0,
    r_on=10e3,
    r_off=100e3,
    r_frozen=16e3,
    phi_c=0.184e-12,
    phi_s=0.046e-12,
    temperature=20e-3,
    amplitude=4.6e-9,
    frequency=5.0329e9,
    duration=20e-9,
    samples=40,
)
K = ResonatorProblem(
    name="K",
    title="driven Kerr resonator with memory from a cat on 30 quanta, up to 80, 60 oscillations",
    method="gksl",
    capacitance=1e-12,
    inductance=1e-9,
    junction=1.3e-24,
    r_on=3e3,
    r_off=30e3,
    r_frozen=7e3,
    phi_c=0.12e-12,
    phi_s=0.03e-12,
    temperature=20e-3,
    amplitude=4.3e-9,
    frequency=5.05e9,
    duration=12e-9,
    samples=40,
    displacement=-5.5,
    cat=2.5,
)
PROBLEMS = {p.name: p for p in (G, G.frozen_twin, K, K.frozen_twin)}
