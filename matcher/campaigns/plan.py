"""A campaign's plan (对接活动方案): who is looked at, which offers, how many places, what must hold; read from a file.

A plan is a YAML file in the manner of the catalogue's. A condition on place or ownership must quote the text that it
rests on (公平竞争审查条例，国令第783号，2024-08-01 起施行: no different treatment by place or ownership without a basis
in law).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from matcher.catalogue.conditions import read_criterion
from matcher.catalogue.entry import Entry, collected
from matcher.catalogue.leaves import Sources
from matcher.eligibility.criteria import Clause, Criterion, leaves
from matcher.eligibility.results import State
from matcher.errors import InvalidCampaign, InvalidCatalogue
from matcher.fields import PartyKind
from matcher.learning.promises import Promise
from matcher.offers import OfferKind
from matcher.pairing.scoring import EITHER, WEIGHTS

SENSITIVE_FIELDS = frozenset({"region", "zone", "ownership"})
"""Fields by which a filter may treat enterprises differently only on a basis in law."""
DEFAULT_CANDIDATES = 20


class Objective(StrEnum):
    """What an assignment is after (分配目标): the most points in all, or lists that no two sides would rather leave."""

    TOTAL = "total"
    STABLE = "stable"


OBJECTIVE_LABELS: Mapping[Objective, str] = MappingProxyType(
    {Objective.TOTAL: "总匹配度最高", Objective.STABLE: "双方稳定"}
)


@dataclass(frozen=True, slots=True)
class FloorRule:
    """A fairness floor (公平底线): at least so many of those who meet a criterion, on each list or in all."""

    name: str
    criterion: Criterion
    least: int
    each_offer: bool


@dataclass(frozen=True, slots=True)
class OfferChoice:
    """Which offers take part (参与资源): by id, or all that are in force of some kinds or of some providers."""

    ids: tuple[str, ...] = ()
    kinds: frozenset[OfferKind] = frozenset()
    providers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign does (活动方案).

    `quota` is the places of an offer that `quotas` does not name, `limit` the most lists that one seeker may be on,
    `least_points` the least 匹配度 in hundredths of a point. `states` are the states of eligibility that a pair may be
    in. `candidates` is how many offers are looked at for each seeker, its best ones. `promise` is the days that the
    institutions have, `promise_basis` the text that says so; None where it is the 135 promise that stands by default.
    """

    name: str
    purpose: str
    basis: Clause
    starts: date
    ends: date
    approver: str
    seekers: PartyKind
    filter: Criterion | None
    offers: OfferChoice
    quota: int
    quotas: Mapping[str, int]
    limit: int
    least_points: int
    states: frozenset[State]
    objective: Objective
    floors: tuple[FloorRule, ...]
    candidates: int
    weights: Mapping[str, float]
    promise: Promise
    promise_basis: Clause | None


