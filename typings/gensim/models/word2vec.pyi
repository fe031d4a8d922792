"""Types of gensim.models.word2vec: the model, its training loop with the hooks of subclasses, and corpora in files."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Sized
from queue import Queue
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from gensim import utils
from gensim.models.callbacks import CallbackAny2Vec
from gensim.models.keyedvectors import KeyedVectors
from gensim.utils import _TrimRule
from typing_extensions import deprecated

_Sentences: TypeAlias = Iterable[Collection[str]]
# The constructor hands these on to build_vocab and train, which a subclass may have accept more.
_DocumentedSentences: TypeAlias = Iterable[Iterable[str]]
# What is trained on is up to a subclass, whose _do_train_job gets it: words here, tagged documents in Doc2Vec.
_Examples: TypeAlias = Iterable[Any]
_Batch: TypeAlias = list[Any]
_JobQueue: TypeAlias = Queue[tuple[_Batch, float] | None]
# Of a job the examples, the words trained on, and all words.
_ProgressQueue: TypeAlias = Queue[tuple[int, int, int] | None]
_WorkingMemory: TypeAlias = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]

FAST_VERSION: int
CORPUSFILE_VERSION: int
MAX_WORDS_IN_BATCH: int

class Word2Vec(utils.SaveLoad):
    wv: KeyedVectors
    vector_size: int
    layer1_size: int
    workers: int
    epochs: int
    batch_words: int
    sg: int
    hs: int
    negative: int
    ns_exponent: float
    cbow_mean: int
    alpha: float
    min_alpha: float
    min_alpha_yet_reached: float
    window: int
    shrink_windows: bool
    seed: int
    random: np.random.RandomState
    hashfxn: Callable[[str], int]
    comment: str | None
    # The vocabulary; effective_min_count is there once it was built.
    min_count: int
    effective_min_count: int
    max_vocab_size: int | None
    max_final_vocab: int | None
    sample: float
    sorted_vocab: int
    null_word: int
    raw_vocab: dict[str, int] | None
    corpus_count: int
    corpus_total_words: int
    # The output weights, of which there are those of the methods that are trained with.
    cum_table: npt.NDArray[np.uint32] | None
    syn1: npt.NDArray[np.float32]
    syn1neg: npt.NDArray[np.float32]
    train_count: int
    total_train_time: float
    compute_loss: bool
    running_training_loss: float

    def __init__(
        self,
        sentences: _DocumentedSentences | None = None,
        corpus_file: str | None = None,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[str], int] = ...,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: _TrimRule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = 10000,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None: ...

    # The vocabulary.
    def build_vocab(
        self,
        corpus_iterable: _Sentences | None = None,
        corpus_file: str | None = None,
        update: bool = False,
        progress_per: int = 10000,
        keep_raw_vocab: bool = False,
        trim_rule: _TrimRule | None = None,
        **kwargs: Any,
    ) -> None: ...
    def build_vocab_from_freq(
        self,
        word_freq: dict[str, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: _TrimRule | None = None,
        update: bool = False,
    ) -> None: ...
    def scan_vocab(
        self,
        corpus_iterable: _Sentences | None = None,
        corpus_file: str | None = None,
        progress_per: int = 10000,
        workers: int | None = None,
        trim_rule: _TrimRule | None = None,
    ) -> tuple[int, int]: ...
    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: _TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, int]: ...
    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]: ...
    def add_null_word(self) -> None: ...
    def create_binary_tree(self) -> None: ...
    def make_cum_table(self, domain: int = 2147483647) -> None: ...
    def _scan_vocab(self, sentences: _Sentences, progress_per: int, trim_rule: _TrimRule | None) -> tuple[int, int]: ...

    # The weights.
    def prepare_weights(self, update: bool = False) -> None: ...
    def init_weights(self) -> None: ...
    def update_weights(self) -> None: ...
    def reset_from(self, other_model: Word2Vec) -> None: ...
    @deprecated("Use gensim.models.keyedvectors.pseudorandom_weak_vector() directly.")
    def seeded_vector(self, seed_string: str, vector_size: int) -> npt.NDArray[np.float32]: ...
    @deprecated("Calls to init_sims() are unnecessary.")
    def init_sims(self, replace: bool = False) -> None: ...

    # Training.
    def train(
        self,
        corpus_iterable: _Examples | None = None,
        corpus_file: str | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        **kwargs: Any,
    ) -> tuple[int, int]: ...
    def get_latest_training_loss(self) -> float: ...
    def _check_corpus_sanity(
        self, corpus_iterable: object = None, corpus_file: str | os.PathLike[str] | None = None, passes: int = 1
    ) -> None: ...
    def _check_training_sanity(
        self,
        epochs: int | None = 0,
        total_examples: int | None = None,
        total_words: int | None = None,
        **kwargs: Any,
    ) -> None: ...
    def _clear_post_train(self) -> None: ...
    def _do_train_epoch(
        self,
        corpus_file: str,
        thread_id: int,
        offset: float,
        cython_vocab: Any,
        thread_private_mem: _WorkingMemory,
        cur_epoch: int,
        total_examples: int | None = None,
        total_words: int | None = None,
        **kwargs: Any,
    ) -> tuple[int, int, int]: ...
    def _do_train_job(self, sentences: _Batch, alpha: float, inits: _WorkingMemory) -> tuple[int, int]: ...
    def _get_next_alpha(self, epoch_progress: float, cur_epoch: int) -> float: ...
    def _get_thread_working_mem(self) -> _WorkingMemory: ...
    def _job_producer(
        self,
        data_iterator: _Examples,
        job_queue: _JobQueue,
        cur_epoch: int = 0,
        total_examples: int | None = None,
        total_words: int | None = None,
    ) -> None: ...
    def _log_epoch_end(
        self,
        cur_epoch: int,
        example_count: int,
        total_examples: int | None,
        raw_word_count: int,
        total_words: int | None,
        trained_word_count: int,
        elapsed: float,
        is_corpus_file_mode: bool,
    ) -> None: ...
    # Without a job queue where the corpus is a file.
    def _log_epoch_progress(
        self,
        progress_queue: _ProgressQueue | None = None,
        job_queue: _JobQueue | None = None,
        cur_epoch: int = 0,
        total_examples: int | None = None,
        total_words: int | None = None,
        report_delay: float = 1.0,
        is_corpus_file_mode: bool | None = None,
    ) -> tuple[int, int, int]: ...
    def _log_progress(
        self,
        job_queue: _JobQueue | None,
        progress_queue: _ProgressQueue,
        cur_epoch: int,
        example_count: int,
        total_examples: int | None,
        raw_word_count: int,
        total_words: int | None,
        trained_word_count: int,
        elapsed: float,
    ) -> None: ...
    def _log_train_end(
        self, raw_word_count: int, trained_word_count: int, total_elapsed: float, job_tally: int
    ) -> None: ...
    def _raw_word_count(self, job: Iterable[Sized]) -> int: ...
    def _train_epoch(
        self,
        data_iterable: _Examples,
        cur_epoch: int = 0,
        total_examples: int | None = None,
        total_words: int | None = None,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        callbacks: Iterable[CallbackAny2Vec] = (),
    ) -> tuple[int, int, int]: ...
    def _train_epoch_corpusfile(
        self,
        corpus_file: str,
        cur_epoch: int = 0,
        total_examples: int | None = None,
        total_words: int | None = None,
        callbacks: Iterable[CallbackAny2Vec] = (),
        **kwargs: Any,
    ) -> tuple[int, int, int]: ...
    def _worker_loop(self, job_queue: _JobQueue, progress_queue: _ProgressQueue) -> None: ...
    def _worker_loop_corpusfile(
        self,
        corpus_file: str,
        thread_id: int,
        offset: float,
        cython_vocab: Any,
        progress_queue: _ProgressQueue,
        cur_epoch: int = 0,
        total_examples: int | None = None,
        total_words: int | None = None,
        **kwargs: Any,
    ) -> None: ...

    # Asking the model.
    def predict_output_word(
        self, context_words_list: Sequence[str | int], topn: int = 10
    ) -> list[tuple[str, np.float32]] | None: ...
    def score(
        self,
        sentences: _Sentences,
        total_sentences: int = 1000000,
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: float = 1,
    ) -> npt.NDArray[np.float32]: ...

    # What was saved may be another kind of Word2Vec than the one that is asked to load it; save, _save_specials and
    # _load_specials have the arguments of SaveLoad's.
    @classmethod
    def load(cls, *args: Any, rethrow: bool = False, **kwargs: Any) -> Word2Vec: ...

class BrownCorpus:
    dirname: str

    def __init__(self, dirname: str) -> None: ...
    def __iter__(self) -> Iterator[list[str]]: ...

class Text8Corpus:
    fname: str
    max_sentence_length: int

    def __init__(self, fname: str, max_sentence_length: int = 10000) -> None: ...
    def __iter__(self) -> Iterator[list[str]]: ...

class LineSentence:
    source: str | os.PathLike[str] | IO[Any]
    max_sentence_length: int
    limit: int | None

    def __init__(
        self,
        source: str | os.PathLike[str] | IO[Any],
        max_sentence_length: int = 10000,
        limit: int | None = None,
    ) -> None: ...
    def __iter__(self) -> Iterator[list[str]]: ...

class PathLineSentences:
    source: str
    max_sentence_length: int
    limit: int | None
    input_files: list[str]

    def __init__(self, source: str, max_sentence_length: int = 10000, limit: int | None = None) -> None: ...
    def __iter__(self) -> Iterator[list[str]]: ...
