"""Data sets and models of an evaluation: the options that name them, and what is read for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.inputs import kind_of, load_input
from gensim_distill.cli.text_encoders import is_saved_encoder, load_encoder

Similarity = Annotated[
    list[str] | None,
    typer.Option(
        help="Similarity dataset: simlex999, wordsim353, a table of two words and a score, or none; repeatable. "
        "By default the first two.",
        metavar="NAME|FILE",
        show_default=False,
    ),
]
Analogies = Annotated[
    list[str] | None,
    typer.Option(
        help="Analogy dataset: google (the default), a file of four words per line, or none; repeatable.",
        metavar="NAME|FILE",
        show_default=False,
    ),
]
Retrieval = Annotated[
    list[str] | None,
    typer.Option(
        help="Collection for search, in the layout of BEIR or TREC: a folder with documents (corpus.jsonl or .tsv), queries "
        "(queries.jsonl or .tsv) and relevance judgments (qrels/test.tsv or qrels.txt); repeatable.",
        metavar="FOLDER",
        show_default=False,
    ),
]
TextSimilarity = Annotated[
    list[str] | None,
    typer.Option(
        help="Pairs of texts: a table with the columns text1, text2, score and, for several sets, set; repeatable.",
        metavar="FILE",
        show_default=False,
    ),
]
Clustering = Annotated[
    list[str] | None,
    typer.Option(
        help="Labeled texts to cluster: a table with the columns text and label; repeatable.",
        metavar="FILE",
        show_default=False,
    ),
]
Classification = Annotated[
    list[str] | None,
    typer.Option(
        help="Labeled texts to classify by logistic regression: a table with the columns text and label and, optionally, split "
        "(train or test), or a folder with train.* and test.*; repeatable.",
        metavar="FILE|FOLDER",
        show_default=False,
    ),
]
Centroid = Annotated[
    list[str] | None,
    typer.Option(
        help="The same for classification by the nearest centroid; repeatable.",
        metavar="FILE|FOLDER",
        show_default=False,
    ),
]
TextColumn = Annotated[
    str,
    typer.Option(
        help="Column of the texts in the files of --clustering, --classification and --centroid.", metavar="NAME"
    ),
]
LabelColumn = Annotated[str, typer.Option(help="Column of the labels in these files.", metavar="NAME")]
Split = Annotated[str, typer.Option(help="Judgments in the folder qrels that --retrieval uses.", metavar="NAME")]
Bm25 = Annotated[bool, typer.Option("--bm25/--no-bm25", help="Whether to compare --retrieval with BM25.")]

#: The options of tasks of texts, by the parameter of :func:`~gensim_distill.evaluation.compare`.
TEXT_OPTIONS = {
    "retrieval": "--retrieval",
    "text_similarity": "--text-similarity",
    "clustering": "--clustering",
    "classification": "--classification",
    "centroid": "--centroid",
}


def read_text_tasks(
    given: Mapping[str, list[str] | None], split: str, text_column: str, label_column: str
) -> dict[str, Any]:
    """Read the data sets of texts, and check them before models are loaded.

    Parameters
    ----------
    given : mapping of str to list of str
        The paths by the names of parameters, see :data:`TEXT_OPTIONS`.
    split : str
        The judgments of collections.
    text_column, label_column : str
        The columns of labeled texts.

    Returns
    -------
    dict of str to dict of str to object
        The data sets by name, by the parameter of :func:`~gensim_distill.evaluation.compare`.

    Raises
    ------
    CommandError
        If one cannot be read or used; the message names the file.
    """
    from gensim_distill.evaluation import read_collection, read_text_pairs

    readers: dict[str, Callable[[str], Any]] = {
        "retrieval": lambda path: read_collection(path, split=split),
        "text_similarity": read_text_pairs,
    }
    tasks: dict[str, Any] = {}
    for parameter, option in TEXT_OPTIONS.items():
        named: dict[str, Any] = {}
        for path in given.get(parameter) or ():
            name = Path(path).name.partition(".")[0] or path
            if name in named:
                raise usage_error(f"Two data sets of {option} have the name {name!r}: rename one of them.")
            reader = readers.get(parameter)
            named[name] = (
                _read_labeled(path, option, text_column, label_column)
                if reader is None
                else _checked(reader, path, option)
            )
        tasks[parameter] = named
    return tasks


def load_evaluated(path: str, *, unpickle: bool, functions: Path | None, texts: bool, collections: bool) -> Any:
    """Load a model to evaluate.

    Parameters
    ----------
    path : str
        Vectors, the folder of a training, a teacher, a saved text encoder, a static model of sentence-transformers or
        model2vec, or a run in TREC's format.
    unpickle : bool
        Whether pickles may be loaded.
    functions : pathlib.Path or None
        A Python file with the functions by which a training finds words.
    texts : bool
        Whether there are tasks of texts; a training is loaded with its text encoder then.
    collections : bool
        Whether there are collections for search, which a run is for.

    Raises
    ------
    CommandError
        If it cannot be loaded, or is for tasks of texts and there is none.
    """
    kind = kind_of(path)
    is_static = kind == "folder" and any((Path(path) / name).is_file() for name in ("modules.json", "config.json"))
    is_run = kind == "vectors" and Path(path).is_file() and _is_run(path)
    if kind == "folder" and is_saved_encoder(path):
        model: Any = load_encoder(path, functions=functions)
    elif is_static:
        from gensim_distill.exports.static_models import load_static_model

        model = load_static_model(path)
    elif is_run:
        if texts and not collections:
            raise CommandError(f"{path!r} only ranks documents: evaluate it on a collection, by --retrieval.")
        from gensim_distill.evaluation import Run

        model = Run.read(path)
    else:
        model = load_input(path, unpickle=unpickle, teachers=True, functions=functions)
        if kind == "training" and not unpickle and texts:
            model.text_encoder = load_encoder(path, functions=functions)
        return model
    if not texts:
        raise CommandError(
            f"{path!r} has no word vectors: evaluate it on texts, by {', '.join(TEXT_OPTIONS.values())}."
        )
    return model


def _is_run(path: str) -> bool:
    """Return whether the first line of a file is that of a run in TREC's format."""
    from gensim_distill.evaluation.retrieval_files import read_lines

    try:
        _, line = next(read_lines(path), (0, ""))
    except ValueError:  # not a text file
        return False
    row = line.split()
    return len(row) == 6 and row[1].casefold() == "q0"


