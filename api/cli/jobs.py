"""`rongtong jobs` and `rongtong worker`: what is done in the background, seen and done from a terminal."""

import time
from contextlib import closing
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api.access.viewers import Viewer
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import CHINA
from api.exchange.jobs import JOB_STATE_LABELS, job_document
from api.store.jobs import Job, JobState
from api.store.store import Store, open_store

LOOK_SECONDS = 0.5


def jobs(
    context: typer.Context,
    job: Annotated[str | None, typer.Argument(help="任务编号；不填则列出全部")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="跟随到任务结束")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="取消任务")] = False,
    output: Annotated[OutputFormat, typer.Option("--format", help="table 或 json")] = OutputFormat.TABLE,
) -> None:
    """后台任务：列出、查看、跟随或取消。"""
    settings = context.obj
    viewer = Viewer(tenant=settings.tenant)
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        if job is None:
            _print_all(store.jobs.list(viewer), output)
            return
        found = store.jobs.cancel(viewer, job) if cancel else store.jobs.get(viewer, job)
        if follow:
            found = followed(store, viewer, found)
        print_json(job_document(found))


def worker(context: typer.Context) -> None:
    """启动一个任务进程，直到被停止；可在多台机器上各启动若干个（共用一个 PostgreSQL 和数据目录）。"""
    import logging

    from api.jobs.working import work
    from api.logs import configure

    configure(context.obj.log_format, logging.INFO)
    work(context.obj)


def _print_all(found: tuple[Job, ...], output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        print_json([job_document(job) for job in found])
        return
    rows = (
        (
            job.id,
            job.kind,
            JOB_STATE_LABELS[job.state],
            _progress(job),
            f"{job.created.astimezone(CHINA):%m-%d %H:%M:%S}",
        )
        for job in found
    )
    print_table(("编号", "类型", "状态", "进度", "提交时间（北京）"), rows)


def _progress(job: Job) -> str:
    return f"{job.done:,}" if job.total is None else f"{job.done:,} / {job.total:,}"


def followed(store: Store, viewer: Viewer, job: Job) -> Job:
    """Show a bar until the job has ended."""
    columns = (TextColumn("[bold]{task.description}[/]"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(JOB_STATE_LABELS[job.state], total=None)
        while not job.ended:
            said = job.note if job.state is JobState.RUNNING and job.note else JOB_STATE_LABELS[job.state]
            bar.update(task, description=said, completed=job.done, total=job.total)
            time.sleep(LOOK_SECONDS)
            job = store.jobs.get(viewer, job.id)
    return job
