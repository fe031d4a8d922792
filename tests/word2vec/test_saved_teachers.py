"""The teacher of a saved model: loaded again by its name, or assigned."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from saved_models import MORE, assert_same_vectors, distill, save_and_load, train_more
from tiny import tiny_bert
from trained_models import Sentences

from gensim_distill import DistilledWord2Vec, load_teacher


def test_teacher_in_a_folder_is_loaded_from_any_directory(
    corpus: Sentences, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    model = distill(corpus, folder.name)
    model.save(str(tmp_path / "model"))
    monkeypatch.chdir(tmp_path)
    assert_same_vectors(train_more(DistilledWord2Vec.load("model")), train_more(model))


def test_pair_loaded_from_a_folder_is_loaded_again(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    pair = (AutoModel.from_pretrained(folder, dtype=torch.float32), AutoTokenizer.from_pretrained(folder))
    model = distill(corpus, pair)
    assert_same_vectors(train_more(save_and_load(model, tmp_path)), train_more(model))


def test_loaded_teacher_keeps_its_settings(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    teacher = load_teacher(str(folder), device="cpu", dtype="float32", max_length=12, batch_tokens=99)
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    again = save_and_load(model, tmp_path).teacher
    assert (again.dtype, again.max_length, again.batch_tokens) == (torch.float32, 12, 99)


def test_sentence_transformer_keeps_its_max_length(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    encoder = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
    encoder.max_seq_length = 16
    model = DistilledWord2Vec(corpus, min_count=1, teacher=encoder, dtype="float32")
    assert model.teacher.max_length == 16
    assert save_and_load(model, tmp_path).teacher.max_length == 16


def test_missing_teacher_raises_only_when_needed(
    corpus: Sentences, bert: tuple[Any, Any], folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "teacher")
    model = distill(corpus, str(tmp_path / "teacher"))
    model.save(str(tmp_path / "model"))
    shutil.rmtree(tmp_path / "teacher")

    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    assert_same_vectors(loaded, model)
    loaded.build_vocab(MORE, update=True)
    assert loaded.estimate_memory()["total"] > 0
    loaded = save_and_load(loaded, tmp_path)
    with pytest.raises(RuntimeError, match=r"teacher', is not found any more: assign it, model\.teacher = "):
        loaded.train(MORE)

    loaded.teacher = bert
    loaded.train(MORE)
    assert_same_vectors(loaded, train_more(model))


def test_teacher_without_a_name_must_be_assigned(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    model = distill(corpus, teacher)
    loaded = save_and_load(model, tmp_path)
    assert_same_vectors(loaded, model)
    with pytest.raises(
        RuntimeError, match=r"assign it, model\.teacher = \(model, tokenizer\), before further training"
    ):
        loaded.train(MORE)
    loaded.teacher = teacher
    assert_same_vectors(train_more(loaded), train_more(model))


def test_assigned_folder_is_loaded_again(
    corpus: Sentences, bert: tuple[Any, Any], folder: Path, tmp_path: Path
) -> None:
    loaded = save_and_load(distill(corpus, bert), tmp_path)
    loaded.teacher = folder
    assert save_and_load(loaded, tmp_path).teacher.width == 32


def test_teacher_of_another_shape_raises(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    texts = [" ".join(sentence) for sentence in corpus]
    for config in ({"hidden_size": 16}, {"num_hidden_layers": 2}):
        with pytest.raises(
            ValueError, match="trained with a teacher of 32 dimensions and 4 layers; the one assigned has"
        ):
            model.teacher = tiny_bert(texts, **config)
    assert model.teacher is teacher
    train_more(model)


def test_assigning_no_teacher_raises(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    with pytest.raises(TypeError, match="was expected"):
        model.teacher = object()
    with pytest.raises(ValueError, match="there is no such folder"):
        model.teacher = "/no/such/folder"
    assert model.teacher is teacher


def test_train_is_checked_before_the_teacher_is_loaded(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = save_and_load(distill(corpus, str(folder)), tmp_path)
    with pytest.raises(TypeError, match="has no parameter .iter. in gensim 4: use epochs="):
        model.train(corpus, iter=5)
    (tmp_path / "model.moments.safetensors").unlink()
    model = DistilledWord2Vec.load(str(tmp_path / "model"))
    with pytest.raises(RuntimeError, match="The statistics of this model"):
        model.train(corpus)
    assert model.teacher_reference.loaded is None
