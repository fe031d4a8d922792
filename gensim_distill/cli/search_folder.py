"""The folder that ``gensim-distill search --save`` writes: the index of a collection, and the training on it.

``search.json`` says of which collection they are. It is written before the training, and again after the index, whose
identifier it has. If anything does not fit, the index is built again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gensim_distill._utils.atomic import replace_file
from gensim_distill.cli.collection import TextCollection
from gensim_distill.cli.console import echo
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.search_mark import FORMAT, INDEX, MARK, TRAINING, VERSION, is_search_folder, read_mark

if TYPE_CHECKING:
    from gensim_distill.corpus.documents import Document
    from gensim_distill.encoding import TextEncoder, TextIndex


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

    def is_trained(self, key: str) -> bool:
        """Return whether the training, finished or not, is of this collection with these settings."""
        return read_mark(self.folder).get("training") == key

    def mark_training(self, key: str) -> None:
        """Write down of which collection and settings the training is."""
        self._write({**read_mark(self.folder), "training": key})

    def index(
        self, collection: TextCollection, key: str, encoder: TextEncoder, texts: Iterable[Document], quiet: bool
    ) -> TextIndex:
        """Load the index, or build it if it does not fit; then :attr:`counts` are the numbers of texts of the files.

        Parameters
        ----------
        collection : TextCollection
        key : str
            The state of the collection.
        encoder : TextEncoder
        texts : iterable of str or of lists of str
            The texts of the collection, with a progress bar.
        quiet : bool
            Whether to print nothing.

        Returns
        -------
        TextIndex
        """
        from gensim_distill.encoding import TextIndex

        about = read_mark(self.folder)
        if about.get("collection") == key and about.get("index") is not None:
            try:
                index = TextIndex.load(self.folder / INDEX, encoder)
                self.counts = [int(count) for count in about["counts"]]
                if index.metadata.get("id") == about["index"] and sum(self.counts) == len(index):
                    return index
            except (OSError, ValueError, TypeError, KeyError):  # another model, or damaged files
                pass
        if "index" in about:
            echo(f"The collection or the model has changed: building the index in {str(self.folder)!r} again.", quiet)
        identifier = uuid.uuid4().hex
        about = {"training": about.get("training")}
        self._write(about)
        index = TextIndex.build(self.folder / INDEX, encoder, texts, metadata={"id": identifier})
        self.counts = collection.counts
        self._write({**about, "collection": key, "index": identifier, "counts": self.counts})
        return index

    def _write(self, about: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with replace_file(self.folder / MARK) as temporary:
            temporary.write_text(json.dumps({"format": f"{FORMAT} {VERSION}", **about}), encoding="utf-8")
