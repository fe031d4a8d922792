"""Comparison of several models in all measures, on the same words."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.evaluation.analogies import AnalogyMethod
from gensim_distill.evaluation.analogies import analogies as solve_analogies
from gensim_distill.evaluation.comparison_table import Comparison, Score
from gensim_distill.evaluation.datasets import Pair, Question, read_pairs, read_questions
from gensim_distill.evaluation.isotropy import isotropy
from gensim_distill.evaluation.neighbors import hubness, neighbor_overlap
from gensim_distill.evaluation.ranking import BM25, ranks_documents
from gensim_distill.evaluation.similarity import word_similarity
from gensim_distill.evaluation.teacher_vectors import teacher_vectors
from gensim_distill.evaluation.text_sources import encodes_texts, is_teacher
from gensim_distill.evaluation.text_tasks import TextTasks
from gensim_distill.exports.stored_vectors import opened
from gensim_distill.vectors.keyed import first_words, fold_case, keyed_vectors, shared_words, word_rows
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)

_GEOMETRY_WORDS = 10_000  # for isotropy, hubness and neighbors, whose time grows with the square


def compare(
    models: Mapping[str, Any],
    *,
    similarity: Sequence[Any] | Mapping[str, Any] = ("simlex999", "wordsim353"),
    analogies: Sequence[Any] | Mapping[str, Any] = ("google",),
    classification: Mapping[str, Any] | None = None,
    centroid: Mapping[str, Any] | None = None,
    clustering: Mapping[str, Any] | None = None,
    text_similarity: Sequence[Any] | Mapping[str, Any] = (),
    retrieval: Mapping[str, Any] | None = None,
    bm25: bool = True,
    neighbors: Any = None,
    geometry: bool = True,
    method: AnalogyMethod = "add",
    most_frequent: int | None = 300_000,
    same_words: bool = True,
    case_insensitive: bool = True,
    resamples: int = 1000,
    seed: int = 1,
) -> Comparison:
    """Evaluate several models in all measures of this package, by default on the words that all of them have.

    Parameters
    ----------
    models : mapping of str to KeyedVectors, model with ``wv``, path, Teacher, or object with ``encode``
        The models by their names in the table. A teacher is evaluated by its vectors of isolated words
        (:func:`teacher_vectors`), those that the other models share or, without other models, those of
        the data sets, and by its own vectors of texts (:func:`teacher_text_vectors`). For its words in context
        pass the result of :func:`teacher_vectors` for a corpus. A model with ``wv`` and ``encode`` is evaluated by
        its word vectors, and in the tasks of texts by ``encode``; an object with ``encode`` alone, such as a
        :class:`~gensim_distill.encoding.TextEncoder` or a model of sentence-transformers, in the tasks of texts
        only; a :class:`BM25` or :class:`Run` in retrieval only.
    similarity : sequence of data sets, or mapping of names to them, optional
        See :func:`read_pairs`.
    analogies : sequence of data sets, or mapping of names to them, optional
        See :func:`read_questions`.
    classification : mapping of str to (texts, labels) or LabeledTexts, optional
        Texts and labels by the name of the data set, see :func:`~gensim_distill.evaluation.classification`;
        needs scikit-learn.
    centroid : mapping of str to (texts, labels) or LabeledTexts, optional
        The same for :func:`nearest_centroid`.
    clustering : mapping of str to (texts, labels) or LabeledTexts, optional
        The same for :func:`~gensim_distill.evaluation.clustering`; needs scikit-learn.
    text_similarity : sequence of paths, or mapping of names to data sets, optional
        See :func:`read_text_pairs`.
    retrieval : mapping of str to Collection or path, optional
        Collections by their names, see :func:`~gensim_distill.evaluation.retrieval`; needs ir-measures.
    bm25 : bool, optional
        Whether retrieval by :class:`BM25` is added to the table as the model "BM25".
    neighbors : Teacher, KeyedVectors, model with ``wv`` or path, optional
        The reference for nearest neighbors, see :func:`neighbor_overlap`.
    geometry : bool, optional
        Whether to measure isotropy and hubness too, on at most 10,000 words.
    method : {"add", "mul"}, optional
        The method for analogies, see :func:`~gensim_distill.evaluation.analogies`.
    most_frequent : int, optional
        Use only this many words of each model, from the first, except in classification; None uses all.
    same_words : bool, optional
        Whether to evaluate all models on the words that all of them have: the same pairs, questions,
        candidate answers and neighborhoods. Otherwise a model that has only easy words scores too
        high. The coverage is always that of the model's own vocabulary.
    case_insensitive : bool, optional
        Whether to ignore case in similarity and analogies.
    resamples : int, optional
        The number of bootstrap resamples for the confidence intervals of similarity.
    seed : int, optional
        The seed of resampling, samples and splits.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError, ValueError
        If a model, a data set or a parameter is invalid.

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
    tasks = TextTasks.read(
        retrieval=dict(retrieval or {}),
        text_similarity=_named(text_similarity, "text_similarity"),
        clustering=dict(clustering or {}),
        classification=dict(classification or {}),
        centroid=dict(centroid or {}),
    )
    tasks.check_libraries(bm25)
    _check_names([*pairs, *questions, *tasks.names])
    sources = {name: opened(source) for name, source in models.items()}
    for name, source in sources.items():
        if ranks_documents(source) and not tasks.retrieval:
            raise ValueError(
                f"The model {name!r} only ranks documents, and there is no collection for search: use retrieval=."
            )
    if tasks.retrieval and bm25 and "BM25" not in sources:
        sources["BM25"] = BM25()
    needs_words = bool(pairs or questions or geometry or neighbors is not None)
    teachers = {name: source for name, source in sources.items() if is_teacher(source)}
    vectors = {name: load_vectors(source) for name, source in sources.items() if _has_words(source)}
    if teachers and needs_words:
        words = _words_for_teachers(list(vectors.values()), pairs, questions, most_frequent)
        vectors |= {name: teacher_vectors(teacher, words) for name, teacher in teachers.items()}
    vectors = {name: vectors[name] for name in sources if name in vectors}

    shared = exact = None
    if same_words and vectors and needs_words:
        shared = shared_words(vectors.values(), most_frequent=most_frequent, case_insensitive=case_insensitive)
        exact = shared_words(vectors.values(), most_frequent=most_frequent, case_insensitive=False)[:_GEOMETRY_WORDS]
        if not shared:
            raise ValueError("The models share no word: set same_words=False to evaluate each on its own vocabulary.")
    if neighbors is not None and not is_teacher(neighbors):
        neighbors = load_vectors(neighbors)
    elif neighbors is not None and exact:
        neighbors = teacher_vectors(neighbors, exact)  # read once for all models

    lookup: dict[str, Any] = {"case_insensitive": case_insensitive, "most_frequent": most_frequent}
    scores: dict[str, dict[str, Score]] = {}
    for name, source in sources.items():
        logger.info("Evaluating %s", name)
        row = scores[name] = {}
        model = vectors.get(name)
        if model is not None and needs_words:
            # A teacher can read any word, so its vocabulary here has no meaning.
            known = None if name in teachers else word_rows(model, **lookup).keys()
            for measure, listed in pairs.items():
                found = word_similarity(
                    model, listed, words=shared, resamples=resamples, seed=seed, name=measure, **lookup
                )
                coverage = _coverage([pair[:2] for pair in listed], known, case_insensitive)
                used = (found.pairs_used, found.pairs_total)
                row[measure] = Score(found.spearman, found.low, found.high, coverage, *used, task="similarity")
            for measure, sections in questions.items():
                asked = [question for section in sections.values() for question in section]
                solved = solve_analogies(model, sections, method=method, words=shared, **lookup)
                coverage = _coverage(asked, known, case_insensitive)
                row[measure] = Score(solved.accuracy, None, None, coverage, solved.total, len(asked), "analogies")
                if len({section.syntactic for section in solved.sections}) == 2:
                    row[f"{measure} semantic"] = Score(solved.semantic, task="analogies")
                    row[f"{measure} syntactic"] = Score(solved.syntactic, task="analogies")
        own = None if name in teachers else model
        row.update(tasks.scores(source, own, resamples=resamples, seed=seed))
        if model is not None and neighbors is not None:
            number = _GEOMETRY_WORDS if exact is None else None
            row["neighbors"] = Score(
                neighbor_overlap(model, neighbors, words=exact, most_frequent=number, seed=seed).overlap
            )
        if model is not None and geometry:
            part = first_words(model, _GEOMETRY_WORDS) if exact is None else _only(model, exact)
            shape = isotropy(part)
            row["isotropy"] = Score(shape.partition)
            row["mean cosine"] = Score(shape.mean_cosine)
            row["hubness"] = Score(hubness(part).skewness)
    sizes = {name: len(vectors[name]) if name in vectors else None for name in sources}
    return Comparison(scores, sizes, None if shared is None else len(shared))


