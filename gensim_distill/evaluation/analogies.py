"""Analogies: the word that is to c as b is to a."""

from __future__ import annotations

import itertools
import logging
import math
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_choice
from gensim_distill.evaluation.datasets import Question, read_questions
from gensim_distill.vectors.keyed import fold_case, is_nonzero, rows_of, unit_vectors, word_rows
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)

_WORDS = 4096  # how many words of the vocabulary are scored at once,
_QUESTIONS = 256  # and for how many questions: together a few megabytes, which stay in the processor's cache
_COSMUL_EPSILON = 1e-6  # as in Levy & Goldberg and gensim
_GENSIMS_PATIENCE = 5  # how many of the nearest words gensim looks at for one that is not in the question


@dataclass(frozen=True)
class SectionResult:
    """How many questions of one section were answered rightly.

    Attributes
    ----------
    name : str
    correct, total : int
        Right answers, and questions whose four words are all known.
    skipped : int
        Questions with an unknown word.
    """

    name: str
    correct: int
    total: int
    skipped: int

    @property
    def accuracy(self) -> float:
        """The share of right answers; nan without any question."""
        return self.correct / self.total if self.total else math.nan

    @property
    def syntactic(self) -> bool:
        """Whether the section asks for grammar: in Google's set its name begins with "gram"."""
        return self.name.startswith("gram")


@dataclass(frozen=True)
class AnalogyResult:
    """How many analogies were solved.

    Attributes
    ----------
    sections : tuple of SectionResult
        In the order of the data set.
    method : str
        "add" or "mul".
    missing : tuple of str
        The words that were looked for and are not among the words in use.
    """

    sections: tuple[SectionResult, ...]
    method: str
    missing: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        """The share of right answers among the questions that could be asked; nan if there were none."""
        return _accuracy(self.sections)

    @property
    def semantic(self) -> float:
        """The same for the sections that are not about grammar."""
        return _accuracy([section for section in self.sections if not section.syntactic])

    @property
    def syntactic(self) -> float:
        """The same for the sections about grammar."""
        return _accuracy([section for section in self.sections if section.syntactic])

    @property
    def correct(self) -> int:
        """The number of right answers."""
        return sum(section.correct for section in self.sections)

    @property
    def total(self) -> int:
        """The number of questions that could be asked."""
        return sum(section.total for section in self.sections)

    @property
    def skipped(self) -> int:
        """The number of questions with an unknown word."""
        return sum(section.skipped for section in self.sections)

    @property
    def coverage(self) -> float:
        """The share of the questions that could be asked."""
        asked, everything = self.total, self.total + self.skipped
        return asked / everything if everything else 0.0


