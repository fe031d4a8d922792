"""The texts of a corpus with their places in its files."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gensim_distill._utils.folders import relative_path
from gensim_distill.cli.corpus_files import Corpus, Dataset, TextFiles

# The settings on which the files depend, and those on which their division into texts depends.
_SELECTION = ("corpus", "pattern")
_DIVISION = ("tokenized", "texts", "encoding", "column", "split")


@dataclass(frozen=True)
class FoundText:
    """A text and its place.

    Attributes
    ----------
    text : str or list of str
    source : str
        The name of the file or dataset.
    unit : {"line", "row", "file"}
        The kind of `number`.
    number : int
        The first line of the text, or its row in a table, from 1.
    """

    text: str | list[str]
    source: str
    unit: str
    number: int

    @property
    def place(self) -> str:
        """The file, with the number of the line or row if the text is not all of the file."""
        return self.source if self.unit == "file" else f"{self.source}:{self.number}"


class TextCollection:
    """The texts of a corpus that are not empty, in order, each of which can be read again by its number.

    Parameters
    ----------
    corpus : Corpus

    Attributes
    ----------
    counts : list of int
        The number of texts of each file or dataset that was read completely in the last iteration.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.counts: list[int] = []
        self._sources = [
            (part, file) for part in corpus.parts for file in (part.files if isinstance(part, TextFiles) else [None])
        ]

    def __iter__(self) -> Iterator[str | list[str]]:
        self.counts = []
        for part, file in self._sources:
            count = 0
            for _, text in _numbered(part, file):
                if text:
                    count += 1
                    yield text
            self.counts.append(count)

    def with_empty(self) -> Iterator[str | list[str]]:
        """Yield all texts, also empty ones, so that there is one for each line or row."""
        for part, file in self._sources:
            for _, text in _numbered(part, file):
                yield text

    def find(self, numbers: Collection[int], counts: Collection[int]) -> dict[int, FoundText]:
        """Read some texts again: only the files in which they are, up to the last of them.

        Parameters
        ----------
        numbers : collection of int
            Numbers of texts, from 0.
        counts : collection of int
            The `counts` of a complete iteration.

        Returns
        -------
        dict of int to FoundText
            Without the texts that are no longer there.
        """
        wanted, found, start = set(numbers), {}, 0
        for (part, file), count in zip(self._sources, counts):
            here = {number for number in wanted if start <= number < start + count}
            texts = _numbered(part, file)
            with contextlib.closing(texts):
                current = start
                for place, text in texts if here else ():
                    if text and current in here:
                        found[current] = FoundText(text, *_name_of(part, file), place)
                        here.remove(current)
                        if not here:
                            break
                    current += bool(text)
            start += count
        return found


def collection_state(corpus: Corpus, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of a corpus and the settings by which it is divided into texts, for JSON; see :func:`state_changes`."""
    return {"files": corpus.state(), **{name: settings[name] for name in (*_SELECTION, *_DIVISION)}}


def state_changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return descriptions of what makes the texts of two states of a collection different, by the names of options.

    Examples
    --------
    >>> from gensim_distill.cli.collection import state_changes
    >>> now = {"files": "5f", "corpus": ["a"], "pattern": "*", "tokenized": False, "texts": "line", "encoding": "utf-8", "column": "", "split": "train"}
    >>> state_changes(now, {**now, "texts": "file", "column": "body"})
    ["--texts was 'line' and is 'file'", "--column was not used and is 'body'"]
    >>> state_changes(now, {**now, "files": "a1"})
    ['files of the collection were changed, added or removed']
    """
    changes = setting_changes(then, now, _DIVISION)
    if then.get("files") != now["files"]:
        if then.get("corpus") != now["corpus"]:
            changes.insert(0, "the collection is another one")
        else:
            selection = setting_changes(then, now, ["pattern"])
            changes = [*(selection or ["files of the collection were changed, added or removed"]), *changes]
    return changes


def setting_changes(then: Mapping[str, Any], now: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Return descriptions of the options, of some settings, that have other values than before."""
    return [
        f"--{name.replace('_', '-')} was {_shown(then.get(name))} and is {_shown(now.get(name))}"
        for name in names
        if then.get(name) != now.get(name)
    ]


def _shown(value: Any) -> str:
    return "not used" if value in (None, "", False) else "used" if value is True else repr(value)


def _numbered(part: TextFiles | Dataset, file: Path | None) -> Generator[tuple[int, str | list[str]], None, None]:
    if isinstance(part, Dataset):
        yield from part.numbered()
    elif file is not None:
        yield from part.numbered(file)


def _name_of(part: TextFiles | Dataset, file: Path | None) -> tuple[str, str]:
    """Return the name of a file or dataset, relative to the working directory if it is in it, and the unit of its places."""
    if isinstance(part, Dataset):
        return relative_path(part.folder), "row"
    assert file is not None
    unit = "row" if file in part.tables else "file" if part.unit == "file" else "line"
    return part.names.get(file) or relative_path(file), unit
