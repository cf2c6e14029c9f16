"""A circuit for other programs: one of them a module."""
