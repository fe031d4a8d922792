"""Division of words without a row into pieces, by the WordPiece model of the `tokenizers` library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import category, normalize

import numpy as np

from gensim_distill._utils.arrays import IntArray

# The longest word that is divided: BERT's limit, raised for vocabularies with longer words, since their tokenizers have to
# find these. The time of a division is quadratic in it.
_LIMIT, _LARGEST_LIMIT = 100, 1_000
_has_surrogate = re.compile("[\ud800-\udfff]").search


class WordPieces:
    """The division of words without a row into pieces, greedily, the longest match first.

    The beginning of a word is matched with words and pieces, the rest with pieces only. A word that cannot be divided
    completely is unknown. If no piece has an accent, as with teachers that read letters without, words are divided without
    accents, since they could not be divided with them. Exported tokenizers have the same `model`, and so the same division.

    Parameters
    ----------
    words : sequence of str
        Distinct words, with the rows from 0.
    pieces : sequence of str
        Distinct strings, with the rows after those of the words. A string that is a word too is a piece only inside of words.

    Attributes
    ----------
    model : tokenizers.models.WordPiece
        Token 0 is the unknown word. Then follow the words in their order, the pieces at the beginning of words, and the
        pieces inside of words. Strings with lone surrogates, which UTF-8 cannot encode, have no token.
    strips_accents : bool
        Whether words are divided without accents.
    token_rows : numpy.ndarray of int64, shape (n_tokens,)
        The row of each token; -1 for the unknown word.

    References
    ----------
    Yonghui Wu et al. Google's Neural Machine Translation System: Bridging the Gap between Human and Machine Translation.
    arXiv:1609.08144, 2016.

    Examples
    --------
    >>> from gensim_distill.encoding.word_pieces import WordPieces
    >>> division = WordPieces(["rain", "sun"], ["y", "ny", "s"])
    >>> division.rows("sunny"), division.rows("rainy"), division.rows("snow")
    ([1, 3], [0, 2], [])
    """

    def __init__(self, words: Sequence[str], pieces: Sequence[str]) -> None:
        self.strips_accents = not any(without_accents(piece) != piece for piece in pieces)
        prefix = "##"
        while any(string.startswith(prefix) for strings in (words, pieces) for string in strings):
            prefix += "#"
        unknown = unknown_token(words, pieces)
        known = set(words)
        numbered = [(piece, row) for row, piece in enumerate(pieces, len(words)) if piece]
        at_beginning = [(piece, row) for piece, row in numbered if piece not in known]
        inside = [(prefix + piece, row) for piece, row in numbered]
        tokens, rows = zip((unknown, -1), *zip(words, range(len(words))), *at_beginning, *inside)
        encodable = [token for token, string in enumerate(tokens) if not _has_surrogate(string)]
        self.token_rows: IntArray = np.array(rows, dtype=np.int64)[encodable]
        from tokenizers import models  # slow to import, and not needed before texts are encoded

        self.model = models.WordPiece(
            {tokens[old]: new for new, old in enumerate(encodable)},
            unk_token=unknown,
            continuing_subword_prefix=prefix,
            max_input_chars_per_word=min(max(_LIMIT, max(map(len, words), default=0)), _LARGEST_LIMIT),
        )
        self._rows: list[int] = self.token_rows.tolist()

    def rows(self, word: str) -> list[int]:
        """Return the rows of the pieces of a word; none if it is unknown."""
        if _has_surrogate(word):
            return []
        if self.strips_accents:
            word = without_accents(word)
        return [self._rows[token.id] for token in self.model.tokenize(word) if token.id]


def without_accents(word: str) -> str:
    """Return a word without nonspacing marks, as the normalizer of BERT does, with composed letters.

    Examples
    --------
    >>> from gensim_distill.encoding.word_pieces import without_accents
    >>> without_accents("müller"), without_accents("한국")
    ('muller', '한국')
    """
    if word.isascii():
        return word
    return normalize("NFC", "".join(part for part in normalize("NFD", word) if category(part) != "Mn"))


def unknown_token(words: Sequence[str], pieces: Sequence[str] = ()) -> str:
    """Return a name for the unknown word that is neither a word nor a piece.

    Examples
    --------
    >>> from gensim_distill.encoding.word_pieces import unknown_token
    >>> unknown_token(["rain"]), unknown_token(["[UNK]"])
    ('[UNK]', '[[UNK]]')
    """
    taken = {*words, *pieces}
    name = "[UNK]"
    while name in taken:
        name = f"[{name}]"
    return name
