"""Tables of pages that have a part of the rows or columns of a result, or other names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from gensim_distill.exports import EXPORTERS


@dataclass(frozen=True)
class PageTable:
    """A table of a page.

    Attributes
    ----------
    part, table : str
        The result and its table.
    rows : mapping of str to str, optional
        The rows in their order, by their first cell, and the names that the page has for them. By default all.
    columns : mapping of str to str, optional
        The columns in their order, and the names that the page has for them. By default all.
    best : collection of str
        The columns whose highest value of all rows is in bold.
    apart : collection of str
        The rows that `best` does not compare.
    formats : mapping of str to str
        Other formats than those of the result.
    """

    part: str
    table: str
    rows: Mapping[str, str] | None = None
    columns: Mapping[str, str] | None = None
    best: Collection[str] = ()
    apart: Collection[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)


_REFINED = "model2vec, refined by tokenlearn"
_METHODS = {
    "gensim CBOW": "gensim `Word2Vec`, CBOW",
    "gensim skip-gram": "gensim `Word2Vec`, skip-gram",
    "gensim FastText": "gensim `FastText`",
    "BM25": "BM25",
    "model2vec, own subwords": "model2vec, of its own subwords",
    "model2vec, vocabulary of the texts": "model2vec, this vocabulary",
    _REFINED: "model2vec, refined by tokenlearn",
    "x2static, sgd": '`objective="x2static", solver="sgd"`, `whitening=0.5`',
    "x2static, closed form": '`objective="x2static"`, one pass',
    "aggregate": '`objective="aggregate"`',
    "text": '`objective="text"`',
    "hybrid": '`objective="hybrid"`, the default',
    "teacher": "the teacher itself",
}
_WORDS = ("SimLex-999", "WordSim-353", "analogies", "subjectivity", "polarity")
_TEXTS = {
    "STS 2014": "STS 2014",
    "STS 2015": "STS 2015",
    "CLINC150 centroid": "CLINC150",
    "Cranfield nDCG@10": "Cranfield",
}
_COSTS = {"seconds": "seconds", "peak memory, MB": "MB"}
_OURS = ("x2static, sgd", "x2static, closed form", "aggregate", "text", "hybrid")


def _comparison(rows: Collection[str], columns: Mapping[str, str], head: str = "vectors") -> PageTable:
    """Describe a table of the comparison of methods."""
    named = {name: _METHODS[name] for name in rows}
    best, formats = (*_WORDS, *_TEXTS), {"seconds": ",.0f"}
    return PageTable("comparison", "quality", named, {"vectors": head, **columns}, best, ("teacher",), formats)


def _columns(*names: str) -> dict[str, str]:
    return {name: _TEXTS.get(name, name) for name in names}


_SUMMARY = ("gensim skip-gram", "BM25", "model2vec, own subwords", _REFINED, "hybrid", "teacher")
_FEW = _columns("SimLex-999", "WordSim-353", "analogies", "STS 2015", "CLINC150 centroid", "Cranfield nDCG@10")
# Wall-clock time is not shown: other processes ran beside these long measurements.
_SCALE = {
    "stage, seconds": "seconds of all cores, and peak memory at the end of the stage",
    "8.4 M words, cores": "8.4 million words",
    "84.0 M words, cores": "84 million words",
    "84.0 M words / first, cores": "growth",
    "8.4 M words, MB": "8.4 million words, MB",
    "84.0 M words, MB": "84 million words, MB",
}
_OPERATIONS = {
    "save": "`save`",
    "load": "`load`",
    "load, mmap": '`load(mmap="r")`, pages of the mapped files included',
    "most_similar, first": "`most_similar`, first",
    "most_similar, later": "`most_similar`, later",
    "encode 10,000 texts": "`encode` of 10,000 texts of 20 words, first",
    "save_word2vec_format": "gensim's `save_word2vec_format`",
    "save_word2vec_format, binary": "gensim's `save_word2vec_format(binary=True)`",
    **{f"export: {name}": f'`export(format="{name}")`' for name in EXPORTERS},
    "load_vectors: word2vec": '`load_vectors` of the format `"word2vec"`',
    "load_vectors: gensim-distill": '`load_vectors` of the format `"gensim-distill"`',
    "report": "`write_report(scores=False)`",
    "info": "`gensim-distill info MODEL`",
    "info --unpickle": "`gensim-distill info MODEL --unpickle`",
}
TABLES = {
    "words": _comparison(
        [name for name in _METHODS if name != "BM25"], {**_columns(*_WORDS), **_COSTS}, "vectors of words"
    ),
    "texts": _comparison(_METHODS, _TEXTS, "vectors of texts"),
    "summary": _comparison(
        _SUMMARY, _columns("SimLex-999", "analogies", "STS 2015", "CLINC150 centroid", "Cranfield nDCG@10")
    ),
    "gensim": _comparison(("gensim CBOW", "gensim skip-gram", "gensim FastText", "hybrid"), _FEW),
    "model2vec": _comparison(
        ("model2vec, own subwords", "model2vec, vocabulary of the texts", _REFINED, "hybrid"),
        {**_FEW, "seconds": "seconds"},
    ),
    "paper": _comparison(_OURS, _columns("SimLex-999", "WordSim-353", "analogies", "polarity")),
    "objectives": _comparison(_OURS[::-1], {**_columns(*_WORDS), "seconds": "seconds"}),
    "long corpora": PageTable("scale", "stages", columns=_SCALE),
    "long corpora, large vocabulary": PageTable("scale-vocabulary", "stages", columns=_SCALE),
    "a million words": PageTable(
        "large-vocabulary",
        "operation",
        _OPERATIONS,
        {name: name for name in ("operation", "seconds of all cores", "peak, MB", "written, MB")},
        formats={"seconds of all cores": ",.1f"},
    ),
}
