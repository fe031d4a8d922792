"""`write_report`: one HTML file with the origin of some vectors, their scores and a map of their words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from gensim.models import KeyedVectors

import gensim_distill
from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.extras import needs
from gensim_distill.corpus.documents import Document
from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation.comparison_table import Comparison
from gensim_distill.evaluation.text_sources import encodes_texts
from gensim_distill.exports.stored_vectors import opened
from gensim_distill.report.model_facts import collect_facts
from gensim_distill.report.payload import csp_hash, page_data
from gensim_distill.report.scores import Evaluated, check_baselines, comparison_of, measures_without_value, panels_of
from gensim_distill.report.similar_texts import similar_texts
from gensim_distill.report.umap_layout import MIN_DISTANCE
from gensim_distill.report.word_map import WordMap, check_map_parameters
from gensim_distill.report.word_map import word_map as compute_word_map
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
    word_map: WordMap | None = None,
    texts: Iterable[Document] | None = None,
    text_encoder: TextEncoder | None = None,
    neighbors: int = 12,
    min_distance: float = MIN_DISTANCE,
    min_cluster_size: int | None = None,
    overwrite: bool = False,
    **options: Any,
) -> Path:
    """Write an HTML report: a single file that works offline.

    It shows the corpus and vocabulary of the vectors, what was excluded and why, the teacher and the
    settings, scores compared with baselines, the training loss if known, and a map of the vocabulary in
    which words can be searched and clicked to see their neighbors; with `texts` also similar texts. Facts that the source does not
    contain, such as the corpus of a file, are omitted.

    Parameters
    ----------
    source : DistilledWord2Vec, gensim model, KeyedVectors, str or path
        A model knows most of itself, as does the output folder of ``gensim-distill train``. For other files and folders see
        :func:`~gensim_distill.vectors.load_vectors`.
    path : str or path
        The file to write; its ending should be .html.
    baselines : mapping of str to vectors, optional
        Vectors to compare with, by their names in the report: everything that
        :func:`~gensim_distill.evaluation.compare` takes, teachers included.
    max_words : int, optional
        The number of words on the map, the most frequent.
    seed : int, optional
        The seed of the map and of the confidence intervals: the same seed writes the same file on the
        same machine.
    name : str, optional
        The name of the vectors among the baselines. By default the name of the file or the class.
    title : str, optional
        The title of the page.
    scores : Comparison or bool, optional
        An existing comparison, in which the vectors are called `name`; True to evaluate now; False for no
        scores.
    word_map : WordMap, optional
        An existing map of these vectors, see :func:`~gensim_distill.report.word_map`. The five parameters of
        the map are then not used.
    texts : iterable of str or of lists of str, optional
        Texts of the corpus. The report shows some of them with their nearest texts, in which the words are marked that
        contribute to the similarity.
    text_encoder : TextEncoder, optional
        The encoder of these texts, and of those that are evaluated. By default that of the model, or one of the vectors.
    neighbors, min_distance, min_cluster_size
        See :func:`~gensim_distill.report.word_map`.
    overwrite : bool, optional
        Whether to replace an existing file.
    **options
        Parameters of :func:`~gensim_distill.evaluation.compare`, such as ``similarity``, ``analogies``,
        ``classification`` or ``retrieval``.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    FileExistsError, FileNotFoundError
        If the file exists, or its folder does not.
    TypeError, ValueError
        If the vectors, the baselines or a parameter are invalid.
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
    # Check everything before the slow steps.
    jinja = needs("jinja2", "write_report()", "report")
    scripts = [*_bokeh(), _part("page.js")]
    needs("sklearn.cluster", "write_report()", "report")
    needs("umap", "write_report()", "report")
    name = _name_of(source) if name is None else name
    others = check_baselines(name, baselines)
    source = opened(source)
    vectors = load_vectors(source)
    parameters: dict[str, Any] = {
        "max_words": max_words,
        "neighbors": neighbors,
        "min_distance": min_distance,
        "min_cluster_size": min_cluster_size,
        "seed": seed,
    }
    if word_map is None:
        check_map_parameters(vectors, **parameters)
    elif word_map.vocabulary_size != len(vectors) or any(word not in vectors.key_to_index for word in word_map.words):
        raise ValueError("word_map is the map of other vectors: pass the map of these vectors, or omit it.")
    own = source if encodes_texts(source) else vectors
    evaluated = own if text_encoder is None else Evaluated(vectors, text_encoder)
    comparison = comparison_of(name, evaluated, others, scores, seed, options)
    words = word_map if word_map is not None else compute_word_map(vectors, **parameters)
    facts = collect_facts(source, vectors, words)
    data = page_data(words, facts.losses)
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
        words=len(words.words),
        counted=words.counts is not None,
        vocabulary=words.vocabulary_size,
        clusters=len(words.cluster_names),
        clustered=int((words.clusters >= 0).sum()),
        panels=[] if comparison is None else panels_of(comparison, name),
        without_value=[] if comparison is None else measures_without_value(comparison),
        shared=None if comparison is None else comparison.shared,
        text_tasks=comparison is not None and comparison.has_text_tasks,
        models=0 if comparison is None else len(comparison.scores),
        facts=facts,
        examples=[] if texts is None else similar_texts(_encoder_of(source, vectors, text_encoder), texts, seed),
    )
    # A word may contain a lone surrogate, which UTF-8 cannot encode.
    with replace_file(target) as temporary:
        temporary.write_bytes(html.encode("utf-8", "replace"))
    return target


def _encoder_of(source: Any, vectors: KeyedVectors, encoder: TextEncoder | None) -> TextEncoder:
    found = getattr(source, "text_encoder", None) if encoder is None else encoder
    return found if isinstance(found, TextEncoder) else TextEncoder.of(vectors)


def check_target(path: str | os.PathLike[str], overwrite: bool) -> Path:
    """Check the path of a report, and return it.

    Raises
    ------
    FileExistsError
        If it is a folder, a device or a pipe, or an existing file that may not be overwritten.
    FileNotFoundError
        If its folder does not exist.
    PermissionError
        If its folder is not writable.
    """
    target = Path(path)
    if target.is_dir():
        raise FileExistsError(f"{os.fspath(path)!r} is a folder: use the name of a file, such as report.html in it.")
    if target.exists() and not target.is_file():
        raise FileExistsError(f"{os.fspath(path)!r} is a device, a pipe or a socket: use the name of a file.")
    if os.path.lexists(target) and not overwrite:
        raise FileExistsError(f"{os.fspath(path)!r} exists: use another name, or overwrite=True.")
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {os.fspath(target.parent)!r} for {target.name!r}: create it first."
        )
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(f"The folder {os.fspath(target.parent)!r} is not writable: use another one.")
    return target


def _bokeh() -> list[str]:
    """Return the scripts of BokehJS that page.js uses: models, WebGL and the plotting API."""
    bokeh = needs("bokeh.resources", "write_report()", "report")
    raw: list[str] = bokeh.Resources(mode="inline", components=["bokeh", "bokeh-gl", "bokeh-api"]).js_raw
    return [script for script in raw if "BEGIN bokeh" in script[:100]]


def _part(name: str) -> str:
    return resources.files("gensim_distill.report").joinpath("parts").joinpath(name).read_text(encoding="utf-8")


def _name_of(source: Any) -> str:
    if isinstance(source, (str, os.PathLike)):
        return Path(source).name.partition(".")[0] or Path(source).name
    return type(source).__name__
