"""DistilledWord2Vec: the contract of gensim's ``Word2Vec``, kept by delegation."""
