"""What is saved can be loaded, used and trained on; the teacher is found again, and asked for only when needed."""

from __future__ import annotations

import copy
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import datapath
from tiny import tiny_bert

from gensim_distill import DistilledWord2Vec, TextReader, load_teacher
from gensim_distill.teachers import TransformerTeacher

Sentences = list[list[str]]

KINDS: dict[str, dict[str, Any]] = {
    "hybrid": {"objective": "hybrid"},
    "aggregate": {"objective": "aggregate"},
    "aggregate, two layers, shorter": {"objective": "aggregate", "layers": [0, -1], "vector_size": 7},
    "x2static": {"objective": "x2static", "context": "sentence", "whitening": 0.25},
    "x2static by sgd": {"objective": "x2static", "solver": "sgd", "sample": 0, "alpha": 0.1, "workers": 1},
    "x2static by sgd, whitened": {
        "objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "whitening": 0.5, "context": 2,
    },
    "x2static by sgd with hs": {
        "objective": "x2static", "solver": "sgd", "sample": 0, "alpha": 0.1, "workers": 1, "hs": 1, "negative": 0,
    },
}  # fmt: skip

MORE = [["the", "owl", "sees", "the", "fox"], ["a", "lazy", "owl", "and", "a", "bear"], ["the", "dog", "eats"]]


