"""Training, looking at the result and foretelling it from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cli_runner import LITTLE, run, run_json, said, write
from gensim.models import KeyedVectors

from gensim_distill import DistilledWord2Vec
from gensim_distill.cli.inputs import load_source
from gensim_distill.cli.run_config import read_toml
from gensim_distill.cli.throughput import Range, draw, grown

LINES = [
    "The quick brown fox jumps over the lazy dog.",
    "The dog sleeps. The fox runs away!",
    "A lazy dog and a quick cat.",
    "Cats and dogs, foxes and hens.",
    "The cat sleeps all day; the dog barks at the cat.",
]
SUMMARY, SETTINGS = "training.json", "settings.toml"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return write(tmp_path / "corpus" / "text.txt", *LINES)


@pytest.fixture
def trained(text: Path, folder: Path, tmp_path: Path) -> Path:
    output = tmp_path / "out"
    run("train", text, "--teacher", folder, *LITTLE, "-o", output, "--quiet")
    return output


def vectors_in(output: Path) -> KeyedVectors:
    return KeyedVectors.load_word2vec_format(
        str(output / "vectors.bin"), fvocab=str(output / "vocabulary.txt"), binary=True
    )


def test_the_vectors_are_those_of_the_class(trained: Path, folder: Path) -> None:
    model = DistilledWord2Vec(LINES, teacher=folder, min_count=1, contexts_per_word=None)
    found = vectors_in(trained)
    assert found.index_to_key == model.wv.index_to_key
    np.testing.assert_array_equal(found.vectors, model.wv.vectors)
    assert found.get_vecattr("the", "count") == 7
    assert sorted(path.name for path in trained.iterdir()) == [
        "model", SETTINGS, SUMMARY, "vectors.bin", "vocabulary.txt",
    ]  # fmt: skip
    again = DistilledWord2Vec.load(str(trained / "model" / "distilled.model"))
    again.build_vocab(["A new day."], update=True)
    again.train(["A new day."], total_examples=1, epochs=1)
    assert "day" in again.wv


def test_what_happened_is_told(trained: Path) -> None:
    summary = json.loads((trained / SUMMARY).read_text(encoding="utf-8"))
    assert summary["corpus"]["texts"] == len(LINES)
    assert summary["corpus"]["files"] == 1
    assert summary["vectors"]["words"] == len(vectors_in(trained))
    assert summary["teacher"]["width"] == 32
    assert summary["files"] == ["vectors.bin", "vocabulary.txt", "model"]


def test_settings_are_read_back_and_options_win(trained: Path, tmp_path: Path) -> None:
    settings = trained / SETTINGS
    same, other = tmp_path / "same", tmp_path / "other"
    run("train", "--config", settings, "-o", same)
    assert read_toml(same / SETTINGS) == read_toml(settings)
    assert (same / "vectors.bin").read_bytes() == (trained / "vectors.bin").read_bytes()
    run("train", "--config", settings, "-o", other, "--vector-size", "8", "--seed", "3")
    assert vectors_in(other).vector_size == 8
    assert read_toml(other / SETTINGS) == read_toml(settings) | {"vector_size": 8, "seed": 3}


def test_every_setting_of_the_constructor_comes_to_it(text: Path, folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f"corpus = {json.dumps(str(text))}\nteacher = {json.dumps(str(folder))}\noutput = {json.dumps(str(tmp_path / 'out'))}\n"
        'min-count = 2\nobjective = "aggregate"\nlayers = [0, -1]\nformats = ["word2vec", "kv"]\nkey = "builtins:str.upper"\n',
        encoding="utf-8",
    )
    run("train", "--config", config, "--contexts-per-word", "3", "--dtype", "float32")
    model = DistilledWord2Vec(
        LINES, teacher=folder, min_count=2, objective="aggregate", layers=[0, -1], key=str.upper, contexts_per_word=3,
        dtype="float32",
    )  # fmt: skip
    for found in (
        vectors_in(tmp_path / "out"),
        KeyedVectors.load_word2vec_format(str(tmp_path / "out" / "vectors.txt")),
        KeyedVectors.load(str(tmp_path / "out" / "vectors.kv")),
    ):
        assert found.index_to_key == model.wv.index_to_key
        np.testing.assert_allclose(found.vectors, model.wv.vectors, atol=1e-6)


def test_a_config_with_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("min_cout = 3\n", encoding="utf-8")
    assert "there is no setting 'min_cout': did you mean min_count?" in said(run("train", "--config", config, code=2))
    config.write_text("min_count = \n", encoding="utf-8")
    assert "is no TOML file" in said(run("train", "--config", config, code=3))
    config.write_text("corpus = 3\n", encoding="utf-8")
    assert "corpus = 3 cannot be used: give a list of strings" in said(run("train", "--config", config, code=2))


def test_gradient_descent(text: Path, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    run(
        "train", text, "--teacher", folder, *LITTLE, "-o", output, "--objective", "x2static", "--solver", "sgd", "--sample", "0",
        "--workers", "1", "--epochs", "2", "--compute-loss",
    )  # fmt: skip
    assert json.loads((output / SUMMARY).read_text(encoding="utf-8"))["loss"] > 0
    assert not (output / "checkpoint").exists()


def test_standard_input_is_the_corpus(trained: Path, folder: Path, tmp_path: Path) -> None:
    piped = tmp_path / "piped"
    arguments = ["train", "-", "--teacher", folder, *LITTLE, "-o", piped]
    result = run(*arguments, input="\n".join(LINES))
    assert "Standard input is copied to" in result.stderr
    assert (piped / "vectors.bin").read_bytes() == (trained / "vectors.bin").read_bytes()
    assert not (piped / "checkpoint").exists()
    assert "is finished already" in said(run(*arguments, input="\n".join(LINES)))
    assert "the corpus has changed since" in said(run(*arguments, input="Another text.\n", code=3))


def test_json_is_all_that_comes_on_standard_output(text: Path, folder: Path, tmp_path: Path) -> None:
    result = run("train", text, "--teacher", folder, *LITTLE, "-o", tmp_path / "out", "--json")
    *progress, last = map(json.loads, result.stdout.splitlines())
    stages = {event["stage"] for event in progress}
    assert {"Vocabulary", "Teacher", "Words alone"} <= stages
    assert {event["event"] for event in progress} == {"progress"}
    done = [event for event in progress if event["stage"] == "Teacher"][-1]
    assert done["done"] == done["total"] == len(LINES) and done["per_second"] > 0 and done["seconds_left"] == 0
    assert last["event"] == "result" and last["vectors"]["words"] == len(vectors_in(tmp_path / "out"))
    again = run("train", text, "--teacher", folder, *LITTLE, "-o", tmp_path / "out", "--json", "--quiet")
    assert json.loads(again.stdout) == last


# --- what is there already ---------------------------------------------------------------------


def test_a_finished_result_is_left_alone(trained: Path, text: Path, folder: Path) -> None:
    arguments = ["train", text, "--teacher", folder, *LITTLE, "-o", trained]
    before = (trained / SUMMARY).read_bytes()
    assert "is finished already" in said(run(*arguments))
    refused = said(run(*arguments, "--seed", "5", code=3))
    assert "other settings, seed (1 there, 5 now)" in refused and "--overwrite" in refused
    assert (trained / SUMMARY).read_bytes() == before
    write(text, *LINES, "One more.")
    assert "the corpus has changed since" in said(run(*arguments, code=3))
    run(*arguments, "--overwrite", "--seed", "5")
    assert read_toml(trained / SETTINGS)["seed"] == 5
    assert "more" in vectors_in(trained)


def test_folders_of_others_are_left_alone(text: Path, folder: Path, tmp_path: Path) -> None:
    diary = write(tmp_path / "home" / "diary.txt", "Dear diary")
    arguments = ["train", text, "--teacher", folder, *LITTLE, "-o"]
    assert "holds other files, such as 'diary.txt'" in said(run(*arguments, diary.parent, code=3))
    assert "is a file" in said(run(*arguments, diary, code=3))
    run(*arguments, diary.parent, "--overwrite")
    assert diary.read_text(encoding="utf-8") == "Dear diary\n"


def test_a_bad_teacher_or_setting_leaves_one_sentence(text: Path, tmp_path: Path) -> None:
    result = run("train", text, "--teacher", tmp_path / "none", "-o", tmp_path / "out", code=3)
    assert "there is no such folder" in said(result) and len(said(result).splitlines()) == 1


# --- interruptions -----------------------------------------------------------------------------

# A function for --key that interrupts the program, as Ctrl-C does, while the teacher reads.
KEY = """
import os, pathlib, signal

