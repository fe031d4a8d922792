"""Additive statistics of contexts, and the files that keep them."""
