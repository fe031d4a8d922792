"""Subwords that the tokenizer of a teacher does not know: their share, words with them, and a warning."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from gensim_distill._utils.text import short
from gensim_distill.corpus.documents import DocumentText
from gensim_distill.teachers.protocol import StateBatch

logger = logging.getLogger(__name__)

# The share of unknown subwords from which a warning is logged at the end of a pass.
_SHARE = 0.01
# The share, and the number of subwords, from which it is logged in the middle of a pass, which may take hours.
_SHARE_EARLY, _SUBWORDS_EARLY = 0.1, 10_000
_MAX_NAMED = 10  # words that the warning names


@dataclass(slots=True)
class UnknownSubwords:
    """The number of subwords that a teacher has read, and of those that its tokenizer does not know, such as ``[UNK]``.

    All unknown words have one and the same subword, so that their hidden states are almost equal. A teacher that does
    not report its unknown subwords counts as one that has none.

    Attributes
    ----------
    subwords, unknown : int
        The number of all subwords with characters, and of unknown ones.
    words : dict of str to None
        Some words with unknown subwords.
    logged : bool
        Whether the warning has been logged; it is logged once.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill import StateBatch, TextReader
    >>> from gensim_distill.contexts.unknown_subwords import UnknownSubwords
    >>> batch = StateBatch(np.array([0, 0]), np.array([0, 3]), np.array([2, 7]), [], unknown=np.array([False, True]))
    >>> found = UnknownSubwords()
    >>> _ = list(found.count([batch], [TextReader().text("Oh ሰላም!")]))
    >>> found.subwords, found.unknown, list(found.words)
    (2, 1, ['ሰላም'])
    """

    subwords: int = 0
    unknown: int = 0
    words: dict[str, None] = field(default_factory=dict)
    logged: bool = False

    def count(self, batches: Iterable[StateBatch], documents: Sequence[DocumentText]) -> Iterator[StateBatch]:
        """Yield batches of a teacher unchanged, and count their subwords.

        Parameters
        ----------
        batches : iterable of StateBatch
        documents : sequence of DocumentText
            The documents that the teacher reads.

        Yields
        ------
        StateBatch
        """
        for batch in batches:
            if batch.unknown is not None:
                with_characters = batch.ends > batch.starts
                unknown = np.flatnonzero(batch.unknown & with_characters)
                self.subwords += int(np.count_nonzero(with_characters))
                self.unknown += len(unknown)
                for subword in unknown[:_MAX_NAMED]:
                    self._name(documents[batch.texts[subword]], int(batch.starts[subword]), int(batch.ends[subword]))
            yield batch

    def merge(self, other: UnknownSubwords) -> None:
        """Add the numbers and words of another part of a corpus."""
        self.subwords += other.subwords
        self.unknown += other.unknown
        self.words = dict.fromkeys([*(self.words | other.words)][:_MAX_NAMED])

    def next_pass(self) -> None:
        """Start to count again; a warning that has been logged is not repeated."""
        self.subwords = self.unknown = 0
        self.words = {}

    def warn_early(self) -> None:
        """Log the warning in the middle of a pass, if a large share is unknown."""
        if self.subwords >= _SUBWORDS_EARLY:
            self.warn(_SHARE_EARLY)

    def warn(self, share: float = _SHARE) -> None:
        """Log a warning that names some of the words, if at least this share of the subwords is unknown."""
        if self.logged or not self.unknown or self.unknown < share * self.subwords:
            return
        self.logged = True
        logger.warning(
            "The tokenizer of the teacher does not know %i of the %i subwords that it has read (%.0f%%), as in %s: such words "
            "have almost equal hidden states, so use a teacher for their language or script.",
            self.unknown,
            self.subwords,
            max(100 * self.unknown / self.subwords, 1),
            ", ".join(map(short, self.words)),
        )

    def _name(self, document: DocumentText, start: int, end: int) -> None:
        """Add the word that contains an unknown subword, or its characters if no word does."""
        if len(self.words) >= _MAX_NAMED:
            return
        word = bisect_right(document.starts, start) - 1
        if word >= 0 and start < document.ends[word]:
            self.words[document.keys[word]] = None
        elif word + 1 < len(document.starts) and document.starts[word + 1] < end:
            self.words[document.keys[word + 1]] = None
        else:
            self.words[document.string[start:end]] = None
