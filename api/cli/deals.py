"""`rongtong deal` and `rongtong fund`: 投资+孵化 from a terminal; what may happen is decided as over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.viewers import Viewer
from api.cli.deal_files import body_of, told
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import CHINA, now, today
from api.deals.desk import DealDesk
from api.exchange.deals import deal_document, deal_summary, fund_document, fund_summary
from api.routes.deal_bodies import CheckBody, DealEventBody, DealOpening, FundEventBody, FundOpening
from api.store.deal_rows import Said, kind_of
from api.store.deals import NewDeal
from api.store.store import Store, open_store
from matcher.dealflow.events import DealBody, FundBody

deal_app = typer.Typer(add_completion=False, no_args_is_help=True, help="项目：列出、查看、开立、登记、条件审查")
fund_app = typer.Typer(add_completion=False, no_args_is_help=True, help="基金：列出、查看、开立、登记")

File = Annotated[Path | None, typer.Option("--file", help="YAML 或 JSON 文件：一条记录，或记录的列表")]
Role = Annotated[str | None, typer.Option("--role", help="以流程中的哪一角色或席位办理")]
Why = Annotated[str | None, typer.Option("--why", help="事由")]
By = Annotated[str | None, typer.Option("--by", help="经办人")]
Evidence = Annotated[list[str] | None, typer.Option("--evidence", help="依据材料的编号，可重复")]
Kind = Annotated[str | None, typer.Option("--kind", help="记录的种类，如 move、document、plan、vote、payment")]
Set = Annotated[list[str] | None, typer.Option("--set", help="其余内容：名称=值，可重复")]
Format = Annotated[OutputFormat, typer.Option("--format", help="table 或 json")]
Limit = Annotated[int, typer.Option("-n", "--limit", min=1, max=500, help="最多列出几项")]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a command works with."""

    store: Store
    desk: DealDesk
    audit: Audit
    viewer: Viewer


@deal_app.command("list")
def list_deals(
    context: typer.Context,
    pipeline: Annotated[str | None, typer.Option("--pipeline", help="只要这一流程的")] = None,
    stage: Annotated[str | None, typer.Option("--stage", help="只要在这一阶段的")] = None,
    fund: Annotated[str | None, typer.Option("--fund", help="只要这只基金的")] = None,
    limit: Limit = 100,
    output: Format = OutputFormat.TABLE,
) -> None:
    """列出项目，在现阶段最久的在前。"""
    with _opened(context) as bench:
        found = bench.desk.list(bench.viewer, pipeline, stage=stage, fund=fund, offset=0, limit=limit)
    if output is OutputFormat.JSON:
        print_json([deal_summary(record, of) for record, of in found])
        return
    rows = (
        (item.id, item.name, of.name, of.stages[item.stage].label, f"{item.since.astimezone(CHINA):%Y-%m-%d}")
        for item, of in found
    )
    print_table(("编号", "项目", "流程", "阶段", "自"), rows)


@deal_app.command("show")
def show_deal(
    context: typer.Context,
    deal: Annotated[str, typer.Argument(help="项目编号")],
    output: Format = OutputFormat.TABLE,
) -> None:
    """现在何处、接下来可往何处、还缺什么；--format json 为全部。"""
    with _opened(context) as bench:
        _tell_deal(deal_document(bench.desk.get(bench.viewer, deal), today()), output)


@deal_app.command("open")
def open_deal(
    context: typer.Context,
    pipeline: Annotated[str | None, typer.Option("--pipeline", help="流程编号")] = None,
    name: Annotated[str | None, typer.Option("--name", help="项目名称")] = None,
    fund: Annotated[str | None, typer.Option("--fund", help="所属基金的编号")] = None,
    party: Annotated[str | None, typer.Option("--party", help="项目企业的主体编号")] = None,
    role: Role = None,
    why: Why = None,
    by: By = None,
    file: File = None,
) -> None:
    """在流程的第一个阶段开立项目。"""
    given = {"pipeline": pipeline, "name": name, "fund": fund, "party_id": party, "role": role, "why": why, "by": by}
    with _opened(context) as bench:
        for body in _bodies(DealOpening, file, given, []):
            new = NewDeal(body.name, body.fund, None, body.party_id)
            with bench.store.together():
                seen = bench.desk.open(bench.viewer, body.pipeline, new, body.said(bench.viewer, now()))
                _note(bench, Action.DEAL_ENTERED, seen.record.id, "opened")
            console.print(f"已开立项目 {seen.record.id}（{seen.record.name}）", markup=False)


