"""Folders of teachers that are damaged, incomplete or of another kind: one sentence, and never random weights."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file
from slow_teacher import DOCUMENTS, assert_same, one_sentence, token_states
from tiny_models import tiny

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.teachers.identity import teacher_identity

Weights = dict[str, torch.Tensor]
ONE = "encoder.layer.1.output.dense.weight"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny BERT."""
    path = tmp_path_factory.mktemp("whole")
    for part in tiny("bert"):
        part.save_pretrained(path)
    return path


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / "teacher"))


def change_weights(folder: Path, change: Callable[[Weights], Weights]) -> None:
    weights = change(load_file(folder / "model.safetensors"))
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def change_settings(folder: Path, **settings: Any) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | settings), encoding="utf-8")


def load(folder: Path) -> Any:
    return load_teacher(folder, device="cpu", dtype="float32")


def assert_raises(folder: Path, hint: str) -> None:
    with pytest.raises(ValueError, match=hint) as error:
        load(folder)
    assert one_sentence(error)
    assert str(error.value).startswith("teacher=")


# --- weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: {key: value for key, value in weights.items() if key != ONE},
        lambda weights: {key.replace("1.output.dense.w", "1.output.dense.v"): value for key, value in weights.items()},
        lambda weights: {key.replace("LayerNorm", "LayerNosm"): value for key, value in weights.items()},
        lambda weights: {key: value for key, value in weights.items() if "embeddings" not in key},
        lambda weights: {f"model.other.{key}": value for key, value in weights.items()},
    ],
    ids=["missing", "renamed", "all norms", "embeddings", "other prefix"],
)
def test_missing_weights_raise(copy: Path, change: Callable[[Weights], Weights]) -> None:
    change_weights(copy, change)
    assert_raises(copy, r"lacks \d+ of the \d+ weights .* such as '")


def test_file_without_weights_raises(copy: Path) -> None:
    change_weights(copy, lambda _: {})
    unreadable = safetensors.__version__.startswith("0.4.")  # which does not read the file that it has written
    assert_raises(copy, "is damaged or cut short" if unreadable else r"lacks \d+ of the \d+ weights .* such as '")


# transformers 4 does not say which shape weights have, nor which setting is wrong.
@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"num_hidden_layers": 4}, "lacks 32 of the 69 weights .* 'encoder.layer.2"),
        ({"num_hidden_layers": 1}, r"more layers than its config\.json describes, such as 'encoder.layer.1"),
        ({"num_hidden_layers": 0}, "num_hidden_layers=0, so that it has no hidden states"),
        ({"num_hidden_layers": 10**8}, "num_hidden_layers=100000000"),
        ({"hidden_size": 48}, r"have (the shape \(24,\), not \(48,\)|another shape)"),
        ({"intermediate_size": 7}, r"have (the shape \(32,\), not \(7,\)|another shape)"),
        ({"vocab_size": 1000}, r"have (the shape \(160, 24\), not \(1000, 24\)|another shape)"),
        ({"vocab_size": 10**10}, r"describes a model of 240,\d+,\d+,\d+ weights, and its files of weights have"),
        ({"max_position_embeddings": 512}, r"have (the shape \(128, 24\), not \(512, 24\)|another shape)"),
        ({"num_attention_heads": 5}, "not a multiple of the number of attention heads"),
        ({"num_hidden_layers": "6"}, "num_hidden_layers|cannot be interpreted as an integer"),
        ({"hidden_act": "foo"}, "foo"),
        ({"model_type": "foo"}, "foo"),
        ({"model_type": ["bert"]}, "list"),
        ({"model_type": "gpt2"}, "lacks|does not fit"),
        ({"dtype": "foo"}, "foo"),
    ],
    ids=str,
)
def test_settings_that_do_not_fit_the_weights_raise(copy: Path, settings: dict[str, Any], hint: str) -> None:
    change_settings(copy, **settings)
    assert_raises(copy, hint)


