"""One pass of the teacher over a corpus."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from gensim_distill.contexts.buffers import Rooms, give_back
from gensim_distill.contexts.chunks import CHUNK_BYTES, USUAL_BATCH, divide_into_chunks, pooling_level, words_per_chunk
from gensim_distill.contexts.ordered_map import map_in_order
from gensim_distill.contexts.pooling import Level, pool
from gensim_distill.contexts.scopes import ContextBatch, contexts_of_words, flatten, spans_of_words
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document, DocumentText, Span
from gensim_distill.corpus.reader import TextReader
from gensim_distill.teachers.protocol import Teacher

# After so many chunks memory is given back to the system, which must then clear it again.
_CHUNKS_BETWEEN = 8


def read_contexts(
    items: Iterable[Document],
    reader: TextReader,
    teacher: Teacher,
    views: Sequence[View],
    vocabulary: Mapping[str, int],
    *,
    whole: bool = True,
) -> Iterator[dict[str, ContextBatch]]:
    """Let the teacher read a corpus once and give the contexts of all its words, chunk by chunk.

    Parameters
    ----------
    items : iterable of str or of lists of str
        The corpus; it is streamed.
    reader : TextReader
        What makes texts of its items.
    teacher : Teacher
        If it has `concurrent_reads`, so many of its readings are done at once, in threads.
    views : sequence of View
        Which contexts are wanted; all are made from one reading.
    vocabulary : mapping of str to int
        The index of each key that has one.
    whole : bool, optional
        Whether nothing is read behind it: chunks are then smaller at the end. For a shard, which others follow, that
        would be work for nothing.

    Yields
    ------
    dict of str to ContextBatch
        For each view, by its name, the contexts of some successive texts of the corpus.
    """
    chunk_words = words_per_chunk(views, teacher.width, teacher)
    least_words = min(getattr(teacher, "batch_tokens", USUAL_BATCH), chunk_words) if whole else chunk_words
    wants_sentences = any(view.scope == "sentence" for view in views)

    rooms = Rooms(kept=CHUNK_BYTES)

    def read(chunk: tuple[list[DocumentText], list[list[Span]]], stopped: threading.Event) -> dict[str, ContextBatch]:
        return _read_chunk(*chunk, teacher, views, vocabulary, rooms, stopped)

    chunks = divide_into_chunks(items, reader, chunk_words, least_words, wants_sentences)
    numbers = itertools.count(1)  # and no enumerate, which would keep the contexts while the next are read
    for contexts in map_in_order(read, chunks, getattr(teacher, "concurrent_reads", 1)):
        yield contexts
        del contexts
        if not next(numbers) % _CHUNKS_BETWEEN:
            give_back()


def _read_chunk(
    texts: list[DocumentText],
    sentences: list[list[Span]],
    teacher: Teacher,
    views: Sequence[View],
    vocabulary: Mapping[str, int],
    rooms: Rooms,
    stopped: threading.Event,
) -> dict[str, ContextBatch]:
    """Let the teacher read some texts at once, unless it is stopped."""
    layers = sorted({layer for view in views for layer in view.layers})
    lengths = [len(text.string) for text in texts]
    levels = {}
    for name in {pooling_level(view.scope) for view in views}:
        spans = None
        if name == "words":
            spans = spans_of_words(texts)
        elif name == "sentences":
            spans = flatten(sentences)
        levels[name] = Level(spans, {view.layers for view in views if pooling_level(view.scope) == name})
    batches = teacher.read([text.string for text in texts], layers)
    wanted = itertools.takewhile(lambda _: not stopped.is_set(), batches)
    pooled = pool(wanted, lengths, levels, layers, teacher.width, rooms)

    lookup = vocabulary.get
    words = np.array([lookup(key, -1) for text in texts for key in text.keys], dtype=np.int64)
    document_lengths = np.array([len(text.keys) for text in texts], dtype=np.int64)
    return {
        view.name: ContextBatch(
            words, *contexts_of_words(view, pooled, levels, texts, document_lengths), document_lengths
        )
        for view in views
    }
