"""Text heads of models on the hub: which files are asked for, and what is read from the cache alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from sentence_transformer_models import write_head
from tiny_models import tiny

# Each step is announced to the hub; its addresses are read when its client is imported.
_LOAD = """
import logging, sys, urllib.request
import huggingface_hub.constants as constants
from gensim_distill import load_teacher

logging.basicConfig(stream=sys.stdout, format="%(message)s")
steps = ["plain", "plain", "dense", "dense", "offline plain", "offline dense", "offline unknown"]
for number, step in enumerate(steps):
    name = step.split()[-1]
    if step == "offline unknown":
        # A model that was loaded with other programs.
        from transformers import AutoModel, AutoTokenizer
        for kind in AutoModel, AutoTokenizer:
            kind.from_pretrained("somebody/unknown")
    urllib.request.urlopen(f"{constants.ENDPOINT}/step/{number}")
    constants.HF_HUB_OFFLINE = step.startswith("offline")
    teacher = load_teacher(f"somebody/{name}", device="cpu", dtype="float32")
    print(step, teacher.text_head, teacher.source()[0])
    constants.HF_HUB_OFFLINE = False
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with models: two without modules.json, and one with a dense layer."""
    for name in ("plain", "dense", "unknown"):
        for part in tiny("bert"):
            part.save_pretrained(tmp_path / "somebody" / name)
    settings = {"in_features": 24, "out_features": 2, "bias": False, "activation_function": "torch.nn.Tanh"}
    write_head(
        tmp_path / "somebody" / "dense",
        ("Pooling", {"pooling_mode_cls_token": True}, None),
        ("Dense", settings, {"linear.weight": torch.ones(2, 24)}),
        ("Normalize", None, None),
    )
    return tmp_path


@pytest.fixture
def hub(models: Path) -> Iterator[tuple[str, list[str]]]:
    """A hub on this machine with these models, and the requests that it gets."""
    requests: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(f"{self.command} {self.path}")
            file = models / self.path.lstrip("/").replace("/resolve/main/", "/").replace(f"/resolve/{'a' * 40}/", "/")
            found = file.is_file()
            content = file.read_bytes() if found else b""
            self.send_response(200 if found or "/step/" in self.path else 404)
            headers = {
                "ETag": f'"{abs(hash(content))}"',
                "X-Repo-Commit": "a" * 40,
                "Content-Length": str(len(content)),
            }
            for name, value in (headers | ({} if found else {"X-Error-Code": "EntryNotFound"})).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    thread.join()
    server.server_close()


def test_models_of_the_hub_are_asked_for_no_more_than_they_need(hub: tuple[str, list[str]], tmp_path: Path) -> None:
    endpoint, requests = hub
    environment = {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "NO_PROXY": "*",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    run = subprocess.run(
        [sys.executable, "-c", _LOAD],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=900,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    lines = [line for line in run.stdout.splitlines() if "somebody/" in line]
    plain, dense = "<TextHead: mean>", "<TextHead: first, Dense of 2, Normalize>"
    assert lines[:6] == [
        f"plain {plain} somebody/plain",
        f"plain {plain} somebody/plain",
        f"dense {dense} somebody/dense",
        f"dense {dense} somebody/dense",
        f"offline plain {plain} somebody/plain",
        f"offline dense {dense} somebody/dense",
    ]
    warning, last = lines[6:]
    assert warning.startswith("teacher='somebody/unknown': its modules.json is not in the local Hugging Face cache")
    assert last == f"offline unknown {plain} somebody/unknown"
    steps = [index for index, request in enumerate(requests) if "/step/" in request]
    asked = [requests[begin:end] for begin, end in zip(steps, [*steps[1:], len(requests)])]

    def of_head(step: int) -> list[str]:
        kinds = ("modules.json", "1_Pooling", "2_Dense", "3_Normalize")
        return [request for request in asked[step] if any(kind in request for kind in kinds)]

    assert [request.split()[0] for request in of_head(0)] == ["HEAD"]
    assert of_head(1) == of_head(3) == []
    files = {request.rpartition("/")[2] for request in of_head(2)}
    assert files == {"modules.json", "config.json", "model.safetensors"}
    assert len(of_head(2)) == 8  # the head and the content of each
    assert not any("/plain/" in request or "/dense/" in request for request in asked[4] + asked[5])
