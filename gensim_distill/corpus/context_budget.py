"""The context budget: the selection of the documents that the teacher reads, for ``contexts_per_word``."""

from __future__ import annotations

import hashlib
import logging
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader

logger = logging.getLogger(__name__)

# The least number of words of documents that are collected before all but the candidates are dropped.
_BUFFERED_WORDS = 4_000_000
# The number of candidates of a word for each document that it needs; more candidates hardly improve the selection.
_CANDIDATES_PER_CONTEXT = 2
# Added to the length of a document when words compare candidates; docs/context-budget.md has measurements.
_LENGTH_OFFSET = 30
# The share of the selected documents above which a corpus without them raises an error instead of a warning.
_MOST_MISSING = 0.9


class ContextBudget:
    """A selection of documents in which each word occurs in at least `contexts_per_word` of them.

    A word that occurs in fewer documents has all of them selected. The selection has two steps:

    1. *Candidates.* Each document has a random number, a hash of its words and the seed. The candidates of a word are the
       documents with the smallest numbers among those that contain it, twice as many as it needs (bottom-k sampling).
       Documents with the same words and different text, such as "It fell!" and "it fell", are ordered by a hash of the text.
    2. *Selection.* The words take turns, from the rarest to the most frequent. Documents that were selected by rarer words
       count; a word that needs more selects them from its candidates. It prefers documents with many words that need
       more documents too, relative to the length of the document plus 30, and among equal ones the smallest number. The
       30 is there so that short documents, which have little context, are not preferred. Most frequent words need no turn.

    The selection is spread evenly over the corpus. It depends neither on the order of the documents nor on the parts in
    which the corpus is scanned. Of documents with the same words and the same text for the teacher one is selected. The
    memory depends on the vocabulary and the budget, not on the size of the corpus.

    Parameters
    ----------
    contexts_per_word : int
        The number of documents in which each word shall occur.
    vocabulary : mapping of str to int
        The index of each word, from 0.
    seed : int
        The seed of the random numbers.
    reader : TextReader, optional
        Turns documents into words and text for the teacher.

    Examples
    --------
    >>> from gensim_distill.corpus.context_budget import ContextBudget
    >>> documents = [["a", "b"], ["a", "c"], ["a", "d"], ["a"], ["e"]]
    >>> budget = ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1)
    >>> budget.scan(documents)
    >>> [document for document in documents if budget.keeps(document)]
    [['a', 'b'], ['a', 'c']]

    The words b and c have one document each, which is selected; so a needs no other. A corpus in two parts:

    >>> first, second = (ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1) for _ in range(2))
    >>> first.scan(documents[:2])
    >>> second.scan(documents[2:], part=1)
    >>> first.merge(second)
    >>> [document for document in documents if first.keeps(document)]
    [['a', 'b'], ['a', 'c']]
    """

    def __init__(
        self, contexts_per_word: int, vocabulary: Mapping[str, int], seed: int, reader: TextReader | None = None
    ) -> None:
        self.contexts_per_word = check_budget(contexts_per_word)
        self._reader = reader or TextReader()
        self._vocabulary = vocabulary
        self._seed = str(int(seed)).encode()
        self._vocabulary_size = max(vocabulary.values(), default=-1) + 1
        # The candidates, sorted by the hashes of their words and texts: the part of the corpus in which each occurs first, its
        # number of words, and its words in the vocabulary, concatenated, with the number of these per document.
        self._numbers: np.ndarray = np.empty(0, dtype=np.uint64)
        self._texts: np.ndarray = np.empty(0, dtype=np.uint64)
        self._parts: IntArray = np.empty(0, dtype=np.int64)
        self._sizes: IntArray = np.empty(0, dtype=np.int64)
        self._words: np.ndarray = np.empty(0, dtype=np.int32)
        self._lengths: IntArray = np.empty(0, dtype=np.int64)
        self._selected: dict[int, int] | None = None

    def scan(self, documents: Iterable[Document], part: int = 0) -> None:
        """Find the candidates among some documents, without the teacher.

        Parameters
        ----------
        documents : iterable of str or of lists of str
            The corpus, or a part of it.
        part : int, optional
            The number of this part of the corpus, if it is scanned in several.
        """
        words, numbers, texts, sizes, lengths = (array(code) for code in "iQQqq")
        limit = max(_BUFFERED_WORDS, len(self._words))
        for document in documents:
            keys, text = self._read(document)
            present = self._present(keys)
            if not present:
                continue
            words.extend(present)
            lengths.append(len(present))
            sizes.append(len(keys))
            numbers.append(self._hash("\0".join(keys)))
            texts.append(self._hash(text) if text else 0)
            if len(words) > limit:
                self._add(numbers, texts, np.full(len(numbers), part), sizes, words, lengths)
                words, numbers, texts, sizes, lengths = (array(code) for code in "iQQqq")
                limit = max(_BUFFERED_WORDS, len(self._words))
        self._add(numbers, texts, np.full(len(numbers), part), sizes, words, lengths)

    def merge(self, *others: ContextBudget) -> None:
        """Add the candidates of budgets that scanned other parts of the corpus.

        Merging many at once is faster than one after the other.

        Parameters
        ----------
        *others : ContextBudget
            With the same `contexts_per_word`, `vocabulary`, `seed` and `reader`.

        Raises
        ------
        ValueError
            If `contexts_per_word`, the seed or the size of the vocabulary differ.
        """
        for other in others:
            ours, theirs = ((b.contexts_per_word, b._seed, b._vocabulary_size) for b in (self, other))
            if ours != theirs:
                raise ValueError(
                    f"Budgets can be merged if contexts_per_word, seed and vocabulary agree: {ours} against {theirs}."
                )
        if others:
            found = [(o._numbers, o._texts, o._parts, o._sizes, o._words, o._lengths) for o in others]
            self._add(*map(np.concatenate, zip(*found)))

    def drop_vocabulary(self) -> None:
        """Release the vocabulary of a budget that is only merged into another one, which makes it smaller to send."""
        self._vocabulary = {}

    @property
    def num_selected(self) -> int:
        """The number of selected documents."""
        return len(self._selection())

    def keeps(self, document: Document, part: int = 0) -> bool:
        """Return whether a document is selected in this part of the corpus."""
        return self._selection().get(self._identity(document)) == part

    def select(self, documents: Iterable[Document], part: int = 0) -> Iterator[Document]:
        """Yield the selected documents, each once.

        Parameters
        ----------
        documents : iterable of str or of lists of str
            The corpus, or the part of it that was scanned as `part`.
        part : int, optional
            The number of the part of the corpus.

        Yields
        ------
        str or list of str
        """
        remaining = {identity for identity, place in self._selection().items() if place == part}
        for document in documents:
            identity = self._identity(document)
            if identity in remaining:
                remaining.remove(identity)
                yield document

    def check_found(self, found: int, first_part: int = 0) -> None:
        """Check that the selected documents were found again when the teacher read the corpus.

        A warning with their share is logged if some were missing.

        Parameters
        ----------
        found : int
            The number of documents of :meth:`select`, in all parts.
        first_part : int, optional
            The first part that was read.

        Raises
        ------
        ValueError
            If nearly all were missing.
        """
        selected = sum(part >= first_part for part in self._selection().values())
        missing = selected - found
        if missing <= 0:
            return
        if missing > _MOST_MISSING * selected:
            raise ValueError(
                f"The corpus differs from pass to pass: of {selected} documents that the context budget selected in one pass, "
                f"the teacher found {found} in the next: pass a corpus with the same documents in each pass, such as a list, "
                "or contexts_per_word=None to read every document."
            )
        logger.warning(
            "The corpus differs from pass to pass: %i of %i documents (%.0f%%) that the context budget selected were missing "
            "in the next pass, so that words have fewer contexts: pass a corpus with the same documents in each pass, such as "
            "a list, or contexts_per_word=None to read every document.",
            missing,
            selected,
            max(100 * missing / selected, 1),
        )

    def _read(self, document: Document) -> tuple[list[str], str]:
        """Return the words of a document, and the text by which the teacher distinguishes documents with these words."""
        if isinstance(document, str):
            text = self._reader.text(document)
            return text.keys, text.string
        if self._reader.key is None:
            return self._reader.keys(document), ""  # the tokens are the words, so they determine the text
        text = self._reader.text(document)
        # Sentences of tokens are not those of raw text, so the two are never equal.
        return text.keys, f"\0{text.string}"

    def _present(self, words: Sequence[str]) -> set[int]:
        present = set(map(self._vocabulary.get, words))
        present.discard(None)
        return present  # type: ignore[return-value]

    def _identity(self, document: Document) -> int:
        keys, text = self._read(document)
        return _join(self._hash("\0".join(keys)), self._hash(text) if text else 0)

    def _hash(self, text: str) -> int:
        encoded = text.encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(encoded, digest_size=8, key=self._seed).digest(), "big")

    def _add(self, numbers: Any, texts: Any, parts: Any, sizes: Any, words: Any, lengths: Any) -> None:
        """Add documents, and keep those that are candidates of some word."""
        self._selected = None
        all_numbers = np.concatenate([self._numbers, np.asarray(numbers, dtype=np.uint64)])
        all_texts = np.concatenate([self._texts, np.asarray(texts, dtype=np.uint64)])
        all_parts = np.concatenate([self._parts, np.asarray(parts, dtype=np.int64)])
        all_sizes = np.concatenate([self._sizes, np.asarray(sizes, dtype=np.int64)])
        all_words = np.concatenate([self._words, np.asarray(words, dtype=np.int32)])
        all_lengths = np.concatenate([self._lengths, np.asarray(lengths, dtype=np.int64)])
        # Of equal documents the one in the first part is kept.
        order = np.lexsort((all_parts, all_texts, all_numbers))
        first = np.zeros(len(order), dtype=np.bool_)
        first[:1] = True
        for hashes in (all_numbers, all_texts):
            first[1:] |= hashes[order[1:]] != hashes[order[:-1]]
        order = order[first]
        starts = np.cumsum(all_lengths) - all_lengths
        all_words = all_words[_ranges(starts[order], all_lengths[order])]
        all_numbers, all_texts, all_parts, all_sizes, all_lengths = (
            values[order] for values in (all_numbers, all_texts, all_parts, all_sizes, all_lengths)
        )

        document_of = np.repeat(np.arange(len(order)), all_lengths)
        by_word = np.argsort(all_words, kind="stable")  # sorted by number within each word
        ranked = all_words[by_word]
        rank = np.arange(len(ranked)) - np.searchsorted(ranked, ranked, side="left")
        candidate = np.zeros(len(order), dtype=np.bool_)
        candidate[document_of[by_word[rank < _CANDIDATES_PER_CONTEXT * self.contexts_per_word]]] = True
        self._words = all_words[candidate[document_of]]
        self._numbers, self._texts, self._parts, self._sizes, self._lengths = (
            values[candidate] for values in (all_numbers, all_texts, all_parts, all_sizes, all_lengths)
        )

    def _selection(self) -> dict[int, int]:
        """Return each selected document, by its hashes, and the part of the corpus in which it is read."""
        if self._selected is not None:
            return self._selected
        ends = np.cumsum(self._lengths)
        starts = ends - self._lengths
        document_of = np.repeat(np.arange(len(self._numbers)), self._lengths)
        by_word = np.argsort(self._words, kind="stable")
        documents_by_word = document_of[by_word]
        bounds = np.searchsorted(self._words[by_word], np.arange(self._vocabulary_size + 1))
        candidates = np.diff(bounds)
        lacking = np.minimum(candidates, self.contexts_per_word)
        selected = np.zeros(len(self._numbers), dtype=np.bool_)
        # All documents of rare words are candidates, so the order by candidates is the order by rarity as far as it
        # matters. Ties are in alphabetical order, since the order of the vocabulary depends on that of the corpus.
        alphabet = np.zeros(len(candidates), dtype=np.int64)
        alphabet[[self._vocabulary[word] for word in sorted(self._vocabulary)]] = np.arange(len(self._vocabulary))
        for word in np.lexsort((alphabet, candidates)):
            if lacking[word] <= 0:
                continue
            unselected = documents_by_word[bounds[word] : bounds[word + 1]]
            unselected = unselected[~selected[unselected]]
            if len(unselected) > lacking[word]:
                needed = lacking[self._words[_ranges(starts[unselected], self._lengths[unselected])]] > 0
                gains = np.add.reduceat(
                    needed, np.cumsum(self._lengths[unselected]) - self._lengths[unselected], dtype=np.int64
                )
                unselected = unselected[
                    np.argsort(-gains / (self._sizes[unselected] + _LENGTH_OFFSET), kind="stable")[: lacking[word]]
                ]
            selected[unselected] = True
            np.subtract.at(lacking, self._words[_ranges(starts[unselected], self._lengths[unselected])], 1)
        identities = map(_join, self._numbers[selected].tolist(), self._texts[selected].tolist())
        self._selected = dict(zip(identities, self._parts[selected].tolist()))
        return self._selected


def check_budget(contexts_per_word: Any) -> int:
    """Check that a context budget is a whole number from 1, and return it."""
    whole = check_whole("contexts_per_word", contexts_per_word, 1, advice=", such as 8, or None to read every document")
    return min(whole, 2**62)  # numpy has no larger integers, and no corpus has more words


def _join(number: int, text: int) -> int:
    """Return the identity of a document: the hashes of its words and of its text as one integer of 128 bits."""
    return number << 64 | text


def _ranges(starts: IntArray, lengths: IntArray) -> IntArray:
    """Return the concatenation of ``range(start, start + length)`` over all pairs of start and length."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
