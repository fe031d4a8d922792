"""Saved models: their vectors, settings and statistics."""

from __future__ import annotations

import copy
import logging
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import Word2Vec
from gensim_programs import logged_warnings
from saved_models import MORE, SETTINGS, assert_same_vectors, distill, save_and_load, train_more
from tiny import tiny_bert
from trained_models import Sentences

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.teachers import TransformerTeacher


def files_below(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()]


# --- saving and loading ----------------------------------------------------------------------


def through_compressed_file(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    model.save(str(folder / "model.gz"))
    return DistilledWord2Vec.load(str(folder / "model.gz"))


def through_separate_arrays(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    model.save(str(folder / "model"), sep_limit=0)
    return DistilledWord2Vec.load(str(folder / "model"))


def through_file_handle(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    with open(folder / "model", "wb") as file:
        model.save(file)
    return DistilledWord2Vec.load(str(folder / "model"))


def through_pickle(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    return pickle.loads(pickle.dumps(model))


def through_deepcopy(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    return copy.deepcopy(model)


OTHER_ROUTES = [through_compressed_file, through_separate_arrays, through_file_handle, through_pickle, through_deepcopy]


@pytest.mark.parametrize(
    ("kind", "route"),
    [(kind, save_and_load) for kind in SETTINGS]
    + [(kind, route) for kind in ("hybrid", "x2static by sgd, whitened") for route in OTHER_ROUTES],
)
def test_loaded_model_has_the_vectors_and_the_training_of_the_original(
    corpus: Sentences, folder: Path, tmp_path: Path, kind: str, route: Callable[..., DistilledWord2Vec]
) -> None:
    model = distill(corpus, str(folder), **SETTINGS[kind])
    loaded = route(model, tmp_path)
    assert type(loaded) is DistilledWord2Vec
    assert_same_vectors(loaded, model)
    assert loaded.wv.expandos["count"].tolist() == model.wv.expandos["count"].tolist()
    assert loaded.train_count == model.train_count == 1
    assert_same_vectors(train_more(loaded), train_more(model))
    assert "owl" in model.wv


@pytest.mark.parametrize("kind", ["hybrid", "x2static by sgd"])
def test_save_does_not_change_the_model(corpus: Sentences, teacher: Any, tmp_path: Path, kind: str) -> None:
    saved, untouched = (distill(corpus, teacher, **SETTINGS[kind]) for _ in range(2))
    saved.save(str(tmp_path / "model"))
    assert saved.teacher is teacher
    assert_same_vectors(train_more(saved), train_more(untouched))


def test_untrained_model_can_be_saved_and_trained(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = save_and_load(DistilledWord2Vec(teacher=str(folder), min_count=1, device="cpu", dtype="float32"), tmp_path)
    assert len(model.wv) == 0
    model.build_vocab(corpus)
    model = save_and_load(model, tmp_path)
    model.train(corpus)
    assert_same_vectors(model, distill(corpus, str(folder)))


def test_settings_are_saved(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = distill(
        corpus, str(folder), reader=TextReader(key=str.casefold, word_splitter=str.split, phrase_delimiter="#"), contexts_per_word=10**6, seed=7,
        comment="mine", objective="x2static", context=3, whitening=0.25,
    )  # fmt: skip
    loaded = save_and_load(model, tmp_path)
    assert loaded.reader == model.reader
    assert loaded.objective == model.objective
    for name in ("solver", "whitening", "contexts_per_word", "seed", "comment", "min_count", "vector_size", "progress"):
        assert getattr(loaded, name) == getattr(model, name)


def test_weights_of_the_teacher_are_not_saved(
    bert: tuple[Any, Any], folder: Path, corpus: Sentences, tmp_path: Path
) -> None:
    for name, source in {"by-name": str(folder), "as-pair": bert, "as-object": TransformerTeacher(*bert)}.items():
        model = distill(corpus, source)
        model.save(str(tmp_path / name))
        (tmp_path / f"{name}.pickle").write_bytes(pickle.dumps(model))
        with open(tmp_path / f"{name}.handle", "wb") as file:
            model.save(file)
    written = [file.read_bytes() for file in files_below(tmp_path)]
    assert len(written) >= 9
    samples = [parameter.detach().flatten()[-16:].numpy() for parameter in bert[0].parameters()]
    samples = [sample for sample in samples if len(np.unique(sample)) > 2]  # biases of a new model are zeros
    assert len(samples) > 20
    assert not any(sample.tobytes() in content for sample in samples for content in written)


def test_size_of_the_file_does_not_depend_on_the_teacher(corpus: Sentences, tmp_path: Path) -> None:
    sizes = []
    for layers in (1, 12):
        bert = tiny_bert([" ".join(s) for s in corpus], num_hidden_layers=layers)
        distill(corpus, bert, objective="aggregate").save(str(tmp_path / str(layers)))
        sizes.append(sum(file.stat().st_size for file in tmp_path.glob(f"{layers}*")))
    assert sizes[1] - sizes[0] < 2000


def test_unpicklable_functions_raise_before_saving(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    def local(string: str) -> list[str]:
        return string.split()

    for settings in ({"key": lambda word: word}, {"word_splitter": local}, {"sentence_splitter": local}):
        model = distill(corpus, teacher, reader=TextReader(**settings))
        with pytest.raises(ValueError, match="use functions defined by def in a module, not lambdas"):
            model.save(str(tmp_path / "model"))
        assert files_below(tmp_path) == []
        train_more(model)


def test_reader_that_cannot_be_stored_can_be_replaced(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    model = distill(corpus, teacher, reader=TextReader(key=lambda word: word.lower()))
    model.encode(corpus)
    model.reader = TextReader(key=str.lower)
    loaded = save_and_load(model, tmp_path)
    assert loaded.reader == model.reader
    assert loaded.text_encoder.reader is loaded.reader
    assert copy.copy(model).reader is model.reader
    with pytest.raises(TypeError, match="reader is of type str, where a TextReader was expected"):
        model.reader = "words"  # type: ignore[assignment]


def test_failed_save_does_not_change_the_model(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    model, untouched = distill(corpus, teacher), distill(corpus, teacher)
    (tmp_path / "model").mkdir()
    # With the second path the statistics can be written, but not the model.
    for path in (tmp_path / "no" / "such" / "folder", tmp_path / "model"):
        with pytest.raises(Exception, match="no such folder|is a directory"):
            model.save(str(path))
    assert_same_vectors(train_more(model), train_more(untouched))


def test_file_of_gensims_word2vec_is_loaded_as_word2vec(
    corpus: Sentences, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = str(tmp_path / "plain.model")
    plain = Word2Vec(corpus, min_count=1, vector_size=8)
    plain.save(path)
    loaded = DistilledWord2Vec.load(path)
    assert type(loaded) is Word2Vec
    np.testing.assert_array_equal(loaded.wv.vectors, plain.wv.vectors)
    (message,) = logged_warnings(caplog)
    assert "holds a Word2Vec without a teacher" in message


# --- statistics ------------------------------------------------------------------------------


def test_model_without_its_statistics_has_vectors_and_raises_when_trained(
    corpus: Sentences, folder: Path, tmp_path: Path
) -> None:
    model = distill(corpus, str(folder))
    model.save(str(tmp_path / "model"))
    (tmp_path / "model.moments.safetensors").unlink()
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    assert_same_vectors(loaded, model)
    assert loaded.wv.most_similar("dog") == model.wv.most_similar("dog")
    with pytest.raises(RuntimeError, match=r"ends in \.moments\.safetensors.*put that file beside the model"):
        loaded.train(MORE)
    loaded.build_vocab(corpus)  # resets the model
    loaded.train(corpus)
    assert_same_vectors(loaded, model)


def test_model_can_be_moved_with_its_files(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = distill(corpus, str(folder))
    (tmp_path / "a").mkdir()
    model.save(str(tmp_path / "a" / "model"))
    shutil.move(tmp_path / "a", tmp_path / "b")
    assert_same_vectors(train_more(DistilledWord2Vec.load(str(tmp_path / "b" / "model"))), train_more(model))


def test_statistics_of_another_model_raise(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    distill(corpus, str(folder)).save(str(tmp_path / "model"))
    distill(MORE, str(folder)).save(str(tmp_path / "other"))
    shutil.copy(tmp_path / "other.moments.safetensors", tmp_path / "model.moments.safetensors")
    with pytest.raises((ValueError, RuntimeError), match=r"model\.moments\.safetensors"):
        DistilledWord2Vec.load(str(tmp_path / "model")).train(corpus)


def test_damaged_statistics_raise(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    distill(corpus, str(folder)).save(str(tmp_path / "model"))
    path = tmp_path / "model.moments.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"model\.moments\.safetensors' is damaged"):
        DistilledWord2Vec.load(str(tmp_path / "model"))


def test_saving_again_replaces_the_statistics(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = distill(corpus, str(folder))
    model.save(str(tmp_path / "model"))
    loaded = save_and_load(train_more(model), tmp_path)
    assert_same_vectors(loaded, model)
    assert sorted(file.name for file in files_below(tmp_path)) == ["model", "model.moments.safetensors"]
    assert_same_vectors(train_more(loaded), train_more(model))


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static", "solver": "sgd", "sample": 0}], ids=str)
def test_models_with_a_word_that_was_added_to_wv_are_loaded(
    corpus: Sentences, folder: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    model = distill(corpus, str(folder), **settings)
    model.wv["owl"] = np.ones(model.vector_size, dtype=np.float32)
    loaded = save_and_load(model, tmp_path)
    np.testing.assert_array_equal(loaded.wv["owl"], model.wv["owl"])
    loaded.train(corpus, total_examples=len(corpus), epochs=1)
    assert np.isfinite(loaded.encode([["owl"]])).all()


@pytest.mark.parametrize("kind", ["hybrid", "x2static"])
def test_model_of_a_version_without_passages_still_reads_whole_documents(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    # The scope that had whole documents was the default then, and is in the state of the objective and of the views.
    sentence = ["the", "fox", "sees", "a", "dog", ".", "the", "bear", "eats", "."]
    long = sentence * 6
    others = [["a", "lazy", "dog", "sleeps"], ["the", "quick", "fox", "jumps"]]
    options: dict[str, Any] = {"objective": kind, "context": "text"}
    model = save_and_load(distill([long, *others], str(folder), **options), tmp_path)
    assert {view.scope for view in model.views} & {"passage", "text"} == {"text"}
    heard: list[str] = []

    def read(self: TransformerTeacher, texts: Any, layers: Any) -> Any:
        heard.extend(texts)
        return original(self, texts, layers)

    original = TransformerTeacher.read
    monkeypatch.setattr(TransformerTeacher, "read", read)
    caplog.clear()
    model.train([long], total_examples=1, epochs=1)
    assert " ".join(long) in heard
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_mapped_statistics_stay_on_the_disk_and_can_be_trained(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    distill(corpus, str(folder)).save(str(tmp_path / "model"))
    before = {file: file.read_bytes() for file in files_below(tmp_path)}
    mapped, read = (DistilledWord2Vec.load(str(tmp_path / "model"), mmap=mmap) for mmap in ("r", None))
    for name, moments in mapped.learned.moments.items():
        assert isinstance(moments.sums, np.memmap) and not isinstance(read.learned.moments[name].sums, np.memmap)
    assert_same_vectors(train_more(mapped), train_more(read))
    mapped.add_words(["zyzzyva"])
    assert before == {file: file.read_bytes() for file in files_below(tmp_path)}
