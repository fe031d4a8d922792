"""The constructor's parameters as options: names, types, defaults and help, read from the source of `model.py`.

The source is parsed and not imported, since importing it takes seconds and help should take none.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import inspect
import os
import re
import sys
import textwrap
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from gensim_distill.cli.console import usage_error

#: Parameters that cannot be options, and why.
NO_OPTIONS = {
    "sentences": "the corpus is the argument of the command",
    "corpus_file": "the corpus is the argument of the command",
    "callbacks": "objects with hooks in Python",
}

# What each alternative of an annotation lets be given; "callable" is the path of a function.
_KINDS = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "str": "str",
    "None": "none",
    "Any": "str",
    "Scope": "int str",
    "Sequence[int]": "ints",
    "os.PathLike[str]": "str",
    "Objective": "",  # an object; its name is a str
    "Splitter": "callable",
}
_EXPECTED = {
    "ints": "whole numbers with commas between",
    "int": "a whole number",
    "float": "a number",
    "callable": "a function as package.module:function",
    "str": "a word",
    "none": "none",
}
_METAVARS = {"int": "INTEGER", "ints": "INTEGER,...", "float": "NUMBER", "callable": "MODULE:FUNCTION", "str": "TEXT"}

_WIDEST_METAVAR = 16  # wider ones leave no room for names and help in a terminal of 80 columns

_PANELS = {
    "Words and sentences": "min_count max_vocab_size max_final_vocab trim_rule sorted_vocab phrase_delimiter word_splitter key "
    "sentence_splitter",
    "Teacher": "teacher device dtype batch_tokens contexts_per_word layers",
    "Gradient descent (--solver sgd)": "alpha min_alpha epochs negative ns_exponent sample hs workers batch_words compute_loss",
    "Of gensim, seldom needed": "sg cbow_mean null_word shrink_windows hashfxn comment",
}

# Where the docstring describes several parameters at once, what each of them is.
_IN_OTHER_WORDS = {
    "alpha": "Learning rate at the beginning.",
    "min_alpha": "Learning rate at the end.",
    "epochs": "How many times to go through the contexts.",
    "negative": "Noise words for each example; 0 with --hs 1.",
    "ns_exponent": "Exponent of the counts that noise words are drawn by.",
    "sample": "Leave out words more frequent than this, more often the more frequent; 0 keeps all, which suits little text.",
    "hs": "1 for hierarchical softmax, with --negative 0.",
    "workers": "Threads of gradient descent.",
    "batch_words": "Words in a job of a thread.",
    "compute_loss": "Whether the loss is computed and told.",
    "min_count": "Leave out words that occur more seldom.",
    "max_vocab_size": "While counting, keep no more words than this, to save memory.",
    "max_final_vocab": "Keep so many words, the most frequent.",
    "trim_rule": "Which words to keep: a function of word, count and min_count, as in gensim.",
    "sorted_vocab": "1 to have the words by frequency, 0 as they were met.",
    "hashfxn": "The hash function of gensim.",
    "comment": "Any text, kept with the model.",
    "sg": "Only 0.",
    "cbow_mean": "Only 1.",
    "null_word": "Only 0.",
    "objective": "What the vectors are; hybrid is best for most uses.",
    "context": "What the context of a word is the mean over: the word, so many words around it, its sentence or its text.",
    "solver": "one-pass takes one pass, sgd is the paper's gradient descent, for --objective x2static.",
    "whitening": "How far the directions in which all contexts vary are evened out, from 0 to 1.",
    "window": "The words on either side, with --context window.",
    "seed": "The same seed makes the same choices by lot.",
    "layers": "Layers of the teacher, negative ones counted from the last; by default those of the objective.",
    "contexts_per_word": "Let the teacher read so many texts of each word; none reads everything.",
    "shrink_windows": "Has no effect.",
    "teacher": "Transformer to learn from: a folder, or a name on the Hugging Face hub.",
    "word_splitter": "Words of raw text: a function from a string to words or their spans.",
    "key": "What a word is counted under: a function from the word; by default raw text is lower-cased.",
    "sentence_splitter": "Sentences of raw text: a function from a string to sentences or their spans.",
    "phrase_delimiter": "What joins the parts of tokens such as new_york, which the teacher reads apart.",
    "device": "Where the teacher runs, such as cpu or cuda; by default the best there is.",
    "dtype": "Number format of the teacher: auto, bfloat16, float32 or float16.",
    "batch_tokens": "Subwords in a forward pass.",
    "cache_dir": "Where what was read is kept until the end; by default the folder checkpoint in the output folder.",
    "progress": "Whether to show progress bars; by default in a terminal.",
}


@dataclass(frozen=True)
class Parameter:
    """A parameter of the constructor.

    Attributes
    ----------
    name : str
    kinds : frozenset of str
        What may be given: "int", "ints", "float", "bool", "str", "callable", "none".
    default : str
        The default as the source has it.
    help : str
        What it does, in a sentence.
    choices : tuple of str
        The words that may be given, if there are but a few.
    """

    name: str
    kinds: frozenset[str]
    default: str
    help: str
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def panel(self) -> str:
        """The part of the help in which it stands."""
        return next((panel for panel, names in _PANELS.items() if self.name in names.split()), "Model")

    def as_option(self) -> inspect.Parameter:
        """Give the parameter as typer takes it; None means that it was not given."""
        annotation: Any
        text = self.help
        if self.default and not self.default.isidentifier() and self.default != "()":
            text += f" (default: {self.default.strip(chr(39))})"
        settings: dict[str, Any] = {
            "help": text.replace("[", r"\["),
            "show_default": False,
            "rich_help_panel": self.panel,
        }
        if self.kinds == {"bool"} or self.kinds == {"bool", "none"}:
            annotation = Annotated[bool | None, typer.Option(f"{self.option}/--no-{self.option[2:]}", **settings)]
        else:
            choices = list(self.choices)
            if len("|".join(choices)) > _WIDEST_METAVAR:
                settings["help"] += f" ({', '.join(choices)})"
                choices = ["NAME"]
            words = [_METAVARS[kind] for kind in _METAVARS if kind in self.kinds and not (kind == "str" and choices)]
            none = ["none"] if "none" in self.kinds and self.default != "None" else []
            metavar = "|".join([*words, *choices, *none])
            annotation = Annotated[str | None, typer.Option(self.option, metavar=metavar, **settings)]
        return inspect.Parameter(self.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)

    def read(self, value: Any) -> Any:
        """Give the value that was meant, by the text of an option or the value of a TOML file.

        Functions are left as their path; "none" becomes None.

        Raises
        ------
        CommandError
            If it is of no kind that the parameter takes.

        Examples
        --------
        >>> from gensim_distill.cli.parameters import constructor_parameters
        >>> parameters = {parameter.name: parameter for parameter in constructor_parameters()}
        >>> parameters["layers"].read("0,-1"), parameters["context"].read("5"), parameters["context"].read("text")
        ([0, -1], 5, 'text')
        """
        if isinstance(value, str):
            if value.lower() == "none" and "none" in self.kinds:
                return None
            if "ints" in self.kinds and re.fullmatch(r"\s*[+-]?\d+\s*(,\s*[+-]?\d+\s*)+,?\s*", value):
                return [int(number) for number in value.split(",") if number.strip()]
            for kind, convert in {"int": int, "float": float}.items():
                try:
                    if kind in self.kinds:
                        return convert(value)
                except ValueError:
                    continue
            if self.kinds & {"str", "callable"}:
                return value
        elif isinstance(value, bool):
            if "bool" in self.kinds:
                return value
        elif isinstance(value, int):
            if self.kinds & {"int", "float"}:
                return value
        elif isinstance(value, float):
            if "float" in self.kinds:
                return value
        elif isinstance(value, list) and "ints" in self.kinds and all(type(number) is int for number in value):
            return value
        expected = [_EXPECTED[kind] for kind in _EXPECTED if kind in self.kinds] or ["true or false"]
        raise usage_error(f"{self.option} {value!r} cannot be understood: give {' or '.join(expected)}.")


@functools.cache
def constructor_parameters() -> tuple[Parameter, ...]:
    """Give all parameters of :class:`~gensim_distill.DistilledWord2Vec` that are options, in their order."""
    model = _class_definition("gensim_distill.word2vec.model", "DistilledWord2Vec")
    constructor = next(node for node in model.body if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    described = descriptions(ast.get_docstring(model) or "")
    arguments = constructor.args
    positional = arguments.args[1:]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    found = []
    for argument, default in zip([*positional, *arguments.kwonlyargs], [*defaults, *arguments.kw_defaults]):
        if argument.arg in NO_OPTIONS:
            continue
        found.append(
            Parameter(
                argument.arg,
                kinds_of(argument.annotation),
                "" if default is None else ast.unparse(default),
                _IN_OTHER_WORDS.get(argument.arg) or first_sentence(described.get(argument.arg, ("", ""))[1]),
                tuple(re.findall(r'"([^"]*)"', described.get(argument.arg, ("", ""))[0])),
            )
        )
    return tuple(found)


def kinds_of(annotation: ast.expr | None) -> frozenset[str]:
    """Give what an annotation lets be given on a command line."""
    alternatives, kinds = [annotation], set()
    while alternatives:
        alternative = alternatives.pop()
        if isinstance(alternative, ast.BinOp):
            alternatives += [alternative.left, alternative.right]
        elif alternative is not None:
            text = ast.unparse(alternative)
            kinds.update((_KINDS.get(text, "callable" if text.startswith("Callable[") else "str")).split())
    return frozenset(kinds)


def descriptions(docstring: str) -> dict[str, tuple[str, str]]:
    """Give what the section Parameters of a numpydoc docstring says of each parameter: its type, and what it does.

    Examples
    --------
    >>> from gensim_distill.cli.parameters import descriptions
    >>> descriptions('''Something.
    ...
    ... Parameters
    ... ----------
    ... a, b : int
    ...     Two numbers
    ...     of ``things``.
    ... ''')
    {'a': ('int', 'Two numbers of things.'), 'b': ('int', 'Two numbers of things.')}
    """
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", docstring, flags=re.MULTILINE | re.DOTALL)
    found: dict[str, tuple[str, str]] = {}
    for block in re.split(r"^(?=\S)", section.group(1) if section else "", flags=re.MULTILINE):
        head, _, body = block.partition("\n")
        text = " ".join(textwrap.dedent(body).split())
        text = re.sub(r":\w+:`~?([^`]*)`", lambda role: role.group(1).rpartition(".")[2], text).replace("`", "")
        names, _, kind = head.partition(" : ")
        for name in names.split(","):
            if name.strip():
                found[name.strip()] = kind.strip(), text
    return found


def first_sentence(text: str) -> str:
    """Give the first sentence of a description."""
    sentence = re.split(r"(?<=[.:;])\s", text, maxsplit=1)[0].rstrip(".:; ")
    return f"{sentence}." if sentence else ""


def import_function(path: str, option: str) -> Any:
    """Give what a path such as ``package.module:function`` names; modules of the working directory count.

    Raises
    ------
    CommandError
        If there is no such thing.
    """
    module, colon, name = path.partition(":")
    if not colon:
        module, _, name = path.rpartition(".")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # at the end, lest a file in it hide a module of some library
    try:
        return functools.reduce(getattr, name.split("."), importlib.import_module(module))
    except (ImportError, AttributeError, ValueError) as error:
        raise usage_error(
            f"{option} {path!r}: there is no such function ({error}): give it as package.module:function."
        ) from error


def _class_definition(module: str, name: str) -> ast.ClassDef:
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.loader is not None
    source = spec.loader.get_source(module)  # type: ignore[attr-defined]
    return next(node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == name)
