"""The results of a search, as tables or JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gensim_distill.cli.collection import FoundText
from gensim_distill.cli.console import print_json, print_table

if TYPE_CHECKING:
    from gensim_distill.encoding import Explanation
    from gensim_distill.encoding.marking import Piece

_EXCERPT = 120  # characters
_PAIRS = 5
# Styles of words, and marks without styles, by the least part that they contribute of the one that contributes most.
_STYLES = ((0.6, "bold underline"), (0.3, "bold"), (0.1, "underline"))
_ASTERISKS = ((0.6, "**"), (0.3, "*"))


@dataclass(frozen=True)
class Hit:
    """A result.

    Attributes
    ----------
    rank : int
        From 1.
    score : float
        The cosine.
    number : int
        The number of the text in the collection, from 0.
    found : FoundText
    explanation : Explanation
    """

    rank: int
    score: float
    number: int
    found: FoundText
    explanation: Explanation

    def excerpt(self) -> list[Piece]:
        """Return the part of the text that contributes most, with whitespace in place of line breaks."""
        from gensim_distill.encoding.marking import Piece

        return [Piece(re.sub(r"\s+", " ", text), strength) for text, strength in self.explanation.marked_text(_EXCERPT)]

    def as_json(self, explain: bool) -> dict[str, Any]:
        """Return the result for JSON."""
        about: dict[str, Any] = {"rank": self.rank, "score": round(self.score, 6), "number": self.number}
        about["file"] = self.found.source
        if self.found.unit != "file":
            about[self.found.unit] = self.found.number
        pieces = self.excerpt()
        about["excerpt"] = "".join(piece.text for piece in pieces)
        if explain:
            query = zip(self.explanation.query_words, self.explanation.query_contributions.tolist())
            about["explanation"] = {
                "query": [{"word": word, "contribution": round(value, 6)} for word, value in query],
                "excerpt": [{"text": text, "strength": round(strength, 3)} for text, strength in pieces],
                "pairs": [
                    {"query": one, "text": other, "contribution": round(value, 6)}
                    for one, other, value in self.explanation.top(_PAIRS)
                ],
            }
        return about


def print_results(
    results: Sequence[tuple[str, Sequence[Hit]]],
    explain: bool,
    json: bool,
    *,
    styles: bool = True,
    lines: bool = False,
) -> None:
    """Print the results of queries.

    Parameters
    ----------
    results : sequence of (str, sequence of Hit)
    explain : bool
        Whether to mark the words that made a text a result.
    json : bool
    styles : bool, optional
        Whether words are marked by the styles of a terminal, or else by asterisks.
    lines : bool, optional
        Whether to print JSON as one line for each query, since there will be more.
    """
    if json:
        found = [{"query": query, "results": [hit.as_json(explain) for hit in hits]} for query, hits in results]
        if not lines:
            print_json({"queries": found})
        for of_query in found if lines else ():
            print_json(of_query, indent=None)
        return
    for query, hits in results:
        rows = [row for hit in hits for row in _rows(hit, explain, styles)]
        print_table([query, "score", "text"], rows, left=range(3), styles=styles)


def _rows(hit: Hit, explain: bool, styles: bool) -> list[list[str]]:
    from rich.markup import escape

    pieces = hit.excerpt()
    text = markup(pieces, styles) if explain else escape("".join(piece.text for piece in pieces))
    rows = [[escape(f"{hit.rank}. {hit.found.place}"), f"{hit.score:.3f}", text]]
    if explain:
        pairs = [f"{one}~{other} {value:.2f}" for one, other, value in hit.explanation.top(_PAIRS)]
        rows.append(["", "", f"[dim]{escape(', '.join(pairs))}[/dim]"])
    return rows


def markup(pieces: Sequence[Piece], styles: bool = True) -> str:
    """Return pieces of text in the markup of rich: words that contribute much are bold or underlined, or between asterisks.

    Examples
    --------
    >>> from gensim_distill.cli.search_results import markup
    >>> from gensim_distill.encoding.marking import Piece
    >>> markup([Piece("The ", 0.0), Piece("rain", 1.0), Piece(" falls", 0.3)])
    'The [bold underline]rain[/][bold] falls[/]'
    >>> markup([Piece("The ", 0.0), Piece("rain", 1.0), Piece(" ", 0.0), Piece("falls", 0.3)], styles=False)
    'The **rain** *falls*'
    """
    from rich.markup import escape

    parts = []
    for text, strength in pieces:
        if not styles:
            mark = next((mark for least, mark in _ASTERISKS if strength >= least), "")
            parts.append(f"{mark}{escape(text)}{mark}")
            continue
        style = next((style for least, style in _STYLES if strength >= least), None)
        # A backslash before a tag would escape it.
        parts.append(escape(text) if style is None else f"[{style}]{escape(text)}[/]")
    return "".join(parts)
