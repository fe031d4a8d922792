"""Upload an exported folder to the Hugging Face hub, or to a server with the same interface."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line

logger = logging.getLogger(__name__)

# The HTTP libraries of huggingface_hub's versions; their errors mean that the server cannot be reached.
_HTTP_LIBRARIES = frozenset({"httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3"})


def push_to_hub(
    folder: str | os.PathLike[str],
    repo_id: str,
    *,
    private: bool = False,
    token: str | None = None,
    endpoint: str | None = None,
    message: str = "Upload word vectors",
) -> str:
    """Upload a folder written by :func:`~gensim_distill.exports.export`; a missing repository is created.

    Parameters
    ----------
    folder : str or path
        A folder with a model card, README.md.
    repo_id : str
        The repository, as ``"owner/name"``.
    private : bool, optional
        Whether a new repository is private; an existing one is not changed.
    token : str, optional
        By default the token of ``hf auth login`` or of the environment variable ``HF_TOKEN``.
    endpoint : str, optional
        The address of the server, by default huggingface.co.
    message : str, optional
        The commit message.

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
    if not (path / "README.md").is_file():
        raise FileNotFoundError(
            f"{str(path)!r} has no model card, README.md, which describes the vectors: export in a format with a model card, "
            "or write one."
        )
    hub = needs("huggingface_hub", "push_to_hub", "hub")
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    server = endpoint or hub.constants.ENDPOINT
    if not isinstance(repo_id, str):
        raise TypeError(f"repo_id={repo_id!r} must be the name of a repository, 'owner/name'.")
    secret = hub.get_token() if token is None else token
    if secret is not None and not (isinstance(secret, str) and secret.isascii() and secret.strip().isprintable()):
        raise ValueError("The token has characters that no token of a hub has: copy it again, and pass it as token=.")
    if secret is None:
        raise PermissionError(
            f"There is no token for {server}: pass token=, run `hf auth login`, or set the environment variable HF_TOKEN; the "
            "token must allow writing."
        )
    api = hub.HfApi(endpoint=endpoint, token=token)
    try:
        created = api.create_repo(repo_id, private=private, exist_ok=True)
        # The server completes a name without an owner by that of the token.
        name = getattr(created, "repo_id", None) or repo_id
        commit = api.upload_folder(
            repo_id=name, folder_path=path, commit_message=message, ignore_patterns=[".*", "**/.*"]
        )
    except HFValidationError as error:
        raise ValueError(
            f"repo_id={repo_id!r} is not a valid name of a repository: use 'owner/name' ({first_line(error)})."
        ) from error
    except OfflineModeIsEnabled as error:
        raise ConnectionError(
            "huggingface_hub is in offline mode: unset the environment variable HF_HUB_OFFLINE to upload."
        ) from error
    except HfHubHTTPError as error:
        raise _response_error(error, repo_id, server) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _HTTP_LIBRARIES and not isinstance(
            error, (ConnectionError, TimeoutError)
        ):
            raise
        raise ConnectionError(
            f"{server} cannot be reached ({first_line(error)}): check the network, or endpoint=."
        ) from error
    logger.info("Uploaded %s to %s", path, commit.commit_url)
    return str(commit.commit_url)


def _response_error(error: Exception, repo_id: str, server: str) -> OSError:
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    reply = getattr(error, "server_message", None) or first_line(error)
    if status == 401:
        return PermissionError(
            f"{server} does not know this token ({reply}): create one that allows writing, and pass it as token=."
        )
    if status == 403:
        return PermissionError(
            f"{server} does not allow this token to write to {repo_id!r} ({reply}): check its permissions and the owner's name."
        )
    return ConnectionError(f"{server} rejected the upload to {repo_id!r} with status {status} ({reply}).")
