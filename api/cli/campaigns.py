"""`rongtong campaign …`: a plan becomes a run, a run becomes lists, every pair has its answer, from a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.access.viewers import Viewer
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import CHINA, now, today
from api.errors import ImportRefused

if TYPE_CHECKING:
    from api.bootstrap import Services
    from api.campaigns.running import Runner
    from api.jobs.worker import Worker
    from api.store.campaign_rows import Run
    from api.store.jobs import Job

Campaign = Annotated[str, typer.Argument(help="活动编号")]
Number = Annotated[int, typer.Argument(help="第几次运行", min=1)]
Format = Annotated[OutputFormat, typer.Option("--format", help="table 或 json")]


class Engine(StrEnum):
    """Where candidates are gathered (运行方式)."""

    LOCAL = "local"
    RAY = "ray"


def plan(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="活动方案（YAML）；写法见 docs/campaigns.md")],
    save: Annotated[bool, typer.Option("--save", help="检查后存为草稿")] = False,
    output: Format = OutputFormat.TABLE,
) -> None:
    """检查方案并给出数字：范围内多少家、哪些资源、多少名额、预计多少候选。加 --save 才写入。"""
    from api.campaigns.planning import plan_of
    from api.campaigns.submitting import preview
    from api.exchange.campaigns import campaign_document

    text = _read(file)
    given = plan_of(text, file.name)
    with opened(context) as (services, viewer):
        shown: dict[str, Any] = preview(services.campaigns, given, viewer, today())
        made = services.store.campaigns.create(viewer, given.name, text, now()) if save else None
    if output is OutputFormat.JSON:
        print_json(shown | {"campaign": None if made is None else campaign_document(made)})
        return
    rows = ((offer["id"], offer["name"], offer["provider"], str(offer["quota"])) for offer in shown["offers"])
    print_table(("资源", "名称", "提供方", "名额"), rows)
    console.print(f"{shown['name']}（目标：{shown['objective_label']}）：范围内 {shown['seekers']:,} 家")
    console.print(f"名额 {shown['places']:,} 个；每家可进入的名单合计至多 {shown['most_lists']:,} 家次")
    console.print(f"抽样 {shown['sampled']:,} 家，推算约有 {shown['expected_candidates']:,} 对候选")
    if made is not None:
        console.print(f"已存为草稿，编号 [bold]{made.id}[/]；运行：rongtong campaign run {made.id}")


def list_(context: typer.Context, output: Format = OutputFormat.TABLE) -> None:
    """列出本平台的活动。"""
    from api.exchange.campaigns import campaign_document

    with opened(context) as (services, viewer):
        made = services.store.campaigns.list(viewer)
    found = [campaign_document(campaign) for campaign in made]
    if output is OutputFormat.JSON:
        print_json(found)
        return
    days = (f"{campaign.created.astimezone(CHINA):%Y-%m-%d %H:%M}" for campaign in made)
    rows = ((item["id"], item["name"], item["state_label"], day) for item, day in zip(found, days, strict=True))
    print_table(("编号", "名称", "状态", "建立时间（北京）"), rows)


def run(
    context: typer.Context,
    campaign: Campaign,
    dry: Annotated[bool, typer.Option("--dry", help="只试算：得到数字，不生成名单")] = False,
    engine: Annotated[Engine, typer.Option("--engine", help="local：本进程；ray：由 Ray 分给多台机器")] = Engine.LOCAL,
    output: Format = OutputFormat.TABLE,
) -> None:
    """运行一次并显示进度：固定数据与规则，生成候选，分配名额。中断后任务回到队列，可由任何任务进程接着做。"""
    from api.campaigns.planning import plan_of
    from api.campaigns.spreading import spread_on_ray
    from api.campaigns.submitting import submit_run

    with opened(context) as (services, viewer):
        made = submit_run(services.store, viewer, campaign, dry=dry)
        runner = services.campaigns
        if engine is Engine.RAY:
            runner = replace(runner, spread=spread_on_ray(context.obj))
        _work_on(services, viewer, runner, services.store.jobs.get(viewer, str(made.job_id)))
        done = services.store.campaigns.run(viewer, campaign, made.number)
        _show(services, viewer, done, output)
    if output is OutputFormat.TABLE and done.state == "assigned" and not dry:
        here = f"{campaign} {done.number}"
        approver = plan_of(done.plan).approver
        console.print(f"查看：rongtong campaign pairs {here}；批准：rongtong campaign approve {here} --by {approver}")


def show(
    context: typer.Context,
    campaign: Campaign,
    number: Annotated[int | None, typer.Argument(help="第几次运行；不填为最近一次", min=1)] = None,
    output: Format = OutputFormat.TABLE,
) -> None:
    """一次运行的状态与数字：每项资源的名额、已用、平均匹配度、微型与首贷企业占比、再加一个名额的价值。"""
    with opened(context) as (services, viewer):
        store = services.store.campaigns
        runs = store.runs(viewer, campaign)
        if number is None and not runs:
            console.print("还没有运行过")
            return
        _show(services, viewer, store.run(viewer, campaign, number or runs[0].number), output)


def why(
    context: typer.Context,
    campaign: Campaign,
    number: Number,
    seeker: Annotated[str, typer.Argument(help="主体编号")],
    offer: Annotated[str, typer.Argument(help="资源编号")],
    output: Format = OutputFormat.TABLE,
) -> None:
    """一个主体为什么没有（或已经）列入一项资源的名单，差多少，最近的机会在哪里。"""
    from api.campaigns.questions import why as ask
    from api.exchange.campaigns import why_document

    with opened(context) as (services, viewer):
        asked = services.store.campaigns.run(viewer, campaign, number)
        said = why_document(ask(services.campaigns, viewer, asked, seeker, offer), seeker, offer)
    if output is OutputFormat.JSON:
        print_json(said)
        return
    console.print(said["sentence"])
    if said["one_more_place"] is not None:
        console.print(f"该资源再加一个名额，总匹配度增加 {said['one_more_place']:.2f} 分")
    if said["nearest"] is not None:
        lacking = said["nearest"]["lacking"]
        short = "" if lacking is None else f"，差 {lacking:.2f} 分"
        console.print(f"最近的机会：{said['nearest']['offer']['name']}{short}")


def compare(
    context: typer.Context,
    campaign: Campaign,
    number: Number,
    before: Annotated[int | None, typer.Option("--before", help="与第几次对比；不填为前一次有名单的", min=1)] = None,
    output: Format = OutputFormat.TABLE,
) -> None:
    """与上次对比：新增、退出与保留，以及退出的原因。"""
    from api.campaigns.questions import comparison, last_before
    from api.exchange.campaigns import comparison_document

    with opened(context) as (services, viewer):
        store, runner = services.store.campaigns, services.campaigns
        asked = store.run(viewer, campaign, number)
        earlier = store.run(viewer, campaign, before) if before else last_before(runner, viewer, asked)
        said = comparison_document(*comparison(runner, viewer, asked, earlier), earlier.number, number)
    if output is OutputFormat.JSON:
        print_json(said)
        return
    rows = ((item["seeker_id"], item["offer_id"], item["reason_label"]) for item in said["left"])
    if said["left"]:
        print_table(("退出的主体", "资源", "原因"), rows)
    console.print(said["sentence"])


def approve(
    context: typer.Context,
    campaign: Campaign,
    number: Number,
    by: Annotated[str, typer.Option("--by", help="批准人；应为方案中写明的批准人")],
) -> None:
    """批准一次运行的名单；批准后才能导出和送达。"""
    from api.campaigns.submitting import approve_run

    with opened(context) as (services, viewer):
        done = approve_run(services.store, viewer, campaign, number, by)
    console.print(f"第 {done.number} 次运行的名单已由 {done.approved_by} 批准")


def cancel(context: typer.Context, campaign: Campaign, number: Number) -> None:
    """取消排队或运行中的一次。"""
    from api.campaigns.submitting import cancel_run

    with opened(context) as (services, viewer):
        cancel_run(services.store, viewer, campaign, number)
    console.print(f"已要求取消第 {number} 次运行")


def refill(context: typer.Context, campaign: Campaign, number: Number, output: Format = OutputFormat.TABLE) -> None:
    """补位：被拒绝的名单项让出名额，由其余候选补上；已受理和未答复的不动。名单已批准的，补入的须再次批准。"""
    from api.campaigns.submitting import refill_run

    with opened(context) as (services, viewer):
        _show(services, viewer, refill_run(services.campaigns, viewer, campaign, number), output)


def close(context: typer.Context, campaign: Campaign) -> None:
    """结束活动：不再运行和补位；结果仍可反馈。"""
    with opened(context) as (services, viewer):
        closed = services.store.campaigns.close(viewer, campaign, now())
    console.print(f"活动“{closed.name}”已结束")


@contextmanager
def opened(context: typer.Context) -> "Iterator[tuple[Services, Viewer]]":
    """Open the services of the settings, and say who asks."""
    from api.bootstrap import build_services

    with build_services(context.obj) as services:
        yield services, services.viewer


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportRefused(
            found=f"文件 {file} 读不出（{type(error).__name__}）",
            expected="可读的 UTF-8 文本文件",
            remedy="请核对路径与编码",
        ) from error


def _work_on(services: "Services", viewer: Viewer, runner: "Runner", job: "Job") -> None:
    """Do a job here unless a worker elsewhere takes it, and show how far it is."""
    from api.campaigns.job import run_campaign
    from api.campaigns.submitting import JOB
    from api.cli.jobs import followed
    from api.indexing.waking import Polling
    from api.jobs.worker import Worker

    worker = Worker(services.store.leases, {JOB: lambda taken: run_campaign(taken, runner)}, Polling())
    thread = Thread(target=_worked, args=(worker,), name="campaign", daemon=True)
    thread.start()
    try:
        followed(services.store, viewer, job)
    finally:
        worker.stop()
        thread.join()


def _worked(worker: "Worker") -> None:
    worker.run()


def _show(services: "Services", viewer: Viewer, run: "Run", output: OutputFormat) -> None:
    from api.campaigns.submitting import job_of_run
    from api.exchange.campaigns import run_document

    said = run_document(run, job_of_run(services.store, viewer, run))
    if output is OutputFormat.JSON:
        print_json(said)
        return
    counts = said["counts"]
    if counts:
        used = [offer for offer in counts["offers"] if offer["used"]]
        print_table(_HEADINGS, map(_row, used))
        if len(used) < len(counts["offers"]):
            console.print(f"另有 {len(counts['offers']) - len(used)} 项资源没有列入任何主体")
        console.print(
            f"范围内 {counts['seekers']:,} 家，候选 {counts['candidates']:,} 对，列入 {counts['assigned']:,} 家次"
            f"（{counts['seekers_assigned']:,} 家）"
        )
        for short in counts["shortfalls"]:
            console.print(f"[yellow]底线“{short['name']}”未守住：至少 {short['least']}，只有 {short['reached']}[/]")
    if counts.get("waiting"):
        console.print(f"[yellow]{counts['waiting']} 项补位待批准：rongtong campaign pairs … --waiting 查看[/]")
    error = said["error"]
    dry = "（试算）" if said["dry"] else ""
    console.print(f"第 {said['number']} 次运行{dry}：{said['state_label']}" + (f"。{error['detail']}" if error else ""))


_HEADINGS = ("资源", "名额", "已用", "平均匹配度", "微型占比", "首贷占比", "再加一个名额")


def _row(offer: dict[str, Any]) -> tuple[str, ...]:
    worth = offer["one_more_place_points"]
    return (
        str(offer["offer_id"]),
        str(offer["quota"]),
        str(offer["used"]),
        _told(offer["mean_match"]),
        _told(offer["micro_pct"], "%"),
        _told(offer["first_loan_pct"], "%"),
        "" if worth is None else f"{worth / 100:.2f}",
    )


def _told(value: float | None, unit: str = "") -> str:
    return "—" if value is None else f"{value:.1f}{unit}"
