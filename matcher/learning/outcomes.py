"""Outcomes (反馈): what an institution did with a match, as a history of events that is only ever added to.

The states follow 走访-申报-授信-反馈 and the feedback of regional financing platforms (domain: 粤信融、贷款码): pushed,
viewed, accepted or refused, contacted, approved, then funded, moved in or invested; withdrawn at any time before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from matcher.errors import InvalidOutcome
from matcher.offers import OfferKind


class OutcomeState(StrEnum):
    """How far a match has come."""

    PUSHED = "pushed"
    VIEWED = "viewed"
    ACCEPTED = "accepted"
    CONTACTED = "contacted"
    APPROVED = "approved"
    FUNDED = "funded"
    MOVED_IN = "moved_in"
    INVESTED = "invested"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OUTCOME_LABELS: Mapping[OutcomeState, str] = MappingProxyType(
    {
        OutcomeState.PUSHED: "已推送",
        OutcomeState.VIEWED: "已查看",
        OutcomeState.ACCEPTED: "已受理",
        OutcomeState.CONTACTED: "已对接",
        OutcomeState.APPROVED: "已批准",
        OutcomeState.FUNDED: "已放款",
        OutcomeState.MOVED_IN: "已入驻",
        OutcomeState.INVESTED: "已投资",
        OutcomeState.REFUSED: "已拒绝",
        OutcomeState.WITHDRAWN: "已撤回",
    }
)

_S = OutcomeState
FINAL = frozenset({_S.FUNDED, _S.MOVED_IN, _S.INVESTED, _S.REFUSED, _S.WITHDRAWN})
"""States after which nothing more is said of a match."""

_OPEN = (_S.PUSHED, _S.VIEWED, _S.ACCEPTED, _S.CONTACTED, _S.APPROVED)
_NEXT: Mapping[OutcomeState, frozenset[OutcomeState]] = MappingProxyType(
    {
        state: frozenset({*_OPEN[place + 1 :], _S.REFUSED, _S.WITHDRAWN}) | (FINAL if state is _S.APPROVED else set())
        for place, state in enumerate(_OPEN)
    }
)
_SUCCESS: Mapping[OfferKind, OutcomeState] = MappingProxyType(
    {
        OfferKind.LOAN: _S.FUNDED,
        OfferKind.GUARANTEE: _S.FUNDED,
        OfferKind.INSURANCE: _S.APPROVED,
        OfferKind.FUND: _S.INVESTED,
        OfferKind.INCUBATION: _S.MOVED_IN,
        OfferKind.PROCUREMENT: _S.APPROVED,
        OfferKind.SERVICE: _S.APPROVED,
        OfferKind.PROGRAMME: _S.APPROVED,
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a match: the state it came to, when, who says so; what that state needs to say.

    `reason` belongs to a refusal or withdrawal; `amount_wan` (万元) and `rate_pct` (% a year) to an approval or what
    follows it.
    """

    state: OutcomeState
    at: datetime
    by: str
    reason: str = ""
    amount_wan: Decimal | None = None
    rate_pct: Decimal | None = None


def success_of(kind: OfferKind) -> OutcomeState:
    """The state that a match with an offer of this kind is after: a loan is funded, a firm moves in, a fund invests.

    An insurance, an order, a service or a programme is done with its approval (承保、成交、立项).
    """
    return _SUCCESS[kind]


def current(history: Sequence[Event]) -> Event:
    """The last event of a history that is not empty."""
    return history[-1]


def added(history: Sequence[Event], event: Event, kind: OfferKind) -> tuple[Event, ...]:
    """The history with one more event; one that was there before changes nothing, so that a batch may be sent again.

    Raises `InvalidOutcome` for a step back or past an end, an end of another kind of offer, a time before the last
    event, a refusal without a reason, and an amount or rate that is negative or stands where it means nothing.
    """
    _complete(event, kind)
    if not history:
        if event.state is not _S.PUSHED:
            raise _refused(f"尚未推送，却反馈“{OUTCOME_LABELS[event.state]}”", "先推送再反馈", "请核对名单编号")
        return (event,)
    last = history[-1]
    if any(_same(known, event) for known in history):
        return tuple(history)
    if event.state not in _NEXT.get(last.state, frozenset()):
        raise _refused(
            f"“{OUTCOME_LABELS[last.state]}”之后反馈“{OUTCOME_LABELS[event.state]}”",
            _allowed(last.state, kind),
            "请核对是否填错行；确需更正的由平台撤回后重新推送",
        )
    if event.at < last.at:
        raise _refused(f"反馈时间 {event.at:%Y-%m-%d} 早于上一次 {last.at:%Y-%m-%d}", "不早于上一次反馈", "请改正时间")
    return (*history, event)


def reached(history: Iterable[Event], state: OutcomeState) -> datetime | None:
    """When a match first came as far as a state, or further; None where it has not.

    An approval says that there was contact, even where nobody recorded it; a refusal or withdrawal says nothing more.
    """
    further = {state, *(_OPEN[_OPEN.index(state) :] if state in _OPEN else ())}
    if state in _OPEN:
        further |= {_S.FUNDED, _S.MOVED_IN, _S.INVESTED}
    return next((event.at for event in history if event.state in further), None)


def _same(known: Event, event: Event) -> bool:
    said = (event.state, event.reason, event.amount_wan, event.rate_pct)
    return said == (known.state, known.reason, known.amount_wan, known.rate_pct)


def next_states(state: OutcomeState, kind: OfferKind) -> tuple[OutcomeState, ...]:
    """What may be said after a state of a match with an offer of this kind, the nearest first; nothing after an end."""
    return tuple(item for item in OutcomeState if item in _NEXT.get(state, frozenset()) and _fits(item, kind))


def _allowed(state: OutcomeState, kind: OfferKind) -> str:
    return "、".join(OUTCOME_LABELS[item] for item in next_states(state, kind)) or "不再反馈"


def _fits(state: OutcomeState, kind: OfferKind) -> bool:
    return state not in (_S.FUNDED, _S.MOVED_IN, _S.INVESTED) or state is success_of(kind)


def _complete(event: Event, kind: OfferKind) -> None:
    if not _fits(event.state, kind):
        raise _refused(
            f"该资源的结果为“{OUTCOME_LABELS[event.state]}”", f"“{OUTCOME_LABELS[success_of(kind)]}”", "请改正结果"
        )
    if event.state is _S.REFUSED and not event.reason.strip():
        raise _refused("拒绝而没有写原因", "一句话的原因", "请补上拒绝原因")
    for name, figure in (("金额", event.amount_wan), ("利率", event.rate_pct)):
        if figure is None:
            continue
        if event.state not in (_S.APPROVED, _S.FUNDED, _S.INVESTED):
            raise _refused(f"“{OUTCOME_LABELS[event.state]}”带有{name}", "批准或放款时填写", "请删去或改正结果")
        if not figure.is_finite() or figure < 0:
            raise _refused(f"{name}为 {figure}", "不小于 0 的数字", f"请改正{name}")


def _refused(found: str, expected: str, remedy: str) -> InvalidOutcome:
    return InvalidOutcome(found=found, expected=expected, remedy=remedy)
