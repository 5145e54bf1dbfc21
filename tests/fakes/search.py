"""Plain texts and words for worlds whose answers are known; cosines are those of `brute_force`."""

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"[\w]+")


class WordEncoder:
    """Counts words into buckets: texts that share words are near, texts that share none are at right angles."""

    fingerprint = "words-1"
    dimension = 512

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in WORD.findall(text):
                row[crc32(word.encode("utf-8", "replace")) % self.dimension] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.divide(rows, lengths, out=rows, where=lengths > 0)

    encode_queries = encode


class PlainLexical:
    """The share of the query's words that stand in a text, by position."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.words = [set(WORD.findall(text)) for text in texts]

    def similarities(self, query: str, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        wanted = set(WORD.findall(query))
        shares = [len(wanted & self.words[place]) / max(len(wanted), 1) for place in positions]
        return np.array(shares, dtype=np.float32)
