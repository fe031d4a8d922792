"""Model cards: what a folder that is meant for a hub says about itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import markdown_table
from gensim_distill.exports.data import ExportData
from gensim_distill.exports.protocol import Exporter
from gensim_distill.exports.provenance import Provenance

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
    material: ExportData,
    about: Provenance,
    *,
    name: str,
    dtype: str = "float32",
    license: str | None = None,
    language: str | Iterable[str] | None = None,
    scores: Mapping[str, Any] | None = None,
    description: str | None = None,
) -> Any:
    """Make the model card of an export.

    Parameters
    ----------
    exporter : Exporter
    material : ExportData
    about : Provenance
    name : str
        What the model is called.
    dtype : str, optional
        In which type the numbers are.
    license : str, optional
        That under which you publish the vectors, as the hub names it ("cc-by-4.0").
    language : str or iterable of str, optional
        The codes of the languages ("en").
    scores : mapping of str to anything, optional
        By the name of the measure.
    description : str, optional
        What you want to say about it, in Markdown.

    Returns
    -------
    huggingface_hub.ModelCard
    """
    hub = needs("huggingface_hub", "A model card", "hub")
    languages = [language] if isinstance(language, str) else None if language is None else list(language)
    data = hub.ModelCardData(
        license=license,
        language=languages,
        library_name=exporter.hub_library,
        tags=[*exporter.tags, "gensim-distill", "static-embeddings"],
        base_model=about.teacher if about.teacher_on_hub else None,
        pipeline_tag="sentence-similarity" if exporter.format == "sentence-transformers" else None,
    )
    parts = [
        f"# {name}",
        description or _described(exporter),
        "## How to load",
        f"```python\n{exporter.load.format(path=name)}\n```",
        "## What went in",
        _table(_facts(material, about, dtype)),
    ]
    if scores:
        parts += [
            "## Scores",
            _table({measure: _number(score) for measure, score in scores.items()}, ("measure", "score")),
        ]
    if about.settings:
        parts += ["## Settings", _table(about.settings, ("parameter", "value"))]
    parts += ["## License", _license(about, license), "## Citation", f"```bibtex\n{_CITATION}\n```"]
    return hub.ModelCard(f"---\n{data.to_yaml()}\n---\n\n" + "\n\n".join(parts) + "\n")


def _described(exporter: Exporter) -> str:
    if exporter.texts:
        return (
            "Static vectors of words, weighted by the rarity of the words, whose mean is the vector of a text. Made with gensim-distill; to "
            "use them it takes neither the transformer that they come from nor gensim-distill."
        )
    return (
        "Static word vectors, one a word. Made with gensim-distill; to use them it does not take the transformer that they "
        "come from."
    )


def _facts(material: ExportData, about: Provenance, dtype: str) -> dict[str, str]:
    facts = {
        "made by": about.made_by,
        "teacher": about.teacher,
        "texts in the corpus": None if about.texts is None else f"{about.texts:,}",
        "words in the corpus": None if about.words is None else f"{about.words:,}",
        "words with a vector": f"{len(material.words):,}",
        "least frequent of them": None if material.counts is None else f"{material.counts.min():,} times",
        "dimensions": f"{material.vectors.shape[1]:,}",
        "numbers": dtype,
    }
    return {fact: value for fact, value in facts.items() if value is not None}


def _license(about: Provenance, license: str | None) -> str:
    teacher = f"of the teacher, {about.teacher}," if about.teacher else "of the model they were distilled from, if any,"
    given = f"Published under {license}. " if license else "No license was named when these vectors were exported. "
    return (
        f"{given}Vectors are made of other people's work: before you publish them, check that the license {teacher} and that of the corpus "
        "allow it, and pass on what they ask for."
    )


def _number(score: Any) -> str:
    value = getattr(score, "value", score)
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _table(rows: Mapping[str, str], header: tuple[str, str] = ("", "")) -> str:
    return markdown_table(header, [(name, str(value)) for name, value in rows.items()], left=[0, 1])
