"""`export`: one function for all formats."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

from gensim_distill._utils.atomic import replace_file, replace_folder
from gensim_distill._utils.folders import create_folder
from gensim_distill._utils.validation import check_choice
from gensim_distill.exports.data import WordTable, check_encoder, select_data, text_encoder_of
from gensim_distill.exports.formats import EXPORTERS
from gensim_distill.exports.marks import check_target, write_mark
from gensim_distill.exports.model_card import check_card, model_card
from gensim_distill.exports.pretrained_folder import selected_encoder
from gensim_distill.exports.provenance import provenance_of
from gensim_distill.exports.stored_vectors import opened
from gensim_distill.vectors.compression import compress, opener_of_target
from gensim_distill.vectors.load import load_vectors
from gensim_distill.vectors.quantization import VectorDtype

logger = logging.getLogger(__name__)

Unwritable = Literal["raise", "skip"]


def export(
    source: Any,
    path: str | os.PathLike[str],
    format: str,
    *,
    dtype: VectorDtype = "float32",
    dimensions: int | None = None,
    max_words: int | None = None,
    overwrite: bool = False,
    unwritable: Unwritable = "raise",
    encoder: WordTable | None = None,
    pieces: bool = True,
    max_pieces: int | None = None,
    license: str | None = None,
    languages: str | Iterable[str] | None = None,
    scores: Mapping[str, Any] | None = None,
    description: str | None = None,
    name: str | None = None,
    progress: bool | None = None,
    **options: Any,
) -> Path:
    """Write vectors in the format of another library.

    Parameters
    ----------
    source : DistilledWord2Vec, any model with ``wv``, KeyedVectors, str or path
        A path is a file of vectors, the output folder of ``gensim-distill train``, or a folder in the format "safetensors"; see
        :func:`~gensim_distill.vectors.load_vectors`.
    path : str or path
        The file or folder to write. The write is atomic: to a temporary path, then renamed. A file whose name ends in
        ``.gz``, ``.bz2`` or ``.xz`` is compressed.
    format : str
        A key of ``EXPORTERS``, such as "word2vec", "spacy" or "safetensors".
    dtype : {"float32", "float16", "int8"}, optional
        The dtype of the vectors; a format may not support all of them. int8 has a scale for each word.
    dimensions : int, optional
        Reduce the vectors to this many dimensions. If their coordinates are principal components, the
        strongest first, these are the first coordinates; otherwise the vectors are projected onto their
        principal directions. By default all dimensions are kept.
    max_words : int, optional
        Keep only this many words, the most frequent; without counts the first words are taken as the
        most frequent. By default all words are kept.
    overwrite : bool, optional
        Whether to replace an existing file, or a folder that `export` has written in the same format and that has no
        other files in it.
    unwritable : {"raise", "skip"}, optional
        Whether words that the format cannot hold, such as words with spaces in most text formats,
        raise an error or are skipped with a warning.
    encoder : TextEncoder, optional
        For formats of text vectors: the encoder whose weighted vectors are written. By default the
        model's own, or a new one made from the vectors.
    pieces : bool, optional
        For formats of text vectors: whether out-of-vocabulary words are divided into the pieces of the encoder, if it has
        any, which is the default. Without pieces the export is smaller.
    max_pieces : int, optional
        For formats of text vectors: keep only this many pieces, the first of the encoder, which are mostly the most frequent of
        the teacher's subwords. By default all, so that vectors are those of the encoder.
    license, languages, scores, description, name
        For formats with a model card: the license under which you publish ("cc-by-4.0"), the codes of
        the languages, scores by the name of the measure, a description in Markdown, and the name of the model, by default that
        of the folder.
    progress : bool, optional
        Whether formats that take minutes for a million words show progress; by default on a terminal, and elsewhere as a line
        every half minute.
    **options
        Options of the format; see ``EXPORTERS[format].options``. "spacy": `language` ("en"), the
        tokenizer of the pipeline, and `lowercase`, whether tokens are looked up in lower case (by
        default if all words are in lower case). "sentence-transformers" and "model2vec": `splitter`
        ("unicode" or "whitespace") and `lowercase`, how texts are split into words (by default as by
        the model's reader), and `normalize`, whether ``encode`` returns L2-normalized vectors (by
        default only for "sentence-transformers" in float32). "fasttext-binary": `min_n`, `max_n` and `bucket` of the
        character n-grams, as for :meth:`~gensim_distill.DistilledWord2Vec.to_fasttext`, if the vectors have none.

    Returns
    -------
    pathlib.Path
        The file or folder that was written.

    Raises
    ------
    ValueError, TypeError
        If the format, the source or a setting is invalid. Nothing is written then.
    FileExistsError
        If `path` exists and may not be replaced.
    OSError
        If the export cannot be written.
    ImportError
        If a library that writes the format is not installed.

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
    check_choice("unwritable", unwritable, get_args(Unwritable))
    if encoder is not None and not exporter.encodes_texts:
        raise TypeError(
            f"encoder= is for formats of text vectors, and {format!r} is a format of word vectors: omit it, or use another format, such "
            "as 'sentence-transformers'."
        )
    if encoder is not None:
        check_encoder(encoder)
    if not isinstance(pieces, bool):
        raise TypeError(f"pieces={pieces!r} must be True or False.")
    card: dict[str, Any] = {
        "license": license, "languages": languages, "scores": scores, "description": description, "name": name,
    }  # fmt: skip
    if not exporter.model_card and any(value is not None for value in card.values()):
        raise TypeError(
            f"license=, languages=, scores=, description= and name= are for the model card, and the format {format!r} has none."
        )
    if languages is None and options.get("language", "xx") != "xx":
        card["languages"] = options["language"]
    card["languages"] = check_card(**card)  # an iterator can be read once
    target = Path(path)
    card["name"] = target.name if name is None else name
    check_target(target, exporter, overwrite)
    opener = None if exporter.folder else opener_of_target(target)
    source = opened(source)
    keyed = load_vectors(source)
    if exporter.encodes_texts and encoder is None:
        encoder = text_encoder_of(source, keyed)
    selection: dict[str, Any] = {
        "dimensions": dimensions,
        "max_words": max_words,
        "unwritable": unwritable,
        "pieces": pieces,
        "max_pieces": max_pieces,
    }
    data = select_data(exporter, keyed, encoder if exporter.text_vectors else None, **selection)
    data = replace(data, provenance=provenance_of(source), progress=progress)
    if exporter.text_encoder:
        data = replace(data, encoder=selected_encoder(exporter, keyed, encoder, **selection))
    create_folder(target.parent)
    with replace_folder(target) if exporter.folder else replace_file(target) as temporary:
        plain = temporary if opener is None else temporary.with_suffix("")
        exporter.write(data, plain, dtype, **options)
        if opener is not None:
            compress(plain, temporary, opener)
        if exporter.model_card:
            text = model_card(exporter, data, data.provenance, dtype=dtype, **card)
            (temporary / "README.md").write_text(str(text), encoding="utf-8")
        if exporter.folder:
            write_mark(temporary, format)
    logger.info("Wrote %i words with %i dimensions as %s to %s", len(data.words), data.vectors.shape[1], format, target)
    return target
