"""Words of a command line, found in the vocabulary of vectors: as written, or as the training found words in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gensim_distill._utils.training_folder import SETTINGS
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.inputs import kind_of
from gensim_distill.cli.run_config import model_settings
from gensim_distill.cli.text_encoders import reader_of

if TYPE_CHECKING:
    from gensim_distill.corpus.reader import TextReader

# Suggestions for misspelled words are taken from the first words, in most files the most frequent.
_MOST_FREQUENT = 100_000
_SHORT = 4  # letters of words in which two edits make a different word


class KnownWords:
    """The words of vectors.

    Parameters
    ----------
    vectors : KeyedVectors
    reader : TextReader, optional
        Finds words in texts as the training did, for instance in lower case. By default words are only found as written.
    note : str, optional
        The end of the error of unknown words.
    """

    def __init__(self, vectors: Any, reader: TextReader | None = None, note: str = "") -> None:
        self._vectors, self._reader, self._note = vectors, reader, note

    @classmethod
    def of(cls, path: str, loaded: Any, vectors: Any, functions: Path | None = None) -> KnownWords:
        """Return the words of a file, or of the folder of a training.

        Parameters
        ----------
        path : str
        loaded : object
            The result of :func:`~gensim_distill.cli.inputs.load_input`.
        vectors : KeyedVectors
            Its vectors.
        functions : pathlib.Path, optional
            A Python file with the functions by which the training found words.
        """
        from gensim_distill.corpus.reader import TextReader

        reader = getattr(loaded, "reader", None)
        if isinstance(reader, TextReader):
            return cls(vectors, reader, _ignored(getattr(loaded, "min_count", 1)))
        if kind_of(path) != "training":
            return cls(vectors)
        note = _ignored(model_settings(Path(path) / SETTINGS)["min_count"])
        try:
            return cls(vectors, reader_of(Path(path), functions), note)
        except CommandError as error:
            if functions is not None:
                raise
            return cls(vectors, note=f"{note} {error}")  # words are still found as they are in the vocabulary

    def find(self, word: str) -> str | None:
        """Return the entry of the vocabulary for a word; None if there is none."""
        if word in self._vectors.key_to_index or _has_vector(self._vectors, word):
            return word
        keys = self._keys(word)
        return keys[0] if len(keys) == 1 and keys[0] in self._vectors.key_to_index else None

    def check(self, words: Iterable[str]) -> None:
        """Check that all words are known.

        Raises
        ------
        CommandError
            If some are not; the message has known words of similar spelling.
        """
        unknown = [word for word in dict.fromkeys(words) if self.find(word) is None]
        if unknown:
            verb = "is" if len(unknown) == 1 else "are"
            named = ", ".join(f"{word!r}{self._hint(word)}" for word in unknown)
            raise CommandError(
                f"{named} {verb} not among the {len(self._vectors):,} words of these vectors.{self._note}"
            )

    def _keys(self, text: str) -> list[str]:
        return [] if self._reader is None else self._reader.keys(text)

    def _hint(self, text: str) -> str:
        if hint := self._hint_of_sum(text):
            return hint
        if near := similar_spellings(text, self._vectors.index_to_key):
            return f" (similar spelling: {', '.join(near)})"
        parts = dict.fromkeys(found for part in (*text.split(), *self._keys(text)) if (found := self.find(part)))
        return f" (known words in it, to pass one by one: {', '.join(map(repr, parts))})" if parts else ""

    def _hint_of_sum(self, text: str) -> str:
        """Return the advice to put spaces into a sum that has none, such as king-man+woman; nothing if it is no sum.

        Hyphens are usual in words, so without a plus all parts must be words of the vectors.
        """
        parts = re.split(r"([+-])", text)
        if len(parts) < 3 or not all(parts):
            return ""
        unknown = [word for word in parts[::2] if self.find(word) is None]
        if unknown and "+" not in text:
            return ""
        of_parts = (
            f", where {', '.join(f'{word!r}{self._hint(word)}' for word in unknown)} is unknown" if unknown else ""
        )
        return f" (for a sum put spaces around + and -: '{' '.join(parts)}'{of_parts})"


def _ignored(min_count: int) -> str:
    """Return a sentence on the words that a training ignored because they are rare; nothing if it ignored none."""
    return (
        f" The training ignored words with fewer than {min_count:,} occurrences (--min-count)." if min_count > 1 else ""
    )


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
    >>> from gensim_distill.cli.known_words import similar_spellings
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
