"""Teachers: the states of words against a slow reference, long texts, odd characters, loading, devices."""

from __future__ import annotations

import copy
import itertools
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import BYTE_LEVEL, FAMILIES, POSITIONS, UNIGRAM, WORDPIECE, tiny, tiny_model
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import ByT5Tokenizer, PreTrainedTokenizerFast

from gensim_distill import DistilledWord2Vec, StateBatch, Teacher, TextReader, load_teacher
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document, DocumentText
from gensim_distill.objectives import OBJECTIVES
from gensim_distill.teachers import TransformerTeacher, resolve_layers
from gensim_distill.teachers.devices import choose_device, choose_dtype, cpu_has_bfloat16
from gensim_distill.teachers.windows import Window, batch_windows, split_windows

READER = TextReader()

ITEMS: list[Document] = [
    "The quick brown fox jumps over the lazy dog. It ran away!  Why? Nobody knows",
    "Cats sleep.",
    ["the", "dog", ".", "a", "quick", "cat", "eats", "new_york", "!", "honey"],
    "Le café de l'été — Größere  Bären,\tand\n\nNew York: 3.5 km…",
    ["hens"],
    [],
    "Быстрая лиса 敏捷的 棕色。السريع 👩‍👩‍👧 e\u0301te\u0301 ﬁn",
    "",
    "\u200b",
    ["the", "", "\u200b", "dog", " ", "cat"],
]

# Close, but not closer than float32 adds: the same sums are taken in another order in a padded batch.
CLOSE = {"atol": 1e-5, "rtol": 1e-5}


# --- the reference: one text at a time, never padded, averaged in a plain loop ----------------------


@torch.no_grad()
def read_alone(model: Any, tokenizer: Any, string: str) -> tuple[np.ndarray, list[tuple[int, int]], list[int]]:
    """Give the states (layers, subwords, width), the offsets, and which subwords are special tokens."""
    encoding = tokenizer(string, return_offsets_mapping=True, return_special_tokens_mask=True)
    if not encoding["input_ids"]:
        return np.zeros((1, 0, 1)), [], []
    body = model.get_encoder() if model.config.is_encoder_decoder else model
    output = body(input_ids=torch.tensor([encoding["input_ids"]]), output_hidden_states=True)
    states = torch.stack(output.hidden_states)[:, 0].float().numpy()
    return states, encoding["offset_mapping"], encoding["special_tokens_mask"]


def mean_or_nothing(states: list[np.ndarray]) -> np.ndarray | None:
    return np.mean(states, axis=0) if states else None


def slow_contexts(
    items: Iterable[Document], model: Any, tokenizer: Any, layers: Sequence[int], scope: str | int
) -> list[Any]:
    """Give the context of every word of the items, None where there is none."""
    contexts: list[Any] = []
    for item in items:
        text = READER.text(item)
        states, offsets, special = read_alone(model, tokenizer, text.string)
        if all(special):  # nothing to read
            contexts += [None] * len(text.keys)
            continue
        states = np.mean([states[layer] for layer in layers], axis=0)

        def over(start: int, end: int, states: Any = states, offsets: Any = offsets) -> np.ndarray | None:
            return mean_or_nothing([x for x, (a, b) in zip(states, offsets) if a < b and a < end and b > start])

        words = [over(start, end) if start < end else None for start, end in zip(text.starts, text.ends)]
        if scope == "token":
            contexts += words
        elif scope == "text":
            contexts += [states.mean(axis=0)] * len(words)
        elif scope == "sentence":
            for word_start in text.starts:
                mine = [s for s in READER.sentences(item, text) if s[0] <= word_start < s[1]]
                contexts.append(over(*mine[0]) if mine else None)
        else:
            for i in range(len(words)):
                near = words[max(0, i - int(scope)) : i + int(scope) + 1]
                contexts.append(mean_or_nothing([word for word in near if word is not None]))
    return contexts


def contexts_of(items: Iterable[Document], teacher: Teacher, views: Sequence[View]) -> dict[str, list[Any]]:
    """Give, for each view, the context of every word of the items as the package reads them, None where there is none."""
    contexts: dict[str, list[Any]] = {view.name: [] for view in views}
    for chunk in read_contexts(items, READER, teacher, views, {}):
        for name, batch in chunk.items():
            contexts[name] += [batch.contexts[row] if row >= 0 else None for row in batch.rows]
    return contexts


def token_states(items: Iterable[Document], teacher: Teacher, layer: int = -1) -> list[Any]:
    layers = resolve_layers(layer, teacher.num_layers)
    return contexts_of(items, teacher, [View(layers, "token")])[View(layers, "token").name]


def assert_same(found: Sequence[Any], expected: Sequence[Any]) -> None:
    assert [context is None for context in found] == [context is None for context in expected]
    for one, other in zip(found, expected):
        if one is not None:
            np.testing.assert_allclose(one, other, **CLOSE)


# --- every family of tokenizers and models ---------------------------------------------------------

LAYERS = {"first": [0], "last": [-1], "several": [0, -2, -1]}
SCOPES: list[str | int] = ["token", 1, "sentence", "text"]


