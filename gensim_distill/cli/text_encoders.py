"""Text encoders of commands: of a training, a saved encoder, a gensim model, or word vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gensim_distill._utils.training_folder import SETTINGS, TEXT_ENCODER, finished_summary, is_training_folder
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.functions import is_in_file, is_registered, load_function
from gensim_distill.cli.inputs import kind_of, load_input, vectors_of
from gensim_distill.cli.model_options import READER_OPTIONS
from gensim_distill.cli.run_config import model_settings

if TYPE_CHECKING:
    from gensim_distill.corpus.reader import TextReader
    from gensim_distill.encoding import TextEncoder

_ENCODER_FILE = "encoder.json"
# The advice for a function of an installed package, which is in no file of the user.
_MODULES = ", or --unpickle, which loads the whole model, with the functions of installed packages"


def load_encoder(
    path: str, *, unpickle: bool = False, functions: Path | None = None, reader: TextReader | None = None
) -> TextEncoder:
    """Load the text encoder of a model, or build one from word vectors.

    Parameters
    ----------
    path : str
        The folder of a training or of a saved encoder, a gensim model, or a file of word vectors.
    unpickle : bool, optional
        Whether pickles may be loaded; then that of a training is.
    functions : pathlib.Path, optional
        A Python file, which is run if the training finds words by a function in it.
    reader : TextReader, optional
        The reader of the training, by default one of its settings.

    Returns
    -------
    TextEncoder

    Raises
    ------
    CommandError
        If there is none, or it splits texts by a function of the user.
    """
    from gensim_distill.encoding import TextEncoder

    kind = kind_of(path)
    stored = is_saved_encoder(path) or (kind == "vectors" and is_saved_encoder(str(Path(path) / TEXT_ENCODER)))
    if kind in ("folder", "vectors") and stored:
        return _load_saved(Path(path), functions)
    if kind == "training" and not unpickle:
        finished_summary(Path(path))
        reader = reader_of(Path(path), functions) if reader is None else reader
        if (Path(path) / TEXT_ENCODER / _ENCODER_FILE).is_file():
            return TextEncoder.load(Path(path) / TEXT_ENCODER, reader)
        from gensim_distill.vectors.training_vectors import load_training_vectors

        return TextEncoder.of(load_training_vectors(Path(path)), reader=reader)
    loaded = load_input(path, unpickle=unpickle, functions=functions)
    encoder = getattr(loaded, "text_encoder", None)
    return encoder if isinstance(encoder, TextEncoder) else TextEncoder.of(vectors_of(loaded))


def is_saved_encoder(path: str) -> bool:
    """Return whether a folder holds a saved :class:`~gensim_distill.encoding.TextEncoder`."""
    return (Path(path) / _ENCODER_FILE).is_file()


def _load_saved(folder: Path, functions: Path | None) -> TextEncoder:
    from gensim_distill.encoding import TextEncoder

    training = folder.resolve().parent
    try:
        # In the folder of a training, whose settings name the functions that the encoder does not store.
        return TextEncoder.load(folder, reader_of(training, functions) if is_training_folder(training) else None)
    except ValueError as error:
        if "TextReader(" not in str(error):
            raise
        raise CommandError(
            f"The encoder in {str(folder)!r} finds words by a function of its own, which is not stored: use the folder of its "
            "training and --functions, or load it in Python."
        ) from error


def reader_of(folder: Path, functions: Path | None = None) -> TextReader:
    """Return the reader of a training: with functions of this package and of Python, and those of a file of the user.

    Parameters
    ----------
    folder : pathlib.Path
    functions : pathlib.Path, optional
        A Python file, which is run if the settings name a function in it.

    Raises
    ------
    CommandError
        If the settings name another function.
    """
    from gensim_distill.corpus.reader import TextReader

    settings = model_settings(folder / SETTINGS)
    arguments: dict[str, Any] = {}
    for option in READER_OPTIONS:
        value = settings[option.name]
        if "function" in option.kinds and isinstance(value, str):
            if not is_registered(value) and not is_in_file(value, functions):
                raise CommandError(
                    f"The training in {str(folder)!r} finds words by {option.flag} {value}, which is code: if you trust it, use "
                    f"--functions with the Python file that defines it{_MODULES if ':' in value or '.' in value else ''}."
                )
            value = load_function(value, option.flag, functions)
        if value is not None or "none" in option.kinds:
            arguments[option.name] = value
    return TextReader(**arguments)
