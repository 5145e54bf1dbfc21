"""A fund and a deal to walk through the Kunshan pipeline; every name and figure here is invented."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from matcher.catalogue.loader import load_catalogue
from matcher.dealflow.checking import assessed
from matcher.dealflow.deciding import admitted
from matcher.dealflow.events import (
    Choice,
    Contribution,
    Count,
    Custody,
    DealBody,
    DealEvent,
    Event,
    Exit,
    Filing,
    FundBody,
    FundEvent,
    Move,
    Payment,
    Submission,
    Tranche,
    Vote,
)
from matcher.dealflow.funding import entered
from matcher.dealflow.funds import Book
from matcher.dealflow.pipeline import Method, Pipeline, Subject
from matcher.dealflow.reading import built_in
from matcher.dealflow.state import DealState, state_of
from matcher.fields import Value

KUNSHAN = "pipeline.kunshan-angel"
MORNING = datetime(2026, 1, 5, 1, tzinfo=UTC)
LATER = datetime(2040, 1, 1, tzinfo=UTC)
"""When the fund's own entries are recorded: what they tell of lies before."""
SEATS = ("seat_talent_office", "seat_finance", "seat_science", "seat_itri_1", "seat_itri_2")
OBSERVERS = ("observer_ketd", "observer_knd", "observer_huaqiao")
FIT: Mapping[str, Value] = {
    "region": "320583",
    "is_independent_legal_person": True,
    "is_local_leading_industry": True,
    "invention_patents": 3,
    "has_own_ip": True,
    "headcount": 40,
    "tech_staff_pct": Decimal(50),
    "has_clear_equity": True,
    "is_group_subsidiary": False,
    "revenue_wan": Decimal(300),
    "rd_expense_wan": Decimal(80),
    "founded_on": date(2024, 3, 1),
}
STAGES = (
    "application", "qualification", "library", "research", "initiation", "diligence", "decision", "implementation",
    "post", "exit", "exited",
)  # fmt: skip


@cache
def pipelines() -> dict[str, Pipeline]:
    return built_in(load_catalogue().offers)


def kunshan() -> Pipeline:
    return pipelines()[KUNSHAN]


def wan(amount: str | int) -> Decimal:
    return Decimal(amount)


def a_plan(amount: str | int = 300, **changed: object) -> Submission:
    said = {"share_pct": Decimal(10), "largest_other_pct": Decimal(60), "instrument": "equity"}
    circulated = Method.CIRCULATION if wan(amount) <= 300 else Method.MEETING
    return Submission(Subject.INVESTMENT, **{"method": circulated, "amount_wan": wan(amount), **said, **changed})


def an_exit_plan(trigger: str = "moved_out") -> Submission:
    return Submission(Subject.EXIT, Method.MEETING, trigger=trigger)


def a_payment(amount: str | int = 300, on: date = date(2026, 2, 1), **changed: object) -> Payment:
    others = {"others_subscribed_wan": wan(900), "others_paid_wan": wan(900)}
    shares = {"share_pct": Decimal(10), "largest_other_pct": Decimal(60)}
    return Payment(on, wan(amount), **{**others, **shares, **changed})


class Deal:
    """A deal under way, with its fund; each step that is allowed is added, each other raises and changes nothing."""

    def __init__(self, pipeline: Pipeline | None = None, book: Book | None = None, name: str = "d-1") -> None:
        self.pipeline, self.name = pipeline or kunshan(), name
        self.book = a_fund() if book is None else book
        self.history: tuple[DealEvent, ...] = ()
        self.now = MORNING

    def add(
        self, role: str, body: DealBody, *, by: str = "", why: str = "按流程办理", on: datetime | None = None
    ) -> int:
        self.now = on or self.now + timedelta(hours=1)
        event = Event(self.now, by or f"{role} 经办", role, why, body, ("材料-1",))
        self.history = admitted(self.pipeline, self.history, event, self.name, self.book)
        return len(self.history)

    @property
    def state(self) -> DealState:
        return state_of(self.pipeline, self.history)

    def file(self, document: str, *, passed: bool | None = None) -> int:
        kind = self.pipeline.documents[document]
        said = True if kind.judged and passed is None else passed
        return self.add(sorted(kind.by)[0], Filing(document, said))

    def vote(self, plan: int, yes: int = 5, no: int = 0) -> None:
        for place, seat in enumerate(SEATS[: yes + no]):
            self.add(seat, Vote(plan, Choice.YES if place < yes else Choice.NO))

    def decide(self, plan: Submission, yes: int = 5, no: int = 0) -> int:
        number = self.add("manager", plan)
        self.vote(number, yes, no)
        self.add("manager", Count(number))
        return number

    def to(self, stage: str, plan: Submission | None = None) -> "Deal":
        """Walk on to a stage, with all that each stage on the way asks for."""
        begun = STAGES.index(self.state.stage) + 1 if self.state.stage else 0
        for name in STAGES[begun : STAGES.index(stage) + 1]:
            self.prepare(name, plan)
            self.add("manager", Move(name))
        return self

    def prepare(self, stage: str, plan: Submission | None = None) -> None:
        for document in PAPERS.get(stage, ()):
            self.file(document)
        if stage == "library":
            self.add("manager", assessed(self.pipeline.checks["qualification"], FIT, self.now.date()))
        elif stage == "implementation":
            self.decide(plan or a_plan())
            if plan is not None and plan.amount_wan is not None and plan.amount_wan > 500:
                self.file("sasac_consent")
            self.file("agreement")
        elif stage == "post":
            self.now = max(self.now, datetime(2026, 2, 1, tzinfo=UTC))
            self.add("manager", a_payment(100))
        elif stage == "exit":
            self.decide(an_exit_plan())
        elif stage == "exited":
            self.add("manager", Exit(self.now.date(), wan(500), self.state.cost_wan))


PAPERS = {
    "qualification": ("application", "local_review"),
    "initiation": ("research",),
    "diligence": ("partner_advice", "approval"),
    "decision": ("dd_business", "dd_legal", "dd_finance", "expert_review"),
}


def fund_event(body: FundBody, at: datetime = LATER) -> FundEvent:
    return Event(at, "管理人 经办", "manager", "按基金账登记", body, ("凭证-1",))


def booked(book: Book, *bodies: FundBody, at: datetime = LATER, pipeline: Pipeline | None = None) -> Book:
    for body in bodies:
        book = entered(pipeline or kunshan(), book, fund_event(body, at))
    return book


def a_fund(begun: date = date(2026, 1, 1)) -> Book:
    return booked(Book(), Tranche(begun, wan(5000), wan(5000)), Custody(begun, "某商业银行"))


def a_tranche(on: date, amount: int, paid: int = 0) -> tuple[FundBody, ...]:
    more = (Contribution(on, wan(paid)),) if paid else ()
    return (Tranche(on, wan(amount), wan(0)), *more)
