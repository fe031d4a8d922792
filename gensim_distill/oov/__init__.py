"""Out-of-vocabulary words: inferred vectors, character n-grams, and the words that fit a context."""
