"""The protocol of a distributed corpus."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

from gensim_distill.contexts.views import View
from gensim_distill.corpus.counting import WordCounts
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.statistics.corpus_statistics import ShardStatistics
from gensim_distill.teachers.protocol import Teacher

_Class = TypeVar("_Class", bound=type)


@runtime_checkable
class DistributedCorpus(Protocol):
    """A corpus with workers of its own, which count its words and run the teacher on it.

    The results must equal those of one process that iterates over its documents. The protocol consists of methods
    only, because ``isinstance`` would compute the value of a property.

    The methods share these parameters:

    reader : TextReader
        Splits documents into words.
    teacher : Teacher
    views : sequence of View
        The contexts to collect statistics of.
    vocabulary : mapping of str to int
        The index of each word.
    progress : bool or None
        Whether to show a progress bar; None shows it on a terminal.
    """

    def shard_size(self) -> int:
        """Return the approximate size in bytes of a shard, the part of the corpus that a worker processes at a time."""
        ...

    def start(self) -> None:
        """Start the workers without waiting for them."""
        ...

    def count_words(
        self,
        reader: TextReader,
        max_vocab_size: int | None,
        trim_rule: Callable[[str, int, int], int] | None,
        progress: bool | None,
    ) -> WordCounts:
        """Count the words of the corpus.

        Parameters
        ----------
        reader, progress
        max_vocab_size, trim_rule
            As in :class:`gensim.models.Word2Vec`.
        """
        ...

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
        processed_shards: int | None,
    ) -> Iterator[ShardStatistics]:
        """Run the teacher on the corpus, and yield the statistics of successive shards.

        Parameters
        ----------
        reader, teacher, views, vocabulary, progress
        contexts_per_word : int or None
            The budget; None reads every document.
        seed : int
            The seed of the budget.
        expected_documents : int or None
            The number of documents, for the progress bar.
        processed_shards : int or None
            The number of shards to skip because a checkpoint has their statistics. With a number, the statistics
            include the hashes of their shards; with None, no shards are skipped and none are hashed.
        """
        ...

    def shard_hashes(self, number: int | None, progress: bool | None) -> Iterator[bytes]:
        """Yield the hashes of the first `number` shards, of all with None, without the teacher."""
        ...

    def read_isolated_words(
        self,
        reader: TextReader,
        teacher: Teacher,
        views: Sequence[View],
        words: Sequence[Document],
        vocabulary: Mapping[str, int],
        progress: bool | None,
    ) -> Iterator[ShardStatistics]:
        """Run the teacher on isolated words, and yield their statistics; each of `words` is a document of one word."""
        ...

    def close(self) -> None:
        """End the workers; a later call of another method starts them again."""
        ...


def ending_workers(*names: str) -> Callable[[_Class], _Class]:
    """Return a decorator of classes whose methods end the workers of a corpus when they raise an error.

    An interruption, Ctrl-C, is raised again with one sentence in place of a long traceback through Ray.

    Parameters
    ----------
    *names : str
        The methods, which may be inherited. Any of their arguments may be a :class:`DistributedCorpus`.
    """

    def decorate(cls: _Class) -> _Class:
        for name in names:
            setattr(cls, name, _ending_workers(getattr(cls, name)))
        return cls

    return decorate


def _ending_workers(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except BaseException as error:
            corpora = [
                argument for argument in (*args[1:], *kwargs.values()) if isinstance(argument, DistributedCorpus)
            ]
            for corpus in corpora:
                with contextlib.suppress(Exception):  # the first error is the one to raise
                    corpus.close()
            if not corpora or type(error) is not KeyboardInterrupt:
                raise
        raise KeyboardInterrupt(
            "Interrupted, and the workers have ended: with a cache_dir, the same call resumes from the last checkpoint."
        )

    return run
