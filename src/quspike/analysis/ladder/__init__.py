"""One neuron down the ladder of methods: how far its rungs are apart, and how far theory lets them be."""
