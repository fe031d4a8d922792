"""Analogies: find the word that is to c as b is to a."""

from __future__ import annotations

import itertools
import logging
import math
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_choice
from gensim_distill.evaluation.datasets import Question, read_questions
from gensim_distill.vectors.keyed import fold_case, is_nonzero, rows_of, unit_vectors, word_rows
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)

#: 3CosAdd or 3CosMul.
AnalogyMethod: TypeAlias = Literal["add", "mul"]

# Words and questions per block; the scores are a few megabytes, which fit the CPU's cache.
_WORDS = 4096
_QUESTIONS = 256
_COSMUL_EPSILON = 1e-6  # as in Levy & Goldberg and gensim
_GENSIM_CANDIDATES = 5  # nearest words among which gensim looks for one that is not in the question


@dataclass(frozen=True)
class SectionResult:
    """The result for one section of the questions.

    Attributes
    ----------
    name : str
    correct, total : int
        The number of right answers, and of questions whose four words are in use.
    skipped : int
        The number of questions with another word.
    """

    name: str
    correct: int
    total: int
    skipped: int

    @property
    def accuracy(self) -> float:
        """The share of right answers; NaN without questions."""
        return self.correct / self.total if self.total else math.nan

    @property
    def syntactic(self) -> bool:
        """Whether the section is about grammar: in Google's data set its name begins with "gram"."""
        return self.name.startswith("gram")


@dataclass(frozen=True)
class AnalogyResult:
    """The result of :func:`analogies`.

    Attributes
    ----------
    sections : tuple of SectionResult
        In the order of the data set.
    method : {"add", "mul"}
    missing : tuple of str
        The words of the questions that are not in use.
    """

    sections: tuple[SectionResult, ...]
    method: AnalogyMethod
    missing: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        """The share of right answers among the questions that were not skipped; NaN if there are none."""
        return _accuracy(self.sections)

    @property
    def semantic(self) -> float:
        """The accuracy in the sections that are not about grammar."""
        return _accuracy([section for section in self.sections if not section.syntactic])

    @property
    def syntactic(self) -> float:
        """The accuracy in the sections about grammar."""
        return _accuracy([section for section in self.sections if section.syntactic])

    @property
    def correct(self) -> int:
        """The number of right answers."""
        return sum(section.correct for section in self.sections)

    @property
    def total(self) -> int:
        """The number of questions that were not skipped."""
        return sum(section.total for section in self.sections)

    @property
    def skipped(self) -> int:
        """The number of questions that were skipped."""
        return sum(section.skipped for section in self.sections)

    @property
    def coverage(self) -> float:
        """The share of the questions that were not skipped, from 0 to 1."""
        asked, everything = self.total, self.total + self.skipped
        return asked / everything if everything else 0.0


def analogies(
    vectors: Any,
    questions: str | os.PathLike[str] | Mapping[str, Iterable[Question]] | Iterable[Question] = "google",
    *,
    method: AnalogyMethod = "add",
    most_frequent: int | None = 300_000,
    case_insensitive: bool = True,
    words: Collection[str] | None = None,
) -> AnalogyResult:
    """Answer the questions "which word is to c as b is to a?", and count the right answers.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`~gensim_distill.vectors.load_vectors`.
    questions : {"google"}, path, mapping or iterable, optional
        See :func:`read_questions`.
    method : {"add", "mul"}, optional
        3CosAdd answers with the word nearest to b - a + c (Mikolov et al., 2013), like
        :meth:`gensim.models.KeyedVectors.evaluate_word_analogies`. 3CosMul multiplies and divides the
        cosines (Levy & Goldberg, 2014), so that none of the three words dominates; it is usually better.
    most_frequent : int, optional
        Use only this many words of the vocabulary, from the first: questions with other words are
        skipped, and other words are no answers. Fewer words are faster and easier; models are
        comparable only with the same number. None uses all.
    case_insensitive : bool, optional
        Whether to ignore case. Of words that differ only in case the first is used, and none of
        them is an answer if one is in the question.
    words : collection of str, optional
        Use only these words for questions and answers. With the words that several models share, all
        models have the same questions and the same candidates.

    Returns
    -------
    AnalogyResult

    Raises
    ------
    ValueError
        If the vectors, the questions or a parameter are invalid.

    Notes
    -----
    A word with a zero vector is never an answer, and a question with such a word counts as wrong.
    The vocabulary is processed in blocks, so that the memory does not depend on its size.

    References
    ----------
    Tomas Mikolov, Kai Chen, Greg Corrado and Jeffrey Dean. Efficient Estimation of Word
    Representations in Vector Space. 2013. arXiv:1301.3781.

    Omer Levy and Yoav Goldberg. Linguistic Regularities in Sparse and Explicit Word Representations.
    CoNLL 2014.

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.evaluation import analogies
    >>> vectors = KeyedVectors(3)
    >>> vectors.add_vectors(["man", "woman", "king", "queen"], [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]])
    >>> analogies(vectors, [("man", "woman", "king", "queen")]).accuracy
    1.0
    """
    check_choice("method", method, ("add", "mul"), ", for 3CosAdd or 3CosMul")
    sections = read_questions(questions)
    model = load_vectors(vectors)
    rows = word_rows(model, most_frequent=most_frequent, case_insensitive=case_insensitive, words=words)
    asked = [fold_case(word, case_insensitive) for question in itertools.chain(*sections.values()) for word in question]
    quadruples = rows_of(asked, rows).reshape(-1, 4)
    known = quadruples.min(axis=1) >= 0
    correct = np.zeros(len(known), dtype=np.bool_)
    if known.any():
        variants = _variants(model, rows, most_frequent, case_insensitive)
        correct[known] = _solve(model, quadruples[known], variants, method)
    else:
        logger.warning("No analogies: none of the %i questions has four words in the vocabulary.", len(known))

    results, start = [], 0
    for name, listed in sections.items():
        part = slice(start, start + len(listed))
        total = int(known[part].sum())
        results.append(SectionResult(name, int(correct[part].sum()), total, len(listed) - total))
        start += len(listed)
    question_words = dict.fromkeys(itertools.chain.from_iterable(itertools.chain(*sections.values())))
    missing = tuple(word for word in question_words if fold_case(word, case_insensitive) not in rows)
    return AnalogyResult(tuple(results), method, missing)


