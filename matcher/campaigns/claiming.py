"""限额抢单: an enterprise posts a need, and a limited number of institutions may take it, first come first served.

Everything here is decided from the claims made so far and the time, without a clock or a store: what is stored decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matcher.errors import ClaimRefused, InvalidNeed

MOST_TAKERS = 20
"""The highest limit: a need that everybody may take is no 限额抢单."""


class NeedState(StrEnum):
    """Where a posted need stands (需求状态)."""

    OPEN = "open"
    FULL = "full"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ClaimState(StrEnum):
    """Where a claim stands (抢单状态)."""

    TAKEN = "taken"
    WAITING = "waiting"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class PostedNeed:
    """A need that may be taken by `limit` institutions until `closes`; `withdrawn` ends it before."""

    limit: int
    opens: datetime
    closes: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """An institution's claim on a need. `number` counts the claims of the need in the order in which they came."""

    number: int
    institution: str
    state: ClaimState


def checked_need(need: PostedNeed) -> PostedNeed:
    """The need, if it can be posted. Raises `InvalidNeed`."""
    if not 1 <= need.limit <= MOST_TAKERS:
        raise InvalidNeed(
            found=f"限额 {need.limit} 家", expected=f"1 到 {MOST_TAKERS} 家", remedy="请改正可接单的机构数"
        )
    if need.closes <= need.opens:
        raise InvalidNeed(found="截止时间不晚于发布时间", expected="晚于发布时间", remedy="请改正截止时间")
    return need


def state_of(need: PostedNeed, claims: Sequence[Claim], now: datetime) -> NeedState:
    """Where a need stands at a moment; one that is full stays so after its end: its takers keep it."""
    if need.withdrawn:
        return NeedState.WITHDRAWN
    if places_left(need, claims) == 0:
        return NeedState.FULL
    return NeedState.EXPIRED if now >= need.closes else NeedState.OPEN


def places_left(need: PostedNeed, claims: Sequence[Claim]) -> int:
    """How many institutions may still take the need."""
    return need.limit - sum(claim.state is ClaimState.TAKEN for claim in claims)


def claimed(
    need: PostedNeed, claims: Sequence[Claim], institution: str, now: datetime, *, wait: bool = False
) -> tuple[Claim, ...]:
    """The claims with that of an institution: taken while places are left, else waiting if it is willing to.

    The same institution's standing claim is left as it is. Raises `ClaimRefused` where the need is over, or full and
    the institution would not wait.
    """
    if any(claim.institution == institution and claim.state is not ClaimState.RELEASED for claim in claims):
        return tuple(claims)
    state = state_of(need, claims, now)
    if state in (NeedState.WITHDRAWN, NeedState.EXPIRED) or now >= need.closes or now < need.opens:
        raise ClaimRefused(
            found="该需求已撤回" if need.withdrawn else "不在可接单的时间内",
            expected="仍可接单的需求",
            remedy="请查看其他需求",
        )
    if state is NeedState.FULL and not wait:
        raise ClaimRefused(
            found=f"已有 {need.limit} 家机构接单，名额已满",
            expected="仍有名额的需求",
            remedy="可排队等候，或查看其他需求",
        )
    number = max((claim.number for claim in claims), default=0) + 1
    given = ClaimState.WAITING if state is NeedState.FULL else ClaimState.TAKEN
    return (*claims, Claim(number, institution, given))


def released(need: PostedNeed, claims: Sequence[Claim], institution: str, now: datetime) -> tuple[Claim, ...]:
    """The claims after an institution gives its own back; a place that becomes free goes to the first who waits.

    After the end of the need nobody moves up. Raises `ClaimRefused` where the institution has no standing claim.
    """
    own = next((c for c in claims if c.institution == institution and c.state is not ClaimState.RELEASED), None)
    if own is None:
        raise ClaimRefused(found="本机构没有接这一单", expected="本机构已接或在等候的单", remedy="请核对需求编号")
    left = [_moved(claim, ClaimState.RELEASED) if claim is own else claim for claim in claims]
    return _moved_up(need, left) if now < need.closes and not need.withdrawn else tuple(left)


def _moved_up(need: PostedNeed, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    free = places_left(need, claims)
    waiting = sorted(claim.number for claim in claims if claim.state is ClaimState.WAITING)[: max(0, free)]
    return tuple(_moved(claim, ClaimState.TAKEN) if claim.number in waiting else claim for claim in claims)


def _moved(claim: Claim, state: ClaimState) -> Claim:
    return Claim(claim.number, claim.institution, state)


def place_in_line(claims: Sequence[Claim], institution: str) -> int | None:
    """How many are before an institution in the waiting line, itself included; None where it does not wait."""
    waiting = sorted((c.number, c.institution) for c in claims if c.state is ClaimState.WAITING)
    return next((place for place, (_, name) in enumerate(waiting, 1) if name == institution), None)
