"""The learned state of a model, apart from gensim's own arrays: reset, aligned, copied and saved in one place."""

from __future__ import annotations

import copy
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.views import View
from gensim_distill.objectives.context_classifier import ContextClassifier
from gensim_distill.objectives.protocol import Projection
from gensim_distill.objectives.regression import IsolatedWordProjection
from gensim_distill.objectives.text_table import TextTable
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_statistics, save_moments
from gensim_distill.statistics.text_store import TextStore


@dataclass
class LearnedState:
    """All that a model has learned, apart from ``wv`` and the output weights of gensim.

    Attributes
    ----------
    moments : dict of str to Moments, or None
        The statistics of each view, by its name; None if their file was missing when the model was loaded.
    texts : TextStore or None
        Texts with the teacher's vectors; None if the objective has no view that keeps them, or their file was missing.
    projection : Projection or None
        Maps the moments of a word to its vector; it infers the vectors of out-of-vocabulary words.
    directions : numpy.ndarray of float32, shape (dimensions of the objective, vector_size), or None
        The principal components that vectors are projected onto; None if they are not.
    isolated_projection : IsolatedWordProjection or None
        Maps a word in isolation to its vector; fitted when it is first needed.
    text_table : TextTable or None
        The rows of words and pieces whose mean is the vector of a text; None if the objective learns none.
    whitener : (numpy.ndarray, numpy.ndarray) or None
        Matrix and offset that whiten contexts before gradient descent; fixed by the first training.
    words_without_contexts : tuple of str
        Words that were added without contexts and have not occurred since.
    epoch_losses : list of float
        With ``compute_loss``, the mean loss of a word in each epoch of all trainings.
    words : list of str or None
        The words of the rows of all that has one row per word, here and among the output weights; None in models saved
        by versions without it.
    statistics_id : str
        Identifies the file of statistics that belongs to the saved model.
    statistics_missing : bool
        Whether the model was saved while its statistics were missing, and so without a file of them.

    Examples
    --------
    >>> from gensim_distill.solvers.learned_state import LearnedState
    >>> from gensim_distill.statistics.moments import Moments
    >>> state = LearnedState(moments={"token.6": Moments(2, 3)}, words=["graph", "trees"])
    >>> state.align(["trees", "graph", "minors"])
    >>> state.moments["token.6"].vocabulary_size
    3
    >>> state.reset()
    >>> state.moments
    {}
    """

    moments: dict[str, Moments] | None = field(default_factory=dict)
    texts: TextStore | None = None
    projection: Projection | None = None
    directions: np.ndarray | None = None
    isolated_projection: IsolatedWordProjection | None = None
    text_table: TextTable | None = None
    whitener: tuple[np.ndarray, np.ndarray] | None = None
    words_without_contexts: tuple[str, ...] = ()
    epoch_losses: list[float] = field(default_factory=list)
    words: list[str] | None = None
    statistics_id: str = ""
    statistics_missing: bool = False
    # A cache: the moments that the classifier was fitted to, their number of words then, and the classifier.
    _classifier: tuple[Moments, int, ContextClassifier] | None = field(default=None, repr=False, compare=False)

    def reset(self, words: Sequence[str] | None = None) -> None:
        """Forget everything, and keep a vocabulary."""
        self.__dict__.update(type(self)(words=None if words is None else list(words)).__dict__)

    def rows_of(self, words: Sequence[str]) -> IntArray:
        """Return the row of each word of a vocabulary in what was learned; -1 for new words.

        Parameters
        ----------
        words : sequence of str

        Raises
        ------
        ValueError
            If the words of the rows are unknown, and their number differs.
        """
        if self.words is None:
            if any(own.vocabulary_size != len(words) for own in (self.moments or {}).values()):
                raise ValueError(
                    "The statistics of this model were saved without their words by an earlier version, and are not of as "
                    "many words as its vocabulary: load the model again and train it before the vocabulary changes."
                )
            return np.arange(len(words))
        index = {word: row for row, word in enumerate(self.words)}
        return np.array([index.get(word, -1) for word in words], dtype=np.int64)

    def align(self, words: Sequence[str]) -> None:
        """Move rows to the words of a vocabulary, which may have been reordered; drop those of words that it lacks.

        Parameters
        ----------
        words : sequence of str
            Words that are new have no contexts yet.
        """
        rows = self.rows_of(words)
        if self.moments is not None and self.words not in (None, words):
            self.moments = {name: own.take(rows) for name, own in self.moments.items()}
            kept = set(words)
            self.words_without_contexts = tuple(word for word in self.words_without_contexts if word in kept)
        if self.words not in (None, words):
            self.texts = None if self.texts is None else self.texts.take(rows)
            self.text_table = None if self.text_table is None else self.text_table.take(rows)
        self.words = list(words)

    def copy(self) -> LearnedState:
        """Return a copy that can be trained without a change to this one; large arrays are shared until then."""
        twin = copy.copy(self)
        twin.moments = None if self.moments is None else {name: copy.copy(own) for name, own in self.moments.items()}
        twin.epoch_losses = list(self.epoch_losses)
        return twin

    def assign(self, other: LearnedState) -> None:
        """Become equal to another state, in one step."""
        self.__dict__.update(other.__dict__)

    def reduce_dimensions(self, vectors: np.ndarray) -> np.ndarray:
        """Project vectors of the objective onto the principal components of the model, if it has any."""
        return vectors if self.directions is None else vectors @ self.directions

    def context_counts(self, views: Sequence[View], vocabulary_size: int) -> IntArray:
        """Return the number of contexts of each word in the view with most; isolated words count if all views are theirs."""
        of_words = [view for view in views if not view.keeps_texts]
        counted = [view for view in of_words if not view.isolated] or of_words
        counts = [self.moments[view.name].counts for view in counted] if self.moments else []
        return most_counts(counts, vocabulary_size)

    def context_classifier(self, view_name: str) -> ContextClassifier:
        """Return the classifier of contexts of a view; it is fitted again when the moments have changed."""
        assert self.moments is not None
        moments = self.moments[view_name]
        cached = self._classifier
        if cached is None or cached[0] is not moments or cached[1] != moments.vocabulary_size:
            cached = self._classifier = (moments, moments.vocabulary_size, ContextClassifier(moments))
        return cached[2]

    def save_statistics(self, path: str | os.PathLike[str]) -> None:
        """Write the moments and texts to a safetensors file, with an identifier that this state keeps.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        assert self.moments is not None
        self.statistics_id = uuid.uuid4().hex
        save_moments(self.moments, path, texts=self.texts, id=self.statistics_id)

    def load_statistics(self, path: str | os.PathLike[str], *, mapped: bool = False) -> None:
        """Read the moments and texts from the file that was written with this state.

        Parameters
        ----------
        path : str or path
        mapped : bool, optional
            Whether their arrays stay on the disk, and only changes are in memory.

        Raises
        ------
        ValueError
            If the file is damaged or belongs to another model.
        """
        moments, texts, header = load_statistics(path, mapped=mapped)
        if header.get("id") != self.statistics_id:
            raise ValueError(
                f"{os.fspath(path)!r} holds the statistics of another model: put back the file that was saved with this one, "
                "or remove it if the model will not be trained further."
            )
        self.moments, self.texts = moments, texts

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_classifier": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Earlier versions did not save all attributes.
        self.__dict__.update(type(self)().__dict__ | state)


def most_counts(counts: Sequence[IntArray], size: int) -> IntArray:
    """Return the largest count of each word; zeros if there are no counts at all."""
    most: IntArray = np.maximum.reduce(counts) if counts else np.zeros(size, dtype=np.int64)
    return most
