"""Every test computes in float64."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from quspike.precision import enable_x64

enable_x64()
