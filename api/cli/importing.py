"""`rongtong import` with a progress bar and a summary that accounts for every row; `rongtong undo-import`."""

from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.bootstrap import Services
from api.cli.rendering import console
from api.errors import ImportRefused
from api.exchange.import_reports import REFUSED, counts_of
from api.exchange.import_undoing import Undoable, undo_import
from api.exchange.importing import ImportSummary, run_import
from api.store.imports import ImportRecord
from matcher.fields import PartyKind

COMMAND_LINE = "命令行"
"""Who is written down as the one who imported."""


def import_with_progress(
    services: Services, file: Path, *, kind: PartyKind, source: str, observed_on: date, problems: Path
) -> None:
    """Import a file, bring the index up to date, and print what became of every row and how to take it back.

    Raises `ImportRefused` for a file that cannot be read as a whole; one that was there leaves a record.
    """
    imports, viewer = services.store.imports, services.viewer
    begun = _begun(services, file, kind)
    columns = (TextColumn("[bold]{task.description}[/]"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"导入 {file.name}", total=None)
        try:
            summary = run_import(
                Undoable(services.store.revisions, begun.id, COMMAND_LINE),
                viewer,
                file,
                kind=kind,
                source=source,
                observed_on=observed_on,
                rejects=problems,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except ImportRefused:
            imports.finish(viewer, begun.id, REFUSED)
            raise
        imports.finish(viewer, begun.id, counts_of(summary))
        bar.update(task, description="更新索引")
        indexed = services.parties.refresh()
    print_summary(summary, problems, indexed)
    if summary.new or summary.changed:
        console.print(f"30 天内可撤销：rongtong undo-import {begun.id}")


def undo(context: typer.Context, import_id: Annotated[str, typer.Argument(help="导入批次编号，导入时给出")]) -> None:
    """撤销一次导入：改动的主体恢复到导入前，新增的移除；之后又改过的不动。"""
    from api.bootstrap import build_services

    with build_services(context.obj) as services:
        record = services.store.imports.get(services.viewer, import_id)
        done = undo_import(services.store, services.audit, services.viewer, record)
        services.parties.refresh()
    console.print(
        f"已撤销 {record.file_name}：恢复 {done.restored} 家，移除 {done.removed} 家，之后又改过未动 {done.kept} 家"
    )


def _begun(services: Services, file: Path, kind: PartyKind) -> ImportRecord:
    if not file.is_file():
        raise ImportRefused(found=f"文件 {file}", expected="已有的 CSV 或 XLSX 文件", remedy="请核对路径")
    with file.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
    return services.store.imports.start(services.viewer, kind=kind, file_name=file.name, sha256=digest)


def print_summary(summary: ImportSummary, problems: Path, indexed: int) -> None:
    """Say what became of the rows, where the doubtful ones are, and which columns were not used."""
    console.print(
        f"共 {summary.rows} 行：新增 {summary.new}，更新 {summary.changed}，未变 {summary.same}，"
        f"同一主体合并 {summary.merged}，被拒 {summary.rejected}；用时 {summary.seconds:.1f} 秒"
    )
    if summary.doubtful or summary.rejected:
        console.print(f"存疑 {summary.doubtful} 行（已导入，存疑的值留空或照录），逐条原因见 {problems}")
    if summary.ignored_columns:
        console.print(f"未识别的列：{'、'.join(summary.ignored_columns)}")
    console.print(f"索引现有主体 {indexed} 家")
