"""``gensim-distill evaluate`` and ``compare``."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import messages, run, run_json, write_lines
from gensim.models import KeyedVectors

from gensim_distill.cli.text_encoders import load_encoder
from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import classification, compare, nearest_centroid, retrieval, text_similarity


def test_scores_are_those_of_the_library(
    trained: Path, trained_vectors: KeyedVectors, folder: Path, tmp_path: Path
) -> None:
    pairs = write_lines(tmp_path / "pairs.tsv", "dog\tcat\t8", "fox\tday\t1", "hens\tcats\t5", "dog\tnone\t3")
    options = ["--similarity", pairs, "--analogies", "none", "--no-geometry"]
    (scores,) = run_json("evaluate", trained, *options)["models"].values()
    expected = compare({"a": trained_vectors}, similarity=[pairs], analogies=[], geometry=False)
    assert scores["scores"]["pairs"]["value"] == expected.scores["a"]["pairs"].value
    assert scores["scores"]["pairs"]["used"] == 3
    plot = tmp_path / "scores.svg"
    models = [f"ours={trained}", trained / "vectors.bin", f"teacher={folder}"]
    result = run("compare", *models, *options, "--markdown", "--plot", plot)
    assert result.stdout.startswith(
        "| measure | score | better | ours | vectors | teacher |\n| --- | --- | --- | ---: | ---: | ---: |\n"
    )
    assert plot.read_text(encoding="utf-8").startswith("<?xml")
    table = run("compare", *models, *options).stdout
    assert "pairs" in table and "All models are" in table
    failed = run("compare", *models, *options, "--plot", tmp_path / "x.docx", code=2)
    assert "has an unknown format" in messages(failed)


@pytest.mark.parametrize(
    ("option", "lines", "message"),
    [
        (
            "similarity",
            ["old\tnew\tA\t1.58", "cat\tdog\tN\t2", "a\tb\tN\t3"],
            "the first three columns of a file of --similarity",
        ),
        (
            "classification",
            ["body,label", "fox,a", "dog,b"],
            "has no column 'text' in its first line, which is ['body', 'label']",
        ),
        (
            "classification",
            ["text,stars", "fox,a", "dog,b"],
            "--classification has a column of texts and one of labels: use --text-column NAME and --label-column NAME.",
        ),
        ("classification", ["text,label", "fox,a", "dog,b"], "--classification: There are 2 texts for 5 folds"),
        ("classification", ["text,label"], "found 0"),
        ("classification", ["text,label", *["fox,a"] * 9], "at least two distinct labels, found 1"),
        ("classification", ["text,label", *["fox,a"] * 9, "dog,b"], "have only one label"),
        ("centroid", ["text,label", "fox,a", "dog,b"], "--centroid: There are 2 texts for 5 folds"),
        ("centroid", ["text,label,split", "fox,a,train", "dog,b,train"], "has no test texts"),
        ("clustering", ["text,label", *["fox,a"] * 9], "--clustering: There is nothing to cluster"),
        ("text-similarity", ["text1,text2,stars", "fox,dog,3"], "has no column 'score' in its first line"),
        ("text-similarity", ["text1,text2,score", "fox,dog,high"], "line 2"),
        ("retrieval", ["x"], "is not a folder: expected one with documents, queries and judgments"),
    ],
)
def test_messages_about_datasets_name_the_file_and_the_option(
    option: str, lines: list[str], message: str, trained_once: Path, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "dataset.csv", *lines)
    sets = {"similarity": "none", "analogies": "none"} | {option: str(path)}
    options = [word for name, value in sets.items() for word in (f"--{name}", value)]
    said = messages(run("evaluate", trained_once, *options, "--no-geometry", "--quiet", code=3))
    assert message in said and "dataset.csv" in said and "=" not in said and len(said.splitlines()) == 1


WORDS = ["--similarity", "none", "--analogies", "none", "--no-geometry"]


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Return the folder of a collection."""
    folder = tmp_path / "animals"
    write_lines(
        folder / "corpus.jsonl",
        '{"_id": "d1", "title": "Fox", "text": "The quick brown fox"}',
        '{"_id": "d2", "title": "", "text": "The dog sleeps."}',
        '{"_id": "d3", "title": "", "text": "Cats and hens"}',
    )
    write_lines(folder / "queries.jsonl", '{"_id": "q1", "text": "a brown dog"}', '{"_id": "q2", "text": "hens"}')
    write_lines(folder / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore", "q1\td2\t2", "q1\td1\t1", "q2\td3\t1")
    write_lines(folder / "qrels" / "dev.tsv", "q2\td1\t1")
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> dict[str, Path]:
    """Return files with pairs of texts and with labeled texts."""
    labeled = [
        f"{'train' if number % 3 else 'test'}\t{'ab'[number % 2]}\tthe {word}"
        for number, word in enumerate(["fox", "dog", "cat", "hens", "day", "foxes", "dogs", "cats"])
    ]
    return {
        "pairs": write_lines(
            tmp_path / "sts.tsv", "text1\ttext2\tscore", "the fox\ta dog\t3", "cats\thens\t2", "day\tfox\t0"
        ),
        "labeled": write_lines(tmp_path / "topics.tsv", "split\tlabel\ttext", *labeled),
    }


def test_texts_are_evaluated_with_the_text_encoder_of_a_training(
    trained_once: Path, collection: Path, texts: dict[str, Path]
) -> None:
    pairs, labeled = texts["pairs"], texts["labeled"]
    options = [
        "--retrieval",
        collection,
        "--text-similarity",
        pairs,
        "--clustering",
        labeled,
        "--centroid",
        labeled,
        "--classification",
        labeled,
    ]
    models = run_json("evaluate", trained_once, *options, *WORDS)["models"]
    encoder = load_encoder(str(trained_once))
    scores = {name: score["value"] for name, score in models["out"]["scores"].items()}
    assert list(scores) == [
        "animals nDCG@10", "animals MRR@10", "animals recall@100", "sts", "topics v-measure", "topics", "topics centroid",
    ]  # fmt: skip
    assert scores["animals nDCG@10"] == retrieval(encoder, collection).ndcg
    assert scores["sts"] == text_similarity(encoder, pairs).spearman
    rows = [line.split("\t") for line in labeled.read_text(encoding="utf-8").splitlines()[1:]]
    division = [split == "train" for split, *_ in rows]
    given = [text for *_, text in rows], [label for _, label, _ in rows]
    assert scores["topics centroid"] == nearest_centroid(encoder, *given, train=division).accuracy
    assert scores["topics"] == classification(encoder, *given, train=division).accuracy
    assert list(models["BM25"]["scores"]) == list(scores)[:3] and models["BM25"]["words"] is None
    table = run("evaluate", trained_once, *options, *WORDS).stdout
    assert "animals nDCG@10: 2 of 2 queries used." in table and "topics centroid: 3 of 8 texts tested." in table
    assert "BM25" not in run("evaluate", trained_once, "--retrieval", collection, "--no-bm25", *WORDS).stdout
    dev = run_json("evaluate", trained_once, "--retrieval", collection, "--split", "dev", *WORDS)["models"]["BM25"]
    assert dev["scores"]["animals nDCG@10"]["total"] == 2 and dev["scores"]["animals nDCG@10"]["value"] == 0


def test_encoders_static_models_teachers_and_runs_are_compared(
    vector_file: Path, folder: Path, collection: Path, tmp_path: Path
) -> None:
    saved, static = tmp_path / "encoder", tmp_path / "static"
    TextEncoder(["dog", "brown", "fox"], [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]).save(saved)
    run("export", vector_file, static, "--format", "model2vec", "--quiet")
    ranking = write_lines(tmp_path / "other.run", "q1 Q0 d2 1 9 x", "q1 Q0 d1 2 8 x", "q2 Q0 d3 1 1 x")
    found = run_json("compare", saved, static, f"teacher={folder}", ranking, "--retrieval", collection, *WORDS)[
        "models"
    ]
    assert list(found) == ["encoder", "static", "teacher", "other", "BM25"]
    assert found["other"]["scores"]["animals nDCG@10"]["value"] == 1
    assert found["encoder"]["scores"]["animals nDCG@10"]["value"] == retrieval(TextEncoder.load(saved), collection).ndcg
    assert all(0 < model["scores"]["animals recall@100"]["value"] <= 1 for model in found.values())
    said = messages(run("compare", saved, vector_file, "--quiet", code=3))
    assert "has no word vectors: evaluate it on texts, by --retrieval" in said
    labeled = write_lines(tmp_path / "labeled.csv", "text,label", "dog,a", "fox,b")
    said = messages(run("evaluate", ranking, "--clustering", labeled, *WORDS, "--quiet", code=3))
    assert "other.run' only ranks documents: evaluate it on a collection, by --retrieval" in said


def test_data_sets_with_equal_names_raise(vector_file: Path, texts: dict[str, Path], tmp_path: Path) -> None:
    other = write_lines(tmp_path / "more" / "sts.tsv", "a\tb\t1")
    options = ["--text-similarity", texts["pairs"], "--text-similarity", other]
    assert "Two data sets of --text-similarity have the name 'sts'" in messages(
        run("evaluate", vector_file, *options, code=2)
    )


def test_table_says_what_the_scores_are_and_which_are_better(
    trained_once: Path, texts: dict[str, Path], tmp_path: Path
) -> None:
    questions = write_lines(tmp_path / "questions.txt", ": all", "dog dogs cat cats")
    options = ["--similarity", "none", "--analogies", questions, "--classification", texts["labeled"]]
    lines = run("evaluate", trained_once, *options, "--markdown").stdout.splitlines()
    kinds = {row[0]: (row[1], row[2]) for row in (line.strip("| ").split(" | ") for line in lines) if len(row) == 4}
    assert kinds == {
        "measure": ("score", "better"), "---": ("---", "---"), "words": ("", ""), "questions": ("accuracy", "higher"),
        "topics": ("accuracy", "higher"), "isotropy": ("from 0 to 1", "higher"), "mean cosine": ("cosine", "near 0"),
        "hubness": ("skewness", "near 0"),
    }  # fmt: skip


def test_columns_of_labeled_texts_are_options(trained_once: Path, tmp_path: Path) -> None:
    rows = [
        f"the {word},{'ab'[number % 2]}"
        for number, word in enumerate(["fox", "dog", "cat", "hens", "day", "foxes"] * 2)
    ]
    path = write_lines(tmp_path / "stars.csv", "Review,stars", *rows)
    columns = ["--text-column", "review", "--label-column", "stars"]
    found = run_json("evaluate", trained_once, "--centroid", path, *columns, *WORDS)["models"]["out"]["scores"]
    assert found["stars centroid"]["used"] == 12


def test_a_plot_is_replaced_only_with_overwrite(vector_file: Path, tmp_path: Path) -> None:
    plot = tmp_path / "scores.svg"
    plot.write_text("mine", encoding="utf-8")
    options = ["--similarity", "none", "--analogies", "none", "--plot", plot]
    assert "exists already: use another name, or --overwrite." in messages(
        run("evaluate", vector_file, *options, code=3)
    )
    assert plot.read_text(encoding="utf-8") == "mine"
    run("evaluate", vector_file, *options, "--overwrite")
    assert plot.read_text(encoding="utf-8").startswith("<?xml")
