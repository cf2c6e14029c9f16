"""What dissipates: spectral densities, equilibrium noise, coloured quantum noise, combs of modes."""