def _checked(read: Callable[[str], Any], path: str, option: str) -> Any:
    from gensim_distill.evaluation.tables import ColumnsError

    try:
        return read(path)
    except ColumnsError as error:
        raise CommandError(f"{error.problem}: for {option}, {error.advice}") from error


def _read_labeled(path: str, option: str, text: str, label: str) -> Any:
    """Read labeled texts, and check, before the evaluation, that they can be divided into folds.

    Raises
    ------
    CommandError
        If a column is missing, or there are too few texts or labels; the message names the file.
    """
    from gensim_distill.evaluation import read_labeled_texts
    from gensim_distill.evaluation.folds import check_labels, divide_texts
    from gensim_distill.evaluation.tables import ColumnsError

    try:
        labeled = read_labeled_texts(path, text=text, label=label)
    except ColumnsError as error:
        raise CommandError(
            f"{error.problem}: a file of {option} has a column of texts and one of labels: use --text-column NAME and "
            "--label-column NAME."
        ) from error
    try:
        if option == TEXT_OPTIONS["clustering"]:
            check_labels(len(labeled.texts), labeled.labels, "cluster")
        else:
            divide_texts(len(labeled.texts), labeled.labels, train=labeled.train)
    except ValueError as error:
        raise CommandError(f"{path!r} cannot be used by {option}: {error}") from error
    return labeled
