"""The input of a solver: the settings of the pass, and the words that vectors are learned for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

import numpy as np

from gensim_distill.contexts.unknown_subwords import UnknownSubwords
from gensim_distill.contexts.views import Scope, View
from gensim_distill.corpus.context_budget import check_budget
from gensim_distill.corpus.reader import TextReader
from gensim_distill.objectives import ObjectiveName, X2Static, default_budget, make_objective
from gensim_distill.objectives.protocol import Objective
from gensim_distill.statistics.cache import StatisticsCache
from gensim_distill.teachers.protocol import Teacher

#: How vectors are learned: from the statistics of one pass, or by the gradient descent of the paper.
SolverName: TypeAlias = Literal["one-pass", "sgd"]
SOLVERS: tuple[SolverName, ...] = get_args(SolverName)


@dataclass(frozen=True)
class Vocabulary:
    """The words that vectors are learned for, and the size of the corpus that they were counted in.

    Attributes
    ----------
    words : sequence of str
        In the order of their indices.
    index : mapping of str to int
        The index of each word.
    corpus_documents, corpus_words : int
        The number of documents and of words in the corpus, all occurrences included.
    counts : numpy.ndarray of int64, optional
        The number of occurrences of each word.
    """

    words: Sequence[str]
    index: Mapping[str, int]
    corpus_documents: int = 0
    corpus_words: int = 0
    counts: np.ndarray | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.words)

    def frequencies(self, words: np.ndarray) -> np.ndarray:
        """Return the share of each word in all occurrences of words of the vocabulary.

        Parameters
        ----------
        words : numpy.ndarray of int
            A sample of words of the corpus, which are counted if `counts` is None.

        Returns
        -------
        numpy.ndarray of float64, shape (len(self),)

        Examples
        --------
        >>> import numpy as np
        >>> from gensim_distill.solvers.settings import Vocabulary
        >>> Vocabulary(["a", "b"], {"a": 0, "b": 1}).frequencies(np.array([0, 0, 1, 0])).tolist()
        [0.75, 0.25]
        """
        counts = np.zeros(len(self))
        known = np.bincount(words) if self.counts is None else self.counts
        counts[: len(known)] = known  # vectors that were added later have no counts
        shares: np.ndarray = counts / max(counts.sum(), 1)
        return shares


@dataclass(frozen=True)
class PassSettings:
    """How the teacher reads a corpus.

    Attributes
    ----------
    teacher : Teacher
    reader : TextReader
        Divides documents into passages, and turns these into text and words.
    views : tuple of View
        The contexts to compute, those of isolated words included.
    contexts_per_word : int or None
        The budget: the number of passages in which each word shall occur; None reads all passages of every document.
    budget_is_default : bool
        Whether the budget was left to the objective; then it does not apply to a corpus that can be read only once.
    seed : int
        For the budget.
    cache_dir : str or None
        The folder of checkpoints; None writes none.
    progress : bool or None
        Whether to show progress bars; None shows them on a terminal, and elsewhere as lines.
    cache : StatisticsCache or None
        Has the statistics of corpora that were read before; those of a first training are added to it.
    unknown : UnknownSubwords
        The subwords that the teacher's tokenizer did not know, in the current pass.
    """

    teacher: Teacher
    reader: TextReader
    views: tuple[View, ...]
    contexts_per_word: int | None = None
    budget_is_default: bool = False
    seed: int = 1
    cache_dir: str | None = None
    progress: bool | None = None
    cache: StatisticsCache | None = None
    unknown: UnknownSubwords = field(default_factory=UnknownSubwords, compare=False)

    @property
    def corpus_views(self) -> tuple[View, ...]:
        """The views whose contexts come from the corpus."""
        return tuple(view for view in self.views if not view.isolated)

    @property
    def word_views(self) -> tuple[View, ...]:
        """The views with statistics of words; the others keep texts."""
        return tuple(view for view in self.views if not view.keeps_texts)

    @property
    def isolated_views(self) -> tuple[View, ...]:
        """The views for which the teacher reads words in isolation."""
        return tuple(view for view in self.views if view.isolated)


def resolve_budget(contexts_per_word: int | str | None, objective: Objective, solver: SolverName) -> int | None:
    """Return the budget of a value of ``contexts_per_word``: "auto" is the default of the objective, or None with "sgd".

    Raises
    ------
    ValueError
        If it is neither "auto", None nor a whole number from 1.

    Examples
    --------
    >>> from gensim_distill.objectives import Hybrid
    >>> from gensim_distill.solvers.settings import resolve_budget
    >>> resolve_budget("auto", Hybrid(), "one-pass")
    4
    """
    if contexts_per_word == "auto":
        contexts_per_word = None if solver == "sgd" else default_budget(objective)
    return None if contexts_per_word is None else check_budget(contexts_per_word)


def resolve_objective(
    objective: ObjectiveName | Objective,
    solver: SolverName,
    *,
    context: Scope | None,
    layers: int | Sequence[int] | None,
    whitening: float | None,
) -> Objective:
    """Return the objective with a name and its options; gradient descent whitens contexts itself.

    Raises
    ------
    ValueError
        If there is no such objective, it has no such option, or the solver does not support it.
    """
    made = make_objective(objective, context=context, layers=layers, whitening=None if solver == "sgd" else whitening)
    if solver == "sgd" and not isinstance(made, X2Static):
        raise ValueError(f"solver='sgd' is for objective='x2static'; for objective={objective!r} omit solver=.")
    return made
