"""The options of the model: the constructor's parameters on the command line.

The table is separate from the constructor because importing that takes seconds, which ``--help`` should not. A test compares
it with the constructor's signature and with the registry of solvers.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

import typer

from gensim_distill._utils.default_teacher import DEFAULT_TEACHER, DEFAULT_TEACHER_IN_WORDS
from gensim_distill.cli.errors import usage_error
from gensim_distill.cli.help import EVERY_COMMAND
from gensim_distill.objectives.registry import OBJECTIVES

#: Parameters of the constructor that are no options, with the reason.
NO_OPTIONS = {
    "sentences": "the corpus is the argument of the command",
    "corpus_file": "the corpus is the argument of the command",
    "callbacks": "objects with hooks in Python",
    "reader": "its parameters are options",
}

#: Types of values: "ints" are integers separated by commas, a "function" is given as ``package.module:function``.
Kind: TypeAlias = Literal["int", "ints", "float", "bool", "str", "function", "none"]

_EXPECTED: dict[Kind, str] = {
    "ints": "integers separated by commas",
    "int": "an integer",
    "float": "a number",
    "function": "a function as package.module:function, or a name in the file of --functions",
    "str": "a string",
    "none": "none",
}
_METAVARS: dict[Kind, str] = {
    "int": "N",
    "ints": "N,...",
    "float": "NUMBER",
    "function": "MODULE:FUNCTION",
    "str": "TEXT",
}
_MAX_METAVAR = 16  # a wider column leaves no room for names and help in a terminal of 80 columns

_WORDS = "Words and sentences"
_TEACHER = "Teacher"
_HUB = "Hugging Face hub"
_SGD = "Gradient descent (--solver sgd)"
_GENSIM = "Of gensim, rarely needed"
_VECTORS = "Vectors"
#: The sections of the help of a training, in their order, after that of essential options.
PANELS = ("Corpus", _VECTORS, _WORDS, _TEACHER, _HUB, "Measurement", "Output", _SGD, _GENSIM, EVERY_COMMAND)


@dataclass(frozen=True)
class ModelOption:
    """An option for a parameter of the constructor, or of its reader.

    Attributes
    ----------
    name : str
        The name of the parameter.
    kinds : tuple of Kind
        The types of values.
    default : object
        The default of the parameter; None if that is a function.
    help : str
        One sentence.
    panel : str or None
        The section of the help; None for the first one, of essential options.
    choices : tuple of str
        The valid strings, if there are only a few.
    metavar : str
        The name of the value in the help; by default that of its type.
    short : str
        A short option, such as ``-t``.
    """

    name: str
    kinds: tuple[Kind, ...]
    default: Any
    help: str
    panel: str | None = _VECTORS
    choices: tuple[str, ...] = ()
    metavar: str = ""
    short: str = ""

    @property
    def flag(self) -> str:
        """The option on the command line, such as ``--min-count``."""
        return "--" + self.name.replace("_", "-")

    def as_parameter(self) -> inspect.Parameter:
        """Return the option as typer needs it; its value is None if it is not used."""
        annotation: Any
        text = self.help
        if self.default is not None and not isinstance(self.default, bool):
            text += f" (default: {DEFAULT_TEACHER_IN_WORDS if self.default == DEFAULT_TEACHER else self.default})"
        settings: dict[str, Any] = {
            "help": text.replace("[", r"\["),
            "show_default": False,
            "rich_help_panel": self.panel,
        }
        if "bool" in self.kinds:
            annotation = Annotated[bool | None, typer.Option(f"{self.flag}/--no-{self.flag[2:]}", **settings)]
        else:
            choices = list(self.choices)
            if len("|".join(choices)) > _MAX_METAVAR:
                settings["help"] += f" ({', '.join(choices)})"
                choices = ["NAME"]
            types = [_METAVARS[kind] for kind in _METAVARS if kind in self.kinds and not (kind == "str" and choices)]
            none = ["none"] if "none" in self.kinds and self.default is not None else []
            metavar = self.metavar or "|".join([*types, *choices, *none])
            flags = [self.flag, *filter(None, [self.short])]
            annotation = Annotated[str | None, typer.Option(*flags, metavar=metavar, **settings)]
        return inspect.Parameter(self.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)

    def parse(self, value: Any) -> Any:
        """Convert the text of an option, or a value of a TOML file, to the value of the parameter.

        Parameters
        ----------
        value : object

        Returns
        -------
        object
            None for "none". A function is returned as its path; see ``functions.py``.

        Raises
        ------
        CommandError
            If the value is of none of the types of the option.

        Examples
        --------
        >>> from gensim_distill.cli.model_options import MODEL_OPTIONS
        >>> options = {option.name: option for option in MODEL_OPTIONS}
        >>> options["layers"].parse("0,-1"), options["context"].parse("5"), options["context"].parse("text")
        ([0, -1], 5, 'text')
        """
        if isinstance(value, str):
            if value.lower() == "none" and "none" in self.kinds:
                return None
            if "ints" in self.kinds and re.fullmatch(r"\s*[+-]?\d+\s*(,\s*[+-]?\d+\s*)+(,\s*)?", value):
                return [int(number) for number in value.split(",") if number.strip()]
            for kind, convert in {"int": int, "float": float}.items():
                try:
                    if kind in self.kinds:
                        return convert(value)
                except ValueError:
                    continue
            if "str" in self.kinds or "function" in self.kinds:
                return value
        elif isinstance(value, bool):
            if "bool" in self.kinds:
                return value
        elif isinstance(value, int):
            if "int" in self.kinds or "float" in self.kinds:
                return value
        elif isinstance(value, float):
            if "float" in self.kinds:
                return value
        elif isinstance(value, list) and "ints" in self.kinds and all(type(number) is int for number in value):
            return value
        expected = [_EXPECTED[kind] for kind in _EXPECTED if kind in self.kinds] or ["true or false"]
        raise usage_error(f"{self.flag} {value!r} is invalid: expected {' or '.join(expected)}.")


#: Options for the parameters of the constructor, in their order.
MODEL_OPTIONS = (
    ModelOption(
        "vector_size", ("int", "none"), None, "Dimensions of the vectors; by default those of the teacher.", None
    ),
    ModelOption("alpha", ("float",), 0.025, "Initial learning rate.", _SGD),
    ModelOption("window", ("int",), 5, "Words on either side, with --context window."),
    ModelOption("min_count", ("int",), 5, "Ignore words with fewer occurrences than this.", None),
    ModelOption(
        "max_vocab_size", ("int", "none"), None, "Limit the words in memory while counting to this number.", _WORDS
    ),
    ModelOption(
        "sample",
        ("float",),
        5e-6,
        "Downsample words with a higher relative frequency than this; 0 keeps all, for small corpora.",
        _SGD,
    ),
    ModelOption("seed", ("int", "none"), 1, "Random seed; none draws one."),
    ModelOption("workers", ("int",), 3, "Threads of gradient descent.", _SGD),
    ModelOption("min_alpha", ("float",), 0.0001, "Final learning rate.", _SGD),
    ModelOption("sg", ("int",), 0, "No effect.", _GENSIM),
    ModelOption("hs", ("int",), 0, "Use hierarchical softmax (1), with --negative 0.", _SGD),
    ModelOption("negative", ("int",), 10, "Noise words per example; 0 with --hs 1.", _SGD),
    ModelOption("ns_exponent", ("float",), 0.5, "Exponent of the counts in the distribution of noise words.", _SGD),
    ModelOption("cbow_mean", ("int",), 1, "No effect.", _GENSIM),
    ModelOption("hashfxn", ("function",), None, "Hash function of gensim.", _GENSIM),
    ModelOption("epochs", ("int",), 5, "Number of passes over the contexts.", _SGD),
    ModelOption("null_word", ("int",), 0, "Only 0.", _GENSIM),
    ModelOption(
        "trim_rule",
        ("function", "none"),
        None,
        "Which words to keep: a function of word, count and min_count, as in gensim.",
        _WORDS,
    ),
    ModelOption(
        "sorted_vocab", ("int",), 1, "Sort words by frequency (1) or keep the order of the corpus (0).", _WORDS
    ),
    ModelOption("batch_words", ("int",), 10_000, "Words per job of a thread.", _SGD),
    ModelOption("compute_loss", ("bool",), False, "Whether to compute and report the loss.", _SGD),
    ModelOption("comment", ("str", "none"), None, "A comment, stored in the model.", _GENSIM),
    ModelOption("max_final_vocab", ("int", "none"), None, "Keep only this many words, the most frequent.", _WORDS),
    ModelOption("shrink_windows", ("bool",), True, "No effect.", _GENSIM),
    ModelOption(
        "teacher",
        ("str",),
        DEFAULT_TEACHER,
        "Transformer to distill from: a folder, or a name on the Hugging Face hub.",
        None,
        metavar="NAME|FOLDER",
        short="-t",
    ),
    ModelOption(
        "objective",
        ("str",),
        "hybrid",
        "How vectors are computed from contexts; hybrid is best for most uses.",
        choices=tuple(OBJECTIVES),
    ),
    ModelOption(
        "context",
        ("int", "str", "none"),
        None,
        "The part of a document whose mean hidden state is the context of a word: the word, a window of this many words on "
        "either side, the sentence, the passage (a few sentences), or the whole document (text); by default that of the objective.",
        choices=("token", "window", "sentence", "passage", "text"),
    ),
    ModelOption(
        "layers",
        ("int", "ints", "none"),
        None,
        "Layers of the teacher, negative ones from the last; by default those of the objective.",
        _TEACHER,
    ),
    ModelOption(
        "solver",
        ("str",),
        "one-pass",
        "One pass over the corpus, or the gradient descent of the paper (sgd), for --objective x2static.",
        choices=("one-pass", "sgd"),
    ),
    ModelOption(
        "whitening",
        ("float", "none"),
        None,
        "Whitening exponent, from 0 (none) to 1 (full); by default 0.5, or 0 with sgd.",
    ),
    ModelOption(
        "contexts_per_word",
        ("int", "str", "none"),
        "auto",
        "Budget: read only as many documents as every word needs to occur this often; none reads all.",
        _TEACHER,
        choices=("auto",),
    ),
    ModelOption(
        "device",
        ("str",),
        None,
        "Device of the teacher, such as cpu or cuda; by default a GPU if there is one.",
        _TEACHER,
        metavar="NAME",
    ),
    ModelOption("dtype", ("str",), "auto", "Dtype of the teacher: auto, bfloat16, float32 or float16.", _TEACHER),
    ModelOption("batch_tokens", ("int", "str"), "auto", "Subwords per batch.", _TEACHER, choices=("auto",)),
    ModelOption(
        "max_length",
        ("int", "none"),
        None,
        "Subwords per window; longer documents are read in overlapping windows. By default as many as the teacher can read.",
        _TEACHER,
    ),
    ModelOption(
        "revision",
        ("str", "none"),
        None,
        "Branch, tag or commit of the teacher; by default the main branch.",
        _HUB,
        metavar="NAME",
    ),
    ModelOption(
        "trust_remote_code",
        ("bool",),
        False,
        "Run code of the teacher's repository, which some teachers need; only if you trust it.",
        _HUB,
    ),
    ModelOption(
        "cache_dir",
        ("str", "none"),
        None,
        "Folder for checkpoints, which are then kept; by default the folder checkpoint in the output folder.",
        metavar="FOLDER",
    ),
    ModelOption(
        "progress",
        ("bool", "none"),
        None,
        "Whether to show progress bars; by default in a terminal, and elsewhere as a line every half minute.",
    ),
)

#: Options for the parameters of :class:`~gensim_distill.TextReader`, which form the parameter `reader` of the constructor.
READER_OPTIONS = (
    ModelOption(
        "word_splitter",
        ("function",),
        None,
        "Words of raw text: a function from a string to words or their spans.",
        _WORDS,
    ),
    ModelOption(
        "key",
        ("function", "none"),
        None,
        "Entry of the vocabulary for a word: a function of the word; by default raw text is lowercased.",
        _WORDS,
    ),
    ModelOption(
        "sentence_splitter",
        ("function",),
        None,
        "Sentences of raw text: a function from a string to sentences or their spans.",
        _WORDS,
    ),
    ModelOption(
        "phrase_delimiter",
        ("str", "none"),
        "_",
        "Delimiter of the parts of phrases such as new_york, which the teacher reads as separate words.",
        _WORDS,
    ),
)

#: All options of the model.
ALL_OPTIONS = MODEL_OPTIONS + READER_OPTIONS
