"""Vectors that are saved, published and loaded as at Hugging Face, with a local server in place of the hub."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from local_hub import TOKEN, Hub, set_offline

from gensim_distill import DistilledVectors, DistilledWord2Vec, TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.exports import export, push_to_hub
from gensim_distill.exports.provenance import provenance_of
from gensim_distill.exports.stored_vectors import StoredVectors
from gensim_distill.vectors import load_safetensors, load_vectors
from gensim_distill.vectors.keyed import keyed_vectors, word_counts

NAME = "somebody/animals"
TEXTS = ["The quick fox.", ["lazy", "dog"], "foxhens", "", "Unknown"]
FILES = {
    "README.md", "config.json", "vectors.safetensors", "vocabulary.json", "text-encoder/encoder.json",
    "text-encoder/encoder.safetensors",
}  # fmt: skip


@pytest.fixture
def vectors() -> DistilledVectors:
    """Return vectors of three words, with an encoder that has other rows, and pieces."""
    words = keyed_vectors(["fox", "new york", "dog"], np.eye(3, 4, dtype=np.float32), counts=[9, 5, 2])
    rows = np.arange(12, dtype=np.float32).reshape(3, 4) / 7
    encoder = TextEncoder(["dog", "fox", "quick"], rows, pieces=["h", "ens"], piece_table=rows[:2] + 1)
    return DistilledVectors(words, text_encoder=encoder)


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# --- folders -------------------------------------------------------------------------------------


def test_a_model_is_loaded_with_equal_vectors_of_words_and_texts(
    teacher: Any, corpus: list[list[str]], tmp_path: Path
) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=1, vector_size=8)
    DistilledVectors(model).save_pretrained(tmp_path / "v", license="mit", languages="en")
    assert files_of(tmp_path / "v") == {*FILES, ".gensim-distill.json"}
    loaded = DistilledVectors.from_pretrained(tmp_path / "v")
    assert loaded.wv.index_to_key == model.wv.index_to_key
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    np.testing.assert_array_equal(word_counts(loaded.wv), model.wv.expandos["count"])
    np.testing.assert_array_equal(loaded.encode(TEXTS), model.encode(TEXTS))
    assert loaded.text_encoder.settings == model.text_encoder.settings
    card = (tmp_path / "v" / "README.md").read_text(encoding="utf-8")
    assert "DistilledVectors.from_pretrained('v')" in card and "license: mit" in card
    assert "the rows whose means are the vectors of texts" in card
    # What is saved again has the same origin.
    loaded.save_pretrained(tmp_path / "again")
    again = DistilledVectors.from_pretrained(tmp_path / "again")
    assert provenance_of(again._source) == provenance_of(model)
    np.testing.assert_array_equal(again.encode(TEXTS), model.encode(TEXTS))


def test_the_parts_of_a_folder_are_loaded_by_their_own_functions(vectors: DistilledVectors, tmp_path: Path) -> None:
    vectors.save_pretrained(tmp_path / "v")
    for path in (tmp_path / "v", tmp_path / "v" / "vocabulary.json", tmp_path / "v" / "vectors.safetensors"):
        np.testing.assert_array_equal(load_vectors(path).vectors, vectors.wv.vectors)
        np.testing.assert_array_equal(TextEncoder.load(path).encode(TEXTS), vectors.encode(TEXTS))
    assert load_safetensors(tmp_path / "v").index_to_key == ["fox", "new york", "dog"]


def test_float16_and_reduced_exports_keep_the_text_encoder(vectors: DistilledVectors, tmp_path: Path) -> None:
    vectors.save_pretrained(tmp_path / "half", dtype="float16")
    half = DistilledVectors.from_pretrained(tmp_path / "half")
    assert half.encode(TEXTS).dtype == np.float32
    np.testing.assert_allclose(half.encode(TEXTS), vectors.encode(TEXTS), atol=2e-3)
    size = {name: (tmp_path / name / "vectors.safetensors").stat().st_size for name in ("half",)}
    vectors.save_pretrained(tmp_path / "whole")
    assert size["half"] < (tmp_path / "whole" / "vectors.safetensors").stat().st_size
    path = export(vectors, tmp_path / "small", "gensim-distill", dimensions=2, max_words=2, max_pieces=1)
    small = DistilledVectors.from_pretrained(path)
    assert small.wv.vectors.shape == (2, 2) and small.encode(["fox"]).shape == (1, 2)
    assert small.text_encoder.pieces == ["h"] and len(small.text_encoder.words) == 2
    with pytest.raises(ValueError, match="dtype='int8' is not supported by 'gensim-distill'"):
        vectors.save_pretrained(tmp_path / "int8", dtype="int8")
    with pytest.raises(TypeError, match="encoder= is of type object, where a TextEncoder was expected"):
        export(vectors, tmp_path / "x", "gensim-distill", encoder=object())  # type: ignore[arg-type]


def test_a_folder_is_replaced_only_with_overwrite(vectors: DistilledVectors, tmp_path: Path) -> None:
    vectors.save_pretrained(tmp_path / "v")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        vectors.save_pretrained(tmp_path / "v")
    vectors.save_pretrained(tmp_path / "v", overwrite=True)


def test_functions_of_the_reader_are_passed_again(tmp_path: Path) -> None:
    words = keyed_vectors(["FOX"], np.ones((1, 2), dtype=np.float32))
    reader = TextReader(key=str.upper)
    own = DistilledVectors(words, text_encoder=TextEncoder.of(words, reader=reader))
    own.save_pretrained(tmp_path / "v")
    loaded = DistilledVectors.from_pretrained(tmp_path / "v")
    assert loaded.wv.index_to_key == ["FOX"]
    with pytest.raises(ValueError, match=r"not stored: pass it again, as reader=TextReader\(...\)"):
        loaded.encode(["fox"])
    loaded = DistilledVectors.from_pretrained(tmp_path / "v", reader=reader)
    np.testing.assert_array_equal(loaded.encode(["fox"]), own.encode(["fox"]))


def test_loaded_vectors_do_not_depend_on_the_folder_any_more(
    vectors: DistilledVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    vectors.save_pretrained("v")
    loaded, stored = DistilledVectors("v"), StoredVectors("v")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    np.testing.assert_array_equal(stored.encode(TEXTS), vectors.encode(TEXTS))
    stored = StoredVectors(tmp_path / "v")
    shutil.rmtree(tmp_path / "v")
    np.testing.assert_array_equal(loaded.encode(TEXTS), vectors.encode(TEXTS))
    with pytest.raises(FileNotFoundError, match="contains no text encoder"):
        stored.encode(TEXTS)  # not by an encoder of the words


@pytest.mark.parametrize("name", ["encoder.json", "encoder.safetensors"])
def test_half_a_text_encoder_raises(name: str, vectors: DistilledVectors, tmp_path: Path) -> None:
    vectors.save_pretrained(tmp_path / "v")
    (tmp_path / "v" / "text-encoder" / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        DistilledVectors.from_pretrained(tmp_path / "v")


def test_a_damaged_description_does_not_prevent_loading(vectors: DistilledVectors, tmp_path: Path) -> None:
    vectors.save_pretrained(tmp_path / "v")
    config = tmp_path / "v" / "config.json"
    about = json.loads(config.read_text(encoding="utf-8"))
    wrong: list[Any] = [3, [], {**about, "provenance": {"teacher": ["x"]}}, {**about, "provenance": {"made_by": 1}}, {}]
    for content in (*map(json.dumps, wrong), "{", "[" * 100_000):
        config.write_text(content, encoding="utf-8")
        loaded = DistilledVectors.from_pretrained(tmp_path / "v")
        assert loaded.wv.index_to_key == ["fox", "new york", "dog"]
        assert provenance_of(loaded._source).made_by == "vectors read from v"


def test_invalid_parameters_raise(vectors: DistilledVectors, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="repo_id=, token= is for uploads: set push_to_hub=True"):
        vectors.save_pretrained(tmp_path / "v", repo_id=NAME, token=TOKEN)
    with pytest.raises(TypeError, match="text_encoder is a str, where a TextEncoder was expected"):
        DistilledVectors(vectors.wv, text_encoder="encoder")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="reader= is for paths"):
        DistilledVectors(vectors.wv, reader=TextReader())
    for missing in (tmp_path / "none", "./none", "none", "a/b/c", "/none/x", "../none", "~/none"):
        with pytest.raises(
            FileNotFoundError, match="there is no such file or folder, and it is not the name of a repos"
        ):
            DistilledVectors.from_pretrained(missing)


# --- the hub -------------------------------------------------------------------------------------


def test_what_was_pushed_is_loaded(hub: Hub, vectors: DistilledVectors) -> None:
    url = vectors.push_to_hub(NAME, private=True, token=TOKEN, commit_message="First vectors", license="mit")
    assert url.startswith(f"{hub.address}/{NAME}/commit/") and hub.private == {NAME: True}
    assert hub.messages == ["First vectors"]
    files = hub.repositories[NAME]
    assert set(files) == FILES
    assert f"from_pretrained('{NAME}')" in files["README.md"].decode()
    files["model.pkl"] = b"\x80\x04never downloaded"
    loaded = DistilledVectors.from_pretrained(NAME, token=TOKEN)
    np.testing.assert_array_equal(loaded.wv.vectors, vectors.wv.vectors)
    np.testing.assert_array_equal(loaded.encode(TEXTS), vectors.encode(TEXTS))
    assert not any("model.pkl" in request for request in hub.requests)


def test_an_export_of_word_vectors_alone_is_loaded(hub: Hub, vectors: DistilledVectors, tmp_path: Path) -> None:
    push_to_hub(export(vectors.wv, tmp_path / "v", "safetensors"), NAME, token=TOKEN)
    loaded = DistilledVectors.from_pretrained(NAME)
    np.testing.assert_array_equal(loaded.wv.vectors, vectors.wv.vectors)
    np.testing.assert_array_equal(loaded.encode(["fox"]), TextEncoder.of(vectors.wv).encode(["fox"]))


def test_saving_can_push_as_well(hub: Hub, vectors: DistilledVectors, tmp_path: Path) -> None:
    vectors.save_pretrained(tmp_path / "animals", push_to_hub=True, token=TOKEN)
    assert set(hub.repositories) == {NAME}  # under the account of the token
    assert (tmp_path / "animals" / "README.md").is_file()


def test_revisions_and_the_cache(hub: Hub, vectors: DistilledVectors, tmp_path: Path) -> None:
    vectors.push_to_hub(NAME, token=TOKEN, revision="v2")
    assert "v2" in hub.branches
    folder = tmp_path / "cache"
    DistilledVectors.from_pretrained(NAME, revision="v2", cache_dir=folder)
    assert hub.branches["v2"] in {path.name for path in folder.rglob("snapshots/*")}
    with pytest.raises(FileNotFoundError, match=r"'somebody/animals' on http://127.* has no such revision"):
        DistilledVectors.from_pretrained(NAME, revision="v3")
    hub.requests.clear()
    cached = DistilledVectors.from_pretrained(NAME, revision="v2", cache_dir=folder, local_files_only=True)
    assert cached.wv.index_to_key == vectors.wv.index_to_key and not hub.requests
    with pytest.raises(
        ConnectionError, match="is neither a folder here nor completely in the local Hugging Face cache"
    ):
        DistilledVectors.from_pretrained(NAME, local_files_only=True)
    assert not hub.requests


def test_a_local_path_comes_before_the_hub(
    hub: Hub, vectors: DistilledVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    vectors.save_pretrained(NAME)
    assert DistilledVectors.from_pretrained(NAME).wv.index_to_key == vectors.wv.index_to_key
    assert not hub.requests


def test_other_repositories_and_missing_ones_raise(hub: Hub, vectors: DistilledVectors) -> None:
    with pytest.raises(FileNotFoundError, match="is neither a folder here nor a repository on http://127"):
        DistilledVectors.from_pretrained("somebody/nothing")
    vectors.push_to_hub(NAME, private=True, token=TOKEN)
    with pytest.raises(FileNotFoundError, match="log in with `hf auth login`, or set HF_TOKEN"):
        DistilledVectors.from_pretrained(NAME, token="hf_wrong")
    hub.repositories[NAME] = {"README.md": b"a transformer", "model.safetensors": b""}
    with pytest.raises(FileNotFoundError, match=r"has no vectors\.safetensors: expected a repository to which"):
        DistilledVectors.from_pretrained(NAME, token=TOKEN)


def test_a_hub_that_is_not_reached_raises(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConnectionError, match="http://127.0.0.1:9 was not asked or not reached"):
        DistilledVectors.from_pretrained(NAME, endpoint="http://127.0.0.1:9")
    with pytest.raises(ValueError, match="The token has characters") as raised:
        DistilledVectors.from_pretrained(NAME, token="hf_\u00fc")
    assert "\u00fc" not in str(raised.value)
    set_offline(monkeypatch, True)
    with pytest.raises(ConnectionError, match="that downloads are allowed"):
        DistilledVectors.from_pretrained(NAME)


def test_a_damaged_download_raises(hub: Hub, vectors: DistilledVectors) -> None:
    vectors.push_to_hub(NAME, token=TOKEN)
    hub.repositories[NAME]["vectors.safetensors"] = b"<html>"
    with pytest.raises(ValueError, match="is damaged"):
        DistilledVectors.from_pretrained(NAME)
