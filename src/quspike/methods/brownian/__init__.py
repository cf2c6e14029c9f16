"""Method `brownian`: Caldeira–Leggett made completely positive, on a grid in φ that follows mean and width."""
