"""Estimates of the memory that a model needs."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gensim.models import Word2Vec

from gensim_distill._utils.validation import check_whole
from gensim_distill.contexts.chunks import words_per_chunk
from gensim_distill.contexts.memory import buffer_memory, reading_memory
from gensim_distill.contexts.views import View
from gensim_distill.objectives.protocol import FittedObjective, Objective, TextObjective
from gensim_distill.objectives.text_regression import regression_memory
from gensim_distill.solvers.settings import SolverName
from gensim_distill.solvers.text_pieces import MAX_PIECES, MIN_WORDS, pieces_memory
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextStore
from gensim_distill.teachers.protocol import Teacher
from gensim_distill.teachers.subword_strings import subword_strings_of

logger = logging.getLogger(__name__)

# The bytes of a word in the vocabulary, of which gensim estimates twice as many, and its own estimate for the node of a tree.
_WORD_BYTES, _NODE_BYTES = 250, 200
# Libraries imported at their first use, and memory that the allocator retains.
_OVERHEAD = 50_000_000


def estimate_memory(
    vocabulary_size: int,
    vector_size: int,
    objective: Objective,
    views: Sequence[View],
    width: int,
    *,
    solver: SolverName = "one-pass",
    hs: bool = False,
    negative: bool = True,
    teacher: Teacher | None = None,
    corpus_words: int | None = None,
    corpus_documents: int | None = None,
) -> dict[str, int]:
    """Estimate the bytes that a model needs apart from its teacher.

    Parameters
    ----------
    vocabulary_size, vector_size : int
        Number of words, and dimensions of their vectors.
    objective : Objective
    views : sequence of View
        The views of the objective.
    width : int
        Dimensions of the teacher's hidden states.
    solver : {"one-pass", "sgd"}, optional
    hs, negative : bool, optional
        With ``solver="sgd"``: whether there are weights for hierarchical softmax, and for negative sampling.
    teacher : Teacher, optional
        With it, batches and threads are those of this teacher; by default one thread and batches of the usual size.
    corpus_words : int, optional
        The number of words of the corpus, which bounds the texts that are kept; by default their largest number counts.
    corpus_documents : int, optional
        The number of documents of the corpus: batches of long ones take more memory. By default documents are short.

    Returns
    -------
    dict of str to int
        Bytes by part. "temporary" is the larger of the arrays in use while the teacher reads and while vectors are
        computed.

    Examples
    --------
    >>> from gensim_distill.objectives import Aggregate
    >>> from gensim_distill.word2vec.memory import estimate_memory
    >>> objective = Aggregate()
    >>> estimate_memory(1000, 384, objective, objective.views(7), 384)["vectors"]
    1536000
    """
    words_per_document = (corpus_words or 0) / (corpus_documents or corpus_words or 1)
    report = {
        "vocab": vocabulary_size * (_WORD_BYTES + _NODE_BYTES * hs),
        "vectors": vocabulary_size * vector_size * 4,
    }
    if solver == "sgd":
        report["syn1"] = vocabulary_size * width * 4 * hs
        report["syn1neg"] = vocabulary_size * width * 4 * negative
        # The moments of contexts, until the projection from contexts to vectors is fitted.
        moments = Moments.bytes_of(vocabulary_size, width, second_moment=True)
        # The sums of the words of a chunk, in float32 and float64; or the centered or projected weights, and a copy.
        sums = 12 * width * min(vocabulary_size, words_per_chunk(views, width, teacher))
        reading = sums + reading_memory(views, width, teacher, words_per_document)
        placing = 4 * vocabulary_size * (width + vector_size)
        report["temporary"] = _OVERHEAD + moments + max(reading, placing)
        return report
    of_words = [view for view in views if not view.keeps_texts]
    report["moments"] = sum(Moments.bytes_of(vocabulary_size, width, view.second_moment) for view in of_words)
    texts = n_texts = in_texts = n_pieces = table = 0
    if len(of_words) < len(views):
        n_texts, in_texts = TextStore.expected_size(corpus_words)
        report["texts"] = texts = TextStore.bytes_of(width, in_texts, n_texts)
        n_pieces = min(MAX_PIECES, len(subword_strings_of(teacher))) if vocabulary_size >= MIN_WORDS else 0
        report["text_table"] = table = 4 * (vocabulary_size + n_pieces) * width
    if isinstance(objective, FittedObjective):
        # Its vectors in float32, before and after projection; a Gram matrix of its views, and its factors.
        fitting = 4 * vocabulary_size * (objective.width(width) + vector_size)
        fitting += 8 * 3 * (len(of_words) * width) ** 2
        if isinstance(objective, TextObjective):
            # The targets of texts, and the index and weight of each word in both orders.
            targets = 4 * n_texts * width + 2 * 8 * in_texts
            of_texts = targets + regression_memory(vocabulary_size, width, n_texts)
            of_texts -= 4 * n_pieces * width  # the pieces of the table follow
            of_pieces = pieces_memory(vocabulary_size, n_pieces, width) if n_pieces else 0
            fitting = max(fitting, of_texts, 4 * vocabulary_size * objective.width(width) + of_pieces)
    else:
        # Its vectors, the means that they are computed from, and as much again for a temporary copy.
        fitting = 8 * vocabulary_size * (objective.width(width) + (len(of_words) + 1) * width)
    # While texts are added, there is a second, sorted copy at times; there is no table of texts yet.
    reading = texts + texts // 4 - table
    in_corpus = [view for view in views if not view.isolated]
    reading += reading_memory(in_corpus, width, teacher, words_per_document)
    report["temporary"] = _OVERHEAD + max(fitting + buffer_memory(width, teacher), reading)
    return report


# The docstring is that of the method, which passes the parts of the model on.
def estimate_model_memory(
    model: Word2Vec,
    objective: Objective,
    views: Sequence[View],
    solver: SolverName,
    teacher: Teacher | None,
    vocab_size: int | None = None,
    report: dict[str, int] | None = None,
) -> dict[str, int]:
    """Estimate the bytes that the model needs apart from its teacher; see :meth:`gensim.models.Word2Vec.estimate_memory`.

    Parameters
    ----------
    vocab_size : int, optional
        Number of words; by default those of the model.
    report : dict of str to int, optional
        The estimates are added to it.

    Returns
    -------
    dict of str to int
        Bytes for the vocabulary, the vectors, the moments or output weights, texts and the table of their words, temporary arrays (the larger of those in use
        while the teacher reads and while vectors are computed), and in total. None of it grows with the length of the
        corpus, except that a short one has fewer texts. Incremental training holds moments and texts twice.
    """
    vocab_size = check_whole("vocab_size", vocab_size or len(model.wv), 0)
    report = {} if report is None else report
    report |= estimate_memory(
        vocab_size,
        model.vector_size,
        objective,
        views,
        model.layer1_size,
        solver=solver,
        hs=bool(model.hs),
        negative=bool(model.negative),
        teacher=teacher,
        corpus_words=getattr(model, "corpus_total_words", 0) or None,
        corpus_documents=getattr(model, "corpus_count", 0) or None,
    )
    # A report of an earlier estimate has its total.
    report["total"] = sum(size for part, size in report.items() if part != "total")
    logger.info(
        "estimated required memory for %i words and %i dimensions: %i bytes",
        vocab_size,
        model.vector_size,
        report["total"],
    )
    return report
