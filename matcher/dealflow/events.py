"""What happens to a deal or a fund (事件): who, when, why, on which evidence. Histories are only ever added to.

An event's number is its place in the history, counted from 1. Money is `Decimal` in 万元, to the cent (0.000001).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from matcher.dealflow.pipeline import Method, Subject
from matcher.eligibility.results import State
from matcher.errors import InvalidDeal

CENT_WAN = Decimal("0.000001")
"""One 分 in 万元."""
MOST_WAN = Decimal(10) ** 9
"""No single amount is larger than this (万元)."""
_CHINA = timezone(timedelta(hours=8))


class Choice(StrEnum):
    """A vote (表决意见)."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True)
class Move:
    """To another stage: forward through its gates, or back to undo (阶段变更)."""

    stage: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A document is filed (提交材料); `passed` belongs to a kind that is judged. The last of a kind counts."""

    document: str
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a check and how it came out; `confirmed` where a person verified what data cannot decide."""

    label: str
    state: State
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """A check is made on a day (条件审查); made by `matcher.dealflow.checking.assessed`, never by hand."""

    check: str
    on: date
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Submission:
    """A plan goes to the committee (提交方案): to invest so much for such a share, or to exit on such a ground.

    `share_pct` (%) is the fund's share once all is paid and `largest_other_pct` that of the largest other shareholder;
    `concerns` are prohibitions that the plan was found to touch.
    """

    subject: Subject
    method: Method
    amount_wan: Decimal | None = None
    share_pct: Decimal | None = None
    largest_other_pct: Decimal | None = None
    instrument: str = ""
    concerns: tuple[str, ...] = ()
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote on the plan with that number; the event's role is the seat."""

    plan: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class Count:
    """The votes on a plan are counted (计票); none counts after it."""

    plan: int


@dataclass(frozen=True, slots=True)
class Payment:
    """The fund pays (注资). The other shareholders have subscribed to so much and paid in so much of it before (万元).

    `share_pct` is the fund's share after it and `largest_other_pct` that of the largest other shareholder.
    """

    on: date
    amount_wan: Decimal
    others_subscribed_wan: Decimal | None = None
    others_paid_wan: Decimal | None = None
    share_pct: Decimal | None = None
    largest_other_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """Money comes back (退出): so much, for shares that had cost so much (万元)."""

    on: date
    proceeds_wan: Decimal
    cost_wan: Decimal


@dataclass(frozen=True, slots=True)
class Correction:
    """An event that was recorded wrongly counts no more (更正); it stays in the history. A move is undone by a move."""

    number: int


@dataclass(frozen=True, slots=True)
class Tranche:
    """A tranche of a fund is subscribed (认缴); the first begins its life."""

    on: date
    subscribed_wan: Decimal
    paid_wan: Decimal


@dataclass(frozen=True, slots=True)
class Contribution:
    """More of what was subscribed is paid in (实缴)."""

    on: date
    amount_wan: Decimal


@dataclass(frozen=True, slots=True)
class Custody:
    """A bank keeps the fund's money (托管)."""

    on: date
    bank: str


@dataclass(frozen=True, slots=True)
class Extension:
    """The partners extend the fund's life to a day (延期)."""

    until: date


@dataclass(frozen=True, slots=True)
class Fee:
    """The manager's fee for a calendar year is taken out of the fund (管理费)."""

    on: date
    year: int
    amount_wan: Decimal


DealBody = Move | Filing | Assessment | Submission | Vote | Count | Payment | Exit | Correction
FundBody = Tranche | Contribution | Custody | Extension | Fee | Correction
Body_co = TypeVar("Body_co", bound=DealBody | FundBody, covariant=True)

_EVIDENCED = (Filing, Count, Payment, Exit, Correction, Tranche, Contribution, Custody, Extension)
"""What counts only with a paper to show (尽职免责 asks for the trail)."""


@dataclass(frozen=True, slots=True)
class Event(Generic[Body_co]):
    """One thing that happened: when it was recorded, by whom, in which role, why, on which evidence, and what."""

    at: datetime
    by: str
    role: str
    why: str
    body: Body_co
    evidence: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        """The day in China on which it was recorded."""
        return day_in_china(self.at)


def day_in_china(moment: datetime) -> date:
    """The calendar day in China at an aware moment."""
    return moment.astimezone(_CHINA).date()


DealEvent = Event[DealBody]
FundEvent = Event[FundBody]


def complete(event: DealEvent | FundEvent) -> None:
    """Raise `InvalidDeal` for an event without who, why or evidence, or with an amount or day that cannot be."""
    if event.at.tzinfo is None:
        raise ValueError("a naive moment cannot be ordered")
    for name, text in (("经办人", event.by), ("角色", event.role), ("事由", event.why)):
        if not text.strip():
            raise InvalidDeal(found=f"没有写{name}", expected="写明经办人、角色和事由", remedy=f"请补上{name}")
    if isinstance(event.body, _EVIDENCED) and not any(item.strip() for item in event.evidence):
        raise InvalidDeal(found="没有附依据材料", expected="至少一份依据材料的编号", remedy="请补上材料编号")
    for name in event.body.__slots__:
        _figure(name, getattr(event.body, name))
    on = getattr(event.body, "on", None)
    if on is not None and on > event.day:
        raise InvalidDeal(found=f"日期 {on} 晚于记录日 {event.day}", expected="已发生的日期", remedy="请改正日期")


def _figure(name: str, value: object) -> None:
    """Check one figure: money to the cent and not negative, a share between 0 and 100 %."""
    if not isinstance(value, Decimal):
        return
    most = Decimal(100) if name.endswith("_pct") else MOST_WAN
    if not value.is_finite() or not 0 <= value <= most or value != value.quantize(CENT_WAN):
        raise InvalidDeal(
            found=f"{LABELS[name]}为 {value}", expected=f"0 到 {most}，不多于六位小数", remedy=f"请改正{LABELS[name]}"
        )


LABELS = {
    "amount_wan": "金额（万元）",
    "share_pct": "基金占股（%）",
    "largest_other_pct": "其他股东最大占股（%）",
    "others_subscribed_wan": "其他股东认缴资本（万元）",
    "others_paid_wan": "其他股东实缴资本（万元）",
    "proceeds_wan": "退出回款（万元）",
    "cost_wan": "退出部分的投资成本（万元）",
    "subscribed_wan": "认缴规模（万元）",
    "paid_wan": "实缴金额（万元）",
}
"""Chinese labels of an event's figures."""
