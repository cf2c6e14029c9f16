"""A colour for a complex number of at most one: its hue is the phase, its strength the modulus; zero is grey.

OKLCH of constant lightness (Ottosson 2020), so that no phase looks heavier than another
"""

from __future__ import annotations

import numpy as np

LIGHTNESS, CHROMA, ZERO = 0.62, 0.12, 250.0  # the hue of phase 0, degrees: blue


def phase_colour(value: complex | np.ndarray) -> np.ndarray:
    """sRGB (…, 3) of complex numbers (…)."""
    value = np.asarray(value, dtype=complex)
    hue = np.deg2rad(ZERO) - np.angle(value)
    chroma = CHROMA * np.clip(np.abs(value), 0.0, 1.0)
    a, b = chroma * np.cos(hue), chroma * np.sin(hue)
    cones = [
        LIGHTNESS + k * a + m * b
        for k, m in ((0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480))
    ]
    long, middle, short = (cone**3 for cone in cones)
    linear = np.stack(
        [
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ],
        axis=-1,
    )
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
