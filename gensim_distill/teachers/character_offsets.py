"""Corrections of the character offsets that fast tokenizers return."""

from __future__ import annotations

from typing import Any

import numpy as np
from tokenizers import Tokenizer

from gensim_distill._utils.arrays import IntArray


def keep_inserted_spaces(tokenizer: Tokenizer) -> None:
    """Remove a post-processor that trims a space which the tokenizer has inserted, and with it the first letter of a word.

    A byte-level tokenizer may insert a space before each piece of text (``add_prefix_space``), and trim the spaces of
    subwords from their offsets (``trim_offsets``). Behind a special token in the text, the inserted space counts as one of
    the text.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        Changed in place. It must not need its post-processor for special tokens any more.
    """
    inserts = b'"add_prefix_space":true' in _state(tokenizer.pre_tokenizer)
    if inserts and b'"trim_offsets":true' in _state(tokenizer.post_processor):
        tokenizer.post_processor = None


class RemovedCharacters:
    r"""The control characters that the normalizer of a tokenizer removes, which are removed before it is called.

    The offsets of a normalizer of SentencePiece (``Precompiled``) are wrong for a whole text if it removes characters at
    the beginning.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer

    Examples
    --------
    >>> from gensim_distill.teachers.character_offsets import RemovedCharacters
    >>> from tokenizers import Tokenizer, models
    >>> RemovedCharacters(Tokenizer(models.Unigram())).kept("A\x01B") is None  # it has no normalizer
    True
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._affected = b'"Precompiled"' in _state(tokenizer.normalizer)
        self._removed: dict[str, bool] = {}

    def kept(self, text: str) -> IntArray | None:
        """Return the positions of the characters that are not removed; None if all are kept.

        Parameters
        ----------
        text : str

        Returns
        -------
        numpy.ndarray of int64 or None
        """
        if not self._affected or text.isprintable():
            return None
        removed = {character for character in set(text) if self._is_removed(character)}
        if not removed:
            return None
        return np.array([place for place, character in enumerate(text) if character not in removed], dtype=np.int64)

    def _is_removed(self, character: str) -> bool:
        if character.isprintable() or character in "\t\n\r":
            return False
        if character not in self._removed:
            normalize = self._tokenizer.normalizer.normalize_str
            self._removed[character] = normalize(f"a{character}a") == normalize("aa")
        return self._removed[character]


def original_offsets(offsets: IntArray, kept: IntArray) -> IntArray:
    """Return the offsets in a text of subwords of the text without some of its characters.

    Parameters
    ----------
    offsets : numpy.ndarray of int64, shape (n_subwords, 2)
        Starts and ends in the text of the kept characters.
    kept : numpy.ndarray of int64
        The positions of these characters in the whole text.

    Returns
    -------
    numpy.ndarray of int64, shape (n_subwords, 2)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.teachers.character_offsets import original_offsets
    >>> original_offsets(np.array([[0, 2], [2, 2], [2, 3]]), kept=np.array([1, 2, 4])).tolist()
    [[1, 3], [4, 4], [4, 5]]
    """
    starts, ends = offsets.T
    places = np.append(kept, kept[-1:] + 1)
    first = places[starts]
    return np.stack([first, np.where(ends > starts, places[ends - 1] + 1, first)], axis=1)


def _state(part: Any) -> bytes:
    """Return the JSON of a part of a tokenizer; that of None is empty."""
    return b"" if part is None else bytes(part.__getstate__())
