"""Events of deals and funds as they come over the wire (项目与基金的记录): one form a kind, told apart by `kind`."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from api.access.viewers import Viewer
from api.schemas import Day, Identifier, Wire, shown
from api.store.deal_rows import Said
from matcher.dealflow import events
from matcher.dealflow.events import MOST_WAN, Choice, DealBody, FundBody
from matcher.dealflow.pipeline import Method, Subject

Money = Annotated[Decimal, Field(ge=0, le=MOST_WAN, decimal_places=6)]
Share = Annotated[Decimal, Field(ge=0, le=100, decimal_places=6)]
Number = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Why = Annotated[str, Field(min_length=1, max_length=2_000)]
Evidence = Annotated[tuple[Identifier, ...], Field(max_length=50)]


class Spoken(Wire):
    """Who says it, in which role, why and on what evidence: what every event has."""

    role: Identifier = Field(description="以流程中的哪一角色或席位办理")
    why: Why = Field(description="事由")
    by: Identifier | None = Field(None, description="经办人；不填为登录的账号。代为登记他人的意见时须写明本人")
    evidence: Evidence = Field((), description="依据材料的编号")

    def said(self, viewer: Viewer, at: datetime) -> Said:
        """Who says it: the account, or whom it writes it down for."""
        return Said(self.by or viewer.name or viewer.role.value, self.role, self.why.strip(), at, self.evidence)


class MoveBody(Spoken):
    """To another stage; back is undoing."""

    model_config = shown(kind="move", role="manager", why="资格审查通过", stage="library")

    kind: Literal["move"]
    stage: Identifier = Field(description="转入的阶段")

    def body(self) -> DealBody:
        """The domain's event."""
        return events.Move(self.stage)


class FilingBody(Spoken):
    """A paper is filed."""

    kind: Literal["document"]
    document: Identifier = Field(description="流程所列的材料")
    passed: StrictBool | None = Field(None, description="结论：通过或不通过；只用于须有结论的材料")

    def body(self) -> DealBody:
        """The domain's event."""
        return events.Filing(self.document, self.passed)


class PlanBody(Spoken):
    """A plan goes to the committee."""

    kind: Literal["plan"]
    subject: Subject = Field(description="投资方案或退出方案")
    method: Method = Field(description="传签或现场会议")
    amount_wan: Money | None = Field(None, description="投资金额（万元）")
    share_pct: Share | None = Field(None, description="全部注资后基金占股（%）")
    largest_other_pct: Share | None = Field(None, description="届时其他股东最大占股（%）")
    instrument: Annotated[str, Field(max_length=200)] = Field("", description="投资方式，流程所列之一")
    concerns: Annotated[tuple[Identifier, ...], Field(max_length=20)] = Field((), description="触及的禁止事项")
    trigger: Annotated[str, Field(max_length=200)] = Field("", description="退出条件，流程所列之一")

    def body(self) -> DealBody:
        """The domain's event."""
        return events.Submission(
            self.subject,
            self.method,
            self.amount_wan,
            self.share_pct,
            self.largest_other_pct,
            self.instrument,
            self.concerns,
            self.trigger,
        )


class VoteBody(Spoken):
    """A vote; the role is the seat."""

    kind: Literal["vote"]
    plan: Number = Field(description="方案的记录序号")
    choice: Choice = Field(description="同意、不同意或弃权")

    def body(self) -> DealBody:
        """The domain's event."""
        return events.Vote(self.plan, self.choice)


class CountBody(Spoken):
    """The votes are counted."""

    kind: Literal["count"]
    plan: Number = Field(description="方案的记录序号")

    def body(self) -> DealBody:
        """The domain's event."""
        return events.Count(self.plan)


class PaymentBody(Spoken):
    """The fund pays."""

    kind: Literal["payment"]
    on: Day = Field(description="注资日期")
    amount_wan: Money = Field(description="注资金额（万元）")
    others_subscribed_wan: Money | None = Field(None, description="其他股东认缴资本（万元）")
    others_paid_wan: Money | None = Field(None, description="其他股东此前实缴资本（万元）")
    share_pct: Share | None = Field(None, description="注资后基金占股（%）")
    largest_other_pct: Share | None = Field(None, description="注资后其他股东最大占股（%）")

    def body(self) -> DealBody:
        """The domain's event."""
        return events.Payment(
            self.on,
            self.amount_wan,
            self.others_subscribed_wan,
            self.others_paid_wan,
            self.share_pct,
            self.largest_other_pct,
        )


