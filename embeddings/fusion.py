"""Dense and lexical similarity as one score, by weights fitted on the development split."""

import numpy as np
from numpy.typing import NDArray

DENSE_SHARE = 0.6
"""Weight of the dense part, after both are brought to one scale."""

_BEST = 3


def fused(dense: NDArray[np.float32], lexical: NDArray[np.float32], share: float = DENSE_SHARE) -> NDArray[np.float32]:
    """Give one score to each of n texts from its (n,) dense and lexical similarity to the same query.

    Each similarity is divided by the mean of its three best among the n, because a good lexical overlap is 0.2 for one
    query and 0.8 for another. Scores of two queries are therefore not to be compared; the best are near 1.
    """
    return (share * _scaled(dense) + (1 - share) * _scaled(lexical)).astype(np.float32)


def _scaled(similarities: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(similarities):
        return similarities
    best = np.sort(similarities)[-_BEST:].mean()
    return similarities / best if best > 0 else similarities
