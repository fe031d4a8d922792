"""Uploads to a local server that answers like the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import huggingface_hub
import numpy as np
import pytest
from gensim.models import KeyedVectors
from local_hub import TOKEN, Hub, set_offline

from gensim_distill.exports import export, push_to_hub
from gensim_distill.vectors import load_safetensors


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    vectors = KeyedVectors(4)
    vectors.add_vectors(["cat", "dog"], np.eye(2, 4, dtype=np.float32))
    return export(vectors, tmp_path / "vectors", "safetensors")


def push(folder: Path, hub: Hub, name: str = "somebody/vectors", token: str | None = TOKEN, **settings: Any) -> str:
    return push_to_hub(folder, name, token=token, endpoint=hub.address, **settings)


def test_push_uploads_the_exported_files(hub: Hub, exported: Path, tmp_path: Path) -> None:
    (exported / ".DS_Store").write_bytes(b"of this machine")
    url = push(exported, hub, private=True, commit_message="First vectors")
    assert url == f"{hub.address}/somebody/vectors/commit/0123456789abcdef"
    assert hub.private == {"somebody/vectors": True}
    assert hub.messages == ["First vectors"]
    assert hub.by_lfs == ["vectors.safetensors"]
    files = hub.repositories["somebody/vectors"]
    assert set(files) == {"README.md", "vectors.safetensors", "vocabulary.json"}
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    for name, data in files.items():
        (fetched / name).write_bytes(data)
    assert load_safetensors(fetched).index_to_key == ["cat", "dog"]


def test_push_to_an_existing_repository_adds_a_commit(hub: Hub, exported: Path) -> None:
    push(exported, hub)
    (exported / "README.md").write_text("---\nlicense: mit\n---\nCorrected.", encoding="utf-8")
    push(exported, hub)
    assert b"Corrected." in hub.repositories["somebody/vectors"]["README.md"]
    assert len(hub.messages) == 2


def test_a_missing_folder_or_model_card_raises(hub: Hub, exported: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        push(tmp_path / "missing", hub)
    (exported / "README.md").unlink()
    with pytest.raises(FileNotFoundError, match=r"has no model card, README\.md"):
        push(exported, hub)
    assert not hub.repositories


def test_a_missing_or_invalid_token_raises(hub: Hub, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    with pytest.raises(PermissionError, match="There is no token for .*`hf auth login`"):
        push(exported, hub, token=None)
    with pytest.raises(PermissionError, match="does not know this token"):
        push(exported, hub, token="hf_wrong")
    hub.fail = {"/commit/": 403}
    with pytest.raises(PermissionError, match="does not allow this token to write to 'somebody/vectors'"):
        push(exported, hub)


def test_an_invalid_name_raises(hub: Hub, exported: Path) -> None:
    with pytest.raises(ValueError, match="'a/b/c' is not a valid name of a repository: use 'owner/name'"):
        push(exported, hub, "a/b/c")


def test_a_failing_or_unreachable_hub_raises(hub: Hub, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.fail = {"/preupload/": 418}
    with pytest.raises(ConnectionError, match="rejected the upload to 'somebody/vectors' with status 418"):
        push(exported, hub)
    with pytest.raises(ConnectionError, match="http://127.0.0.1:9 cannot be reached"):
        push_to_hub(exported, "somebody/vectors", token=TOKEN, endpoint="http://127.0.0.1:9")
    set_offline(monkeypatch, True)
    with pytest.raises(ConnectionError, match="unset the environment variable HF_HUB_OFFLINE"):
        push(exported, hub)


@pytest.mark.parametrize("token", ["hf_\u00fc", "hf_a\nb", 5])
def test_a_token_that_cannot_be_one_raises_without_showing_it(token: Any, exported: Path) -> None:
    with pytest.raises(ValueError, match="The token has characters") as raised:
        push_to_hub(exported, "owner/name", token=token, endpoint="http://127.0.0.1:9")
    assert str(token) not in str(raised.value)


def test_a_name_that_is_no_string_raises(exported: Path) -> None:
    with pytest.raises(TypeError, match="repo_id=None must be the name of a repository"):
        push_to_hub(exported, None, token="hf_a")  # type: ignore[arg-type]