@deal_app.command("check")
def check_deal(
    context: typer.Context,
    deal: Annotated[str, typer.Argument(help="项目编号")],
    check: Annotated[str | None, typer.Option("--check", help="流程所列的审查")] = None,
    confirmed: Annotated[list[str] | None, typer.Option("--confirmed", help="经人工核验的条件名称，可重复")] = None,
    role: Role = None,
    why: Why = None,
    by: By = None,
    evidence: Evidence = None,
    file: File = None,
) -> None:
    """按平台所知的企业数据逐条判断，并登记结果。"""
    spoken = {"role": role, "why": why, "by": by, "evidence": evidence}
    with _opened(context) as bench:
        for body in _bodies(CheckBody, file, {"check": check, "confirmed": confirmed, **spoken}, []):
            said = body.said(bench.viewer, now())
            with bench.store.together():
                seen = bench.desk.check(bench.viewer, deal, body.check, body.confirmed, said, body.on or today())
                _note(bench, Action.DEAL_ENTERED, deal, "check")
            shown = next(x for x in deal_document(seen, today())["checks"] if x["check"] == body.check)
            rows = ((x["label"], x["state"], "已核验" if x["confirmed"] else "") for x in shown["conditions"])
            print_table(("条件", "结果", "人工"), rows)


@fund_app.command("list")
def list_funds(context: typer.Context, output: Format = OutputFormat.TABLE) -> None:
    """列出本平台的基金。"""
    with _opened(context) as bench:
        found = bench.desk.funds(bench.viewer)
    if output is OutputFormat.JSON:
        print_json([fund_summary(record, pipeline) for record, pipeline in found])
        return
    print_table(("编号", "基金", "流程"), ((item.id, item.name, of.name) for item, of in found))


@fund_app.command("show")
def show_fund(
    context: typer.Context,
    fund: Annotated[str, typer.Argument(help="基金编号")],
    output: Format = OutputFormat.TABLE,
) -> None:
    """阶段、资金、管理费、项目；--format json 为全部。"""
    with _opened(context) as bench:
        document = fund_document(bench.desk.fund(bench.viewer, fund), today())
    if output is OutputFormat.JSON:
        print_json(document)
        return
    phase = (document["phase"] or {}).get("now") or "未开始"
    console.print(f"{document['name']}（{document['id']}）　{phase}", markup=False)
    print_table(("资金（万元）", ""), ((FUND_MONEY[key], value or "") for key, value in document["money"].items()))
    deals = ((x["id"], x["name"], x["stage_label"], x["money"]["paid_wan"]) for x in document["deals"])
    print_table(("编号", "项目", "阶段", "已投（万元）"), deals)


@fund_app.command("open")
def open_fund(
    context: typer.Context,
    pipeline: Annotated[str | None, typer.Option("--pipeline", help="流程编号")] = None,
    name: Annotated[str | None, typer.Option("--name", help="基金名称")] = None,
    file: File = None,
) -> None:
    """按一个流程开立基金。"""
    with _opened(context) as bench:
        for body in _bodies(FundOpening, file, {"pipeline": pipeline, "name": name}, []):
            with bench.store.together():
                seen = bench.desk.open_fund(bench.viewer, body.pipeline, body.name, now())
                _note(bench, Action.FUND_ENTERED, seen.record.id, "opened")
            console.print(f"已开立基金 {seen.record.id}（{seen.record.name}）", markup=False)


FUND_MONEY = {
    "size_wan": "总规模",
    "subscribed_wan": "认缴",
    "paid_in_wan": "实缴",
    "invested_wan": "已投",
    "cost_wan": "在投成本",
    "returned_wan": "退出回款",
    "fees_wan": "已提管理费",
    "reserved_wan": "已决未付",
    "cash_wan": "现金",
    "free_wan": "可用（现金减已决未付）",
}
"""A fund's money, in Chinese."""