@pytest.mark.parametrize("batch_tokens", [1, 100_000], ids=["each text alone", "padded"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_contexts_of_words_are_those_of_the_slow_reference(family: str, batch_tokens: int) -> None:
    model, tokenizer = tiny(family)
    teacher = load_teacher((model, tokenizer), batch_tokens=batch_tokens)
    assert (teacher.width, teacher.num_layers) == (24, 3)
    chosen = {name: resolve_layers(layers, 3) for name, layers in LAYERS.items()}
    views = {(name, scope): View(layers, scope) for name, layers in chosen.items() for scope in SCOPES}

    found = contexts_of(ITEMS, teacher, list(views.values()))

    for name, layers in LAYERS.items():
        for scope in SCOPES:
            assert_same(found[views[name, scope].name], slow_contexts(ITEMS, model, tokenizer, layers, scope))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_vectors_of_aggregate_are_the_centered_means_of_the_reference(family: str, corpus: list[list[str]]) -> None:
    model, tokenizer = tiny(family)
    distilled = DistilledWord2Vec(
        corpus, min_count=1, teacher=(model, tokenizer), objective="aggregate", layers=[-1], device="cpu"
    )
    states: dict[str, list[np.ndarray]] = {}
    for word, state in zip(itertools.chain(*corpus), slow_contexts(corpus, model, tokenizer, [-1], "token")):
        states.setdefault(word, []).append(state)
    means = np.array([np.mean(states[word], axis=0) for word in distilled.wv.index_to_key])
    np.testing.assert_allclose(distilled.wv.vectors, means - means.mean(axis=0), **CLOSE)


@pytest.mark.parametrize("family", WORDPIECE)
def test_word_states_are_those_of_tokens_that_transformers_split_by_itself(family: str) -> None:
    """The same as above by another road: the tokenizer is given the tokens and says which word each subword is of."""
    model, tokenizer = tiny(family)
    texts = [["The", "café", "sleeps", ",", "don't", "it", "?"], ["Größere", "foxes", "(", "eat", ")", "3.5", "hens"]]
    expected = []
    for tokens in texts:
        encoding = tokenizer(tokens, is_split_into_words=True, return_tensors="pt", return_token_type_ids=False)
        with torch.no_grad():
            states = model(**encoding).last_hidden_state[0].numpy()
        for word in range(len(tokens)):
            expected.append(states[[i == word for i in encoding.word_ids()]].mean(axis=0))
    assert_same(token_states(texts, load_teacher((model, tokenizer))), expected)


def test_each_occurrence_of_a_word_has_a_state_of_its_own(teacher: TransformerTeacher) -> None:
    one, _, other, _ = token_states([["dog", "cat"], ["dog", "bear"]], teacher)
    assert np.abs(one - other).max() > 1e-4


@pytest.mark.parametrize(
    ("family", "head"),
    [
        ("bert", "BertForMaskedLM"),
        ("distilbert", "DistilBertForSequenceClassification"),
        ("gpt2", "GPT2LMHeadModel"),
        ("roberta", "RobertaForTokenClassification"),
        ("t5", "T5ForConditionalGeneration"),
        ("t5", "T5EncoderModel"),
    ],
)
def test_a_model_with_a_head_is_read_below_it(family: str, head: str) -> None:
    _, tokenizer = tiny(family)
    torch.manual_seed(0)
    model = getattr(transformers, head)(copy.deepcopy(tiny(family)[0].config)).eval()
    ids = tokenizer("the dog sleeps", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        output = (model.encoder if family == "t5" else model)(input_ids=ids, output_hidden_states=True)
    states = output.hidden_states[-1][0].numpy()
    [found, *_] = contexts_of(["the dog sleeps"], load_teacher((model, tokenizer)), [View((2,), "text")])["text.2"]
    np.testing.assert_allclose(found, states.mean(axis=0), **CLOSE)


def test_padding_does_not_reach_the_states_of_mobilebert() -> None:
    """MobileBERT joins each embedding with its neighbors', so that of padding reaches the last token of a text."""
    tokenizer = tiny("mobilebert")[1]
    model = tiny_model("mobilebert", tokenizer)
    model.embeddings.word_embeddings.weight.data[tokenizer.pad_token_id] = 1.0
    found = token_states(ITEMS, load_teacher((model, tokenizer), batch_tokens=100_000))
    assert_same(found, slow_contexts(ITEMS, model, tokenizer, [-1], "token"))


def test_a_tokenizer_that_does_not_know_the_latin_alphabet_can_teach() -> None:
    tokenizer = Tokenizer(models.BPE())  # without an unknown token, so "a" is nothing to it
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(["лиса и собака"], trainers.BpeTrainer(special_tokens=["<s>"], show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>")
    model = tiny_model("gpt2", fast)
    texts = ["лиса и собака", "собака"]
    found = token_states(texts, load_teacher((model, fast)))
    assert_same(found, slow_contexts(texts, model, fast, [-1], "token"))


def test_bfloat16_states_are_near_those_of_float32(bert: tuple[Any, Any]) -> None:
    exact = token_states(ITEMS, load_teacher(bert))
    rounded = token_states(ITEMS, load_teacher(bert, dtype="bfloat16"))
    pairs = [(one, other) for one, other in zip(exact, rounded) if one is not None]
    assert {rounded.dtype for _, rounded in pairs} == {np.dtype(np.float32)}
    assert 1e-6 < max(np.abs(one - other).max() for one, other in pairs) < 0.1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("family", FAMILIES)
def test_states_on_a_gpu_are_near_those_on_the_cpu(family: str) -> None:
    expected = token_states(ITEMS, load_teacher(tiny(family), device="cpu"))
    found = token_states(ITEMS, load_teacher(tiny(family), device="cuda"))
    assert [state is None for state in found] == [state is None for state in expected]
    for one, other in zip(found, expected):
        if other is not None:
            np.testing.assert_allclose(one, other, atol=1e-2)


def test_read_gives_each_subword_once_with_the_characters_it_covers(bert: tuple[Any, Any]) -> None:
    texts = ["the café sleeps", "", "\u200b", "dog"]
    seen = []
    for batch in load_teacher(bert, batch_tokens=1).read(texts, [0, 3]):
        assert [tuple(states.shape) for states in batch.states] == [(len(batch.texts), 32)] * 2
        seen += list(zip(batch.texts.tolist(), batch.starts.tolist(), batch.ends.tolist()))
    expected = [(i, *span) for i in (0, 3) for span in bert[1](texts[i], return_offsets_mapping=True)["offset_mapping"]]
    assert sorted(seen) == sorted(expected)


# --- long texts ------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(length=st.integers(0, 200), size=st.integers(1, 40), data=st.data())
def test_windows_keep_each_subword_once_and_give_it_context(length: int, size: int, data: st.DataObject) -> None:
    word_starts = np.array(sorted(data.draw(st.sets(st.integers(0, max(length - 1, 0)), max_size=60))), dtype=np.int64)
    windows = list(split_windows(7, word_starts, length, size))
    assert [i for window in windows for i in range(window.keep_begin, window.keep_end)] == list(range(length))
    for window in windows:
        assert window.text == 7
        assert len(window) <= size
        assert 0 <= window.begin <= window.keep_begin < window.keep_end <= window.end <= length
        # An eighth of the window on either side, as far as the text has it.
        assert window.keep_begin - window.begin >= min(size // 8, window.keep_begin)
        assert window.end - window.keep_end >= min(size // 8, length - window.keep_end)


@settings(max_examples=300, deadline=None)
@given(length=st.integers(1, 200), size=st.integers(2, 40), data=st.data())
def test_windows_part_between_words_where_a_word_begins_near_enough(
    length: int, size: int, data: st.DataObject
) -> None:
    word_starts = np.array(sorted(data.draw(st.sets(st.integers(0, length - 1), max_size=60))), dtype=np.int64)
    *windows, _ = split_windows(0, word_starts, length, size)
    for window in windows:
        latest = window.begin + size - size // 8
        near = [start for start in word_starts if window.keep_begin + size // 2 < start <= latest]
        assert window.keep_end == max(near, default=latest)


@settings(max_examples=200, deadline=None)
@given(lengths=st.lists(st.integers(1, 50), max_size=30), extra=st.integers(0, 3), batch_tokens=st.integers(1, 200))
def test_batches_hold_each_window_once_and_no_more_subwords_than_allowed(
    lengths: list[int], extra: int, batch_tokens: int
) -> None:
    windows = [Window(i, 0, length, 0, length) for i, length in enumerate(lengths)]
    made = list(batch_windows(windows, extra, batch_tokens))
    assert sorted(window.text for batch in made for window in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * (max(map(len, batch)) + extra) <= batch_tokens


WINDOWS_OF_EIGHT = [
    # read from, keep from, keep to, read to
    (0, 0, 7, 8),
    (6, 7, 13, 14),
    (12, 13, 20, 20),
]


def test_a_long_text_is_read_in_windows_each_as_if_it_were_alone(bert: tuple[Any, Any]) -> None:
    model, tokenizer = bert
    tokens = ("the dog cat fox and " * 4).split()
    ids = tokenizer(" ".join(tokens), add_special_tokens=False)["input_ids"]
    assert len(ids) == len(tokens) == 20
    expected = []
    for begin, keep_begin, keep_end, end in WINDOWS_OF_EIGHT:
        window = [tokenizer.cls_token_id, *ids[begin:end], tokenizer.sep_token_id]
        with torch.no_grad():
            states = model(input_ids=torch.tensor([window])).last_hidden_state[0].numpy()
        expected += list(states[1 + keep_begin - begin : 1 + keep_end - begin])
    assert_same(token_states([tokens], load_teacher(bert, max_length=10)), expected)


LONG_TEXT = (
    "The quick brown fox jumps over the lazy dog. Größere Bären schlafen, café! " * 3
    + "x" * 90
    + " 敏捷的棕色狐狸跳过懒狗敏捷的棕色狐狸跳过懒狗 the dog sleeps"
)


def read_by_windows(model: Any, tokenizer: Any, text: DocumentText, size: int) -> list[Any]:
    """Run the model by hand on each window of a text, and average over the words."""
    encoding = tokenizer(text.string, return_offsets_mapping=True, return_special_tokens_mask=True)
    special = np.array(encoding["special_tokens_mask"], dtype=bool)
    inner = np.flatnonzero(~special)
    ids = np.array(encoding["input_ids"])
    prefix, suffix = ids[: inner[0]], ids[inner[-1] + 1 :]
    offsets = [encoding["offset_mapping"][i] for i in inner]
    # Where a text may be cut: in front of a subword that begins with white space, or behind it.
    breaks = [i for i, (a, _) in enumerate(offsets) if any(c.isspace() for c in text.string[max(a - 1, 0) : a + 1])]
    body = model.get_encoder() if model.config.is_encoder_decoder else model
    states: list[np.ndarray] = []
    for window in split_windows(0, np.array(breaks), len(inner), size - len(prefix) - len(suffix)):
        read = np.concatenate([prefix, ids[inner][window.begin : window.end], suffix])
        with torch.no_grad():
            read_states = body(input_ids=torch.tensor(read[None])).last_hidden_state[0].numpy()
        first = len(prefix) - window.begin
        states += list(read_states[first + window.keep_begin : first + window.keep_end])
    return [
        mean_or_nothing([x for x, (a, b) in zip(states, offsets) if a < b and a < end and b > start])
        for start, end in zip(text.starts, text.ends)
    ]


@pytest.mark.parametrize("batch_tokens", [1, 100_000], ids=["each window alone", "padded"])
@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2", "xlm-roberta", "t5"])
def test_every_word_of_a_long_text_has_the_state_of_its_window(family: str, batch_tokens: int) -> None:
    model, tokenizer = tiny(family)
    teacher = load_teacher((model, tokenizer), max_length=20, batch_tokens=batch_tokens)
    for item in (LONG_TEXT, LONG_TEXT.split()):
        found = token_states([item, "Cats sleep."], teacher)
        assert all(state is not None for state in found)
        assert_same(found[:-2], read_by_windows(model, tokenizer, READER.text(item), size=20))


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_a_text_whose_first_space_is_behind_the_first_window_is_read(family: str) -> None:
    model, tokenizer = tiny(family)
    text = ["敏捷的棕色狐狸跳过懒狗" * 20, "the", "dog"]
    found = token_states([text], load_teacher((model, tokenizer)))
    assert_same(found, read_by_windows(model, tokenizer, READER.text(text), size=POSITIONS))


def test_every_word_of_a_text_longer_than_the_teachers_window_is_counted(bert: tuple[Any, Any]) -> None:
    text = ["dog", "cat", "fox", "the"] * 100  # six windows of 64
    model = DistilledWord2Vec([text], min_count=1, teacher=bert, objective="x2static", context="token")
    assert model.learned.moments is not None
    [moments] = model.learned.moments.values()
    assert dict(zip(model.wv.index_to_key, moments.counts.tolist())) == dict.fromkeys(set(text), 100)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_window_is_all_that_the_model_has_positions_for(family: str) -> None:
    """RoBERTa and XLM-R are configured with two positions more here, which they need for padding."""
    teacher = load_teacher(tiny(family))
    assert isinstance(teacher, TransformerTeacher)
    assert teacher.max_length == (8192 if family == "t5" else POSITIONS)
    words = token_states(["dog " * 1000], teacher)
    assert len(words) == 1000 and all(np.isfinite(state).all() for state in words)


def test_the_window_is_no_longer_than_the_tokenizer_says(bert: tuple[Any, Any]) -> None:
    model, tokenizer = bert
    limited = PreTrainedTokenizerFast(tokenizer_object=tokenizer.backend_tokenizer, model_max_length=12)
    teacher = load_teacher((model, limited))
    assert isinstance(teacher, TransformerTeacher)
    assert teacher.max_length == 12


# --- any Unicode -----------------------------------------------------------------------------------

INVISIBLE = ["", " ", "\t", "\u00a0", "\u200b", "\u200d", "\u00ad", "\ufeff", "\u0301", "\x00", "\u202e"]


@pytest.mark.parametrize("token", INVISIBLE, ids=ascii)
def test_a_token_of_which_wordpiece_makes_nothing_has_no_state_and_harms_no_other(token: str) -> None:
    model, tokenizer = tiny("bert")
    texts = [["the", token, "dog"], [token], [token, "cat"]]
    found = token_states(texts, load_teacher((model, tokenizer)))
    assert [state is None for state in found] == [False, True, False, True, True, False]
    assert_same(found, slow_contexts(texts, model, tokenizer, [-1], "token"))


def test_byte_level_tokenizers_read_zero_width_characters_too() -> None:
    model, tokenizer = tiny("gpt2")
    found = token_states([["the", "\u200b", "dog", ""]], load_teacher((model, tokenizer)))
    assert [state is None for state in found] == [False, False, False, True]


@pytest.mark.parametrize("family", ["bert", "gpt2", "t5"])
@settings(max_examples=60, deadline=None)
@given(item=st.one_of(st.text(max_size=25), st.lists(st.text(max_size=5), max_size=5)))
def test_any_string_is_read_as_by_the_slow_reference(family: str, item: Document) -> None:
    model, tokenizer = tiny(family)
    teacher = load_teacher((model, tokenizer))
    assert_same(token_states([item], teacher), slow_contexts([item], model, tokenizer, [-1], "token"))


@pytest.mark.parametrize("text", [["the", "d\ud83dog", "cat"], "the d\ud83dog cat"], ids=["tokens", "raw text"])
def test_half_a_surrogate_pair_does_not_stop_the_reading(bert: tuple[Any, Any], text: Document) -> None:
    """Where JSON was cut in the middle of an emoji, Python has a string that no tokenizer takes."""
    found = token_states([text, "the cat"], load_teacher(bert))
    for word in (found[0], found[-3], *found[-2:]):
        assert word is not None and np.isfinite(word).all()


def test_words_that_the_tokenizer_leaves_out_are_counted_and_named(
    bert: tuple[Any, Any], caplog: pytest.LogCaptureFixture
) -> None:
    corpus = [["the", "\u200b", "dog"], ["\u200b", "cat", ""], ["the", "\u0301", "dog"]]
    model = DistilledWord2Vec(corpus, min_count=1, teacher=bert, objective="aggregate")

    assert model.learned.moments is not None
    [moments] = model.learned.moments.values()
    untokenizable = dict(zip(model.wv.index_to_key, moments.untokenizable.tolist()))
    assert untokenizable == {"the": 0, "dog": 0, "cat": 0, "\u200b": 2, "\u0301": 1, "": 1}
    assert dict(zip(model.wv.index_to_key, moments.counts.tolist())) == {
        "the": 2, "dog": 2, "cat": 1, "\u200b": 0, "\u0301": 0, "": 0,
    }  # fmt: skip
    [warning] = [record.getMessage() for record in caplog.records if "no context" in record.getMessage()]
    assert warning.startswith("3 of 6 words have no context that the teacher could read")
    assert all(repr(word) in warning for word in ("\u200b", "\u0301", ""))
    assert 0 < np.abs(model.wv["\u200b"]).max() <= 1 / model.vector_size


def test_nothing_is_warned_of_when_all_words_are_read(
    bert: tuple[Any, Any], corpus: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    DistilledWord2Vec(corpus, min_count=1, teacher=bert, objective="aggregate")
    assert "no context" not in caplog.text


# --- from what is given to a teacher ----------------------------------------------------------------


@pytest.mark.parametrize("kind", [str, Path])
def test_a_folder_gives_the_teacher_that_was_saved_in_it(
    folder: Path, teacher: TransformerTeacher, kind: Callable[[Path], Any]
) -> None:
    loaded = load_teacher(kind(folder), device="cpu", dtype="float32")
    assert (loaded.width, loaded.num_layers) == (32, 4)
    assert_same(token_states(ITEMS, loaded), token_states(ITEMS, teacher))


def test_a_folder_is_loaded_onto_the_best_device_in_the_fastest_safe_format(folder: Path) -> None:
    teacher = load_teacher(folder)
    assert isinstance(teacher, TransformerTeacher)
    device = choose_device()
    assert teacher.device.type == device.type
    assert teacher.dtype == choose_dtype("auto", device) == teacher.model.dtype


def test_a_hub_name_is_found_in_the_local_cache_while_offline(
    folder: Path, teacher: TransformerTeacher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "models--somebody--tiny-bert"
    (cache / "refs").mkdir(parents=True)
    (cache / "refs" / "main").write_text("0123abcd")
    shutil.copytree(folder, cache / "snapshots" / "0123abcd")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    loaded = load_teacher("somebody/tiny-bert", device="cpu", dtype="float32")
    assert_same(token_states(ITEMS, loaded), token_states(ITEMS, teacher))


def test_a_model_with_its_tokenizer_is_used_as_it_is(bert: tuple[Any, Any]) -> None:
    teacher = load_teacher(bert)
    assert isinstance(teacher, TransformerTeacher)
    assert (teacher.model, teacher.dtype, teacher.device) == (bert[0], bert[0].dtype, bert[0].device)


def test_a_teacher_is_given_back_unchanged(teacher: TransformerTeacher) -> None:
    assert load_teacher(teacher) is teacher


def test_reading_changes_nothing_about_the_users_own_model_and_tokenizer() -> None:
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tiny("bert")[1].backend_tokenizer, pad_token="[PAD]", model_max_length=50
    )
    model = tiny_model("bert", tokenizer)
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=40)
    weights = {name: weight.clone() for name, weight in model.state_dict().items()}
    as_called = (tokenizer.backend_tokenizer.truncation, tokenizer.backend_tokenizer.padding)

    text = ["a quick dog and a quick cat and a quick dog"]
    expected = slow_contexts(text, *tiny("bert"), [-1], "token")  # neither cut nor padded
    assert_same(token_states(text, load_teacher((model, tokenizer))), expected)
    token_states(text, load_teacher((model, tokenizer), dtype="bfloat16"))

    assert (model.dtype, model.device.type) == (torch.float32, "cpu")
    assert all(torch.equal(weight, weights[name]) for name, weight in model.state_dict().items())
    assert all(weight.requires_grad for weight in model.parameters())
    assert (tokenizer.backend_tokenizer.truncation, tokenizer.backend_tokenizer.padding) == as_called
    assert None not in as_called


@pytest.mark.parametrize("part", ["none of it", "all of it", "a layer"])
def test_what_of_the_users_model_is_in_training_stays_so(part: str) -> None:
    tokenizer = tiny("bert")[1]
    model = tiny_model("bert", tokenizer).train(part == "all of it")
    if part == "a layer":  # the others frozen, as in fine-tuning
        model.train()
        model.encoder.layer[0].eval()
    training = {name: module.training for name, module in model.named_modules()}
    token_states(ITEMS, load_teacher((model, tokenizer)))
    assert {name: module.training for name, module in model.named_modules()} == training


def test_a_model_in_training_is_read_without_dropout() -> None:
    tokenizer = tiny("bert")[1]
    model = tiny_model("bert", tokenizer)
    expected = slow_contexts(ITEMS, model, tokenizer, [-1], "token")
    model.train()
    assert_same(token_states(ITEMS, load_teacher((model, tokenizer))), expected)


def test_loading_leaves_the_progress_bars_of_transformers_as_the_user_set_them(folder: Path) -> None:
    bars = transformers.utils.logging
    assert bars.is_progress_bar_enabled()
    load_teacher(folder)
    assert bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        load_teacher(folder)
        assert not bars.is_progress_bar_enabled()
    finally:
        bars.enable_progress_bar()


def test_code_that_a_folder_brings_along_is_not_run_unless_asked_for(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "strange.py").write_text(f"open({str(ran)!r}, 'w')\n")
    auto_map = {"AutoConfig": "strange.Config", "AutoModel": "strange.Model", "AutoTokenizer": [None, "strange.Fast"]}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "strange", "auto_map": auto_map}))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"auto_map": auto_map}))
    with pytest.raises(ValueError, match="trust_remote_code=True"):
        load_teacher(tmp_path)
    assert not ran.exists()


# --- sentence transformers ---------------------------------------------------------------------------


def sentence_transformer(family: str, folder: Path) -> Any:
    """Build a SentenceTransformer of a tiny model, without a length of its own, as the library does for any folder."""
    sentence_transformers = pytest.importorskip("sentence_transformers")
    for part in tiny(family):
        part.save_pretrained(folder)
    return sentence_transformers.SentenceTransformer(str(folder), device="cpu")


def test_a_sentence_transformer_is_read_as_its_transformer(tmp_path: Path) -> None:
    model = sentence_transformer("bert", tmp_path)
    teacher = load_teacher(model)
    assert_same(token_states(ITEMS, teacher), slow_contexts(ITEMS, *tiny("bert"), [-1], "token"))


def test_the_mean_state_of_a_text_is_what_the_sentence_transformer_encodes(tmp_path: Path) -> None:
    model = sentence_transformer("bert", tmp_path)
    texts = ["The quick brown fox jumps over the lazy dog.", "cats"]
    contexts = contexts_of(texts, load_teacher(model), [View((2,), "text")])["text.2"]
    np.testing.assert_allclose([contexts[0], contexts[-1]], model.encode(texts), **CLOSE)


def test_a_saved_sentence_transformer_is_loaded_from_its_folder(tmp_path: Path) -> None:
    sentence_transformer("bert", tmp_path / "plain").save(str(tmp_path / "saved"))
    teacher = load_teacher(tmp_path / "saved", device="cpu", dtype="float32")
    assert_same(token_states(ITEMS, teacher), slow_contexts(ITEMS, *tiny("bert"), [-1], "token"))


def test_a_saved_sentence_transformer_may_keep_its_transformer_in_a_folder_below(tmp_path: Path) -> None:
    for part in tiny("bert"):
        part.save_pretrained(tmp_path / "0_Transformer")
    modules = [{"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    teacher = load_teacher(tmp_path, device="cpu", dtype="float32")
    assert_same(token_states(ITEMS, teacher), slow_contexts(ITEMS, *tiny("bert"), [-1], "token"))


def test_the_length_that_a_sentence_transformer_was_set_to_is_its_window(tmp_path: Path) -> None:
    model = sentence_transformer("bert", tmp_path)
    model.max_seq_length = 20
    assert load_teacher(model).max_length == 20  # type: ignore[attr-defined]
    assert load_teacher(model, max_length=30).max_length == 30  # type: ignore[attr-defined]


def test_a_sentence_transformer_of_roberta_that_counts_padding_as_positions_is_read(tmp_path: Path) -> None:
    """Where the tokenizer has no limit, sentence-transformers takes the two positions for padding as well."""
    model = sentence_transformer("roberta", tmp_path)
    assert model.max_seq_length == POSITIONS + 2
    assert load_teacher(model).max_length == POSITIONS  # type: ignore[attr-defined]


def test_a_sentence_transformer_without_a_transformer_is_refused() -> None:
    library = pytest.importorskip("sentence_transformers")
    static = pytest.importorskip("sentence_transformers.sentence_transformer.modules").StaticEmbedding
    model = library.SentenceTransformer(
        modules=[static(tiny("bert")[1].backend_tokenizer, embedding_dim=8)], device="cpu"
    )
    with pytest.raises(ValueError, match="StaticEmbedding, not a transformer"):
        load_teacher(model)


# --- what cannot be a teacher ------------------------------------------------------------------------


def one_sentence(error: pytest.ExceptionInfo[BaseException]) -> bool:
    """Tell whether a message can be read by itself: not a page of advice, not a fragment."""
    message = str(error.value)
    return "\n" not in message and message.endswith((".", ".)")) and len(message) < 500


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no-such-model"])
def test_an_unknown_name_while_offline_is_said_plainly(name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' .*check the name and the network, or pass the path") as error:
        load_teacher(name)
    assert one_sentence(error)


@pytest.mark.parametrize(
    "path", ["./missing", "../missing/model", "/missing/model", "~/missing-model", "a/b/c", Path("/missing/model")]
)
def test_a_path_that_is_not_there_is_called_a_missing_folder(path: str | Path) -> None:
    with pytest.raises(ValueError, match="there is no such folder") as error:
        load_teacher(path)
    assert one_sentence(error)


def test_a_folder_without_a_model_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is a folder, but transformers could load no model") as error:
        load_teacher(tmp_path)
    assert one_sentence(error)


@pytest.mark.parametrize("family", ["bert", *BYTE_LEVEL, *UNIGRAM])
def test_a_folder_without_the_tokenizers_files_is_refused(family: str, tmp_path: Path) -> None:
    """Otherwise transformers makes one up, to which every word is unknown."""
    tiny(family)[0].save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="tokenizer") as error:
        load_teacher(tmp_path)
    assert one_sentence(error)


@pytest.mark.parametrize("by", ["folder", "object"])
def test_a_teacher_without_a_fast_tokenizer_is_refused(by: str, tmp_path: Path) -> None:
    tokenizer = ByT5Tokenizer()  # of which there is no fast version
    model = tiny_model("t5", tokenizer)
    teacher: Any = (model, tokenizer)
    if by == "folder":
        for part in teacher:
            part.save_pretrained(tmp_path)
        teacher = tmp_path
    with pytest.raises(ValueError, match=r"ByT5Tokenizer, is not a fast one.*with a tokenizer\.json") as error:
        load_teacher(teacher)
    assert one_sentence(error)


@pytest.mark.parametrize("layers", [4, -5, [0, 7], [1, 1], [1, -3], []])
def test_a_layer_that_the_teacher_does_not_have_is_refused_at_once(bert: tuple[Any, Any], layers: Any) -> None:
    hint = r"has no layer -?\d: it has 4, from 0 .* to 3|must name one or more different layers"
    with pytest.raises(ValueError, match=hint) as error:
        DistilledWord2Vec(teacher=bert, objective="aggregate", layers=layers)
    assert one_sentence(error)


@pytest.mark.parametrize("layers", ["last", 1.5, True, [None]], ids=repr)
def test_layers_that_are_no_integers_are_refused(bert: tuple[Any, Any], layers: Any) -> None:
    with pytest.raises(TypeError, match="layers must be an integer or a list of integers"):
        DistilledWord2Vec(teacher=bert, objective="aggregate", layers=layers)


@pytest.mark.parametrize("batch_tokens", [0, -1, 1.5, "many", None], ids=repr)
def test_a_batch_of_no_size_is_refused(bert: tuple[Any, Any], batch_tokens: Any) -> None:
    with pytest.raises(ValueError, match="batch_tokens must be 'auto' or a positive number") as error:
        load_teacher(bert, batch_tokens=batch_tokens)
    assert one_sentence(error)


@pytest.mark.parametrize(
    ("max_length", "hint"),
    [
        (-1, "leaves no space for text beside the teacher's 2 special tokens"),
        (2, "leaves no space for text beside the teacher's 2 special tokens"),
        (65, "is more than the 64 positions"),
    ],
)
def test_a_window_that_the_teacher_cannot_have_is_refused(bert: tuple[Any, Any], max_length: int, hint: str) -> None:
    with pytest.raises(ValueError, match=f"max_length={max_length} {hint}") as error:
        load_teacher(bert, max_length=max_length)
    assert one_sentence(error)


@pytest.mark.parametrize(("family", "max_length"), [("bert", "long"), ("t5", "long"), ("bert", 10.5)])
def test_a_window_that_is_no_number_of_subwords_is_refused(family: str, max_length: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"max_length.*number of subwords"):
        load_teacher(tiny(family), max_length=max_length)


def test_a_model_without_its_tokenizer_is_asked_for_both(bert: tuple[Any, Any]) -> None:
    with pytest.raises(
        TypeError, match=r"BertModel, without its tokenizer: pass both, teacher=\(model, tokenizer\)"
    ) as error:
        load_teacher(bert[0])
    assert one_sentence(error)


@pytest.mark.parametrize("pair", [lambda model, tokenizer: (tokenizer, model), lambda model, tokenizer: (model, None)])
def test_a_pair_that_is_no_model_with_its_tokenizer_is_refused(bert: tuple[Any, Any], pair: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="is not a fast one|in the wrong order: pass") as error:
        load_teacher(pair(*bert))
    assert one_sentence(error)


@pytest.mark.parametrize("teacher", [None, 3, ["bert-base-uncased"], (1, 2, 3), {}, object], ids=repr)
def test_what_is_no_teacher_at_all_is_answered_with_what_can_be_one(teacher: Any) -> None:
    hint = r"teacher is of type \w+, where a hub name, a folder, \(model, tokenizer\)"
    with pytest.raises(TypeError, match=hint) as error:
        DistilledWord2Vec(teacher=teacher)
    assert one_sentence(error)


# --- a teacher of the user's own ----------------------------------------------------------------------


class LetterTeacher:
    """Knows every letter by itself: a teacher as a user would write one, without inheriting anything."""

    width = 3
    num_layers = 2

    def state(self, letter: str, layer: int) -> list[float]:
        code = ord(letter)
        return [float(code % 7), float(code % 5), float(layer + code % 3)]

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        for i, text in enumerate(texts):
            places = [place for place, letter in enumerate(text) if not letter.isspace()]
            if places:
                starts = np.array(places)
                states = [np.array([self.state(text[place], layer) for place in places]) for layer in layers]
                yield StateBatch(np.full(len(places), i), starts, starts + 1, states)


def test_a_teacher_of_the_users_own_is_asked_for_states_and_nothing_else(corpus: list[list[str]]) -> None:
    teacher = LetterTeacher()
    assert isinstance(teacher, Teacher)
    assert load_teacher(teacher) is teacher
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="aggregate", layers=1)
    means = [
        np.mean([teacher.state(letter, 1) for letter in word if letter != "_"], axis=0)
        for word in model.wv.index_to_key
    ]
    np.testing.assert_allclose(model.wv.vectors, means - np.mean(means, axis=0), **CLOSE)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="hybrid"),
        pytest.param({"objective": "aggregate", "layers": [0, 1]}, id="aggregate"),
        pytest.param({"objective": "x2static", "context": "sentence", "layers": [0, 1]}, id="closed form"),
        pytest.param({"objective": "x2static", "solver": "sgd", "sample": 0}, id="gradient descent"),
    ],
)
def test_a_teacher_of_the_users_own_teaches_every_objective(corpus: list[list[str]], settings: dict[str, Any]) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=LetterTeacher(), workers=1, **settings)
    assert model.wv.vectors.shape == (len(model.wv), 3)
    assert np.isfinite(model.wv.vectors).all()
    assert model.wv.get_vector("dog").any()


