"""Several models side by side, by all measures and on the same words."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.evaluation.analogies import analogies as solve_analogies
from gensim_distill.evaluation.classification import classification as classify
from gensim_distill.evaluation.comparison_table import Comparison, Score
from gensim_distill.evaluation.datasets import Pair, Question, read_pairs, read_questions
from gensim_distill.evaluation.isotropy import isotropy
from gensim_distill.evaluation.neighbors import hubness, neighbor_overlap
from gensim_distill.evaluation.similarity import word_similarity
from gensim_distill.evaluation.teacher_vectors import teacher_vectors
from gensim_distill.teachers import Teacher
from gensim_distill.vectors.keyed import first_words, fold_case, keyed_vectors, shared_words, word_rows
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)

_GEOMETRY_WORDS = 10_000  # the words among which neighbors and hubs are sought


def compare(
    models: Mapping[str, Any],
    *,
    similarity: Sequence[Any] | Mapping[str, Any] = ("simlex999", "wordsim353"),
    analogies: Sequence[Any] | Mapping[str, Any] = ("google",),
    classification: Mapping[str, tuple[Sequence[Any], Sequence[Any]]] | None = None,
    neighbors: Any = None,
    geometry: bool = True,
    method: str = "add",
    most_frequent: int | None = 300_000,
    same_words: bool = True,
    case_insensitive: bool = True,
    resamples: int = 1000,
    seed: int = 1,
) -> Comparison:
    """Measure several models by everything in this package, and put them side by side.

    Parameters
    ----------
    models : mapping of str to KeyedVectors, model with ``wv``, path or Teacher
        By the names that they have in the table. A teacher, or ``"name": teacher``, is judged by its
        vectors of the words alone (:func:`teacher_vectors`) that the other models share, or that the
        data sets hold if there are no others, and by its mean states of texts; for its words in
        context give what :func:`teacher_vectors` makes of a corpus.
    similarity : sequence of data sets, or mapping of names to them, optional
        See :func:`read_pairs`.
    analogies : sequence of data sets, or mapping of names to them, optional
        See :func:`read_questions`.
    classification : mapping of str to (texts, labels), optional
        See :func:`classification`; needs scikit-learn.
    neighbors : Teacher, KeyedVectors, model with ``wv`` or path, optional
        What nearest neighbors are held against; see :func:`neighbor_overlap`.
    geometry : bool, optional
        Whether isotropy and hubness are measured too, on at most 10,000 words.
    method : {"add", "mul"}, optional
        How analogies are solved.
    most_frequent : int, optional
        Only the first so many words of each model count, except in classification; None is for all.
    same_words : bool, optional
        Whether all models are judged on the words that all of them know: the same pairs, the same
        questions with the same choice of answers, the same neighborhoods. Otherwise a model that
        knows the easy words only looks better than it is. What each knows by itself is told as
        coverage.
    case_insensitive : bool, optional
        Whether case is ignored in similarity and analogies.
    resamples : int, optional
        For the confidence intervals of similarity.
    seed : int, optional
        The same seed gives the same numbers.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError, ValueError
        If models or data sets cannot be used.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.evaluation import compare
    >>> models = {"binary": datapath("euclidean_vectors.bin"), "first 500": datapath("euclidean_vectors.bin")}
    >>> comparison = compare(models, similarity=["wordsim353"], analogies=[], geometry=False)
    >>> print(comparison.table().splitlines()[0])
    model                wordsim353
    """
    if not isinstance(models, Mapping) or not models:
        raise TypeError(
            "models must be a mapping of names to models, such as {'mine': model.wv, 'GloVe': 'glove.txt'}."
        )
    pairs = {name: read_pairs(source) for name, source in _named(similarity, "similarity").items()}
    questions = {name: read_questions(source) for name, source in _named(analogies, "analogies").items()}
    tasks = dict(classification or {})
    _check_names([*pairs, *questions, *tasks])
    teachers = {name: source for name, source in models.items() if _is_teacher(source)}
    vectors = {name: load_vectors(source) for name, source in models.items() if name not in teachers}
    if teachers:
        words = _words_for_teachers(list(vectors.values()), pairs, questions, most_frequent)
        vectors |= {name: teacher_vectors(teacher, words) for name, teacher in teachers.items()}
    vectors = {name: vectors[name] for name in models}

    shared = exact = None
    if same_words:
        shared = shared_words(vectors.values(), most_frequent=most_frequent, case_insensitive=case_insensitive)
        exact = shared_words(vectors.values(), most_frequent=most_frequent, case_insensitive=False)[:_GEOMETRY_WORDS]
        if not shared:
            raise ValueError(
                "The models share no word: give same_words=False to judge each on the words that it knows."
            )
    if neighbors is not None and not _is_teacher(neighbors):
        neighbors = load_vectors(neighbors)
    elif neighbors is not None and exact:
        neighbors = teacher_vectors(neighbors, exact)  # read once for all models

    lookup: dict[str, Any] = {"case_insensitive": case_insensitive, "most_frequent": most_frequent}
    scores: dict[str, dict[str, Score]] = {name: {} for name in vectors}
    for name, model in vectors.items():
        logger.info("Evaluating %s", name)
        row = scores[name]
        # A teacher can read any word; which ones it was given to read says nothing of it.
        known = None if name in teachers else word_rows(model, **lookup).keys()
        for measure, listed in pairs.items():
            found = word_similarity(model, listed, words=shared, resamples=resamples, seed=seed, **lookup)
            coverage = _coverage([pair[:2] for pair in listed], known, case_insensitive)
            row[measure] = Score(found.spearman, found.low, found.high, coverage, found.pairs_used, found.pairs_total)
        for measure, sections in questions.items():
            asked = [question for section in sections.values() for question in section]
            solved = solve_analogies(model, sections, method=method, words=shared, **lookup)
            coverage = _coverage(asked, known, case_insensitive)
            row[measure] = Score(solved.accuracy, None, None, coverage, solved.total, len(asked))
            if len({section.syntactic for section in solved.sections}) == 2:
                row[f"{measure} semantic"] = Score(solved.semantic)
                row[f"{measure} syntactic"] = Score(solved.syntactic)
        for measure, (texts, labels) in tasks.items():
            task = classify(teachers.get(name, model), texts, labels, seed=seed)
            row[measure] = Score(task.accuracy, task.low, task.high, task.coverage, task.tested, task.texts)
        if neighbors is not None:
            number = _GEOMETRY_WORDS if exact is None else None
            row["neighbors"] = Score(
                neighbor_overlap(model, neighbors, words=exact, most_frequent=number, seed=seed).overlap
            )
        if geometry:
            part = first_words(model, _GEOMETRY_WORDS) if exact is None else _only(model, exact)
            shape = isotropy(part)
            row["isotropy"] = Score(shape.partition)
            row["mean cosine"] = Score(shape.mean_cosine)
            row["hubness"] = Score(hubness(part).skewness)
    sizes = {name: len(model) for name, model in vectors.items()}
    return Comparison(scores, sizes, None if shared is None else len(shared))


def _is_teacher(source: Any) -> bool:
    return isinstance(source, Teacher) and not hasattr(source, "wv")


def _named(sources: Any, parameter: str) -> dict[str, Any]:
    """Give data sets by their names: those given, those of built-in sets, or those of files without their endings."""
    if isinstance(sources, Mapping):
        return dict(sources)
    if isinstance(sources, (str, os.PathLike)):
        sources = [sources]
    named: dict[str, Any] = {}
    for source in sources or ():
        if not isinstance(source, (str, os.PathLike)):
            raise TypeError(
                f"{parameter} holds {str(source)[:60]!r}, which has no name: give names or paths of data sets, or a mapping "
                "of names to them."
            )
        name = Path(source).name.partition(".")[0]
        if name in named:
            raise ValueError(
                f"{parameter} holds two data sets that would be called {name!r}: give a mapping of names to them."
            )
        named[name] = source
    return named


def _check_names(names: list[str]) -> None:
    taken = ["neighbors", "isotropy", "mean cosine", "hubness"]
    for name in names:
        if name in taken:
            raise ValueError(f"Two measures would be called {name!r}: give this data set another name, in a mapping.")
        taken.append(name)


def _words_for_teachers(
    others: Sequence[KeyedVectors],
    pairs: Mapping[str, list[Pair]],
    questions: Mapping[str, dict[str, list[Question]]],
    most_frequent: int | None,
) -> list[str]:
    """Give the words that all other models share, or those of the data sets if there are no others."""
    if others:
        words = shared_words(others, most_frequent=most_frequent, case_insensitive=False)
    else:
        words = [word for listed in pairs.values() for pair in listed for word in pair[:2]]
        for sections in questions.values():
            words += [word for asked in sections.values() for question in asked for word in question]
    if not words:
        raise ValueError(
            "There are no words for the teacher to read: give models that share some, or data sets with words."
        )
    return words


def _coverage(tuples: Sequence[Iterable[str]], known: Any, case_insensitive: bool) -> float | None:
    """Give the share of pairs or questions whose words are all known, None if there is no saying."""
    if known is None or not tuples:
        return None
    return float(np.mean([all(fold_case(word, case_insensitive) in known for word in words) for words in tuples]))


def _only(vectors: KeyedVectors, words: Sequence[str]) -> KeyedVectors:
    rows = [vectors.key_to_index[word] for word in words]
    return keyed_vectors(words, vectors.vectors[rows])
