"""Export to spaCy: a pipeline folder with a tokenizer and the vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line
from gensim_distill.corpus.invisible import EDGE, PUNCTUATION_AFTER_EDGE
from gensim_distill.exports.data import ExportData
from gensim_distill.exports.exporter import Exporter
from gensim_distill.vectors.quantization import VectorDtype, quantize


def _write(
    data: ExportData, path: Path, dtype: VectorDtype, *, language: str = "en", lowercase: bool | None = None
) -> None:
    spacy = needs("spacy", "Export to spaCy", "export")
    from spacy.attrs import LOWER
    from spacy.vectors import Vectors

    try:
        pipeline = spacy.blank(language)
    except ImportError as error:
        raise ValueError(
            f"language={language!r}: spaCy has no such language, or a package for its tokenizer is missing ({first_line(error)}); "
            "'xx' works for any language."
        ) from error
    if lowercase is None:
        lowercase = all(word == word.lower() for word in data.words)
    _split_off_invisible(pipeline)
    strings = pipeline.vocab.strings
    values, _ = quantize(data.vectors, dtype)
    pipeline.vocab.vectors = Vectors(
        strings=strings, data=values, keys=[strings.add(word) for word in data.words], name="gensim-distill"
    )
    pipeline.meta["name"] = "vectors"
    pipeline.meta["description"] = "Static word vectors from gensim-distill."
    pipeline.to_disk(path)
    if lowercase:
        # spaCy reads the look-up attribute from this file, but 3.8 writes it only for floret vectors.
        settings = path / "vocab" / "vectors.cfg"
        written = json.loads(settings.read_text(encoding="utf-8"))
        settings.write_text(json.dumps(written | {"attr": LOWER}), encoding="utf-8")
        if Vectors().from_disk(path / "vocab").attr != LOWER:
            raise ValueError(
                "This version of spaCy cannot look words up in lower case: set lowercase=False and lowercase texts before "
                "spaCy reads them, or install spaCy 3.6 or newer."
            )


def _split_off_invisible(pipeline: Any) -> None:
    """Make invisible characters at the ends of words tokens of their own, so that the words are found."""
    from spacy.util import compile_prefix_regex, compile_suffix_regex

    tokenizer, defaults = pipeline.tokenizer, pipeline.Defaults
    if hasattr(tokenizer, "prefix_search"):  # not in tokenizers of languages that are written without spaces
        tokenizer.prefix_search = compile_prefix_regex([*(defaults.prefixes or []), EDGE]).search
        suffixes = [*(defaults.suffixes or []), EDGE, PUNCTUATION_AFTER_EDGE]
        tokenizer.suffix_search = compile_suffix_regex(suffixes).search


SPACY = Exporter(
    "spacy",
    "spaCy",
    'import spacy\n\nnlp = spacy.load({path!r})\nnlp("a text").similarity(nlp("another"))',
    _write,
    folder=True,
    marker_file="meta.json",
    dtypes=("float32", "float16"),
    dtype_reason="spaCy averages vectors in their own dtype, and int8 would overflow",
    unwritable=re.compile("^$|[\ud800-\udfff]"),
    unwritable_reason="are empty or not valid UTF-8",
    model_card=True,
    hub_library="spacy",
    tags=("spacy",),
)
