"""Corpora: documents and their words, how they are read, checked and counted, and what of them the teacher reads.

- :mod:`~gensim_distill.corpus.documents`: what a document is.
- :mod:`~gensim_distill.corpus.splitting`: words and sentences of raw text.
- :mod:`~gensim_distill.corpus.invisible`: invisible characters, which are no part of words.
- :mod:`~gensim_distill.corpus.reader`: from a document to text for the teacher and words for the vocabulary.
- :mod:`~gensim_distill.corpus.passages`: parts of long documents, which the teacher reads.
- :mod:`~gensim_distill.corpus.word_lookup`: the same for known words only, fast.
- :mod:`~gensim_distill.corpus.counting`: counts of words and documents.
- :mod:`~gensim_distill.corpus.context_budget`: the selection of passages for ``contexts_per_word``.
- :mod:`~gensim_distill.corpus.files`, :mod:`~gensim_distill.corpus.line_file`: files of a corpus.
- :mod:`~gensim_distill.corpus.validation`: checks of a corpus.
"""
