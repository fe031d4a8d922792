"""What one item of a corpus is: a string for the teacher to read, and where its words stand in it.

An item is either a list of tokens, as everywhere in gensim, or a raw string. Both become a
:class:`Text`: the string that the teacher reads, the character span of every word, and the key
under which the word is counted. From here on nothing needs to know which kind the item was.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any, TypeAlias

import regex

#: An item of a corpus: a raw string, or its tokens.
Item: TypeAlias = "str | Iterable[str]"
#: Half-open character offsets ``(start, end)`` into a string.
Span: TypeAlias = "tuple[int, int]"
#: A splitter gives the spans of the pieces of a string, or the pieces themselves, in order.
Splitter: TypeAlias = "Callable[[str], Iterable[Span] | Iterable[str]]"

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


@dataclass(slots=True)
class Text:
    """One item of the corpus, ready to be read by a teacher.

    Attributes
    ----------
    string : str
        What the teacher reads.
    keys : list of str
        The words as the vocabulary knows them, in order.
    starts, ends : list of int
        Character offsets into `string` of each word, half-open; words do not overlap.
    """

    string: str
    keys: list[str]
    starts: list[int]
    ends: list[int]


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
    >>> from gensim_distill.corpus.reader import split_words
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
    >>> from gensim_distill.corpus.reader import split_sentences
    >>> split_sentences("It rained. We stayed!")
    [(0, 10), (10, 21)]
    """
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(string)), len(string)]
    return [(start, end) for start, end in itertools.pairwise(bounds) if string[start:end].strip()]


def lower(word: str) -> str:
    """Give the lower-cased word: the default key of words in raw text."""
    return word.lower()


@dataclass
class TextReader:
    """Turns the items of a corpus into :class:`Text`.

    Parameters
    ----------
    word_splitter : callable, optional
        From a raw string to its words: either ``(start, end)`` spans or the words themselves in
        order. Not used for items that are lists of tokens.
    key : callable, optional
        From a word as it stands in the text to the key it is counted under. By default raw text is
        lower-cased and tokens are taken as they are. If given, it is applied to both.
    sentence_splitter : callable, optional
        From a raw string to its sentences, spans or strings. Lists of tokens end their sentences at
        tokens of final punctuation alone (``.``, ``!``, ``?`` and their like), as in the paper.
    phrase_delimiter : str or None, optional
        What joins the parts of a phrase token such as ``new_york``, as made by
        :class:`gensim.models.Phrases`: the teacher reads its parts, the key is the whole. None
        leaves such tokens as they are.

    Examples
    --------
    >>> from gensim_distill.corpus.reader import TextReader
    >>> text = TextReader().text(["I", "love", "new_york", "."])
    >>> text.string, text.keys[2], text.string[text.starts[2]:text.ends[2]]
    ('I love new york .', 'new_york', 'new york')
    """

    word_splitter: Splitter = split_words
    key: Callable[[str], str] | None = None
    sentence_splitter: Splitter = split_sentences
    phrase_delimiter: str | None = "_"

    def keys(self, item: Item) -> list[str]:
        """Give the keys of an item's words, in order: what a vocabulary counts."""
        if isinstance(item, str):
            return self._raw_text(item).keys
        tokens = check_tokens(item)
        return tokens if self.key is None else [self._key(token) for token in tokens]

    def text(self, item: Item) -> Text:
        """Give the item as a string with the spans and keys of its words."""
        return self._raw_text(item) if isinstance(item, str) else self._token_text(item)

    def sentences(self, item: Item, text: Text) -> list[Span]:
        """Give the spans of the sentences of an item, in the string of its :meth:`text`."""
        if isinstance(item, str):
            return spans_of(self.sentence_splitter, item, "sentence_splitter")
        return list(_token_sentences(text))

    def _key(self, word: str) -> str:
        key = (self.key or lower)(word)
        if not isinstance(key, str):
            raise TypeError(f"key({word!r}) returned {key!r}: it must return the word's key as a string.")
        return key

    def _raw_text(self, string: str) -> Text:
        spans = spans_of(self.word_splitter, string, "word_splitter")
        return Text(
            string=string,
            keys=[self._key(string[start:end]) for start, end in spans],
            starts=[start for start, _ in spans],
            ends=[end for _, end in spans],
        )

    def _token_text(self, item: Iterable[str]) -> Text:
        tokens = check_tokens(item)
        keys = tokens if self.key is None else [self._key(token) for token in tokens]
        string = " ".join(tokens)
        surfaces = tokens
        if self.phrase_delimiter and self.phrase_delimiter in string:
            surfaces = [self._surface(token) for token in tokens]
            string = " ".join(surfaces)
        # Each word ends so many characters behind the one before it, the space between them included.
        ends = list(itertools.accumulate([len(surface) + 1 for surface in surfaces], initial=-1))[1:]
        starts = [end - len(surface) for end, surface in zip(ends, surfaces)]
        return Text(string=string, keys=keys, starts=starts, ends=ends)

    def _surface(self, token: str) -> str:
        if self.phrase_delimiter and self.phrase_delimiter in token:
            parts = token.split(self.phrase_delimiter)
            # A delimiter that stands alone, or at an end ("_", "__init__"), joins nothing.
            if all(parts):
                return " ".join(parts)
        return token


def check_tokens(item: Any) -> list[str]:
    """Give the tokens of an item as a list, or say what is wrong with the item.

    Raises
    ------
    TypeError
        If the item is not a list of strings.
    """
    if isinstance(item, dict):
        raise TypeError(
            f"A corpus item is a dict with the keys {sorted(map(str, item))}, where a list of tokens or a raw "
            "string was expected: give the column of texts alone, such as dataset['text']."
        )
    # A document of one's own that goes through itself may have a length, and begin anew.
    if isinstance(item, Iterator) and not isinstance(item, Sized):
        raise TypeError(
            f"A corpus item is a {type(item).__name__}, which can be read once, where each item is read twice, for the "
            "vocabulary and for the teacher: make it a list of tokens."
        )
    if isinstance(item, bytes) or not isinstance(item, Iterable):
        raise TypeError(
            f"A corpus item is {item!r} of type {type(item).__name__}, where a list of tokens or a raw string was "
            "expected: decode bytes, and leave out or fill in missing values."
        )
    tokens = list(item)
    try:
        "".join(tokens)  # which looks at each of them, faster than a loop could
    except TypeError:
        token = next(token for token in tokens if not isinstance(token, str))
        raise TypeError(
            f"A corpus item holds the token {token!r} of type {type(token).__name__}, where the teacher can read "
            "strings only: turn the tokens into words, or str, first."
        ) from None
    return tokens


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


def _token_sentences(text: Text) -> Iterator[Span]:
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
