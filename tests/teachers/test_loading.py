"""load_teacher: names, folders, models, sentence transformers, and error messages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from slow_teacher import (
    CLOSE,
    DOCUMENTS,
    assert_same,
    contexts_of,
    one_sentence,
    slow_contexts,
    token_states,
)
from tiny_models import BYTE_LEVEL, POSITIONS, UNIGRAM, tiny, tiny_model
from transformers import ByT5Tokenizer, PreTrainedTokenizerFast

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.contexts.views import View
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.devices import choose_device, choose_dtype

# --- names, folders and models -------------------------------------------------------------------


@pytest.mark.parametrize("kind", [str, Path])
def test_load_from_folder(folder: Path, teacher: TransformerTeacher, kind: Callable[[Path], Any]) -> None:
    loaded = load_teacher(kind(folder), device="cpu", dtype="float32")
    assert (loaded.width, loaded.num_layers) == (32, 4)
    assert_same(token_states(DOCUMENTS, loaded), token_states(DOCUMENTS, teacher))


def test_folder_uses_best_device_and_dtype(folder: Path) -> None:
    teacher = load_teacher(folder)
    assert isinstance(teacher, TransformerTeacher)
    device = choose_device()
    assert teacher.device.type == device.type
    assert teacher.dtype == choose_dtype("auto", device) == teacher.model.dtype


def test_hub_name_is_found_in_local_cache_offline(
    folder: Path, teacher: TransformerTeacher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "models--somebody--tiny-bert"
    (cache / "refs").mkdir(parents=True)
    (cache / "refs" / "main").write_text("0123abcd", encoding="utf-8")
    shutil.copytree(folder, cache / "snapshots" / "0123abcd")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("transformers.utils.hub.TRANSFORMERS_CACHE", str(tmp_path), raising=False)  # of transformers 4
    loaded = load_teacher("somebody/tiny-bert", device="cpu", dtype="float32")
    assert_same(token_states(DOCUMENTS, loaded), token_states(DOCUMENTS, teacher))


def test_model_with_tokenizer_is_not_copied(bert: tuple[Any, Any]) -> None:
    teacher = load_teacher(bert)
    assert isinstance(teacher, TransformerTeacher)
    assert (teacher.model, teacher.dtype, teacher.device) == (bert[0], bert[0].dtype, bert[0].device)


def test_teacher_is_returned_unchanged(teacher: TransformerTeacher) -> None:
    assert load_teacher(teacher) is teacher


@pytest.mark.parametrize(
    "options", [{"device": "meta"}, {"dtype": "bfloat16"}, {"batch_tokens": 7}, {"max_length": 9}], ids=str
)
def test_options_of_a_loaded_teacher_raise(teacher: TransformerTeacher, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has no effect on a teacher that is loaded already"):
        load_teacher(teacher, **options)
    assert load_teacher(teacher, dtype="float32", max_length=teacher.max_length) is teacher


def test_revision_without_hub_name_raises(teacher: TransformerTeacher, bert: tuple[Any, Any], folder: Path) -> None:
    for given in (teacher, bert, folder, str(folder)):
        with pytest.raises(ValueError, match="revision='v1' selects a version on the hub"):
            load_teacher(given, revision="v1")


def test_reading_does_not_change_model_and_tokenizer() -> None:
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tiny("bert")[1].backend_tokenizer, pad_token="[PAD]", model_max_length=50
    )
    model = tiny_model("bert", tokenizer)
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=40)
    weights = {name: weight.clone() for name, weight in model.state_dict().items()}
    as_called = (tokenizer.backend_tokenizer.truncation, tokenizer.backend_tokenizer.padding)

    text = ["a quick dog and a quick cat and a quick dog"]
    expected = slow_contexts(text, *tiny("bert"), [-1], "token")  # neither cut nor padded
    assert_same(token_states(text, load_teacher((model, tokenizer))), expected)
    token_states(text, load_teacher((model, tokenizer), dtype="bfloat16"))

    assert (model.dtype, model.device.type) == (torch.float32, "cpu")
    assert all(torch.equal(weight, weights[name]) for name, weight in model.state_dict().items())
    assert all(weight.requires_grad for weight in model.parameters())
    assert (tokenizer.backend_tokenizer.truncation, tokenizer.backend_tokenizer.padding) == as_called
    assert None not in as_called


@pytest.mark.parametrize("part", ["none of it", "all of it", "a layer"])
def test_training_mode_is_restored(part: str) -> None:
    tokenizer = tiny("bert")[1]
    model = tiny_model("bert", tokenizer).train(part == "all of it")
    if part == "a layer":  # the others frozen, as in fine-tuning
        model.train()
        model.encoder.layer[0].eval()
    training = {name: module.training for name, module in model.named_modules()}
    token_states(DOCUMENTS, load_teacher((model, tokenizer)))
    assert {name: module.training for name, module in model.named_modules()} == training


def test_model_in_training_mode_is_read_without_dropout() -> None:
    tokenizer = tiny("bert")[1]
    model = tiny_model("bert", tokenizer)
    expected = slow_contexts(DOCUMENTS, model, tokenizer, [-1], "token")
    model.train()
    assert_same(token_states(DOCUMENTS, load_teacher((model, tokenizer))), expected)


def test_loading_restores_progress_bars_of_transformers(folder: Path) -> None:
    bars = transformers.utils.logging
    assert bars.is_progress_bar_enabled()
    load_teacher(folder)
    assert bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        load_teacher(folder)
        assert not bars.is_progress_bar_enabled()
    finally:
        bars.enable_progress_bar()


def test_remote_code_is_not_run_by_default(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "strange.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf-8")
    auto_map = {"AutoConfig": "strange.Config", "AutoModel": "strange.Model", "AutoTokenizer": [None, "strange.Fast"]}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "strange", "auto_map": auto_map}), encoding="utf-8")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"auto_map": auto_map}), encoding="utf-8")
    with pytest.raises(ValueError, match="trust_remote_code=True"):
        load_teacher(tmp_path)
    assert not ran.exists()


# --- sentence transformers -----------------------------------------------------------------------


def sentence_transformer(family: str, folder: Path) -> Any:
    """Build a SentenceTransformer of a tiny model, without a length of its own, as the library does for any folder."""
    sentence_transformers = pytest.importorskip("sentence_transformers")
    for part in tiny(family):
        part.save_pretrained(folder)
    return sentence_transformers.SentenceTransformer(str(folder), device="cpu")


def test_sentence_transformer_is_read_as_its_transformer(tmp_path: Path) -> None:
    model = sentence_transformer("bert", tmp_path)
    teacher = load_teacher(model)
    assert_same(token_states(DOCUMENTS, teacher), slow_contexts(DOCUMENTS, *tiny("bert"), [-1], "token"))


def test_mean_hidden_state_equals_sentence_transformer_embedding(tmp_path: Path) -> None:
    model = sentence_transformer("bert", tmp_path)
    texts = ["The quick brown fox jumps over the lazy dog.", "cats"]
    contexts = contexts_of(texts, load_teacher(model), [View((2,), "text")])["text.2"]
    np.testing.assert_allclose([contexts[0], contexts[-1]], model.encode(texts), **CLOSE)


def test_load_saved_sentence_transformer(tmp_path: Path) -> None:
    sentence_transformer("bert", tmp_path / "plain").save(str(tmp_path / "saved"))
    teacher = load_teacher(tmp_path / "saved", device="cpu", dtype="float32")
    assert_same(token_states(DOCUMENTS, teacher), slow_contexts(DOCUMENTS, *tiny("bert"), [-1], "token"))


def test_load_saved_sentence_transformer_with_subfolder(tmp_path: Path) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path / "0_Transformer")
    modules = [{"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}]
    (tmp_path / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    teacher = load_teacher(tmp_path, device="cpu", dtype="float32")
    assert_same(token_states(DOCUMENTS, teacher), slow_contexts(DOCUMENTS, *tiny("bert"), [-1], "token"))


def test_max_seq_length_of_sentence_transformer_is_the_window(tmp_path: Path) -> None:
    model = sentence_transformer("bert", tmp_path)
    model.max_seq_length = 20
    assert load_teacher(model).max_length == 20  # type: ignore[attr-defined]
    assert load_teacher(model, max_length=30).max_length == 30  # type: ignore[attr-defined]


def test_sentence_transformer_of_roberta_is_limited_to_positions(tmp_path: Path) -> None:
    """Where the tokenizer has no limit, sentence-transformers takes the two positions for padding as well."""
    model = sentence_transformer("roberta", tmp_path)
    assert model.max_seq_length == POSITIONS + 2
    assert load_teacher(model).max_length == POSITIONS  # type: ignore[attr-defined]


def test_sentence_transformer_without_transformer_raises() -> None:
    library = pytest.importorskip("sentence_transformers")
    static = pytest.importorskip("sentence_transformers.sentence_transformer.modules").StaticEmbedding
    model = library.SentenceTransformer(
        modules=[static(tiny("bert")[1].backend_tokenizer, embedding_dim=8)], device="cpu"
    )
    with pytest.raises(ValueError, match="StaticEmbedding, not a transformer"):
        load_teacher(model)


# --- invalid teachers ----------------------------------------------------------------------------


def test_a_name_without_its_owner_is_completed() -> None:
    with pytest.raises(
        ValueError, match=r"check the name \(did you mean 'sentence-transformers/all-MiniLM-L6-v2'\?\) and"
    ):
        load_teacher("all-MiniLM-L6-v2")


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no-such-model"])
def test_unknown_name_offline_raises(name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' .*check the name and the network, or pass the path") as error:
        load_teacher(name)
    assert one_sentence(error)


@pytest.mark.parametrize(
    "path", ["./missing", "../missing/model", "/missing/model", "~/missing-model", "a/b/c", Path("/missing/model")]
)
def test_missing_folder_raises(path: str | Path) -> None:
    with pytest.raises(ValueError, match="there is no such folder") as error:
        load_teacher(path)
    assert one_sentence(error)


def test_file_as_teacher_raises(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("rain\n", encoding="utf-8")
    for teacher in (path, str(path)):
        with pytest.raises(ValueError, match=r"text\.txt' is not a folder: pass the folder of a transformer") as error:
            load_teacher(teacher)
        assert one_sentence(error)


def test_missing_path_is_no_name_on_the_hub() -> None:
    with pytest.raises(ValueError, match="there is no such folder, and a path is no name on the hub") as error:
        load_teacher(Path("missing"))
    assert one_sentence(error)


def test_folder_of_vectors_as_teacher_raises(tmp_path: Path) -> None:
    (tmp_path / "vectors.bin").write_bytes(b"1 2\nrain 12345678\n")
    with pytest.raises(ValueError, match="is a folder without a config.json, so no transformer") as error:
        load_teacher(tmp_path)
    assert one_sentence(error)


def test_folder_without_model_raises(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is a folder without a config.json") as error:
        load_teacher(tmp_path)
    assert one_sentence(error)


@pytest.mark.parametrize("family", ["bert", *BYTE_LEVEL, *UNIGRAM])
def test_folder_without_tokenizer_files_raises(family: str, tmp_path: Path) -> None:
    """Otherwise transformers makes one up, to which every word is unknown."""
    tiny(family)[0].save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="tokenizer") as error:
        load_teacher(tmp_path)
    assert one_sentence(error)


@pytest.mark.parametrize("by", ["folder", "object"])
def test_slow_tokenizer_raises(by: str, tmp_path: Path) -> None:
    tokenizer = ByT5Tokenizer()  # of which there is no fast version
    model = tiny_model("t5", tokenizer)
    teacher: Any = (model, tokenizer)
    if by == "folder":
        for part in teacher:
            part.save_pretrained(tmp_path)
        teacher = tmp_path
    with pytest.raises(ValueError, match=r"ByT5Tokenizer, is not a fast one.*with a tokenizer\.json") as error:
        load_teacher(teacher)
    assert one_sentence(error)


@pytest.mark.parametrize("layers", [4, -5, [0, 7], [1, 1], [1, -3], []])
def test_missing_layer_raises(bert: tuple[Any, Any], layers: Any) -> None:
    hint = r"has no layer -?\d: it has 4, from 0 .* to 3|must name one or more different layers"
    with pytest.raises(ValueError, match=hint) as error:
        DistilledWord2Vec(teacher=bert, objective="aggregate", layers=layers)
    assert one_sentence(error)


@pytest.mark.parametrize("layers", ["last", 1.5, True, [None]], ids=repr)
def test_layers_of_wrong_type_raise(bert: tuple[Any, Any], layers: Any) -> None:
    with pytest.raises(TypeError, match="layers must be an integer or a list of integers"):
        DistilledWord2Vec(teacher=bert, objective="aggregate", layers=layers)


@pytest.mark.parametrize("batch_tokens", [0, -1, 1.5, "many", None], ids=repr)
def test_invalid_batch_tokens_raise(bert: tuple[Any, Any], batch_tokens: Any) -> None:
    with pytest.raises(ValueError, match="batch_tokens must be 'auto' or a positive number") as error:
        load_teacher(bert, batch_tokens=batch_tokens)
    assert one_sentence(error)


@pytest.mark.parametrize(
    ("max_length", "hint"),
    [
        (-1, "leaves no space for text beside the teacher's 2 special tokens"),
        (2, "leaves no space for text beside the teacher's 2 special tokens"),
        (65, "is more than the 64 positions"),
    ],
)
def test_invalid_max_length_raises(bert: tuple[Any, Any], max_length: int, hint: str) -> None:
    with pytest.raises(ValueError, match=f"max_length={max_length} {hint}") as error:
        load_teacher(bert, max_length=max_length)
    assert one_sentence(error)


@pytest.mark.parametrize(("family", "max_length"), [("bert", "long"), ("t5", "long"), ("bert", 10.5)])
def test_max_length_of_wrong_type_raises(family: str, max_length: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"max_length.*number of subwords"):
        load_teacher(tiny(family), max_length=max_length)


def test_model_without_tokenizer_raises(bert: tuple[Any, Any]) -> None:
    with pytest.raises(
        TypeError, match=r"BertModel, without its tokenizer: pass both, teacher=\(model, tokenizer\)"
    ) as error:
        load_teacher(bert[0])
    assert one_sentence(error)


@pytest.mark.parametrize("pair", [lambda model, tokenizer: (tokenizer, model), lambda model, tokenizer: (model, None)])
def test_wrong_pair_raises(bert: tuple[Any, Any], pair: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="is not a fast one|in the wrong order: pass") as error:
        load_teacher(pair(*bert))
    assert one_sentence(error)


@pytest.mark.parametrize(
    "of",
    [
        lambda model: None,
        lambda model: "bert-base-uncased",
        lambda model: type(model),
        lambda model: model.config,
        lambda model: model.state_dict(),
        lambda model: model.encoder,
        lambda model: torch.nn.Sequential(model),
    ],
    ids=["None", "name", "class", "config", "state_dict", "encoder", "Sequential"],
)
def test_other_models_of_a_pair_raise(bert: tuple[Any, Any], of: Callable[[Any], Any]) -> None:
    model, tokenizer = bert
    with pytest.raises(TypeError, match=r"model is of type \w+, where a model of transformers.* was expected") as error:
        load_teacher((of(model), tokenizer))
    assert one_sentence(error)


def test_the_model_of_data_parallel_is_read(bert: tuple[Any, Any]) -> None:
    model, tokenizer = bert
    assert load_teacher((torch.nn.DataParallel(model), tokenizer)).width == load_teacher(bert).width


@pytest.mark.parametrize("teacher", [None, 3, ["bert-base-uncased"], (1, 2, 3), {}, object], ids=repr)
def test_other_types_raise(teacher: Any) -> None:
    hint = r"teacher is of type \w+, where a hub name, a folder, \(model, tokenizer\)"
    with pytest.raises(TypeError, match=hint) as error:
        DistilledWord2Vec(teacher=teacher)
    assert one_sentence(error)
