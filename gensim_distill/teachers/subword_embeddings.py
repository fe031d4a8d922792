"""The input embeddings of words: a vector for any string without a forward pass of the teacher."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn.functional import embedding_bag

_BATCH = 10_000  # strings


def has_input_embeddings(model: Any) -> bool:
    """Return whether a model looks its subwords up in one matrix of embeddings.

    Parameters
    ----------
    model : transformers.PreTrainedModel
    """
    return _weight(model) is not None


def subword_embeddings(words: Sequence[str], tokenizer: Tokenizer, model: Any) -> np.ndarray:
    """Return the mean input embedding of the subwords of each word.

    Parameters
    ----------
    words : sequence of str
    tokenizer : tokenizers.Tokenizer
        Without truncation and padding.
    model : transformers.PreTrainedModel
        With :func:`has_input_embeddings`.

    Returns
    -------
    numpy.ndarray of float32, shape (n_words, d)
        The dimensions of the embeddings may differ from those of hidden states. Zeros for words without subwords.

    Raises
    ------
    ValueError
        If an embedding is not finite.
    """
    weight = _weight(model)
    assert weight is not None
    means = np.zeros((len(words), weight.shape[1]), np.float32)
    for begin in range(0, len(words), _BATCH):
        ids = [
            code.ids for code in tokenizer.encode_batch(list(words[begin : begin + _BATCH]), add_special_tokens=False)
        ]
        begins = np.cumsum([0] + [len(own) for own in ids[:-1]])
        flat = torch.tensor(list(itertools.chain.from_iterable(ids)), dtype=torch.int64, device=weight.device)
        with torch.inference_mode():
            rows, inverse = flat.unique(return_inverse=True)
            bags = embedding_bag(inverse, weight[rows].float(), torch.from_numpy(begins).to(weight.device), mode="mean")
        means[begin : begin + len(ids)] = bags.cpu().numpy()
    if not np.isfinite(means.sum()):
        raise ValueError("The input embeddings of the teacher are not all finite: its weights are damaged.")
    return means


def _weight(model: Any) -> torch.Tensor | None:
    try:
        weight = getattr(model.get_input_embeddings(), "weight", None)
    except (AttributeError, NotImplementedError):
        return None
    return weight if isinstance(weight, torch.Tensor) and weight.ndim == 2 and weight.is_floating_point() else None
