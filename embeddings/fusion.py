"""Dense and lexical similarity as one score, by weights fitted on the selection split.

The longer the texts that are searched, the more their overlap says and the more a sum of word vectors blurs: the share
of the dense part falls with the logarithm of their length. What a part says of one query counts by the square root of
its best answers: wholly scaled away (power 1), a query without any real overlap hears noise as loud as words; not at
all (power 0), the part with the larger numbers speaks alone.
"""

import math

import numpy as np
from numpy.typing import NDArray

_BEST = 3
_POWER = 0.5
_SHARE_OF_ONE_CHARACTER = 0.85
_FALL = 0.08
_LEAST, _MOST = 0.4, 0.75


def dense_share(length: float) -> float:
    """Give the weight of the dense part for texts of a mean `length` in characters: 0.74 for labels, 0.46 for 130."""
    return min(_MOST, max(_LEAST, _SHARE_OF_ONE_CHARACTER - _FALL * math.log(max(length, 1.0))))


def fused(dense: NDArray[np.float32], lexical: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Give one score to each of n texts from its (n,) dense and lexical similarity to the same query.

    Each similarity is divided by the square root of the mean of its three best among the n, because a good lexical
    overlap is 0.2 for one query and 0.8 for another; `share` is the weight of the dense part (`dense_share`). Scores
    of two queries are therefore not to be compared.
    """
    return (share * _scaled(dense) + (1 - share) * _scaled(lexical)).astype(np.float32)


def _scaled(similarities: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(similarities):
        return similarities
    best = np.sort(similarities)[-_BEST:].mean()
    return similarities / best**_POWER if best > 0 else similarities