class WrongTeacher(LetterTeacher):
    """Gives states that are wider than it says."""

    def state(self, letter: str, layer: int) -> list[float]:
        return [0.0] * 5


class ForgetfulTeacher(LetterTeacher):
    """Gives the states of one layer, however many are asked for."""

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        for batch in super().read(texts, layers):
            yield StateBatch(batch.texts, batch.starts, batch.ends, batch.states[:1])


@pytest.mark.parametrize(
    ("teacher", "hint"),
    [
        (WrongTeacher(), r"shapes \[\(\d+, 5\), \(\d+, 5\)\] for \d+ subwords: expected 2 of the shape \(\d+, 3\)"),
        (ForgetfulTeacher(), r"shapes \[\(\d+, 3\)\] for \d+ subwords: expected 2 of the shape \(\d+, 3\)"),
    ],
    ids=["too wide", "a layer too few"],
)
def test_states_of_the_wrong_shape_are_refused(corpus: list[list[str]], teacher: Teacher, hint: str) -> None:
    with pytest.raises(ValueError, match=hint) as error:
        DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective="aggregate", layers=[0, 1])
    assert one_sentence(error)


class SilentTeacher(LetterTeacher):
    """Makes nothing of any text."""

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        return iter(())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_teacher_that_reads_no_word_leaves_small_random_vectors_and_says_so(
    corpus: list[list[str]], objective: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=SilentTeacher(), objective=objective)
    words = len(model.wv)
    assert f"{words} of {words} words have no context that the teacher could read" in caplog.text
    assert np.isfinite(model.wv.vectors).all() and model.wv.vectors.any(axis=1).all()


