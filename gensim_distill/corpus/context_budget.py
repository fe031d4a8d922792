"""The context budget: the selection of the passages that the teacher reads, for ``contexts_per_word``."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.passage_batches import hash_passage, passage_batches
from gensim_distill.corpus.passage_candidates import NO_LIMIT, Limits, Passages, ranges
from gensim_distill.corpus.passages import PassageSizes, as_sequence, divide, strip_whitespace
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.word_lookup import WordLookup

logger = logging.getLogger(__name__)

# The least number of words of passages that are collected before all but the candidates are dropped.
_BUFFERED_WORDS = 4_000_000
# The number of candidates of a word for each passage that it needs; more candidates hardly improve the selection.
_CANDIDATES_PER_CONTEXT = 2
# Added to the length of a passage when words compare candidates; docs/context-budget.md has measurements.
_LENGTH_OFFSET = 30
# The number of words of the longer passages from which texts are learned, in a corpus of nothing else.
_WORDS_OF_TEXTS = 250_000
# Half of that is enough for large corpora, in which the passages for words are many texts too: from 8 times as many words on.
# In between it decreases linearly.
_LARGE, _SHARE_IF_LARGE = 8, 0.5
# The share of the selected passages above which a corpus without them raises an error instead of a warning.
_MOST_MISSING = 0.9
# The number of selected passages that are Python objects at a time.
_BLOCK = 4096
# The document of a passage, its begin and end in it, and its hash.
_Place: TypeAlias = tuple[int, int, int, int]


class ContextBudget:
    """A selection of passages in which each word occurs in at least `contexts_per_word` of them.

    Passages are the documents, or parts of long ones (:mod:`gensim_distill.corpus.passages`). A word that occurs in fewer
    passages has all of them selected. The selection has three steps:

    1. *Texts.* If texts are learned, which needs longer passages than words do, a random sample of longer passages is
       selected: those with the smallest hashes of their text and the seed. In a corpus of long documents they have 250,000 words,
       in one of 2 million words or more 125,000.
    2. *Candidates.* Each passage has a random number, a hash of its text and the seed. The candidates of a word are the
       passages with the smallest numbers among those that contain it, twice as many as it needs (bottom-k sampling).
    3. *Selection.* The words take turns, from the rarest to the most frequent. Passages that were selected for texts or by
       rarer words count; a word that needs more selects them from its candidates. It prefers passages with many words that need
       more passages too, relative to the length of the passage plus 30, and among equal ones the smallest number. The
       30 is there so that short passages, which have little context, are not preferred. Most frequent words need no turn.

    The selection is spread evenly over the corpus. It depends neither on the order of the documents nor on the parts in
    which the corpus is scanned. Of equal passages the first is selected, in the first part that has it. The memory depends
    on the vocabulary and the budget, not on the size of the corpus or of a document.

    Parameters
    ----------
    contexts_per_word : int
        The number of passages in which each word shall occur.
    vocabulary : mapping of str to int
        The index of each word, from 0.
    seed : int
        The seed of the random numbers.
    reader : TextReader, optional
        Splits documents into words and sentences.
    sizes : PassageSizes, optional
        The largest numbers of words of passages; by default each document is one passage.

    Examples
    --------
    >>> from gensim_distill.corpus.context_budget import ContextBudget
    >>> documents = [["a", "b"], ["a", "c"], ["a", "d"], ["a"], ["e"]]
    >>> budget = ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1)
    >>> budget.scan(documents)
    >>> list(budget.select(documents))
    [['a', 'b'], ['a', 'c']]

    The words b and c have one document each, which is selected; so a needs no other. A corpus in two parts:

    >>> first, second = (ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1) for _ in range(2))
    >>> first.scan(documents[:2])
    >>> second.scan(documents[2:], part=1)
    >>> first.merge(second)
    >>> list(first.select(documents[:2])), list(first.select(documents[2:], part=1))
    ([['a', 'b'], ['a', 'c']], [])
    """

    def __init__(
        self,
        contexts_per_word: int,
        vocabulary: Mapping[str, int],
        seed: int,
        reader: TextReader | None = None,
        sizes: PassageSizes | None = None,
    ) -> None:
        self.contexts_per_word = check_budget(contexts_per_word)
        self.sizes = sizes or PassageSizes(None)
        self._reader = reader or TextReader()
        self._vocabulary = vocabulary
        self._seed = str(int(seed)).encode()
        self._vocabulary_size = max(vocabulary.values(), default=-1) + 1
        self._candidates = Passages.empty()
        self._texts = Passages.empty()
        # The number of words of all passages, and of those that are parts of longer ones.
        self._all_words = self._words_in_texts = 0
        self._selected: _Selection | None = None

    def scan(self, documents: Iterable[Document], part: int = 0) -> None:
        """Find the candidates among the passages of some documents, without the teacher.

        Parameters
        ----------
        documents : iterable of str or of lists of str
            The corpus, or a part of it.
        part : int, optional
            The number of this part of the corpus, if it is scanned in several.
        """
        lookup = WordLookup(self._vocabulary, self._reader)
        candidates: list[Passages] = []
        texts: list[Passages] = []
        limits = Limits()
        buffered = words_in_texts = 0
        for batch in passage_batches(documents, self._reader, self.sizes):
            self._all_words += batch.words
            self._words_in_texts += batch.words_in_texts
            of_words, of_texts = batch.known_words(lookup, self._seed, part, limits)
            candidates.append(of_words)
            buffered += len(of_words.words)
            if len(of_texts.hashes):
                texts.append(of_texts)
                words_in_texts += int(of_texts.sizes.sum())
            if words_in_texts > _WORDS_OF_TEXTS:
                limits.texts = self._add_texts(texts)
                texts, words_in_texts = [], 0
            if buffered > max(_BUFFERED_WORDS, len(self._candidates.words)):
                limits.words = self._add_candidates(candidates)
                candidates, buffered = [], 0
        self._add_texts(texts)
        self._add_candidates(candidates)

    def merge(self, *others: ContextBudget) -> None:
        """Add the candidates of budgets that scanned other parts of the corpus.

        Merging many at once is faster than one after the other.

        Parameters
        ----------
        *others : ContextBudget
            With the same parameters.

        Raises
        ------
        ValueError
            If `contexts_per_word`, the seed, the size of the vocabulary or the sizes of passages differ.
        """
        for other in others:
            ours, theirs = ((b.contexts_per_word, b._seed, b._vocabulary_size, b.sizes) for b in (self, other))
            if ours != theirs:
                raise ValueError(
                    f"Budgets can be merged if contexts_per_word, seed, vocabulary and sizes agree: {ours} against {theirs}."
                )
            self._all_words += other._all_words
            self._words_in_texts += other._words_in_texts
        self._add_candidates([other._candidates for other in others])
        self._add_texts([other._texts for other in others])

    def drop_vocabulary(self) -> None:
        """Release the vocabulary of a budget that is only merged into another one, which makes it smaller to send."""
        self._vocabulary = {}

    @property
    def num_selected(self) -> int:
        """The number of selected passages."""
        return len(self._selection().hashes)

    def select(self, documents: Iterable[Document], part: int = 0) -> Iterator[Document]:
        """Yield the selected passages, each once, without whitespace at their ends.

        A passage is read at its place in its document. If it is not there, the document is divided and searched for it; if
        it is not in the document, the corpus is in another order, and the selected passages are searched for in all documents
        that follow.

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
        selection = self._selection()
        begin, end = np.searchsorted(selection.parts, [part, part + 1]).tolist()
        places = itertools.groupby(selection.places(begin, end), key=lambda place: place[0])
        none: tuple[int, Iterable[_Place]] = (-1, ())
        wanted, group = next(places, none)
        in_order = True
        remaining: set[int] = set()
        for ordinal, document in enumerate(documents):
            if in_order and ordinal == wanted:
                sequence = document if isinstance(document, str) else as_sequence(document)
                for _, first, last, number in group:
                    begin += 1
                    whole = last - first == len(sequence)
                    passage = document if whole else sequence[first:last]
                    if remaining or hash_passage(passage, self._seed) != number:
                        remaining.add(number)
                    else:
                        yield _as_read(passage)
                wanted, group = next(places, none)
            if not remaining:
                continue
            yield from self._take(document, remaining)
            if remaining and in_order:
                in_order = False
                remaining.update(selection.hashes[begin:end].tolist())

    def check_found(self, found: int, first_part: int = 0) -> None:
        """Check that the selected passages were found again when the teacher read the corpus.

        A warning with their share is logged if some were missing.

        Parameters
        ----------
        found : int
            The number of passages of :meth:`select`, in all parts.
        first_part : int, optional
            The first part that was read.

        Raises
        ------
        ValueError
            If nearly all were missing.
        """
        selected = int((self._selection().parts >= first_part).sum())
        missing = selected - found
        if missing <= 0:
            return
        if missing > _MOST_MISSING * selected:
            raise ValueError(
                f"The corpus differs from pass to pass: of {selected} passages that the context budget selected in one pass, "
                f"the teacher found {found} in the next: pass a corpus with the same documents in each pass, such as a list, "
                "or contexts_per_word=None to read every document."
            )
        logger.warning(
            "The corpus differs from pass to pass: %i of %i passages (%.0f%%) that the context budget selected were missing "
            "in the next pass, so that words have fewer contexts: pass a corpus with the same documents in each pass, such as "
            "a list, or contexts_per_word=None to read every document.",
            missing,
            selected,
            max(100 * missing / selected, 1),
        )

    def _take(self, document: Document, remaining: set[int]) -> Iterator[Document]:
        """Yield the passages of a document whose hashes remain, and remove these."""
        for text in divide(document, self._reader, self.sizes.texts):
            if self.sizes.texts is not None and self._remove(text, remaining):
                yield _as_read(text)
                continue
            for passage in divide(text, self._reader, self.sizes.words):
                if self._remove(passage, remaining):
                    yield _as_read(passage)

    def _remove(self, passage: Document, remaining: set[int]) -> bool:
        """Remove the hash of a passage if it remains, and return whether it did."""
        number = hash_passage(passage, self._seed)
        remains = number in remaining
        remaining.discard(number)
        return remains

    def _add_texts(self, texts: Sequence[Passages]) -> int:
        """Add longer passages, keep the sample, and return the largest hash of a passage that may belong to it."""
        self._selected = None
        if texts:
            self._texts = Passages.concatenate([self._texts, *texts]).distinct().first(_WORDS_OF_TEXTS)
        return NO_LIMIT if self._texts.sizes.sum() < _WORDS_OF_TEXTS else int(self._texts.hashes[-1])

    def _add_candidates(self, found: Sequence[Passages]) -> np.ndarray:
        """Add passages, keep the candidates, and return the largest hash of a passage that may be one of each word."""
        self._selected = None
        passages = Passages.concatenate([self._candidates, *found]).distinct()
        wanted = min(_CANDIDATES_PER_CONTEXT * self.contexts_per_word, 2**62)
        candidates, limits = passages.first_of_each_word(wanted, self._vocabulary_size)
        self._candidates = passages.take(candidates)
        return limits

    def _selection(self) -> _Selection:
        if self._selected is None:
            self._selected = self._select_candidates()
        return self._selected

    def _sample_size(self) -> float:
        """Return the number of words of the longer passages from which texts are learned."""
        if not self._all_words:
            return 0.0
        excess = min(max(self._all_words / _WORDS_OF_TEXTS - 1, 0.0) / (_LARGE - 1), 1.0)
        share_in_texts = self._words_in_texts / self._all_words
        return _WORDS_OF_TEXTS * share_in_texts * (1 - (1 - _SHARE_IF_LARGE) * excess)

    def _select_candidates(self) -> _Selection:
        found = self._candidates
        texts = self._texts.first(self._sample_size())
        within_text = np.isin(found.texts, texts.hashes)
        starts = np.cumsum(found.lengths) - found.lengths
        bounds, passages_by_word = found.by_word(self._vocabulary_size)
        candidates = np.diff(bounds)
        lacking = np.minimum(candidates, self.contexts_per_word)
        np.subtract.at(lacking, texts.words, 1)
        selected = within_text.copy()
        # All passages of rare words are candidates, so the order by candidates is the order by rarity as far as it
        # matters. Ties are in alphabetical order, since the order of the vocabulary depends on that of the corpus.
        alphabet = np.zeros(len(candidates), dtype=np.int64)
        alphabet[[self._vocabulary[word] for word in sorted(self._vocabulary)]] = np.arange(len(self._vocabulary))
        for word in np.lexsort((alphabet, candidates)):
            if lacking[word] <= 0:
                continue
            unselected = passages_by_word[bounds[word] : bounds[word + 1]]
            unselected = unselected[~selected[unselected]]
            lengths = found.lengths[unselected]
            if len(unselected) > lacking[word]:
                needed = lacking[found.words[ranges(starts[unselected], lengths)]] > 0
                gains = np.add.reduceat(needed, np.cumsum(lengths) - lengths, dtype=np.int64)
                best = np.argsort(-gains / (found.sizes[unselected] + _LENGTH_OFFSET), kind="stable")
                unselected = unselected[best[: lacking[word]]]
            selected[unselected] = True
            np.subtract.at(lacking, found.words[ranges(starts[unselected], found.lengths[unselected])], 1)
        chosen = found.take(np.flatnonzero(selected & ~within_text))
        chosen = Passages.concatenate([chosen, texts])
        order = np.lexsort((chosen.begins, chosen.ordinals, chosen.parts))
        columns = (chosen.parts, chosen.ordinals, chosen.begins, chosen.ends, chosen.hashes)
        return _Selection(*(column[order] for column in columns))


@dataclass(slots=True)
class _Selection:
    """The selected passages, sorted by part, document and place."""

    parts: IntArray
    ordinals: IntArray
    begins: IntArray
    ends: IntArray
    hashes: np.ndarray

    def places(self, begin: int, end: int) -> Iterator[_Place]:
        """Yield the document, begin, end and hash of some passages."""
        columns = self.ordinals, self.begins, self.ends, self.hashes
        for start in range(begin, end, _BLOCK):
            block = slice(start, min(start + _BLOCK, end))
            yield from zip(*(column[block].tolist() for column in columns))


def _as_read(passage: Document) -> Document:
    """Return a passage without whitespace at its ends, so that of equal passages any may be the first."""
    return strip_whitespace(passage) if isinstance(passage, str) else passage


def check_budget(contexts_per_word: Any) -> int:
    """Check that a context budget is a whole number from 1, and return it."""
    whole = check_whole("contexts_per_word", contexts_per_word, 1, advice=", such as 8, or None to read every document")
    return min(whole, 2**62)  # numpy has no larger integers, and no corpus has more words