@dataclass(frozen=True, slots=True)
class Entering:
    """How records of one sort are entered: as which body they are read, what enters one and says what came of it."""

    noun: str
    metavar: str
    body: Any
    action: Action
    enter: Callable[[Bench, str, Said, Any], str]


def _enter_deal(bench: Bench, deal: str, said: Said, event: DealBody) -> str:
    seen = bench.desk.append(bench.viewer, deal, said, event)
    stage = seen.pipeline.stages[seen.state.stage].label
    return f"序号 {len(seen.record.history)}，现为“{stage}”"


def _enter_fund(bench: Bench, fund: str, said: Said, event: FundBody) -> str:
    return f"序号 {len(bench.desk.enter(bench.viewer, fund, said, event).record.events)}"


def _add_event_command(app: typer.Typer, entering: Entering, help_text: str) -> None:
    """Add the command `event`: the same options for every sort of record."""

    @app.command("event", help=help_text)
    def enter(
        context: typer.Context,
        subject: Annotated[str, typer.Argument(help=f"{entering.noun}编号", metavar=entering.metavar)],
        file: File = None,
        kind: Kind = None,
        role: Role = None,
        why: Why = None,
        by: By = None,
        evidence: Evidence = None,
        settings: Set = None,
    ) -> None:
        given = {"kind": kind, "role": role, "why": why, "by": by, "evidence": evidence}
        with _opened(context) as bench:
            for place, body in enumerate(_bodies(entering.body, file, given, settings or []), 1):
                event = body.body()
                with bench.store.together():
                    became = entering.enter(bench, subject, body.said(bench.viewer, now()), event)
                    _note(bench, entering.action, subject, kind_of(event))
                console.print(f"第 {place} 条已登记，{became}", markup=False)


_add_event_command(
    deal_app,
    Entering("项目", "DEAL", DealEventBody, Action.DEAL_ENTERED, _enter_deal),
    "登记记录，依次逐条判断；不许可的写明哪道门槛缺什么，其后的不再登记。",
)
_add_event_command(
    fund_app,
    Entering("基金", "FUND", FundEventBody, Action.FUND_ENTERED, _enter_fund),
    "登记基金账（tranche、contribution、custody、extension、fee、correction），依次逐条判断。",
)


@contextmanager
def _opened(context: typer.Context) -> Iterator[Bench]:
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        yield Bench(store, DealDesk(store, now=now), Audit(store.audit, now=now), Viewer(settings.tenant))


def _bodies(kind: Any, file: Path | None, given: dict[str, Any], settings: list[str]) -> list[Any]:
    """Every entry read before the first is entered, so that a slip in the tenth does not leave nine behind."""
    entries = told(file, given, settings)
    many = len(entries) > 1
    return [body_of(kind, entry, f"第 {place} 条：" if many else "") for place, entry in enumerate(entries, 1)]


def _note(bench: Bench, action: Action, subject: str, kind: str) -> None:
    bench.audit.note(bench.viewer, action, subjects=[subject], detail={"kind": kind})


def _tell_deal(document: dict[str, Any], output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        print_json(document)
        return
    since, paid = document["since"][:10], document["money"]["paid_wan"]
    due = f"，限 {document['deadline']} 前" if document["deadline"] else ""
    head = f"{document['name']}（{document['id']}）　{document['stage_label']}，自 {since}{due}　已投 {paid} 万元"
    console.print(head, markup=False)
    steps = (
        (step["stage"], step["label"], "退回" if step["back"] else "可转入" if step["open"] else "未过", _wanting(step))
        for step in document["next"]
    )
    print_table(("阶段", "", "", "还缺"), steps)
    events = (
        (str(x["number"]), x["at"][:10], x["kind"], x["role_label"], x["by"], x["why"]) for x in document["history"]
    )
    print_table(("序号", "日期", "种类", "角色", "经办", "事由"), events)


def _wanting(step: dict[str, Any]) -> str:
    return "；".join(phrase for gate in step["gates"] for phrase in gate["missing"])
