"""Memristor laws, one a file: I = W(x, V)·V, dx/dt = f(x, V)."""
