"""`rongtong`: the service from a terminal. Every command works on the data folder that `--data` chooses."""

import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.access.audit import Action
from api.access.viewers import Viewer
from api.cli.lazy import CampaignCommands, OfferCommands, RootCommands
from api.cli.rendering import (
    OutputFormat,
    console,
    print_json,
    print_matches,
    print_reading,
    print_table,
    write_result,
)
from api.clock import today
from api.errors import ServiceError
from api.exchange.answers import match_answer_document, prospect_answer_document
from api.logs import configure
from api.requests import MatchRequest, ProspectRequest
from api.settings import Settings
from embeddings.errors import EmbeddingsError
from matcher.declarations.registry import REGISTRY
from matcher.errors import InvalidNeed, MatcherError
from matcher.fields import PartyKind, Value
from matcher.offers import OFFER_KIND_LABELS, OfferKind
from matcher.validation import parse_cell

app = typer.Typer(
    cls=RootCommands, add_completion=False, no_args_is_help=True, help="融通：企业、载体、龙头企业与金融机构的对接匹配"
)
offers_app = typer.Typer(cls=OfferCommands, no_args_is_help=True, help="资源目录")
app.add_typer(offers_app, name="offers")
campaign_app = typer.Typer(cls=CampaignCommands, no_args_is_help=True, help="对接活动：方案、运行、名单、为什么没有")
app.add_typer(campaign_app, name="campaign")


@campaign_app.callback()
def _campaigns() -> None:
    """对接活动：方案、运行、名单、为什么没有。"""


Format = Annotated[OutputFormat, typer.Option("--format", help="table、json、csv 或 xlsx")]
Out = Annotated[Path | None, typer.Option("--out", help="写入文件")]
Limit = Annotated[int, typer.Option("-n", "--limit", help="结果数")]
At = Annotated[datetime | None, typer.Option("--at", formats=["%Y-%m-%d"], help="按哪一天的规则与数据判断")]
ShowUnmet = Annotated[bool, typer.Option("--show-unmet", help="也列出未满足条件的，并写明差距")]

EXAMPLE = "我们做体外诊断试剂，在苏州高新区，成立3年，有12项发明专利，没有房产抵押，想贷款300万"


@app.callback()
def _configure(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", help="数据目录（默认 RONGTONG_DATA 或 ./data）")] = None,
) -> None:
    """融通 Rongtong."""
    context.obj = Settings.load(**({} if data is None else {"data": data}))
    configure(context.obj.log_format, logging.WARNING)


@app.command()
def init(
    context: typer.Context,
    demo: Annotated[bool, typer.Option("--demo", help="同时载入演示数据（虚构，处处标明）")] = False,
) -> None:
    """建立数据目录：数据库、内置资源目录，加 --demo 则带演示数据。可重复执行。"""
    _initialise(context, demo=demo)


def _initialise(context: typer.Context, *, demo: bool, furnished: bool = False) -> None:
    """`furnished`: with lists, consents, needs and a project on the desks of the demonstration, all simulated."""
    from api.bootstrap import build_services
    from api.initialising import initialise

    with build_services(context.obj) as services:
        loaded = initialise(services, demo=demo)
        console.print(f"数据目录 {context.obj.data}：内置资源 {loaded.offers} 项，演示主体 {loaded.demo_parties} 家")
        if furnished:
            from api.demonstration import furnish

            furnish(services)


