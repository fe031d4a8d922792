"""``gensim-distill neighbors``: the words nearest to a word, or to a sum of words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from gensim_distill.cli.console import Debug, Json, Quiet, Unpickle, print_json, print_table
from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.inputs import load_input, vectors_of

EXAMPLES = (
    "gensim-distill neighbors vectors doctor film",
    "gensim-distill neighbors vectors king - man + woman",
    "gensim-distill neighbors glove.txt.gz 'paris - france + italy' --topn 3 --json",
)

# Suggestions for misspelled words are taken from the first words, in most files the most frequent.
_MOST_FREQUENT = 100_000
_SHORT = 4  # letters of words in which two edits make a different word


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
        list[str], typer.Argument(help="Words, or sums of words such as king - man + woman.", metavar="WORD...")
    ],
    topn: Annotated[int, typer.Option("--top", "--topn", "-n", help="Number of neighbors.", min=1, metavar="N")] = 10,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show the nearest neighbors of words, or of sums of words.

    Words with a + or - between them form a sum; put each of several sums in quotes. The words of a sum are not among its
    neighbors.
    """
    queries = parse_queries(words)
    wv = vectors_of(load_input(vectors, unpickle=unpickle))
    _check_known(wv, queries)
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


def _check_known(wv: Any, queries: list[Query]) -> None:
    """Raise an error that names all unknown words, with known ones of similar spelling."""
    unknown = [
        word
        for query in queries
        for word in dict.fromkeys(query.positive + query.negative)
        if word not in wv.key_to_index and not _has_vector(wv, word)
    ]
    if unknown:
        hints = []
        for word in dict.fromkeys(unknown):
            near = similar_spellings(word, wv.index_to_key)
            hint = f" (similar spelling: {', '.join(near)})" if near else ""
            hints.append(f"{word!r}{_hint_of_sum(word, wv) or hint}")
        verb = "is" if len(hints) == 1 else "are"
        raise CommandError(f"{', '.join(hints)} {verb} not among the {len(wv):,} words of these vectors.")


def _hint_of_sum(text: str, wv: Any) -> str:
    """Return the advice to put spaces into a sum of known words that has none, such as king-man+woman; else nothing."""
    parts = re.split(r"([+-])", text)
    if len(parts) < 3 or any(word not in wv.key_to_index for word in parts[::2]):
        return ""
    return f" (for a sum put spaces around + and -: '{' '.join(parts)}')"


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


def _has_vector(wv: Any, word: str) -> bool:
    """Return whether a fastText model has a vector for an out-of-vocabulary word."""
    if not hasattr(wv, "vectors_ngrams"):
        return False
    try:
        wv[word]
    except KeyError:
        return False
    return True


def similar_spellings(word: str, vocabulary: list[str], number: int = 3) -> list[str]:
    """Return words of the vocabulary with a similar spelling: of one or two edits, or the same letters in another order.

    Parameters
    ----------
    word : str
    vocabulary : list of str
        Of several words with the same distance the first are returned.
    number : int, optional
        How many are returned at most.

    Examples
    --------
    >>> from gensim_distill.cli.neighbors import similar_spellings
    >>> similar_spellings("Docter", ["tree", "docks", "doctor"]), similar_spellings("dgo", ["to", "dog"])
    (['doctor'], ['dog'])
    """
    from gensim.similarities.fastss import editdist

    folded, letters = word.casefold(), sorted(word.casefold())
    most = 1 if len(folded) <= _SHORT else 2
    found: list[tuple[int, str]] = []
    for known in vocabulary[:_MOST_FREQUENT]:
        if abs(len(known) - len(folded)) > most:
            continue
        other = known.casefold()
        distance = editdist(folded, other, most)
        if distance > 1 and sorted(other) == letters:
            distance = 1
        if distance <= most:
            found.append((distance, known))
    return [known for _, known in sorted(found, key=lambda pair: pair[0])[:number]]