def test_more_layers_raise_when_weights_have_the_prefix_of_a_head(copy: Path) -> None:
    change_weights(copy, lambda weights: {f"bert.{key}": value for key, value in weights.items()})
    assert_same(token_states(DOCUMENTS, load(copy)), token_states(DOCUMENTS, load_teacher(tiny("bert"))))
    change_settings(copy, num_hidden_layers=1)
    assert_raises(copy, "more layers than")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 3e37])
@pytest.mark.parametrize("key", [ONE, "embeddings.word_embeddings.weight"])
def test_weights_that_are_not_finite_raise(copy: Path, key: str, value: float) -> None:
    def spoil(weights: Weights) -> Weights:
        weights[key].view(-1)[7] = value
        return weights

    change_weights(copy, spoil)
    assert_raises(copy, f"has weights '{key}' of up to")


@pytest.mark.parametrize("family", ["bert", "albert"])
def test_model_without_pooler_is_the_same_in_each_process(family: str, tmp_path: Path) -> None:
    """transformers draws a pooler at random where there is none; no hidden state depends on it."""
    for part in tiny(family):
        part.save_pretrained(tmp_path)
    complete = load(tmp_path)
    change_weights(tmp_path, lambda weights: {key: w for key, w in weights.items() if "pooler" not in key})
    torch.manual_seed(1)
    first = load(tmp_path)
    torch.manual_seed(2)
    second = load(tmp_path)
    assert teacher_identity(first) == teacher_identity(second) == teacher_identity(complete)
    assert_same(token_states(DOCUMENTS, first), token_states(DOCUMENTS, load_teacher(tiny(family))))


def test_masked_language_model_has_the_identity_of_its_base_model(tmp_path: Path) -> None:
    model, tokenizer = tiny("bert")
    head = transformers.BertForMaskedLM(deepcopy(model.config)).eval()
    for part in (head, tokenizer):
        part.save_pretrained(tmp_path)
    assert teacher_identity(load(tmp_path)) == teacher_identity(load_teacher((head, tokenizer)))


def test_checkpoint_resumes_with_a_teacher_without_pooler(copy: Path, tmp_path: Path, corpus: list[list[str]]) -> None:
    change_weights(copy, lambda weights: {key: w for key, w in weights.items() if "pooler" not in key})
    settings: dict[str, Any] = {"min_count": 1, "objective": "aggregate", "cache_dir": tmp_path / "statistics"}
    first = DistilledWord2Vec(corpus, teacher=load(copy), **settings)
    torch.manual_seed(3)
    again = DistilledWord2Vec(corpus, teacher=load(copy), **settings)
    np.testing.assert_array_equal(first.wv.vectors, again.wv.vectors)


def test_encoder_saved_without_its_decoder_is_read(tmp_path: Path) -> None:
    model, tokenizer = tiny("t5")
    encoder = transformers.T5EncoderModel(deepcopy(model.config)).eval()  # which changes its configuration
    encoder.load_state_dict(model.state_dict(), strict=False)
    for part in (encoder, tokenizer):
        part.save_pretrained(tmp_path)
    assert_same(token_states(DOCUMENTS, load(tmp_path)), token_states(DOCUMENTS, load_teacher(tiny("t5"))))


@pytest.mark.parametrize("size", [None, 100], ids=["same size", "shorter"])
@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_files_of_weights_can_be_written_again(copy: Path, name: str, size: int | None) -> None:
    """A mapped file would change the weights of the teacher, and a shorter one would end the process."""
    if name == "pytorch_model.bin":
        torch.save(load_file(copy / "model.safetensors"), copy / name)
        (copy / "model.safetensors").unlink()
    teacher = load(copy)
    assert str(copy) not in mapped_files()
    (copy / name).write_bytes(bytes(size or (copy / name).stat().st_size))
    assert_same(token_states(DOCUMENTS, teacher), token_states(DOCUMENTS, load_teacher(tiny("bert"))))


def mapped_files() -> str:
    """Return what Linux says of this process's memory, with the paths of mapped files; on other systems nothing."""
    maps = Path("/proc/self/maps")
    return maps.read_text(encoding="utf-8") if maps.exists() else ""


# --- pickled weights -----------------------------------------------------------------------------


