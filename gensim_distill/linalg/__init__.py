"""Linear algebra of word vectors: arrays in, arrays out."""
