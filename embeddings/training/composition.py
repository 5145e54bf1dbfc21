"""A word as itself plus its characters and its character pairs, the rarer the weightier: rare words learn from likes.

Characters and pairs are summed, not averaged, and weighed by their rarity as TF-IDF does: a long word says more than a
short one, a rare pair more than a common one. Against their mean this gains .006 of MRR over the selection tasks.
Only training composes; the exported table holds the finished sum, so that nothing of it is paid when encoding.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, hstack
from tokenizers import Tokenizer

from embeddings.tokenise import UNKNOWN
from embeddings.training.counting import word_counts

CHARACTER_WEIGHT = 0.25
PAIR_WEIGHT = 0.5
"""Weights of a character and of a character pair of mean rarity beside the word itself (1). A character that is a word
by itself weighs twice as much: nothing else speaks for it."""


def composition(tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[csr_array, list[str]]:
    """Give the (words, units) matrix that makes words from units, and the words in the order of their ids.

    Units are the words themselves (first, weight 1), then characters and character pairs, times their rarity in
    `texts`: the logarithm of how few texts have them, over its mean. The unknown word has none.
    """
    ids = tokenizer.get_vocab()
    words = sorted(ids, key=ids.__getitem__)
    parts = _parts(words)
    itself = diags_array(np.asarray([word != UNKNOWN for word in words], dtype=np.float32))
    weighed = parts @ diags_array(_rarity(word_counts(tokenizer, texts), parts))
    return csr_array(hstack([itself, weighed], format="csr", dtype=np.float32)), words


def _parts(words: Sequence[str]) -> csr_array:
    units: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    weights: list[float] = []
    for row, word in enumerate(words):
        for part, weight in _weighed_parts(word):
            rows.append(row)
            columns.append(units.setdefault(part, len(units)))
            weights.append(weight)
    return csr_array((np.asarray(weights, dtype=np.float32), (rows, columns)), shape=(len(words), len(units)))


def _weighed_parts(word: str) -> list[tuple[str, float]]:
    if word == UNKNOWN or word.isascii():
        return []
    if len(word) == 1:
        return [(word, 2 * CHARACTER_WEIGHT)]
    pairs = [(word[at : at + 2], PAIR_WEIGHT) for at in range(len(word) - 1)]
    return [(character, CHARACTER_WEIGHT) for character in word] + pairs


def _rarity(counts: csr_array, parts: csr_array) -> NDArray[np.float32]:
    frequency = np.bincount((counts @ parts).indices, minlength=parts.shape[1])
    rarity = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1
    found: NDArray[np.float32] = (rarity / rarity.mean()).astype(np.float32)
    return found


def composed(matrix: csr_array, units: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the (words, d) table of word vectors that `units` make."""
    table: NDArray[np.float32] = np.asarray(matrix @ units, dtype=np.float32)
    return table
