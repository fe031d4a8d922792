"""What an exporter is: one target, what it can hold, and how it is written."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: White space of any kind, the character that ends strings in C, and halves of surrogate pairs, which UTF-8 has not.
WHITE_SPACE = re.compile("^$|[\\s\0\ud800-\udfff]")
#: Nothing but those halves.
NO_UTF8 = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Exporter:
    """One format that vectors are exported to.

    Attributes
    ----------
    format : str
        Its name.
    library : str
        What loads it.
    load : str
        The Python code that does; ``{path}`` stands for the path.
    write : callable
        ``write(material, path, dtype, **options)``, with its options as parameters that are named only.
    suffix : str
        The usual ending of the file's name, empty for folders.
    folder : bool
        Whether it is a folder.
    marker_file : str
        A file that such a folder has.
    texts : bool
        Whether it holds the weighted vectors whose mean is that of a text, rather than those of words.
    dtypes : tuple of str
        In which types its numbers can be.
    other_dtypes : str
        Why not in others.
    cannot_hold : re.Pattern or None
        What is found in words that it cannot hold.
    reason : str
        Why, to follow "words that".
    card : bool
        Whether the folder gets a model card.
    hub_library : str or None
        The name by which a hub knows the library.
    tags : tuple of str
        For the card.
    """

    format: str
    library: str
    load: str
    write: Callable[..., None]
    suffix: str = ""
    folder: bool = False
    marker_file: str = ""
    texts: bool = False
    dtypes: tuple[str, ...] = ("float32",)
    other_dtypes: str = ""
    cannot_hold: re.Pattern[str] | None = None
    reason: str = ""
    card: bool = False
    hub_library: str | None = None
    tags: tuple[str, ...] = field(default=())

    @property
    def options(self) -> list[str]:
        """The options of this format alone."""
        parameters = inspect.signature(self.write).parameters.values()
        return [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]

    def check(self, dtype: str, options: Mapping[str, Any]) -> None:
        """Say what this format cannot do, if anything was asked of it that it cannot.

        Raises
        ------
        ValueError
            If it has no numbers of that type.
        TypeError
            If it has no such option.
        """
        if dtype not in self.dtypes:
            raise ValueError(
                f"dtype={dtype!r} is not possible for {self.format!r}: {self.other_dtypes or 'it has float32 alone'}; give "
                f"{' or '.join(map(repr, self.dtypes))}."
            )
        for name in options:
            if name not in self.options:
                known = ", ".join(self.options) or "none of its own"
                raise TypeError(f"The format {self.format!r} has no option {name!r}; its options are: {known}.")
