"""Cases of rules (规则用例): a party, an offer and a day, and the answer that the text itself gives.

A file is a list of `{name, offer, at, party: {field: value}, state, gap, points, in_force}`. `like` takes over the
offer, the day and the party of an earlier case of the file, so that a boundary is told by the one value that crosses
it; `without` takes fields away. Read as strictly as a rule pack: an unknown offer, field or value is a fault that names
file and line.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.catalogue.entry import Entry, together
from matcher.catalogue.files import Plain, read_plain
from matcher.catalogue.versions import version_on
from matcher.declarations.registry import REGISTRY
from matcher.derivation import at_date, derive
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.gaps import plain
from matcher.eligibility.results import STATE_LABELS, Eligibility, State
from matcher.errors import InvalidCatalogue, MatcherError
from matcher.fields import Value
from matcher.offers import Offer, in_force
from matcher.parties import Values
from matcher.validation import check_value

_KEYS = ("name", "like", "offer", "at", "party", "without", "state", "gap", "points", "in_force")

FindOffer = Callable[[str, date], Offer | None]
"""Gives the offer with an id, or the version of a series on a day."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the text says of one party on one day (用例). `gap` is part of what is said of the distance, or empty.

    `points` are the least and the most of the score (分) where one is expected; `in_force` is False where the offer
    is expected not to be in force on the day. `line` is that of the file on which the case stands.
    """

    name: str
    offer: Offer
    at: date
    party: Values
    state: State
    gap: str = ""
    points: tuple[Decimal, Decimal] | None = None
    in_force: bool = True
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case, run (用例结果): the faults in Chinese, each with what was expected and found; none: it passed."""

    case: Case
    eligibility: Eligibility
    faults: tuple[str, ...]


def offers_by_name(offers: Mapping[str, Offer]) -> FindOffer:
    """Make the look-up of a case's offer: by its id, else the version of the series that is in force on the day."""
    return lambda name, at: offers.get(name) or version_on(offers.values(), name, at)


def read_cases(name: str, content: bytes, find_offer: FindOffer) -> tuple[Case, ...]:
    """Read a file of cases from its bytes; raises `InvalidCatalogue` with all faults at once (up to 20)."""
    items = read_plain(name, content)
    if not isinstance(items, list) or not items:
        raise InvalidCatalogue(
            where=name, found="顶层不是用例的列表", expected="逐条以 - 开头的用例", remedy="参照 docs/rule-packs.md"
        )
    cases: dict[str, Case] = {}
    faults: dict[object, InvalidCatalogue] = {}
    for entry in _entries(name, items):
        try:
            case = _case(entry, name, cases, find_offer)
        except InvalidCatalogue as fault:
            base = entry.data.get("like")
            faults[entry.data.get("name") or entry.where] = fault if base in cases else faults.get(base, fault)
        else:
            cases[case.name] = case
    if faults:
        raise together(dict.fromkeys(faults.values()))
    return tuple(cases.values())


def run_case(case: Case) -> Outcome:
    """Evaluate a case's party on its day and compare the answer with the one expected."""
    eligibility = evaluate(case.offer.criteria, at_date(derive(case.party), case.at))
    checks = (_wrong_force(case), _wrong_state(case, eligibility), _wrong_gap(case, eligibility))
    faults = (*checks, _wrong_points(case, eligibility))
    return Outcome(case, eligibility, tuple(fault for fault in faults if fault))


def _entries(name: str, items: list[Plain]) -> Iterator[Entry]:
    for place, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise InvalidCatalogue(
                where=name, found=f"第 {place} 例为 {item!r}", expected="键值表", remedy="改为 {键: 值} 的写法"
            )
        yield Entry(f"{name} 的 {item.get('name') or f'第 {place} 例'}", item)


def _case(entry: Entry, file: str, earlier: Mapping[str, Case], find_offer: FindOffer) -> Case:
    entry.only(*_KEYS)
    base = _base(entry, earlier)
    entry.require("name", "state", *(() if base else ("offer", "at", "party")))
    if entry.text("name") in earlier:
        raise entry.fault(f"用例名 {entry.text('name')!r} 重复", "文件内每例一个名称", "改名", "name")
    at = entry.day("at") or (base.at if base else date.max)
    return Case(
        name=entry.text("name"),
        offer=_offer(entry, at, find_offer) if "offer" in entry.data or base is None else base.offer,
        at=at,
        party=_party(entry, base.party if base else {}),
        state=entry.choice("state", State),
        gap=entry.text("gap"),
        points=_points(entry),
        in_force=_in_force(entry),
        file=file,
        line=getattr(entry.data, "line", None),
    )