def analogies(
    vectors: Any,
    questions: str | os.PathLike[str] | Mapping[str, Iterable[Question]] | Iterable[Question] = "google",
    *,
    method: str = "add",
    most_frequent: int | None = 300_000,
    case_insensitive: bool = True,
    words: Collection[str] | None = None,
) -> AnalogyResult:
    """Ask which word is to c as b is to a, and count the right answers.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`load_vectors`.
    questions : {"google"}, path, mapping or iterable, optional
        See :func:`read_questions`.
    method : {"add", "mul"}, optional
        3CosAdd takes the word nearest to b - a + c (Mikolov et al., 2013) and answers as
        :meth:`gensim.models.KeyedVectors.evaluate_word_analogies` does; 3CosMul multiplies and
        divides the cosines (Levy & Goldberg, 2014), which keeps one of the three words from
        outweighing the others and is mostly better.
    most_frequent : int, optional
        Questions of other than the first so many words of the vocabulary are skipped, and answers
        are sought among these. Fewer make it faster and easier; models are comparable only with the
        same number. None is for all.
    case_insensitive : bool, optional
        Whether case is ignored; of variants the first counts, and no variant of a word of the
        question is an answer.
    words : collection of str, optional
        Ask only questions of these words, and seek answers among them: with the words that several
        models share, all of them have the same questions and the same choice.

    Returns
    -------
    AnalogyResult

    Raises
    ------
    ValueError
        If vectors, questions or a setting cannot be used.

    Notes
    -----
    A word whose vector is zeros is never an answer, and a question with one is not solved. Memory
    does not depend on the size of the vocabulary: it is gone through in blocks, once.

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
        logger.warning("No analogies: none of the %i questions has four known words.", len(known))

    results, start = [], 0
    for name, listed in sections.items():
        part = slice(start, start + len(listed))
        total = int(known[part].sum())
        results.append(SectionResult(name, int(correct[part].sum()), total, len(listed) - total))
        start += len(listed)
    looked_for = dict.fromkeys(itertools.chain.from_iterable(itertools.chain(*sections.values())))
    missing = tuple(word for word in looked_for if fold_case(word, case_insensitive) not in rows)
    return AnalogyResult(tuple(results), method, missing)


def _accuracy(sections: Iterable[SectionResult]) -> float:
    counts = [(section.correct, section.total) for section in sections]
    total = sum(count for _, count in counts)
    return sum(right for right, _ in counts) / total if total else math.nan


def _variants(
    vectors: KeyedVectors, rows: Mapping[str, int], most_frequent: int | None, case_insensitive: bool
) -> IntArray:
    """Give for each row that may be an answer the row that its word is looked up by, -1 for others."""
    keys = vectors.index_to_key[:most_frequent]
    if not case_insensitive:
        return rows_of(keys, rows)
    return rows_of((key.upper() for key in keys), rows)


def _solve(vectors: KeyedVectors, quadruples: IntArray, variants: IntArray, method: str) -> np.ndarray:
    """Tell for each question, four rows, whether the best answer is the expected one.

    Both methods add up what the three words say for each answer: cosines, or their logarithms, since
    logarithms keep order. So the cosines of each word that occurs with all answers are computed once.
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
        # What may not be the answer: words that are not in use or have no direction, and all that are
        # looked up as a word of the question. Infinities of the right sign outweigh whatever is added.
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
    directed = is_nonzero(vectors, terms)[places.reshape(-1, 3)].all(axis=1)
    correct = np.asarray((answers >= 0) & (variants[answers] == quadruples[:, 3]) & directed)
    if method == "add":
        _give_up_as_gensim(vectors, quadruples, variants, best, correct)
    return correct


def _terms(cosines: np.ndarray, method: str) -> tuple[np.ndarray, np.ndarray]:
    """Give what each word adds to the score of each answer in the place of b or c, and takes from it in that of a."""
    if method == "add":
        return cosines, cosines.copy()
    shifted = np.clip((1 + cosines) / 2, 0, None)
    with np.errstate(divide="ignore"):  # opposite vectors: a product of zero
        return np.log(shifted), np.log(shifted + np.float32(_COSMUL_EPSILON))


def _give_up_as_gensim(
    vectors: KeyedVectors, quadruples: IntArray, variants: IntArray, best: np.ndarray, correct: np.ndarray
) -> None:
    """Take back answers that gensim does not find: it looks at five words, and all may be variants of the question's.

    This takes a vocabulary with many spellings of one word, such as dog, Dog, DOG.
    """
    number = np.bincount(variants[variants >= 0], minlength=len(variants)) - 1
    doubtful = np.flatnonzero(correct & (number[quadruples[:, :3]].sum(axis=1) >= _GENSIMS_PATIENCE))
    for question in doubtful:
        own = quadruples[question, :3]
        others = np.setdiff1d(np.flatnonzero(np.isin(variants, own)), own)
        a, b, c = unit_vectors(vectors, own).astype(np.float64)
        nearer = unit_vectors(vectors, others) @ (b + c - a) > best[question]
        correct[question] = nearer.sum() < _GENSIMS_PATIENCE
