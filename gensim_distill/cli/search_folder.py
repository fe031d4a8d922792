"""The folder that ``gensim-distill search --save`` writes: the index of a collection, and the training on it.

``search.json`` says of which collection they are. It is written before the training, and again after the index, whose
identifier it has. If anything does not fit, the index is built again.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gensim_distill._utils.atomic import replace_file
from gensim_distill.cli.collection import TextCollection, setting_changes, state_changes
from gensim_distill.cli.console import echo
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.kept_settings import make_folder
from gensim_distill.cli.search_mark import FORMAT, INDEX, MARK, TRAINING, VERSION, is_search_folder, read_mark

if TYPE_CHECKING:
    from gensim_distill.corpus.documents import Document
    from gensim_distill.encoding import TextEncoder, TextIndex

_EARLIER = "an earlier version of gensim-distill wrote it"


class SearchFolder:
    """A folder with an index, or one in which it will be.

    Parameters
    ----------
    folder : pathlib.Path
        Created if needed.

    Raises
    ------
    CommandError
        If it is a file, or has files of others.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise CommandError(f"--save {str(folder)!r} is a file: use a folder.")
        foreign = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        if foreign and not is_search_folder(folder):
            raise CommandError(
                f"The folder {str(folder)!r} contains other files, such as {foreign[0]!r}: use a new or empty one as --save."
            )
        self.folder = folder

    @property
    def training(self) -> Path:
        """The output folder of the training on the collection."""
        return self.folder / TRAINING

    def changes_since_training(self, state: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str] | None:
        """Return in what the training, finished or not, differs from one with this state of the collection and these settings.

        Parameters
        ----------
        state : mapping of str to Any
            See :func:`~gensim_distill.cli.collection.collection_state`.
        settings : mapping of str to Any
            The parameters of the constructor.

        Returns
        -------
        list of str or None
            Descriptions of changes, none if there is no difference; None if there is no training.
        """
        then = read_mark(self.folder).get("training")
        if then is None:
            return None
        if not isinstance(then, dict):
            return [_EARLIER]
        before = _dict(then.get("settings"))
        return state_changes(_dict(then.get("collection")), state) + setting_changes(
            before, settings, dict.fromkeys([*before, *settings])
        )

    def mark_training(self, state: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        """Write down of which collection and settings the training is."""
        training = {"collection": dict(state), "settings": dict(settings)}
        self._write({**read_mark(self.folder), "training": training})

    def index(
        self,
        collection: TextCollection,
        state: Mapping[str, Any],
        encoder: TextEncoder,
        texts: Iterable[Document],
        quiet: bool,
        functions: Path | None = None,
    ) -> TextIndex:
        """Load the index, or build it if it does not fit; then :attr:`counts` are the numbers of texts of the files.

        Parameters
        ----------
        collection : TextCollection
        state : mapping of str to Any
            The state of the collection.
        encoder : TextEncoder
        texts : iterable of str or of lists of str
            The texts of the collection, with a progress bar.
        quiet : bool
            Whether to print nothing.
        functions : pathlib.Path, optional
            The Python file with the functions by which the encoder finds words, if it has any.

        Returns
        -------
        TextIndex
        """
        from gensim_distill.encoding import TextIndex
        from gensim_distill.encoding.text_index import encoder_fingerprint

        about = read_mark(self.folder)
        of_encoder = {"encoder": encoder_fingerprint(encoder), "functions": hash_of(functions)}
        if "index" in about:
            changes = _changes_since_index(about, state, of_encoder)
            if not changes:
                try:
                    index = TextIndex.load(self.folder / INDEX, encoder)
                    self.counts = [int(count) for count in about["counts"]]
                    if index.metadata.get("id") == about["index"] and sum(self.counts) == len(index):
                        return index
                    del index  # Windows does not replace a file that is memory-mapped
                except (OSError, ValueError, TypeError, KeyError):
                    pass
                changes = ["its files are damaged, or of another index"]
            echo(f"Building the index in {str(self.folder)!r} again: {', and '.join(changes)}.", quiet)
        identifier = uuid.uuid4().hex
        about = {"training": about.get("training")}
        self._write(about)
        index = TextIndex.build(self.folder / INDEX, encoder, texts, metadata={"id": identifier})
        self.counts = collection.counts
        self._write({**about, "collection": dict(state), **of_encoder, "index": identifier, "counts": self.counts})
        return index

    def _write(self, about: dict[str, Any]) -> None:
        make_folder(self.folder)
        with replace_file(self.folder / MARK) as temporary:
            temporary.write_text(json.dumps({"format": f"{FORMAT} {VERSION}", **about}), encoding="utf-8")


def _changes_since_index(
    about: Mapping[str, Any], state: Mapping[str, Any], of_encoder: Mapping[str, Any]
) -> list[str]:
    """Return descriptions of what the index does not fit."""
    if not isinstance(about.get("collection"), dict):
        return [_EARLIER]
    changes = state_changes(about["collection"], state)
    if about.get("encoder") != of_encoder["encoder"]:
        changes.append("the vectors have changed")
    if about.get("functions") != of_encoder["functions"]:
        changes.append("the file of --functions is another one")
    return changes


def hash_of(file: Path | None) -> str | None:
    """Return the checksum of a file, None for None."""
    return None if file is None else hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
