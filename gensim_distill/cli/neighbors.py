"""``gensim-distill neighbors``: the words nearest to a word, or to a sum of words."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from gensim_distill.cli.console import CommandError, Debug, Json, Quiet, Unpickle, print_json, print_table, usage_error
from gensim_distill.cli.inputs import load_source, vectors_of

EXAMPLES = (
    "gensim-distill neighbors vectors doctor film",
    "gensim-distill neighbors vectors king - man + woman",
    "gensim-distill neighbors glove.txt.gz 'paris - france + italy' --topn 3 --json",
)

# Words among which misspelt ones are sought; in most files the most frequent come first.
_MOST_FREQUENT = 100_000


@dataclass(frozen=True)
class Query:
    """Words to be added and words to be taken away."""

    text: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]


def neighbors(
    vectors: Annotated[str, typer.Argument(help="A file of word vectors, or the folder of a training.")],
    words: Annotated[
        list[str], typer.Argument(help="Words, or sums of words such as king - man + woman.", metavar="WORD...")
    ],
    topn: Annotated[int, typer.Option("--topn", "-n", help="How many to show.", min=1)] = 10,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show the words nearest to words, or to sums of words.

    A + or - that stands alone makes a sum of what stands around it; several sums are put in quotes, each by itself. The words of
    a sum are not among its neighbors.
    """
    queries = parse(words)
    wv = vectors_of(load_source(vectors, unpickle=unpickle))
    _check_known(wv, queries)
    found = [wv.most_similar(positive=query.positive, negative=query.negative, topn=topn) for query in queries]
    if json:
        print_json(
            {
                "queries": [
                    {
                        "query": query.text,
                        "neighbors": [{"word": word, "similarity": round(float(value), 6)} for word, value in near],
                    }
                    for query, near in zip(queries, found)
                ]
            }
        )
        return
    from rich.markup import escape

    for query, near in zip(queries, found):
        print_table([query.text, "similarity"], [[escape(word), f"{value:.3f}"] for word, value in near])


def parse(arguments: list[str]) -> list[Query]:
    """Make queries of arguments.

    Raises
    ------
    CommandError
        If a sum has an operator without a word beside it.

    Examples
    --------
    >>> from gensim_distill.cli.neighbors import parse
    >>> parse(["king", "-", "man", "+", "woman"])
    [Query(text='king - man + woman', positive=('king', 'woman'), negative=('man',))]
    >>> [query.text for query in parse(["cat", "semi-final", "rome - italy + france"])]
    ['cat', 'semi-final', 'rome - italy + france']
    """
    if any(argument in ("+", "-") for argument in arguments):
        arguments = [" ".join(arguments)]
    return [
        _sum(argument) if re.search(r"(^|\s)[+-](\s|$)", argument) else Query(argument, (argument,), ())
        for argument in arguments
    ]


def _sum(text: str) -> Query:
    sign, words = "+", {"+": [], "-": []}  # type: tuple[str, dict[str, list[str]]]
    expected = "a word"
    for token in text.split():
        if token in ("+", "-"):
            if expected == "a word" and any(words.values()):
                raise usage_error(f"{text!r} has two operators in a row: put a word between them.")
            sign, expected = token, "a word"
        elif expected != "a word":
            raise usage_error(f"{text!r} has no + or - before {token!r}: put one there, or give words apart.")
        else:
            words[sign].append(token)
            expected = "an operator"
    if expected == "a word":
        raise usage_error(f"{text!r} ends in an operator: put a word behind it.")
    if not words["+"]:
        raise usage_error(f"{text!r} only takes away: put a word first, as in king - man + woman.")
    return Query(" ".join(text.split()), tuple(words["+"]), tuple(words["-"]))


def _check_known(wv: Any, queries: list[Query]) -> None:
    """Name all words that are not known, with known ones that are spelled much like them."""
    # fastText's .bin makes vectors of words that it has never met.
    unknown = [
        word
        for query in queries
        for word in dict.fromkeys(query.positive + query.negative)
        if word not in wv.key_to_index and not _can_be_made(wv, word)
    ]
    if unknown:
        hints = []
        for word in dict.fromkeys(unknown):
            near = spelled_alike(word, wv.index_to_key)
            hints.append(f"{word!r}" + (f" (nearest in spelling: {', '.join(near)})" if near else ""))
        verb = "is" if len(hints) == 1 else "are"
        raise CommandError(f"{', '.join(hints)} {verb} not among the {len(wv):,} words of these vectors.")


def _can_be_made(wv: Any, word: str) -> bool:
    if not hasattr(wv, "vectors_ngrams"):
        return False
    try:
        wv[word]
    except KeyError:
        return False
    return True


def spelled_alike(word: str, vocabulary: list[str], number: int = 3) -> list[str]:
    """Give known words that are spelled much like one, those that differ in case alone first.

    Examples
    --------
    >>> from gensim_distill.cli.neighbors import spelled_alike
    >>> spelled_alike("Docter", ["doctor", "docks", "tree"])
    ['doctor']
    """
    frequent = vocabulary[:_MOST_FREQUENT]
    folded: dict[str, str] = {}
    for known in frequent:
        if abs(len(known) - len(word)) <= 2:
            folded.setdefault(known.casefold(), known)
    return [folded[near] for near in difflib.get_close_matches(word.casefold(), folded, n=number, cutoff=0.7)]
