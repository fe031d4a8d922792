"""Passages: parts of long documents, of whole sentences, that the teacher reads on their own."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

from gensim_distill.corpus.chunk_words import CLINGS
from gensim_distill.corpus.documents import Document, check_tokens
from gensim_distill.corpus.invisible import kept_characters, without_formatting
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.splitting import MARKS, SENTENCE_FINAL, split_spans

#: The largest number of words of a passage; docs/context-budget.md has measurements.
PASSAGE_WORDS = 32
#: The largest number of words of a passage from which vectors of texts are learned: these gain from more context.
TEXT_WORDS = 128
# Bytes in UTF-8 that count as a word at least, so that text without spaces is divided too: four Chinese or Thai characters.
_BYTES_PER_WORD = 12
# Long strings are divided window by window, so that the memory does not depend on their length.
_WINDOW = 1 << 16
# Whitespace does not separate words before marks and joiners, nor a narrow no-break space the digits of a number.
_CHUNK = regex.compile(rf"(?:\s++(?!{MARKS}))?+(?:\S|\u202f|\s++(?={MARKS}))++(?:[^\S\u202f]++(?!{MARKS}))?+|\s++")
# A sentence may end without whitespace after these.
_ENDS_WITHOUT_SPACE = frozenset("。！？'\"”’」』）")


@dataclass(frozen=True)
class PassageSizes:
    """The largest numbers of words of passages.

    Attributes
    ----------
    words : int or None
        Of passages in which words have contexts. None for whole documents.
    texts : int or None
        Of the longer passages from which vectors of texts are learned. None if there are none.

    Examples
    --------
    >>> from gensim_distill.corpus.passages import PassageSizes
    >>> PassageSizes().largest, PassageSizes(32, 128).largest, PassageSizes(None).largest
    (32, 128, None)
    """

    words: int | None = PASSAGE_WORDS
    texts: int | None = None

    @property
    def largest(self) -> int | None:
        """The size of passages if all of them are read, so that a budget saves nothing."""
        return self.words if self.texts is None else self.texts


def count_words(document: str | Sequence[str]) -> int:
    """Return an approximate number of words, quickly: chunks between whitespace, or tokens.

    Each 12 bytes in UTF-8 of a string count as a word at least, for scripts without spaces.

    Parameters
    ----------
    document : str or sequence of str

    Examples
    --------
    >>> from gensim_distill.corpus.passages import count_words
    >>> count_words("It rains."), count_words(["It", "rains", "."]), count_words("今日は雨が降っている")
    (2, 3, 3)
    """
    if not isinstance(document, str):
        return len(document)
    return max(len(document.split()), -(-_bytes(document) // _BYTES_PER_WORD))


def _bytes(string: str) -> int:
    return len(string) if string.isascii() else len(string.encode("utf-8", "surrogatepass"))


def divide_documents(
    documents: Iterable[Document], reader: TextReader, max_words: int | None = PASSAGE_WORDS
) -> Iterator[Document]:
    """Yield the passages of documents, in order; see :func:`divide`.

    Parameters
    ----------
    documents : iterable of str or of lists of str
        They are streamed.
    reader : TextReader
    max_words : int or None, optional
        None yields the documents themselves.

    Yields
    ------
    str or list of str
    """
    for document in documents:
        yield from divide(document, reader, max_words)


def divide(document: Document, reader: TextReader, max_words: int | None = PASSAGE_WORDS) -> Iterator[Document]:
    """Yield the passages of a document: successive sentences of together at most `max_words` words.

    A document that is short enough is one passage, unchanged. A longer sentence is divided at whitespace, or between
    words where there is none. The words of all passages are the words of the document, in order. Whitespace between
    passages belongs to none of them. The memory does not depend on the length of the document: it is divided in windows of
    65,536 characters, and a word that is longer than that is cut.

    Parameters
    ----------
    document : str or list of str
    reader : TextReader
        Its sentence splitter is used for strings; sentences of tokens end at tokens of only final punctuation.
    max_words : int or None, optional
        As counted by :func:`count_words`; None yields the document itself. A single longer word is a passage.

    Yields
    ------
    str or list of str
        A part of the string, or of the tokens.

    Examples
    --------
    >>> from gensim_distill import TextReader
    >>> from gensim_distill.corpus.passages import divide
    >>> list(divide("It rains. It pours. The old man snores.", TextReader(), max_words=4))
    ['It rains. It pours.', 'The old man snores.']
    >>> list(divide("It rains . The old man snores .".split(), TextReader(), max_words=4))
    [['It', 'rains', '.'], ['The', 'old', 'man', 'snores'], ['.']]
    """
    if max_words is None:
        return iter((document,))
    if isinstance(document, str):
        # A word has a character at least, and whitespace after it.
        fits = 2 * max_words > len(document) if document.isascii() else False
        if fits or (len(document) <= _WINDOW and count_words(document) <= max_words):
            return iter((document,))
        return _divide_string(document, reader, max_words)
    tokens = document if type(document) is list or type(document) is tuple else check_tokens(document)
    return iter((document,)) if len(tokens) <= max_words else _divide_tokens(tokens, max_words)


def strip_whitespace(string: str) -> str:
    """Remove the whitespace at the ends of a string that belongs to no word: before a mark it does.

    Parameters
    ----------
    string : str

    Examples
    --------
    >>> from gensim_distill.corpus.passages import strip_whitespace
    >>> strip_whitespace(" It rains. ")
    'It rains.'
    """
    string = string.rstrip()
    without_space = string.lstrip()
    if len(without_space) < len(string) and CLINGS.match(without_space):
        return string
    return without_space


def _divide_tokens(tokens: Sequence[str], max_words: int) -> Iterator[list[str]]:
    begin = 0
    while begin < len(tokens):
        part = check_tokens(tokens[begin : begin + max_words])
        end = len(part)
        if begin + end < len(tokens):
            ends = (i for i in range(len(part), 0, -1) if part[i - 1] and SENTENCE_FINAL.issuperset(part[i - 1]))
            end = next(ends, len(part))
        yield part[:end]
        begin += end


def _divide_string(string: str, reader: TextReader, max_words: int) -> Iterator[str]:
    begin = 0
    while begin < len(string):
        window = string[begin : begin + _WINDOW]
        ends = list(_ends_of_passages(window, reader, max_words))
        if begin + len(window) < len(string) and len(ends) > 1:
            ends.pop()  # the last passage continues: it begins the next window
        start = 0
        for end in ends:
            passage = strip_whitespace(window[start:end])
            if passage:
                yield passage
            start = end
        begin += start


def _ends_of_passages(string: str, reader: TextReader, max_words: int) -> Iterator[int]:
    """Yield the ends of the passages of a string."""
    words = previous = 0
    for start, end in _sentences(string, reader):
        size = count_words(string[start:end])
        if size > max_words:
            if words:
                yield previous
            words = 0
            units = _units(string, start, end, reader, max_words)
        else:
            units = iter(((end, size),))
        for unit_end, unit_size in units:
            if words and words + unit_size > max_words:
                yield previous
                words = 0
            words += unit_size
            previous = unit_end
    yield len(string)


def _sentences(string: str, reader: TextReader) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences, without gaps between them."""
    begin = 0
    for start, _ in split_spans(reader.sentence_splitter, string, "sentence_splitter"):
        if begin < start < len(string) and _separates_words(string, start):
            yield begin, start
            begin = start
    if begin < len(string):
        yield begin, len(string)


