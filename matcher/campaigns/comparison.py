"""Two runs of a campaign side by side (与上次对比): who came, who left, and why each one left."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from matcher.declarations.registry import REGISTRY
from matcher.derivation import at_date, derive
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import EXCLUDING, State
from matcher.offers import Offer
from matcher.parties import Values

Pair = tuple[str, str]
"""A seeker's id and an offer's."""


class Departure(StrEnum):
    """Why a pair of the last run is not in this one (退出原因)."""

    GONE = "gone"
    OFFER_GONE = "offer_gone"
    CERTIFICATE_EXPIRED = "certificate_expired"
    AGED_OUT = "aged_out"
    FACTS_CHANGED = "facts_changed"
    RULES_CHANGED = "rules_changed"
    FILTERED = "filtered"
    REFUSED = "refused"
    OUTRANKED = "outranked"


DEPARTURE_LABELS: Mapping[Departure, str] = MappingProxyType(
    {
        Departure.GONE: "主体已注销或删除",
        Departure.OFFER_GONE: "资源不再参加",
        Departure.CERTIFICATE_EXPIRED: "证书到期",
        Departure.AGED_OUT: "超过成立年限",
        Departure.FACTS_CHANGED: "信息变化后不符合条件",
        Departure.RULES_CHANGED: "规则更新后不符合条件",
        Departure.FILTERED: "不再符合活动范围",
        Departure.REFUSED: "已拒绝",
        Departure.OUTRANKED: "名额给了其他主体",
    }
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The pairs that came, left and stayed between two runs, each sorted."""

    came: tuple[Pair, ...]
    left: tuple[Pair, ...]
    stayed: tuple[Pair, ...]

    def sentence(self, departures: Mapping[Pair, Departure]) -> str:
        """The comparison in words, each seeker once: "新增 37 家，退出 12 家，其中 9 家因证书到期"."""
        before, after = ({seeker for seeker, _ in pairs} for pairs in (self._before(), self._after()))
        gone = before - after
        reasons: dict[str, set[Departure]] = {seeker: set() for seeker in sorted(gone)}
        for pair in self.left:
            if pair[0] in reasons:
                reasons[pair[0]].add(departures[pair])
        why = Counter(map(_first, reasons.values()))
        parts = [f"其中 {count} 家因{DEPARTURE_LABELS[reason]}" for reason, count in why.most_common() if reason]
        return "，".join([f"新增 {len(after - before)} 家", f"退出 {len(gone)} 家", *parts])

    def _before(self) -> Iterable[Pair]:
        return (*self.left, *self.stayed)

    def _after(self) -> Iterable[Pair]:
        return (*self.came, *self.stayed)


def _first(reasons: Set[Departure]) -> Departure | None:
    """The reason that is told where one seeker left several lists: the first in the order of the enumeration."""
    return next((reason for reason in Departure if reason in reasons), None)


def compared(before: Iterable[Pair], after: Iterable[Pair]) -> Comparison:
    """Compare the pairs of the last run with those of this one."""
    old, new = set(before), set(after)
    return Comparison(tuple(sorted(new - old)), tuple(sorted(old - new)), tuple(sorted(old & new)))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run saw of a pair (当时所见): the offer with its rules, the seeker's values, the day."""

    offer: Offer
    values: Values
    at: date


def departure(then: Seen, now: Seen | None, *, filtered: bool = False, refused: bool = False) -> Departure:
    """Why a pair left: refused, no longer looked at, no longer eligible (by time, facts or rules), or outranked.

    `now` is None where the seeker is gone.
    """
    if now is None:
        return Departure.GONE
    if refused:
        return Departure.REFUSED
    if _state(now.offer, now.values, now.at) in EXCLUDING:
        return _ineligible(then, now)
    return Departure.FILTERED if filtered else Departure.OUTRANKED


def _ineligible(then: Seen, now: Seen) -> Departure:
    """Change one thing at a time: the day alone, then the facts, then the rules; the first that excludes is why."""
    if _state(then.offer, then.values, now.at) in EXCLUDING:
        return Departure.CERTIFICATE_EXPIRED if _expired(then, now.at) else Departure.AGED_OUT
    if _state(then.offer, now.values, now.at) in EXCLUDING:
        return Departure.CERTIFICATE_EXPIRED if _expired(now, now.at) else Departure.FACTS_CHANGED
    return Departure.RULES_CHANGED


def _expired(seen: Seen, at: date) -> bool:
    """Whether a condition fails that would hold if the certificate had not run out."""
    failing = evaluate(seen.offer.criteria, _dated(seen.values, at)).of_state(State.UNMET)
    for finding in failing:
        field = REGISTRY[finding.leaf.field]
        until = seen.values.get(field.valid_to or "")
        if seen.values.get(field.code) is True and isinstance(until, date) and until < at:
            return True
    return False


def _state(offer: Offer, values: Values, at: date) -> State:
    return evaluate(offer.criteria, _dated(values, at)).state


def _dated(values: Values, at: date) -> Values:
    return at_date(derive(values), at)
