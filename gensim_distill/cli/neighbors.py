"""``gensim-distill neighbors``: the words nearest to a word, or to a sum of words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from gensim_distill.cli.console import Debug, Functions, Json, Quiet, Unpickle, echo, print_json, print_table
from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.inputs import load_input, local_path, vectors_of
from gensim_distill.cli.known_words import KnownWords

EXAMPLES = (
    "gensim-distill neighbors vectors doctor film",
    "gensim-distill neighbors vectors king - man + woman",
    "gensim-distill neighbors glove.txt.gz 'paris - france + italy' --topn 3 --json",
)


@dataclass(frozen=True)
class Query:
    """A sum of words: `positive` are added, `negative` subtracted."""

    text: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]


def neighbors(
    vectors: Annotated[
        str, typer.Argument(help="A file of word vectors, or the folder of a training.", metavar="VECTORS")
    ],
    words: Annotated[
        list[str], typer.Argument(help="Words, or sums of words such as king - man + woman.", metavar="WORD")
    ],
    topn: Annotated[int, typer.Option("--top", "--topn", "-n", help="Number of neighbors.", min=1, metavar="N")] = 10,
    functions: Functions = None,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show the nearest neighbors of words, or of sums of words.

    Words with a + or - between them form a sum; put each of several sums in quotes. The words of a sum are not among its
    neighbors. For the folder of a training, words are found as in its texts, for instance in lower case.
    """
    queries = parse_queries(words)
    vectors = local_path(vectors)
    loaded = load_input(vectors, unpickle=unpickle, functions=functions)
    wv = vectors_of(loaded)
    known = KnownWords.of(vectors, loaded, wv, functions)
    known.check(word for query in queries for word in (*query.positive, *query.negative))
    queries = [_in_vocabulary(query, known, quiet) for query in queries]
    _check_vectors(wv, queries)
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


def parse_queries(arguments: list[str]) -> list[Query]:
    """Parse words and sums of words.

    Raises
    ------
    CommandError
        If an operator of a sum has no word next to it.

    Examples
    --------
    >>> from gensim_distill.cli.neighbors import parse_queries
    >>> parse_queries(["king", "-", "man", "+", "woman"])
    [Query(text='king - man + woman', positive=('king', 'woman'), negative=('man',))]
    >>> [query.text for query in parse_queries(["cat", "semi-final", "rome - italy + france"])]
    ['cat', 'semi-final', 'rome - italy + france']
    """
    if any(argument in ("+", "-") for argument in arguments):
        arguments = [" ".join(arguments)]
    return [
        _parse_sum(argument) if re.search(r"(^|\s)[+-](\s|$)", argument) else Query(argument, (argument,), ())
        for argument in arguments
    ]


def _parse_sum(text: str) -> Query:
    sign, words = "+", {"+": [], "-": []}  # type: tuple[str, dict[str, list[str]]]
    expected = "a word"
    for token in text.split():
        if token in ("+", "-"):
            if expected == "a word" and any(words.values()):
                raise usage_error(f"{text!r} has two operators in a row: insert a word between them.")
            sign, expected = token, "a word"
        elif expected != "a word":
            raise usage_error(f"{text!r} has no + or - before {token!r}: insert one, or quote each sum.")
        else:
            words[sign].append(token)
            expected = "an operator"
    if expected == "a word":
        raise usage_error(f"{text!r} ends in an operator: add a word.")
    if not words["+"]:
        raise usage_error(f"{text!r} has no positive word: begin with one, as in king - man + woman.")
    return Query(" ".join(text.split()), tuple(words["+"]), tuple(words["-"]))


def _in_vocabulary(query: Query, known: KnownWords, quiet: bool) -> Query:
    """Return a query with the entries of the vocabulary for its words."""

    def found(words: tuple[str, ...]) -> tuple[str, ...]:
        entries = tuple(known.find(word) or word for word in words)
        for word, entry in zip(words, entries):
            if word != entry:
                echo(f"{word!r} is {entry!r} in the vocabulary of these vectors.", quiet)
        return entries

    return Query(query.text, found(query.positive), found(query.negative))


def _check_vectors(wv: Any, queries: list[Query]) -> None:
    """Check that similarities are numbers: vectors are finite, and those of queries not zero; other zero vectors get 0.

    Raises
    ------
    CommandError
        If a vector has NaN or infinity, or that of a query is zero.
    """
    import numpy as np

    wv.fill_norms()
    wrong = np.flatnonzero(~np.isfinite(wv.norms))
    if len(wrong):
        raise CommandError(
            f"The vectors of {len(wrong):,} words, such as {wv.index_to_key[wrong[0]]!r}, contain NaN, infinity or numbers "
            "that are too large: correct or remove them first."
        )
    wv.norms[wv.norms == 0] = 1
    for query in queries:
        signed = [(word, 1.0) for word in query.positive] + [(word, -1.0) for word in query.negative]
        if not np.any(sum(sign * np.asarray(wv.get_vector(word, norm=True)) for word, sign in signed)):
            what = "has a vector of zeros" if len(signed) == 1 else "is a sum of zeros"
            raise CommandError(f"{query.text!r} {what}, which has no neighbors: use another word.")
