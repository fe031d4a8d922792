"""``gensim-distill search``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from cli_runner import LITTLE, messages, run, run_json, write_lines

from gensim_distill._utils.temporary_folders import held
from gensim_distill.cli import search
from gensim_distill.cli.console import with_styles
from gensim_distill.cli.errors import CommandError, ExitCode
from gensim_distill.cli.inputs import load_model
from gensim_distill.encoding import TextEncoder, TextIndex


@pytest.fixture
def encoders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the collections that are encoded are added."""
    calls: list[str] = []
    build = TextIndex.build

    def counted(path: Any, *args: Any, **settings: Any) -> TextIndex:
        calls.append(str(path))
        return build(path, *args, **settings)

    monkeypatch.setattr(TextIndex, "build", counted)
    return calls


def test_results_are_the_nearest_texts_of_the_model(
    trained_once: Path, text_file: Path, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = write_lines(tmp_path / "texts.txt", lines[0], "", *lines[1:])
    queries = run_json("search", texts, "a lazy cat", "dogs", "--model", trained_once, "--top", 3)["queries"]
    assert [query["query"] for query in queries] == ["a lazy cat", "dogs"]
    index = TextIndex(load_model(trained_once).text_encoder, lines)
    places = [1, 3, 4, 5, 6]
    for query in queries:
        assert [
            (found["rank"], found["number"], found["file"], found["line"], found["score"], found["excerpt"])
            for found in query["results"]
        ] == [
            (rank, number, "texts.txt", places[number], pytest.approx(score, abs=1e-6), lines[number])
            for rank, (number, score) in enumerate(index.search(query["query"], 3), 1)
        ]
    shown = run("search", "texts.txt", "a lazy cat", "-m", trained_once).stdout
    assert "a lazy cat" in shown.splitlines()[1] and "1. texts.txt:4" in shown and lines[2] in shown


def test_vectors_are_distilled_from_the_collection_and_kept(
    text_file: Path, folder: Path, tmp_path: Path, encoders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["search", "corpus", "the lazy dog", "--teacher", folder, "--save", "corpus/index", "--min-count", 1]
    first = run(*arguments)
    assert "Distilling vectors from" in first.stderr and "Try:" not in first.stderr
    monkeypatch.setattr("gensim_distill.teachers.reference.load_teacher", None)  # not needed again
    second = run(*arguments)
    assert second.stdout == first.stdout and "Distilling" not in second.stderr
    assert len(encoders) == 1
    assert run_json(*arguments, "--texts", "line") == run_json(*arguments)
    # The folder inside the collection is not a part of it, also for a training.
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    run("train", "corpus", "--teacher", folder, "--min-count", 1, "-o", "vectors", "-q")
    summary = json.loads((tmp_path / "vectors" / "training.json").read_text(encoding="utf-8"))
    assert summary["corpus"]["files"] == 1
    again = f'to search again, use `gensim-distill search corpus "QUERY" --min-count 1 --teacher {folder} --save corpus/index`'
    for command in (
        ["search", "corpus/index", "dog"],
        *(["search", "corpus", "dog", "--model", f"corpus/index{name}"] for name in ("", "/index.safetensors")),
    ):
        assert again in messages(run(*command, code=3))
    # The vectors are a training of their own.
    run("neighbors", "corpus/index/training", "dog")
    assert "pass the folder of its vectors, 'corpus/index/training'" in messages(
        run("neighbors", "corpus/index", "dog", code=3)
    )


def test_words_are_found_by_functions_of_the_user(text_file: Path, folder: Path, tmp_path: Path) -> None:
    functions = tmp_path / "mine.py"
    functions.write_text(
        "def letters(text):\n    return [letter for letter in text if letter.isalpha()]\n", encoding="utf-8"
    )
    arguments = ["search", text_file, "zq", "--teacher", folder, "--save", tmp_path / "index", "--functions", functions]
    arguments += ["--word-splitter", "letters"]
    [query] = run_json(*arguments, "--top", 2)["queries"]
    assert len(query["results"]) == 2  # "zq" is no word of the collection, and its letters are
    assert "Distilling" not in run(*arguments).stderr
    assert "--word-splitter was 'letters' and is not used" in messages(run(*arguments[:-4], code=3))


def test_a_distillation_that_failed_begins_again(
    text_file: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["search", text_file, "dog", "--teacher", folder, "--save", tmp_path / "index"]
    expected = run_json(*arguments)
    assert "again: --min-count was 1 and is 2 ..." in run(*arguments, "--min-count", 2).stderr
    with monkeypatch.context() as patch:  # as while another search distills
        patch.setattr("gensim_distill.cli.train._train", raising(BlockingIOError))
        assert "is in use by another search" in messages(run(*arguments, code=1))
    assert run_json(*arguments) == expected


def raising(error: type[Exception]) -> Any:
    """Return a function that raises an error."""

    def function(*args: Any, **settings: Any) -> None:
        raise error

    return function


def test_words_that_occur_once_have_vectors_in_a_small_collection(
    text_file: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [
        "search",
        text_file,
        "barks",
        "lazy barks",
        "--teacher",
        folder,
        "--top",
        1,
        "--save",
        tmp_path / "index",
    ]
    assert all(query["results"] for query in run_json(*arguments)["queries"])
    # In a larger one they have none, and messages name them.
    monkeypatch.setattr(search, "SMALL_COLLECTION", 10)
    result = run(*arguments[:2], *arguments[3:])
    assert (
        "warning: The vectors do not have 'barks', which is ignored: use other words, or --min-count 1 (it is 2)."
        in messages(result)
    )
    message = "'barks' has no word that the vectors have: use other words, or --min-count 1 (it is 2)."
    assert f"warning: {message}" in messages(run(*arguments))
    assert message in messages(run(*arguments[:3], *arguments[4:], code=3))


def test_a_changed_collection_or_model_is_detected(
    trained_once: Path, text_file: Path, tmp_path: Path, encoders: list[str]
) -> None:
    arguments = ["search", text_file.parent, "fox", "--model", trained_once, "--save", tmp_path / "index"]

    def lines() -> list[int]:
        return [found["line"] for found in run_json(*arguments)["queries"][0]["results"]]

    assert sorted(lines()) == [1, 2, 3, 4, 5]
    assert sorted(lines()) == [1, 2, 3, 4, 5] and len(encoders) == 1
    write_lines(text_file, "The fox", "", "A fox!")
    result = run(*arguments)
    again = f"Building the index in {str(tmp_path / 'index')!r} again:"
    assert f"{again} files of the collection were changed, added or removed." in result.stderr
    assert sorted(lines()) == [1, 3] and len(encoders) == 2
    result = run(*arguments, "--texts", "file", "--tokenized")
    assert f"{again} --tokenized was not used and is used, and --texts was 'line' and is 'file'." in result.stderr
    assert len(encoders) == 3
    # Another model: its vectors are different.
    arguments[4] = tmp_path / "other.vec"
    write_lines(tmp_path / "other.vec", "2 2", "fox 1 0", "a 0 1")
    assert sorted(lines()) == [1, 3] and len(encoders) == 4
    assert sorted(lines()) == [1, 3] and len(encoders) == 4
    arguments[4] = trained_once
    assert f"{again} the vectors have changed." in run(*arguments).stderr


@pytest.mark.parametrize("damage", ["index.safetensors", "search.json"])
def test_damaged_files_of_the_index_are_built_again(
    damage: str, trained_once: Path, text_file: Path, tmp_path: Path, encoders: list[str]
) -> None:
    arguments = ["search", text_file, "fox", "--model", trained_once, "--save", tmp_path / "index"]
    expected = run_json(*arguments)
    content = (tmp_path / "index" / damage).read_bytes()
    (tmp_path / "index" / damage).write_bytes(content[: len(content) // 2])
    if damage == "search.json":  # then nothing says whose folder it is
        assert "contains other files" in messages(run(*arguments, code=3))
        shutil.rmtree(tmp_path / "index")
    again = run(*arguments, "--json")
    assert json.loads(again.stdout) == expected and len(encoders) == 2
    assert ("again: its files are damaged, or of another index." in again.stderr) == (damage == "index.safetensors")
    # An index of another run, with the same encoder and number of texts.
    other = tmp_path / "other" / "index.safetensors"
    run(*arguments[:-1], other.parent)
    (tmp_path / "index" / "index.safetensors").write_bytes(other.read_bytes())
    assert run_json(*arguments) == expected and len(encoders) == 4


def test_explanations_add_up_to_the_score(trained_once: Path, text_file: Path) -> None:
    arguments = ["search", text_file, "The lazy dog xyz", "--model", trained_once, "--explain"]
    for found in run_json(*arguments)["queries"][0]["results"]:
        explanation = found["explanation"]
        assert [word["word"] for word in explanation["query"]] == ["The", "lazy", "dog", "xyz"]
        assert explanation["query"][-1]["contribution"] == 0
        assert sum(word["contribution"] for word in explanation["query"]) == pytest.approx(found["score"], abs=1e-5)
        assert "".join(piece["text"] for piece in explanation["excerpt"]) == found["excerpt"]
        contributions = [pair["contribution"] for pair in explanation["pairs"]]
        assert contributions == sorted(contributions, reverse=True) and len(contributions) == 5
    shown = run(*arguments).stdout
    assert "dog~dog" in shown


def test_words_are_marked_by_asterisks_or_styles(
    vector_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = write_lines(tmp_path / "texts.txt", "the cat, a van")
    arguments = ["search", texts, "cat", "--model", vector_file]
    marked = run(*arguments, "--explain").stdout
    assert "the **cat**, a van" in marked and "\x1b" not in marked
    assert "*" not in run(*arguments).stdout
    styled = run(*arguments, "--explain", "--color", "always").stdout
    assert "the \x1b[1;4mcat\x1b[0m, a van" in styled and "*" not in styled
    # In a terminal there are styles, unless the environment or the option rules them out.
    monkeypatch.setattr("gensim_distill.cli.console.sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True)))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert with_styles("auto") and with_styles("always") and not with_styles("never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not with_styles("auto") and with_styles("always")


def test_queries_are_read_from_standard_input(trained_once: Path, text_file: Path) -> None:
    arguments = ["search", text_file, "-", "--model", trained_once, "--top", 1]
    result = run(*arguments, "--json", input="lazy dog\n\nxyz\nhens\n")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [query["query"] for query in found] == ["lazy dog", "hens"]
    assert "'xyz' has no word that the vectors have" in result.stderr
    assert "hens" in run(*arguments, input="hens").stdout.splitlines()[1]


def test_queries_without_known_words_have_no_results_beside_others(trained_once: Path, text_file: Path) -> None:
    arguments = ["search", text_file, "xyz", "hens", "--model", trained_once, "--top", 1]
    result = run(*arguments, "--json")
    unknown, known = json.loads(result.stdout)["queries"]
    assert (unknown["query"], unknown["results"], known["query"]) == ("xyz", [], "hens")
    assert known["results"] == run_json("search", text_file, "hens", *arguments[4:])["queries"][0]["results"] != []
    assert "warning: 'xyz' has no word that the vectors have: use other words." in result.stderr
    assert "The 2 queries have no word that the vectors have: use other words." in messages(
        run("search", text_file, "xyz", "zzz", "-m", trained_once, code=3)
    )


def test_texts_are_divided_as_in_the_training(
    text_file: Path, folder: Path, tmp_path: Path, encoders: list[str]
) -> None:
    write_lines(tmp_path / "table.csv", "id,body", '1,"a quick fox\n\na dog"', "2,a cat")
    training = ["train", "--teacher", folder, *LITTLE, "--texts", "file", "-q"]
    run(*training, text_file.parent, "-o", tmp_path / "files")
    run(*training, tmp_path / "table.csv", "--column", "body", "-o", tmp_path / "rows")
    arguments = ["search", text_file.parent, "fox", "-m", tmp_path / "files"]
    result = run(*arguments, "--json")
    (query,) = json.loads(result.stdout)["queries"]
    assert len(query["results"]) == 1 and "line" not in query["results"][0]
    assert "Texts are files, as in the training of" in result.stderr
    assert len(run_json(*arguments, "--texts", "line")["queries"][0]["results"]) == 5
    # The vectors of a file are of the same texts.
    for unit, n_texts in (([], 1), (["--texts", "line"], 5)):
        run("encode", text_file.parent, "-m", tmp_path / "files", "-o", tmp_path / "texts.npy", "--overwrite", *unit)
        assert len(np.load(tmp_path / "texts.npy")) == n_texts
    # The column is that of the files of the training only.
    (query,) = run_json("search", tmp_path / "table.csv", "fox", "-m", tmp_path / "rows")["queries"]
    assert [found["row"] for found in query["results"]] == [1, 2]
    shutil.copy(tmp_path / "table.csv", tmp_path / "other.csv")
    assert "use --column" in messages(run("search", tmp_path / "other.csv", "fox", "-m", tmp_path / "rows", code=3))


def test_a_collection_from_standard_input(trained_once: Path, tmp_path: Path) -> None:
    arguments = ["search", "-", "fox", "--model", trained_once]
    (query,) = run_json(*arguments, input="A fox\nA dog\n")["queries"]
    assert [(found["file"], found["line"]) for found in query["results"]] == [
        ("standard input", 1),
        ("standard input", 2),
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["text.txt", "xyz", "-m", "some.vec"], 3, "'xyz' has no word that the vectors have: use other words."),
        (["text.txt", "cat", " ", "-m", "some.vec"], 2, "A query is empty: pass words to search for."),
        (["text.txt", "-", "cat", "-m", "some.vec"], 2, "can be the collection or the only query, not both"),
        (["-", "-", "-m", "some.vec"], 2, "can be the collection or the only query, not both"),
        (
            ["text.txt", "cat", "-m", "some.vec", "--min-count", "1"],
            2,
            "--model excludes --teacher, --min-count, --word-splitter, ",
        ),
        (["text.txt", "cat", "-m", "some.vec", "--key", "builtins:str.upper"], 2, "--model excludes --teacher, "),
        (["text.txt", "cat", "--functions", "text.txt"], 2, "name one of them by --word-splitter, --key or "),
        (["text.txt", "cat", "-m", "some.vec", "--color", "yes"], 2, "--color 'yes' is invalid: expected auto, always"),
        (["none", "cat", "-m", "some.vec"], 3, "there is no such file or folder"),
        (["text.txt", "cat", "-m", "none.vec"], 3, "'none.vec': there is no such file or folder"),
        (["text.txt", "cat", "-m", "some.vec", "--save", "some.vec"], 3, "--save 'some.vec' is a file: use a folder."),
        (["text.txt", "cat", "-m", "some.vec", "--save", "other"], 3, "contains other files, such as 'mine.txt'"),
        (["empty.txt", "cat", "-m", "some.vec"], 3, "has no words: pass files that contain words."),
        (["text.txt", "cat", "--teacher", "none"], 3, "--teacher none is neither a folder here nor in"),
        (["table.csv", "cat", "-m", "some.vec"], 3, "use --column with the one of the documents"),
        (["text.txt"], 2, "Missing argument 'QUERY'"),
    ],
)
def test_errors_are_one_sentence(
    arguments: list[str], code: int, message: str, vector_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "text.txt", "A cat")
    write_lines(tmp_path / "empty.txt", "", "")
    write_lines(tmp_path / "table.csv", "text,label", "cat,1")
    write_lines(tmp_path / "other" / "mine.txt", "mine")
    before = sorted(tmp_path.rglob("*"))
    assert message in messages(run("search", *arguments, code=code))
    assert sorted(tmp_path.rglob("*")) == before


def test_texts_that_are_gone_are_no_results(
    trained_once: Path, text_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = search.TextCollection.find

    def shrinking(self: Any, numbers: Any, counts: Any) -> Any:
        write_lines(text_file, "The fox")
        return find(self, numbers, counts)

    monkeypatch.setattr(search.TextCollection, "find", shrinking)
    (query,) = run_json("search", text_file, "fox", "-m", trained_once)["queries"]
    assert [found["line"] for found in query["results"]] == [1]


def test_control_characters_and_markup_are_shown_as_they_are(vector_file: Path, tmp_path: Path) -> None:
    texts = write_lines(tmp_path / "texts.txt", "[bold]cat[/bold] \x1b[2J dog")
    shown = run("search", texts, "cat", "-m", vector_file, "--explain").stdout
    assert r"[bold]**cat**[/bold] \x1b[2J **dog**" in shown


def test_long_texts_are_shown_by_their_relevant_part(vector_file: Path, tmp_path: Path) -> None:
    text = "nothing here " * 100 + "but a cat " + "and nothing there " * 100
    texts = write_lines(tmp_path / "texts.txt", text)
    (query,) = run_json("search", texts, "cat", "-m", vector_file)["queries"]
    excerpt = query["results"][0]["excerpt"]
    assert " cat " in excerpt and excerpt.startswith("… ") and excerpt.endswith(" …") and len(excerpt) <= 130
    assert np.isclose(query["results"][0]["score"], 1)


@pytest.mark.parametrize("save", [False, True])
def test_an_interrupted_distillation_says_how_to_resume(
    save: bool, text_file: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["search", text_file, "fox", "--teacher", folder, "--min-count", 1]
    arguments += ["--save", tmp_path / "index"] if save else []
    calls: list[bool] = []

    def interrupted(folder: Path, *args: Any, overwrite: bool, **settings: Any) -> None:
        calls.append(overwrite)
        raise CommandError("interrupted; run the same command again.", ExitCode.INTERRUPTED)

    with monkeypatch.context() as patch:
        patch.setattr("gensim_distill.cli.train.train_in_folder", interrupted)
        for _ in range(2):
            message = messages(run(*arguments, code=130))
    assert ("with --save FOLDER the same command would resume" in message) != save
    assert calls == ([True, False] if save else [True, True])  # the second one resumes
    run(*arguments)


def test_a_folder_in_use_raises(text_file: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "index" / "training").mkdir(parents=True)
    write_lines(tmp_path / "index" / "search.json", json.dumps({"format": "gensim-distill search 1"}))
    with held(tmp_path / "index" / "training"):
        result = run("search", text_file, "fox", "--teacher", folder, "--save", tmp_path / "index", code=1)
    assert "is in use by another search" in messages(result)


def test_words_without_a_row_are_found_by_their_pieces(text_file: Path, tmp_path: Path) -> None:
    encoder = TextEncoder(["fox"], [[1.0, 0.0]], pieces=["o", "w", "l"], piece_table=[[0.0, 1.0]] * 3)
    encoder.save(tmp_path / "encoder")
    write_lines(text_file, "A fox", "An owl")
    (query,) = run_json("search", text_file, "owl", "-m", tmp_path / "encoder", "--explain")["queries"]
    assert query["results"][0]["line"] == 2
    assert query["results"][0]["explanation"]["pairs"] == [{"query": "owl", "text": "owl", "contribution": 1.0}]