class RunsCode:
    """An object that runs a command when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


def test_pickled_weights_are_loaded(copy: Path) -> None:
    torch.save(load_file(copy / "model.safetensors"), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    assert_same(token_states(DOCUMENTS, load(copy)), token_states(DOCUMENTS, load_teacher(tiny("bert"))))


def test_code_in_pickled_weights_is_not_run(copy: Path, tmp_path: Path) -> None:
    (copy / "model.safetensors").unlink()
    torch.save({ONE: RunsCode(tmp_path / "ran")}, copy / "pytorch_model.bin")
    assert_raises(copy, "weights in a pickle with other objects than tensors, which are not loaded")
    assert not (tmp_path / "ran").exists()


def test_damaged_pickled_weights_raise(copy: Path) -> None:
    torch.save(load_file(copy / "model.safetensors"), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    content = (copy / "pytorch_model.bin").read_bytes()
    for damaged in (b"junk" * 100, content[: len(content) // 2], content[10:]):
        (copy / "pytorch_model.bin").write_bytes(damaged)
        assert_raises(copy, r"pytorch_model\.bin is not a file of torch|could load no model")
    torch.save(list(range(9)), copy / "pytorch_model.bin")
    assert_raises(copy, "could load no model")


# --- files ---------------------------------------------------------------------------------------

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 99\n"


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("", "is empty"),
        ("[]", "is not a JSON object"),
        ("3", "is not a JSON object"),
        ("null", "is not a JSON object"),
        ("{", r"is not JSON \("),
        ("[" * 100_000, r"is not JSON \("),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
        (POINTER, "is a pointer of Git LFS"),
        (b"\xff\xfe\x00", r"is not JSON \("),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json"])
def test_damaged_json_raises(copy: Path, name: str, content: str | bytes, hint: str) -> None:
    (copy / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert_raises(copy, rf"cannot be loaded: its {name} {hint}")


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "is empty"),
        (b"<html>", "is a web page"),
        (POINTER.encode(), "is a pointer of Git LFS"),
        (10, "is damaged or cut short"),
        (1000, "is damaged or cut short"),
        (-5, "is damaged or cut short"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_damaged_weights_raise(copy: Path, content: bytes | int, hint: str) -> None:
    file = copy / "model.safetensors"
    file.write_bytes(file.read_bytes()[:content] if isinstance(content, int) else content)
    assert_raises(copy, rf"cannot be loaded: its model.safetensors {hint}")


@pytest.mark.parametrize("content", ["{}", '{"model": {"type": "BPE"}}', '{"added_tokens": 3, "model": {}}'])
def test_json_that_is_no_tokenizer_raises(copy: Path, content: str) -> None:
    (copy / "tokenizer.json").write_text(content, encoding="utf-8")
    assert_raises(copy, "tokenizer: ")


def test_missing_shard_raises(copy: Path) -> None:
    shards = {key: f"model-0000{i % 2}.safetensors" for i, key in enumerate(load_file(copy / "model.safetensors"))}
    (copy / "model.safetensors").rename(copy / "model-00000.safetensors")
    (copy / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": shards}), encoding="utf-8"
    )
    assert_raises(copy, r"model: .*model-00001\.safetensors")


def test_adapter_without_peft_raises(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gensim_distill.teachers.model_folder.is_peft_available", lambda: False)
    (copy / "adapter_config.json").write_text(
        json.dumps({"peft_type": "LORA", "base_model_name_or_path": str(copy)}), encoding="utf-8"
    )
    assert_raises(copy, "pip install peft")


@pytest.mark.parametrize(
    ("modules", "hint"),
    [
        ("", "not a list of modules"),
        ("<html>", "not a list of modules"),
        ("[]", "not a list of modules"),
        ("{}", "not a list of modules"),
        ("null", "not a list of modules"),
        ("3", "not a list of modules"),
        ("[3]", "not a list of modules"),
        ("[[]]", "not a list of modules"),
        ('["junk", {}]', "not a list of modules"),
        ("[{}]", "not a list of modules"),
        ('[{"path": 3}]', "not a list of modules"),
        ('[{"path": null}]', "not a list of modules"),
        ('[{"path": "a\\u0000b"}]', "not a list of modules"),
        ("[" * 100_000, "not a list of modules"),
        ('[{"path": "' + "9" * 5_000 + '"}]', "not a list of modules"),
        ('[{"path": "../teacher-of-others"}]', "leads out of the folder"),
        ('[{"path": "/etc"}]', "leads out of the folder"),
        ('[{"path": "missing", "type": "sentence_transformers.models.Transformer"}]', "is not a transformer"),
        ('[{"path": "", "type": "sentence_transformers.models.StaticEmbedding"}]', "is a folder of static vectors"),
        ('[{"path": "0", "type": ["x"]}]', "is not a transformer"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_invalid_modules_raise(tmp_path: Path, modules: str, hint: str) -> None:
    (tmp_path / "modules.json").write_text(modules, encoding="utf-8")
    assert_raises(tmp_path, hint)


def test_static_vectors_are_no_teacher(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "model2vec", "normalize": true}', encoding="utf-8")
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).touch()
    assert_raises(tmp_path, "is a folder of static vectors, for sentence-transformers or model2vec, not a transformer")


# --- the hub -------------------------------------------------------------------------------------

ANSWERS: dict[str, tuple[int, dict[str, str], str]] = {
    "unknown": (404, {"X-Error-Code": "RepoNotFound"}, "nor a model on the hub: check the name"),
    "gated": (403, {"X-Error-Code": "GatedRepo"}, "is gated on the hub: accept its conditions"),
    "revision": (404, {"X-Error-Code": "RevisionNotFound"}, "has no such revision on the hub"),
    "private": (401, {}, "if it is private, log in"),
    "no file": (404, {}, "could not be downloaded from the hub"),
    "loop": (302, {"Location": "/loop"}, "could not be downloaded from the hub"),
    "page": (200, {"ETag": '"1"', "X-Repo-Commit": "a" * 40}, r"its config\.json is a web page"),
}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A hub on this machine, with an empty cache; each of its models is answered as its name says."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = b"<html>Sign in</html>"
            status, headers, _ = ANSWERS[
                next((kind for kind in ANSWERS if kind.replace(" ", "-") in self.path), "loop")
            ]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(page)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    home = {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_OFFLINE": "0",
        "NO_PROXY": "*",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    yield os.environ | home
    server.shutdown()
    thread.join()
    server.server_close()


# The address of the hub is read when its client is imported.
_LOAD = """
import sys
from gensim_distill import load_teacher
for name in sys.argv[1:]:
    try:
        load_teacher(f"somebody/{name}")
    except ValueError as error:
        print(ascii(str(error)))
