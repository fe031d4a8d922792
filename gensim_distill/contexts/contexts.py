"""From a corpus to contexts: one pass of the teacher, and the mean of its states around each word."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gensim_distill.contexts.buffers import Rooms, give_back
from gensim_distill.contexts.ordered_map import map_in_order
from gensim_distill.contexts.pooling import Level, PooledStates, Spans, pool
from gensim_distill.corpus.reader import Item, Span, Text, TextReader
from gensim_distill.teachers.protocol import IntArray, Teacher

#: Which states the context of a word is the mean of: those of the word itself, of the words at most
#: so many away, of its sentence, or of its text.
Scope: TypeAlias = "str | int"

# A chunk is what is tokenised, sorted by length and pooled at once: long enough that batches of similar length can be
# made of it, unless the teacher says that fewer are enough, and never more than this many bytes of pooled states. Its
# size must not depend on the machine, whose number of cores would then show in the last digits.
_BATCHES_PER_CHUNK = 10
_CHUNK_BYTES = 1 << 28
_USUAL_BATCH = 2_048
# The last two chunks are cut into smaller and smaller ones, or one thread would have read for long after the others.
_PARTS_AT_END = 4
# After so many chunks memory is given back to the system, which must then clear it again.
_CHUNKS_BETWEEN = 8


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the contexts of words, for which statistics are kept.

    Attributes
    ----------
    layers : tuple of int
        The teacher's layers; the mean over several is taken at the token.
    scope : {"token", "sentence", "text"} or int
        What the context of a word is the mean over; a number is the window on either side, the
        word itself included.
    second_moment : bool
        Whether the sum of outer products is kept too, from which the covariance of contexts comes.
    alone : bool
        Whether the teacher reads the words of the vocabulary by themselves instead of the corpus.
    """

    layers: tuple[int, ...]
    scope: Scope
    second_moment: bool = False
    alone: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "scope", check_scope(self.scope))  # a plain int, if it is a number

    @property
    def name(self) -> str:
        """What it is called among the statistics of a model: views that differ have different names."""
        reading = "alone" if self.alone else str(self.scope)
        layers = "+".join(map(str, self.layers))
        return f"{reading}.{layers}" + (".covariance" if self.second_moment else "")


@dataclass(slots=True)
class ContextBatch:
    """The occurrences of words in some texts, and their contexts.

    Attributes
    ----------
    words : numpy.ndarray of int64, shape (n_occurrences,)
        The vocabulary index of each word, -1 if it is not in the vocabulary.
    rows : numpy.ndarray of int64, shape (n_occurrences,)
        The row of `contexts` that is the word's context, -1 if there is none, because the teacher's
        tokenizer yields nothing for all of its scope.
    contexts : numpy.ndarray of float32, shape (n_contexts, width)
        The context vectors; many words share one where the scope is a sentence or a text.
    text_lengths : numpy.ndarray of int64, shape (n_texts,)
        The number of words of each text; they follow each other in `words`.
    """

    words: IntArray
    rows: IntArray
    contexts: np.ndarray
    text_lengths: IntArray


def check_scope(scope: Scope) -> Scope:
    """Give back a valid scope, or say which there are.

    Raises
    ------
    ValueError
        If it is none of "token", "sentence", "text" and a number of words from 0.
    """
    if isinstance(scope, (int, np.integer)) and not isinstance(scope, bool) and scope >= 0:
        return int(scope)
    if scope in ("token", "sentence", "text"):
        return scope
    raise ValueError(
        f"context={scope!r} is not known: give 'token' (the word itself), a number of words on either side, 'window' "
        "(the number given as window=), 'sentence' or 'text'."
    )


