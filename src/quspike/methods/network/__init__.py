"""Circuits of several nodes: one mean equation (`frame`), and what each method adds to it."""