def distill(corpus: Sentences, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(
        corpus, teacher=teacher, **({"min_count": 1, "device": "cpu", "dtype": "float32", "progress": False} | settings)
    )


def train_on(model: DistilledWord2Vec) -> DistilledWord2Vec:
    model.build_vocab(MORE, update=True)
    model.train(MORE, total_examples=model.corpus_count, epochs=model.epochs)
    return model


def assert_same_vectors(a: Any, b: Any) -> None:
    a, b = getattr(a, "wv", a), getattr(b, "wv", b)
    assert a.index_to_key == b.index_to_key
    np.testing.assert_array_equal(a.vectors, b.vectors)


def files_below(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()]


# --- the vectors -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_wv_is_a_plain_keyed_vectors_of_finite_float32(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = distill(corpus, teacher, **KINDS[kind])
    assert type(model.wv) is KeyedVectors
    assert isinstance(model, Word2Vec)
    assert model.wv.vectors.dtype == np.float32
    assert model.wv.vectors.shape == (len(model.wv), model.vector_size)
    assert np.isfinite(model.wv.vectors).all()
    assert len(np.unique(model.wv.vectors, axis=0)) > 1


@pytest.mark.parametrize("name", ["vectors.txt", "vectors.bin", "vectors.txt.gz", "vectors.bin.gz"])
def test_the_word2vec_format_gives_back_exactly_what_was_written(
    corpus: Sentences, teacher: Any, tmp_path: Path, name: str
) -> None:
    model = distill(corpus, teacher)
    path, counts = str(tmp_path / name), str(tmp_path / "counts")
    model.wv.save_word2vec_format(path, fvocab=counts, binary=".bin" in name)
    loaded = KeyedVectors.load_word2vec_format(path, fvocab=counts, binary=".bin" in name)
    assert_same_vectors(loaded, model)
    assert loaded.expandos["count"].tolist() == model.wv.expandos["count"].tolist()
    assert loaded.most_similar("dog") == model.wv.most_similar("dog")


@pytest.mark.parametrize("mmap", [None, "r"])
def test_keyed_vectors_give_back_exactly_what_was_saved(
    corpus: Sentences, teacher: Any, tmp_path: Path, mmap: str | None
) -> None:
    model = distill(corpus, teacher)
    path = str(tmp_path / "vectors.kv")
    model.wv.save(path, separately=["vectors"])
    loaded = KeyedVectors.load(path, mmap=mmap)
    assert isinstance(loaded.vectors, np.memmap) is (mmap == "r")
    assert_same_vectors(loaded, model)
    assert loaded.most_similar("dog") == model.wv.most_similar("dog")
    assert loaded.get_vecattr("dog", "count") == model.wv.get_vecattr("dog", "count")


def test_other_scripts_survive_the_word2vec_format(teacher: Any, tmp_path: Path) -> None:
    model = distill([["猫", "e\u0301te\u0301", "שָׁלוֹם", "👩\u200d👩\u200d👧", "new_york", "a\u00a0b"]], teacher)
    path = str(tmp_path / "vectors.bin")
    model.wv.save_word2vec_format(path, binary=True)
    assert_same_vectors(KeyedVectors.load_word2vec_format(path, binary=True), model)


def test_every_query_of_keyed_vectors_works(corpus: Sentences, teacher: Any) -> None:
    wv = distill(corpus, teacher).wv
    unit = wv.vectors / np.linalg.norm(wv.vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    dog, cat, fox = (wv.key_to_index[word] for word in ("dog", "cat", "fox"))

    assert wv.similarity("dog", "cat") == pytest.approx(cosine[dog, cat], abs=1e-5)
    assert wv.distance("dog", "cat") == pytest.approx(1 - cosine[dog, cat], abs=1e-5)
    np.testing.assert_allclose(wv.distances("dog"), 1 - cosine[dog], atol=1e-5)
    by_cosine = [wv.index_to_key[i] for i in np.argsort(-cosine[dog], kind="stable") if i != dog]
    assert [word for word, _ in wv.most_similar("dog", topn=5)] == by_cosine[:5]
    assert [word for word, _ in wv.similar_by_word("dog", topn=5)] == by_cosine[:5]
    assert wv.similar_by_vector(wv["dog"], topn=1)[0][0] == "dog"
    assert wv.rank("dog", by_cosine[2]) == 3
    assert set(wv.closer_than("dog", by_cosine[2])) == set(by_cosine[:2])
    assert wv.most_similar_to_given("dog", ["cat", "fox"]) == ("cat" if cosine[dog, cat] > cosine[dog, fox] else "fox")
    assert len(wv.most_similar(positive=["dog", "cat"], negative=["fox"], topn=3)) == 3
    assert len(wv.most_similar_cosmul(positive=["dog", "cat"], negative=["fox"], topn=3)) == 3
    three = unit[[dog, cat, fox]]
    odd = int(np.argmin(three @ three.mean(axis=0)))
    assert wv.doesnt_match(["dog", "cat", "fox"]) == ["dog", "cat", "fox"][odd]
    means = [wv.vectors[[dog, cat]].mean(axis=0), wv.vectors[[fox]].mean(axis=0)]
    expected = np.dot(*(mean / np.linalg.norm(mean) for mean in means))
    assert wv.n_similarity(["dog", "cat"], ["fox"]) == pytest.approx(expected, abs=1e-5)
    np.testing.assert_allclose(wv.get_mean_vector(["dog", "cat"]), unit[[dog, cat]].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(wv.get_normed_vectors(), unit, atol=1e-6)
    assert "unseen" not in wv
    with pytest.raises(KeyError, match="unseen"):
        wv["unseen"]


def test_vectors_are_ready_for_word_movers_distance(corpus: Sentences, teacher: Any) -> None:
    pytest.importorskip("ot")
    wv = distill(corpus, teacher).wv
    assert wv.wmdistance(["the", "dog"], ["the", "dog"]) == pytest.approx(0, abs=1e-6)
    assert wv.wmdistance(["the", "dog"], ["a", "fox"]) > 0


def test_gensims_evaluations_run_on_its_own_files(bert: tuple[Any, Any]) -> None:
    pairs = [
        line.split("\t")[:2] for line in Path(datapath("wordsim353.tsv")).read_text().splitlines() if line[0] != "#"
    ]
    teacher = TransformerTeacher(*bert)
    wv = distill(
        [*pairs[:40], ["athens", "greece", "baghdad", "iraq"], ["berlin", "germany"]],
        teacher,
        reader=TextReader(key=str.lower),
    ).wv
    pearson, spearman, ratio_unknown = wv.evaluate_word_pairs(datapath("wordsim353.tsv"))
    assert -1 <= pearson[0] <= 1
    assert -1 <= spearman[0] <= 1
    assert 0 < ratio_unknown < 100
    score, sections = wv.evaluate_word_analogies(datapath("questions-words.txt"))
    assert 0 <= score <= 1
    asked = [question for kind in ("correct", "incorrect") for question in sections[-1][kind]]
    assert ("ATHENS", "GREECE", "BAGHDAD", "IRAQ") in asked


def test_vectors_are_refreshed_after_training_on(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    model.wv.fill_norms()
    model.train(MORE)
    expected = model.wv["dog"] @ model.wv["cat"] / np.linalg.norm(model.wv["dog"]) / np.linalg.norm(model.wv["cat"])
    assert model.wv.similarity("dog", "cat") == pytest.approx(expected, abs=1e-5)
    assert dict(model.wv.most_similar("dog", topn=99))["cat"] == pytest.approx(expected, abs=1e-5)


# --- the model -------------------------------------------------------------------------------


def by_file(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    model.save(str(folder / "model"))
    return DistilledWord2Vec.load(str(folder / "model"))


def by_compressed_file(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    model.save(str(folder / "model.gz"))
    return DistilledWord2Vec.load(str(folder / "model.gz"))


def by_separate_arrays(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    model.save(str(folder / "model"), sep_limit=0)
    return DistilledWord2Vec.load(str(folder / "model"))


def by_file_handle(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    with open(folder / "model", "wb") as file:
        model.save(file)
    return DistilledWord2Vec.load(str(folder / "model"))


def by_pickle(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    return pickle.loads(pickle.dumps(model))


def by_copying(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    return copy.deepcopy(model)


OTHER_WAYS = [by_compressed_file, by_separate_arrays, by_file_handle, by_pickle, by_copying]


@pytest.mark.parametrize(
    ("kind", "way"),
    [(kind, by_file) for kind in KINDS]
    + [(kind, way) for kind in ("hybrid", "x2static by sgd, whitened") for way in OTHER_WAYS],
)
def test_a_model_comes_back_with_its_vectors_and_trains_on_as_the_original_would(
    corpus: Sentences, folder: Path, tmp_path: Path, kind: str, way: Callable[..., DistilledWord2Vec]
) -> None:
    model = distill(corpus, str(folder), **KINDS[kind])
    back = way(model, tmp_path)
    assert type(back) is DistilledWord2Vec
    assert_same_vectors(back, model)
    assert back.wv.expandos["count"].tolist() == model.wv.expandos["count"].tolist()
    assert back.train_count == model.train_count == 1
    assert_same_vectors(train_on(back), train_on(model))
    assert "owl" in model.wv


@pytest.mark.parametrize("kind", ["hybrid", "x2static by sgd"])
def test_saving_changes_nothing_in_the_model_that_is_saved(
    corpus: Sentences, teacher: Any, tmp_path: Path, kind: str
) -> None:
    saved, untouched = (distill(corpus, teacher, **KINDS[kind]) for _ in range(2))
    saved.save(str(tmp_path / "model"))
    assert saved.teacher is teacher
    assert_same_vectors(train_on(saved), train_on(untouched))


def test_an_untrained_model_comes_back_and_can_be_trained(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = by_file(DistilledWord2Vec(teacher=str(folder), min_count=1, device="cpu", dtype="float32"), tmp_path)
    assert len(model.wv) == 0
    model.build_vocab(corpus)
    model = by_file(model, tmp_path)
    model.train(corpus)
    assert_same_vectors(model, distill(corpus, str(folder)))


def test_the_settings_of_the_model_come_back(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = distill(
        corpus, str(folder), reader=TextReader(key=str.casefold, word_splitter=str.split, phrase_delimiter="#"), contexts_per_word=10**6, seed=7,
        comment="mine", objective="x2static", context=3, whitening=0.25,
    )  # fmt: skip
    back = by_file(model, tmp_path)
    assert back.reader == model.reader
    assert back.objective == model.objective
    for name in ("solver", "whitening", "contexts_per_word", "seed", "comment", "min_count", "vector_size", "progress"):
        assert getattr(back, name) == getattr(model, name)


def test_no_file_holds_weights_of_the_teacher(
    bert: tuple[Any, Any], folder: Path, corpus: Sentences, tmp_path: Path
) -> None:
    for name, given in {"by-name": str(folder), "as-pair": bert, "as-object": TransformerTeacher(*bert)}.items():
        model = distill(corpus, given)
        model.save(str(tmp_path / name))
        (tmp_path / f"{name}.pickle").write_bytes(pickle.dumps(model))
        with open(tmp_path / f"{name}.handle", "wb") as file:
            model.save(file)
    written = [file.read_bytes() for file in files_below(tmp_path)]
    assert len(written) >= 9
    samples = [parameter.detach().flatten()[-16:].numpy() for parameter in bert[0].parameters()]
    samples = [sample for sample in samples if len(np.unique(sample)) > 2]  # biases are all zeros still
    assert len(samples) > 20
    assert not any(sample.tobytes() in content for sample in samples for content in written)


def test_the_file_does_not_grow_with_the_teacher(corpus: Sentences, tmp_path: Path) -> None:
    sizes = []
    for layers in (1, 12):
        bert = tiny_bert([" ".join(s) for s in corpus], num_hidden_layers=layers)
        distill(corpus, bert, objective="aggregate").save(str(tmp_path / str(layers)))
        sizes.append(sum(file.stat().st_size for file in tmp_path.glob(f"{layers}*")))
    assert sizes[1] - sizes[0] < 2000


def test_what_cannot_be_stored_is_said_and_nothing_is_written(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    def local(string: str) -> list[str]:
        return string.split()

    for settings in ({"key": lambda word: word}, {"word_splitter": local}, {"sentence_splitter": local}):
        model = distill(corpus, teacher, reader=TextReader(**settings))
        with pytest.raises(ValueError, match="use functions defined by def in a module, not lambdas"):
            model.save(str(tmp_path / "model"))
        assert files_below(tmp_path) == []
        train_on(model)


def test_a_save_that_fails_leaves_the_model_whole(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    model, untouched = distill(corpus, teacher), distill(corpus, teacher)
    (tmp_path / "model").mkdir()
    for path in (tmp_path / "no" / "such" / "folder", tmp_path / "model"):  # the second can hold moments, but no model
        with pytest.raises(Exception, match=r"No such file|Is a directory|directory"):
            model.save(str(path))
    assert_same_vectors(train_on(model), train_on(untouched))


def test_a_copy_lives_its_own_life_with_the_same_teacher(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    before, words = model.wv.vectors.copy(), list(model.wv.index_to_key)
    twin = copy.deepcopy(model)
    assert twin.teacher is model.teacher
    train_on(twin)
    assert model.wv.index_to_key == words
    np.testing.assert_array_equal(model.wv.vectors, before)
    assert_same_vectors(train_on(model), twin)


# --- moments ---------------------------------------------------------------------------------


def test_without_its_moments_a_model_has_its_vectors_and_says_why_it_cannot_train_on(
    corpus: Sentences, folder: Path, tmp_path: Path
) -> None:
    model = distill(corpus, str(folder))
    model.save(str(tmp_path / "model"))
    (tmp_path / "model.moments.safetensors").unlink()
    back = DistilledWord2Vec.load(str(tmp_path / "model"))
    assert_same_vectors(back, model)
    assert back.wv.most_similar("dog") == model.wv.most_similar("dog")
    with pytest.raises(RuntimeError, match=r"ends in \.moments\.safetensors.*put that file beside the model"):
        back.train(MORE)
    back.build_vocab(corpus)  # from the start again
    back.train(corpus)
    assert_same_vectors(back, model)


def test_models_may_be_moved_with_their_files(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = distill(corpus, str(folder))
    (tmp_path / "a").mkdir()
    model.save(str(tmp_path / "a" / "model"))
    shutil.move(tmp_path / "a", tmp_path / "b")
    assert_same_vectors(train_on(DistilledWord2Vec.load(str(tmp_path / "b" / "model"))), train_on(model))


def test_moments_of_another_model_are_refused(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    distill(corpus, str(folder)).save(str(tmp_path / "model"))
    distill(MORE, str(folder)).save(str(tmp_path / "other"))
    shutil.copy(tmp_path / "other.moments.safetensors", tmp_path / "model.moments.safetensors")
    with pytest.raises((ValueError, RuntimeError), match=r"model\.moments\.safetensors"):
        DistilledWord2Vec.load(str(tmp_path / "model")).train(corpus)


def test_damaged_moments_are_said_to_be_so(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    distill(corpus, str(folder)).save(str(tmp_path / "model"))
    path = tmp_path / "model.moments.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"model\.moments\.safetensors' is damaged"):
        DistilledWord2Vec.load(str(tmp_path / "model"))


def test_saving_again_replaces_the_moments(corpus: Sentences, folder: Path, tmp_path: Path) -> None:
    model = distill(corpus, str(folder))
    model.save(str(tmp_path / "model"))
    back = by_file(train_on(model), tmp_path)
    assert_same_vectors(back, model)
    assert sorted(file.name for file in files_below(tmp_path)) == ["model", "model.moments.safetensors"]
    assert_same_vectors(train_on(back), train_on(model))


# --- the teacher, found again ----------------------------------------------------------------


def test_a_teacher_in_a_folder_is_found_again_from_anywhere(
    corpus: Sentences, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    model = distill(corpus, folder.name)
    model.save(str(tmp_path / "model"))
    monkeypatch.chdir(tmp_path)
    assert_same_vectors(train_on(DistilledWord2Vec.load("model")), train_on(model))


def test_a_model_that_was_loaded_from_a_folder_is_found_again_there(
    corpus: Sentences, folder: Path, tmp_path: Path
) -> None:
    from transformers import AutoModel, AutoTokenizer

    pair = (AutoModel.from_pretrained(folder, dtype=torch.float32), AutoTokenizer.from_pretrained(folder))
    model = distill(corpus, pair)
    assert_same_vectors(train_on(by_file(model, tmp_path)), train_on(model))


def test_a_teacher_made_by_load_teacher_is_found_again_with_its_own_settings(
    corpus: Sentences, folder: Path, tmp_path: Path
) -> None:
    teacher = load_teacher(str(folder), device="cpu", dtype="float32", max_length=12, batch_tokens=99)
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    again = by_file(model, tmp_path).teacher
    assert (again.dtype, again.max_length, again.batch_tokens) == (torch.float32, 12, 99)


def test_a_sentence_transformer_is_found_again_with_its_own_window(
    corpus: Sentences, folder: Path, tmp_path: Path
) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    given = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
    given.max_seq_length = 16
    model = DistilledWord2Vec(corpus, min_count=1, teacher=given, dtype="float32")
    assert model.teacher.max_length == 16
    assert by_file(model, tmp_path).teacher.max_length == 16


def test_a_teacher_that_is_gone_is_missed_only_when_it_is_needed(
    corpus: Sentences, bert: tuple[Any, Any], folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "teacher")
    model = distill(corpus, str(tmp_path / "teacher"))
    model.save(str(tmp_path / "model"))
    shutil.rmtree(tmp_path / "teacher")

    back = DistilledWord2Vec.load(str(tmp_path / "model"))
    assert_same_vectors(back, model)
    back.build_vocab(MORE, update=True)
    assert back.estimate_memory()["total"] > 0
    back = by_file(back, tmp_path)
    with pytest.raises(RuntimeError, match=r"teacher', is not found any more: assign it, model\.teacher = "):
        back.train(MORE)

    back.teacher = bert
    back.train(MORE)
    assert_same_vectors(back, train_on(model))


def test_a_teacher_without_a_name_is_to_be_assigned(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    model = distill(corpus, teacher)
    back = by_file(model, tmp_path)
    assert_same_vectors(back, model)
    with pytest.raises(
        RuntimeError, match=r"assign it, model\.teacher = \(model, tokenizer\), before further training"
    ):
        back.train(MORE)
    back.teacher = teacher
    assert_same_vectors(train_on(back), train_on(model))


def test_a_teacher_that_is_assigned_by_its_folder_is_found_again(
    corpus: Sentences, bert: tuple[Any, Any], folder: Path, tmp_path: Path
) -> None:
    back = by_file(distill(corpus, bert), tmp_path)
    back.teacher = folder
    assert by_file(back, tmp_path).teacher.width == 32


def test_a_teacher_of_another_shape_is_refused(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    texts = [" ".join(sentence) for sentence in corpus]
    for config in ({"hidden_size": 16}, {"num_hidden_layers": 2}):
        with pytest.raises(
            ValueError, match="trained with a teacher of 32 dimensions and 4 layers; the one assigned has"
        ):
            model.teacher = tiny_bert(texts, **config)
    assert model.teacher is teacher
    train_on(model)


def test_what_is_no_teacher_is_refused(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    with pytest.raises(TypeError, match="was expected"):
        model.teacher = object()
    with pytest.raises(ValueError, match="there is no such folder"):
        model.teacher = "/no/such/folder"
    assert model.teacher is teacher
