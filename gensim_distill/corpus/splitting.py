"""Splitting raw text into words and sentences."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import regex

from gensim_distill.corpus.documents import DocumentText, Span

#: A splitter gives the spans of the pieces of a string, or the pieces themselves, in order.
Splitter: TypeAlias = Callable[[str], Iterable[Span] | Iterable[str]]
# Word boundaries of Unicode (UAX #29): combining marks, apostrophes and emoji sequences stay in one
# piece. The lazy run lets regex find the shortest piece that ends at a boundary.
_UNICODE_WORD = regex.compile(r"(?w).+?\b", flags=regex.DOTALL)
# One rule more than Unicode's, for French and Italian, leaves an opening apostrophe before a vowel with the word.
_APOSTROPHES = "'’"
_HAS_WORD_CHARACTER = regex.compile(r"[\p{L}\p{N}]|\p{Emoji_Presentation}|\p{Extended_Pictographic}")
_SENTENCE_FINAL = frozenset(".!?…。！？؟۔।॥")
# A sentence ends after its final punctuation, with what closes it, where white space or the next
# ideographic sentence follows; or at an empty line.
_SENTENCE_END = regex.compile(
    r"""[.!?…؟۔।॥]+['"”’»)\]]*(?=\s)|[。！？]+['"”’」』）]*|\n\s*\n""",
)


def split_words(string: str) -> list[Span]:
    """Split a raw string into words, at the word boundaries of Unicode (UAX #29).

    A piece is a word if it holds a letter, a digit or an emoji; punctuation and white space are
    read by the teacher but are not words. Scripts that do not part words (Chinese, Japanese, Thai)
    are split into characters, more or less: give the model a splitter that knows the language.

    Parameters
    ----------
    string : str
        Any text.

    Returns
    -------
    list of (int, int)
        Start and end of each word.

    Examples
    --------
    >>> from gensim_distill.corpus.splitting import split_words
    >>> [s[a:b] for s in ["Don't panic: 3.5 cafés!"] for a, b in split_words(s)]
    ["Don't", 'panic', '3.5', 'cafés']
    """
    return [
        (match.start() + (match.group()[0] in _APOSTROPHES), match.end())
        for match in _UNICODE_WORD.finditer(string)
        if _HAS_WORD_CHARACTER.search(match.group())
    ]


def split_sentences(string: str) -> list[Span]:
    """Split a raw string into sentences at final punctuation and empty lines.

    A plain rule that knows no abbreviations. For better bounds give the model a splitter that knows
    the language, such as ``span_tokenize`` of an NLTK ``PunktSentenceTokenizer``.

    Examples
    --------
    >>> from gensim_distill.corpus.splitting import split_sentences
    >>> split_sentences("It rained. We stayed!")
    [(0, 10), (10, 21)]
    """
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(string)), len(string)]
    return [(start, end) for start, end in itertools.pairwise(bounds) if string[start:end].strip()]


def lower(word: str) -> str:
    """Give the lower-cased word: the default key of words in raw text."""
    return word.lower()


def spans_of(splitter: Splitter, string: str, name: str) -> list[Span]:
    """Give the spans that a splitter finds, whether it gives spans or strings; check their order."""
    spans: list[Span] = []
    position = 0
    for piece in splitter(string):
        if isinstance(piece, str):
            start = string.find(piece, position)
            if start < 0:
                raise ValueError(
                    f"{name} gave {piece!r}, which does not stand in the text after character {position}: it must give "
                    "the pieces as they are written, in order, or their (start, end) spans; change case with key=."
                )
            end = start + len(piece)
        else:
            start, end = int(piece[0]), int(piece[1])
            if not position <= start <= end <= len(string):
                raise ValueError(
                    f"{name} gave the span {(start, end)} after one that ends at {position} in a text of "
                    f"{len(string)} characters: spans must lie in the text, in order, without overlap."
                )
        spans.append((start, end))
        position = end
    return spans


def token_sentences(text: DocumentText) -> Iterator[Span]:
    """Yield the sentences of tokenized text, which end at tokens of final punctuation alone."""
    begin: int | None = None
    end = 0
    for start, end in zip(text.starts, text.ends):
        begin = start if begin is None else begin
        surface = text.string[start:end]
        if surface and _SENTENCE_FINAL.issuperset(surface):
            yield begin, end
            begin = None
    if begin is not None and end > begin:
        yield begin, end
