"""`rongtong campaign pairs` and `left-out`: who is on the lists of a run, and who is on none, from a terminal."""

from typing import Annotated

import typer

from api.cli.campaigns import Campaign, Format, Number, opened
from api.cli.rendering import OutputFormat, console, print_json, print_table

Limit = Annotated[int, typer.Option(help="最多列出多少项", min=1, max=100_000)]


def pairs(
    context: typer.Context,
    campaign: Campaign,
    number: Number,
    waiting: Annotated[bool, typer.Option("--waiting", help="只看待批准的补位")] = False,
    institution: Annotated[str | None, typer.Option(help="只看这家机构的")] = None,
    limit: Limit = 100,
    output: Format = OutputFormat.TABLE,
) -> None:
    """列出一次运行的名单项，按资源和名次；批准前逐项查看，补位后用 --waiting 只看新补入的。"""
    from api.campaigns.questions import require_decided
    from api.exchange.campaigns import STATUS_LABELS, assignment_document
    from api.store.campaign_rows import AssignmentStatus
    from matcher.eligibility.results import STATE_LABELS, State

    status = AssignmentStatus.PROPOSED if waiting else None
    with opened(context) as (services, viewer):
        asked = require_decided(services.store.campaigns.run(viewer, campaign, number))
        found, count = services.store.campaigns.page(asked, institution, 0, limit, status=status)
    if output is OutputFormat.JSON:
        print_json([assignment_document(row) for row in found])
        return
    print_table(
        ("名单编号", "资源", "名次", "主体", "名称", "匹配度", "资格", "状态"),
        (
            (
                row.id,
                row.offer_id,
                str(row.rank),
                row.seeker_id,
                str(row.match["seeker"]["name"]),
                f"{row.points / 100:.2f}",
                STATE_LABELS[State(row.eligibility)],
                STATUS_LABELS[row.status],
            )
            for row in found
        ),
    )
    if count > limit:
        console.print(f"共 {count:,} 项，只列出前 {limit:,} 项")


def left_out(
    context: typer.Context,
    campaign: Campaign,
    number: Number,
    limit: Limit = 100,
    output: Format = OutputFormat.TABLE,
) -> None:
    """列出没有进入任何名单的主体及其最近的机会，差得最少的在前。"""
    from api.campaigns.left_out import left_out as find
    from api.exchange.campaigns import chance_document

    with opened(context) as (services, viewer):
        asked = services.store.campaigns.run(viewer, campaign, number)
        found, count = find(services.campaigns, viewer, asked, 0, limit)
    if output is OutputFormat.JSON:
        print_json([chance_document(chance) for chance in found])
        return
    rows = ((item.seeker_id, item.seeker_name, item.offer.id, item.offer.name, _points(item.lacking)) for item in found)
    print_table(("主体", "名称", "最近的机会", "资源名称", "差（分）"), rows)
    none = int(asked.counts["seekers"]) - int(asked.counts["with_candidates"])
    console.print(f"有候选而未列入的 {count:,} 家；范围内没有任何候选的 {none:,} 家（用 why 逐一查看原因）")


def _points(lacking: int | None) -> str:
    return "—" if lacking is None else f"{lacking / 100:.2f}"