def read_contexts(
    items: Iterable[Item],
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
    chunk_words = _chunk_words(views, teacher.width, teacher)
    least_words = min(getattr(teacher, "batch_tokens", _USUAL_BATCH), chunk_words) if whole else chunk_words
    wants_sentences = any(view.scope == "sentence" for view in views)

    rooms = Rooms(kept=_CHUNK_BYTES)

    def read(chunk: tuple[list[Text], list[list[Span]]], stopped: threading.Event) -> dict[str, ContextBatch]:
        return _read_chunk(*chunk, teacher, views, vocabulary, rooms, stopped)

    chunks = _chunks(items, reader, chunk_words, least_words, wants_sentences)
    numbers = itertools.count(1)  # and no enumerate, which would keep the contexts while the next are read
    for contexts in map_in_order(read, chunks, getattr(teacher, "concurrent_reads", 1)):
        yield contexts
        del contexts
        if not next(numbers) % _CHUNKS_BETWEEN:
            give_back()


def reading_memory(views: Sequence[View], width: int, teacher: Teacher | None) -> int:
    """Estimate the bytes that :func:`read_contexts` needs at a time, however long the corpus is.

    Parameters
    ----------
    views : sequence of View
    width : int
        The teacher's width.
    teacher : Teacher or None
        With None as for one that is read in one thread, in batches of the usual size.

    Returns
    -------
    int
    """
    pooled = 4 * width * len(_choices(views)) * _chunk_words(views, width, teacher)
    threads = getattr(teacher, "concurrent_reads", 1)
    # Each thread has a chunk in hand, one waits, and one is being added up, of which a copy is centred. A thread
    # also has the states of a batch in hand, in all layers, what a layer makes of them on its way, and gaps between.
    batch = 4 * width * getattr(teacher, "batch_tokens", _USUAL_BATCH) * (getattr(teacher, "num_layers", 1) + 16)
    return pooled * (threads + 3) + batch * threads


def _choices(views: Sequence[View]) -> set[tuple[str, tuple[int, ...]]]:
    """Give what has to be pooled for some views."""
    return {(_level(view.scope), view.layers) for view in views}


def _chunk_words(views: Sequence[View], width: int, teacher: Teacher | None) -> int:
    batches = getattr(teacher, "batches_per_chunk", _BATCHES_PER_CHUNK)
    chunk_words = batches * getattr(teacher, "batch_tokens", _USUAL_BATCH)
    return int(min(chunk_words, _CHUNK_BYTES // (4 * width * max(len(_choices(views)), 1))))


def _read_chunk(
    texts: list[Text],
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
    for name in {_level(view.scope) for view in views}:
        spans = None
        if name == "words":
            spans = _spans_of_words(texts)
        elif name == "sentences":
            spans = _flatten(sentences)
        levels[name] = Level(spans, {view.layers for view in views if _level(view.scope) == name})
    batches = teacher.read([text.string for text in texts], layers)
    wanted = itertools.takewhile(lambda _: not stopped.is_set(), batches)
    pooled = pool(wanted, lengths, levels, layers, teacher.width, rooms)

    lookup = vocabulary.get
    words = np.array([lookup(key, -1) for text in texts for key in text.keys], dtype=np.int64)
    text_lengths = np.array([len(text.keys) for text in texts], dtype=np.int64)
    return {
        view.name: ContextBatch(words, *_contexts(view, pooled, levels, texts, text_lengths), text_lengths)
        for view in views
    }


def _chunks(
    items: Iterable[Item], reader: TextReader, chunk_words: int, least_words: int, wants_sentences: bool
) -> Iterator[tuple[list[Text], list[list[Span]]]]:
    """Cut a corpus into chunks of whole texts, which at its end are smaller, but for a longer text no less than the least.

    Where the next chunk ends depends on nothing but the texts from its beginning on: a reading that goes on where
    another has stopped has the same chunks.
    """
    waiting: deque[tuple[Text, list[Span]]] = deque()
    words = 0

    def taken(limit: int) -> tuple[list[Text], list[list[Span]]]:
        nonlocal words
        texts: list[Text] = []
        sentences: list[list[Span]] = []
        size = 0
        while waiting and (not texts or size + len(waiting[0][0].keys) <= limit):
            text, spans = waiting.popleft()
            texts.append(text)
            sentences.append(spans)
            size += len(text.keys)
        words -= size
        return texts, sentences

    for item in items:
        text = reader.text(item)
        waiting.append((text, reader.sentences(item, text) if wants_sentences else []))
        words += len(text.keys)
        while words >= 2 * chunk_words:
            yield taken(chunk_words)
    while waiting:
        yield taken(max(words // _PARTS_AT_END, least_words))


def _spans_of_words(texts: Sequence[Text]) -> Spans:
    """Lay the words of several texts into one set of arrays."""
    number = [len(text.keys) for text in texts]
    starts, ends = (
        np.fromiter(itertools.chain.from_iterable(places), dtype=np.int64, count=sum(number))
        for places in ([text.starts for text in texts], [text.ends for text in texts])
    )
    return Spans(np.repeat(np.arange(len(texts)), number), starts, ends)


def _flatten(spans: Sequence[Sequence[Span]]) -> Spans:
    """Lay the spans of several texts into one set of arrays."""
    flat = np.array([span for text in spans for span in text], dtype=np.int64).reshape(-1, 2)
    return Spans(
        texts=np.repeat(np.arange(len(spans)), [len(text) for text in spans]), starts=flat[:, 0], ends=flat[:, 1]
    )


def _level(scope: Scope) -> str:
    """Give the spans over which the states of a scope are pooled; windows are means over words."""
    return {"text": "texts", "sentence": "sentences"}.get(str(scope), "words")


def _contexts(
    view: View,
    pooled: dict[str, PooledStates],
    levels: dict[str, Level],
    texts: Sequence[Text],
    text_lengths: IntArray,
) -> tuple[IntArray, np.ndarray]:
    """Give the context row of each word, and the contexts."""
    level = _level(view.scope)
    text_of_word = np.repeat(np.arange(len(texts)), text_lengths)
    if level == "texts":
        rows = text_of_word
    elif level == "sentences":
        rows = _sentence_of_word(levels[level].spans, texts, text_of_word)
    else:
        rows = np.arange(len(text_of_word))
    contexts, known = pooled[level].states[view.layers], pooled[level].subwords > 0
    if isinstance(view.scope, int):
        contexts, known = _windows(contexts, known, text_lengths, view.scope)
    return np.where((rows >= 0) & known[rows], rows, -1) if len(known) else np.full(len(rows), -1), contexts


def _sentence_of_word(sentences: Spans | None, texts: Sequence[Text], text_of_word: IntArray) -> IntArray:
    """Find the sentence that each word begins in, or -1."""
    assert sentences is not None
    base = np.concatenate([[0], np.cumsum([len(text.string) + 1 for text in texts])])
    word_starts = base[text_of_word] + np.array([start for text in texts for start in text.starts], dtype=np.int64)
    found = np.searchsorted(base[sentences.texts] + sentences.starts, word_starts, side="right") - 1
    inside = found >= 0
    if len(sentences):
        inside &= word_starts < base[sentences.texts[found]] + sentences.ends[found]
    return np.where(inside, found, -1)


def _windows(states: np.ndarray, known: np.ndarray, text_lengths: IntArray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Average the states of the words at most `size` away, within each text."""
    n = len(states)
    size = min(size, n)
    # Differences of running sums; in float64, since the sums grow with the chunk.
    sums = np.zeros((n + 1, states.shape[1]))
    np.cumsum(states * known[:, None], axis=0, dtype=np.float64, out=sums[1:])
    counts = np.concatenate([[0], np.cumsum(known)])
    text_ends = np.repeat(np.cumsum(text_lengths), text_lengths)
    text_starts = text_ends - np.repeat(text_lengths, text_lengths)
    position = np.arange(n)
    first = np.maximum(position - size, text_starts)
    last = np.minimum(position + size + 1, text_ends)
    number = counts[last] - counts[first]
    means = (sums[last] - sums[first]) / np.maximum(number, 1)[:, None]
    return means.astype(np.float32), number > 0
