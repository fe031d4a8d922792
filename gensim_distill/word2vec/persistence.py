"""Saving and loading: gensim's own files, with the moments beside them and without the teacher."""

from __future__ import annotations

import copy
import logging
import os
import pickle
import threading
import uuid
from typing import Any

from gensim.models import Word2Vec

from gensim_distill.corpus.reader import TextReader
from gensim_distill.objectives import Objective
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments, save_moments
from gensim_distill.teachers import Teacher, load_teacher, teacher_source

logger = logging.getLogger(__name__)


class Persistence(Word2Vec):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that is saved and loaded, and finds its teacher again."""

    reader: TextReader
    objective: Objective
    moments: dict[str, Moments] | None
    _teacher: Teacher | None
    _teacher_source: tuple[str, dict[str, Any]] | None
    _teacher_shape: tuple[int, int]
    _teacher_options: dict[str, Any]
    _moments_id: str

    @property
    def teacher(self) -> Teacher:
        """The teacher; after loading a model it is looked for when it is first needed.

        Raises
        ------
        RuntimeError
            If the model was loaded and its teacher cannot be found again: assign it.
        """
        if self._teacher is None:
            if self._teacher_source is None:
                raise RuntimeError(
                    "The teacher of this model was given as an object without a name and is not stored with the model: "
                    "assign it, model.teacher = (model, tokenizer), before training on."
                )
            name, options = self._teacher_source
            try:
                self.teacher = load_teacher(name, **options)
            except ValueError as error:
                raise RuntimeError(
                    f"The teacher of this model, {name!r}, cannot be found again: assign it, "
                    f"model.teacher = 'path/to/it'. ({error})"
                ) from error
        assert self._teacher is not None
        return self._teacher

    @teacher.setter
    def teacher(self, teacher: Any) -> None:
        loaded = teacher if isinstance(teacher, Teacher) else load_teacher(teacher, **self._teacher_options)
        if (loaded.width, loaded.num_layers) != self._teacher_shape:
            raise ValueError(
                f"This model was made with a teacher of width {self._teacher_shape[0]} and {self._teacher_shape[1]} layers; "
                f"the one assigned has width {loaded.width} and {loaded.num_layers} layers."
            )
        self._teacher = loaded
        self._teacher_source = teacher_source(loaded)

    @property
    def teacher_name(self) -> str | None:
        """Name or path by which the teacher is found again; None if it was given as an object without one."""
        return None if self._teacher_source is None else self._teacher_source[0]

    def __getstate__(self) -> dict[str, Any]:
        # Neither the teacher's weights nor what lives for one training alone.
        # The text encoder is put together again, from the vectors and what is kept of it.
        left_out = {"_loss_lock", "_sampling", "_errors", "_text_encoder", "_discriminant"}
        # The device is left out as well: the model may be loaded where there is none such.
        replaced = {"_teacher": None, "_teacher_options": self._teacher_options | {"device": None}}
        return {name: value for name, value in self.__dict__.items() if name not in left_out} | replaced

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(
            {"_reported_options": {}, "epoch_losses": []} | state
        )  # which files of the first days have not
        self._loss_lock = threading.Lock()

    def __copy__(self) -> Persistence:
        twin: Persistence = type(self).__new__(type(self))
        twin.__setstate__(self.__getstate__() | {"_teacher": self._teacher, "_teacher_options": self._teacher_options})
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Persistence:
        twin: Persistence = type(self).__new__(type(self))
        memo[id(self)] = twin
        twin.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        twin._teacher = self._teacher  # frozen, so it can be shared
        return twin

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the model, without its teacher; see :meth:`gensim.models.Word2Vec.save`.

        Beside the files that gensim writes there is one that ends in ``.moments.safetensors``, with
        all that is needed to go on training. Of the teacher only the name or path is stored.

        Raises
        ------
        ValueError
            If `word_splitter`, `key` or `sentence_splitter` cannot be stored.
        """
        try:
            pickle.dumps((self.reader, self.objective))
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ValueError(
                "The model cannot be saved, because word_splitter, key, sentence_splitter or objective cannot be "
                f"({error}): use functions defined by def in a module, not lambdas."
            ) from error
        super().save(*args, **kwargs)

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> Any:
        """Load a saved model; see :meth:`gensim.models.Word2Vec.load`.

        A file of gensim's own Word2Vec gives that, an ordinary Word2Vec without a teacher, and a warning.
        """
        model = super().load(*args, **kwargs)
        if not isinstance(model, Persistence):
            logger.warning(
                "%r holds a %s without a teacher, and is loaded as that: to distill vectors for its words, give "
                "build_vocab_from_freq() of a new model their counts.",
                args[0] if args else kwargs.get("fname"),
                type(model).__name__,
            )
        return model

    def _save_specials(self, fname: str, *args: Any, **kwargs: Any) -> list[tuple[Any, dict[str, Any]]]:
        moments = self.moments
        if moments:
            self._moments_id = uuid.uuid4().hex
            save_moments(moments, _moments_path(fname), id=self._moments_id)
            self.moments = None
        try:
            restores: list[tuple[Any, dict[str, Any]]] = super()._save_specials(fname, *args, **kwargs)
        except BaseException:
            self.moments = moments
            raise
        return [*restores, (self, {"moments": moments})]

    def _load_specials(self, fname: str, *args: Any, **kwargs: Any) -> None:
        super()._load_specials(fname, *args, **kwargs)
        if self.moments is None and os.path.exists(_moments_path(fname)):
            moments, about = load_moments(_moments_path(fname))
            if about.get("id") != self._moments_id:
                raise ValueError(
                    f"{_moments_path(fname)!r} holds the statistics of another model: put back the file that was saved "
                    "with this one, or remove it if the model need not be trained on."
                )
            self.moments = moments


def _moments_path(fname: str) -> str:
    return f"{fname}.moments.safetensors"
