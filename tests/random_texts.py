"""Random texts with the characters that are difficult for word boundaries."""

from __future__ import annotations

import regex
from hypothesis import strategies as st

# Some characters of each class of word boundaries, all whitespace of Python, and emoji.
_CLASSES = "Other CR LF Newline Extend ZWJ Format Katakana Hebrew_Letter ALetter Single_Quote Double_Quote MidNumLet MidLetter MidNum Numeric ExtendNumLet WSegSpace Regional_Indicator"
_BY_CLASS = [
    [c for c in map(chr, [*range(0x3100), *range(0xFE00, 0x10000), *range(0x1F1E6, 0x1F700)]) if pattern.match(c)][:40]
    for pattern in (regex.compile(rf"\p{{WB={name}}}") for name in _CLASSES.split())
]
_SPACES = [c for c in map(chr, range(0x3100)) if c.isspace()]
#: Short texts.
difficult_texts = st.text(
    st.one_of(
        *(st.sampled_from(characters) for characters in _BY_CLASS),
        st.sampled_from(_SPACES),
        st.sampled_from("  abI1İΣ'.-\u200d\u0301\u202f😀🇩🇪👩‍"),
        st.characters(),
    ),
    max_size=12,
)
