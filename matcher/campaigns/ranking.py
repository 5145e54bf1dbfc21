"""Ranks within groups, for many groups at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.signedinteger[Any]]


def ranks(groups: Whole, costs: Whole) -> NDArray[np.int64]:
    """The rank of each of m items within its group, from 0, lowest cost first, equals in their order."""
    order = np.lexsort((costs, groups))
    ordered = groups[order]
    firsts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, dtype=np.int64)
    sizes = np.diff(np.r_[firsts, len(ordered)])
    places = np.empty(len(groups), dtype=np.int64)
    places[order] = np.arange(len(groups)) - np.repeat(firsts, sizes)
    return places
