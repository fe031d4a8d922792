"""From the documents of a corpus to text for the teacher and keys for the vocabulary."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gensim_distill.corpus.documents import Document, DocumentText, Span, check_tokens
from gensim_distill.corpus.splitting import Splitter, lower, spans_of, split_sentences, split_words, token_sentences


@dataclass
class TextReader:
    """Turns the items of a corpus into :class:`DocumentText`.

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

    def keys(self, item: Document) -> list[str]:
        """Give the keys of an item's words, in order: what a vocabulary counts."""
        if isinstance(item, str):
            return self._raw_text(item).keys
        tokens = check_tokens(item)
        return tokens if self.key is None else [self._key(token) for token in tokens]

    def text(self, item: Document) -> DocumentText:
        """Give the item as a string with the spans and keys of its words."""
        return self._raw_text(item) if isinstance(item, str) else self._token_text(item)

    def sentences(self, item: Document, text: DocumentText) -> list[Span]:
        """Give the spans of the sentences of an item, in the string of its :meth:`text`."""
        if isinstance(item, str):
            return spans_of(self.sentence_splitter, item, "sentence_splitter")
        return list(token_sentences(text))

    def _key(self, word: str) -> str:
        key = (self.key or lower)(word)
        if not isinstance(key, str):
            raise TypeError(f"key({word!r}) returned {key!r}: it must return the word's key as a string.")
        return key

    def _raw_text(self, string: str) -> DocumentText:
        spans = spans_of(self.word_splitter, string, "word_splitter")
        return DocumentText(
            string=string,
            keys=[self._key(string[start:end]) for start, end in spans],
            starts=[start for start, _ in spans],
            ends=[end for _, end in spans],
        )

    def _token_text(self, item: Iterable[str]) -> DocumentText:
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
        return DocumentText(string=string, keys=keys, starts=starts, ends=ends)

    def _surface(self, token: str) -> str:
        if self.phrase_delimiter and self.phrase_delimiter in token:
            parts = token.split(self.phrase_delimiter)
            # A delimiter that stands alone, or at an end ("_", "__init__"), joins nothing.
            if all(parts):
                return " ".join(parts)
        return token
