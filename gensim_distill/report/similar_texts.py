"""Example texts of the HTML report: some texts of the corpus, their nearest texts, and the words that make them near."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gensim_distill.corpus.documents import Document, check_tokens
from gensim_distill.encoding import TextEncoder, TextIndex
from gensim_distill.encoding.marking import Piece

_MOST_TEXTS = 20_000  # a random sample of more
_MOST_CHARACTERS = 2_000  # of each, from its beginning
_MOST_WORDS = 400  # of tokenized texts
_LEAST_WORDS = 4  # with a row, of an example
_EXAMPLES, _NEIGHBORS = 6, 3
_EXCERPT = 300
_LEVELS = 4


class MarkedPiece(NamedTuple):
    """A piece of a text, and from 0 (not at all) to 4 how strongly it is marked."""

    text: str
    level: int


@dataclass(frozen=True)
class SimilarText:
    """One of the nearest texts of an example.

    Attributes
    ----------
    similarity : float
        The cosine.
    pieces : list of MarkedPiece
        The part of the text that contributes most.
    pairs : str
        The pairs of words that contribute most.
    """

    similarity: float
    pieces: list[MarkedPiece]
    pairs: str


@dataclass(frozen=True)
class ExampleText:
    """A text, and its nearest texts among those of the corpus."""

    text: str
    neighbors: list[SimilarText]


def similar_texts(encoder: TextEncoder, texts: Iterable[Document], seed: int = 1) -> list[ExampleText]:
    """Return random texts of a corpus with their nearest texts.

    Parameters
    ----------
    encoder : TextEncoder
    texts : iterable of str or of lists of str
        They are streamed; of more than 20,000 texts a random sample is used, of long ones the beginning.
    seed : int, optional
        The seed of the choice.

    Returns
    -------
    list of ExampleText
        Fewer than 6 if few texts have words; equal texts are no neighbors.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> from gensim_distill.report.similar_texts import similar_texts
    >>> encoder = TextEncoder(["rain", "wet", "sun"], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    >>> examples = similar_texts(encoder, ["Rain, rain, wet rain", "Sun", "Wet, wet sun", "Rain!"])
    >>> [(example.text, [neighbor.pieces for neighbor in example.neighbors][0]) for example in examples]
    [('Rain, rain, wet rain', [MarkedPiece(text='Rain', level=4), MarkedPiece(text='!', level=0)])]
    """
    rng = np.random.default_rng(seed)
    sample = _sample(texts, rng)
    index = TextIndex(encoder, sample)
    examples: list[ExampleText] = []
    seen: set[str] = set()
    for number in rng.permutation(len(sample)):
        words = encoder.words_in(sample[number])
        if int((words.numbers >= 0).sum()) < _LEAST_WORDS or words.string in seen:
            continue
        seen.add(words.string)
        neighbors = list(_neighbors(encoder, index, sample, int(number)))
        if neighbors:
            text = encoder.explain(sample[number], sample[number]).marked_text(_EXCERPT)
            examples.append(ExampleText("".join(piece.text for piece in text), neighbors))
        if len(examples) == _EXAMPLES:
            break
    return examples


def _sample(texts: Iterable[Document], rng: np.random.Generator) -> list[Document]:
    """Return the texts, or a uniform sample of more than can be kept, shortened."""
    sample: list[Document] = []
    for number, text in enumerate(texts):
        place = number if number < _MOST_TEXTS else int(rng.integers(number + 1))
        if place < _MOST_TEXTS:
            short: Document = text[:_MOST_CHARACTERS] if isinstance(text, str) else check_tokens(text)[:_MOST_WORDS]
            sample[place : place + 1] = [short]
    return sample


def _neighbors(encoder: TextEncoder, index: TextIndex, sample: list[Document], number: int) -> Iterator[SimilarText]:
    """Yield the nearest texts of one that are not equal to it or to each other."""
    seen = {encoder.words_in(sample[number]).string}
    (results,) = index.search([sample[number]], topn=_NEIGHBORS * 8)
    for other, similarity in results:
        explanation = encoder.explain(sample[number], sample[other])
        if explanation.text.string in seen or similarity <= 0:
            continue
        seen.add(explanation.text.string)
        pairs = ", ".join(f"{one}–{two} {value:.2f}" for one, two, value in explanation.top(3))
        yield SimilarText(similarity, [_with_level(piece) for piece in explanation.marked_text(_EXCERPT)], pairs)
        if len(seen) > _NEIGHBORS:
            return


def _with_level(piece: Piece) -> MarkedPiece:
    """Return a piece with a level of its strength; weak words, and those against the similarity, are not marked."""
    level = math.ceil(piece.strength * _LEVELS) if piece.strength > 1 / (2 * _LEVELS) else 0
    return MarkedPiece(piece.text, level)
