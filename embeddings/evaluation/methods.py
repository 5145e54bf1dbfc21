"""Ways of scoring candidates for queries: the baselines, an encoder, the lexical index, and their hybrid."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from embeddings.encoder import Encoder
from embeddings.fusion import dense_share, fused
from embeddings.lexical import LexicalIndex
from embeddings.static import unit_rows

Scores = NDArray[np.float32]
Method = Callable[[Sequence[str], Sequence[str]], Scores]
"""Queries and candidates to (queries, candidates) scores, higher better."""


def character_tfidf(queries: Sequence[str], candidates: Sequence[str]) -> Scores:
    """Cosine of TF-IDF over character bigrams and single characters (scikit-learn)."""
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
    right = vectoriser.fit_transform(candidates)
    return (vectoriser.transform(queries) @ right.T).toarray()  # type: ignore[no-any-return]  # untyped library


def latent_semantic(queries: Sequence[str], candidates: Sequence[str]) -> Scores:
    """LSA: 256 singular vectors of the character TF-IDF of the candidates."""
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    right = vectoriser.fit_transform(candidates)
    reducer = TruncatedSVD(min(256, min(right.shape) - 1), random_state=0)
    vectors = unit_rows(reducer.fit_transform(right).astype(np.float32))
    return unit_rows(reducer.transform(vectoriser.transform(queries)).astype(np.float32)) @ vectors.T


def bm25_words(queries: Sequence[str], candidates: Sequence[str]) -> Scores:
    """BM25 (k1 1.5, b 0.75) on jieba's words."""
    import jieba

    words = [Counter(jieba.lcut(text)) for text in candidates]
    known = {word: index for index, word in enumerate(sorted({x for found in words for x in found}))}
    counts = _matrix(words, known)
    lengths = counts.sum(axis=1)
    frequency = np.bincount(counts.indices, minlength=len(known))
    idf = np.log(1 + (len(candidates) - frequency + 0.5) / (frequency + 0.5))
    rows = np.repeat(np.arange(len(candidates)), np.diff(counts.indptr))
    saturated = counts.data * 2.5 / (counts.data + 1.5 * (0.25 + 0.75 * lengths[rows] / lengths.mean()))
    weights = csr_array((saturated * idf[counts.indices], counts.indices, counts.indptr), shape=counts.shape)
    asked = _matrix([Counter(jieba.lcut(text)) for text in queries], known)
    return (asked @ weights.T).toarray().astype(np.float32)  # type: ignore[no-any-return]  # untyped library


def _matrix(counted: Sequence[Counter[str]], known: dict[str, int]) -> csr_array:
    cells = [(row, known[w], n) for row, found in enumerate(counted) for w, n in found.items() if w in known]
    rows, columns, counts = zip(*cells, strict=True)
    return csr_array((np.asarray(counts, dtype=np.float64), (rows, columns)), shape=(len(counted), len(known)))


def dense(encoder: Encoder, width: int | None = None) -> Method:
    """Cosine of an encoder's vectors, or of their first `width` components (Matryoshka)."""

    def score(queries: Sequence[str], candidates: Sequence[str]) -> Scores:
        asked, found = encoder.encode_queries(queries)[:, :width], encoder.encode(candidates)[:, :width]
        return unit_rows(asked) @ unit_rows(found).T

    return score


def lexical(queries: Sequence[str], candidates: Sequence[str]) -> Scores:
    """The product's own lexical index: single characters and pairs."""
    index = LexicalIndex.of(candidates)
    return np.stack([index.similarities(query) for query in queries])


def hybrid(encoder: Encoder) -> Method:
    """The product's own recall: dense and lexical, fused."""

    def score(queries: Sequence[str], candidates: Sequence[str]) -> Scores:
        near, same = dense(encoder)(queries, candidates), lexical(queries, candidates)
        share = dense_share(float(np.mean([len(text) for text in candidates])))
        return np.stack([fused(first, second, share) for first, second in zip(near, same, strict=True)])

    return score
