"""Spike trains of a neuron that nobody observes: matrix-product states whose bond is the neuron. No circuit here."""
