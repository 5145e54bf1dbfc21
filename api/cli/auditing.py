"""`rongtong audit`: the audit log from a terminal; its chain checked, its rows listed or written to a file."""

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from api.access.audit import ACTION_LABELS, Action, AuditRow
from api.access.auditing import Audit
from api.access.viewers import Role, Viewer
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import CHINA, now
from api.exchange.consents import audit_document, verification_document
from api.store.audit import AuditQuery
from api.store.store import open_store

audit_app = typer.Typer(add_completion=False, no_args_is_help=True, help="审计日志：校验、列出、导出")
Known = Annotated[list[str] | None, typer.Option("--known", help="另存的校验值，写作 序号:hash，可重复")]
Since = Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="自哪一天（北京时间）")]


@audit_app.command()
def verify(context: typer.Context, known: Known = None) -> None:
    """逐条核对校验值；有一处不符即退出码 1。请另存末条的序号与 hash，日后可用 --known 查是否截去了末尾。"""
    settings = context.obj
    kept = {int(number): value for number, _, value in (item.partition(":") for item in known or [])}
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        result = Audit(store.audit, now=now).verify(_auditor(settings.tenant), kept)
    print_json(verification_document(result))
    if not result.holds:
        raise typer.Exit(1)


@audit_app.command("list")
def list_(
    context: typer.Context,
    action: Annotated[str | None, typer.Option(help="只要这类事项，如 list.exported")] = None,
    subject: Annotated[str | None, typer.Option(help="只要涉及这个主体的")] = None,
    since: Since = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1)] = 100,
    output: Annotated[OutputFormat, typer.Option("--format", help="table 或 json")] = OutputFormat.TABLE,
) -> None:
    """最近的记录。"""
    settings = context.obj
    from_ = since.replace(tzinfo=CHINA) if since else None
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        query = AuditQuery(action, subject, since=from_, limit=limit)
        rows = Audit(store.audit, now=now).read(_auditor(settings.tenant), query)
    if output is OutputFormat.JSON:
        print_json([audit_document(row) for row in rows])
        return
    headings = ("序号", "时间（北京）", "事项", "账号", "角色", "主体数", "用途", "详情")
    print_table(headings, (_line(row) for row in rows))


@audit_app.command()
def export(
    context: typer.Context, out: Annotated[Path, typer.Option("--out", help="写入的文件，每行一条 JSON")]
) -> None:
    """全部记录，由首条起；导出本身也记一条。"""
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        audit, viewer = Audit(store.audit, now=now), _auditor(settings.tenant)
        audit.note(viewer, Action.AUDIT_EXPORTED)
        aside, count = out.with_name(f".{out.name}.part"), 0
        with aside.open("wb") as file:
            for count, row in enumerate(audit.all(viewer), 1):  # noqa: B007  # counted
                file.write(orjson.dumps(audit_document(row)) + b"\n")
        aside.replace(out)
    console.print(f"已写入 {out}（{count} 条）")


def _auditor(tenant: str) -> Viewer:
    return Viewer(tenant, Role.AUDITOR)


def _line(row: AuditRow) -> tuple[str, ...]:
    entry = row.entry
    detail = json.dumps(entry.detail, ensure_ascii=False)
    return (
        str(row.number),
        f"{entry.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        ACTION_LABELS.get(entry.action, entry.action),
        entry.account or "命令行",
        entry.role,
        str(len(entry.subjects)),
        entry.purpose,
        detail if len(detail) <= 80 else f"{detail[:80]}…",
    )