def _base(entry: Entry, earlier: Mapping[str, Case]) -> Case | None:
    name = entry.text("like")
    if name and name not in earlier:
        raise entry.fault(f"前面没有名为 {name!r} 的用例", "本文件中在前的用例名", "改名或调整次序", "like")
    return earlier.get(name)


def _offer(entry: Entry, at: date, find_offer: FindOffer) -> Offer:
    name = entry.text("offer")
    found = find_offer(name, at)
    if found is None:
        raise entry.fault(
            f"资源或系列 {name!r} 在 {at} 没有可用的版本", "目录中的资源编号", "用 rongtong offers list 查看", "offer"
        )
    return found


def _party(entry: Entry, base: Values) -> dict[str, Value]:
    left_out = entry.texts("without")
    for code in left_out:
        if code not in base:
            raise entry.fault(f"without 中的 {code!r} 本来就没有", "所参照用例有的字段", "删去这一项", "without")
    values = {code: value for code, value in base.items() if code not in left_out}
    given = entry.child("party")
    return values | {code: _value(given, code, raw) for code, raw in given.data.items()}


def _value(given: Entry, code: str, raw: object) -> Value:
    try:
        if code in REGISTRY.computed:
            raise given.fault(f"字段 {code!r} 由评分算出", "主体的字段", "改为填写评分所依据的字段", code)
        return check_value(REGISTRY[code], raw)
    except InvalidCatalogue:
        raise
    except MatcherError as error:
        raise given.fault(error.found, error.expected, error.remedy, code) from error


def _points(entry: Entry) -> tuple[Decimal, Decimal] | None:
    raw = entry.data.get("points")
    if raw is None:
        return None
    ends = raw if isinstance(raw, list) else [raw, raw]
    exact = [Decimal(end) for end in ends if isinstance(end, int | Decimal) and not isinstance(end, bool)]
    if len(ends) != 2 or len(exact) != 2:
        raise entry.fault(f"points 为 {raw!r}", "一个分数，或 [最低, 最高]", "写成数字", "points")
    return exact[0], exact[1]


def _in_force(entry: Entry) -> bool:
    raw = entry.data.get("in_force", True)
    if not isinstance(raw, bool):
        raise entry.fault(f"in_force 为 {raw!r}", "true 或 false", "改为其中之一", "in_force")
    return raw


def _wrong_force(case: Case) -> str:
    found = in_force(case.offer, case.at)
    words = {True: "在施行期内", False: "不在施行期内"}
    return "" if found is case.in_force else f"{case.at} 应{words[case.in_force]}，实际{words[found]}"


def _wrong_state(case: Case, eligibility: Eligibility) -> str:
    if eligibility.state is case.state:
        return ""
    reasons = "；".join(_said(eligibility))
    found = STATE_LABELS[eligibility.state] + (f"（{reasons}）" if reasons else "")
    return f"应为 {STATE_LABELS[case.state]}，实为 {found}"


def _wrong_gap(case: Case, eligibility: Eligibility) -> str:
    said = tuple(_said(eligibility))
    if any(case.gap in text for text in said) or not case.gap:
        return ""
    return f"差距应含“{case.gap}”，实为 {'；'.join(said) or '没有差距'}"


def _said(eligibility: Eligibility) -> Iterator[str]:
    """What decided the state: the gaps of what is unmet, else the conditions and the fields that are open."""
    if eligibility.state is State.MET:
        return
    for finding in eligibility.of_state(eligibility.state):
        yield finding.gap or f"{finding.leaf.label}（{REGISTRY[finding.leaf.field].label}）"


def _wrong_points(case: Case, eligibility: Eligibility) -> str:
    if case.points is None:
        return ""
    scores = [finding.score.whole for finding in eligibility.findings if finding.score is not None]
    if any((score.least, score.most) == case.points for score in scores):
        return ""
    found = "、".join(_interval(score.least, score.most) for score in scores)
    return f"得分应为 {_interval(*case.points)}，实为 {found or '没有评分条件'}"


def _interval(least: Decimal, most: Decimal) -> str:
    return f"{plain(least)} 分" if least == most else f"{plain(least)}～{plain(most)} 分"
