"""The model card, README.md, of a folder that can be published on a hub."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from gensim_distill._utils.text import escape_controls, markdown_table
from gensim_distill.exports.data import ExportData
from gensim_distill.exports.exporter import Exporter
from gensim_distill.exports.provenance import Provenance
from gensim_distill.vectors.quantization import VectorDtype

_CITATION = """@inproceedings{gupta-jaggi-2021-obtaining,
    title = "Obtaining Better Static Word Embeddings Using Contextual Embedding Models",
    author = "Gupta, Prakhar and Jaggi, Martin",
    booktitle = "Proceedings of the 59th Annual Meeting of the Association for Computational Linguistics",
    year = "2021",
    eprint = "2106.04302",
    archivePrefix = "arXiv"
}"""


def model_card(
    exporter: Exporter,
    data: ExportData,
    provenance: Provenance,
    *,
    name: str,
    dtype: VectorDtype = "float32",
    license: str | None = None,
    languages: str | Iterable[str] | None = None,
    scores: Mapping[str, Any] | None = None,
    description: str | None = None,
) -> Any:
    """Return the model card of an export.

    Parameters
    ----------
    exporter : Exporter
    data : ExportData
    provenance : Provenance
    name : str
        The name of the model, the title of the card.
    dtype : {"float32", "float16", "int8"}, optional
        The dtype of the vectors.
    license : str, optional
        The license of the vectors, by its name on the hub ("cc-by-4.0").
    languages : str or iterable of str, optional
        The codes of the languages ("en").
    scores : mapping of str to anything, optional
        Scores by the name of the measure.
    description : str, optional
        A description in Markdown. By default one sentence about the format.

    Returns
    -------
    huggingface_hub.ModelCard
    """
    import huggingface_hub as hub

    codes = check_card(license, languages, scores, description)
    metadata = hub.ModelCardData(
        license=license,
        language=None if codes is None else list(codes),
        library_name=exporter.hub_library,
        tags=[*exporter.tags, "gensim-distill", "static-embeddings"],
        base_model=provenance.teacher if provenance.teacher_on_hub else None,
        pipeline_tag=exporter.pipeline_tag,
    )
    parts = [
        f"# {_escape(name)}",
        description or _default_description(exporter, data),
        "## How to load",
        f"```python\n{exporter.load_code.format(path=name)}\n```",
        "## Origin",
        _table(_facts(data, provenance, dtype)),
    ]
    if scores:
        parts += [
            "## Scores",
            _table({measure: _number(score) for measure, score in scores.items()}, ("measure", "score")),
        ]
    if provenance.settings:
        parts += ["## Settings", _table(provenance.settings, ("parameter", "value"))]
    parts += ["## License", _license(provenance, license), "## Citation", f"```bibtex\n{_CITATION}\n```"]
    return hub.ModelCard(f"---\n{metadata.to_yaml()}\n---\n\n" + "\n\n".join(parts) + "\n")


def check_card(
    license: Any = None, languages: Any = None, scores: Any = None, description: Any = None, name: Any = None
) -> tuple[str, ...] | None:
    """Check the parameters of a model card, and return the codes of the languages.

    Raises
    ------
    TypeError
        If one is of the wrong type.
    """
    for parameter, value in (("license", license), ("description", description), ("name", name)):
        if not isinstance(value, (str, type(None))):
            raise TypeError(f"{parameter}={value!r} must be a string, or None.")
    if not isinstance(scores, (Mapping, type(None))):
        raise TypeError("scores must be a mapping of the names of measures to scores, or None.")
    codes = (languages,) if isinstance(languages, str) else languages
    if codes is None:
        return None
    codes = tuple(codes) if isinstance(codes, Iterable) else (codes,)
    if not all(isinstance(code, str) for code in codes):
        raise TypeError(f"languages={languages!r} must be the code of a language, such as 'en', or several.")
    return codes


def _default_description(exporter: Exporter, data: ExportData) -> str:
    if exporter.text_encoder:
        return (
            "Static word vectors, and the rows whose means are the vectors of texts. Made with gensim-distill; using them does not "
            "require the transformer from which they were distilled."
        )
    if not exporter.text_vectors:
        vectors = "Static word vectors, one per word."
    elif getattr(data.encoder, "settings", {}).get("weighting") == "learned":
        vectors = "Static vectors of words, learned so that their mean over a text is close to the teacher's vector of the text."
    else:
        vectors = "Static word vectors, weighted by the rarity of the words; their mean is the vector of a text."
    return (
        f"{vectors} Made with gensim-distill; using them requires neither the transformer from which they were distilled nor "
        "gensim-distill."
    )


def _facts(data: ExportData, provenance: Provenance, dtype: VectorDtype) -> dict[str, str]:
    facts = {
        "made by": provenance.made_by,
        "teacher": provenance.teacher,
        "documents in the corpus": None if provenance.documents is None else f"{provenance.documents:,}",
        "words in the corpus": None if provenance.words is None else f"{provenance.words:,}",
        "words with a vector": f"{len(data.words):,}",
        "pieces of other words": f"{len(data.pieces):,}" if data.pieces else None,
        "lowest word count": None if data.counts is None else f"{data.counts.min():,}",
        "dimensions": f"{data.vectors.shape[1]:,}",
        "dtype": dtype,
    }
    return {fact: value for fact, value in facts.items() if value is not None}


def _license(provenance: Provenance, license: str | None) -> str:
    teacher = (
        f"of the teacher, {_escape(provenance.teacher)},"
        if provenance.teacher
        else "of the model from which they were distilled, if any,"
    )
    published = (
        f"Published under {_escape(license)}. "
        if license
        else "No license was named when these vectors were exported. "
    )
    return (
        f"{published}Vectors are derived from other people's work: before you publish them, check that the license {teacher} and "
        "that of the corpus allow it, and pass on the notices that they require."
    )


def _number(score: Any) -> str:
    value = getattr(score, "value", score)
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _escape(value: object) -> str:
    """Return a text that is neither HTML nor a link nor more than one line in Markdown."""
    line = " ".join(escape_controls(str(value)).split())
    return re.sub(r"[\[\]`]", r"\\\g<0>", html.escape(line, quote=False))


def _table(rows: Mapping[str, Any], header: tuple[str, str] = ("", "")) -> str:
    return markdown_table(header, [(_escape(name), _escape(value)) for name, value in rows.items()], left=[0, 1])