"""


def test_odd_answers_of_the_hub_raise(hub: dict[str, str]) -> None:
    names = [kind.replace(" ", "-") for kind in ANSWERS]
    run = subprocess.run(
        [sys.executable, "-c", _LOAD, *names], check=False, capture_output=True, text=True, env=hub, timeout=900
    )
    messages = run.stdout.splitlines()
    assert len(messages) == len(names), run.stderr
    for name, message, (_, _, hint) in zip(names, messages, ANSWERS.values()):
        assert f"teacher='somebody/{name}'" in message
        assert re.search(hint, message), message


# --- code ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False])
def test_code_of_a_model_is_not_run(copy: Path, tmp_path: Path, known: bool) -> None:
    """A model of a class that transformers has is read without the code in its folder."""
    (copy / "modeling_own.py").write_text(f"import os; os.mkdir({str(tmp_path / 'ran')!r})\n", encoding="utf-8")
    auto_map = {"AutoConfig": "modeling_own.Config", "AutoModel": "modeling_own.Model"}
    change_settings(copy, auto_map=auto_map, **({} if known else {"model_type": "own"}))
    if known:
        assert_same(token_states(DOCUMENTS, load(copy)), token_states(DOCUMENTS, load_teacher(tiny("bert"))))
    else:
        assert_raises(copy, r"contains Python code, which would be run here: .*trust_remote_code=True")
    assert not (tmp_path / "ran").exists()
