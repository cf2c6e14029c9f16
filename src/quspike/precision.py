"""float64, switched on in one place, before the first solve."""

from __future__ import annotations

from quspike.errors import QuspikeError


def enable_x64() -> None:
    """Turn on float64 in JAX; refuse to flip a JAX that has already computed in 32 bits.

    Physics here spans forty decades (ħ to volts), which 32 bits cannot hold.
    """
    import jax

    if jax.config.jax_enable_x64:
        return
    from jax._src import xla_bridge

    if xla_bridge.backends_are_initialized():
        raise QuspikeError(
            "quspike computes in float64, but JAX has already run in 32 bits in this process; "
            'set JAX_ENABLE_X64=1 or call jax.config.update("jax_enable_x64", True) before the first JAX operation'
        )
    jax.config.update("jax_enable_x64", True)
