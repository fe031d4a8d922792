"""A program of a user, for type checkers: they must see the types of the installed package, and report exactly the marked lines."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from typing_extensions import assert_type

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.encoding import TextEncoder, TextIndex
from gensim_distill.evaluation import SimilarityResult, word_similarity
from gensim_distill.vectors import load_safetensors, save_safetensors

model = DistilledWord2Vec(["rain and sun", ["sun", "and", "wind"]], min_count=1, vector_size=100, objective="hybrid")
assert_type(model.encode(["rain"]), np.ndarray)
assert_type(model.infer_vector("rainy", contexts=["a rainy day"]), np.ndarray)
assert_type(model.text_encoder, TextEncoder)

encoder = TextEncoder(["rain"], [[1.0, 0.0]], reader=TextReader(str.split))
assert_type(encoder.encode_batches(["rain"]), Iterator[np.ndarray])
index = TextIndex(encoder, ["rain"], dtype="float16")
assert_type(index.search("rain"), list[tuple[int, float]])
assert_type(index.search(["rain"], topn=1), list[list[tuple[int, float]]])
assert_type(word_similarity(load_safetensors("vectors")), SimilarityResult)

model.encode(5)  # error
model.infer_vector(["rain"])  # error
DistilledWord2Vec(min_count="five")  # error
TextEncoder(["rain"])  # error
TextIndex(encoder, ["rain"], dtype="int4")  # error
save_safetensors("vectors", ["rain"], np.eye(1), dtype="float8")  # error
encoder.no_such_method()  # error
