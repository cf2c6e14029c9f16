"""What the tests of quantization share: circuits, and a comparison for numbers as small as a flux in Wb."""

from __future__ import annotations

from typing import Any

import pytest


def near(expected: Any, rel: float = 1e-6) -> Any:
    """Equal to a relative tolerance alone: pytest's own absolute one, 1e-12, is larger than most numbers here."""
    return pytest.approx(expected, rel=rel, abs=0)


ADAPTING = """
C1   m 0 100fF
MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.4pWb T=20mK cutoff=1e12rad/s
I1   0 m input
"""

QUANTUM = """
C1   m 0 100fF
L1   m 0 10nH
MEM1 m 0 model=sigmoid R_on=3.2kohm R_off=31.6kohm phi_c=0.258fWb phi_s=0.258fWb T=20mK cutoff=1e12rad/s
I1   0 m input
"""

EVERYTHING = """
C1   m 0 100fF
Cg   m g 5fF
V1   0 g gate
L1   0 m 10nH
JJ1  m 0 Ic=30nA C=2fF
R1   0 m 20kohm T=20mK
R2   m 0 30kohm T=20mK cutoff=2e12rad/s
MEM1 0 m model=hp window=joglekar p=1 T=30mK cutoff=1e12rad/s
MEM2 0 m model=sigmoid x0=0.1pWb T=20mK
MEM3 m 0 model=sigmoid T=20mK cutoff=3e12rad/s
MEM4 m 0 model=casquid T=20mK
I1   0 m 1nA
I2   m 0 input
"""
