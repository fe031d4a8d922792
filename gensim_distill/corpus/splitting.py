"""Splitting raw text into words and sentences."""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import regex

from gensim_distill._utils.text import short
from gensim_distill.corpus.documents import DocumentText, Span
from gensim_distill.corpus.invisible import separate_at_narrow_spaces, trim_words

#: A function from a string to its words or sentences, in order: their spans or the strings themselves.
Splitter: TypeAlias = Callable[[str], Iterable[Span] | Iterable[str]]
# Unicode word boundaries (UAX #29) keep combining marks, apostrophes and emoji sequences together. The match is lazy to
# end at the next boundary.
_ASCII_WORD = regex.compile(r"(?w).+?\b", flags=regex.DOTALL)
# The library misses boundaries after half a flag (a regional indicator) and after marks at the beginning of a text, and in a
# run of flags it searches the whole run at each of them: so these are matched as such.
#: Marks and joiners: there is no word boundary before them, after whitespace either.
MARKS = r"[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]"
_UNICODE_WORD = regex.compile(
    rf"(?w)(?:(?:\p{{Regional_Indicator}}{MARKS}*+){{1,2}}+|\A{MARKS}++)(?!(?<=\p{{WB=ZWJ}})\p{{Extended_Pictographic}})|.+?\b",
    flags=regex.DOTALL,
)
_PIECES = "a list of substrings of the text, in order, or of their (start, end) spans"
# regex has a rule more than Unicode, for French and Italian: an apostrophe before a vowel belongs to the word.
_APOSTROPHES = "'’"
_has_word_character = regex.compile(r"[\p{L}\p{N}]|\p{Emoji_Presentation}|\p{Extended_Pictographic}").search
# Most chunks between whitespace: letters of class ALetter, with punctuation around them. Python's re is several times as fast as
# the word boundaries of regex.
_is_plain_word = re.compile(
    "[!-&(-/:-@[-^`{-~¡«»¿‐-‖“-‟…‹›]*([A-Za-zÀ-ÖØ-öø-ʸΑ-ΡΣ-ώЀ-ҁҊ-ԯ]+)[!-/:-@[-^`{-~¡«»¿‐-‟…‹›]*"
).fullmatch
#: The characters of which a token that ends a sentence consists.
SENTENCE_FINAL = frozenset(".!?…。！？؟۔।॥")
# A sentence ends after its final punctuation and closing quotes or brackets, if whitespace or another ideographic
# sentence follows, or at an empty line. A run of punctuation is tried once, at its beginning.
_SENTENCE_END = regex.compile(
    r"""(?<![.!?…؟۔।॥])[.!?…؟۔।॥]++['"”’»)\]]*+(?=\s)|[。！？]+['"”’」』）]*|\n\s*\n""",
)


def split_words(string: str) -> list[Span]:
    """Split a raw string into words, at Unicode word boundaries (UAX #29).

    Words have a letter, a digit or an emoji; the teacher reads punctuation and whitespace too, but they are not words.
    Scripts without spaces between words (Chinese, Japanese, Thai) are split into characters, more or less: use a
    splitter for that language.

    Words have no invisible characters at their ends, and a narrow no-break space separates words except between digits; see
    :mod:`~gensim_distill.corpus.invisible`.

    Parameters
    ----------
    string : str
        Any text.

    Returns
    -------
    list of (int, int)
        The start and end of each word.

    Examples
    --------
    >>> from gensim_distill.corpus.splitting import split_words
    >>> [s[a:b] for s in ["Don't panic: 3.5 cafés!"] for a, b in split_words(s)]
    ["Don't", 'panic', '3.5', 'cafés']
    """
    if word := _is_plain_word(string):
        return [word.span(1)]
    string = separate_at_narrow_spaces(string)
    # The segments have all characters of the string.
    segments = (_ASCII_WORD if string.isascii() else _UNICODE_WORD).findall(string)
    spans = [
        (end - len(segment) + (segment[0] in _APOSTROPHES), end)
        for segment, end in zip(segments, itertools.accumulate(map(len, segments)))
        if segment.isalnum() or (segment != " " and _has_word_character(segment))
    ]
    trimmed = trim_words(string, spans)
    if trimmed is spans:
        return spans
    return [(start, end) for start, end in trimmed if _has_word_character(string, start, end)]


def split_sentences(string: str) -> list[Span]:
    """Split a raw string into sentences, at final punctuation and empty lines.

    The rule has no list of abbreviations. For better sentences use a splitter for the language, such as
    ``span_tokenize`` of an NLTK ``PunktSentenceTokenizer``.

    Parameters
    ----------
    string : str
        Any text.

    Returns
    -------
    list of (int, int)
        The start and end of each sentence.

    Examples
    --------
    >>> from gensim_distill.corpus.splitting import split_sentences
    >>> split_sentences("It rained. We stayed!")
    [(0, 10), (10, 21)]
    """
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(string)), len(string)]
    return [(start, end) for start, end in itertools.pairwise(bounds) if string[start:end].strip()]


def lower(word: str) -> str:
    """Return the lowercased word: the default key of words in raw text."""
    return word.lower()


def split_spans(splitter: Splitter, string: str, name: str) -> list[Span]:
    """Apply a splitter and return its spans, also if it returns strings.

    Parameters
    ----------
    splitter : callable
    string : str
    name : str
        The name of the splitter, for error messages.

    Returns
    -------
    list of (int, int)

    Raises
    ------
    TypeError
        If it does not return strings or spans.
    ValueError
        If the words or sentences are not in the string, or not in order and without overlap.
    """
    spans: list[Span] = []
    position = 0
    pieces = splitter(string)
    if isinstance(pieces, (str, bytes)) or not isinstance(pieces, Iterable):
        raise TypeError(f"{name} returned {short(pieces)}: it must return {_PIECES}.")
    for piece in pieces:
        if isinstance(piece, str):
            start = string.find(piece, position)
            if start < 0:
                raise ValueError(
                    f"{name} returned {short(piece)}, which is not in the text after character {position}: it must return "
                    "substrings of the text, in order, or their (start, end) spans; change case with key=."
                )
            end = start + len(piece)
        else:
            try:
                start, end = map(operator.index, () if isinstance(piece, bytes) else piece)
            except (TypeError, ValueError):
                raise TypeError(f"{name} returned {short(piece)} among others: it must return {_PIECES}.") from None
            if not position <= start <= end <= len(string):
                raise ValueError(
                    f"{name} returned the span {(start, end)} after one that ends at {position} in a text of "
                    f"{len(string)} characters: spans must be in the text, in order, without overlap."
                )
        spans.append((start, end))
        position = end
    return spans


def token_sentences(text: DocumentText) -> Iterator[Span]:
    """Yield the sentences of a tokenized document, which end at tokens of only final punctuation."""
    begin: int | None = None
    end = 0
    for start, end in zip(text.starts, text.ends):
        begin = start if begin is None else begin
        surface = text.string[start:end]
        if surface and SENTENCE_FINAL.issuperset(surface):
            yield begin, end
            begin = None
    if begin is not None and end > begin:
        yield begin, end
