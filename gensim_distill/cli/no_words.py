"""The errors of a corpus without usable words: one sentence that names its files and the options that solve it."""

from __future__ import annotations

from gensim_distill.cli.corpus_files import Corpus, TextFiles
from gensim_distill.cli.errors import CommandError


def no_words(corpus: Corpus) -> CommandError:
    """Return the error of a corpus whose documents have no words.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    CommandError
    """
    verb = "has" if len(_places(corpus)) == 1 else "have"
    column = ", or use another --column" if _is_table(corpus) else ""
    return CommandError(f"{_named(corpus)} {verb} no words: pass files that contain words{column}.")


def only_single_words(corpus: Corpus) -> CommandError:
    """Return the error of a corpus in which each document is a word.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    CommandError
    """
    advice = "use a --column of texts" if _is_table(corpus) else "use --texts file or --texts paragraph"
    return CommandError(
        f"Each document of {_named(corpus)} is one word, so no word has a context: if these are the tokens "
        f"of longer documents, {advice}."
    )


def _places(corpus: Corpus) -> list[str]:
    """Return the names of the files and datasets of a corpus."""
    places: list[str] = []
    for part in corpus.parts:
        places += (
            [part.names.get(file, str(file)) for file in part.files]
            if isinstance(part, TextFiles)
            else [str(part.folder)]
        )
    return places


def _named(corpus: Corpus) -> str:
    places = _places(corpus)
    return repr(places[0]) if len(places) == 1 else f"{len(places)} files, such as {places[0]!r},"


def _is_table(corpus: Corpus) -> bool:
    return any(not isinstance(part, TextFiles) or part.tables for part in corpus.parts)
