"""How far pairs have come, as an institution sorts its work (进度): new, late, under way, done, refused."""

from collections.abc import Sequence
from enum import StrEnum

from api.delivery.inbox import Received
from matcher.learning.outcomes import OutcomeState, success_of

_NEW = frozenset({OutcomeState.PUSHED, OutcomeState.VIEWED})
_ENDED = frozenset({OutcomeState.REFUSED, OutcomeState.WITHDRAWN})


class Shelf(StrEnum):
    """A part of the work."""

    ALL = "all"
    NEW = "new"
    LATE = "late"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"


def on(shelf: Shelf, pair: Received) -> bool:
    """Whether a pair belongs there; what is late is new or under way as well."""
    match shelf:
        case Shelf.ALL:
            return True
        case Shelf.LATE:
            return bool(pair.due)
        case _:
            return _shelf(pair) is shelf


def of_shelf(shelf: Shelf, pairs: Sequence[Received]) -> list[Received]:
    """The pairs that belong there."""
    return [pair for pair in pairs if on(shelf, pair)]


def _shelf(pair: Received) -> Shelf:
    if pair.state in _NEW:
        return Shelf.NEW
    if pair.state in _ENDED:
        return Shelf.REFUSED
    return Shelf.DONE if pair.state is success_of(pair.kind) else Shelf.WORKING
