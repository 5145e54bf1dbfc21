"""Pipelines (流程): stages, gates, roles, documents, votes and limits, as a text states them.

Every part says what it rests on: the article and its words, or, where the text is silent, the assumption made instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from matcher.eligibility.criteria import Criterion


class PipelineKind(StrEnum):
    """What a pipeline leads to (流程类型): an investment of a fund, or a place in a carrier."""

    FUND = "fund"
    ADMISSION = "admission"


class GateKind(StrEnum):
    """What a stage may ask for before it is entered (门槛)."""

    DOCUMENT = "document"
    CHECK = "check"
    VOTE = "vote"
    PAID = "paid"
    EXITED = "exited"


class Subject(StrEnum):
    """What a committee decides on (表决事项)."""

    INVESTMENT = "investment"
    EXIT = "exit"


SUBJECT_LABELS = {Subject.INVESTMENT: "投资方案", Subject.EXIT: "退出方案"}


class Method(StrEnum):
    """How a committee votes (表决方式): by circulated papers (传签) or at a meeting (现场会议)."""

    CIRCULATION = "circulation"
    MEETING = "meeting"


class Revote(StrEnum):
    """Which of a seat's votes counts (改票): the last before the count, or the first, which then stands."""

    LAST = "last"
    FIRST = "first"


class Phase(StrEnum):
    """Phases of a fund's life (基金阶段)."""

    INVESTMENT = "investment"
    EXIT = "exit"
    EXTENSION = "extension"
    LIQUIDATION = "liquidation"


class FeeBase(StrEnum):
    """What a yearly fee is a share of (管理费基数); nothing where none is charged."""

    SUBSCRIBED = "subscribed"
    UNEXITED_COST = "unexited_cost"
    NONE = "none"


class TermUnit(StrEnum):
    """How a deadline is counted (期限单位)."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a part rests on (依据): article and quote; `assumption` where the text is silent or ambiguous."""

    article: str = ""
    quote: str = ""
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """Anything of a pipeline with a code, a Chinese label and a basis: a role, a seat, a prohibition."""

    id: str
    label: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A document that may be filed (材料), and by whom. One that is `judged` says passed or not (通过、不通过)."""

    id: str
    label: str
    by: frozenset[str]
    judged: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class Check:
    """Conditions on the enterprise (条件审查), evaluated by `matcher.eligibility`; `offer` names whose they are."""

    id: str
    label: str
    by: frozenset[str]
    criteria: Criterion
    offer: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be there before a stage is entered or money is paid; `name` is a document, a check or a subject."""

    kind: GateKind
    name: str
    label: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may take (期限): so many days, working days (with 调休) or months after it began."""

    count: int
    unit: TermUnit
    basis: Basis


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage (阶段): who moves a deal into it, through which gates, where it may go on to, and by when.

    `pays` lets money be paid in it and `exits` lets it come back; a `final` stage ends the deal.
    """

    id: str
    label: str
    by: frozenset[str]
    next: tuple[str, ...]
    gates: tuple[Gate, ...]
    deadline: Term | None
    pays: bool
    exits: bool
    final: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class Committee:
    """Who decides (投资决策委员会): seats with one vote each, observers with none, the yes votes needed.

    Papers may be circulated up to `circulation_max_wan` (万元, included), above there must be a meeting; None: no rule.
    `stages` says in which stage each subject is put to the vote.
    """

    seats: tuple[Named, ...]
    observers: tuple[Named, ...]
    needed: int
    counted_by: frozenset[str]
    revote: Revote
    circulation_max_wan: Decimal | None
    stages: Mapping[Subject, str]
    bases: Mapping[str, Basis]


@dataclass(frozen=True, slots=True)
class PhaseTerms:
    """A phase of a fund (基金阶段): its months (None: as the partners decide), investing, rolling, the yearly fee (%).

    `rolling`: what comes back from exits may be invested again.
    """

    phase: Phase
    months: int | None
    invests: bool
    rolling: bool
    fee_pct: Decimal
    fee_base: FeeBase
    basis: Basis


@dataclass(frozen=True, slots=True)
class FundTerms:
    """What a fund may do (基金条款), money in 万元, shares in %; None: the text sets no such limit.

    `consent` is the document that lifts `project_max_wan` for one plan; `in_step` asks that the fund pays no sooner
    than the other shareholders; `custody` that a bank keeps the money. `bases` are by the name of the limit.
    """

    size_wan: Decimal | None
    first_tranche_wan: Decimal | None
    project_max_wan: Decimal | None
    consent: str
    share_max_pct: Decimal | None
    never_largest: bool
    in_step: bool
    custody: bool
    instruments: tuple[Named, ...]
    prohibitions: tuple[Named, ...]
    payment_gates: tuple[Gate, ...]
    paid_by: frozenset[str]
    phases: tuple[PhaseTerms, ...]
    bases: Mapping[str, Basis]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A ground on which an exit may begin (退出条件); `criteria` are met where the enterprise's data show it."""

    id: str
    label: str
    criteria: Criterion | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline (流程) as its file states it; `version` changes with any byte of the file."""

    id: str
    name: str
    kind: PipelineKind
    offer: str
    document: str
    version: str
    roles: Mapping[str, Named]
    documents: Mapping[str, DocumentKind]
    checks: Mapping[str, Check]
    stages: Mapping[str, Stage]
    committee: Committee | None
    fund: FundTerms | None
    triggers: Mapping[str, Trigger]
    assumptions: tuple[str, ...]

    @property
    def first(self) -> Stage:
        """The stage in which a deal begins."""
        return next(iter(self.stages.values()))

    def label_of(self, role: str) -> str:
        """A role's Chinese label; the code itself for one that the pipeline does not know."""
        return self.roles[role].label if role in self.roles else role
