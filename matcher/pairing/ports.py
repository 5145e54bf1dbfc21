"""What matching needs from outside: a text encoder and two ways of finding similar text. Satisfied by shape."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
"""Places of rows in the order in which they are stored, from 0 (n,)."""
Similarities = NDArray[np.float32]


class TextEncoder(Protocol):
    """Text to unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Identifies the weights, the tokeniser and the prompts; vectors of two fingerprints never meet."""

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give an (n, d) float32 array of unit rows for stored texts; a text with nothing in it gives a zero row."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the same for search texts."""


class DenseSearch(Protocol):
    """Cosine similarity over stored unit vectors, addressed by position. Higher is better."""

    def similarities(self, query: NDArray[np.float32], positions: Positions, /) -> Similarities:
        """Give the similarity of one (d,) query to each of n positions, exactly (n,)."""


class LexicalSearch(Protocol):
    """Word and character overlap with stored texts, 0 to 1, addressed by the same positions."""

    def similarities(self, query: str, positions: Positions, /) -> Similarities:
        """Give the overlap of one query text with each of n positions (n,)."""
