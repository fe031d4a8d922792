"""What is put into the store comes back text by text, as often as wanted, and leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from gensim_distill import DistilledWord2Vec, StateBatch
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.statistics.context_store import ContextStore
from gensim_distill.teachers import TransformerTeacher

torch.set_num_threads(1)  # the models are so small that threads only wait for each other

WIDTH = 3
Example = tuple[int, list[float]]


def make_batch(seed: int, lengths: Sequence[int]) -> ContextBatch:
    rng = np.random.default_rng(seed)
    n_contexts = 4 if sum(lengths) else 0
    return ContextBatch(
        words=rng.integers(-1, 5, sum(lengths)),
        rows=rng.integers(-1, n_contexts, sum(lengths)),
        contexts=rng.normal(size=(n_contexts, WIDTH)).astype(np.float32),
        text_lengths=np.array(lengths),
    )


@pytest.fixture
def batches() -> list[ContextBatch]:
    """Three batches of texts, among them empty ones, one without known words, and one without any context."""
    unknown = make_batch(2, [2, 3])
    unknown.words[:] = -1
    return [make_batch(1, [3, 0, 5]), unknown, make_batch(3, [0]), make_batch(4, [0, 1, 20])]


def examples_of(batch: ContextBatch) -> Iterator[list[Example]]:
    """Give for each text the words of the vocabulary with their contexts, where both are known."""
    position = 0
    for length in batch.text_lengths:
        pairs = zip(batch.words[position : position + length], batch.rows[position : position + length])
        yield [(int(word), batch.contexts[row].tolist()) for word, row in pairs if word >= 0 and row >= 0]
        position += length


def stored_examples(store: ContextStore) -> list[list[Example]]:
    return [[(int(word), text.contexts[row].tolist()) for word, row in zip(text.words, text.rows)] for text in store]


def test_texts_come_back_in_order_with_the_contexts_of_their_known_words(batches: list[ContextBatch]) -> None:
    with ContextStore() as store:
        for batch in batches:
            store.add(batch)
        assert stored_examples(store) == [text for batch in batches for text in examples_of(batch)]


def test_texts_know_their_number_and_their_length_with_unknown_words(batches: list[ContextBatch]) -> None:
    with ContextStore() as store:
        for batch in batches:
            store.add(batch)
        assert [text.ordinal for text in store] == list(range(9))
        assert [len(text) for text in store] == [3, 0, 5, 2, 3, 0, 0, 1, 20]
        assert (store.num_texts, store.num_words) == (9, 34)


def test_a_store_can_be_read_again_and_added_to_in_between(batches: list[ContextBatch]) -> None:
    with ContextStore() as store:
        store.add(batches[0])
        first = stored_examples(store)
        assert stored_examples(store) == first
        store.add(batches[3])
        assert stored_examples(store) == first + list(examples_of(batches[3]))


def test_two_readers_at_once_do_not_disturb_each_other(batches: list[ContextBatch]) -> None:
    with ContextStore() as store:
        for batch in batches:
            store.add(batch)
        pairs = list(zip(store, store))
        assert len(pairs) == 9
        assert all(one.ordinal == other.ordinal and len(one) == len(other) for one, other in pairs)


def test_an_empty_store_has_no_texts() -> None:
    with ContextStore() as store:
        assert list(store) == []


def test_the_transform_is_applied_to_contexts_as_they_are_read(batches: list[ContextBatch]) -> None:
    matrix = np.arange(9.0).reshape(3, 3)
    with ContextStore() as store:
        for batch in batches:
            store.add(batch)
        store.transform = lambda contexts: (contexts - 1) @ matrix
        for batch in batches:
            batch.contexts = ((batch.contexts - 1) @ matrix).astype(np.float32)
        assert stored_examples(store) == [text for batch in batches for text in examples_of(batch)]
        assert all(text.contexts.dtype == np.float32 and text.contexts.flags.c_contiguous for text in store)


def test_the_folder_is_removed_at_the_end(tmp_path: Path, batches: list[ContextBatch]) -> None:
    with ContextStore(tmp_path / "new" / "cache") as store:
        store.add(batches[0])
        assert list((tmp_path / "new" / "cache").iterdir())
    assert list((tmp_path / "new" / "cache").iterdir()) == []


def test_the_folder_is_removed_after_an_exception(tmp_path: Path, batches: list[ContextBatch]) -> None:
    with pytest.raises(KeyError, match="of the caller"), ContextStore(tmp_path) as store:
        store.add(batches[0])
        next(iter(store))
        raise KeyError("of the caller")
    assert list(tmp_path.iterdir()) == []


class FailingTeacher:
    """Reads some texts and then no more, as one whose memory runs out."""

    width, num_layers = WIDTH, 1
    batch_tokens = 1

    def __init__(self) -> None:
        self.calls = 0

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        self.calls += 1
        if self.calls > 2:
            raise MemoryError("no room for the states")
        spans = np.array([(i, k, k + 1) for i, text in enumerate(texts) for k in range(len(text))]).reshape(-1, 3)
        yield StateBatch(*spans.T, [np.ones((len(spans), WIDTH), np.float32)])


def test_a_teacher_that_fails_leaves_what_it_has_read_in_the_cache_folder(
    tmp_path: Path, corpus: list[list[str]]
) -> None:
    teacher = FailingTeacher()
    with pytest.raises(MemoryError, match="no room for the states"):
        DistilledWord2Vec(
            corpus, teacher=teacher, objective="x2static", solver="sgd", min_count=1, cache_dir=tmp_path, progress=False
        )
    assert teacher.calls == 3
    assert {path.name for path in tmp_path.iterdir()} == {
        "checkpoint-1.safetensors", "checkpoint-1.contexts", "checkpoint.lock",
    }  # fmt: skip


def test_gradient_descent_keeps_contexts_in_the_cache_folder(
    tmp_path: Path, corpus: list[list[str]], teacher: TransformerTeacher
) -> None:
    during = []

    class Watcher:
        def on_train_begin(self, model: DistilledWord2Vec) -> None: ...

        def on_epoch_begin(self, model: DistilledWord2Vec) -> None: ...

        def on_epoch_end(self, model: DistilledWord2Vec) -> None:
            during.append((tmp_path / "checkpoint-1.contexts").stat().st_size)

        def on_train_end(self, model: DistilledWord2Vec) -> None: ...

    DistilledWord2Vec(
        corpus,
        teacher=teacher,
        objective="x2static",
        solver="sgd",
        min_count=1,
        epochs=2,
        cache_dir=tmp_path,
        callbacks=[Watcher()],
        progress=False,
    )
    assert len(during) == 2
    # A context for each text, of four bytes a dimension, and little more.
    assert all(size >= 4 * teacher.width * len(corpus) for size in during)
    assert list(tmp_path.glob("gensim-distill-*")) == []


# --- a file that stays ---------------------------------------------------------------------------


def test_a_file_is_gone_on_from_where_it_was_at_some_time(tmp_path: Path, batches: list[ContextBatch]) -> None:
    with ContextStore(file=tmp_path / "contexts") as store:
        store.add(batches[0])
        store.add(batches[1])
        state = store.state()
        expected = stored_examples(store)
        store.add(batches[3])
    with ContextStore(file=tmp_path / "contexts") as store:
        store.resume(state)
        assert stored_examples(store) == expected
        assert (store.num_texts, store.num_words) == (5, 13)
        store.add(batches[2])
        assert stored_examples(store) == [*expected, *examples_of(batches[2])]
        state = store.state()
    with ContextStore(file=tmp_path / "contexts") as store:
        store.resume(state)
        assert len(list(store)) == 6
        store.resume(None)
        assert list(store) == [] and (tmp_path / "contexts").stat().st_size == 0


@pytest.mark.parametrize("damage", ["cut off", "a bit", "a length", "gone"])
def test_a_file_that_is_damaged_is_not_gone_on_from(tmp_path: Path, batches: list[ContextBatch], damage: str) -> None:
    path = tmp_path / "contexts"
    with ContextStore(file=path) as store:
        for batch in batches:
            store.add(batch)
        state = store.state()
    content = bytearray(path.read_bytes())
    if damage == "a bit":
        content[-1] ^= 1
    elif damage == "a length":
        content[content.index(b"(8,)") + 1] += 1
    path.write_bytes({"cut off": content[:-20], "gone": b""}.get(damage, content))
    before = path.read_bytes()
    with ContextStore(file=path) as store, pytest.raises(ValueError, match="is damaged"):
        store.resume(state)
    assert path.read_bytes() == before
