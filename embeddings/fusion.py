"""Dense and lexical similarity as one score."""

import numpy as np
from numpy.typing import NDArray

DENSE_SHARE = 0.5
"""Weight of the dense part."""


def fused(dense: NDArray[np.float32], lexical: NDArray[np.float32], share: float = DENSE_SHARE) -> NDArray[np.float32]:
    """Give the weighted sum of two (n,) similarities of the same n texts to one query, higher is better."""
    return (share * dense + (1 - share) * lexical).astype(np.float32)
