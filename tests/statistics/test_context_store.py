"""The store of contexts: documents are read back any number of times, and temporary files are removed."""

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

torch.set_num_threads(1)  # for tiny models, threads cost more than they save

WIDTH = 3
Example = tuple[int, list[float]]


def make_batch(seed: int, lengths: Sequence[int]) -> ContextBatch:
    rng = np.random.default_rng(seed)
    n_contexts = 4 if sum(lengths) else 0
    return ContextBatch(
        words=rng.integers(-1, 5, sum(lengths)),
        rows=rng.integers(-1, n_contexts, sum(lengths)),
        contexts=rng.normal(size=(n_contexts, WIDTH)).astype(np.float32),
        document_lengths=np.array(lengths),
    )


@pytest.fixture
def batches() -> list[ContextBatch]:
    """Batches of documents: some are empty, one has no known words, one has no contexts."""
    unknown = make_batch(2, [2, 3])
    unknown.words[:] = -1
    return [make_batch(1, [3, 0, 5]), unknown, make_batch(3, [0]), make_batch(4, [0, 1, 20])]


def examples_of(batch: ContextBatch) -> Iterator[list[Example]]:
    """Yield for each document its words in the vocabulary with their contexts, where both are known."""
    position = 0
    for length in batch.document_lengths:
        pairs = zip(batch.words[position : position + length], batch.rows[position : position + length])
        yield [(int(word), batch.contexts[row].tolist()) for word, row in pairs if word >= 0 and row >= 0]
        position += length


def stored_examples(store: ContextStore) -> list[list[Example]]:
    return [
        [(int(word), document.contexts[row].tolist()) for word, row in zip(document.words, document.rows)]
        for document in store
    ]


def test_documents_are_read_back_in_order_with_the_contexts_of_known_words(batches: list[ContextBatch]) -> None:
    with ContextStore() as store:
        for batch in batches:
            store.add(batch)
        assert stored_examples(store) == [document for batch in batches for document in examples_of(batch)]


def test_documents_have_ordinal_and_length_including_unknown_words(batches: list[ContextBatch]) -> None:
    with ContextStore() as store:
        for batch in batches:
            store.add(batch)
        assert [document.ordinal for document in store] == list(range(9))
        assert [len(document) for document in store] == [3, 0, 5, 2, 3, 0, 0, 1, 20]
        assert (store.num_documents, store.num_words) == (9, 34)


def test_store_can_be_read_again_after_more_is_added(batches: list[ContextBatch]) -> None:
    with ContextStore() as store:
        store.add(batches[0])
        first = stored_examples(store)
        assert stored_examples(store) == first
        store.add(batches[3])
        assert stored_examples(store) == first + list(examples_of(batches[3]))


def test_contexts_are_stored_in_float32(batches: list[ContextBatch]) -> None:
    batch = batches[0]
    batch.contexts = batch.contexts.astype(np.float64)
    with ContextStore() as store:
        store.add(batch)
        assert {document.contexts.dtype for document in store} == {np.dtype(np.float32)}
        assert stored_examples(store) == list(examples_of(batch))


def test_two_iterators_are_independent(batches: list[ContextBatch]) -> None:
    with ContextStore() as store:
        for batch in batches:
            store.add(batch)
        pairs = list(zip(store, store))
        assert len(pairs) == 9
        assert all(one.ordinal == other.ordinal and len(one) == len(other) for one, other in pairs)


def test_empty_store_has_no_documents() -> None:
    with ContextStore() as store:
        assert list(store) == []


def test_transform_is_applied_to_contexts_when_read(batches: list[ContextBatch]) -> None:
    matrix = np.arange(9.0).reshape(3, 3)
    with ContextStore() as store:
        for batch in batches:
            store.add(batch)
        store.transform = lambda contexts: (contexts - 1) @ matrix
        for batch in batches:
            batch.contexts = ((batch.contexts - 1) @ matrix).astype(np.float32)
        assert stored_examples(store) == [document for batch in batches for document in examples_of(batch)]
        assert all(document.contexts.dtype == np.float32 and document.contexts.flags.c_contiguous for document in store)


def test_successive_documents_without_words_are_one_object() -> None:
    none = np.zeros(0, dtype=np.int64)
    one = np.zeros(1, dtype=np.int64)
    with ContextStore() as store:
        store.add(ContextBatch(none, none, np.zeros((0, 2)), np.array([0, 0])))
        store.add(ContextBatch(one, one, np.ones((1, 2)), np.array([0, 0, 0, 1, 0, 0])))
        documents = list(store)
    assert [document.ordinal for document in documents] == [0, 0, 2, 2, 2, 5, 6, 6]
    assert len(set(map(id, documents))) == 4


def test_temporary_folder_is_removed_at_the_end(tmp_path: Path, batches: list[ContextBatch]) -> None:
    with ContextStore(tmp_path / "new" / "cache") as store:
        store.add(batches[0])
        assert list((tmp_path / "new" / "cache").iterdir())
    assert list((tmp_path / "new" / "cache").iterdir()) == []


