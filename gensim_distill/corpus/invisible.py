r"""Invisible characters, which must not make words differ that look the same.

- Formatting characters are removed from raw text: soft hyphens, marks and embeddings of direction, byte-order marks,
  word joiners. Removing them moves no word boundary of Unicode.
- Other invisible characters have a meaning inside words, such as the zero-width non-joiner of Persian or the joiner of
  emoji, and are removed at the ends of words only. They stay where they change the character before them: a joiner
  after a virama, as in Malayalam, and a variation selector after an emoji or an ideograph.
- The narrow no-break space, which French has before ``?`` and after ``«``, separates words like any space, except
  between two digits: ``10\u202f000`` is a word.

The patterns are in the syntax that `regex` and the `tokenizers` library share.
"""

from __future__ import annotations

import re

import regex

from gensim_distill.corpus.documents import Span

# The flags of England, Scotland and Wales are a black flag and tag characters.
_FLAG = "\U0001f3f4"
_TAGS = "\U000e0020-\U000e007f"
_TAGS_OF_FLAGS = "\U000e0020-\U000e007e"  # the last tag ends a flag
_FORMATTING = "\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0001"
#: Formatting characters.
FORMATTING = rf"[{_FORMATTING}]+|(?<![{_FLAG}{_TAGS_OF_FLAGS}])[{_TAGS}]+"

_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINER = "\u200d"
_ALWAYS_AT_ENDS = f"\u034f\u17b4\u17b5\u180e\u200b\u200c\u3164\uffa0{_FORMATTING}"
_AT_ENDS = f"{_ALWAYS_AT_ENDS}{_JOINER}{_SELECTORS}"
# Canonical combining class 9.
_VIRAMAS = (
    "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1715"
    "\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua82c\ua8c4\ua953\ua9c0\uaaf6\uabed\U00010a3f\U00011046"
    "\U00011070\U0001107f\U000110b9\U00011133\U00011134\U000111c0\U00011235\U000112ea\U0001134d\U00011442\U000114c2"
    "\U000115bf\U0001163f\U000116b6\U0001172b\U00011839\U0001193d\U0001193e\U000119e0\U00011a34\U00011a47\U00011a99"
    "\U00011c3f\U00011d44\U00011d45\U00011d97"
)
_VARIED = r"\p{Extended_Pictographic}\p{Han}\p{Mongolian}\p{Myanmar}"
#: Invisible characters at the beginning of a string, a word; a joiner before an emoji joins it to a space too.
LEADING = rf"\A[\s{_AT_ENDS}]+"
#: Invisible characters at the end of a string, a word, without one that changes the character before.
# Each alternative can begin at one place only of a run of such characters, so that a search takes linear time.
TRAILING = (
    rf"(?<![{_AT_ENDS}])(?!(?<=[{_VIRAMAS}]){_JOINER}|(?<=[{_VARIED}])[{_SELECTORS}])[{_AT_ENDS}]+(?![\s\S])"
    rf"|(?<=[{_VIRAMAS}]{_JOINER}|[{_VARIED}][{_SELECTORS}])[{_AT_ENDS}]+(?![\s\S])"
)
#: The same, but without variation selectors, for Python's `re`, which knows no properties of characters.
EDGE = f"(?:[{_ALWAYS_AT_ENDS}]|(?<![{_VIRAMAS}]){_JOINER})+"
#: Punctuation after such a character, also for `re`.
PUNCTUATION_AFTER_EDGE = f"(?<=[{_ALWAYS_AT_ENDS}{_JOINER}])[.,:;!?…،؛؟۔]"
#: A narrow no-break space that separates words.
NARROW_SPACE = "(?<!\\p{Nd})\u202f|\u202f(?!\\p{Nd})"

# Python's re searches for a class of characters several times as fast as regex.
_has_formatting = re.compile(f"[{_FORMATTING}{_TAGS}]").search
_has_invisible = re.compile(f"[{_AT_ENDS}]").search
_formatting = regex.compile(FORMATTING)
_leading = regex.compile(LEADING)
_trailing = regex.compile(TRAILING)
_narrow_space = regex.compile(NARROW_SPACE)


def without_formatting(string: str) -> str:
    r"""Return a string without formatting characters.

    Examples
    --------
    >>> from gensim_distill.corpus.invisible import without_formatting
    >>> without_formatting("\ufeffco\u00adop"), without_formatting("می\u200cخواهم") == "می\u200cخواهم"
    ('coop', True)
    """
    if string.isascii() or not _has_formatting(string):
        return string
    without: str = _formatting.sub("", string)
    return without


def kept_characters(string: str) -> list[int]:
    r"""Return the positions of the characters that :func:`without_formatting` keeps.

    Examples
    --------
    >>> from gensim_distill.corpus.invisible import kept_characters
    >>> kept_characters("co\u00adop")
    [0, 1, 3, 4]
    """
    removed = {position for match in _formatting.finditer(string) for position in range(*match.span())}
    return [position for position in range(len(string)) if position not in removed]


def separate_at_narrow_spaces(string: str) -> str:
    r"""Return a string of the same length with spaces for narrow no-break spaces that are not between digits.

    Examples
    --------
    >>> from gensim_distill.corpus.invisible import separate_at_narrow_spaces
    >>> separate_at_narrow_spaces("vraiment\u202f? 10\u202f000\u202f€")
    'vraiment ? 10\u202f000 €'
    """
    if string.isascii() or "\u202f" not in string:
        return string
    separated: str = _narrow_space.sub(" ", string)
    return separated


def trim_words(string: str, spans: list[Span]) -> list[Span]:
    r"""Return the spans of words without the invisible characters at their ends, and without words of only such characters.

    Examples
    --------
    >>> from gensim_distill.corpus.invisible import trim_words
    >>> trim_words("a می\u200c \u200b", [(0, 1), (2, 5), (6, 7)])
    [(0, 1), (2, 4)]
    """
    if string.isascii() or not _has_invisible(string):
        return spans
    trimmed = []
    for start, end in spans:
        first, last = start, end
        if _has_invisible(string, start, end):
            if leading := _leading.match(string[start:end]):
                first += leading.end()
            if trailing := _trailing.search(string[first:end]):
                last = first + trailing.start()
        if first < last or start == end:
            trimmed.append((first, last))
    return trimmed
