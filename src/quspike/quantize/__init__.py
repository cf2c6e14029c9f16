"""From a circuit to its quantum description: variables, zero-point scales, Hamiltonian and baths."""
