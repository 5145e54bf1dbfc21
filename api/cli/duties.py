"""`rongtong duties`: what must be reported by when, drafts of it, what was sent."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.viewers import Viewer
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import now, today
from api.deals.desk import DealDesk
from api.duties.desk import DutyDesk, DutySeen
from api.duties.drafting import draft_of
from api.duties.papers import write_goals, write_report
from api.errors import InvalidSettings
from api.exchange.duties import draft_document, duty_document
from api.store.duties import Done, DutyStep
from api.store.store import Store, open_store

duties_app = typer.Typer(add_completion=False, no_args_is_help=True, help="报送：到期与逾期、草稿、已报送")
DutyId = Annotated[str, typer.Argument(help="报送事项的编号")]
Period = Annotated[str, typer.Argument(help="期间，如 2026年第三季度")]
Format = Annotated[OutputFormat, typer.Option("--format", help="table 或 json")]
Since = Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="期间在这一天或之后结束的")]
BY = "命令行"


@dataclass(frozen=True, slots=True)
class _Bench:
    store: Store
    desk: DutyDesk
    viewer: Viewer


@duties_app.command("list")
def list_(
    context: typer.Context,
    since: Since = None,
    who: Annotated[str | None, typer.Option("--who", help="只要这一报送主体的，如 实体经济开发区")] = None,
    output: Format = OutputFormat.TABLE,
) -> None:
    """期间已经结束的报送事项，未报送的在前，最急的最先。"""
    first = since.date() if since else today() - timedelta(days=400)
    with _opened(context) as bench:
        found = bench.desk.due(bench.viewer, first, today(), who=who)
    if output is OutputFormat.JSON:
        print_json([duty_document(item) for item in found])
        return
    print_table(("编号", "期间", "事项", "报送", "截止", "情况"), (_line(item) for item in found))


@duties_app.command()
def draft(
    context: typer.Context,
    duty: DutyId,
    period: Period,
    out: Annotated[Path | None, typer.Option("--out", help="写入 .docx（报告）或 .xlsx（绩效目标表）")] = None,
) -> None:
    """由平台记录填写草稿，并列出待补充的内容；不给 --out 则打印 JSON。"""
    with _opened(context) as bench:
        seen = bench.desk.one(bench.viewer, duty, period)
        made = draft_of(bench.store, DealDesk(bench.store, now=now), bench.viewer, seen.occasion)
        if out is None:
            print_json(draft_document(made))
            return
        writers = {".docx": write_report, ".xlsx": write_goals}
        if out.suffix not in writers:
            raise InvalidSettings(found=f"--out {out.name}", expected=".docx 或 .xlsx 文件", remedy="请改文件名")
        out.write_bytes(writers[out.suffix](made))
        _note(bench, seen, Done.DRAFTED, BY, out.suffix[1:].upper(), today())
    console.print(f"已写入 {out}；待补充 {len(made.missing)} 处", markup=False)
    for name in made.missing:
        console.print(f"  · {name}", markup=False)


@duties_app.command()
def sent(
    context: typer.Context,
    duty: DutyId,
    period: Period,
    how: Annotated[str, typer.Option("--how", help="怎样报送，如 电子版及纸质盖章一式两份")],
    by: Annotated[str, typer.Option("--by", help="经办人")] = BY,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="报送日期，默认今天")] = None,
) -> None:
    """登记已报送。"""
    with _opened(context) as bench:
        seen = bench.desk.one(bench.viewer, duty, period)
        noted = _note(bench, seen, Done.SENT, by, how, on.date() if on else today())
    late = "（逾期）" if noted.late else ""
    console.print(f"已登记：{noted.occasion.duty.label}，{period}{late}", markup=False)


@contextmanager
def _opened(context: typer.Context) -> Iterator[_Bench]:
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        yield _Bench(store, DutyDesk(store, now=now), Viewer(settings.tenant))


def _note(bench: _Bench, seen: DutySeen, kind: Done, by: str, how: str, on: date) -> DutySeen:
    duty, period = seen.occasion.duty.id, seen.occasion.period
    noted = bench.desk.note(bench.viewer, seen, DutyStep(duty, period, kind, now(), by, how, on))
    action = Action.DUTY_SENT if kind is Done.SENT else Action.DUTY_DRAFTED
    Audit(bench.store.audit, now=now).note(bench.viewer, action, detail={"duty": duty, "period": period})
    return noted


def _line(seen: DutySeen) -> tuple[str, ...]:
    occasion = seen.occasion
    left = f"还有 {seen.days_left} 天" if seen.days_left >= 0 else f"逾期 {-seen.days_left} 天"
    state = left if seen.sent is None else f"{seen.sent.on} 已报送{'（逾期）' if seen.late else ''}"
    due = f"{occasion.deadline.day}{'（暂定）' if occasion.deadline.provisional else ''}"
    return (occasion.duty.id, occasion.period, occasion.duty.label, occasion.duty.to[0], due, state)
