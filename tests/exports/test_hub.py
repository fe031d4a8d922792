"""Publishing: what a model card says, and an upload to a server on this machine that answers as the hub does."""

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
from huggingface_hub import ModelCard

from gensim_distill import DistilledWord2Vec
from gensim_distill.exports import export, push_to_hub
from gensim_distill.vectors import load_safetensors

TOKEN = "hf_of_nobody"


class Hub(ThreadingHTTPServer):
    """As much of the hub as it takes to create a repository and commit files to it, small ones and by LFS."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.objects: dict[str, bytes] = {}
        self.by_lfs: list[str] = []
        self.messages: list[str] = []
        self.fail: dict[str, int] = {}  # the status to answer with, by what is in the path

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
        return self.answer({"error": f"no such thing as {path}"}, 404)

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
            self.answer({"error": f"no such thing as {name}"}, 404)

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

    def answer(self, what: Any, status: int = 200) -> None:
        data = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    # Elsewhere the tests keep huggingface_hub from asking the network; this server is on this machine, and has no Xet.
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


def test_what_is_pushed_is_what_was_exported(hub: Hub, exported: Path, tmp_path: Path) -> None:
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


def test_a_repository_that_is_there_gets_another_commit(hub: Hub, exported: Path) -> None:
    push(exported, hub)
    (exported / "README.md").write_text("---\nlicense: mit\n---\nMended.")
    push(exported, hub)
    assert b"Mended." in hub.repositories["somebody/vectors"]["README.md"]
    assert len(hub.messages) == 2


def test_a_folder_that_is_none_or_has_no_card(hub: Hub, exported: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        push(tmp_path / "missing", hub)
    (exported / "README.md").unlink()
    with pytest.raises(FileNotFoundError, match=r"has no model card, README\.md"):
        push(exported, hub)
    assert not hub.repositories


def test_no_token_and_a_wrong_one(hub: Hub, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    with pytest.raises(PermissionError, match="There is no token for .*`hf auth login`"):
        push(exported, hub, token=None)
    with pytest.raises(PermissionError, match="does not know this token"):
        push(exported, hub, token="hf_wrong")
    hub.fail = {"/commit/": 403}
    with pytest.raises(PermissionError, match="does not allow this token to write to 'somebody/vectors'"):
        push(exported, hub)


def test_names_that_are_none(hub: Hub, exported: Path) -> None:
    with pytest.raises(ValueError, match="'a/b/c' is no name of a repository: give 'owner/name'"):
        push(exported, hub, "a/b/c")


def test_a_hub_that_fails_or_is_not_there(hub: Hub, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.fail = {"/preupload/": 418}
    with pytest.raises(ConnectionError, match="refused the upload to 'somebody/vectors' with status 418"):
        push(exported, hub)
    with pytest.raises(ConnectionError, match="http://127.0.0.1:9 cannot be reached"):
        push_to_hub(exported, "somebody/vectors", token=TOKEN, endpoint="http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ConnectionError, match="unset the variable HF_HUB_OFFLINE"):
        push(exported, hub)


# --- model cards ------------------------------------------------------------------------------------


def test_a_card_says_what_went_in(teacher: Any, corpus: list[list[str]], tmp_path: Path) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=2)
    path = export(
        model,
        tmp_path / "my-vectors",
        "safetensors",
        dtype="float16",
        license="cc-by-4.0",
        languages=["en"],
        scores={"SimLex-999": 0.5314, "pairs | used": 12},
    )
    card = ModelCard.load(path / "README.md")
    data = card.data.to_dict()
    assert data["license"] == "cc-by-4.0"
    assert data["language"] == ["en"]
    assert "base_model" not in data  # a teacher without a name on the hub
    words = sum(map(len, corpus))
    for expected in (
        "# my-vectors",
        "load_safetensors('my-vectors')",
        "| made by | DistilledWord2Vec |",
        f"| texts in the corpus | {len(corpus)} |",
        f"| words in the corpus | {words} |",
        f"| words with a vector | {len(model.wv)} |",
        "| numbers | float16 |",
        "| SimLex-999 | 0.531 |",
        "| pairs \\| used | 12 |",
        "| min_count | 2 |",
        "Hybrid(",
        "Published under cc-by-4.0.",
        "the license of the teacher" if model.teacher_name else "the license of the model they were distilled from",
        "arXiv",
        "2106.04302",
    ):
        assert expected in card.content, expected


def test_a_card_names_the_teacher_but_not_where_it_is(folder: Path, corpus: list[list[str]], tmp_path: Path) -> None:
    model = DistilledWord2Vec(corpus, teacher=folder, min_count=1, device="cpu", dtype="float32")
    content = (export(model, tmp_path / "v", "safetensors") / "README.md").read_text()
    assert "| teacher | tiny-bert |" in content
    assert str(folder.parent) not in content
    assert "base_model" not in content
    model._teacher_source = ("some/teacher", {})  # as of one from the hub
    content = (export(model, tmp_path / "w", "safetensors") / "README.md").read_text()
    assert "base_model: some/teacher" in content


def test_cards_of_bare_vectors_say_that_nothing_is_known(exported: Path) -> None:
    content = (exported / "README.md").read_text()
    assert "No license was named" in content
    assert "in the corpus" not in content
    assert "## Settings" not in content
    assert "## Scores" not in content


def test_spacys_language_is_that_of_its_card(exported: Path, tmp_path: Path) -> None:
    path = export(exported, tmp_path / "pipeline", "spacy", language="de")
    assert ModelCard.load(path / "README.md").data.language == ["de"]
