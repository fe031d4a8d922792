"""The output folder of ``gensim-distill train`` is taken wherever Python or a command takes vectors, as is the hub."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
from cli_runner import messages, run, run_json
from local_hub import TOKEN, Hub

from gensim_distill import DistilledVectors, DistilledWord2Vec
from gensim_distill.encoding import TextEncoder, TextIndex
from gensim_distill.evaluation import compare, encoder_of
from gensim_distill.exports import export, push_to_hub
from gensim_distill.vectors import load_vectors
from gensim_distill.vectors.keyed import word_counts

NAME = "somebody/animals"
TEXTS = ["The quick fox.", "foxhens", ""]
PLACES = [
    "", "model", "vectors.bin", "vocabulary.txt", "settings.toml", "training.json", "model/distilled.model",
    "model/distilled.model.moments.safetensors", "text-encoder", "text-encoder/encoder.json",
    "text-encoder/encoder.safetensors",
]  # fmt: skip


@pytest.fixture(scope="module")
def model(trained_once: Path) -> DistilledWord2Vec:
    """Return the model of the training."""
    loaded: DistilledWord2Vec = DistilledWord2Vec.load(str(trained_once / "model" / "distilled.model"))
    return loaded


@pytest.mark.parametrize("place", PLACES)
def test_every_file_of_a_training_stands_for_it(place: str, trained_once: Path, model: DistilledWord2Vec) -> None:
    path = trained_once / place
    vectors = load_vectors(path)
    assert vectors.index_to_key == model.wv.index_to_key
    np.testing.assert_array_equal(vectors.vectors, model.wv.vectors)
    np.testing.assert_array_equal(word_counts(vectors), model.wv.expandos["count"])
    np.testing.assert_array_equal(word_counts(load_vectors(str(path), limit=3)), model.wv.expandos["count"][:3])
    np.testing.assert_array_equal(TextEncoder.load(path).encode(TEXTS), model.encode(TEXTS))
    np.testing.assert_array_equal(DistilledVectors(path).encode(TEXTS), model.encode(TEXTS))
    run("neighbors", path, "fox", "--quiet")


def test_relative_paths_of_a_training(trained_once: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, name in ((trained_once, "."), (trained_once / "model", "."), (trained_once.parent, "out/model/")):
        monkeypatch.chdir(place)
        assert "fox" in load_vectors(name).key_to_index


def test_the_settings_of_other_programs_are_no_training(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[tool]\nname = "x"\n', encoding="utf-8")
    (tmp_path / "model").mkdir()
    for path in (tmp_path, tmp_path / "model"):
        with pytest.raises(FileNotFoundError, match="is a folder without word vectors: expected the output folder of"):
            load_vectors(path)


def test_the_folder_around_a_training_names_it(trained_once: Path) -> None:
    with pytest.raises(FileNotFoundError, match=rf"that of a training is in it, '{trained_once}'"):
        load_vectors(trained_once.parent)


def test_an_unfinished_training_and_damaged_counts_raise(trained_once: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(trained_once, tmp_path / "copy")
    (folder / "training.json").unlink()
    for path in (folder, folder / "model"):
        with pytest.raises(ValueError, match="is not finished: run `gensim-distill train --config"):
            load_vectors(path)
    (folder / "settings.toml").unlink()  # vectors that were copied alone
    assert word_counts(load_vectors(folder)) is not None
    (folder / "vocabulary.txt").write_text("fox 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1 was expected to be 'the' and its count: copy the whole folder"):
        load_vectors(folder)


def test_exports_and_their_cards_know_the_training(
    trained_once: Path, model: DistilledWord2Vec, tmp_path: Path
) -> None:
    cards = []
    for name, source in (("folder", trained_once), ("model", model)):
        path = export(source, tmp_path / name / "v", "sentence-transformers")
        cards.append((path / "README.md").read_text(encoding="utf-8"))
        weights = "0_StaticEmbedding/model.safetensors"
    assert (tmp_path / "folder" / "v" / weights).read_bytes() == (tmp_path / "model" / "v" / weights).read_bytes()
    for line in ("| made by | DistilledWord2Vec |", "| teacher | tiny-bert |", "| documents in the corpus | 5 |"):
        assert line in cards[0] and line in cards[1]


def test_evaluation_encodes_texts_as_the_model(trained_once: Path, model: DistilledWord2Vec) -> None:
    np.testing.assert_array_equal(encoder_of(trained_once).encode(TEXTS), model.encode(TEXTS))
    np.testing.assert_array_equal(encoder_of(trained_once / "text-encoder").encode(TEXTS), model.encode(TEXTS))
    texts = [f"{word} {other}" for word in ("fox", "dog", "cat") for other in ("the", "and", "a", "lazy")]
    data = {"classification": {"animals": (texts, [text[:3] for text in texts])}}
    table = compare({"folder": trained_once, "model": model}, similarity=(), analogies=(), seed=1, **data)
    assert table.scores["folder"] == table.scores["model"]


def test_an_index_is_built_and_loaded_with_the_path_of_its_encoder(trained_once: Path, tmp_path: Path) -> None:
    TextIndex.build(tmp_path / "index", trained_once, ["the fox", "a dog"])
    assert TextIndex.load(tmp_path / "index", trained_once / "model").search("dog", 1)[0][0] == 1
    with pytest.raises(FileNotFoundError, match="contains no text encoder"):
        TextIndex(tmp_path, ["the fox"])


def test_a_vectorizer_takes_the_learned_rows_of_a_folder(
    trained_once: Path, model: DistilledWord2Vec, tmp_path: Path
) -> None:
    from gensim_distill.vectorizer import DistilledVectorizer

    DistilledVectors(model).save_pretrained(tmp_path / "saved")
    own = DistilledVectorizer(model=model).fit(TEXTS)
    sources = (trained_once, trained_once / "model", str(tmp_path / "saved"), DistilledVectors(trained_once))
    for source in sources:
        same = DistilledVectorizer(model=source).fit(TEXTS)
        np.testing.assert_array_equal(same.transform(TEXTS), own.transform(TEXTS))
        sif = DistilledVectorizer(model=source, weighting="sif").fit(TEXTS)
        np.testing.assert_array_equal(
            sif.transform(TEXTS), DistilledVectorizer(model=model, weighting="sif").fit(TEXTS).transform(TEXTS)
        )


# --- the hub -------------------------------------------------------------------------------------


def test_commands_load_what_was_pushed(
    hub: Hub, trained_once: Path, model: DistilledWord2Vec, text_file: Path, tmp_path: Path
) -> None:
    DistilledVectors(trained_once).push_to_hub(NAME, token=TOKEN)
    source = f"hub:{NAME}"
    assert run_json("info", source)["kind"] == "word vectors and text encoder"
    assert run_json("neighbors", source, "fox") == run_json("neighbors", trained_once, "fox")
    for place in (source, trained_once):
        run("encode", text_file, "-m", place, "-o", tmp_path / "texts.npy", "--overwrite", "--quiet")
        vectors = np.load(tmp_path / "texts.npy")
        np.testing.assert_array_equal(vectors, model.encode(text_file.read_text(encoding="utf-8").splitlines()))
    run("export", f"{source}@main", tmp_path / "copy", "-f", "gensim-distill", "--quiet")
    np.testing.assert_array_equal(DistilledVectors(tmp_path / "copy").encode(TEXTS), model.encode(TEXTS))
    assert "animals" in run("evaluate", source, "--analogies", "none", "--quiet").stdout
    found = run_json("search", text_file, "the lazy dog", "--model", source, "--top", 2)
    assert found == run_json("search", text_file, "the lazy dog", "--model", tmp_path / "copy", "--top", 2)


def test_no_command_asks_the_hub_without_the_prefix(hub: Hub) -> None:
    message = messages(run("neighbors", NAME, "fox", code=3))
    assert f"there is no such file or folder; for the repository on the Hugging Face hub use hub:{NAME}" in message
    assert "hub:" not in messages(run("neighbors", "./some/where", "fox", code=3))
    assert not hub.requests
    for name, error in (
        ("hub:somebody/nothing", "is neither a folder here nor a repository on http://127"),
        ("hub:nothing", "'nothing' is not a valid name of a repository: use 'owner/name'"),
        ("hub:../../etc/x", "is not a valid name of a repository"),
    ):
        assert error in messages(run("neighbors", name, "fox", code=3))


def test_the_folder_of_a_training_is_not_uploaded_as_it_is(hub: Hub, trained_once: Path) -> None:
    with pytest.raises(ValueError, match=r"is the output folder of a training.*use DistilledVectors\("):
        push_to_hub(trained_once, NAME, token=TOKEN)
    assert not hub.repositories


def test_counts_beside_the_text_format(trained_once: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = shutil.copytree(trained_once, tmp_path / "copy")
    load_vectors(folder).save_word2vec_format(str(folder / "vectors.txt"))
    with caplog.at_level(logging.WARNING):
        found = load_vectors(folder / "vectors.txt")
    np.testing.assert_array_equal(word_counts(found), word_counts(load_vectors(folder)))
    assert not caplog.records
