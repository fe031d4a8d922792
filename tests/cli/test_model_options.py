"""The options of the model against the constructor's signature and the registries."""

from __future__ import annotations

import collections.abc
import inspect
import os
import re
import types
import typing
from typing import Any

import pytest
from cli_runner import run

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.functions import import_function
from gensim_distill.cli.model_options import (
    ALL_OPTIONS,
    MODEL_OPTIONS,
    NO_OPTIONS,
    READER_OPTIONS,
    ModelOption,
)
from gensim_distill.cli.run_config import RUN_SETTINGS
from gensim_distill.objectives import OBJECTIVES
from gensim_distill.solvers.settings import SOLVERS

CONSTRUCTOR = inspect.signature(DistilledWord2Vec).parameters
READER = inspect.signature(TextReader).parameters
HINTS = typing.get_type_hints(DistilledWord2Vec.__init__) | typing.get_type_hints(TextReader)
BY_NAME = {option.name: option for option in ALL_OPTIONS}


def kinds_of(hint: Any) -> set[str]:
    """Return the kinds of values of a type hint."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return set().union(*map(kinds_of, typing.get_args(hint)))
    if origin is typing.Literal:
        return set().union(*(kinds_of(type(value)) for value in typing.get_args(hint)))
    if origin is collections.abc.Callable:
        return {"function"} if typing.get_args(hint) else set()
    if origin is collections.abc.Sequence:
        return {"ints"}
    simple = {int: "int", float: "float", bool: "bool", str: "str", type(None): "none", Any: "str"}
    if hint in simple:
        return {simple[hint]}
    return {"str"} if origin is os.PathLike else set()


def test_every_parameter_is_an_option_or_has_a_reason() -> None:
    assert [name for name in CONSTRUCTOR if name not in NO_OPTIONS] == [option.name for option in MODEL_OPTIONS]
    assert list(READER) == [option.name for option in READER_OPTIONS]
    assert set(NO_OPTIONS) <= set(CONSTRUCTOR)
    assert not set(RUN_SETTINGS) & {*CONSTRUCTOR, *READER}


@pytest.mark.parametrize("option", ALL_OPTIONS, ids=lambda option: option.name)
def test_kinds_and_defaults_are_those_of_the_signatures(option: ModelOption) -> None:
    assert set(option.kinds) == kinds_of(HINTS[option.name])
    default = ({**CONSTRUCTOR, **READER})[option.name].default
    expected = None if inspect.isroutine(default) else default
    assert option.default == expected and type(option.default) is type(expected)
    assert option.help.endswith(".") and option.help[0].isupper()


def test_choices_are_those_of_the_registries() -> None:
    assert BY_NAME["objective"].choices == tuple(OBJECTIVES)
    assert BY_NAME["solver"].choices == tuple(SOLVERS)


@pytest.mark.parametrize("command", ["train", "estimate"])
def test_help_lists_all_options(command: str) -> None:
    text = run(command, "--help").stdout
    assert [option.flag for option in ALL_OPTIONS if not re.search(rf"{option.flag}\b", text)] == []


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("min_count", "3", 3),
        ("alpha", "0.1", 0.1),
        ("sample", "0", 0.0),
        ("layers", "-1", -1),
        ("layers", "0,3,-1", [0, 3, -1]),
        ("layers", " 0 , 3 , ", [0, 3]),
        ("context", "5", 5),
        ("context", "sentence", "sentence"),
        ("contexts_per_word", "none", None),
        ("contexts_per_word", "auto", "auto"),
        ("contexts_per_word", "8", 8),
        ("phrase_delimiter", "none", None),
        ("key", "builtins:str.upper", "builtins:str.upper"),
        ("compute_loss", True, True),
        ("layers", [0, 1], [0, 1]),
        ("alpha", 1, 1),
    ],
)
def test_parse(name: str, text: Any, value: Any) -> None:
    parsed = BY_NAME[name].parse(text)
    assert parsed == value and type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("min_count", "many", "--min-count 'many' is invalid: expected an integer."),
        ("min_count", 2.5, "an integer"),
        ("vector_size", "wide", "an integer or none"),
        ("layers", "0,1" + " " * 50_000 + "x", "integers separated by commas"),  # in linear time
        ("layers", ["a"], "integers separated by commas or an integer or none"),
        ("compute_loss", 1, "true or false"),
        ("alpha", True, "a number"),
    ],
)
def test_parse_raises_for_other_types(name: str, value: Any, expected: str) -> None:
    with pytest.raises(CommandError, match=re.escape(expected)) as error:
        BY_NAME[name].parse(value)
    assert error.value.code == 2


def test_import_function() -> None:
    assert import_function("builtins:str.upper", "--key") is str.upper
    assert import_function("os.path.basename", "--key") is os.path.basename
    for path in ("no.such:thing", "builtins:nothing", "nothing"):
        with pytest.raises(CommandError, match=f"--key '{path}': there is no such function"):
            import_function(path, "--key")
