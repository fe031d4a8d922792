"""Chunks: the documents of a corpus that are tokenized, sorted by length and pooled together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document, DocumentText, Span
from gensim_distill.corpus.reader import TextReader
from gensim_distill.teachers.protocol import Teacher

#: The largest number of bytes of the pooled hidden states of a chunk.
CHUNK_BYTES = 1 << 28
#: The number of subwords of a batch, for a teacher without `batch_tokens`.
DEFAULT_BATCH_TOKENS = 2_048
# Chunks are long enough for batches of texts of similar lengths. The sizes must not depend on the machine: floating-point
# sums depend on the chunks.
_DEFAULT_BATCHES_PER_CHUNK = 10
# The remainder of a corpus, from two chunks on, is divided by this for each next chunk, so that all threads finish at
# about the same time.
_PARTS_AT_END = 4
# Characters per word beyond which a document counts by its characters, so that documents without words, or of a few words
# of any length, do not pile up. Ordinary text has 4 to 8.
_CHARACTERS_PER_WORD = 64


@dataclass(slots=True)
class Chunk:
    """Successive documents of a corpus.

    Attributes
    ----------
    documents : list of DocumentText
    sentences : list of list of (int, int)
        The sentences of each document, if a view needs them, else an empty list for each.
    words : int
        The number of words of all documents.
    excess : int
        The size of what is not words.
    """

    documents: list[DocumentText] = field(default_factory=list)
    sentences: list[list[Span]] = field(default_factory=list)
    words: int = 0
    excess: int = 0

    def add(self, document: DocumentText, sentences: list[Span]) -> None:
        """Add a document."""
        self.documents.append(document)
        self.sentences.append(sentences)
        self.words += len(document.keys)
        self.excess += _excess(document)


def words_per_chunk(views: Sequence[View], width: int, teacher: Teacher | None) -> int:
    """Return the largest number of words of a chunk; a longer document is a chunk of its own.

    Parameters
    ----------
    views : sequence of View
    width : int
        The number of dimensions of a hidden state.
    teacher : Teacher or None
        None for a teacher without optional members.
    """
    batches = getattr(teacher, "batches_per_chunk", _DEFAULT_BATCHES_PER_CHUNK)
    words = batches * getattr(teacher, "batch_tokens", DEFAULT_BATCH_TOKENS)
    return int(min(words, CHUNK_BYTES // (4 * width * max(count_pooled_arrays(views), 1))))


def count_pooled_arrays(views: Sequence[View]) -> int:
    """Return the number of arrays of pooled hidden states that some views need; views with equal ones share them."""
    return len({(view.level(), view.layers) for view in views})


def divide_into_chunks(
    documents: Iterable[Document],
    reader: TextReader,
    max_words: int,
    min_words: int,
    needs_sentences: bool,
) -> Iterator[Chunk]:
    """Divide a corpus into chunks of whole documents, which become smaller at its end.

    The end of a chunk depends on the documents from its beginning on only, so that a resumed pass has the same chunks.

    Parameters
    ----------
    documents : iterable of str or of lists of str
    reader : TextReader
    max_words, min_words : int
        The number of words of a chunk, and at the end of the corpus. A longer document is a chunk of its own. The teacher
        does not read a document without words that is longer than that in characters.
    needs_sentences : bool
        Whether the sentences of the documents are needed.

    Yields
    ------
    Chunk
    """
    waiting: deque[tuple[DocumentText, list[Span]]] = deque()
    words = excess = 0

    def next_chunk(limit: int) -> Chunk:
        nonlocal words, excess
        chunk = Chunk()
        while waiting:
            following, _ = waiting[0]
            too_large = chunk.words + len(following.keys) > limit or chunk.excess + _excess(following) > max_words
            if chunk.documents and too_large:
                break
            chunk.add(*waiting.popleft())
        words -= chunk.words
        excess -= chunk.excess
        return chunk

    for document in documents:
        text = reader.text(document)
        if not text.keys and _excess(text) > max_words:
            text = DocumentText("", [], [], [])  # it has no contexts, whatever it is
            document = text.string
        waiting.append((text, reader.sentences(document, text) if needs_sentences else []))
        words += len(text.keys)
        excess += _excess(text)
        while words >= 2 * max_words or excess >= 2 * max_words:
            yield next_chunk(max_words)
    while waiting:
        yield next_chunk(max(words // _PARTS_AT_END, min_words))


def _excess(document: DocumentText) -> int:
    """Return the size of a document beyond its words, in words of many characters; 0 for ordinary text."""
    number = len(document.keys)
    return (not number) + max(0, len(document.string) // _CHARACTERS_PER_WORD - number)
