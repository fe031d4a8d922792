"""Contexts: one pass of the teacher over a corpus, from hidden states to the context vector of every word.

- :mod:`~gensim_distill.contexts.views`: which contexts are computed, at which layers.
- :mod:`~gensim_distill.contexts.teacher_pass`: the pass itself, chunk by chunk.
- :mod:`~gensim_distill.contexts.chunks`: the division of a corpus into chunks.
- :mod:`~gensim_distill.contexts.pooling`: mean hidden states of words, sentences and documents.
- :mod:`~gensim_distill.contexts.scopes`: from pooled states to the context of each word.
- :mod:`~gensim_distill.contexts.unknown_subwords`: subwords that the teacher's tokenizer does not know.
- :mod:`~gensim_distill.contexts.memory`: the memory of a pass.
- :mod:`~gensim_distill.contexts.ordered_map`: the threads of a pass.
"""
