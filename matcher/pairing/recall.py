"""Recall (召回): how near seekers and offers are in meaning (dense) and in words (lexical), exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.pairing.ports import DenseSearch, LexicalSearch, Positions, Similarities, TextEncoder


@dataclass(frozen=True, slots=True)
class Shelf:
    """Texts that can be recalled (检索面): one encoder, and the two searches over the same positions."""

    encoder: TextEncoder
    dense: DenseSearch
    lexical: LexicalSearch


@dataclass(frozen=True, slots=True)
class Recalled:
    """Candidates with their two similarities: n positions as `keys`, n cosines, n overlaps."""

    keys: Positions
    semantic: Similarities
    lexical: Similarities


def recall(shelf: Shelf, text: str, keys: Positions) -> Recalled:
    """Measure how near each of `keys` is to a text, all of them: a list that is cut here would not be the best one.

    A text with nothing in it is near nothing.
    """
    if not text:
        nothing = np.zeros(len(keys), dtype=np.float32)
        return Recalled(keys, nothing, nothing)
    query: NDArray[np.float32] = shelf.encoder.encode_queries([text])[0]
    return Recalled(keys, shelf.dense.similarities(query, keys), shelf.lexical.similarities(text, keys))
