"""`rongtong deliver`, `export`, `returns`, `outcome`, `funnel`, `reminders`, `report`: lists out, results in."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from api.access.viewers import Viewer
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import now, today
from api.delivery.tracking import Group, followed, late
from api.errors import ImportRefused
from api.store.outcome_rows import OutcomeReport
from api.store.store import Store, open_store
from matcher.errors import InvalidValue
from matcher.learning.funnel import STEPS, Funnel, by_group, funnel
from matcher.learning.outcomes import OUTCOME_LABELS, Event, OutcomeState

Campaign = Annotated[str, typer.Argument(help="活动编号")]
Number = Annotated[int, typer.Argument(help="第几次运行", min=1)]
By = Annotated[str, typer.Option("--by", help="由谁送达或反馈")]
At = Annotated[datetime | None, typer.Option("--at", formats=["%Y-%m-%d"], help="截至哪一天，默认今天（北京时间）")]
Format = Annotated[OutputFormat, typer.Option("--format", help="table 或 json")]


def deliver(context: typer.Context, campaign: Campaign, number: Number, by: By) -> None:
    """登记已批准的名单已推送，办理时限自此起算；可重复执行。"""
    from api.access.audit import Action
    from api.access.auditing import Audit
    from api.delivery.delivering import deliver as push

    with _opened(context) as (store, viewer), store.together():
        _, pushed = push(store, viewer, campaign, number, by, now())
        detail = {"campaign": campaign, "run": number, "pushed": pushed, "by": by}
        Audit(store.audit, now=now).note(viewer, Action.RUN_DELIVERED, purpose=campaign, detail=detail)
    console.print(f"本次推送 {pushed} 个名单项")


def export(
    context: typer.Context,
    campaign: Campaign,
    number: Number,
    out: Annotated[Path, typer.Option("--out", help="写入的文件：.zip 为全部，.xlsx 为名单")],
    institution: Annotated[str | None, typer.Option(help="只要这家机构的名单（.xlsx）；不填为平台总名单")] = None,
) -> None:
    """导出已批准的名单：全部文件的 ZIP，或一份 XLSX。"""
    from api.access.audit import Action
    from api.access.auditing import Audit
    from api.delivery.bundles import bundle, list_file, whole_list
    from api.delivery.lists import lists_of
    from api.delivery.noted import note_export

    with _opened(context) as (store, viewer):
        lists, audit = lists_of(store, viewer, campaign, number), Audit(store.audit, now=now)
        action = Action.BUNDLE_EXPORTED if out.suffix.lower() == ".zip" else Action.LIST_EXPORTED
        note_export(audit, viewer, action, lists, None if action is Action.BUNDLE_EXPORTED else institution)
        if action is Action.BUNDLE_EXPORTED:
            _write(out, bundle(lists))
        elif institution is None:
            _write(out, iter([whole_list(lists)]))
        else:
            _write(out, iter([list_file(lists, institution)[1]]))
    console.print(f"已写入 {out}")


def returns(
    context: typer.Context,
    campaign: Campaign,
    file: Annotated[Path, typer.Argument(help="机构填好的名单（XLSX）")],
    by: By = "机构回传名单",
    dry: Annotated[bool, typer.Option("--dry", help="只试读，不登记")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="有问题的行之外的照样登记")] = False,
    output: Format = OutputFormat.TABLE,
) -> None:
    """登记机构回传的名单；有一处问题即整份不登记，问题逐格列出（退出码 1）。"""
    from api.delivery.receiving import Receiving, receive
    from api.exchange.outcomes import return_document

    if not file.is_file():
        raise ImportRefused(found=f"不存在的文件 {file.name}", expected="填好的名单", remedy="请检查文件名")
    with _opened(context) as (store, viewer):
        report = receive(store, viewer, campaign, file, now(), Receiving(by, dry, partial))
    if output is OutputFormat.JSON:
        print_json(return_document(report))
    else:
        lines = ((item.line, item.column, item.found, item.expected, item.remedy) for item in report.problems)
        if report.problems:
            print_table(("行", "列", "发现", "应为", "处理"), ((str(line), *rest) for line, *rest in lines))
        done = "已登记" if report.written else "未登记，将登记" if not report.problem_count else "未登记，无问题的"
        console.print(
            f"{report.rows} 行，填写 {report.said} 行，早已登记 {report.same} 行，{done} {report.added} 行，"
            f"问题 {report.problem_count} 处"
        )
    if report.problem_count:
        raise typer.Exit(1)


def outcome(
    context: typer.Context,
    campaign: Campaign,
    assignment: Annotated[str, typer.Argument(help="名单编号")],
    state: Annotated[OutcomeState, typer.Argument(help="结果")],
    by: By,
    reason: Annotated[str, typer.Option(help="拒绝或撤回的原因")] = "",
    amount: Annotated[str | None, typer.Option("--amount-wan", help="批准金额（万元）")] = None,
    rate: Annotated[str | None, typer.Option("--rate-pct", help="年利率（%）")] = None,
) -> None:
    """登记一条反馈；同一反馈再登记一次不会重复。"""
    moment = now()
    event = Event(state, moment, by, reason, _decimal(amount), _decimal(rate))
    with _opened(context) as (store, viewer):
        (result,) = store.outcomes.add(viewer, campaign, [OutcomeReport(assignment, event)], moment)
    if result.error is not None:
        raise result.error
    console.print("已登记" if result.state.value == "added" else "早已登记")


def funnel_(
    context: typer.Context,
    campaign: Campaign,
    group_by: Annotated[Group | None, typer.Option(help="institution、industry 或 district")] = None,
    output: Format = OutputFormat.TABLE,
) -> None:
    """漏斗：已推送的名单项走到哪一步。"""
    from api.exchange.outcomes import funnel_document

    with _opened(context) as (store, viewer):
        tracked = [item.tracked for item in followed(store, viewer, campaign)]
    found = {"全部": funnel(tracked)} | ({} if group_by is None else by_group(tracked, group_by.value))
    if output is OutputFormat.JSON:
        print_json({name: funnel_document(item) for name, item in found.items()})
        return
    headings = ("分组", *(OUTCOME_LABELS[step] for step in STEPS), "成功", "被拒", "金额（万元）")
    print_table(headings, (_line(name, item) for name, item in found.items()))


def reminders(context: typer.Context, campaign: Campaign, at: At = None, output: Format = OutputFormat.TABLE) -> None:
    """逾期提醒：逾期未受理、未对接、未决定的名单项；期限以方案为准，未写明的为 1、3、5 个工作日。"""
    from api.access.seeing import Sights
    from api.exchange.outcomes import late_document

    with _opened(context) as (store, viewer):
        found = list(late(followed(store, viewer, campaign), at.date() if at else today()))
        masker = Sights(store, now=now).masker(viewer, {item.pair.seeker_id for item in found})
    if output is OutputFormat.JSON:
        print_json([late_document(item, masker) for item in found])
        return
    rows = (
        (
            item.pair.id,
            item.pair.provider,
            item.pair.seeker_id,
            f"未{OUTCOME_LABELS[item.reminder.due].removeprefix('已')}",
            str(item.reminder.deadline.day),
            f"{item.reminder.late_days} 个工作日",
        )
        for item in found
    )
    print_table(("名单编号", "机构", "主体", "逾期事项", "期限", "已逾期"), rows)


def report(
    context: typer.Context,
    campaign: Campaign,
    out: Annotated[Path, typer.Option("--out", help="写入的 DOCX 文件")],
    at: At = None,
) -> None:
    """活动报告（DOCX）：数字、图表，以及由数字得出的结论。"""
    from api.delivery.reports import report_of, write_report

    with _opened(context) as (store, viewer):
        made = write_report(report_of(store, viewer, campaign, at.date() if at else today()))
    _write(out, iter([made]))
    console.print(f"已写入 {out}")


@contextmanager
def _opened(context: typer.Context) -> Iterator[tuple[Store, Viewer]]:
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        yield store, Viewer(tenant=settings.tenant)


def _write(out: Path, pieces: Iterator[bytes]) -> None:
    """Write a file aside and rename it: what is there is whole."""
    aside = out.with_name(f".{out.name}.part")
    try:
        with aside.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)


def _decimal(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise InvalidValue(found=f"“{text[:40]}”", expected="数字，如 300 或 3.65", remedy="请改正") from None


def _line(name: str, item: Funnel) -> tuple[str, ...]:
    steps = (str(item.steps[step]) for step in STEPS)
    amount = "未知" if item.amount_wan is None else f"{item.amount_wan:,}"
    return (name or "未知", *steps, str(item.succeeded), str(item.refused), amount)
