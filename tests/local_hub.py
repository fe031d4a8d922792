"""A local server that answers like the Hugging Face hub."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import huggingface_hub
import pytest

TOKEN = "hf_of_nobody"


class Hub(ThreadingHTTPServer):
    """The part of the hub that creates repositories and branches, commits files, small ones and by LFS, and returns them.

    All branches of a repository have the same files; each has a commit of its own.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.objects: dict[str, bytes] = {}
        self.by_lfs: list[str] = []
        self.messages: list[str] = []
        self.fail: dict[str, int] = {}  # status to answer with, by a part of the path
        self.branches: dict[str, str] = {"main": "0" * 40}  # commits by name
        self.requests: list[str] = []

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
        if self.fails(path):
            return None
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer({"error": "Invalid username or password."}, 401)
        if path == "/api/repos/create":
            return self.create(json.loads(body))
        if path == "/api/validate-yaml":
            return self.answer({"errors": [], "warnings": []})
        if "/branch/" in path:
            name = path.rpartition("/")[2]
            self.server.branches[name] = hashlib.sha1(name.encode()).hexdigest()
            return self.answer({})
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

    def fails(self, path: str) -> bool:
        self.server.requests.append(f"{self.command} {path}")
        for part, status in self.server.fail.items():
            if part in path:
                self.answer({"error": "the hub is having a bad day"}, status)
                return True
        return False

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if self.fails(path):
            return None
        parts = path.removeprefix("/api/models").strip("/").split("/")
        name, rest = "/".join(parts[:2]), parts[2:]
        readable = self.headers.get("Authorization") == f"Bearer {TOKEN}" or not self.server.private.get(name, True)
        if name not in self.server.repositories or not readable:
            return self.answer({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
        files = self.server.repositories[name]
        commit = self.server.branches["main"]
        if rest and rest[0] in ("revision", "tree", "resolve"):
            commit = self.server.branches.get(rest[1], rest[1])
            if commit not in self.server.branches.values():
                return self.answer({"error": "Invalid rev id"}, 404, {"X-Error-Code": "RevisionNotFound"})
        if rest and rest[0] == "tree":
            return self.answer(
                [{"type": "file", "path": path, "size": len(data), "oid": etag(data)} for path, data in files.items()]
            )
        if not rest or rest[0] == "revision":
            return self.answer({"id": name, "sha": commit, "siblings": [{"rfilename": path} for path in files]})
        data = files["/".join(rest[2:])]
        self.send(data, 200, {"X-Repo-Commit": commit, "ETag": f'"{etag(data)}"'})

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

    def answer(self, reply: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send(json.dumps(reply).encode(), status, {"Content-Type": "application/json", **(headers or {})})

    def send(self, data: bytes, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def set_offline(monkeypatch: pytest.MonkeyPatch, offline: bool) -> None:
    """Set the offline mode of huggingface_hub, whose versions before 1.0 ask for it only when a session begins."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", offline)
    end_sessions()


def end_sessions() -> None:
    """End the sessions of huggingface_hub: later ones have the present settings."""
    getattr(huggingface_hub.utils, "reset_sessions", getattr(huggingface_hub, "close_session", None))()


def etag(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()
