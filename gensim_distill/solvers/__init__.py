"""Solvers: how vectors are learned from contexts, by additive statistics of one pass or by gradient descent."""
