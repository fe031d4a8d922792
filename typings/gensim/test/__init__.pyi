"""Types of gensim.test, of which the files and texts are used."""
