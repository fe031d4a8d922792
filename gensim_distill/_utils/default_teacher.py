"""The name of the default teacher, in a module that takes no time to import."""

from __future__ import annotations

#: The hub name of the teacher that is used if none is passed.
DEFAULT_TEACHER = "sentence-transformers/all-MiniLM-L6-v2"

#: The name in words for help texts, which in a terminal of 80 columns have no room for it.
DEFAULT_TEACHER_IN_WORDS = " of ".join(reversed(DEFAULT_TEACHER.split("/")))
