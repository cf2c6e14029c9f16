"""Method `modes`: the lines themselves as oscillators; it brings a solver of its own."""