calls = 0

def key(word):
    global calls
    calls += 1
    if calls == {at} and not pathlib.Path("resume").exists():
        os.kill(os.getpid(), signal.{signal})
    return word.lower()
"""


@pytest.fixture
def interrupting(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Give a command that a signal interrupts in the middle of the corpus, until there is a file resume."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def command(name: str) -> list[str]:
        text = write(tmp_path / "corpus.txt", *(f"{line} {number}" for number in range(30) for line in LINES))
        words = len(text.read_text(encoding="utf-8").split())
        module = f"interrupting_{name.lower()}"
        (tmp_path / f"{module}.py").write_text(KEY.format(at=words + words // 2, signal=name), encoding="utf-8")
        # Small batches, so that much has been read when the signal comes.
        options = ["--teacher", str(folder), *LITTLE, "--key", f"{module}:key", "--batch-tokens", "16"]
        return ["train", "corpus.txt", *options, "-o"]

    return command


def test_ctrl_c_leaves_a_checkpoint_from_which_the_same_command_goes_on(
    interrupting: Callable[[str], list[str]], tmp_path: Path
) -> None:
    command = interrupting("SIGINT")
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "gensim_distill", *command, "out"],
        env=environment,
        capture_output=True,
        text=True,
        # A shell has those that it runs in the background ignore Ctrl-C, and their children inherit it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert done.returncode == 130, done.stderr
    assert "to go on from there, give the same command again" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    kept = run_json("info", "out")
    assert kept["finished"] is False and 0 < kept["checkpoint"]["texts"] < 150

    (tmp_path / "resume").touch()
    result = run(*command, "out")
    assert f"Going on after {kept['checkpoint']['texts']:,} texts" in result.stderr
    assert not (tmp_path / "out" / "checkpoint").exists()
    run(*command, "undisturbed")
    assert (tmp_path / "out" / "vectors.bin").read_bytes() == (tmp_path / "undisturbed" / "vectors.bin").read_bytes()


def test_sigterm_leaves_a_checkpoint_too(interrupting: Callable[[str], list[str]], tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    said_last = said(run(*interrupting("SIGTERM"), "out", code=143)).splitlines()[-1]
    assert "to go on from there, give the same command again" in said_last
    assert run_json("info", "out")["checkpoint"]["texts"] > 0
    assert signal.getsignal(signal.SIGTERM) is before


# --- looking at the result ---------------------------------------------------------------------


def test_info_tells_what_is_in_each_file(trained: Path, folder: Path) -> None:
    about = run_json("info", trained)
    assert about["vectors"]["words"] == len(vectors_in(trained))
    assert about["settings"]["teacher"] == str(folder)
    assert run_json("info", trained / "vectors.bin")["kind"] == "word vectors"
    teacher = run_json("info", folder)
    assert (teacher["width"], teacher["layers"], teacher["type"]) == (32, 4, "bert")
    model = trained / "model" / "distilled.model"
    assert "pickle" in run_json("info", model)["kind"]
    assert run_json("info", model, "--unpickle")["trainings"] == 1
    assert run_json("info", f"{model}.moments.safetensors")["kind"] == "statistics of a model, needed to train on"
    assert "rarest word occurs" in run("info", trained).stdout
    assert "of no kind that is known" in said(run("info", trained / "model", code=3))


def test_neighbors_of_words_and_of_sums(trained: Path) -> None:
    wv = vectors_in(trained)
    found = run_json("neighbors", trained, "dog", "cat", "-n", "2")["queries"]
    assert [query["query"] for query in found] == ["dog", "cat"]
    assert [near["word"] for near in found[0]["neighbors"]] == [word for word, _ in wv.most_similar("dog", topn=2)]
    (found,) = run_json("neighbors", trained, "dog", "-", "dogs", "+", "cats")["queries"]
    expected = wv.most_similar(positive=["dog", "cats"], negative=["dogs"])
    assert [near["word"] for near in found["neighbors"]] == [word for word, _ in expected]
    assert "similarity" in run("neighbors", trained, "dog - dogs + cats").stdout
    unpickled = run_json("neighbors", trained, "dog", "-n", "2", "--unpickle")["queries"]
    assert [near["word"] for near in unpickled[0]["neighbors"]] == [word for word, _ in wv.most_similar("dog", topn=2)]


def test_unknown_words_are_named_with_those_nearest_in_spelling(trained: Path) -> None:
    text = said(run("neighbors", trained, "Sleep", "fox", "zzz", code=3))
    assert "'Sleep' (nearest in spelling: sleeps), 'zzz' are not among" in text


def test_evaluate_and_compare_agree_with_the_library(trained: Path, folder: Path, tmp_path: Path) -> None:
    from gensim_distill.evaluation import compare

    pairs = write(tmp_path / "pairs.tsv", "dog\tcat\t8", "fox\tday\t1", "hens\tcats\t5", "dog\tnone\t3")
    options = ["--similarity", pairs, "--analogies", "none", "--no-geometry"]
    (scores,) = run_json("evaluate", trained, *options)["models"].values()
    expected = compare({"a": vectors_in(trained)}, similarity=[pairs], analogies=[], geometry=False)
    assert scores["scores"]["pairs"]["value"] == expected.scores["a"]["pairs"].value
    assert scores["scores"]["pairs"]["used"] == 3
    plot = tmp_path / "scores.svg"
    models = [f"ours={trained}", trained / "vectors.bin", f"teacher={folder}"]
    result = run("compare", *models, *options, "--markdown", "--plot", plot)
    assert result.stdout.startswith("|  | ours | vectors | teacher |\n| --- | ---: | ---: | ---: |\n")
    assert plot.read_text(encoding="utf-8").startswith("<?xml")
    table = run("compare", *models, *options).stdout
    assert "pairs" in table and "All models are judged on the" in table
    assert (
        "cannot be drawn"
        in said(run("compare", *models, *options, "--plot", tmp_path / "x.docx", code=3)).splitlines()[-1]
    )


# --- foretelling -------------------------------------------------------------------------------


def test_estimate_of_all_texts_knows_the_vocabulary(text: Path, folder: Path, trained: Path) -> None:
    about = run_json("estimate", text, "--teacher", folder, *LITTLE, "--count-texts", "0", "--probe-seconds", "0.1")
    words = len(vectors_in(trained))
    assert about["corpus"]["vocabulary"] == {"low": words, "high": words}
    assert about["corpus"]["share_counted"] == 1
    assert about["corpus"]["texts"]["low"] == len(LINES)
    for part in ("time", "memory", "disk"):
        for value in about[part].values():
            assert 0 <= value["low"] <= value["high"]
    size = sum(file.stat().st_size for file in trained.rglob("*") if file.suffix != ".toml")
    assert about["disk"]["result"]["high"] == pytest.approx(size, rel=0.5)
    shown = run("estimate", text, "--teacher", folder, *LITTLE, "--probe-seconds", "0.1").stdout
    assert "from - to" in shown and "This supposes that:" in shown


def test_a_sample_of_a_corpus_is_from_all_of_it_and_knows_its_share(tmp_path: Path) -> None:
    from gensim_distill.cli.corpus_files import Corpus, TextFiles

    files = [
        write(tmp_path / f"{number}.txt", *(f"text {number} {line:05} {100 * '.'}" for line in range(10_000)))
        for number in range(4)
    ]
    sample = draw(Corpus([TextFiles(files)]), 8_000)
    assert len(sample.texts) == 8_000
    assert {text.split()[1] for text in sample.texts} == {"0", "1", "2", "3"}
    assert sample.share == pytest.approx(0.2, rel=0.1)
    assert draw(Corpus([TextFiles(files)]), 1_000_000).share == 1


def test_a_vocabulary_is_foretold_by_heaps_law() -> None:
    def vocabulary(words: float) -> int:
        return round(10 * words**0.6)

    foretold = grown(vocabulary(10_000), vocabulary(5_000), share=0.01)
    assert foretold.low < vocabulary(1_000_000)
    assert foretold.high == pytest.approx(vocabulary(1_000_000), rel=0.02)
    assert Range(1, 2) + Range(1, 1) * 2 == Range(3, 4)


def test_further_formats_are_written_by_the_exports(
    text: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(source: DistilledWord2Vec, path: Path, format: str, *, overwrite: bool) -> None:
        Path(path).write_text(f"{format} of {len(source.wv)} words", encoding="utf-8")

    exports = types.ModuleType("gensim_distill.exports")
    exporters = {"glove": types.SimpleNamespace(folder=False, suffix=".txt")}
    exports.EXPORTERS, exports.export = exporters, export  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, exports.__name__, exports)
    output = tmp_path / "out"
    run("train", text, "--teacher", folder, *LITTLE, "-o", output, "--formats", "glove,word2vec")
    assert (output / "glove.txt").read_text(encoding="utf-8") == f"glove of {len(vectors_in(output))} words"
    assert "glove.txt" in json.loads((output / SUMMARY).read_text(encoding="utf-8"))["files"]
    assert (output / "vectors.txt").is_file()


def test_a_training_tells_others_of_itself_without_being_unpickled(trained: Path, folder: Path) -> None:
    source = load_source(str(trained))
    assert len(source.wv) == len(vectors_in(trained))
    assert (source.corpus_count, source.min_count, source.teacher_name) == (len(LINES), 1, str(folder))
    assert any("retains" in str(event.get("msg")) for event in source.lifecycle_events)


# --- what a report says of a training ------------------------------------------------------------


def test_a_report_of_the_folder_says_what_one_of_the_model_does(trained: Path) -> None:
    from gensim_distill.cli.inputs import DistilledVectors, load_model
    from gensim_distill.report.provenance import facts_of
    from gensim_distill.report.word_map import word_map

    folder, model = DistilledVectors(trained), load_model(trained)
    found = word_map(model.wv)
    of_folder, of_model = facts_of(folder, folder.wv, found), facts_of(model, model.wv, found)
    assert of_folder.teacher == of_model.teacher and len(of_folder.teacher) == 3
    assert of_folder.went_in == of_model.went_in
    assert of_folder.left_out == of_model.left_out
    said = {fact.what: fact for fact in of_folder.settings}
    assert said["objective"].value == "hybrid" and said["solver"].value == "one-pass"
    assert "With gensim 4" in said["Made"].why
