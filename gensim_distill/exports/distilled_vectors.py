"""`DistilledVectors`: word vectors and a text encoder without the teacher, saved, published and loaded as at Hugging Face."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.encoding.encoder_files import MissingReaderError
from gensim_distill.exports.data import text_encoder_of
from gensim_distill.exports.exporting import export
from gensim_distill.exports.hub import hub_folder, is_repository_name
from gensim_distill.exports.hub import push_to_hub as _upload
from gensim_distill.exports.hub_errors import check_repository
from gensim_distill.exports.stored_vectors import StoredVectors
from gensim_distill.vectors.load import load_vectors
from gensim_distill.vectors.quantization import VectorDtype

_FORMAT = "gensim-distill"


class DistilledVectors:
    """Word vectors and a text encoder, without the teacher: to save, to publish on the Hugging Face hub, and to load again.

    Folders hold safetensors and JSON only, so nothing is unpickled.

    Parameters
    ----------
    source : DistilledWord2Vec, any model with ``wv``, KeyedVectors, str or path
        A path is the output folder of ``gensim-distill train``, a folder of :meth:`save_pretrained`, or anything else that
        :func:`~gensim_distill.vectors.load_vectors` reads.
    text_encoder : TextEncoder, optional
        By default that of the model or folder, or else ``TextEncoder.of(wv)``.
    reader : TextReader, optional
        For paths: how texts become words. Needed if the model had a `word_splitter` or `key` of your own, which is not stored.

    Attributes
    ----------
    wv : KeyedVectors
        The word vectors, with counts if they are known.
    text_encoder : TextEncoder

    Examples
    --------
    >>> import tempfile
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill import DistilledVectors
    >>> vectors = DistilledVectors(datapath("euclidean_vectors.bin"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vectors.save_pretrained(f"{folder}/news")
    ...     loaded = DistilledVectors.from_pretrained(f"{folder}/news")
    >>> loaded
    DistilledVectors(2747 words, vector_size=10)
    >>> (loaded.encode(["Police and people"]) == vectors.encode(["Police and people"])).all()
    np.True_
    """

    def __init__(
        self, source: Any, *, text_encoder: TextEncoder | None = None, reader: TextReader | None = None
    ) -> None:
        if text_encoder is not None and not isinstance(text_encoder, TextEncoder):
            raise TypeError(f"text_encoder is a {type(text_encoder).__name__}, where a TextEncoder was expected.")
        is_path = isinstance(source, (str, os.PathLike))
        if reader is not None and not is_path:
            raise ValueError(
                "reader= is for paths: build the encoder with it, text_encoder=TextEncoder.of(..., reader=...)."
            )
        self._source: Any = StoredVectors(source, reader) if is_path else source
        self.wv: KeyedVectors = load_vectors(self._source)
        self._encoder = text_encoder
        if is_path and text_encoder is None and self._source.has_encoder:
            # Now, since the folder may change or be removed before it is used. Words are found without the reader.
            with contextlib.suppress(MissingReaderError):
                self._encoder = self._source.text_encoder

    @property
    def text_encoder(self) -> TextEncoder:
        """The text encoder; without a stored one it is built when it is first used."""
        if self._encoder is None:
            encoder = text_encoder_of(self._source, self.wv)
            assert isinstance(encoder, TextEncoder)
            self._encoder = encoder
        return self._encoder

    def encode(self, texts: Iterable[Document]) -> np.ndarray:
        """Return the vectors of texts, see :meth:`TextEncoder.encode <gensim_distill.encoding.TextEncoder.encode>`.

        Parameters
        ----------
        texts : iterable of str or of lists of str

        Returns
        -------
        numpy.ndarray of float32, shape (n_texts, vector_size)
        """
        return self.text_encoder.encode(texts)

    def save_pretrained(
        self,
        save_directory: str | os.PathLike[str],
        *,
        dtype: VectorDtype = "float32",
        overwrite: bool = False,
        push_to_hub: bool = False,
        repo_id: str | None = None,
        license: str | None = None,
        languages: str | Iterable[str] | None = None,
        scores: Any = None,
        description: str | None = None,
        **hub: Any,
    ) -> None:
        """Save word vectors and text encoder in a folder, with a model card.

        It is the format "gensim-distill" of :func:`~gensim_distill.exports.export`, which can also reduce them. In addition to
        ``vectors.safetensors`` and ``vocabulary.json`` it has the folder ``text-encoder``, ``config.json`` and ``README.md``.

        Parameters
        ----------
        save_directory : str or path
            The folder. The write is atomic.
        dtype : {"float32", "float16"}, optional
            The dtype of the stored vectors and rows. With float32 everything is equal after loading.
        overwrite : bool, optional
            Whether to replace a folder that was written by this method and has no other files in it.
        push_to_hub : bool, optional
            Whether to upload the folder as well, see :meth:`push_to_hub`.
        repo_id : str, optional
            The repository of the upload. By default the name of the folder, under your account.
        license, languages, scores, description
            For the model card, see :func:`~gensim_distill.exports.export`.
        **hub
            Further parameters of :meth:`push_to_hub`, such as `private` and `token`.

        Raises
        ------
        FileExistsError
            If the folder exists and may not be replaced.
        TypeError, ValueError
            If a parameter is invalid.
        """
        if not push_to_hub and (hub or repo_id is not None):
            names = ", ".join(f"{name}=" for name in [*(["repo_id"] if repo_id is not None else []), *hub])
            raise TypeError(f"{names} is for uploads: set push_to_hub=True, or omit it.")
        card = {"license": license, "languages": languages, "scores": scores, "description": description}
        path = self._export(save_directory, repo_id, card, dtype=dtype, overwrite=overwrite)
        if push_to_hub:
            _upload(path, path.absolute().name if repo_id is None else repo_id, **hub)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        commit_message: str = "Upload word vectors",
        private: bool | None = None,
        token: str | bool | None = None,
        revision: str | None = None,
        create_pr: bool = False,
        endpoint: str | None = None,
        dtype: VectorDtype = "float32",
        license: str | None = None,
        languages: str | Iterable[str] | None = None,
        scores: Any = None,
        description: str | None = None,
    ) -> str:
        """Upload word vectors and text encoder to the Hugging Face hub.

        Parameters
        ----------
        repo_id : str
            The repository, ``"owner/name"``; a missing one is created.
        commit_message, private, token, revision, create_pr, endpoint
            See :func:`~gensim_distill.exports.push_to_hub`.
        dtype, license, languages, scores, description
            See :meth:`save_pretrained`.

        Returns
        -------
        str
            The address of the commit.

        Raises
        ------
        ValueError, PermissionError, ConnectionError
            See :func:`~gensim_distill.exports.push_to_hub`.
        """
        check_repository(repo_id)
        with tempfile.TemporaryDirectory(prefix="gensim-distill-") as folder:
            card = {"license": license, "languages": languages, "scores": scores, "description": description}
            path = self._export(Path(folder) / "vectors", repo_id, card, dtype=dtype)
            return _upload(
                path,
                repo_id,
                commit_message=commit_message,
                private=private,
                token=token,
                revision=revision,
                create_pr=create_pr,
                endpoint=endpoint,
            )

    def _export(
        self, folder: str | os.PathLike[str], name: str | None, card: Mapping[str, Any], **settings: Any
    ) -> Path:
        """Write the folder of word vectors and text encoder, with a model card."""
        return export(self._source, folder, _FORMAT, encoder=self.text_encoder, name=name, **card, **settings)

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        *,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        force_download: bool = False,
        local_files_only: bool = False,
        endpoint: str | None = None,
        reader: TextReader | None = None,
    ) -> DistilledVectors:
        """Load a folder, or download a repository of the Hugging Face hub.

        Parameters
        ----------
        pretrained_model_name_or_path : str or path
            A path, see :class:`DistilledVectors`, or the name of a repository, ``"owner/name"``, if there is no such path. Only
            safetensors, JSON and the model card are downloaded.
        revision : str, optional
            Branch, tag or commit of the repository.
        token : str or bool, optional
            By default the token of ``hf auth login`` or of the environment variable ``HF_TOKEN``, if there is one; False for none.
        cache_dir : str or path, optional
            The folder of downloads, by default that of huggingface_hub.
        force_download : bool, optional
            Whether to download files again that are in the cache.
        local_files_only : bool, optional
            Whether to use the cache only, without network.
        endpoint : str, optional
            The address of the server, by default huggingface.co.
        reader : TextReader, optional
            See :class:`DistilledVectors`.

        Returns
        -------
        DistilledVectors

        Raises
        ------
        FileNotFoundError
            If there is neither such a path nor such a repository or revision, or it has no vectors of this package.
        ValueError
            If a file is damaged.
        PermissionError, ConnectionError
            If the hub does not allow the download, or cannot be reached.
        ImportError
            If huggingface_hub is not installed, for a repository.
        """
        name = os.fspath(pretrained_model_name_or_path)
        if os.path.lexists(name):
            return cls(name, reader=reader)
        if not isinstance(pretrained_model_name_or_path, str) or not is_repository_name(name):
            raise FileNotFoundError(
                f"{name!r}: there is no such file or folder, and it is not the name of a repository on the hub, 'owner/name'."
            )
        folder = hub_folder(
            name,
            revision=revision,
            token=token,
            cache_dir=cache_dir,
            force_download=force_download,
            local_files_only=local_files_only,
            endpoint=endpoint,
        )
        return cls(folder, reader=reader)

    def __repr__(self) -> str:
        return f"DistilledVectors({len(self.wv)} words, vector_size={self.wv.vector_size})"
