"""Dividing a corpus into chunks of documents that are tokenized, sorted by length and pooled at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from gensim_distill.contexts.views import Scope, View
from gensim_distill.corpus.documents import Document, DocumentText, Span
from gensim_distill.corpus.reader import TextReader
from gensim_distill.teachers.protocol import Teacher

# A chunk is what is tokenized, sorted by length and pooled at once: long enough that batches of similar length can be
# made of it, unless the teacher says that fewer are enough, and never more than this many bytes of pooled states. Its
# size must not depend on the machine, whose number of cores would then show in the last digits.
_BATCHES_PER_CHUNK = 10
CHUNK_BYTES = 1 << 28
USUAL_BATCH = 2_048
# The last two chunks are cut into smaller and smaller ones, or one thread would have read for long after the others.
_PARTS_AT_END = 4


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
    pooled = 4 * width * len(_choices(views)) * words_per_chunk(views, width, teacher)
    threads = getattr(teacher, "concurrent_reads", 1)
    # Each thread has a chunk in hand, one waits, and one is being added up, of which a copy is centered. A thread
    # also has the states of a batch in hand, in all layers, what a layer makes of them on its way, and gaps between.
    batch = 4 * width * getattr(teacher, "batch_tokens", USUAL_BATCH) * (getattr(teacher, "num_layers", 1) + 16)
    return pooled * (threads + 3) + batch * threads


def _choices(views: Sequence[View]) -> set[tuple[str, tuple[int, ...]]]:
    """Give what has to be pooled for some views."""
    return {(pooling_level(view.scope), view.layers) for view in views}


def words_per_chunk(views: Sequence[View], width: int, teacher: Teacher | None) -> int:
    """Return how many words a chunk has at most; see the constants of this module."""
    batches = getattr(teacher, "batches_per_chunk", _BATCHES_PER_CHUNK)
    chunk_words = batches * getattr(teacher, "batch_tokens", USUAL_BATCH)
    return int(min(chunk_words, CHUNK_BYTES // (4 * width * max(len(_choices(views)), 1))))


def divide_into_chunks(
    items: Iterable[Document], reader: TextReader, chunk_words: int, least_words: int, wants_sentences: bool
) -> Iterator[tuple[list[DocumentText], list[list[Span]]]]:
    """Cut a corpus into chunks of whole texts, which at its end are smaller, but for a longer text no less than the least.

    Where the next chunk ends depends on nothing but the texts from its beginning on: a reading that goes on where
    another has stopped has the same chunks.
    """
    waiting: deque[tuple[DocumentText, list[Span]]] = deque()
    words = 0

    def taken(limit: int) -> tuple[list[DocumentText], list[list[Span]]]:
        nonlocal words
        texts: list[DocumentText] = []
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


def pooling_level(scope: Scope) -> str:
    """Give the spans over which the states of a scope are pooled; windows are means over words."""
    return {"text": "texts", "sentence": "sentences"}.get(str(scope), "words")
