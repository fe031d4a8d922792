"""How vectors are learned from contexts: in one pass of sums, or by gradient descent."""