@app.command()
def start(context: typer.Context) -> None:
    """建立数据目录（含演示数据与模拟的名单、授权、需求、项目）、给出一次示例推荐，然后启动服务。"""
    _initialise(context, demo=True, furnished=True)
    console.print(f"\n[bold]示例[/]  rongtong match --text “{EXAMPLE}” --kind loan -n 3")
    match(context, text=EXAMPLE, kind=[OfferKind.LOAN], limit=3)
    serve(context)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="监听地址")] = None,
    port: Annotated[int | None, typer.Option(help="端口")] = None,
    workers: Annotated[int | None, typer.Option(help="服务进程数（默认 RONGTONG_WORKERS 或 1）", min=1, max=64)] = None,
    console_too: Annotated[bool | None, typer.Option("--console/--no-console", help="是否带控制台")] = None,
) -> None:
    """启动 HTTP 服务，接口说明在 /docs（不需要外网）。"""
    from api.cli.way_in import print_way_in
    from api.main import serve as serve_http

    given = {"host": host, "port": port, "workers": workers, "console": console_too}
    chosen = {key: value for key, value in given.items() if value is not None}
    settings = context.obj.model_copy(update=chosen)
    print_way_in(settings)
    serve_http(settings)


@app.command()
def status(context: typer.Context, output: Format = OutputFormat.TABLE) -> None:
    """数据目录里有什么：主体、资源、索引、编码器。"""
    from api.bootstrap import build_services

    with build_services(context.obj) as services:
        state = services.status()
    if output is OutputFormat.JSON:
        print_json(state)
    else:
        print_table(("项目", "值"), ((name, str(value)) for name, value in state.items()))


@app.command("import")
def import_(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="enterprises、carriers、institutions 或 teams")],
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX 文件")],
    source: Annotated[str, typer.Option(help="数据来源，默认文件名")] = "",
    observed: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="数据截至日期，默认今天")] = None,
    problems: Annotated[Path | None, typer.Option(help="被拒与存疑行写入此 CSV")] = None,
) -> None:
    """导入主体。同一文件导入两次不会有任何变化；有问题的行连同原因写入 --problems。"""
    from api.bootstrap import build_services
    from api.cli.importing import import_with_progress

    with build_services(context.obj) as services:
        import_with_progress(
            services,
            file,
            kind=_party_kind(kind),
            source=source or file.name,
            observed_on=observed.date() if observed else today(),
            problems=problems or Path(f"{file.stem}.problems.csv"),
        )


@app.command()
def match(
    context: typer.Context,
    text: Annotated[str, typer.Option("--text", help="企业用自己的话说：做什么、有什么、要什么")] = "",
    party: Annotated[str | None, typer.Option("--party", help="主体编号")] = None,
    kind: Annotated[list[OfferKind] | None, typer.Option("--kind", help="资源类型，可重复")] = None,
    facts: Annotated[list[str] | None, typer.Option("--set", help="更正或补充：字段=值，可重复")] = None,
    limit: Limit = 10,
    at: At = None,
    show_unmet: ShowUnmet = False,
    output: Format = OutputFormat.TABLE,
    out: Out = None,
) -> None:
    """为企业、团队或载体推荐资源。"""
    from api.bootstrap import build_services

    request = MatchRequest(
        text=text,
        party_id=party,
        facts=_facts(facts or []),
        kinds=frozenset(kind or ()),
        limit=limit,
        at=at.date() if at else None,
        include_unmet=show_unmet,
    )
    with build_services(context.obj) as services:
        answer = services.matchmaker.match(_viewer(context), request)
    if output is OutputFormat.TABLE and out is None:
        print_reading(answer.seeker.reading)
        print_matches(answer.matches, of_seekers=False)
        made_with = f"资源目录 {answer.versions.catalogue}，截至 {answer.versions.evaluated_on}"
        console.print(f"\n比较了 {answer.considered} 项资源；{made_with}")
        return
    write_result(answer.matches, match_answer_document(answer), output, out)


