"""`rongtong import` with a progress bar and a summary that accounts for every row."""

from datetime import date
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.bootstrap import Services
from api.cli.rendering import console
from api.exchange.importing import ImportSummary, run_import
from matcher.fields import PartyKind


def import_with_progress(
    services: Services, file: Path, *, kind: PartyKind, source: str, observed_on: date, problems: Path
) -> None:
    """Import a file, bring the index up to date, and print what became of every row."""
    columns = (TextColumn("[bold]{task.description}[/]"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"导入 {file.name}", total=None)
        summary = run_import(
            services.store,
            services.viewer,
            file,
            kind=kind,
            source=source,
            observed_on=observed_on,
            rejects=problems,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        bar.update(task, description="更新索引")
        indexed = services.parties.refresh()
    print_summary(summary, problems, indexed)


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
