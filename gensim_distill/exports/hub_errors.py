"""Errors of the Hugging Face hub as one sentence each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Literal

from gensim_distill._utils.text import first_line

# The HTTP libraries of huggingface_hub's versions; their errors mean that the server cannot be reached.
_HTTP_LIBRARIES = frozenset({"httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3"})


def check_repository(repo_id: Any) -> None:
    """Check that the name of a repository is a string.

    Raises
    ------
    TypeError
        If it is not.
    """
    if not isinstance(repo_id, str):
        raise TypeError(f"repo_id={repo_id!r} must be the name of a repository, 'owner/name'.")


def token_of(token: Any) -> str | None:
    """Return the token that a request will have, if any: the one passed, or that of ``hf auth login`` or ``HF_TOKEN``.

    Raises
    ------
    ValueError
        If it cannot be a token; the message does not contain it.
    """
    import huggingface_hub as hub

    secret = hub.get_token() if token is None or token is True else token
    if secret is None or secret is False:
        return None
    if not (isinstance(secret, str) and secret.isascii() and secret.strip().isprintable()):
        raise ValueError("The token has characters that no token of a hub has: copy it again, and pass it as token=.")
    return secret


@contextlib.contextmanager
def hub_errors(repo_id: str, server: str, action: Literal["upload", "download"]) -> Iterator[None]:
    """Replace the errors of huggingface_hub by errors of one sentence.

    Parameters
    ----------
    repo_id : str
    server : str
        The address of the hub.
    action : {"upload", "download"}

    Raises
    ------
    ValueError
        If the hub does not allow the name of the repository.
    FileNotFoundError
        If there is no such repository or revision.
    PermissionError
        If the token does not allow the action.
    ConnectionError
        If the hub cannot be reached, or fails.
    """
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
    )

    try:
        yield
    except HFValidationError as error:
        raise ValueError(
            f"repo_id={repo_id!r} is not a valid name of a repository: use 'owner/name' ({first_line(error)})."
        ) from error
    except OfflineModeIsEnabled as error:
        raise ConnectionError(
            f"huggingface_hub is in offline mode: unset the environment variable HF_HUB_OFFLINE to {action}."
        ) from error
    except LocalEntryNotFoundError as error:
        raise ConnectionError(
            f"{repo_id!r} is neither a folder here nor completely in the local Hugging Face cache, and {server} was not asked or not "
            "reached: check the name and the network, and that downloads are allowed (HF_HUB_OFFLINE, local_files_only)."
        ) from error
    except HfHubHTTPError as error:
        raise (_upload_error if action == "upload" else _download_error)(error, repo_id, server) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _HTTP_LIBRARIES and not isinstance(
            error, (ConnectionError, TimeoutError)
        ):
            raise
        raise ConnectionError(
            f"{server} cannot be reached ({first_line(error)}): check the network and the address."
        ) from error


def _upload_error(error: Any, repo_id: str, server: str) -> OSError:
    status, reply = _answer(error)
    if status == 401:
        return PermissionError(
            f"{server} does not know this token ({reply}): create one that allows writing, and pass it as token=."
        )
    if status == 403:
        return PermissionError(
            f"{server} does not allow this token to write to {repo_id!r} ({reply}): check its permissions and the owner's name."
        )
    return ConnectionError(f"{server} rejected the upload to {repo_id!r} with status {status} ({reply}).")


def _download_error(error: Any, repo_id: str, server: str) -> OSError:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    status, reply = _answer(error)
    if isinstance(error, RevisionNotFoundError):
        return FileNotFoundError(
            f"{repo_id!r} on {server} has no such revision: use the name of one of its branches or tags, or a commit."
        )
    if isinstance(error, GatedRepoError):
        return PermissionError(
            f"{repo_id!r} on {server} is gated: accept its conditions on its page, and log in with `hf auth login`, or set HF_TOKEN."
        )
    if isinstance(error, RepositoryNotFoundError) or status in (401, 404):
        return FileNotFoundError(
            f"{repo_id!r} is neither a folder here nor a repository on {server} that this token may read: check the name, and if it "
            "is private, log in with `hf auth login`, or set HF_TOKEN."
        )
    if status == 403:
        return PermissionError(
            f"{server} does not allow this token to read {repo_id!r} ({reply}): check its permissions."
        )
    return ConnectionError(f"{server} rejected the download of {repo_id!r} with status {status} ({reply}).")


def _answer(error: Any) -> tuple[int | None, str]:
    """Return the status and the message of an answer of the hub."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status, getattr(error, "server_message", None) or first_line(error)
