"""Results with Wigner functions that were written down, not computed: rooms downstream are tested without a solver."""

import json

import numpy as np
import xarray as xr

import quspike as qs
from quspike.constants import hbar
from quspike.kernel.wigner import fock_wigner, gaussian_wigner
from quspike.result import accessor  # noqa: F401  # registers `ds.qs`

C, L = 100e-15, 10e-9
OMEGA, Z = (L * C) ** -0.5, (L / C) ** 0.5
PHI_ZPF, Q_ZPF = (hbar * Z / 2) ** 0.5, (hbar / 2 / Z) ** 0.5
R_ON, R_OFF, PHI_C, PHI_S = 2e3, 50e3, 0.1e-15, 0.2e-15
MEMRISTOR = "MEM1 {} model=sigmoid R_on=2kohm R_off=50kohm phi_c=0.1fWb phi_s=0.2fWb x0=0.05fWb T=100mK\n"
TIMES = np.array([0.0, 0.3e-9, 0.6e-9])
SPIKE = 0.45e-9


def result(wigner_of, means, *, polarity="m 0", inductor=f"L1 m 0 {L * 1e9}nH\n", membrane="envelope", **run):
    """The Dataset of a run whose mean (φ [Wb], q [C]) at TIMES is `means`, and whose W about it is `wigner_of`."""
    neuron = qs.Neuron("m", v_threshold=12e-6, membrane=membrane)
    circuit = f"C1 m 0 {C * 1e15}fF\n{inductor}{MEMRISTOR.format(polarity)}"
    settings = {"method": "brownian", "memory": "operator"} | run
    text = qs.Run(circuit=circuit, neuron=neuron, duration=TIMES[-1], classical=False, **settings).to_toml()
    means = np.asarray(means)
    phi, q = (np.linspace(-6, 6, 97) * width for width in widths())
    w = np.broadcast_to(wigner_of(phi, q), (len(TIMES), len(phi), len(q)))
    charge = (means[:, 1:] + q)[:, None]
    sign = 1 if polarity == "m 0" else -1
    volts = means[:, 1:] / C
    return xr.Dataset(
        {
            "wigner": (("wigner_time", "node", "flux_point", "charge_point"), w[:, None], {"units": "1/(J s)"}),
            "voltage": (("time", "node"), volts),
            "voltage_std": (("time", "node"), 0 * volts + 3e-6),
            "flux": (("time", "node"), means[:, :1]),
            "membrane": (("time", "neuron"), np.abs(volts)),
            "memory": (("time", "element"), 0.05e-15 + sign * means[:, :1]),
            "spike_time": ("spike", [SPIKE]),
            "spike_neuron": ("spike", [0], {"neurons": "neuron"}),
            "spike_trajectory": ("spike", [0]),
        },
        coords={
            "time": ("time", TIMES),
            "node": ["m"],
            "element": ["MEM1"],
            "neuron": ["neuron"],
            "neuron_node": ("neuron", ["m"]),
            "neuron_membrane": ("neuron", [membrane]),
            "v_threshold": ("neuron", [12e-6]),
            "v_reset": ("neuron", [0.0]),
            "wigner_time": TIMES,
            "wigner_flux": (("wigner_time", "node", "flux_point"), (means[:, :1] + phi)[:, None]),
            "wigner_charge": (("wigner_time", "node", "charge_point"), charge),
            "wigner_voltage": (("wigner_time", "node", "charge_point"), charge / C),
        },
        attrs={"quspike_version": "0", "config": text, "validity": json.dumps([])},
    )


def widths():
    """σ_φ and σ_q of the Gaussian state below, which a quantum fits into too."""
    return 1.5 * PHI_ZPF, 1.5 * Q_ZPF


def gaussian(phi, q):
    """W of a Gaussian state of these widths, correlated."""
    std = np.array(widths())
    return gaussian_wigner(phi, q, np.outer(std, std) * np.array([[1, 0.3], [0.3, 1]]))


def one_quantum(phi, q):
    """W of |1⟩: −1/πħ in its middle."""
    beta = phi[:, None] / (2 * PHI_ZPF) + 1j * q / (2 * Q_ZPF)
    return fock_wigner(np.diag([0.0, 1.0]), beta) / (2 * hbar)
