"""What is kept out of training: whole companies, whole classes, whole products, by a hash that never changes."""

import hashlib
from enum import StrEnum
from functools import cache


class Split(StrEnum):
    """Which side of the fence a company, class or product stands on."""

    TRAIN = "train"
    DEVELOPMENT = "development"


@cache
def split_of(kind: str, identity: str, share: float = 0.15) -> Split:
    """Give the side of one thing of a kind (company, class, product, article); `share` of them is held out."""
    digest = hashlib.sha256(f"{kind}\0{identity}".encode()).digest()
    held_out = int.from_bytes(digest[:4], "big") < share * 2**32
    return Split.DEVELOPMENT if held_out else Split.TRAIN
