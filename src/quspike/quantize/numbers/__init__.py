"""A circuit in matrices: what its elements' numbers say about modes, response, fluctuations and baths."""