class LateTeacher(LetterTeacher):
    """Fails in the middle of the corpus, as a GPU without memory does."""

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        yield from itertools.islice(super().read(texts, layers), 3)
        raise RuntimeError("out of memory")


def test_the_teachers_own_errors_come_through(corpus: list[list[str]]) -> None:
    with pytest.raises(RuntimeError, match=r"^out of memory$"):
        DistilledWord2Vec(corpus, min_count=1, teacher=LateTeacher(), objective="aggregate", layers=0)


# --- devices and number formats ------------------------------------------------------------------------

CPU = torch.device("cpu")


def test_left_alone_the_device_is_the_best_there_is() -> None:
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    assert choose_device().type == next(device for device, is_there in there.items() if is_there)


@pytest.mark.parametrize("device", ["cpu", CPU])
def test_the_device_that_is_asked_for_is_taken(device: Any) -> None:
    assert choose_device(device) == CPU


@pytest.mark.parametrize("by", ["folder", "object"])
@pytest.mark.parametrize(
    "device",
    [
        "cuda:99",
        pytest.param("cuda", marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA")),
    ],
)
def test_cuda_where_there_is_none_is_said_plainly(device: str, by: str, folder: Path, bert: tuple[Any, Any]) -> None:
    found = f"device='{device}' was requested, but torch sees {torch.cuda.device_count()} CUDA devices"
    with pytest.raises(ValueError, match=f"{found}.*omit device") as error:
        DistilledWord2Vec(teacher=folder if by == "folder" else bert, device=device)
    assert one_sentence(error)


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="there is an Apple GPU")
def test_mps_where_there_is_none_is_said_plainly() -> None:
    with pytest.raises(ValueError, match="sees no Apple GPU here: omit device"):
        choose_device("mps")


