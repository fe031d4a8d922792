"""Passages: parts of long documents, of whole sentences, that the teacher reads on their own."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

from gensim_distill.corpus.chunk_words import CLINGS, has_clinging
from gensim_distill.corpus.documents import Document, Span, check_tokens
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
# The same for strings without marks and joiners after whitespace and without the characters below. Python's re is faster, but
# counts the separators of ASCII as whitespace, which regex does not.
_PLAIN_CHUNK = re.compile(r"\s*\S+\s*|\s+")
_NO_PLAIN_SPACE = re.compile("[\x1c-\x1f\u202f]")
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
        spans = passage_spans(document, reader, max_words)
        return iter((document,)) if spans is None else (document[begin:end] for begin, end in spans)
    tokens = as_sequence(document)
    spans = passage_spans(tokens, reader, max_words)
    return iter((document,)) if spans is None else (list(tokens[begin:end]) for begin, end in spans)


def passage_spans(
    document: str | Sequence[str], reader: TextReader, max_words: int | None = PASSAGE_WORDS
) -> Iterator[Span] | None:
    """Return where the passages of a document are that :func:`divide` yields, or None if the document is one passage.

    Parameters
    ----------
    document : str, or list or tuple of str
    reader : TextReader
    max_words : int or None, optional

    Returns
    -------
    iterator of (int, int), or None
        The begin and end of each passage, in characters or tokens.

    Examples
    --------
    >>> from gensim_distill import TextReader
    >>> from gensim_distill.corpus.passages import passage_spans
    >>> list(passage_spans("It rains. It pours. The old man snores.", TextReader(), max_words=4))
    [(0, 19), (20, 39)]
    """
    if max_words is None:
        return None
    if not isinstance(document, str):
        return None if len(document) <= max_words else _spans_of_tokens(document, max_words)
    # A word has a character at least, and whitespace after it.
    fits = 2 * max_words > len(document) if document.isascii() else False
    if fits or (len(document) <= _WINDOW and count_words(document) <= max_words):
        return None
    return _spans_of_string(document, reader, max_words)


def as_sequence(document: Iterable[str]) -> Sequence[str]:
    """Return a document that is not a string as a sequence; the tokens of a list or tuple are not checked."""
    return document if type(document) is list or type(document) is tuple else check_tokens(document)


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
    begin, end = _span_without_whitespace(string)
    return string[begin:end]


def _span_without_whitespace(string: str) -> Span:
    end = len(string.rstrip())
    begin = len(string) - len(string.lstrip()) if end else 0
    return (0 if begin and CLINGS.match(string[begin]) else begin), end


def _spans_of_tokens(tokens: Sequence[str], max_words: int) -> Iterator[Span]:
    begin = 0
    while begin < len(tokens):
        part = check_tokens(tokens[begin : begin + max_words])
        size = len(part)
        if begin + size < len(tokens):
            while size and not ((token := part[size - 1])[:1] in SENTENCE_FINAL and SENTENCE_FINAL.issuperset(token)):
                size -= 1
        end = begin + (size or len(part))
        yield begin, end
        begin = end


def _spans_of_string(string: str, reader: TextReader, max_words: int) -> Iterator[Span]:
    begin = 0
    while begin < len(string):
        window = string[begin : begin + _WINDOW]
        ends = list(_ends_of_passages(window, reader, max_words))
        if begin + len(window) < len(string) and len(ends) > 1:
            ends.pop()  # the last passage continues: it begins the next window
        start = 0
        for end in ends:
            first, last = _span_without_whitespace(window[start:end])
            if first < last:
                yield begin + start + first, begin + start + last
            start = end
        begin += start


def _ends_of_passages(string: str, reader: TextReader, max_words: int) -> Iterator[int]:
    """Yield the ends of the passages of a string."""
    words = previous = 0
    for start, end in _sentences(string, reader):
        size = count_words(string[start:end])
        if words and words + size > max_words:
            yield previous
            words = 0
        if size > max_words:
            *ends, (previous, words) = _ends_in_sentence(string, start, end, reader, max_words)
            yield from (end for end, _ in ends)
        else:
            words += size
            previous = end
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
    if (not after.isascii() and CLINGS.match(after)) or "\u202f" in (before, after):
        return False
    return before.isspace() or after.isspace() or before in _ENDS_WITHOUT_SPACE


def _ends_in_sentence(
    string: str, start: int, end: int, reader: TextReader, max_words: int
) -> Iterator[tuple[int, int]]:
    """Yield the ends and sizes of the passages of a long sentence."""
    ends, sizes = _units(string, start, end, reader, max_words)
    total = list(itertools.accumulate(sizes))
    first = before = 0
    while total[-1] - before > max_words:
        # A single longer word is a passage.
        following = max(bisect_right(total, before + max_words, first), first + 1)
        if following == len(total):
            break
        yield ends[following - 1], total[following - 1] - before
        first, before = following, total[following - 1]
    yield ends[-1], total[-1] - before


def _units(string: str, start: int, end: int, reader: TextReader, max_words: int) -> tuple[list[int], list[int]]:
    """Return the ends and sizes of the chunks between whitespace of a long sentence, and of parts of long chunks."""
    sentence = string[start:end]
    plain = _NO_PLAIN_SPACE.search(sentence) is None and not has_clinging(sentence)
    chunks = (_PLAIN_CHUNK if plain else _CHUNK).findall(sentence)
    ends = list(itertools.accumulate(map(len, chunks), initial=start))[1:]
    if plain and sentence.isascii():
        sizes = [1 if len(chunk) <= _BYTES_PER_WORD else -(-len(chunk) // _BYTES_PER_WORD) for chunk in chunks]
    else:
        sizes = list(map(count_words, chunks))
    if max(sizes) <= max_words:
        return ends, sizes
    units: list[tuple[int, int]] = []
    for chunk, chunk_end, size in zip(chunks, ends, sizes):
        begin = 0
        if size > max_words:
            for stop, following in itertools.pairwise([*_starts_of_words(chunk, reader), len(chunk), len(chunk)]):
                if stop < following and count_words(chunk[begin:following]) > max_words:
                    units.append((chunk_end - len(chunk) + stop, count_words(chunk[begin:stop])))
                    begin = stop
        units.append((chunk_end, count_words(chunk[begin:])))
    return [unit_end for unit_end, _ in units], [size for _, size in units]


def _starts_of_words(chunk: str, reader: TextReader) -> Iterator[int]:
    """Yield where words begin in a chunk without spaces, but for the first, as the reader finds them."""
    visible = without_formatting(chunk)
    positions = range(len(chunk)) if visible == chunk else kept_characters(chunk)
    for begin, _ in split_spans(reader.word_splitter, visible, "word_splitter")[1:]:
        if not CLINGS.match(chunk[positions[begin]]):
            yield positions[begin]