def _accuracy(sections: Iterable[SectionResult]) -> float:
    counts = [(section.correct, section.total) for section in sections]
    total = sum(count for _, count in counts)
    return sum(right for right, _ in counts) / total if total else math.nan


def _variants(
    vectors: KeyedVectors, rows: Mapping[str, int], most_frequent: int | None, case_insensitive: bool
) -> IntArray:
    """Return for each candidate row the row by which its word is looked up, -1 for words that are not in use.

    Words that differ only in case share the row of the first.
    """
    keys = vectors.index_to_key[:most_frequent]
    if not case_insensitive:
        return rows_of(keys, rows)
    return rows_of((key.upper() for key in keys), rows)


def _solve(vectors: KeyedVectors, quadruples: IntArray, variants: IntArray, method: AnalogyMethod) -> np.ndarray:
    """Return for each question, a row of four rows, whether the best answer is right.

    The score of an answer is a sum of three terms, cosines for "add" and their logarithms for "mul".
    So the cosines of each word of the questions with all candidates are computed only once.
    """
    terms, places = np.unique(quadruples[:, :3], return_inverse=True)
    a, b, c = places.reshape(-1, 3).T
    queries = unit_vectors(vectors, terms)
    best = np.full(len(quadruples), -np.inf, dtype=np.float32)
    answers = np.full(len(quadruples), -1, dtype=np.int64)
    for start in range(0, len(variants), _WORDS):
        block = np.arange(start, min(start + _WORDS, len(variants)))
        candidates = unit_vectors(vectors, block)
        positive, negative = _terms(queries @ candidates.T, method)
        # Excluded answers get a score of -inf: words that are not in use, zero vectors, and the words
        # of the question in any case.
        positive[:, (variants[block] < 0) | ~candidates.any(axis=1)] = -np.inf
        own = variants[block] == terms[:, None]
        positive[own], negative[own] = -np.inf, np.inf
        for first in range(0, len(quadruples), _QUESTIONS):
            some = slice(first, first + _QUESTIONS)
            scores = positive[b[some]]
            scores += positive[c[some]]
            scores -= negative[a[some]]
            top = scores.argmax(axis=1)
            value = scores[np.arange(len(top)), top]
            better = value > best[some]
            best[some][better] = value[better]
            answers[some][better] = block[top[better]]
    nonzero = is_nonzero(vectors, terms)[places.reshape(-1, 3)].all(axis=1)
    correct = np.asarray((answers >= 0) & (variants[answers] == quadruples[:, 3]) & nonzero)
    if method == "add":
        _drop_answers_beyond_gensims(vectors, quadruples, variants, best, correct)
    return correct


def _terms(cosines: np.ndarray, method: AnalogyMethod) -> tuple[np.ndarray, np.ndarray]:
    """Return the term that a word adds to the score of each answer as b or c, and the term it subtracts as a."""
    if method == "add":
        return cosines, cosines.copy()
    shifted = np.clip((1 + cosines) / 2, 0, None)
    with np.errstate(divide="ignore"):  # opposite vectors have a product of zero
        return np.log(shifted), np.log(shifted + np.float32(_COSMUL_EPSILON))


def _drop_answers_beyond_gensims(
    vectors: KeyedVectors, quadruples: IntArray, variants: IntArray, best: np.ndarray, correct: np.ndarray
) -> None:
    """Mark answers as wrong that gensim does not find, in place.

    gensim looks for an answer among the five nearest words. All five can be words of the question if
    the vocabulary has them in many cases, such as dog, Dog and DOG.
    """
    number = np.bincount(variants[variants >= 0], minlength=len(variants)) - 1
    affected = np.flatnonzero(correct & (number[quadruples[:, :3]].sum(axis=1) >= _GENSIM_CANDIDATES))
    for question in affected:
        own = quadruples[question, :3]
        others = np.setdiff1d(np.flatnonzero(np.isin(variants, own)), own)
        a, b, c = unit_vectors(vectors, own).astype(np.float64)
        nearer = unit_vectors(vectors, others) @ (b + c - a) > best[question]
        correct[question] = nearer.sum() < _GENSIM_CANDIDATES
