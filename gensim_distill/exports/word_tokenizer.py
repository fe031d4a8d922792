"""A tokenizer of the `tokenizers` library that splits texts as a `TextReader` does, into whole words and pieces of others."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, get_args
from unicodedata import normalize

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from gensim_distill._utils.text import short
from gensim_distill._utils.validation import check_choice
from gensim_distill.corpus.invisible import FORMATTING, LEADING, NARROW_SPACE, TRAILING
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.splitting import lower, split_words
from gensim_distill.encoding.word_pieces import WordPieces, unknown_token, without_accents

logger = logging.getLogger(__name__)

#: How a tokenizer splits a text into words.
Splitting: TypeAlias = Literal["unicode", "whitespace"]

# In Oniguruma's word mode text segments end at the word boundaries of Unicode (UAX #29).
# Within a run of regional indicators, there is one after each pair, which the library would find in quadratic time.
_UNICODE_WORD = r"(?y{w})(?:\p{Regional_Indicator}{2}(?=\p{Regional_Indicator})|\X)"
_NOT_A_WORD = r"\A[^\p{L}\p{N}\p{Emoji_Presentation}\p{Extended_Pictographic}]+\z"
# The whitespace of Python's str.split().
_WHITE_SPACE = r"[\s\x1c-\x1f\x85]+"
# The library lowercases letter by letter; sigma is the only letter with another form at the end of a word.
_FINAL_SIGMA = r"(?<=\p{L})Σ(?!\p{L})"
_BOUNDARY = r"(?y{w})\y"
_MOST_ACCENTS = 6  # letters of one word
_BATCH = 10_000  # words encoded at once
_FEW_UNREACHABLE = 0.1  # some punctuation and parts of words are usual


def splitting_of(
    reader: TextReader, splitter: Splitting | None = None, lowercase: bool | None = None
) -> tuple[Splitting, bool]:
    """Return how a reader splits and lowercases raw text, as arguments of :func:`word_tokenizer`.

    Parameters
    ----------
    reader : TextReader
    splitter : {"unicode", "whitespace"}, optional
        Replaces that of the reader.
    lowercase : bool, optional
        Replaces that of the reader.

    Returns
    -------
    splitter : {"unicode", "whitespace"}
    lowercase : bool

    Raises
    ------
    ValueError
        If the reader has a custom function, which a tokenizer file cannot hold, and no replacement.

    Examples
    --------
    >>> from gensim_distill import TextReader
    >>> from gensim_distill.exports.word_tokenizer import splitting_of
    >>> splitting_of(TextReader(str.split, key=str))
    ('whitespace', False)
    """
    if splitter is None:
        known: dict[Any, Splitting] = {split_words: "unicode", str.split: "whitespace"}
        splitter = known.get(reader.word_splitter)
        if splitter is None:
            raise ValueError(
                "The model's word_splitter is a custom function, which a tokenizer file cannot hold: set splitter='unicode' (word "
                "boundaries of Unicode) or splitter='whitespace', whichever is closer."
            )
    check_choice("splitter", splitter, get_args(Splitting), ", for the word boundaries of Unicode or for whitespace")
    if lowercase is None:
        if reader.key in (None, lower, str.lower):
            lowercase = True
        elif reader.key is str:
            lowercase = False
        else:
            raise ValueError(
                "The model's key is a custom function, which a tokenizer file cannot hold: set lowercase=True or "
                "lowercase=False, whichever is closer."
            )
    return splitter, lowercase


def word_tokenizer(
    words: Sequence[str],
    *,
    division: WordPieces | None = None,
    splitter: Splitting = "unicode",
    lowercase: bool = True,
) -> Tokenizer:
    """Return a tokenizer of whole words; the first word has the id 1, and 0 stands for unknown words.

    Parameters
    ----------
    words : sequence of str
    division : WordPieces, optional
        Divides other words into pieces, whose ids are its tokens. By default other words are unknown.
    splitter : {"unicode", "whitespace"}, optional
        "unicode" splits at the word boundaries of Unicode and ignores punctuation; "whitespace" is for
        texts that are already tokenized, with spaces between tokens.
    lowercase : bool, optional
        Whether to lowercase texts.

    Returns
    -------
    tokenizers.Tokenizer

    Examples
    --------
    >>> from gensim_distill.exports.word_tokenizer import word_tokenizer
    >>> word_tokenizer(["don't", "panic"]).encode("Don't panic, Arthur!").ids
    [1, 2, 0]
    """
    if division is None:
        unknown = unknown_token(words)
        vocabulary = {unknown: 0} | {word: row for row, word in enumerate(words, 1)}
        tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=unknown))
    else:
        tokenizer = Tokenizer(division.model)
    steps: list[normalizers.Normalizer] = [normalizers.Replace(Regex(FORMATTING), ""), normalizers.NFC()]
    if splitter == "unicode":
        steps.append(normalizers.Replace(Regex(NARROW_SPACE), " "))
    if lowercase:
        steps += [normalizers.Replace(Regex(_FINAL_SIGMA), "ς"), normalizers.Lowercase()]
    if division is not None and division.strips_accents:
        steps += _accents_of_other_words(words, splitter)
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_UNICODE_WORD), "isolated")
            if splitter == "unicode"
            else pre_tokenizers.Split(Regex(_WHITE_SPACE), "removed"),
            pre_tokenizers.Split(Regex(LEADING), "removed"),
            pre_tokenizers.Split(Regex(TRAILING), "removed"),
            *([pre_tokenizers.Split(Regex(_NOT_A_WORD), "removed")] if splitter == "unicode" else []),
        ]
    )
    _log_unreachable(tokenizer, words)
    return tokenizer


def _accents_of_other_words(words: Sequence[str], splitter: Splitting) -> list[normalizers.Normalizer]:
    """Return the steps that remove the accents of all words but those of the vocabulary."""
    decomposed = [normalize("NFD", word) for word in words if without_accents(word) != word]
    known = "|".join(map(re.escape, sorted(decomposed, key=len, reverse=True)))
    start, end, inside = (
        (_BOUNDARY, r"\y", r"(?!\y)\P{Mn}") if splitter == "unicode" else (r"(?<!\S)", r"(?!\S)", r"[^\p{Mn}\s]")
    )
    other = rf"(?!(?:{known}){end})" if known else ""
    # A step removes the first accents of each word.
    first = rf"{start}{other}\P{{Mn}}(?:{inside})*\K\p{{Mn}}+"
    return [normalizers.NFD(), *[normalizers.Replace(Regex(first), "")] * _MOST_ACCENTS, normalizers.NFC()]


def _log_unreachable(tokenizer: Tokenizer, words: Sequence[str]) -> None:
    """Log the words that the tokenizer never produces: parts of words, punctuation, capitals."""
    unreachable = []
    for start in range(0, len(words), _BATCH):  # an encoding takes more memory than a vector
        batch = list(words[start : start + _BATCH])
        found = tokenizer.encode_batch_fast(batch)
        unreachable += [word for row, word in enumerate(batch) if found[row].ids != [start + row + 1]]
    if unreachable:
        logger.log(
            logging.WARNING if len(unreachable) > _FEW_UNREACHABLE * len(words) else logging.INFO,
            "%i of %i words do not occur in texts that are split like this, such as %s; for texts that are tokenized with spaces "
            "use splitter='whitespace', lowercase=False.",
            len(unreachable),
            len(words),
            ", ".join(map(short, unreachable[:10])),
        )
