"""The division of texts that a training had, as the default of commands that read texts with its vectors."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gensim_distill._utils.training_folder import SETTINGS
from gensim_distill.cli.console import echo
from gensim_distill.cli.inputs import kind_of
from gensim_distill.cli.run_config import stored_config

# By which files are read; they are only those of other files if these are of the training too.
_OF_FILES = ("tokenized", "pattern", "encoding", "column", "split")
_NAMES = {"line": "lines", "paragraph": "paragraphs", "file": "files"}


def with_division_of(model: str, options: Mapping[str, Any], quiet: bool) -> dict[str, Any]:
    """Return options with those of a training where they are not set.

    Parameters
    ----------
    model : str
        A path; if it is not the folder of a training, the options are returned as they are.
    options : mapping of str to object
        `corpus`, a list of paths, and options by which files are divided into texts, None if not set. The unit of texts is
        that of the training. If all paths are of its corpus, the other settings of its files are as well.
    quiet : bool
        Whether to print no message if texts are no lines.

    Returns
    -------
    dict of str to object
    """
    found = dict(options)
    if kind_of(model) != "training":
        return found
    run = stored_config(Path(model) / SETTINGS).run
    trained = set(run.get("corpus", []))
    same = all(os.path.abspath(path) in trained for path in options["corpus"])
    for name in ("texts", *(_OF_FILES if same else ())):
        if found.get(name) is None and name in run:
            found[name] = run[name]
    if options.get("texts") is None and found.get("texts") in ("paragraph", "file"):
        echo(f"Texts are {_NAMES[found['texts']]}, as in the training of {model!r}; --texts sets another unit.", quiet)
    return found