def _has_words(source: Any) -> bool:
    """Return whether a model has word vectors; what is neither a model of words nor of texts has some, too, for the error."""
    if hasattr(source, "wv") or isinstance(source, KeyedVectors):
        return True
    return not (is_teacher(source) or encodes_texts(source) or ranks_documents(source))


def _named(sources: Any, parameter: str) -> dict[str, Any]:
    """Return data sets by name: the keys of a mapping, or the names of data sets and files without endings."""
    if isinstance(sources, Mapping):
        return dict(sources)
    if isinstance(sources, (str, os.PathLike)):
        sources = [sources]
    named: dict[str, Any] = {}
    for source in sources or ():
        if not isinstance(source, (str, os.PathLike)):
            raise TypeError(
                f"{parameter} contains {str(source)[:60]!r}, which has no name: pass names or paths of data sets, or a "
                "mapping of names to data sets."
            )
        name = Path(source).name.partition(".")[0]
        if name in named:
            raise ValueError(
                f"{parameter} contains two data sets with the name {name!r}: pass a mapping of names to data sets."
            )
        named[name] = source
    return named


def _check_names(names: list[str]) -> None:
    taken = ["neighbors", "isotropy", "mean cosine", "hubness"]
    for name in names:
        if name in taken:
            raise ValueError(
                f"Two measures have the name {name!r}: pass a mapping with another name for this data set."
            )
        taken.append(name)


def _words_for_teachers(
    others: Sequence[KeyedVectors],
    pairs: Mapping[str, list[Pair]],
    questions: Mapping[str, dict[str, list[Question]]],
    most_frequent: int | None,
) -> list[str]:
    """Return the words that all other models share, or without other models those of the data sets."""
    if others:
        words = shared_words(others, most_frequent=most_frequent, case_insensitive=False)
    else:
        words = [word for listed in pairs.values() for pair in listed for word in pair[:2]]
        for sections in questions.values():
            words += [word for asked in sections.values() for question in asked for word in question]
    if not words:
        raise ValueError(
            "There are no words for the teacher to read: pass models that share words, or data sets with words."
        )
    return words


def _coverage(tuples: Sequence[Iterable[str]], known: Any, case_insensitive: bool) -> float | None:
    """Return the share of pairs or questions whose words are all known, or None if it is undefined."""
    if known is None or not tuples:
        return None
    return float(np.mean([all(fold_case(word, case_insensitive) in known for word in words) for words in tuples]))


def _only(vectors: KeyedVectors, words: Sequence[str]) -> KeyedVectors:
    rows = [vectors.key_to_index[word] for word in words]
    return keyed_vectors(words, vectors.vectors[rows])
