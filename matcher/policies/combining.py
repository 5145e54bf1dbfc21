"""The best lawful combination (最优合规组合): an exact search over what may be claimed together.

Pure arithmetic: candidates with amounts and yearly caps, pairs that exclude each other, a cap on the total.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from matcher.errors import InvalidNeed
from matcher.policies.amounts import ZERO

MOST_COMBINATIONS = 50_000
"""The search is exact; more combinations than this are refused (about ten loans)."""

Pairs = frozenset[frozenset[int]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that could be made: its loan, the item it counts towards, its amount and the item's yearly cap (元)."""

    loan: int
    item: str
    amount_yuan: Decimal
    cap_yuan: Decimal | None = None


def worth(candidates: Sequence[Candidate], chosen: Sequence[int], cap_yuan: Decimal | None) -> Decimal:
    """What some candidates (by place) give together: each item under its own cap, the whole under the total's."""
    return sum(grants(candidates, chosen, cap_yuan).values(), ZERO)


def grants(candidates: Sequence[Candidate], chosen: Sequence[int], cap_yuan: Decimal | None) -> dict[int, Decimal]:
    """What each chosen candidate gets (元), in order: what a cap cuts off is taken from the later ones."""
    left = cap_yuan
    left_of: dict[str, Decimal] = {}
    given: dict[int, Decimal] = {}
    for place in sorted(chosen):
        one = candidates[place]
        amount = one.amount_yuan
        if one.cap_yuan is not None:
            amount = min(amount, left_of.get(one.item, one.cap_yuan))
            left_of[one.item] = left_of.get(one.item, one.cap_yuan) - amount
        if left is not None:
            amount = min(amount, left)
            left -= amount
        given[place] = amount
    return given


def best(candidates: Sequence[Candidate], excluded: Pairs, cap_yuan: Decimal | None = None) -> tuple[int, ...]:
    """The places of the candidates to claim: the most money, and none that adds nothing.

    `excluded` are pairs of places of one loan. Amounts are never negative, so that only combinations to which nothing
    can be added need be tried. Raises `InvalidNeed` beyond `MOST_COMBINATIONS`.
    """
    loans = sorted({one.loan for one in candidates})
    options = [list(_maximal([i for i, one in enumerate(candidates) if one.loan == loan], excluded)) for loan in loans]
    _check_size(options)
    found: tuple[int, ...] = ()
    for parts in product(*options):
        chosen = tuple(sorted(place for part in parts for place in part))
        if worth(candidates, chosen, cap_yuan) > worth(candidates, found, cap_yuan):
            found = chosen
    return _without_idle(candidates, found, cap_yuan)


def best_with(candidates: Sequence[Candidate], excluded: Pairs, cap_yuan: Decimal | None, place: int) -> Decimal:
    """What the best combination gives that contains one candidate: what giving it up is compared with."""
    kept = [i for i in range(len(candidates)) if i == place or frozenset({i, place}) not in excluded]
    renamed: Mapping[int, int] = {old: new for new, old in enumerate(kept)}
    pairs = frozenset(frozenset(renamed[i] for i in pair) for pair in excluded if pair <= set(kept))
    others = [candidates[i] for i in kept]
    chosen = set(best(others, pairs, cap_yuan)) | {renamed[place]}
    return worth(others, sorted(chosen), cap_yuan)


def _maximal(places: Sequence[int], excluded: Pairs) -> Iterator[tuple[int, ...]]:
    """The sets of places without an excluded pair to which no further place can be added."""

    def grow(chosen: tuple[int, ...], rest: Sequence[int]) -> Iterator[tuple[int, ...]]:
        if rest:
            first, later = rest[0], rest[1:]
            clashes = any(frozenset({first, other}) in excluded for other in chosen)
            if not clashes:
                yield from grow((*chosen, first), later)
            if clashes or any(frozenset({first, other}) in excluded for other in later):
                yield from grow(chosen, later)
        elif not any(_fits(place, chosen, excluded) for place in places):
            yield chosen

    yield from grow((), places)


def _fits(place: int, chosen: tuple[int, ...], excluded: Pairs) -> bool:
    return place not in chosen and not any(frozenset({place, other}) in excluded for other in chosen)


def _check_size(options: Sequence[Sequence[tuple[int, ...]]]) -> None:
    size = 1
    for option in options:
        size *= len(option)
    if size > MOST_COMBINATIONS:
        raise InvalidNeed(
            found=f"{len(options)} 笔贷款有 {size} 种组合",
            expected=f"不超过 {MOST_COMBINATIONS} 种",
            remedy="请分批测算",
        )


def _without_idle(
    candidates: Sequence[Candidate], chosen: tuple[int, ...], cap_yuan: Decimal | None
) -> tuple[int, ...]:
    """Leave out, the last first, what adds nothing because a cap is reached already."""
    for place in reversed(chosen):
        rest = tuple(other for other in chosen if other != place)
        if worth(candidates, rest, cap_yuan) == worth(candidates, chosen, cap_yuan):
            chosen = rest
    return chosen
