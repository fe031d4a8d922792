"""A pipeline of spaCy on disk: a tokenizer of its own, and the vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line
from gensim_distill.exports.data import ExportData
from gensim_distill.exports.protocol import Exporter
from gensim_distill.exports.quantization import to_half


def _write(
    material: ExportData, path: Path, dtype: str, *, language: str = "en", lowercase: bool | None = None
) -> None:
    spacy = needs("spacy", "Export to spaCy", "export")
    from spacy.attrs import LOWER
    from spacy.vectors import Vectors

    try:
        pipeline = spacy.blank(language)
    except ImportError as error:
        raise ValueError(
            f"language={language!r}: spaCy has no such language, or lacks what its tokenizer needs ({first_line(error)}); 'xx' is for "
            "any."
        ) from error
    if lowercase is None:
        lowercase = all(word == word.lower() for word in material.words)
    strings = pipeline.vocab.strings
    pipeline.vocab.vectors = Vectors(
        strings=strings,
        data=to_half(material.vectors) if dtype == "float16" else material.vectors,
        keys=[strings.add(word) for word in material.words],
        name="gensim-distill",
    )
    pipeline.meta["name"] = "vectors"
    pipeline.meta["description"] = "Static word vectors of gensim-distill."
    pipeline.to_disk(path)
    if lowercase:
        # The attribute by which tokens are looked up is read from here, but spaCy 3.8 writes it for floret vectors alone.
        settings = path / "vocab" / "vectors.cfg"
        written = json.loads(settings.read_text(encoding="utf-8"))
        settings.write_text(json.dumps(written | {"attr": LOWER}), encoding="utf-8")
        if Vectors().from_disk(path / "vocab").attr != LOWER:
            raise ValueError(
                "This version of spaCy cannot look words up in lower case: give lowercase=False, and lower-case texts before "
                "they are read, or install spaCy 3.6 or newer."
            )


SPACY = Exporter(
    "spacy",
    "spaCy",
    'import spacy\n\nnlp = spacy.load({path!r})\nnlp("a text").similarity(nlp("another"))',
    _write,
    folder=True,
    marker_file="meta.json",
    dtypes=("float32", "float16"),
    other_dtypes="spaCy averages vectors in the type that they have, and whole numbers would overflow",
    cannot_hold=re.compile("^$|[\ud800-\udfff]"),
    reason="are empty or no UTF-8",
    card=True,
    hub_library="spacy",
    tags=("spacy",),
)
