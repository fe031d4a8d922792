"""One pass of the teacher over a corpus: from hidden states to the context vector of every word."""
