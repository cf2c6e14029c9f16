"""Numerics that know no circuit: the time grid, the spiking scan, Fock-space algebra."""
