"""`export`: one function for all formats."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.atomic import replace_file, replace_folder
from gensim_distill._utils.validation import check_choice
from gensim_distill.exports.data import ExportData, by_frequency, counts_of, open_source, text_encoder, writable
from gensim_distill.exports.fasttext_binary import check_subwords
from gensim_distill.exports.formats import EXPORTERS
from gensim_distill.exports.model_card import model_card
from gensim_distill.exports.protocol import Exporter
from gensim_distill.exports.quantization import project, projection

logger = logging.getLogger(__name__)

UNWRITABLE = ("refuse", "leave out")


def export(
    source: Any,
    path: str | os.PathLike[str],
    format: str,
    *,
    dtype: str = "float32",
    dimensions: int | None = None,
    max_words: int | None = None,
    overwrite: bool = False,
    unwritable: str = "refuse",
    encoder: Any = None,
    license: str | None = None,
    languages: str | Iterable[str] | None = None,
    scores: Mapping[str, Any] | None = None,
    description: str | None = None,
    **options: Any,
) -> Path:
    """Write vectors so that another library loads them.

    Parameters
    ----------
    source : DistilledWord2Vec, any model with ``wv``, KeyedVectors, str or path
        A path is a file of vectors, see :func:`~gensim_distill.vectors.load_vectors`, or a folder of the format "safetensors".
    path : str or path
        Where to; it is written beside its place and renamed, so that it is whole or not there at all.
    format : str
        One of ``EXPORTERS``: "word2vec", "word2vec-binary", "glove", "fasttext" (.vec), "fasttext-binary" (.bin),
        "sentence-transformers", "model2vec", "spacy", "tensorboard", "safetensors".
    dtype : {"float32", "float16", "int8"}, optional
        The type of the numbers, where the format allows. int8 has a scale for each word.
    dimensions : int, optional
        Keep so many. Of vectors that are in the order of their main directions these are the first, and others are projected
        onto their main directions.
    max_words : int, optional
        Keep so many, the most frequent; without counts their order is taken for that of frequency.
    overwrite : bool, optional
        Whether something that is there may be replaced.
    unwritable : {"refuse", "leave out"}, optional
        What to do about words that a format cannot hold, such as those with spaces in most formats of text.
    encoder : TextEncoder, optional
        For "sentence-transformers" and "model2vec": whose weighted vectors are written. By default the model's own,
        or one made of the vectors.
    license, languages, scores, description
        For the model card that folders for a hub get: the license under which you publish ("cc-by-4.0"), the codes of the
        languages, scores by the name of the measure, and anything else there is to say, in Markdown.
    **options
        Of "spacy": `language` ("en"), whose tokenizer the pipeline gets, and `lowercase`, whether tokens are looked up in lower
        case (by default if all words are). Of "sentence-transformers" and "model2vec": `splitter` ("unicode" or "whitespace")
        and `lowercase`, how texts become words (by default as for the model), and `normalize`, whether what ``encode`` gives has
        length one (by default for the former in float32).

    Returns
    -------
    pathlib.Path
        That was written.

    Raises
    ------
    ValueError, TypeError
        If format, source or a setting cannot be used, before anything is written.
    FileExistsError
        If there is something at `path` that may not be replaced.
    OSError
        If it cannot be written.
    ImportError
        If the library of a format is needed to write it and is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from gensim.models import KeyedVectors
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.exports import export
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export(datapath("test_glove.txt"), f"{folder}/small.txt", "word2vec", dimensions=10, max_words=20)
    ...     KeyedVectors.load_word2vec_format(path).vectors.shape
    (20, 10)
    """
    check_choice("format", format, EXPORTERS)
    exporter = EXPORTERS[format]
    exporter.check(dtype, options)
    check_choice("unwritable", unwritable, UNWRITABLE)
    if encoder is not None and not exporter.texts:
        raise TypeError(f"encoder= is for formats that make vectors of texts, and {format!r} holds those of words.")
    card = {"license": license, "language": languages, "scores": scores, "description": description}
    if not exporter.card and any(value is not None for value in card.values()):
        raise TypeError(
            f"license=, languages=, scores= and description= are for the model card, and the format {format!r} has none."
        )
    if exporter.format == "spacy" and languages is None and options.get("language", "xx") != "xx":
        card["language"] = options["language"]
    keyed, about = open_source(source)
    if exporter.format == "fasttext-binary":
        check_subwords(keyed)
    if exporter.texts and encoder is None:
        encoder = text_encoder(source, keyed)
    target = Path(path)
    _check_target(target, exporter, overwrite)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replace_folder(target) if exporter.folder else replace_file(target) as place:
        material = _material(exporter, keyed, encoder, dimensions, max_words, unwritable == "leave out")
        exporter.write(material, place, dtype, **options)
        if exporter.card:
            made = model_card(exporter, material, about, name=Path(path).name, dtype=dtype, **card)  # type: ignore[arg-type]
            (place / "README.md").write_text(str(made), encoding="utf-8")
    logger.info(
        "Wrote %i words of width %i as %s to %s", len(material.words), material.vectors.shape[1], format, target
    )
    return target


def _check_target(target: Path, exporter: Exporter, overwrite: bool) -> None:
    """Raise FileExistsError if there is something that must not be replaced."""
    if not os.path.lexists(target):
        return
    if not overwrite:
        raise FileExistsError(f"{str(target)!r} exists already: give another path, or overwrite=True to replace it.")
    if target.is_dir() != exporter.folder:
        has, needs = ("folder", "file") if target.is_dir() else ("file", "folder")
        raise FileExistsError(f"{str(target)!r} is a {has}, and this format writes a {needs}: give another path.")
    if exporter.folder and not (target / exporter.marker_file).exists() and any(target.iterdir()):
        raise FileExistsError(
            f"{str(target)!r} is a folder that no export of this format made, for it has no {exporter.marker_file}, and is not "
            "replaced even with overwrite=True: give another path, or remove it yourself."
        )


def _material(
    exporter: Exporter,
    keyed: KeyedVectors,
    encoder: Any,
    dimensions: int | None,
    max_words: int | None,
    leave_out: bool,
) -> ExportData:
    words: list[str] = keyed.index_to_key if encoder is None else encoder.words
    vectors = np.asarray(keyed.vectors if encoder is None else encoder.table)
    counts = counts_of(words, keyed)
    rows = by_frequency(counts, np.arange(len(words)), max_words)
    kept = writable([words[row] for row in rows], exporter.cannot_hold, exporter.reason, exporter.format, leave_out)
    rows = rows[kept]
    finite = np.isfinite(vectors).all(axis=1)
    if not finite[rows].all():
        bad = [words[row] for row in rows[~finite[rows]]]
        raise ValueError(
            f"The vectors of {len(bad)} words, such as {bad[0]!r}, hold numbers that are not finite: mend or leave out these words first."
        )
    # Of all words, so that a vocabulary that is cut keeps the coordinates.
    matrix = projection(vectors if finite.all() else vectors[finite], dimensions)
    return ExportData(
        words=[words[row] for row in rows],
        vectors=project(vectors[rows], matrix),
        counts=None if counts is None else counts[rows],
        keyed=keyed,
        rows=rows,
        matrix=matrix,
        encoder=encoder,
    )
