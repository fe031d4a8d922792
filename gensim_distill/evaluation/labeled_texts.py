"""Texts with labels: tables, and folders with a file of training texts and one of test texts."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gensim_distill._utils.text import short
from gensim_distill.corpus.documents import Document
from gensim_distill.evaluation.tables import Record, read_records, read_rows, text_of

logger = logging.getLogger(__name__)

_ADVICE = "set text= and label= to the names of the columns, or to their positions from 0 if there is no header."


class LabeledTexts(NamedTuple):
    """Texts with labels, and the division into training and test texts if there is one.

    Attributes
    ----------
    texts : sequence of str or of lists of str
    labels : sequence
        The label of each text, strings or numbers.
    train : sequence of bool or None
        Whether each text is for training; the others are for the test.
    """

    texts: Sequence[Document]
    labels: Sequence[Any]
    train: Sequence[bool] | None = None


def read_texts(
    path: str | os.PathLike[str], *, text: str | int = "text", label: str | int = "label"
) -> tuple[list[str], list[str]]:
    r"""Read the texts and labels of a table for text classification.

    Parameters
    ----------
    path : str or path
        A table with columns separated by tabs, commas or semicolons, or a file with a JSON object per
        line. With commas and semicolons a text may be quoted as in any CSV file; with tabs quotes are
        ordinary characters.
    text, label : str or int, optional
        The names of the columns in the first line, in any case, or the keys of the objects. If both are
        numbers, they are the positions of the columns, from 0, and the first line is data.

    Returns
    -------
    texts : list of str
    labels : list of str

    Raises
    ------
    ValueError
        If a column is missing from the header or from a line; the message names it.
    TypeError
        If one of `text` and `label` is a name and the other a position.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim_distill.evaluation import read_texts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "reviews.csv")
    ...     size = path.write_text('text,label\n"Thin plot, wooden acting",bad\n')
    ...     read_texts(path)
    (['Thin plot, wooden acting'], ['bad'])
    """
    if isinstance(text, int) and isinstance(label, int):
        records = _by_position(path, {"text": text, "label": label})
    elif isinstance(text, str) and isinstance(label, str):
        records = read_records(path, {"text": (text,), "label": (label,)}, advice=_ADVICE)
    else:
        raise TypeError(f"text={text!r} and label={label!r} must be two names or two positions.")
    return _texts_and_labels(path, records)


def read_labeled_texts(
    path: str | os.PathLike[str], *, text: str = "text", label: str = "label", split: str = "split"
) -> LabeledTexts:
    r"""Read texts, their labels and their division into training and test texts.

    Parameters
    ----------
    path : str or path
        A table or a file with a JSON object per line, as for :func:`read_texts`; or a folder with one
        such file whose name begins with ``train.`` and one whose name begins with ``test.``.
    text, label : str, optional
        The names of the columns.
    split : str, optional
        The name of the column with the division, if the table has one: ``train`` for training texts,
        ``test`` for those of the test. Texts with another value, such as ``dev``, are ignored, which is
        logged.

    Returns
    -------
    LabeledTexts
        With `train` only for a folder and for a table with the column `split`.

    Raises
    ------
    ValueError
        If a column is missing, or there are no training or no test texts.
    FileNotFoundError
        If a folder does not have both files.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim_distill.evaluation import read_labeled_texts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "requests.tsv")
    ...     size = path.write_text("split\tlabel\ttext\ntrain\tweather\twill it rain\ntest\ttime\thow late is it\n")
    ...     read_labeled_texts(path)
    LabeledTexts(texts=['will it rain', 'how late is it'], labels=['weather', 'time'], train=[True, False])
    """
    place = Path(path)
    if place.is_dir():
        parts = [read_texts(_file_of(place, part), text=text, label=label) for part in ("train", "test")]
        sizes = [len(texts) for texts, _ in parts]
        texts, labels = ([item for part in parts for item in part[at]] for at in (0, 1))
        return _with_both(path, texts, labels, [True] * sizes[0] + [False] * sizes[1])
    columns = {"text": (text,), "label": (label,), "split": (split,)}
    records = read_records(path, columns, ("split",), advice=_ADVICE)
    divided = ["split" in record.cells for record in records]
    if not any(divided):
        return LabeledTexts(*_texts_and_labels(path, records))
    if not all(divided):
        line = records[divided.index(False)].line
        raise ValueError(f"{os.fspath(path)!r}, line {line}: no {split!r}, which other lines have.")
    parts_of = [str(record.cells["split"]).strip().casefold() for record in records]
    kept = [record for record, part in zip(records, parts_of) if part in ("train", "test")]
    if len(kept) < len(records):
        others = sorted(set(parts_of) - {"train", "test"})
        logger.warning(
            "%i of %i texts of %s are neither for training nor for the test, and are ignored: %s",
            len(records) - len(kept), len(records), os.fspath(path), short(others),
        )  # fmt: skip
    return _with_both(
        path, *_texts_and_labels(path, kept), [part == "train" for part in parts_of if part in ("train", "test")]
    )


def _with_both(path: str | os.PathLike[str], texts: list[str], labels: list[str], train: list[bool]) -> LabeledTexts:
    for wanted, what in ((True, "training"), (False, "test")):
        if wanted not in train:
            raise ValueError(f"{os.fspath(path)!r} has no {what} texts: expected both 'train' and 'test'.")
    return LabeledTexts(texts, labels, train)


def _file_of(folder: Path, part: str) -> Path:
    found = sorted(file for file in folder.iterdir() if file.name.startswith(f"{part}.") and file.is_file())
    if len(found) != 1:
        listed = f"has {len(found)} files" if found else "has no file"
        raise FileNotFoundError(
            f"{os.fspath(folder)!r} {listed} whose name begins with {part + '.'!r}: expected two files, such as train.tsv and "
            "test.tsv; if the texts are not divided, pass a single table with the columns text and label."
        )
    return found[0]


def _by_position(path: str | os.PathLike[str], columns: dict[str, int]) -> list[Record]:
    rows = read_rows(path, at_least=2, comments=False)
    if not rows:
        raise ValueError(f"{os.fspath(path)!r} is empty.")
    for number, row in rows:
        if len(row) <= max(columns.values()):
            raise ValueError(
                f"{os.fspath(path)!r}, line {number}: {len(row)} columns; expected text and label in the columns "
                f"{columns['text']} and {columns['label']}, counted from 0."
            )
    return [Record(number, {name: row[place] for name, place in columns.items()}) for number, row in rows]


def _texts_and_labels(path: str | os.PathLike[str], records: Sequence[Record]) -> tuple[list[str], list[str]]:
    texts, labels = [], []
    for line, cells in records:
        place = f"{os.fspath(path)!r}, line {line}"
        texts.append(text_of(cells["text"], "text", place))
        label = cells["label"]
        if not isinstance(label, (str, int, float)):
            raise ValueError(f"{place}: the label is {short(label)}; expected a string or a number.")
        labels.append(str(label).strip())
    return texts, labels
