"""Reading documents: from a document of a corpus to text for the teacher and words for the vocabulary."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from gensim_distill._utils.text import short
from gensim_distill.corpus.chunk_words import ChunkWords
from gensim_distill.corpus.composition import composed
from gensim_distill.corpus.documents import Document, DocumentText, Span, check_tokens
from gensim_distill.corpus.invisible import trim_words, without_formatting
from gensim_distill.corpus.splitting import Splitter, lower, split_sentences, split_spans, split_words, token_sentences

_CACHE = "_chunk_words"  # no field, and neither compared nor saved
_MOST_KEYS = 100_000  # cached results of a key function


@dataclass
class TextReader:
    """A reader of documents: which words a document has, and which text of it the teacher reads.

    Invisible characters are no part of the words of raw strings: soft hyphens, byte-order marks and other formatting
    characters are removed before the string is split, and those that have a meaning inside words are removed at their ends.
    Letters with marks are composed (NFC), so that both ways to write é are the same. Tokens are not changed.

    Parameters
    ----------
    word_splitter : callable, optional
        A function from a raw string to its words: ``(start, end)`` spans or the words themselves, in order. By default
        :func:`~gensim_distill.corpus.splitting.split_words`. It is not used for lists of tokens.
    key : callable, optional
        A function from a word in the text to its key in the vocabulary. By default words of raw strings are lowercased
        and tokens are not changed; a function of your own is applied to both.
    sentence_splitter : callable, optional
        A function from a raw string to its sentences, spans or strings. By default
        :func:`~gensim_distill.corpus.splitting.split_sentences`. Sentences of lists of tokens end at tokens of only
        final punctuation (``.``, ``!``, ``?`` and similar), as in the paper.
    phrase_delimiter : str or None, optional
        The string that joins the words of a phrase such as ``new_york``, as made by :class:`gensim.models.Phrases`: the
        teacher reads the words, the key is the phrase. By default ``"_"``. With None tokens are not changed.

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

    def __post_init__(self) -> None:
        for name in ("word_splitter", "key", "sentence_splitter"):
            function = getattr(self, name)
            if not callable(function) and not (name == "key" and function is None):
                raise TypeError(f"{name}={short(function)} must be a function of a string.")
        if not isinstance(self.phrase_delimiter, (str, type(None))):
            raise TypeError(
                f"phrase_delimiter={short(self.phrase_delimiter)} must be a string, or None for no phrases."
            )

    def keys(self, document: Document) -> list[str]:
        """Return the keys of a document's words, in order, which the vocabulary counts."""
        if isinstance(document, str):
            words = self.chunk_words()
            return self._raw_text(document).keys if words is None else words.keys_of(normalized(document))
        tokens = check_tokens(document)
        return tokens if self.key is None else [_key(self.key, token) for token in tokens]

    def count(self, documents: Iterable[Document]) -> Iterator[tuple[Sequence[str], int]]:
        """Yield keys of successive words, and how often these occur in some documents.

        Each word first occurs in the order of its first occurrences in the documents. Raw text is counted faster than
        by :meth:`keys`.
        """
        words = self.chunk_words()
        for is_raw, run in itertools.groupby(documents, lambda document: isinstance(document, str)):
            if is_raw and words is not None:
                yield from words.count(map(normalized, run))  # type: ignore[arg-type]
            else:
                yield from ((self.keys(document), 1) for document in run)

    def text(self, document: Document) -> DocumentText:
        """Return a document as a string with the positions and keys of its words."""
        return self._raw_text(document) if isinstance(document, str) else self._token_text(document)

    def sentences(self, document: Document, text: DocumentText) -> list[Span]:
        """Return the spans of a document's sentences in the string of its :meth:`text`."""
        if isinstance(document, str):
            return split_spans(self.sentence_splitter, text.string, "sentence_splitter")
        return list(token_sentences(text))

    def _raw_text(self, string: str) -> DocumentText:
        string = normalized(string)
        words = self.chunk_words()
        if words is not None:
            return DocumentText(string, *words.spans_of(string))
        spans = _spans(self.word_splitter, string)
        return DocumentText(
            string=string,
            keys=[_key(self.key, string[start:end]) for start, end in spans],
            starts=[start for start, _ in spans],
            ends=[end for _, end in spans],
        )

    def chunk_words(self) -> ChunkWords | None:
        """Return the cache of the words of chunks, or None if the splitter may divide elsewhere than at whitespace."""
        if self.word_splitter is not split_words and self.word_splitter is not str.split:
            return None
        settings = self.word_splitter, self.key
        cached: tuple[Any, ChunkWords] | None = self.__dict__.get(_CACHE)
        if cached is None or cached[0] != settings:
            key = lower if self.key is None else lru_cache(_MOST_KEYS)(partial(_key, self.key))
            cached = self.__dict__[_CACHE] = settings, ChunkWords(partial(_spans, self.word_splitter), key)
        return cached[1]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != _CACHE}

    def _token_text(self, document: Iterable[str]) -> DocumentText:
        tokens = check_tokens(document)
        keys = tokens if self.key is None else [_key(self.key, token) for token in tokens]
        string = " ".join(tokens)
        surfaces = tokens
        if self.phrase_delimiter and self.phrase_delimiter in string:
            surfaces = [self._surface(token) for token in tokens]
            string = " ".join(surfaces)
        # Each word ends its length and a space after the previous one.
        ends = list(itertools.accumulate([len(surface) + 1 for surface in surfaces], initial=-1))[1:]
        starts = [end - len(surface) for end, surface in zip(ends, surfaces)]
        return DocumentText(string=string, keys=keys, starts=starts, ends=ends)

    def _surface(self, token: str) -> str:
        if self.phrase_delimiter and self.phrase_delimiter in token:
            parts = token.split(self.phrase_delimiter)
            # A delimiter at an end of a token ("_", "__init__") joins nothing.
            if all(parts):
                return " ".join(parts)
        return token


def normalized(string: str) -> str:
    """Return a string without formatting characters that have no meaning, its letters and marks composed."""
    return composed(without_formatting(string))


def _spans(splitter: Splitter, string: str) -> list[Span]:
    """Return the spans of the words of a raw string."""
    if splitter is split_words:
        return split_words(string)
    return trim_words(string, split_spans(splitter, string, "word_splitter"))


def _key(function: Callable[[str], str] | None, word: str) -> str:
    key = (function or lower)(word)
    if not isinstance(key, str):
        raise TypeError(f"key({short(word)}) returned {short(key)}: it must return the word's key as a string.")
    return key