def _separates_words(string: str, position: int) -> bool:
    before, after = string[position - 1], string[position]
    if CLINGS.match(after) or "\u202f" in (before, after):
        return False
    return before.isspace() or after.isspace() or before in _ENDS_WITHOUT_SPACE


def _units(string: str, start: int, end: int, reader: TextReader, max_words: int) -> Iterator[tuple[int, int]]:
    """Yield the ends and sizes of the chunks between whitespace of a long sentence, and of parts of long chunks."""
    for match in _CHUNK.finditer(string, start, end):
        chunk = match.group()
        size = count_words(chunk)
        if size <= max_words:
            yield match.end(), size
            continue
        begin = 0
        for stop, following in itertools.pairwise([*_starts_of_words(chunk, reader), len(chunk), len(chunk)]):
            if stop < following and count_words(chunk[begin:following]) > max_words:
                yield match.start() + stop, count_words(chunk[begin:stop])
                begin = stop
        yield match.end(), count_words(chunk[begin:])


def _starts_of_words(chunk: str, reader: TextReader) -> Iterator[int]:
    """Yield where words begin in a chunk without spaces, but for the first, as the reader finds them."""
    visible = without_formatting(chunk)
    positions = range(len(chunk)) if visible == chunk else kept_characters(chunk)
    for begin, _ in split_spans(reader.word_splitter, visible, "word_splitter")[1:]:
        if not CLINGS.match(chunk[positions[begin]]):
            yield positions[begin]
