"""The paper's key results as checks that could fail: one claim a file, each with numbers, a verdict and a figure.

Brand, Dibenedetto & Petruccione, arXiv 2506.21363.
"""
