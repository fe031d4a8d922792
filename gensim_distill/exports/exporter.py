"""`Exporter`: the description of one format, and the function that writes it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gensim_distill.vectors.quantization import VectorDtype

#: Matches lone surrogates, which cannot be encoded in UTF-8.
NOT_UTF8 = re.compile("[\ud800-\udfff]")
#: Matches the empty word, whitespace, the NUL character that ends strings in C, and lone surrogates.
EMPTY_OR_WHITE_SPACE = re.compile("^$|[\\s\0\ud800-\udfff]")


@dataclass(frozen=True)
class Exporter:
    r"""One format of :func:`~gensim_distill.exports.export`.

    Attributes
    ----------
    format : str
        The name of the format.
    library : str
        The libraries that load it.
    load_code : str
        Python code that loads it; ``{path}`` stands for the path.
    write : callable
        ``write(data, path, dtype, **options)`` writes an :class:`~gensim_distill.exports.data.ExportData`
        to a path that does not exist yet, or into an empty folder if `folder`. The options of the
        format are its keyword-only parameters.
    suffix : str
        The usual ending of the file name, empty for folders.
    folder : bool
        Whether the format is a folder.
    marker_file : str
        A file by which a folder in this format is recognized.
    text_vectors : bool
        Whether the vectors are weighted, so that their mean is the vector of a text. Otherwise they
        are the word vectors.
    text_encoder : bool
        Whether a text encoder is written beside the word vectors.
    dtypes : tuple of {"float32", "float16", "int8"}
        The dtypes that the format supports.
    dtype_reason : str
        The reason why it does not support others, for the error message.
    unwritable : re.Pattern or None
        Matches in words that the format cannot hold. None if it can hold any word.
    unwritable_reason : str
        The reason, as the end of the sentence "words that ...".
    model_card : bool
        Whether the folder gets a model card.
    hub_library, pipeline_tag : str or None
        The names by which the Hugging Face hub knows the library and the task.
    tags : tuple of str
        The tags of the model card.

    Examples
    --------
    >>> from gensim_distill.exports import Exporter
    >>> def write(data, path, dtype, *, comment=""):
    ...     path.write_text(comment + "\n".join(data.words), encoding="utf-8")
    >>> Exporter("word-list", "any editor", "open({path!r}).read().split()", write, suffix=".txt").options
    ['comment']
    """

    format: str
    library: str
    load_code: str
    write: Callable[..., None]
    suffix: str = ""
    folder: bool = False
    marker_file: str = ""
    text_vectors: bool = False
    text_encoder: bool = False
    dtypes: tuple[VectorDtype, ...] = ("float32",)
    dtype_reason: str = ""
    unwritable: re.Pattern[str] | None = None
    unwritable_reason: str = ""
    model_card: bool = False
    hub_library: str | None = None
    pipeline_tag: str | None = None
    tags: tuple[str, ...] = field(default=())

    @property
    def encodes_texts(self) -> bool:
        """Whether the format needs a text encoder."""
        return self.text_vectors or self.text_encoder

    @property
    def options(self) -> list[str]:
        """The names of the options of this format."""
        parameters = inspect.signature(self.write).parameters.values()
        return [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]

    def check(self, dtype: str, options: Mapping[str, Any]) -> None:
        """Check that the format supports a dtype and some options.

        Raises
        ------
        ValueError
            If it does not support the dtype.
        TypeError
            If it does not have one of the options.
        """
        if dtype not in self.dtypes:
            supported = " or ".join(map(repr, self.dtypes))
            raise ValueError(
                f"dtype={dtype!r} is not supported by {self.format!r}: {self.dtype_reason or 'it has only float32'}; use {supported}."
            )
        for name in options:
            if name not in self.options:
                known = ", ".join(self.options) or "none of its own"
                raise TypeError(f"The format {self.format!r} has no option {name!r}; its options are: {known}.")
