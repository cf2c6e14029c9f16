"""The dual of node fluxes: a circuit as charges that have flown around its loops (Ulrich & Hassler 2016)."""