@pytest.mark.parametrize("device", ["gpu", "", "cuda:x"], ids=repr)
def test_a_device_that_nobody_knows_is_answered_with_those_there_are(device: Any) -> None:
    with pytest.raises(ValueError, match="no device that torch knows: use 'cpu', 'cuda'") as error:
        choose_device(device)
    assert one_sentence(error)


@pytest.mark.skipif(torch.xpu.is_available(), reason="there is an Intel GPU")
def test_any_other_device_that_is_not_there_is_said_plainly(bert: tuple[Any, Any]) -> None:
    with pytest.raises(ValueError, match=r"device='xpu'.*omit device"):
        load_teacher(bert, device="xpu")


def test_left_alone_the_format_on_a_cpu_is_bfloat16_only_where_the_processor_has_it() -> None:
    assert choose_dtype("auto", CPU) == (torch.bfloat16 if cpu_has_bfloat16() else torch.float32)
    assert choose_dtype("auto", torch.device("mps")) == torch.float32


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="needs the processor's list of what it can do")
def test_the_processor_itself_says_whether_it_has_bfloat16() -> None:
    flags = set(Path("/proc/cpuinfo").read_text().split())
    if "avx512_bf16" in flags:
        assert cpu_has_bfloat16()
    if not flags & {"avx512_bf16", "amx_bf16", "bf16"}:
        assert not cpu_has_bfloat16()


