"""Readers of corpora, tables, settings and evaluation data sets."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzzing.reader import Reader

_COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
_TEXTS = [
    "The quick brown fox jumps over the lazy dog.", "Cats, dogs and hens; 12 foxes!", 'He said "no" to über-cats.', "", "日本 語 the dog",
]  # fmt: skip


def _texts(variant: int) -> list[str]:
    return _TEXTS * 3 if not variant else [text.upper() for text in _TEXTS[::-1]] * 2


def _lines(variant: int) -> bytes:
    return "".join(f"{text}\n" for text in _texts(variant)).encode()


def _file(name: str, content: Callable[[int], bytes], ending: str = "") -> Callable[[Path, int], None]:
    def make(folder: Path, variant: int) -> None:
        (folder / f"{name}{ending}").write_bytes(_COMPRESS[ending](content(variant)))

    return make


# --- corpus files --------------------------------------------------------------------------------


def _line_file(ending: str) -> Reader:
    def read(folder: Path) -> Any:
        from gensim_distill.corpus.line_file import LineFile

        return list(LineFile(folder / f"corpus.txt{ending}"))

    return Reader(f"corpus_file .txt{ending}", _file("corpus.txt", _lines, ending), read)


def _shards(ending: str) -> Reader:
    def read(folder: Path) -> Any:
        from gensim_distill.distributed.files import find_files
        from gensim_distill.distributed.shards import LineShard, divide_file

        (file,) = find_files(folder / f"corpus.txt{ending}")
        shards = divide_file(file, file.length(), 200, False)
        return [list(LineShard(file, 0, None, True)), *map(list, shards)]

    return Reader(f"distributed .txt{ending}", _file("corpus.txt", _lines, ending), read)


def _command(name: str, content: Callable[[int], bytes], ending: str = "", **settings: Any) -> Reader:
    file = f"corpus{name}{ending}"
    about = "".join(f", {key} {value}" for key, value in settings.items() if key != "column")

    def read(folder: Path) -> Any:
        return list(_find(folder / file, **settings))

    return Reader(f"command {name}{ending}{about}", _file(f"corpus{name}", content, ending), read)


def _find(path: Path, **settings: Any) -> Any:
    from gensim_distill.cli.corpus_files import find_corpus
    from gensim_distill.cli.run_config import RUN_SETTINGS

    defaults = {name: default for name, (_, default) in RUN_SETTINGS.items()}
    return find_corpus(defaults | {"corpus": [str(path)]} | settings, quiet=True)


def _rows(variant: int) -> list[dict[str, Any]]:
    return [{"number": number, "text": text, "label": "ab"[number % 2]} for number, text in enumerate(_texts(variant))]


def _csv(delimiter: str, variant: int) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, ["number", "text", "label"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(_rows(variant))
    return file.getvalue().encode()


def _parquet(variant: int) -> bytes:
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(_rows(variant)), file)
    return file.getvalue()


def _make_dataset(folder: Path, variant: int) -> None:
    import datasets

    whole = datasets.Dataset.from_list(_rows(variant))
    datasets.DatasetDict({"train": whole, "test": whole.select([3])}).save_to_disk(str(folder / "dataset"))


def _read_dataset(folder: Path) -> Any:
    return list(_find(folder / "dataset", column="text", split="train"))


# --- search --------------------------------------------------------------------------------------


def _make_search(folder: Path, variant: int) -> None:
    (folder / "texts.txt").write_bytes(_lines(variant))
    _read_search(folder)


def _read_search(folder: Path) -> Any:
    """Search in the texts, with the index that is there if it fits."""
    from gensim_distill.cli.collection import TextCollection
    from gensim_distill.cli.search_folder import SearchFolder
    from gensim_distill.encoding import TextEncoder

    encoder = TextEncoder(["dog", "fox", "cats"], [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    search, texts = SearchFolder(folder / "index"), TextCollection(_find(folder / "texts.txt"))
    index = search.index(texts, {"files": "the same"}, encoder, texts, quiet=True)
    numbers = [number for number, _ in index.search("the lazy dog", 3)]
    return [len(index), numbers, sorted(texts.find(numbers, search.counts))]


# --- settings ------------------------------------------------------------------------------------

_SETTINGS = """# The settings
corpus = ["a.txt", "b"]
teacher = "some/teacher"
output = "vectors"
formats = ["word2vec", "glove"]
min_count = 5
vector_size = {size}
contexts_per_word = 100
layers = [0, -1]
objective = "aggregate"
whitening = 0.25
seed = 3
workers = 2
tokenized = true
encoding = "utf-8"
"""


def _read_settings(folder: Path) -> Any:
    from gensim_distill.cli.run_config import merge_settings

    config = merge_settings({"corpus": ["a.txt"]}, folder / "settings.toml")
    return [config.run, config.model, config.output]


# --- evaluation data sets ------------------------------------------------------------------------


def _pairs(delimiter: str, variant: int) -> bytes:
    rows = [("word1", "word2", "score"), ("cat", "dog", 7.5 - variant), ("the", "of", 1.25), ("über", "日", 0)] * (
        1 + variant
    )
    rows = rows[:1] + [row for row in rows if row[0] != "word1"]
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows).encode()


def _questions(variant: int) -> bytes:
    return f"# questions\n: family{variant}\nboy girl brother sister\nhe she his her\n: other\na b c d\n".encode()


def _text_pairs(delimiter: str, variant: int) -> bytes:
    rows = [("set", "score", "text1", "text2"), ("a", 4.5 - variant, "It rains.", "Rain"), ("b", 0, "über 日", "")]
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows).encode()


def _split_rows(variant: int) -> bytes:
    rows = [dict(row, split=("train", "test")[row["number"] % 2]) for row in _rows(variant)]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _collection(ending: str) -> Reader:
    def make(folder: Path, variant: int) -> None:
        texts = enumerate(_texts(variant))
        documents = [{"_id": f"d{number}", "title": "A title", "text": text} for number, text in texts]
        write = _COMPRESS[ending]
        lines = "".join(json.dumps(row) + "\n" for row in documents)
        (folder / f"corpus.jsonl{ending}").write_bytes(write(lines.encode()))
        (folder / f"queries.tsv{ending}").write_bytes(write(b"q1\tfoxes\nq2\tdogs\n"))
        (folder / "qrels").mkdir()
        judgments = f"query-id\tcorpus-id\tscore\nq1\td0\t2\nq1\td1\t0\nq2\td{variant + 1}\t1\n"
        (folder / "qrels" / "test.tsv").write_bytes(judgments.encode())
        run = "".join(f"q1 Q0 d{number} {number + 1} {9 - number}.5 bm25\n" for number in range(4))
        (folder / f"bm25.run{ending}").write_bytes(write(run.encode()))

    def read(folder: Path) -> Any:
        from gensim_distill.evaluation import Run, read_collection, retrieval

        collection = read_collection(folder)
        found = retrieval(Run.read(folder / f"bm25.run{ending}"), collection, resamples=0)
        return [list(collection.documents), collection.queries, collection.judgments, found.ndcg_by_query]

    return Reader(f"retrieval collection{ending}", make, read)


def _trec(variant: int) -> bytes:
    element = "<DOC>\n<DOCNO> D-{} </DOCNO>\n<TEXT>\n<P>{} &amp; more</P>\n</TEXT>\n</DOC>\n"
    return "".join(element.format(number, text) for number, text in enumerate(_texts(variant))).encode()


def _read_documents(folder: Path) -> Any:
    from gensim_distill.evaluation import TextFile

    return list(TextFile(folder / "documents.sgml"))


def _evaluation(what: str, function: str, content: Callable[[int], bytes], ending: str = "") -> Reader:
    def read(folder: Path) -> Any:
        import gensim_distill.evaluation

        return getattr(gensim_distill.evaluation, function)(folder / f"data{ending}")

    return Reader(f"{what}{ending}", _file("data", content, ending), read)


CORPUS_READERS = [
    *map(_line_file, _COMPRESS),
    *map(_shards, _COMPRESS),
    *(_command(".txt", _lines, ending) for ending in _COMPRESS),
    _command(".txt", lambda variant: _lines(variant).decode().encode("utf-16"), encoding="utf-16"),
    _command(".txt", _lines, texts="paragraph"),
    *(_command(".csv", lambda variant: _csv(",", variant), ending, column="text") for ending in ("", ".gz")),
    _command(".tsv", lambda variant: _csv("\t", variant), column="text"),
    _command(
        ".jsonl", lambda variant: "".join(json.dumps(row) + "\n" for row in _rows(variant)).encode(), column="text"
    ),
    _command(".json", lambda variant: json.dumps(_rows(variant)).encode(), column="text"),
    _command(".parquet", _parquet, column="text"),
    Reader("command dataset", _make_dataset, _read_dataset),
    Reader("search", _make_search, _read_search),
    Reader(
        "settings",
        _file("settings.toml", lambda variant: _SETTINGS.format(size=100 + variant).encode()),
        _read_settings,
    ),
    _evaluation("similarity tab", "read_pairs", lambda variant: _pairs("\t", variant)),
    _evaluation("similarity comma", "read_pairs", lambda variant: _pairs(",", variant), ".gz"),
    _evaluation("analogies", "read_questions", _questions),
    _evaluation("analogies", "read_questions", _questions, ".xz"),
    _evaluation("classification comma", "read_texts", lambda variant: _csv(",", variant)),
    _evaluation("classification tab", "read_texts", lambda variant: _csv("\t", variant), ".bz2"),
    _evaluation("classification json", "read_labeled_texts", _split_rows),
    _evaluation("text pairs tab", "read_text_pairs", lambda variant: _text_pairs("\t", variant), ".gz"),
    _evaluation("text pairs comma", "read_text_pairs", lambda variant: _text_pairs(",", variant)),
    Reader("documents of TREC", _file("documents.sgml", _trec), _read_documents),
    _collection(""),
    _collection(".xz"),
]