@app.command()
def prospects(
    context: typer.Context,
    offer_id: Annotated[str, typer.Argument(help="资源编号")],
    limit: Limit = 100,
    at: At = None,
    show_unmet: ShowUnmet = False,
    output: Format = OutputFormat.TABLE,
    out: Out = None,
) -> None:
    """为一项资源列出排好序的需求方名单。"""
    from api.bootstrap import build_services

    request = ProspectRequest(offer_id, limit, at.date() if at else None, show_unmet)
    with build_services(context.obj) as services:
        viewer = _viewer(context)
        answer = services.matchmaker.prospects(viewer, request)
        seekers = [match.seeker_id for match in answer.matches]
        document = prospect_answer_document(answer, services.sights.masker(viewer, seekers))
        services.audit.note(viewer, Action.PROSPECTS_SEEN, subjects=seekers, detail={"offer": offer_id})
    if output is OutputFormat.TABLE and out is None:
        print_matches(answer.matches, of_seekers=True)
        console.print(
            f"\n比较了 {answer.considered} 家，其中 {answer.eligible} 家没有未满足的条件；列出 {len(answer.matches)} 家"
        )
        return
    write_result(answer.matches, document, output, out)


@app.command()
def show(context: typer.Context, identifier: Annotated[str, typer.Argument(help="主体或资源编号")]) -> None:
    """显示一个主体或一项资源的全部内容（JSON）。"""
    from api.bootstrap import build_services
    from api.exchange.documents import offer_document, party_document
    from matcher.errors import UnknownOffer

    with build_services(context.obj) as services:
        viewer = _viewer(context)
        try:
            document = offer_document(services.store.offers.get(viewer, identifier))
        except UnknownOffer:
            document = party_document(services.store.parties.get(viewer, identifier))
    print_json(document)


@app.command()
def fields(kind: Annotated[PartyKind, typer.Argument(help="主体类型")] = PartyKind.ENTERPRISE) -> None:
    """列出一类主体的全部字段。"""
    rows = (
        (item.code, item.label, item.type.value, item.unit or "", item.group, item.source)
        for item in REGISTRY.of_kind(kind)
    )
    print_table(("字段", "名称", "类型", "单位", "分组", "来源"), rows)


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help="enterprises、carriers、institutions 或 teams")],
    out: Annotated[Path, typer.Argument(help="写入的 XLSX 文件")],
) -> None:
    """写出一份导入模板（XLSX）。"""
    from api.exchange.templates import write_template

    write_template(out, _party_kind(kind))
    console.print(f"已写入 {out}")


@offers_app.command("list")
def list_offers(
    context: typer.Context,
    kind: Annotated[OfferKind | None, typer.Option("--kind", help="资源类型")] = None,
    output: Format = OutputFormat.TABLE,
) -> None:
    """列出资源。"""
    from api.bootstrap import build_services
    from api.exchange.documents import offer_document

    with build_services(context.obj) as services:
        offers = services.store.offers.list(_viewer(context), kind)
    if output is OutputFormat.JSON:
        print_json([offer_document(offer) for offer in offers])
        return
    rows = (
        (item.id, OFFER_KIND_LABELS[item.kind], item.name, item.provider, "演示" if item.synthetic else "")
        for item in offers
    )
    print_table(("编号", "类型", "名称", "提供方", "备注"), rows)


def main() -> None:
    """Run a command; an error that was foreseen is one Chinese line on standard error and exit status 2."""
    try:
        app()
    except (MatcherError, ServiceError, EmbeddingsError) as error:
        print(f"出错：{error}", file=sys.stderr)
        raise SystemExit(2) from None


def _viewer(context: typer.Context) -> Viewer:
    return Viewer(tenant=context.obj.tenant)


def _party_kind(word: str) -> PartyKind:
    singular = word.removesuffix("s")
    try:
        return PartyKind(singular)
    except ValueError:
        raise InvalidNeed(
            found=f"主体类型 {word!r}",
            expected="、".join(f"{kind.value}s" for kind in PartyKind),
            remedy="请改用其中之一",
        ) from None


def _facts(given: list[str]) -> dict[str, Value]:
    facts: dict[str, Any] = {}
    for item in given:
        code, separator, text = item.partition("=")
        if not separator:
            raise InvalidNeed(found=f"--set {item}", expected="字段=值", remedy="例如 --set revenue_wan=800万元")
        facts[code] = parse_cell(REGISTRY[code], text, header_unit=REGISTRY[code].unit)
    return facts
