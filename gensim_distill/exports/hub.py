"""Publishing a folder on the Hugging Face hub, or on a server that speaks as it does."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line

logger = logging.getLogger(__name__)


def push_to_hub(
    folder: str | os.PathLike[str],
    repo_id: str,
    *,
    private: bool = False,
    token: str | None = None,
    endpoint: str | None = None,
    message: str = "Upload word vectors",
) -> str:
    """Upload a folder that :func:`~gensim_distill.exports.export` made; the repository is created if there is none.

    Parameters
    ----------
    folder : str or path
        A folder with a model card, README.md.
    repo_id : str
        As ``"name/of-the-model"``.
    private : bool, optional
        Whether a new repository is to be seen by you alone; one that is there stays as it is.
    token : str, optional
        By default the one that ``hf auth login`` or the variable ``HF_TOKEN`` left.
    endpoint : str, optional
        The address of another server than huggingface.co.
    message : str, optional
        What the commit says.

    Returns
    -------
    str
        The address of the commit.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or it has no model card.
    ValueError
        If the name is none that the hub allows.
    PermissionError
        If there is no token, or it does not allow this.
    ConnectionError
        If the hub cannot be reached, or fails.
    """
    path = Path(folder)
    if not path.is_dir():
        raise FileNotFoundError(
            f"{str(path)!r}: there is no such folder; export one first, in the format 'safetensors' for instance."
        )
    if not (path / "README.md").is_file():
        raise FileNotFoundError(
            f"{str(path)!r} has no model card, README.md, which tells others what these vectors are: export in a format that "
            "writes one, or write it yourself."
        )
    hub = needs("huggingface_hub", "push_to_hub", "hub")
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    where = endpoint or hub.constants.ENDPOINT
    if token is None and hub.get_token() is None:
        raise PermissionError(
            f"There is no token for {where}: give token=, run `hf auth login`, or set the variable HF_TOKEN; it must allow writing."
        )
    api = hub.HfApi(endpoint=endpoint, token=token)
    try:
        created = api.create_repo(repo_id, private=private, exist_ok=True)
        # Under the name that the server gave: without the part before the slash it is that of the token's owner.
        name = getattr(created, "repo_id", None) or repo_id
        commit = api.upload_folder(
            repo_id=name, folder_path=path, commit_message=message, ignore_patterns=[".*", "**/.*"]
        )
    except HFValidationError as error:
        raise ValueError(
            f"repo_id={repo_id!r} is no name of a repository: give 'owner/name' ({first_line(error)})."
        ) from error
    except OfflineModeIsEnabled as error:
        raise ConnectionError(
            "huggingface_hub is told to stay offline: unset the variable HF_HUB_OFFLINE to upload."
        ) from error
    except HfHubHTTPError as error:
        raise _refused(error, repo_id, where) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _TRANSPORTS and not isinstance(
            error, (ConnectionError, TimeoutError)
        ):
            raise
        raise ConnectionError(
            f"{where} cannot be reached ({first_line(error)}): check the network, or endpoint=."
        ) from error
    logger.info("Uploaded %s to %s", path, commit.commit_url)
    return str(commit.commit_url)


# huggingface_hub has changed its library for HTTP, and errors of the network are those of the library.
_TRANSPORTS = {"httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3"}


def _refused(error: Exception, repo_id: str, where: str) -> OSError:
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    said = getattr(error, "server_message", None) or first_line(error)
    if status == 401:
        return PermissionError(
            f"{where} does not know this token ({said}): make one that allows writing, and give it as token=."
        )
    if status == 403:
        return PermissionError(
            f"{where} does not allow this token to write to {repo_id!r} ({said}): check its permissions and the owner's name."
        )
    return ConnectionError(f"{where} refused the upload to {repo_id!r} with status {status} ({said}).")
