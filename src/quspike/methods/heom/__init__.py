"""Method `heom`: the hierarchy of a node whose lines remember, on the spiking kernel."""