_KEYS = (
    "name",
    "purpose",
    "basis",
    "documents",
    "starts",
    "ends",
    "approver",
    "seekers",
    "offers",
    "quota",
    "quotas",
    "limit",
    "least_match",
    "states",
    "objective",
    "floors",
    "candidates",
    "weights",
    "promise",
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STATES = (State.MET, State.UNKNOWN, State.MANUAL_REVIEW)


def read_plan(where: str, data: Mapping[str, object]) -> Plan:
    """Read a plan from its parsed file; `where` names it in messages. Raises `InvalidCampaign` with every fault."""
    try:
        return _plan(Entry(where, data))
    except InvalidCatalogue as fault:
        raise InvalidCampaign(
            found=str(fault), expected="写法合规的活动方案", remedy="参照 docs/campaigns.md 逐项修改"
        ) from fault


def _plan(entry: Entry) -> Plan:
    entry.only(*_KEYS)
    entry.require("name", "purpose", "basis", "starts", "ends", "approver", "offers", "quota")
    titles = {key: entry.child("documents").text(key) for key in entry.child("documents").data}
    basis = _basis(entry.child("basis"), titles)
    sources = Sources(titles, basis, {})
    starts, ends = _day(entry, "starts"), _day(entry, "ends")
    if starts is None or ends is None or ends < starts:
        raise entry.fault(f"起止日期为 {starts} 至 {ends}", "止日不早于起日", "改正日期", "ends")
    seekers = entry.child("seekers")
    seekers.only("kind", "filter")
    return Plan(
        name=entry.text("name"),
        purpose=entry.text("purpose"),
        basis=basis,
        starts=starts,
        ends=ends,
        approver=entry.text("approver"),
        seekers=seekers.choice("kind", PartyKind, PartyKind.ENTERPRISE),
        filter=_filter(seekers, sources) if "filter" in seekers.data else None,
        offers=_offers(entry.child("offers")),
        quota=_whole(entry, "quota"),
        quotas=_quotas(entry.child("quotas")),
        limit=entry.count("limit") or 1,
        least_points=_points(entry),
        states=_states(entry),
        objective=entry.choice("objective", Objective, Objective.TOTAL),
        floors=_floors(entry, sources),
        candidates=entry.count("candidates") or DEFAULT_CANDIDATES,
        weights=_weights(entry.child("weights")),
        promise=_promise(entry.child("promise")),
        promise_basis=_basis(entry.child("promise").child("basis"), titles) if "promise" in entry.data else None,
    )


def _day(entry: Entry, key: str) -> date | None:
    """A day; JSON has no days but in quotes."""
    value = entry.data.get(key)
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise entry.fault(f"{key} 为 {value!r}", "存在的日期", "改正日期", key) from None
    return entry.day(key)


def _basis(entry: Entry, titles: Mapping[str, str]) -> Clause:
    entry.only("document", "article", "quote")
    entry.require("document", "quote")
    name = entry.text("document")
    return Clause(titles.get(name, name), entry.text("article"), entry.text("quote"))


def _filter(entry: Entry, sources: Sources) -> Criterion:
    """A criterion whose conditions on place or ownership quote their own basis."""
    criterion = read_criterion(entry.child("filter"), sources)
    for leaf in leaves(criterion):
        if leaf.field in SENSITIVE_FIELDS and leaf.clause is sources.first:
            raise entry.fault(
                f"按“{leaf.label}”筛选而没有引用依据",
                "按地域或所有制筛选的条件写明 quote 与 document",
                "补上依据，或删去该条件（公平竞争审查条例）",
                "filter",
            )
    return criterion


def _offers(entry: Entry) -> OfferChoice:
    entry.only("ids", "kinds", "providers")
    kinds = collected(lambda kind: Entry(entry.where, {"kinds": kind}).choice("kinds", OfferKind), entry.texts("kinds"))
    chosen = OfferChoice(entry.texts("ids"), frozenset(kinds), frozenset(entry.texts("providers")))
    if not (chosen.ids or chosen.kinds or chosen.providers):
        raise entry.fault("没有写明参与的资源", "ids、kinds 或 providers", "写明至少一项")
    return chosen


def _quotas(entry: Entry) -> Mapping[str, int]:
    return MappingProxyType({offer: _whole(entry, offer) for offer in entry.data})


def _whole(entry: Entry, key: str) -> int:
    """A number of places; 0 closes an offer."""
    value = entry.amount(key)
    if value is None or value != value.to_integral_value():
        raise entry.fault(f"{key} 为 {value!s}", "不小于 0 的整数", "写成整数", key)
    return int(value)


def _points(entry: Entry) -> int:
    least = entry.amount("least_match") or Decimal(0)
    if least > 100:
        raise entry.fault(f"least_match 为 {least}", "0 到 100", "匹配度满分 100", "least_match")
    return int(least * 100)


def _states(entry: Entry) -> frozenset[State]:
    given = entry.texts("states")
    chosen = collected(lambda state: Entry(entry.where, {"states": state}).choice("states", State), given)
    wrong = [state for state in chosen if state not in _STATES]
    if wrong:
        raise entry.fault(f"states 含 {wrong[0]}", "、".join(_STATES), "不符合条件的不能进入名单", "states")
    return frozenset(chosen) or frozenset(_STATES)


def _floors(entry: Entry, sources: Sources) -> tuple[FloorRule, ...]:
    rules = collected(lambda child: _floor(child, sources), entry.children("floors"))
    if rules and entry.data.get("objective") == Objective.STABLE:
        raise entry.fault("稳定匹配带有公平底线", "objective 为 total", "改目标或删去底线", "floors")
    return rules


def _floor(entry: Entry, sources: Sources) -> FloorRule:
    entry.only("name", "filter", "least", "scope")
    entry.require("name", "filter", "least")
    scope = entry.data.get("scope", "all")
    if scope not in ("all", "each_offer"):
        raise entry.fault(f"scope 为 {scope!r}", "all 或 each_offer", "改为其中之一", "scope")
    return FloorRule(entry.text("name"), _filter(entry, sources), entry.count("least") or 1, scope == "each_offer")


def _weights(entry: Entry) -> Mapping[str, float]:
    """Most points of each contribution; those not named keep theirs, and all together are 100."""
    entry.only(*WEIGHTS)
    given = {name: float(entry.amount(name) or 0) for name in entry.data}
    weights = {**WEIGHTS, **given}
    rest = {name: weight for name, weight in weights.items() if name not in EITHER}
    total = sum(rest.values()) + max(weights[name] for name in EITHER)
    if abs(total - 100) > 1e-9:
        raise entry.fault(f"各项权重合计 {total:g}", f"合计 100（{'、'.join(EITHER)} 只计较大的一项）", "调整后重试")
    return MappingProxyType(weights)


def _promise(entry: Entry) -> Promise:
    """Working days until a match is accepted, contacted and decided; those that are not named stay as in 135."""
    entry.only("accept", "contact", "decide", "basis")
    if entry.data:
        entry.require("basis")
    usual = Promise()
    days = Promise(
        entry.count("accept") or usual.accept_days,
        entry.count("contact") or usual.contact_days,
        entry.count("decide") or usual.decide_days,
    )
    if not days.accept_days <= days.contact_days <= days.decide_days <= _MOST_DAYS:
        raise entry.fault(
            f"受理、对接、决定的期限为 {days.accept_days}、{days.contact_days}、{days.decide_days} 个工作日",
            f"依次不减且不超过 {_MOST_DAYS} 个工作日",
            "改正 accept、contact、decide",
        )
    return days


_MOST_DAYS = 250
