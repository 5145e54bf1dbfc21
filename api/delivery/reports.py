"""The report of a campaign (活动报告): its numbers, charts, and what they mean in sentences that follow from them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH

from api.access.viewers import Viewer
from api.campaigns.planning import plan_of
from api.delivery.charts import BarChart, add_chart
from api.delivery.findings import findings, group_lines, named, step_lines
from api.delivery.tracking import GROUP_LABELS, Group, followed, late
from api.delivery.word import add_paragraph, add_table, new_document, readable, saved
from api.store.campaign_rows import Campaign
from api.store.store import Store
from matcher.campaigns.plan import Plan
from matcher.learning.funnel import STEPS, Funnel, by_group, funnel
from matcher.learning.outcomes import OUTCOME_LABELS

_MOST_GROUPS = 12
SYNTHETIC_NOTE = "本报告含虚构的演示数据或模拟的反馈，不代表任何机构或企业的真实情况。"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is made from; `late` counts lapsed promises."""

    platform: str
    campaign: Campaign
    plan: Plan
    at: date
    whole: Funnel
    groups: dict[Group, dict[str, Funnel]]
    late: int
    synthetic: bool


def report_of(store: Store, viewer: Viewer, campaign: str, at: date) -> Report:
    """Gather the numbers of a campaign. Raises `UnknownCampaign`."""
    found = store.campaigns.get(viewer, campaign)
    pairs = followed(store, viewer, campaign)
    tracked = [item.tracked for item in pairs]
    platform = next((item.name for item in store.tenants.list() if item.id == viewer.tenant), viewer.tenant)
    return Report(
        platform=platform,
        campaign=found,
        plan=plan_of(found.plan),
        at=at,
        whole=funnel(tracked),
        groups={group: by_group(tracked, group.value) for group in Group},
        late=sum(1 for _ in late(pairs, at)),
        synthetic=any(item.pair.synthetic for item in pairs),
    )


def write_report(report: Report) -> bytes:
    """The report as DOCX; the same report is the same bytes."""
    name = readable(report.campaign.name)
    made = datetime(report.at.year, report.at.month, report.at.day)  # noqa: DTZ001  # files hold no zone
    document = new_document(f"{name}活动报告", readable(report.platform), name, made)
    document.add_paragraph(f"{name}活动报告", style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_opening(document, report)
    _heading(document, "一、总体情况")
    for sentence in findings(report.whole, report.groups, report.late):
        add_paragraph(document, readable(sentence))
    if report.whole.steps[STEPS[0]]:
        add_chart(document, _steps_chart(report.whole), 1, made)
        add_table(document, ("步骤", "名单项", "占已推送"), step_lines(report.whole), of_numbers=True)
        _add_groups(document, report, made)
    return saved(document)


def _add_opening(document: Any, report: Report) -> None:
    plan = report.plan
    if report.synthetic:
        add_paragraph(document, SYNTHETIC_NOTE, bold=True)
    clause = plan.basis
    add_paragraph(
        document,
        readable(
            f"为{plan.purpose}，依据《{clause.document}》{clause.article}开展本次活动，起止日期 {plan.starts} 至 "
            f"{plan.ends}。以下数字截至 {report.at}。"
        ),
    )


def _add_groups(document: Any, report: Report, made: datetime) -> None:
    for number, (numeral, (group, funnels)) in enumerate(zip("二三四", report.groups.items(), strict=True), 2):
        label = GROUP_LABELS[group]
        _heading(document, f"{numeral}、按{label}")
        shown = dict(list(funnels.items())[:_MOST_GROUPS])
        names = tuple(readable(named(value)) for value in shown)
        pushed = tuple(float(item.steps[STEPS[0]]) for item in shown.values())
        add_chart(document, BarChart(f"各{label}已推送的名单项（个）", names, pushed), number, made)
        headings = (label, "已推送", "已受理", "已批准", "成功", "金额（万元）")
        add_table(document, headings, group_lines(shown), of_numbers=True)
        if len(funnels) > len(shown):
            add_paragraph(document, f"只列已推送最多的 {len(shown)} 个，另有 {len(funnels) - len(shown)} 个未列。")


def _steps_chart(whole: Funnel) -> BarChart:
    names = (*(OUTCOME_LABELS[step] for step in STEPS), "成功")
    values = (*(float(whole.steps[step]) for step in STEPS), float(whole.succeeded))
    return BarChart("名单项到过的步骤（个）", names, values)


def _heading(document: Any, text: str) -> None:
    document.add_paragraph(text, style="Heading 1")
