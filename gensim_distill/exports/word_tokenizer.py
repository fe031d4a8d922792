"""A word-level tokenizer of the `tokenizers` library that finds the words that a `TextReader` does."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from gensim_distill._utils.validation import check_choice
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.splitting import lower, split_words

logger = logging.getLogger(__name__)

SPLITTERS = ("unicode", "whitespace")
# Oniguruma's text segments in word mode are the word boundaries of Unicode (UAX #29).
_UNICODE_WORD = r"(?y{w})\X"
_NO_WORD = r"\A[^\p{L}\p{N}\p{Emoji_Presentation}\p{Extended_Pictographic}]+\z"
# What str.split() of Python takes for white space.
_WHITE_SPACE = r"[\s\x1c-\x1f\x85]+"
# The library lower-cases letter by letter, and only this one has another form at the end of a word.
_FINAL_SIGMA = r"(?<=\p{L})Σ(?!\p{L})"


def reading_of(reader: TextReader, splitter: str | None = None, lowercase: bool | None = None) -> tuple[str, bool]:
    """Give how a reader splits raw text and whether it lower-cases, in the terms of :func:`word_tokenizer`.

    Parameters
    ----------
    reader : TextReader
    splitter : {"unicode", "whitespace"}, optional
        To be taken instead of the reader's.
    lowercase : bool, optional
        To be taken instead of the reader's.

    Raises
    ------
    ValueError
        If the reader's splitter or key is a function that a tokenizer cannot hold, and nothing was given instead.
    """
    if splitter is None:
        splitter = {split_words: "unicode", str.split: "whitespace"}.get(reader.word_splitter)
        if splitter is None:
            raise ValueError(
                "The model's word_splitter is a function of your own, which the file of a tokenizer cannot hold: give splitter='unicode' "
                "(word boundaries of Unicode) or splitter='whitespace', whichever is nearer to it."
            )
    check_choice("splitter", splitter, SPLITTERS, ", for the word boundaries of Unicode or for whitespace")
    if lowercase is None:
        if reader.key in (None, lower, str.lower):
            lowercase = True
        elif reader.key is str:
            lowercase = False
        else:
            raise ValueError(
                "The model's key is a function of your own, which the file of a tokenizer cannot hold: give lowercase=True or "
                "lowercase=False, whichever is nearer to it."
            )
    return splitter, lowercase


def word_tokenizer(words: Sequence[str], *, splitter: str = "unicode", lowercase: bool = True) -> Tokenizer:
    """Make a tokenizer that knows whole words: the first has the id 1, and 0 stands for all that are unknown.

    Parameters
    ----------
    words : sequence of str
    splitter : {"unicode", "whitespace"}, optional
        "unicode" finds words at the word boundaries of Unicode and passes over punctuation, "whitespace" suits
        texts that are tokenized with spaces.
    lowercase : bool, optional
        Whether text is lower-cased.

    Returns
    -------
    tokenizers.Tokenizer

    Examples
    --------
    >>> from gensim_distill.exports.word_tokenizer import word_tokenizer
    >>> word_tokenizer(["don't", "panic"]).encode("Don't panic, Arthur!").ids
    [1, 2, 0]
    """
    unknown = "[UNK]"
    while unknown in set(words):
        unknown = f"[{unknown}]"
    tokenizer = Tokenizer(
        models.WordLevel({unknown: 0} | {word: row for row, word in enumerate(words, 1)}, unk_token=unknown)
    )
    if lowercase:
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Replace(Regex(_FINAL_SIGMA), "ς"), normalizers.Lowercase()]
        )
    tokenizer.pre_tokenizer = (
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(_UNICODE_WORD), "isolated"),
                pre_tokenizers.Split(Regex(_NO_WORD), "removed"),
            ]
        )
        if splitter == "unicode"
        else pre_tokenizers.Split(Regex(_WHITE_SPACE), "removed")
    )
    _report_unreachable(tokenizer, words)
    return tokenizer


def _report_unreachable(tokenizer: Any, words: Sequence[str]) -> None:
    """Say which words no text can lead to: parts of words, punctuation, capitals."""
    encodings = tokenizer.encode_batch(list(words))
    lost = [word for row, (word, found) in enumerate(zip(words, encodings), 1) if found.ids != [row]]
    if lost:
        # Some punctuation and parts of words are usual, many are a sign of texts of another kind.
        logger.log(
            logging.WARNING if len(lost) > 0.1 * len(words) else logging.INFO,
            "%i of %i words are not met in texts that are split like this, such as %s; texts that are tokenized with spaces "
            "want splitter='whitespace', lowercase=False.",
            len(lost),
            len(words),
            ", ".join(map(repr, lost[:10])),
        )