class ExitBody(Spoken):
    """Money comes back."""

    kind: Literal["exit"]
    on: Day = Field(description="回款日期")
    proceeds_wan: Money = Field(description="退出回款（万元）")
    cost_wan: Money = Field(description="退出部分的投资成本（万元）")

    def body(self) -> DealBody:
        """The domain's event."""
        return events.Exit(self.on, self.proceeds_wan, self.cost_wan)


class CorrectionBody(Spoken):
    """An event that was recorded wrongly counts no more."""

    kind: Literal["correction"]
    number: Number = Field(description="被更正的记录序号")

    def body(self) -> events.Correction:
        """The domain's event."""
        return events.Correction(self.number)


class TrancheBody(Spoken):
    """A tranche is subscribed."""

    kind: Literal["tranche"]
    on: Day = Field(description="认缴日期")
    subscribed_wan: Money = Field(description="认缴规模（万元）")
    paid_wan: Money = Field(description="其中当日实缴（万元）")

    def body(self) -> FundBody:
        """The domain's event."""
        return events.Tranche(self.on, self.subscribed_wan, self.paid_wan)


class ContributionBody(Spoken):
    """More is paid in."""

    kind: Literal["contribution"]
    on: Day = Field(description="实缴日期")
    amount_wan: Money = Field(description="实缴金额（万元）")

    def body(self) -> FundBody:
        """The domain's event."""
        return events.Contribution(self.on, self.amount_wan)


class CustodyBody(Spoken):
    """A bank keeps the money."""

    kind: Literal["custody"]
    on: Day = Field(description="托管日期")
    bank: Identifier = Field(description="托管银行")

    def body(self) -> FundBody:
        """The domain's event."""
        return events.Custody(self.on, self.bank)


class ExtensionBody(Spoken):
    """The partners extend the fund."""

    kind: Literal["extension"]
    until: Day = Field(description="延长至哪一天")

    def body(self) -> FundBody:
        """The domain's event."""
        return events.Extension(self.until)


class FeeBody(Spoken):
    """The manager's fee of a year."""

    kind: Literal["fee"]
    on: Day = Field(description="计提日期")
    year: Annotated[StrictInt, Field(ge=2000, le=2200)] = Field(description="哪一年的管理费")
    amount_wan: Money = Field(description="金额（万元）")

    def body(self) -> FundBody:
        """The domain's event."""
        return events.Fee(self.on, self.year, self.amount_wan)


DealEventBody = Annotated[
    MoveBody | FilingBody | PlanBody | VoteBody | CountBody | PaymentBody | ExitBody | CorrectionBody,
    Field(discriminator="kind"),
]
FundEventBody = Annotated[
    TrancheBody | ContributionBody | CustodyBody | ExtensionBody | FeeBody | CorrectionBody,
    Field(discriminator="kind"),
]


class FundOpening(Wire):
    """A fund to be opened."""

    pipeline: Identifier = Field(description="流程编号，见 GET /v1/pipelines")
    name: Identifier = Field(description="基金名称")


class DealOpening(Spoken):
    """A deal to be opened in the first stage."""

    pipeline: Identifier = Field(description="流程编号，见 GET /v1/pipelines")
    name: Identifier = Field(description="项目名称")
    fund: Identifier | None = Field(None, description="所属基金的编号；载体入驻等没有基金的流程不填")
    party_id: Identifier | None = Field(None, description="项目企业的主体编号；资格审查按其数据判断")


class CheckBody(Spoken):
    """A check of what the platform knows."""

    check: Identifier = Field(description="流程所列的审查")
    on: Day | None = Field(None, description="按哪一天的数据判断；不填为今天（北京时间）")
    confirmed: Annotated[tuple[Identifier, ...], Field(max_length=100)] = Field(
        (), description="经人工核验的条件名称；只用于需人工核验的条件"
    )


class PipelineBody(Wire):
    """A pipeline of the platform's own."""

    content: Annotated[str, Field(min_length=1, max_length=200_000)] = Field(
        description="流程文件的全文（YAML）；写法见 docs/dealflow.md"
    )
