"""``gensim-distill train``: results, settings, existing folders, interruptions."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import LITTLE, messages, run, run_json, write_lines
from gensim.models import KeyedVectors
from platforms import needs_signals

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.cli.run_config import read_toml

SUMMARY, SETTINGS = "training.json", "settings.toml"


def vectors_in(output: Path) -> KeyedVectors:
    return KeyedVectors.load_word2vec_format(
        str(output / "vectors.bin"), fvocab=str(output / "vocabulary.txt"), binary=True
    )


def test_warnings_name_options(folder: Path, lines: list[str], tmp_path: Path) -> None:
    corpus = write_lines(tmp_path / "corpus.txt", *lines)
    said = messages(run("train", corpus, "--teacher", folder, "--min-count", 5, "--output", tmp_path / "out"))
    assert "--min-count 5 ignores" in said
    assert "of the corpus: lower --min-count, or add more text." in said
    assert "min_count" not in said


def test_vectors_are_those_of_the_class(trained: Path, folder: Path, lines: list[str]) -> None:
    model = DistilledWord2Vec(lines, teacher=folder, min_count=1, contexts_per_word=None)
    found = vectors_in(trained)
    assert found.index_to_key == model.wv.index_to_key
    np.testing.assert_array_equal(found.vectors, model.wv.vectors)
    assert found.get_vecattr("the", "count") == 7
    assert sorted(path.name for path in trained.iterdir()) == [
        "model", SETTINGS, "text-encoder", SUMMARY, "vectors.bin", "vocabulary.txt",
    ]  # fmt: skip
    again = DistilledWord2Vec.load(str(trained / "model" / "distilled.model"))
    again.build_vocab(["A new day."], update=True)
    again.train(["A new day."], total_examples=1, epochs=1)
    assert "day" in again.wv


def test_summary(trained: Path, lines: list[str]) -> None:
    summary = json.loads((trained / SUMMARY).read_text(encoding="utf-8"))
    assert summary["corpus"]["documents"] == len(lines)
    assert summary["corpus"]["files"] == 1
    assert summary["vectors"]["words"] == len(vectors_in(trained))
    assert summary["teacher"]["width"] == 32
    assert summary["files"] == ["vectors.bin", "vocabulary.txt", "model", "text-encoder"]


def test_settings_repeat_a_training_and_options_take_precedence(trained: Path, tmp_path: Path) -> None:
    settings = trained / SETTINGS
    same, other = tmp_path / "same", tmp_path / "other"
    run("train", "--config", settings, "-o", same)
    assert read_toml(same / SETTINGS) == read_toml(settings)
    assert (same / "vectors.bin").read_bytes() == (trained / "vectors.bin").read_bytes()
    run("train", "--config", settings, "-o", other, "--vector-size", "8", "--seed", "3")
    assert vectors_in(other).vector_size == 8
    assert read_toml(other / SETTINGS) == read_toml(settings) | {"vector_size": 8, "seed": 3}


def test_settings_reach_the_constructor(text_file: Path, folder: Path, tmp_path: Path, lines: list[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f"corpus = {json.dumps(str(text_file))}\nteacher = {json.dumps(str(folder))}\noutput = {json.dumps(str(tmp_path / 'out'))}\n"
        'min-count = 2\nobjective = "aggregate"\nlayers = [0, -1]\nformats = ["word2vec", "kv"]\nkey = "builtins:str.upper"\n',
        encoding="utf-8",
    )
    result = run("train", "--config", config, "--contexts-per-word", "3", "--dtype", "float32")
    model = DistilledWord2Vec(
        lines, teacher=folder, min_count=2, objective="aggregate", layers=[0, -1], reader=TextReader(key=str.upper), contexts_per_word=3,
        dtype="float32",
    )  # fmt: skip
    n_words = len({word for line in lines for word in model.reader.keys(line)})
    ignored = n_words - len(model.wv)
    assert re.search(
        rf"Wrote vectors of {len(model.wv)} words, with \d+ dimensions, from 5 documents to '.*' \([\d.]+ MB\)\.",
        result.stderr,
    )
    assert f"Ignored {ignored} words with fewer than 2 occurrences (--min-count)." in result.stderr
    summary = json.loads((tmp_path / "out" / SUMMARY).read_text(encoding="utf-8"))
    assert ignored and summary["vectors"]["ignored_words"] == ignored
    for found in (
        vectors_in(tmp_path / "out"),
        KeyedVectors.load_word2vec_format(str(tmp_path / "out" / "vectors.txt")),
        KeyedVectors.load(str(tmp_path / "out" / "vectors.kv")),
    ):
        assert found.index_to_key == model.wv.index_to_key
        np.testing.assert_allclose(found.vectors, model.wv.vectors, atol=1e-6)


def test_invalid_settings_raise(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("min_cout = 3\n", encoding="utf-8")
    assert "there is no setting 'min_cout': did you mean min_count?" in messages(
        run("train", "--config", config, code=2)
    )
    config.write_text("min_count = \n", encoding="utf-8")
    assert "is not a valid TOML file" in messages(run("train", "--config", config, code=3))
    config.write_text("corpus = 3\n", encoding="utf-8")
    assert "corpus = 3 is invalid: expected a list of strings" in messages(run("train", "--config", config, code=2))


def test_gradient_descent(text_file: Path, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    run(
        "train", text_file, "--teacher", folder, *LITTLE, "-o", output, "--objective", "x2static", "--solver", "sgd", "--sample", "0",
        "--workers", "1", "--epochs", "2", "--compute-loss",
    )  # fmt: skip
    assert json.loads((output / SUMMARY).read_text(encoding="utf-8"))["loss"] > 0
    assert not (output / "checkpoint").exists()


def test_corpus_from_standard_input(trained: Path, folder: Path, tmp_path: Path, lines: list[str]) -> None:
    piped = tmp_path / "piped"
    arguments = ["train", "-", "--teacher", folder, *LITTLE, "-o", piped]
    result = run(*arguments, input="\n".join(lines))
    assert "Copying standard input to" in result.stderr
    assert (piped / "vectors.bin").read_bytes() == (trained / "vectors.bin").read_bytes()
    assert not (piped / "checkpoint").exists()
    assert "is finished already" in messages(run(*arguments, input="\n".join(lines)))
    assert "the corpus has changed since" in messages(run(*arguments, input="Another text.\n", code=3))


def test_json_events(text_file: Path, folder: Path, tmp_path: Path, lines: list[str]) -> None:
    result = run("train", text_file, "--teacher", folder, *LITTLE, "-o", tmp_path / "out", "--json")
    *progress, last = map(json.loads, result.stdout.splitlines())
    stages = {event["stage"] for event in progress}
    assert {"Vocabulary", "Teacher", "Isolated words"} <= stages
    assert {event["event"] for event in progress} == {"progress"}
    done = [event for event in progress if event["stage"] == "Teacher"][-1]
    assert done["done"] == done["total"] == len(lines) and done["per_second"] > 0 and done["seconds_left"] == 0
    assert last["event"] == "result" and last["vectors"]["words"] == len(vectors_in(tmp_path / "out"))
    again = run("train", text_file, "--teacher", folder, *LITTLE, "-o", tmp_path / "out", "--json", "--quiet")
    assert json.loads(again.stdout) == last


# --- existing folders --------------------------------------------------------------------------


def test_a_finished_result_is_not_replaced(trained: Path, text_file: Path, folder: Path, lines: list[str]) -> None:
    arguments = ["train", text_file, "--teacher", folder, *LITTLE, "-o", trained]
    before = (trained / SUMMARY).read_bytes()
    assert "is finished already" in messages(run(*arguments))
    message = messages(run(*arguments, "--seed", "5", code=3))
    assert "other settings, seed (1 there, 5 now)" in message and "--overwrite" in message
    assert (trained / SUMMARY).read_bytes() == before
    write_lines(text_file, *lines, "One more.")
    assert "the corpus has changed since" in messages(run(*arguments, code=3))
    run(*arguments, "--overwrite", "--seed", "5")
    assert read_toml(trained / SETTINGS)["seed"] == 5
    assert "more" in vectors_in(trained)


def test_other_folders_are_not_written_to(text_file: Path, folder: Path, tmp_path: Path) -> None:
    diary = write_lines(tmp_path / "home" / "diary.txt", "Dear diary")
    arguments = ["train", text_file, "--teacher", folder, *LITTLE, "-o"]
    assert "contains other files, such as 'diary.txt'" in messages(run(*arguments, diary.parent, code=3))
    assert "is a file" in messages(run(*arguments, diary, code=3))
    run(*arguments, diary.parent, "--overwrite")
    assert diary.read_text(encoding="utf-8") == "Dear diary\n"


def test_an_unknown_teacher_is_one_sentence(text_file: Path, tmp_path: Path) -> None:
    result = run("train", text_file, "--teacher", tmp_path / "none", "-o", tmp_path / "out", code=3)
    assert "there is no such folder" in messages(result) and len(messages(result).splitlines()) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--solver", "sgd"], "--solver sgd"),
        (["--vector-size", "0"], "--vector-size 0"),
        (["--contexts-per-word", "-1"], "--contexts-per-word -1"),
    ],
)
def test_errors_of_the_model_name_options(
    options: list[str], message: str, text_file: Path, folder: Path, tmp_path: Path
) -> None:
    error = messages(run("train", text_file, "--teacher", folder, *options, "-o", tmp_path / "out", code=3))
    assert message in error and "=" not in error


# --- interruptions -----------------------------------------------------------------------------

# A function for --word-splitter that sends a signal to the process while the teacher reads.
SPLITTER = """
import os, pathlib, signal
from gensim_distill.corpus.splitting import split_words

