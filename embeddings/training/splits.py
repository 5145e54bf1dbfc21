"""What is kept out of training: whole companies, whole classes, whole products, by a hash that never changes.

Figures are reported on DEVELOPMENT, which nothing chose by. Whatever is chosen (sources, weights, shares) is chosen on
SELECTION, by models that were trained without it; the shipped model is trained on SELECTION too.
"""

import hashlib
from enum import StrEnum
from functools import cache

_SHARE = 0.15


class Split(StrEnum):
    """Which side of the fence a company, class or product stands on."""

    TRAIN = "train"
    SELECTION = "selection"
    DEVELOPMENT = "development"


@cache
def split_of(kind: str, identity: str) -> Split:
    """Give the side of one thing of a kind (company, class, product, article): 15 % and 15 % are held out."""
    place = int.from_bytes(hashlib.sha256(f"{kind}\0{identity}".encode()).digest()[:4], "big") / 2**32
    if place < _SHARE:
        return Split.DEVELOPMENT
    return Split.SELECTION if place < 2 * _SHARE else Split.TRAIN