@pytest.mark.parametrize("dtype", [torch.float32, "float32", "torch.float32"], ids=repr)
def test_the_format_that_is_asked_for_is_taken(dtype: Any, bert: tuple[Any, Any], folder: Path) -> None:
    assert choose_dtype(dtype, CPU) == torch.float32
    for teacher in (bert, folder):
        loaded = load_teacher(teacher, device="cpu", dtype=dtype)
        assert isinstance(loaded, TransformerTeacher)
        assert loaded.dtype == loaded.model.dtype == torch.float32


@pytest.mark.parametrize("dtype", ["float16", torch.float16], ids=repr)
def test_float16_on_a_cpu_is_refused(dtype: Any, bert: tuple[Any, Any], folder: Path) -> None:
    for teacher in (bert, folder):
        with pytest.raises(ValueError, match="very slow on a CPU: use 'bfloat16', 'float32' or 'auto'") as error:
            load_teacher(teacher, device="cpu", dtype=dtype)
        assert one_sentence(error)


def test_float16_is_left_to_gpus() -> None:
    assert choose_dtype("float16", torch.device("cuda")) == torch.float16


@pytest.mark.parametrize("dtype", ["int8", torch.int8, "fp32", None, torch.float64], ids=repr)
def test_a_format_that_is_not_known_is_answered_with_those_there_are(dtype: Any, bert: tuple[Any, Any]) -> None:
    with pytest.raises(
        ValueError, match="is not supported: use 'auto' or one of 'float32', 'bfloat16', 'float16'"
    ) as error:
        load_teacher(bert, dtype=dtype)
    assert one_sentence(error)


@pytest.mark.parametrize("setting", [{"device": "cuda"}, {"dtype": "bfloat16"}, {"batch_tokens": 7}])
def test_settings_beside_a_teacher_that_is_made_already_must_be_its_own(
    teacher: TransformerTeacher, setting: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="pass it to load_teacher"):
        load_teacher(teacher, **setting)
    assert load_teacher(teacher, device="cpu", dtype="float32", batch_tokens=teacher.batch_tokens) is teacher
