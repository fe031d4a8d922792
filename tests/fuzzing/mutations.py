"""Mutations: damage to the files of a folder, drawn by a random generator."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import json
import lzma
import os
import re
import struct
from collections.abc import Callable, Collection
from pathlib import Path
from random import Random
from typing import Any

_TOKENS = [
    b"\n", b"\r", b"\r\n", b"\n\n", b" ", b"\t", b"\0", b",", b'"', b"'", b"\\", b";", b"#", b"[", b"{", b"}", b"]]]", b"=", b":",
    b"nan", b"inf", b"-1", b"1e999", b"99999999999", b"null", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xff" * 4, b"\xff" * 8,
    b"\0" * 8, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"PK\x03\x04", b"\x1f\x8b\x08",
]  # fmt: skip
_NUMBERS = [
    b"-1", b"0", b"1", b"2", b"-0", b"4294967296", b"9223372036854775808", b"9" * 30, b"9" * 5_000, b"1e308", b"1e999", b"nan", b"NaN",
    b"-inf", b"1.5", b"0x10", b"1_000", b"", b"\xd9\xa3",
]  # fmt: skip
_PACKED = [
    *(struct.pack("<i", number) for number in (-1, 0, 1, 2**31 - 1, -(2**31), 10**6)),
    *(struct.pack("<q", number) for number in (-1, 0, 1, 2**63 - 1, -(2**63), 2**40)),
    *(struct.pack("<f", number) for number in (float("nan"), float("inf"), -3e38, 1e-45)),
    struct.pack("<d", float("nan")),
]
_DEEP = "[" * 100_000 + "]" * 100_000
_JSON_VALUES: list[Any] = [
    None, True, False, -1, 0, 1, 2, 0.5, 10**6, 2**31, 2**63, 10**30, -(10**30), 1e308, float("nan"), float("inf"), "", "a", "0", "\0",
    "\ud800", "../..", "/", "x" * 5_000, [], {}, [None], [[]], [1, 2], {"a": None}, "DEEP",
]  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_COMPRESSIONS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".gz": (gzip.decompress, lambda content: gzip.compress(content, mtime=0)),
    ".bz2": (bz2.decompress, bz2.compress),
    ".xz": (lzma.decompress, lzma.compress),
}

#: Mutations of bytes that leave the length and most of the content.
SMALL = ("flip", "edit", "truncate")


def _flip(data: bytearray, chance: Random, other: bytes) -> None:
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _edit(data: bytearray, chance: Random, other: bytes) -> None:
    for _ in range(chance.choice((1, 1, 2, 8))):
        data[_place(data, chance)] = chance.choice((0, 10, 13, 32, 34, 255, chance.randrange(256)))


def _truncate(data: bytearray, chance: Random, other: bytes) -> None:
    length = len(data)
    del data[
        chance.choice(
            (0, chance.randrange(length), chance.randrange(length), max(0, length - chance.randrange(1, 9)))
        ) :
    ]
    if chance.random() < 0.2:
        data += bytes(length - len(data))


def _insert(data: bytearray, chance: Random, other: bytes) -> None:
    place = chance.choice((0, len(data), chance.randrange(len(data) + 1)))
    data[place:place] = chance.choice(
        (chance.choice(_TOKENS), chance.choice(_TOKENS), chance.randbytes(chance.randrange(1, 40)))
    )


def _duplicate(data: bytearray, chance: Random, other: bytes) -> None:
    start, stop = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    data[start:start] = data[start : min(stop, start + 100_000)] * chance.choice((1, 1, 3))


def _delete(data: bytearray, chance: Random, other: bytes) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 2, 4, 8, chance.randrange(1, len(data) + 1)))]


def _splice(data: bytearray, chance: Random, other: bytes) -> None:
    data[chance.randrange(len(data)) :] = other[chance.randrange(len(other) + 1) :]


def _lines(data: bytearray, chance: Random, other: bytes) -> None:
    lines = data.splitlines(keepends=True)
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    action = chance.randrange(5)
    if action == 0:
        lines[one], lines[two] = lines[two], lines[one]
    elif action == 1:
        lines.insert(two, lines[one])
    elif action == 2:
        del lines[one]
    elif action == 3:
        lines[one] = lines[one].rstrip(b"\r\n")
    else:
        lines = [line.replace(b"\n", b"\r") for line in lines]
    data[:] = b"".join(lines)


def _number(data: bytearray, chance: Random, other: bytes) -> None:
    found = list(_NUMBER.finditer(data))
    if not found:
        return _packed(data, chance, other)
    chosen = chance.choice(found[: chance.choice((2, 20, len(found)))])
    data[chosen.start() : chosen.end()] = chance.choice(_NUMBERS)
    return None


def _packed(data: bytearray, chance: Random, other: bytes) -> None:
    packed = chance.choice(_PACKED)
    place = _place(data, chance) // 4 * 4
    data[place : place + len(packed)] = packed


def _json(data: bytearray, chance: Random, other: bytes) -> None:
    """Replace a value of JSON: of a file, of a line, or of the header of safetensors."""
    start, stop = 0, len(data)
    if len(data) > 8 and data[8:9] == b"{" and 8 + int.from_bytes(data[:8], "little") <= len(data):
        start, stop = 8, 8 + int.from_bytes(data[:8], "little")
    elif data[:1] == b"{" and data.count(b"\n{") and data.strip().endswith(b"}"):
        places = [0, *(found.end() - 1 for found in re.finditer(rb"\n\{", data)), len(data)]
        number = chance.randrange(len(places) - 1)
        start, stop = places[number : number + 2]
    try:
        value = json.loads(data[start:stop])
    except (ValueError, RecursionError):
        return _number(data, chance, other)
    text = json.dumps(_changed(value, chance)).replace('"DEEP"', _DEEP).encode() + (
        b"\n" if data[stop - 1 : stop] == b"\n" else b""
    )
    data[start:stop] = text
    if start == 8:
        data[:8] = len(text).to_bytes(8, "little")
    return None


def _changed(value: Any, chance: Random) -> Any:
    """Return a value of JSON with one change somewhere inside."""
    places: list[tuple[Any, Any]] = []
    pending = [value]
    while pending:
        node = pending.pop()
        children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, child in list(children)[:50]:
            places.append((node, key))
            pending.append(child)
    if not places or chance.random() < 0.05:
        return chance.choice(_JSON_VALUES)
    node, key = chance.choice(places)
    action = chance.randrange(6)
    if action == 0:
        del node[key]
    elif action == 1 and isinstance(node, dict):
        node[f"{key}x"] = node.pop(key)
    elif action == 2:
        other, its_key = chance.choice(places)
        with contextlib.suppress(LookupError):
            node[key], other[its_key] = other[its_key], node[key]
            json_copy = json.dumps(value)  # raises an error if a value now contains itself
            return json.loads(json_copy)
        node[key] = None
    else:
        node[key] = chance.choice(_JSON_VALUES)
    return value


_OF_BYTES: dict[str, Callable[[bytearray, Random, bytes], None]] = {
    "flip": _flip,
    "edit": _edit,
    "truncate": _truncate,
    "insert": _insert,
    "duplicate": _duplicate,
    "delete": _delete,
    "splice": _splice,
    "lines": _lines,
    "number": _number,
    "packed": _packed,
    "json": _json,
}


def mutate(folder: Path, other: Path, chance: Random, allowed: Collection[str] = ()) -> tuple[str, int]:
    """Damage one file of a folder, or exchange files.

    Parameters
    ----------
    folder : pathlib.Path
        Changed in place.
    other : pathlib.Path
        A folder of the same files with other content.
    chance : random.Random
    allowed : collection of str, optional
        The mutations to choose from; by default all.

    Returns
    -------
    (str, int)
        The name of the mutation and the file, and the bytes of the damaged file, decompressed.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = chance.choice(files)
    name = path.relative_to(folder).as_posix()
    kind = chance.choice(sorted(allowed) if allowed else [*_OF_BYTES, "file"])
    if kind == "file":
        size = sum(file.stat().st_size for file in files)
        return f"{_exchange(path, files, other / name, chance)} of {name}", size
    whole, spliced = path.read_bytes(), _content_of(other / name, chance.choice(files))
    pack: Callable[[bytes], bytes] | None = None
    ending = os.path.splitext(name)[1]
    if ending in _COMPRESSIONS and not allowed and chance.random() < 0.5:
        unpack, pack = _COMPRESSIONS[ending]
        with contextlib.suppress(Exception):
            spliced = unpack(spliced)
        whole = unpack(whole)
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if data:
            with contextlib.suppress(ValueError):  # a value of JSON that would contain itself
                _OF_BYTES[kind](data, chance, spliced)
    path.write_bytes(bytes(data) if pack is None else pack(bytes(data)))
    return f"{kind} of {name}{' decompressed' if pack else ''}", len(data)


def _exchange(path: Path, files: list[Path], other: Path, chance: Random) -> str:
    """Change a file as a whole, and return the name of the change."""
    action = chance.choice(
        ("removal", "emptying", "replacement", "exchange", "folder in place", "zeros", "random bytes")
    )
    if action == "removal":
        path.unlink()
    elif action == "emptying":
        path.write_bytes(b"")
    elif action == "replacement" and other.is_file():
        path.write_bytes(other.read_bytes())
    elif action == "exchange":
        one = chance.choice(files)
        content, its_content = path.read_bytes(), one.read_bytes()
        path.write_bytes(its_content)
        one.write_bytes(content)
    elif action == "folder in place":
        path.unlink()
        path.mkdir()
    elif action == "zeros":
        path.write_bytes(bytes(path.stat().st_size))
    else:
        path.write_bytes(chance.randbytes(chance.randrange(1, 3_000)))
    return action


def _content_of(path: Path, otherwise: Path) -> bytes:
    return (path if path.is_file() else otherwise).read_bytes()


def _place(data: bytearray, chance: Random) -> int:
    """Return a place, often near the beginning, where headers are."""
    return chance.randrange(min(len(data), chance.choice((64, 1_000, len(data)))))
