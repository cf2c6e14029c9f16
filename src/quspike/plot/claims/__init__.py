"""Figures of the claims, one a file, each drawn from the arrays that its check leaves."""