calls = 0

def split(text):
    global calls
    calls += 1
    if calls == {at} and not pathlib.Path("resume").exists():
        os.kill(os.getpid(), signal.{signal})
    return split_words(text)
"""


@pytest.fixture
def interrupting(
    folder: Path, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], list[str]]]:
    """Return commands that a signal interrupts in the middle of the corpus, unless there is a file named resume."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    # Programs that were started in the background, or by nohup, ignore these.
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGHUP")]
    ignored = [number for number in numbers if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    def command(name: str) -> list[str]:
        text = write_lines(tmp_path / "corpus.txt", *(f"{line} {number}" for number in range(30) for line in lines))
        documents = len(text.read_text(encoding="utf-8").splitlines())
        module = f"interrupting_{name.lower()}"
        (tmp_path / f"{module}.py").write_text(
            SPLITTER.format(at=documents + documents * 9 // 10, signal=name), encoding="utf-8"
        )
        monkeypatch.delitem(sys.modules, module, raising=False)  # of another test, which has counted already
        # Small batches, so that the checkpoint has documents when the signal comes.
        options = ["--teacher", str(folder), *LITTLE, "--word-splitter", f"{module}:split", "--batch-tokens", "16"]
        return ["train", "corpus.txt", *options, "-o"]

    yield command
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@needs_signals
def test_ctrl_c_leaves_a_checkpoint_that_resumes(interrupting: Callable[[str], list[str]], tmp_path: Path) -> None:
    command = interrupting("SIGINT")
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "gensim_distill", *command, "out"],
        env=environment,
        capture_output=True,
        text=True,
        # Background processes of a shell ignore Ctrl-C, and their children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert done.returncode == 130, done.stderr
    assert "to resume, run the same command again" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    kept = run_json("info", "out")
    assert kept["finished"] is False and 0 < kept["checkpoint"]["documents"] < 150

    (tmp_path / "resume").touch()
    result = run(*command, "out")
    assert f"Found a checkpoint of {kept['checkpoint']['documents']:,} documents" in result.stderr
    assert not (tmp_path / "out" / "checkpoint").exists()
    run(*command, "undisturbed")
    assert (tmp_path / "out" / "vectors.bin").read_bytes() == (tmp_path / "undisturbed" / "vectors.bin").read_bytes()


@needs_signals
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_signals_leave_a_checkpoint(
    name: str, code: int, interrupting: Callable[[str], list[str]], tmp_path: Path
) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    last = messages(run(*interrupting(name), "out", code=code)).splitlines()[-1]
    assert "to resume, run the same command again" in last
    assert run_json("info", "out")["checkpoint"]["documents"] > 0
    assert signal.getsignal(number) is before


@needs_signals
def test_an_interruption_counts_documents_as_the_progress_does(
    interrupting: Callable[[str], list[str]], tmp_path: Path
) -> None:
    result = run(*interrupting("SIGINT"), "out", "--json", code=130)
    stages = [json.loads(line) for line in result.stdout.splitlines()]
    done = [event["done"] for event in stages if event["stage"] == "Teacher"][-1]
    documents = run_json("info", "out")["checkpoint"]["documents"]
    assert f"has {documents:,} documents" in messages(result).splitlines()[-1]
    assert documents == done and 0 < done < 150


def test_loading_the_teacher_is_reported_at_once(text_file: Path, tmp_path: Path) -> None:
    result = run("train", text_file, "--teacher", tmp_path / "none", "-o", tmp_path / "out", code=3)
    assert messages(result).splitlines()[0] == f"Loading the teacher {tmp_path / 'none'} ..."


@needs_signals
def test_an_ignored_signal_stays_ignored(interrupting: Callable[[str], list[str]], tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        run(*interrupting("SIGHUP"), "out")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert run_json("info", "out")["finished"]


def test_ctrl_c_during_imports_prints_no_traceback() -> None:
    code = (
        "import importlib, gensim_distill.cli as cli\n"
        "def interrupted(*names): raise KeyboardInterrupt\n"
        "cli._prepare_streams = interrupted\n"
        "cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "gensim-distill: interrupted.\n")


@needs_signals
def test_overwriting_keeps_the_old_result_until_there_is_a_new_one(
    interrupting: Callable[[str], list[str]], trained: Path, tmp_path: Path
) -> None:
    before = {name: (trained / name).read_bytes() for name in (SUMMARY, SETTINGS)}
    command = [*interrupting("SIGINT"), trained, "--overwrite"]
    run(*command, "--min-count", "1000", code=3)
    splitter: Any = sys.modules["interrupting_sigint"]
    splitter.calls = 0
    run(*command, "--batch-tokens", "100000", code=130)  # before the first checkpoint
    assert {name: (trained / name).read_bytes() for name in before} == before
    assert run_json("info", trained)["finished"]
    splitter.calls = 0
    last = messages(run(*command, code=130)).splitlines()[-1]
    assert last.endswith("to resume, run the same command without --overwrite.")
    assert run_json("info", trained)["finished"] is False
    (tmp_path / "resume").touch()
    assert "Found a checkpoint of" in run(*command[:-1]).stderr


def test_formats(text_file: Path, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    run("train", text_file, "--teacher", folder, *LITTLE, "-o", output, "--formats", "glove,word2vec")
    expected = vectors_in(output)
    assert json.loads((output / SUMMARY).read_text(encoding="utf-8"))["files"][-1] == "glove.txt"
    for found in (
        KeyedVectors.load_word2vec_format(str(output / "glove.txt"), no_header=True),
        KeyedVectors.load_word2vec_format(str(output / "vectors.txt")),
    ):
        assert found.index_to_key == expected.index_to_key
        np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-5)
