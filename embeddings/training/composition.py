"""A word as itself plus the mean of its characters and of its character pairs: rare words learn from their likes.

Only training composes; the exported table holds the finished sum, so that nothing of it is paid when encoding.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from tokenizers import Tokenizer

from embeddings.tokenise import UNKNOWN

CHARACTER_SHARE = 0.5
PAIR_SHARE = 0.5
"""Weights of the mean character and of the mean character pair beside the word itself."""


def composition(
    tokenizer: Tokenizer, character_share: float = CHARACTER_SHARE, pair_share: float = PAIR_SHARE
) -> tuple[csr_array, list[str]]:
    """Give the (words, units) matrix that makes words from units, and the words in the order of their ids.

    Units are the words themselves (first, weight 1), then characters, then character pairs. The unknown word has none.
    """
    ids = tokenizer.get_vocab()
    words = sorted(ids, key=ids.__getitem__)
    units: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    weights: list[float] = []
    for row, word in enumerate(words):
        if word == UNKNOWN:
            continue
        parts = [(f"w{word}", 1.0), *_parts(word, character_share, pair_share)]
        rows += [row] * len(parts)
        columns += [row if name[0] == "w" else len(words) + units.setdefault(name, len(units)) for name, _ in parts]
        weights += [weight for _, weight in parts]
    shape = (len(words), len(words) + len(units))
    return csr_array((np.asarray(weights, dtype=np.float32), (rows, columns)), shape=shape), words


def _parts(word: str, character_share: float, pair_share: float) -> list[tuple[str, float]]:
    if len(word) < 2 or word.isascii():
        return []
    characters = [(f"c{character}", character_share / len(word)) for character in word]
    pairs = [(f"p{word[at : at + 2]}", pair_share / (len(word) - 1)) for at in range(len(word) - 1)]
    return [part for part in characters + pairs if part[1] > 0]


def composed(matrix: csr_array, units: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the (words, d) table of word vectors that `units` make."""
    table: NDArray[np.float32] = np.asarray(matrix @ units, dtype=np.float32)
    return table
