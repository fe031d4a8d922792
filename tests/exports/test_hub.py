"""Uploads to a local server that answers like the hub."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub
import numpy as np
import pytest
from gensim.models import KeyedVectors

from gensim_distill.exports import export, push_to_hub
from gensim_distill.vectors import load_safetensors

TOKEN = "hf_of_nobody"


class Hub(ThreadingHTTPServer):
    """The part of the hub that creates repositories and commits files, small ones and by LFS."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.objects: dict[str, bytes] = {}
        self.by_lfs: list[str] = []
        self.messages: list[str] = []
        self.fail: dict[str, int] = {}  # status to answer with, by a part of the path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *arguments: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        for part, status in self.server.fail.items():
            if part in path:
                return self.answer({"error": "the hub is having a bad day"}, status)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer({"error": "Invalid username or password."}, 401)
        if path == "/api/repos/create":
            return self.create(json.loads(body))
        if path == "/api/validate-yaml":
            return self.answer({"errors": [], "warnings": []})
        if "/preupload/" in path:
            files = json.loads(body)["files"]
            modes = {True: "lfs", False: "regular"}
            return self.answer(
                {
                    "files": [
                        {
                            "path": file["path"],
                            "uploadMode": modes[file["path"].endswith(".safetensors")],
                            "shouldIgnore": False,
                        }
                        for file in files
                    ]
                }
            )
        if path.endswith("/info/lfs/objects/batch"):
            objects = [
                {**wanted, "actions": {"upload": {"href": f"{self.server.address}/objects/{wanted['oid']}"}}}
                for wanted in json.loads(body)["objects"]
            ]
            return self.answer({"transfer": "basic", "objects": objects})
        if "/commit/" in path:
            return self.commit(path, [json.loads(line) for line in body.splitlines()])
        return self.answer({"error": f"no such path as {path}"}, 404)

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == f"/objects/{hashlib.sha256(data).hexdigest()}"
        self.server.objects[self.path.rpartition("/")[2]] = data
        self.answer({})

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].removeprefix("/api/models/")
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer({"error": "Invalid username or password."}, 401)
        elif name in self.server.repositories:
            self.answer({"id": name})
        else:
            self.answer({"error": f"no such path as {name}"}, 404)

    def create(self, wanted: dict[str, Any]) -> None:
        name = f"{wanted.get('organization') or 'somebody'}/{wanted['name']}"
        if name in self.server.repositories:
            return self.answer(
                {"error": "You already created this model repo", "url": f"{self.server.address}/{name}"}, 409
            )
        self.server.repositories[name] = {}
        self.server.private[name] = bool(wanted.get("private")) or wanted.get("visibility") == "private"  # older, newer
        self.answer({"url": f"{self.server.address}/{name}", "name": name})

    def commit(self, path: str, lines: list[dict[str, Any]]) -> None:
        name = "/".join(path.split("/")[3:5])
        files = self.server.repositories[name]
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                self.server.messages.append(value["summary"])
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.objects[value["oid"]]
                self.server.by_lfs.append(value["path"])
        url = f"{self.server.address}/{name}/commit/0123456789abcdef"
        self.answer({"commitUrl": url, "commitOid": "0123456789abcdef", "success": True})

    def answer(self, reply: Any, status: int = 200) -> None:
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    # Other tests run in offline mode; this server is local, and has no Xet.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    vectors = KeyedVectors(4)
    vectors.add_vectors(["cat", "dog"], np.eye(2, 4, dtype=np.float32))
    return export(vectors, tmp_path / "vectors", "safetensors")


def push(folder: Path, hub: Hub, name: str = "somebody/vectors", token: str | None = TOKEN, **settings: Any) -> str:
    return push_to_hub(folder, name, token=token, endpoint=hub.address, **settings)


def test_push_uploads_the_exported_files(hub: Hub, exported: Path, tmp_path: Path) -> None:
    (exported / ".DS_Store").write_bytes(b"of this machine")
    url = push(exported, hub, private=True, message="First vectors")
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
    (exported / "README.md").write_text("---\nlicense: mit\n---\nCorrected.")
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
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
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
