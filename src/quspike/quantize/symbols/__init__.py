"""A circuit in sympy: Lagrangian, Hamiltonian, lines, equations of motion, each term with the element it comes from."""