def test_temporary_folder_is_removed_after_an_exception(tmp_path: Path, batches: list[ContextBatch]) -> None:
    with pytest.raises(KeyError, match="of the caller"), ContextStore(tmp_path) as store:
        store.add(batches[0])
        next(iter(store))
        raise KeyError("of the caller")
    assert list(tmp_path.iterdir()) == []


class FailingTeacher:
    """A teacher that runs out of memory after two calls."""

    width, num_layers = WIDTH, 1
    batch_tokens = 1

    def __init__(self) -> None:
        self.calls = 0

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        self.calls += 1
        if self.calls > 2:
            raise MemoryError("no memory for the hidden states")
        spans = np.array([(i, k, k + 1) for i, text in enumerate(texts) for k in range(len(text))]).reshape(-1, 3)
        yield StateBatch(*spans.T, [np.ones((len(spans), WIDTH), np.float32)])


def test_contexts_stay_in_cache_dir_when_the_teacher_fails(tmp_path: Path, corpus: list[list[str]]) -> None:
    teacher = FailingTeacher()
    with pytest.raises(MemoryError, match="no memory for the hidden states"):
        DistilledWord2Vec(
            corpus, teacher=teacher, objective="x2static", solver="sgd", min_count=1, cache_dir=tmp_path, progress=False
        )
    assert teacher.calls == 3
    assert {path.name for path in tmp_path.iterdir()} == {
        "checkpoint-1.safetensors", "checkpoint-1.contexts", "checkpoint.lock",
    }  # fmt: skip


def test_gradient_descent_keeps_contexts_in_cache_dir(
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
    # One context per document, with four bytes per dimension, and little more.
    assert all(size >= 4 * teacher.width * len(corpus) for size in during)
    assert list(tmp_path.glob("gensim-distill-*")) == []


# --- a permanent file ---------------------------------------------------------------------------


def test_permanent_file_resumes_from_an_earlier_state(tmp_path: Path, batches: list[ContextBatch]) -> None:
    with ContextStore(file=tmp_path / "contexts") as store:
        store.add(batches[0])
        store.add(batches[1])
        state = store.state()
        expected = stored_examples(store)
        store.add(batches[3])
    with ContextStore(file=tmp_path / "contexts") as store:
        store.resume(state)
        assert stored_examples(store) == expected
        assert (store.num_documents, store.num_words) == (5, 13)
        store.add(batches[2])
        assert stored_examples(store) == [*expected, *examples_of(batches[2])]
        state = store.state()
    with ContextStore(file=tmp_path / "contexts") as store:
        store.resume(state)
        assert len(list(store)) == 6
        store.resume(None)
        assert list(store) == [] and (tmp_path / "contexts").stat().st_size == 0


def test_damaged_file_raises_and_is_not_changed(tmp_path: Path, batches: list[ContextBatch]) -> None:
    path = tmp_path / "contexts"
    with ContextStore(file=path) as store:
        for batch in batches[:2]:
            store.add(batch)
        state = store.state()
    whole = path.read_bytes()
    damaged = [whole[:size] for size in range(0, len(whole), 3)]
    for position in range(0, len(whole), 2):
        damaged.append(whole[:position] + bytes([whole[position] ^ 1 << position % 8]) + whole[position + 1 :])
    damaged.append(whole.replace(b"(8,)", b"(9,)").replace(b"(4, 3)", b"(3, 4)"))
    for content in damaged:
        path.write_bytes(content)
        with ContextStore(file=path) as store, pytest.raises(ValueError, match="contexts' is damaged"):
            store.resume(state)
        assert path.read_bytes() == content


def test_nothing_is_unpickled(tmp_path: Path, batches: list[ContextBatch]) -> None:
    with ContextStore(file=tmp_path / "contexts") as store:
        store.add(batches[0])
        store.state()  # writes what is buffered
        with open(tmp_path / "contexts", "wb") as file:
            for _ in range(4):
                np.save(file, np.array([Path("unpickled")]), allow_pickle=True)
        with pytest.raises(ValueError, match="allow_pickle=False"):
            list(store)


def test_removed_file_can_be_written_again(tmp_path: Path, batches: list[ContextBatch]) -> None:
    with ContextStore(file=tmp_path / "contexts") as store:
        store.add(batches[0])
        store.remove()
        assert not (tmp_path / "contexts").exists()
        store.resume(None)
        store.add(batches[1])
        assert stored_examples(store) == list(examples_of(batches[1]))
        store.remove()
    assert list(tmp_path.iterdir()) == []


def test_state_of_another_version_raises(tmp_path: Path) -> None:
    state = {"bytes": 0, "checksum": 0, "texts": 0, "words": 0}
    with ContextStore(file=tmp_path / "contexts") as store, pytest.raises(ValueError, match="by another version"):
        store.resume(state)


def test_temporary_folder_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="needs locks of folders")
    (tmp_path / "gensim-distill-contexts-0a1b2c3d").mkdir()
    (tmp_path / "gensim-distill-contexts-0a1b2c3d" / "batches.npy").write_bytes(bytes(100))
    with ContextStore(tmp_path) as used, ContextStore(tmp_path) as other:
        used.add(make_batch(1, [3]))
        other.add(make_batch(2, [3]))
        assert len(list(tmp_path.iterdir())) == 2
    assert list(tmp_path.iterdir()) == []
