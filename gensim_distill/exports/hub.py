"""Upload an exported folder to the Hugging Face hub, or to a server with the same interface, and download it."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from gensim_distill._utils.training_folder import TEXT_ENCODER, training_of
from gensim_distill.exports.hub_errors import check_repository, hub_errors, token_of
from gensim_distill.exports.provenance_file import CONFIG_FILE
from gensim_distill.vectors.safetensors import VECTORS_FILE, WORDS_FILE, is_safetensors_folder

logger = logging.getLogger(__name__)

# Nothing else is downloaded: vectors in safetensors, words and settings in JSON, and the card with its license.
_FILES = [
    VECTORS_FILE,
    WORDS_FILE,
    CONFIG_FILE,
    f"{TEXT_ENCODER}/encoder.json",
    f"{TEXT_ENCODER}/encoder.safetensors",
    "README.md",
]
_REPOSITORY = re.compile(r"(?![.-])[\w.-]+/(?![.-])[\w.-]+", re.ASCII)


def push_to_hub(
    folder: str | os.PathLike[str],
    repo_id: str,
    *,
    commit_message: str = "Upload word vectors",
    private: bool | None = None,
    token: str | bool | None = None,
    revision: str | None = None,
    create_pr: bool = False,
    endpoint: str | None = None,
) -> str:
    """Upload a folder written by :func:`~gensim_distill.exports.export`; a missing repository is created.

    Parameters
    ----------
    folder : str or path
        A folder with a model card, README.md.
    repo_id : str
        The repository, as ``"owner/name"``.
    commit_message : str, optional
    private : bool, optional
        Whether a new repository is private; an existing one is not changed. By default as the owner has set it, mostly public.
    token : str, optional
        By default the token of ``hf auth login`` or of the environment variable ``HF_TOKEN``.
    revision : str, optional
        The branch, which is created if needed. By default the main branch.
    create_pr : bool, optional
        Whether to open a pull request instead of a commit to the branch.
    endpoint : str, optional
        The address of the server, by default huggingface.co.

    Returns
    -------
    str
        The address of the commit.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or it has no model card.
    ValueError
        If the hub does not allow the name of the repository.
    PermissionError
        If there is no token, or it does not allow the upload.
    ConnectionError
        If the hub cannot be reached, or fails.
    """
    path = Path(folder)
    if not path.is_dir():
        raise FileNotFoundError(
            f"{str(path)!r}: there is no such folder; export one first, for example as 'safetensors'."
        )
    if training_of(path) == path:
        raise ValueError(
            f"{str(path)!r} is the output folder of a training, with its corpus paths and model: use "
            f"DistilledVectors({str(path)!r}).push_to_hub({repo_id!r}), which uploads the vectors and the text encoder."
        )
    if not (path / "README.md").is_file():
        raise FileNotFoundError(
            f"{str(path)!r} has no model card, README.md, which describes the vectors: export in a format with a model card, "
            "or write one."
        )
    import huggingface_hub as hub

    server = endpoint or hub.constants.ENDPOINT
    check_repository(repo_id)
    if token_of(token) is None:
        raise PermissionError(
            f"There is no token for {server}: pass token=, run `hf auth login`, or set the environment variable HF_TOKEN; the "
            "token must allow writing."
        )
    api = hub.HfApi(endpoint=endpoint, token=token)
    with hub_errors(repo_id, server, "upload"):
        created = api.create_repo(repo_id, private=private, exist_ok=True)
        # The server completes a name without an owner by that of the token.
        name = getattr(created, "repo_id", None) or repo_id
        if revision is not None and not revision.startswith("refs/pr/"):
            api.create_branch(name, branch=revision, exist_ok=True)
        commit = api.upload_folder(
            repo_id=name,
            folder_path=path,
            commit_message=commit_message,
            revision=revision,
            create_pr=create_pr,
            ignore_patterns=[".*", "**/.*"],
        )
    logger.info("Uploaded %s to %s", path, commit.commit_url)
    return str(commit.commit_url)


def hub_folder(
    repo_id: str,
    *,
    revision: str | None = None,
    token: str | bool | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
    local_files_only: bool = False,
    endpoint: str | None = None,
) -> Path:
    """Download the vectors of a repository of the hub, and return their folder in the cache.

    Only the files of `save_pretrained` and of exports in the format "safetensors" are downloaded: safetensors, JSON and the
    model card.

    Parameters
    ----------
    repo_id : str
        The repository, ``"owner/name"``.
    revision, token, cache_dir, force_download, local_files_only, endpoint
        See :meth:`~gensim_distill.DistilledVectors.from_pretrained`.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    FileNotFoundError
        If there is no such repository or revision, or it has no vectors of this package.
    ValueError, PermissionError, ConnectionError
        See :func:`~gensim_distill.exports.hub_errors.hub_errors`.
    """
    if not _REPOSITORY.fullmatch(repo_id):
        raise ValueError(f"{repo_id!r} is not a valid name of a repository: use 'owner/name'.")
    import huggingface_hub as hub

    token_of(token)
    server = endpoint or hub.constants.ENDPOINT
    with hub_errors(repo_id, server, "download"):
        folder = hub.snapshot_download(
            repo_id,
            revision=revision,
            token=token,
            cache_dir=None if cache_dir is None else os.fspath(cache_dir),
            force_download=force_download,
            local_files_only=local_files_only,
            endpoint=server,
            allow_patterns=_FILES,
            library_name="gensim-distill",
        )
    if not is_safetensors_folder(folder):
        raise FileNotFoundError(
            f"{repo_id!r} on {server} has no {VECTORS_FILE}: expected a repository to which DistilledVectors.push_to_hub, or "
            "push_to_hub with an export in the format 'safetensors', has uploaded."
        )
    return Path(folder)


def is_repository_name(name: str) -> bool:
    """Return whether a string is the name of a repository with its owner, which is no path such as ``./vectors``."""
    return _REPOSITORY.fullmatch(name) is not None
