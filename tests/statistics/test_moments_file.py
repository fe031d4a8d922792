"""The file of moments: it loads exactly, is replaced atomically, and damage is detected."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from random_moments import VOCABULARY_SIZE, WIDTH, assert_close, assert_equal, moments_of, random_batch
from safetensors import safe_open
from safetensors.numpy import save_file

from gensim_distill.statistics.checksum import arrays_by_name, checksum, checksum_of
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments, load_statistics, save_moments
from gensim_distill.statistics.text_store import TextStore


def two_views() -> dict[str, Moments]:
    with_outer = moments_of([random_batch(seed) for seed in range(5)])
    without = Moments(VOCABULARY_SIZE, WIDTH)
    without.add(random_batch(6))
    return {"text.0+6": with_outer, "a/b": without, "empty": Moments(0, WIDTH)}


def test_saved_moments_load_exactly(tmp_path: Path) -> None:
    path = tmp_path / "some.moments"
    save_moments(two_views(), path, words=5, teacher="bert", layers=[0, -1])
    loaded, about = load_moments(path)
    assert about == {"words": 5, "teacher": "bert", "layers": [0, -1]}
    assert list(loaded) == list(two_views())
    for name, moments in two_views().items():
        assert_equal(loaded[name], moments)
    assert [file.name for file in tmp_path.iterdir()] == ["some.moments"]


def test_loaded_moments_can_be_added_to(tmp_path: Path) -> None:
    save_moments({"view": moments_of([random_batch(1)])}, tmp_path / "file")
    loaded = load_moments(str(tmp_path / "file"))[0]["view"]
    loaded.add(random_batch(2))
    loaded.merge(moments_of([random_batch(3)]))
    loaded = loaded.take(np.append(np.arange(VOCABULARY_SIZE), -1))
    assert_close(loaded, moments_of([random_batch(seed) for seed in (1, 2, 3)], VOCABULARY_SIZE + 1))


def test_arrays_stay_on_the_disk_if_they_are_mapped(tmp_path: Path) -> None:
    save_moments(two_views(), tmp_path / "file")
    for mapped in (True, False):
        loaded = load_statistics(tmp_path / "file", mapped=mapped)[0]["text.0+6"]
        assert isinstance(loaded.total, np.memmap) == mapped
        loaded.total += 1  # in memory only
    assert_equal(load_moments(tmp_path / "file")[0]["text.0+6"], two_views()["text.0+6"])


def test_saving_again_replaces_the_file(tmp_path: Path) -> None:
    save_moments(two_views(), tmp_path / "file")
    save_moments({"new": moments_of([random_batch(9)])}, tmp_path / "file")
    loaded, _ = load_moments(tmp_path / "file")
    assert list(loaded) == ["new"]


def test_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="needs a limit on the size of files")
    path = tmp_path / "file"
    save_moments(two_views(), path, of="old")
    large = Moments(10_000, WIDTH)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # as if the disk were full
    try:
        with pytest.raises(Exception, match=r"File too large|os error|I/O"):
            save_moments({"large": large}, path, of="new")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    loaded, about = load_moments(path)
    assert about == {"of": "old"}
    for name, moments in two_views().items():
        assert_equal(loaded[name], moments)


def test_truncated_file_raises(tmp_path: Path) -> None:
    path = tmp_path / "whole"
    save_moments(two_views(), path)
    whole = path.read_bytes()
    for length in [*range(0, 600, 7), len(whole) // 2, len(whole) - 1]:
        (tmp_path / "part").write_bytes(whole[:length])
        with pytest.raises(ValueError, match="part' is damaged or not a safetensors file"):
            load_moments(tmp_path / "part")


def test_flipped_bit_raises_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    save_moments({"view": moments_of([random_batch(1)])}, path, words=5)
    whole = path.read_bytes()
    wrong: set[str] = set()
    for position in range(8 + int.from_bytes(whole[:8], "little") + 20):
        for bit in (position % 8, (position + 5) % 8):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1 << bit]) + whole[position + 1 :])
            try:
                (loaded,) = load_moments(path)[0].values()
                assert_equal(loaded, moments_of([random_batch(1)]))  # white space
            except ValueError as error:
                if "damaged' " not in str(error) or "\n" in str(error):
                    wrong.add(f"{type(error).__name__} that does not name the file: {error}")
            except Exception as error:
                wrong.add(f"{type(error).__name__}: {error}")
    assert not wrong


def test_file_without_checksum_raises(tmp_path: Path) -> None:
    header = {"format": "gensim-distill moments 1", "views": '["view"]', "about": "{}"}
    save_file(arrays_by_name({"view": Moments(2, 3)}), tmp_path / "file", metadata=header)
    with pytest.raises(ValueError, match="file' is damaged: .*it has no 'checksum'"):
        load_moments(tmp_path / "file")


@pytest.mark.parametrize("change", ["shape", "dtype", "missing", "name", "views", "about", "deep"])
def test_arrays_that_do_not_fit_raise(tmp_path: Path, change: str) -> None:
    arrays = arrays_by_name({"view": Moments(2, 3, second_moment=True)})
    header = {"format": "gensim-distill moments 1", "views": '["view"]', "about": "{}"}
    if change == "shape":
        arrays["view/counts"] = arrays["view/counts"][:1]
    elif change == "dtype":
        arrays["view/outer"] = arrays["view/outer"].astype(np.int64)
    elif change == "missing":
        del arrays["view/total"]
    elif change == "name":
        arrays["other/total"] = arrays.pop("view/total")
    else:
        header |= {"views": {"views": "3"}, "about": {"about": "[]"}, "deep": {"about": "[" * 100_000}}[change]
    header["checksum"] = checksum_of(arrays, header["views"], header["about"])
    save_file(arrays, tmp_path / "file", metadata=header)
    with pytest.raises(ValueError, match="file' is damaged") as raised:
        load_moments(tmp_path / "file")
    assert "\n" not in str(raised.value)


def test_header_that_claims_gigabytes_raises_without_memory(tmp_path: Path) -> None:
    path = tmp_path / "file"
    save_moments({"view": Moments(2, 3)}, path)
    whole = path.read_bytes()
    assert b'"shape":[2,3],"data_offsets":[' in whole
    for claimed in (b'"shape":[9,3],"data_offsets":[', b'"shape":[2,9],"data_offsets":['):
        path.write_bytes(whole.replace(b'"shape":[2,3],"data_offsets":[', claimed))
        with pytest.raises(ValueError, match="file' is damaged"):
            load_moments(path)
    path.write_bytes((7_700_000_000).to_bytes(8, "little") + whole[8:])
    with pytest.raises(ValueError, match="file' is damaged"):
        load_moments(path)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"format": "gensim-distill moments 0"}])
def test_different_safetensors_file_raises(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    save_file({"weight": np.zeros(3)}, tmp_path / "model.safetensors", metadata=metadata)
    with pytest.raises(ValueError, match=r"model\.safetensors' has no statistics of gensim-distill"):
        load_moments(tmp_path / "model.safetensors")


@pytest.mark.parametrize("content", [b"", b"hello", json.dumps({"a": 1}).encode() * 100, bytes(1000)])
def test_file_of_another_kind_raises(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(ValueError, match=r"other' (is damaged or not a safetensors file|has no moments)"):
        load_moments(tmp_path / "other")


def test_folder_in_place_of_a_file_raises_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "some.safetensors").mkdir()
    with pytest.raises(OSError, match="some.safetensors"):
        load_moments(tmp_path / "some.safetensors")


def test_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_moments(tmp_path / "nowhere")


def some_texts(words: int = VOCABULARY_SIZE) -> TextStore:
    store = TextStore(WIDTH, [str(word) for word in range(words)])
    for seed in range(6):
        store.add(random_batch(seed))
    return store


def test_texts_load_exactly(tmp_path: Path) -> None:
    for texts in (some_texts(), TextStore(WIDTH)):
        moments = {"view": Moments(VOCABULARY_SIZE, WIDTH)}
        save_moments(moments, tmp_path / "file", texts=texts, words=5)
        loaded, loaded_texts, about = load_statistics(tmp_path / "file")
        assert (list(loaded), about) == (["view"], {"words": 5})
        assert checksum(loaded, loaded_texts) == checksum(moments, texts) != checksum(moments)
        assert load_moments(tmp_path / "file")[1] == about


def test_file_without_texts_has_the_format_of_earlier_versions(tmp_path: Path) -> None:
    formats = []
    for texts in (None, some_texts()):
        save_moments(two_views(), tmp_path / "file", texts=texts)
        with safe_open(tmp_path / "file", framework="numpy") as file:
            formats.append(file.metadata()["format"])
    assert formats == ["gensim-distill moments 1", "gensim-distill moments 2"]
    save_moments(two_views(), tmp_path / "file")
    assert load_statistics(tmp_path / "file")[1] is None


def test_changed_texts_do_not_match_the_checksum(tmp_path: Path) -> None:
    path = tmp_path / "file"
    save_moments({"view": Moments(VOCABULARY_SIZE, WIDTH)}, path, texts=some_texts())
    with safe_open(path, framework="numpy") as file:
        header, arrays = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    for changed in (
        arrays | {"texts/vectors": arrays["texts/vectors"] + np.float16(1)},
        {name: array for name, array in arrays.items() if name != "texts/keys"},
        {name: array for name, array in arrays.items() if not name.startswith("texts/")},
    ):
        save_file(changed, path, metadata=header)
        with pytest.raises(ValueError, match=r"\(its contents do not match its checksum\)"):
            load_statistics(path)
    for wrong_format in ("gensim-distill moments 1", "gensim-distill moments 3"):
        save_file(arrays, path, metadata=header | {"format": wrong_format})
        with pytest.raises(ValueError, match="'texts'|newer version"):
            load_statistics(path)


def test_texts_with_words_beyond_the_vocabulary_raise(tmp_path: Path) -> None:
    for size in (2, 4):
        save_moments({"view": Moments(size, WIDTH)}, tmp_path / "file", texts=some_texts())
        with pytest.raises(ValueError, match=f"its texts have the word 4, and its moments are of {size} words"):
            load_statistics(tmp_path / "file")
