"""One HTML file that shows what some vectors are made of, what they are worth and how they lie."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import gensim_distill
from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.extras import needs
from gensim_distill.evaluation.comparison_table import Comparison
from gensim_distill.report.payload import csp_hash, data_of
from gensim_distill.report.provenance import facts_of
from gensim_distill.report.scores import check_names, measures_without_value, panels_of, scores_of
from gensim_distill.report.umap_layout import MIN_DISTANCE
from gensim_distill.report.word_map import WordMap, check_settings, word_map
from gensim_distill.vectors.load import load_vectors


def write_report(
    source: Any,
    path: str | os.PathLike[str],
    *,
    baselines: Mapping[str, Any] | None = None,
    max_words: int = 20_000,
    seed: int = 1,
    name: str | None = None,
    title: str | None = None,
    scores: Comparison | bool = True,
    found: WordMap | None = None,
    neighbors: int = 12,
    min_distance: float = MIN_DISTANCE,
    smallest_cluster: int | None = None,
    overwrite: bool = False,
    **measures: Any,
) -> Path:
    """Write a page to look at: one HTML file, which needs nothing else and asks nothing of the network.

    It shows what went into the vectors and what was left out and why, the teacher and the settings, the
    scores beside those of others, the training loss if there is one, and a map of the vocabulary in which
    words can be searched and clicked, to see their neighbors. What is not known of the vectors, such as
    the corpus of a file, is not on the page.

    Parameters
    ----------
    source : DistilledWord2Vec, gensim model, KeyedVectors, str or path
        A model tells most of itself; see :func:`~gensim_distill.vectors.load_vectors` for files.
    path : str or path
        The file to write; its ending should be .html.
    baselines : mapping of str to vectors, optional
        What to measure beside the vectors, by the names that they have on the page: everything that
        :func:`~gensim_distill.evaluation.compare` takes, a teacher too.
    max_words : int, optional
        How many words the map shows, the most frequent ones.
    seed : int, optional
        For the map and for the confidence intervals: the same seed writes the same file on the same
        machine.
    name : str, optional
        What the vectors are called beside the baselines, by default the name of their file or class.
    title : str, optional
        The title of the page.
    scores : Comparison or bool, optional
        A comparison that is there already, in which the vectors are called `name`; True to measure now;
        False to leave scores out.
    found : WordMap, optional
        A map that :func:`word_map` has made of these vectors, so that it is not made again; the five
        parameters that say how it is made are then not used.
    neighbors, min_distance, smallest_cluster
        See :func:`word_map`.
    overwrite : bool, optional
        Whether a file that is there may be replaced.
    **measures
        Passed on to :func:`~gensim_distill.evaluation.compare`, such as ``similarity``, ``analogies`` or
        ``classification``.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    FileExistsError, FileNotFoundError
        If the file is there already, or its folder is not.
    TypeError, ValueError
        If vectors or baselines cannot be used, or a setting makes no sense.
    ImportError
        If a library of the extra ``report`` is not installed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.report import write_report
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = write_report(
    ...         datapath("euclidean_vectors.bin"), pathlib.Path(folder, "words.html"), max_words=200, analogies=()
    ...     )
    ...     page.read_text(encoding="utf-8")[:15]
    '<!DOCTYPE html>'
    """
    target = check_target(path, overwrite)
    # All that may be missing or wrong is found before the long work.
    jinja = needs("jinja2", "write_report()", "report")
    scripts = [*_bokeh(), _part("page.js")]
    needs("sklearn.cluster", "write_report()", "report")
    needs("umap", "write_report()", "report")
    name = _name_of(source) if name is None else name
    others = check_names(name, baselines)
    vectors = load_vectors(source)
    settings: dict[str, Any] = {
        "max_words": max_words,
        "neighbors": neighbors,
        "min_distance": min_distance,
        "smallest_cluster": smallest_cluster,
        "seed": seed,
    }
    if found is None:
        check_settings(vectors, **settings)
    elif found.vocabulary != len(vectors) or any(word not in vectors.key_to_index for word in found.words):
        raise ValueError("found is the map of other vectors: give what word_map() made of these, or leave it out.")
    comparison = scores_of(name, vectors, others, scores, seed, measures)
    if found is None:
        found = word_map(vectors, **settings)
    facts = facts_of(source, vectors, found)
    data = data_of(found, facts.losses)
    environment = jinja.Environment(
        autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    markup = needs("markupsafe", "write_report()", "report").Markup
    html: str = environment.from_string(_part("page.html")).render(
        title=title or f"Word vectors: {name}",
        version=gensim_distill.__version__,
        policy=markup(" ".join(map(csp_hash, scripts))),
        style=markup(_part("page.css")),
        scripts=[markup(script) for script in scripts],
        data=markup(data),
        words=len(found.words),
        counted=found.counts is not None,
        vocabulary=found.vocabulary,
        clusters=len(found.names),
        clustered=int((found.clusters >= 0).sum()),
        panels=[] if comparison is None else panels_of(comparison, name),
        without_value=[] if comparison is None else measures_without_value(comparison),
        shared=None if comparison is None else comparison.shared,
        models=0 if comparison is None else len(comparison.scores),
        facts=facts,
    )
    # A lone surrogate, which may be in a word, cannot be written in UTF-8.
    with replace_file(target) as temporary:
        temporary.write_bytes(html.encode("utf-8", "replace"))
    return target


def check_target(path: str | os.PathLike[str], overwrite: bool) -> Path:
    """Give the path to write to, or say why nothing can be written there."""
    target = Path(path)
    if target.is_dir():
        raise FileExistsError(f"{os.fspath(path)!r} is a folder: give the name of a file, such as report.html in it.")
    if target.exists() and not overwrite:
        raise FileExistsError(f"{os.fspath(path)!r} is there already: give another name, or overwrite=True.")
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {os.fspath(target.parent)!r} to write {target.name!r} into: make it first."
        )
    return target


def _bokeh() -> list[str]:
    """Give the scripts of BokehJS: the plots, their drawing by WebGL, and what page.js makes them with."""
    bokeh = needs("bokeh.resources", "write_report()", "report")
    raw: list[str] = bokeh.Resources(mode="inline", components=["bokeh", "bokeh-gl", "bokeh-api"]).js_raw
    return [script for script in raw if "BEGIN bokeh" in script[:100]]


def _part(name: str) -> str:
    return resources.files("gensim_distill.report").joinpath("parts").joinpath(name).read_text(encoding="utf-8")


def _name_of(source: Any) -> str:
    if isinstance(source, (str, os.PathLike)):
        return Path(source).name.partition(".")[0] or Path(source).name
    return type(source).__name__
