"""The part of the one-pass solver that learns from texts."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np

from gensim_distill._utils.heap import trim_heap
from gensim_distill._utils.text import short
from gensim_distill.linalg import build_in_blocks, normalize, principal_directions_from_moment, row_blocks
from gensim_distill.linalg.bags import bags_of_words, sum_rows
from gensim_distill.objectives.protocol import Projection, TextFit, TextObjective
from gensim_distill.objectives.results import check_rows
from gensim_distill.objectives.text_table import TextTable
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.solvers.text_pieces import fit_pieces
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextSample, TextStore
from gensim_distill.teachers.text_head import TextHead, text_head_of

logger = logging.getLogger(__name__)

#: The smallest number of texts to learn from; with fewer, only the views of words count.
MIN_TEXTS = 8


def fit_texts(
    objective: TextObjective,
    moments: Mapping[str, Moments],
    store: TextStore | None,
    settings: PassSettings,
    vocabulary: Vocabulary,
    vector_size: int | None = None,
) -> tuple[Projection, TextTable | None, np.ndarray | None]:
    """Fit an objective to texts, if there are enough of them.

    Parameters
    ----------
    objective : TextObjective
    moments : mapping of str to Moments
        The statistics of the vocabulary in each view.
    store : TextStore or None
        Texts with the teacher's pooled hidden states.
    settings : PassSettings
    vocabulary : Vocabulary
    vector_size : int, optional
        The largest number of dimensions of the table: of more, the principal components of the texts are kept.

    Returns
    -------
    projection : Projection
        Maps the statistics of words to their vectors.
    table : TextTable or None
        None if the texts are too few, or all have the same vector.
    vectors : numpy.ndarray or None
        The vectors of the vocabulary, unchecked, if the objective has computed them.
    """
    sample = None if store is None else store.sample()
    if sample is None or len(sample) < MIN_TEXTS:
        logger.info(
            "The teacher read %i texts with words of the vocabulary; vectors of texts are learned from %i or more.",
            0 if sample is None else len(sample),
            MIN_TEXTS,
        )
        return objective.fit(moments), None, None
    texts = TextSample(sample.words, sample.lengths, _transform(sample.vectors, text_head_of(settings.teacher)))
    fit = objective.fit_texts(moments, texts, vocabulary.frequencies(sample.words))
    if not isinstance(fit, TextFit):
        raise TypeError(f"{type(objective).__name__}.fit_texts() returned {short(fit)}: it must return a TextFit.")
    rows = check_rows(fit.rows, objective, len(vocabulary))
    if not rows.any():
        return fit.projection, None, fit.vectors
    trim_heap()  # of the matrices of the fit, before the arrays of pieces are allocated
    strings, of_pieces = fit_pieces(settings.teacher, vocabulary, rows)
    if vector_size is not None and vector_size < rows.shape[1]:
        directions = principal_directions_of_texts(rows, texts, vector_size)
        rows, of_pieces = rows @ directions, of_pieces @ directions
    return fit.projection, TextTable(rows, strings, of_pieces), fit.vectors


def principal_directions_of_texts(rows: np.ndarray, texts: TextSample, n_components: int) -> np.ndarray:
    """Compute the principal components of the L2-normalized sums of rows over texts.

    Parameters
    ----------
    rows : numpy.ndarray of float32, shape (vocabulary_size, d)
        The row of each word.
    texts : TextSample
    n_components : int
        From 1 to d.

    Returns
    -------
    numpy.ndarray of float32, shape (d, n_components)
    """
    bags = bags_of_words(texts.words, texts.lengths, len(rows))
    moment = np.zeros((rows.shape[1], rows.shape[1]))
    for block in row_blocks(len(texts)):
        sums = normalize(sum_rows(bags[block], rows), overwrite=True)
        moment += sums.T @ sums
    return principal_directions_from_moment(moment, n_components).astype(np.float32)


def _transform(vectors: np.ndarray, head: TextHead) -> np.ndarray:
    """Return the output of a text head for pooled hidden states, in float16 as they are if it has no layers."""
    if not head.layers:
        return vectors
    width = head.width or vectors.shape[1]
    return build_in_blocks(lambda rows: head.transform(vectors[rows]), len(vectors), width)
