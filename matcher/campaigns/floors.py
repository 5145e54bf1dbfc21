"""Fairness floors as a forest (公平底线): groups inside one another or apart, so that a flow can count them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.candidates import Floor

NONE = -1


@dataclass(frozen=True, slots=True)
class Forest:
    """Floors of one scope: the place of the floor that each lies in (`NONE`: in none), and each seeker's innermost."""

    floors: tuple[Floor, ...]
    parents: tuple[int, ...]
    innermost: NDArray[np.int32]

    def over(self, floors: Sequence[Floor]) -> "Forest":
        """The same groups under other floors, given in the same order as those it was made from."""
        return replace(self, floors=_ordered(floors))


def forest(floors: Sequence[Floor], seekers: int) -> Forest | None:
    """Order the floors of one scope (one offer, or all) by inclusion; None where two overlap without one holding all.

    Of two floors over the same group the later one lies in the earlier.
    """
    ordered = _ordered(floors)
    innermost = np.full(seekers, NONE, dtype=np.int32)
    parents = []
    for place, floor in enumerate(ordered):
        held = np.unique(innermost[floor.members])
        if len(held) > 1:
            return None
        parents.append(int(held[0]) if len(held) else NONE)
        innermost[floor.members] = place
    return Forest(ordered, tuple(parents), innermost)


def _ordered(floors: Sequence[Floor]) -> tuple[Floor, ...]:
    return tuple(sorted(floors, key=lambda floor: -int(floor.members.sum())))
