"""Sentence transformers of a tiny BERT with random modules, and the files of some that the library does not save."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_models import tiny

TEXTS = ["The quick brown fox jumps over the lazy dog.", "cats", "A lazy dog, a quick cat! Brown bears eat honey."]


def sentence_transformer(folder: Path, pooling: Any, kinds: Sequence[str] = (), **dense: Any) -> Any:
    """Build a SentenceTransformer in memory, whose transformer is saved in a folder.

    `kinds` are the names of modules after the pooling; `dense` are settings of the modules Dense.
    """
    library = pytest.importorskip("sentence_transformers")
    modules = pytest.importorskip("sentence_transformers.sentence_transformer.modules")
    model, tokenizer = tiny("bert")
    for part in (model, tokenizer):
        part.save_pretrained(folder)
    width = model.config.hidden_size
    chain = [modules.Transformer(str(folder)), modules.Pooling(width, pooling)]
    generator = torch.Generator().manual_seed(len(kinds))
    for kind in kinds:
        made = {
            "Dense": lambda width=width: modules.Dense(width, **({"out_features": 12} | dense)),
            "LayerNorm": lambda width=width: modules.LayerNorm(width),
            "Normalize": modules.Normalize,
            "Dropout": lambda: modules.Dropout(0.9),
        }[kind]()
        for parameter in made.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator)
        chain.append(made)
        width = getattr(made, "out_features", width)
    return library.SentenceTransformer(modules=chain, device="cpu").eval()


def write_head(folder: Path, *modules: tuple[str, dict[str, Any] | None, dict[str, Any] | None]) -> None:
    """Write modules.json and the folders of modules, each with its class, settings and weights."""
    from safetensors.torch import save_file

    listed = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    for number, (kind, settings, weights) in enumerate(modules, 1):
        path = f"{number}_{kind.rpartition('.')[2]}"
        name = kind if "." in kind else f"sentence_transformers.models.{kind}"
        listed.append({"idx": number, "name": str(number), "path": path, "type": name})
        (folder / path).mkdir(parents=True, exist_ok=True)
        if settings is not None:
            (folder / path / "config.json").write_text(json.dumps(settings), encoding="utf-8")
        if weights is not None:
            save_file(weights, folder / path / "model.safetensors")
    (folder / "modules.json").write_text(json.dumps(listed), encoding="utf-8")
