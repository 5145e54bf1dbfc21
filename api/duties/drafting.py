"""Drafts of reports (报送草稿) from the platform's records: what is known is filled in, what is not is named.

工信厅联企业函〔2019〕92号 三（二）（六） gives titles and contents of 《工作动态信息》 and 《载体绩效目标表》, not the
printed forms of its annexes 1 and 2: sections are those of the text, the table's columns are an assumption.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from api.access.viewers import Viewer
from api.deals.desk import DealDesk, FundSeen
from api.duties.goals import Goal, goals_of
from api.exchange.decimals import plain
from api.store.store import Store
from matcher.dealflow.duties import Every, Occasion
from matcher.dealflow.events import day_in_china
from matcher.dealflow.state import ZERO
from matcher.errors import InvalidDeal
from matcher.fields import PartyKind
from matcher.learning.outcomes import OUTCOME_LABELS, Event, OutcomeState
from matcher.parties import Party

LACKING = "待补充"
"""What stands in a cell of which nothing is known."""
FORM_NOTE = "栏目按工信厅联企业函〔2019〕92号正文拟定；附件1、附件2的原表未取得，报送前请对照原表。"
SYNTHETIC_NOTE = "本草稿含虚构的演示数据，不得报送。"
_MONTHS = {Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}
_AMOUNTS = (OutcomeState.FUNDED, OutcomeState.INVESTED)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: its heading, sentences from the records, and what people must add."""

    heading: str
    lines: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A report half done: sections, the table of goals (empty for a fund's manager), whether records are invented."""

    platform: str
    title: str
    occasion: Occasion
    first: date
    sections: tuple[Section, ...]
    goals: tuple[Goal, ...]
    synthetic: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """Everything that must be added by hand, each cell by its name."""
        cells = (
            f"{goal.carrier}：{goal.indicator}（{column}）"
            for goal in self.goals
            for column, value in (("目标", goal.target), ("完成", goal.value))
            if value is None
        )
        return (*(f"{item.heading}：{name}" for item in self.sections for name in item.missing), *cells)


def draft_of(store: Store, deals: DealDesk, viewer: Viewer, occasion: Occasion) -> Draft:
    """Gather what the records say of a duty's period. Raises `InvalidDeal` for a duty that nothing is drafted for."""
    duty, last = occasion.duty, occasion.ended
    if duty.every not in _MONTHS:
        raise InvalidDeal(found=f"“{duty.label}”没有草稿", expected="按季度、半年或年度报送的事项", remedy="请另行拟稿")
    first = date(last.year, last.month - _MONTHS[duty.every] + 1, 1)
    platform = next((item.name for item in store.tenants.list() if item.id == viewer.tenant), viewer.tenant)
    if duty.id.startswith("fund."):
        found = tuple(deals.fund(viewer, item.id) for item, _ in deals.funds(viewer))
        sections, carriers = _fund_sections(found, first, last), []
    else:
        carriers = [party for batch in store.parties.iterate(viewer, PartyKind.CARRIER) for _, party in batch]
        carriers = [party for party in carriers if party.tenant == viewer.tenant]
        sections = _work_sections(store, viewer, carriers, first, last)
    goals = goals_of(store, viewer, carriers, first, last)
    synthetic = any(party.synthetic for party in carriers)
    return Draft(platform, f"{duty.label}（{occasion.period}）", occasion, first, sections, goals, synthetic)


def _work_sections(store: Store, viewer: Viewer, carriers: list[Party], first: date, last: date) -> tuple[Section, ...]:
    events = list(_told(store, viewer, first, last))
    kinds = Counter(str(party.values.get("carrier_kind", "类型未填")) for party in carriers)
    begun = [item for item in store.campaigns.list(viewer) if first <= day_in_china(item.created) <= last]
    progress = (
        f"平台登记载体 {len(carriers)} 家"
        + "".join(f"，{kind} {count} 家" for kind, count in sorted(kinds.items()))
        + "。",
        f"本期新建对接活动 {len(begun)} 项" + (f"：{'、'.join(item.name for item in begun)}" if begun else "") + "。",
    )
    return (
        Section("一、工作进展情况", progress, ("区内政策统筹、区内和跨区资源服务对接的情况",)),
        Section("二、目标指标完成情况", ("见《载体绩效目标表》。",), () if carriers else ("平台没有登记载体",)),
        Section("三、实施成效", *_results(events)),
        Section("四、典型案例、经验做法", (), ("典型案例", "经验做法")),
    )


def _told(store: Store, viewer: Viewer, first: date, last: date) -> Iterator[Event]:
    for campaign in store.campaigns.list(viewer):
        for history in store.outcomes.histories(viewer, campaign.id).values():
            yield from (event for event in history if first <= day_in_china(event.at) <= last)


def _results(events: list[Event]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was told in the period; nothing told is not nothing done, and an amount not told is named."""
    if not events:
        return ("平台本期没有对接结果的登记。",), ("对接结果",)
    counts = Counter(event.state for event in events)
    lines = ["本期登记：" + "，".join(f"{OUTCOME_LABELS[s]} {counts[s]} 项" for s in OutcomeState if counts[s]) + "。"]
    missing = []
    for state in _AMOUNTS:
        known = [event.amount_wan for event in events if event.state is state and event.amount_wan is not None]
        if known:
            lines.append(f"{OUTCOME_LABELS[state]}金额 {plain(sum(known, ZERO))} 万元（{len(known)} 项）。")
        if len(known) < counts[state]:
            missing.append(f"{counts[state] - len(known)} 项{OUTCOME_LABELS[state]}的金额")
    return tuple(lines), tuple(missing)


def _fund_sections(funds: tuple[FundSeen, ...], first: date, last: date) -> tuple[Section, ...]:
    return (
        Section("一、基金运营情况", tuple(_fund_line(item, first, last) for item in funds), ("财务报表", "重大事项")),
        Section(
            "二、项目投后进展情况",
            tuple(
                f"{fund.record.name}：{deal.record.name}，现为“{deal.pipeline.stages[deal.state.stage].label}”，"
                f"累计已投 {plain(deal.state.paid_wan)} 万元。"
                for fund in funds
                for deal in fund.deals
                if deal.state.paid_wan
            ),
            ("各项目的经营进展",),
        ),
    )


def _fund_line(fund: FundSeen, first: date, last: date) -> str:
    paid = [x.payment for deal in fund.deals for x in deal.state.payments if first <= x.payment.on <= last]
    exits = [x for deal in fund.deals for _, x in deal.state.exits if first <= x.on <= last]
    invested = sum((item.amount_wan for item in paid), ZERO)
    returned = sum((item.proceeds_wan for item in exits), ZERO)
    return (
        f"{fund.record.name}：认缴 {plain(fund.book.subscribed_wan)} 万元，实缴 {plain(fund.book.paid_in_wan)} 万元；"
        f"本期投资 {len(paid)} 笔 {plain(invested)} 万元，退出回款 {len(exits)} 笔 {plain(returned)} 万元。"
    )
