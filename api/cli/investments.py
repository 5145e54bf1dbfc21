"""`rongtong investment`: who put money into whom, told one by one or by a file; funds are matched by it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.seeing import Sights
from api.access.viewers import Viewer
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import now
from api.exchange.import_reports import counts_of, report_document
from api.exchange.investment_files import InvestmentOrigin
from api.exchange.investments import history_document, listed_document, parties_of
from api.investments.desk import InvestmentDesk
from api.investments.importing import import_investments
from api.store.investments import Wanted
from api.store.store import Store, open_store
from matcher.investments import Investment

investment_app = typer.Typer(add_completion=False, no_args_is_help=True, help="投资记录：导入、列出、查看、移除")
Format = Annotated[OutputFormat, typer.Option("--format", help="table 或 json")]
By = Annotated[str, typer.Option("--by", help="经办人")]
BY = "命令行"


@investment_app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX；列名如 投资机构、被投企业、轮次、金额(万元)、日期")],
    source: Annotated[str, typer.Option("--source", help="数据来源，默认文件名")] = "",
    investor: Annotated[str | None, typer.Option("--investor", help="整份文件是这一机构（主体编号）的")] = None,
    fund: Annotated[str | None, typer.Option("--fund", help="整份文件是这一基金（资源编号）的")] = None,
    problems: Annotated[Path | None, typer.Option("--problems", help="被拒与存疑行写入此 CSV")] = None,
    output: Format = OutputFormat.TABLE,
) -> None:
    """导入投资记录。同一文件导入两次不会有任何变化；此后更正或移除过的不会恢复。"""
    origin, viewer = InvestmentOrigin(source or file.name, investor, fund), Viewer(context.obj.tenant)
    rejects = problems or Path(f"{file.stem}.problems.csv")
    with _opened(context) as store:
        desk = InvestmentDesk(store, now=now)
        summary = import_investments(store, desk, viewer, file, origin, by=BY, rejects=rejects)
        detail = {"rows": summary.rows, "new": summary.new, "changed": summary.changed}
        Audit(store.audit, now=now).note(viewer, Action.INVESTMENTS_IMPORTED, detail=detail)
    if output is OutputFormat.JSON:
        print_json(counts_of(summary) | report_document(summary))
        return
    told = f"新增 {summary.new} 笔，更正 {summary.changed} 笔，未变 {summary.same} 笔"
    console.print(f"共 {summary.rows} 行：{told}；被拒 {summary.rejected} 行", markup=False)
    if summary.doubtful or summary.rejected:
        console.print(f"存疑 {summary.doubtful} 行（已导入，存疑的值留空），逐条原因见 {rejects}", markup=False)
    if summary.ignored_columns:
        console.print(f"未识别的列：{'、'.join(summary.ignored_columns)}", markup=False)


@investment_app.command("list")
def list_(
    context: typer.Context,
    investor: Annotated[str | None, typer.Option("--investor", help="名称、主体编号或基金编号")] = None,
    firm: Annotated[str | None, typer.Option("--firm", help="被投企业：名称或主体编号")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=1_000, help="最多列出几笔")] = 100,
    output: Format = OutputFormat.TABLE,
) -> None:
    """现行的投资记录，最近的在前；编号为“项目”的由本平台项目的注资而来。"""
    viewer = Viewer(context.obj.tenant)
    with _opened(context) as store:
        listed = InvestmentDesk(store, now=now).list(viewer, Wanted(investor, firm, 0, limit))
        document = listed_document(listed, Sights(store, now=now).masker(viewer, parties_of(listed)))
    if output is OutputFormat.JSON:
        print_json(document)
        return
    rows = [_line(item.id, item.investment) for item in listed.records]
    print_table(
        ("编号", "投资机构", "被投企业", "日期", "轮次", "金额（万元）", "来源"),
        (*rows, *(_line("项目", item) for item in listed.paid)),
    )
    console.print(f"共 {listed.count} 笔登记，{len(listed.paid)} 笔项目注资", markup=False)


@investment_app.command()
def show(context: typer.Context, investment: Annotated[str, typer.Argument(help="投资记录编号")]) -> None:
    """一笔投资现在的内容与每一次登记（JSON）。"""
    viewer = Viewer(context.obj.tenant)
    with _opened(context) as store:
        history = InvestmentDesk(store, now=now).history(viewer, investment)
        print_json(history_document(history, Sights(store, now=now).masker(viewer, ())))


@investment_app.command()
def remove(
    context: typer.Context,
    investment: Annotated[str, typer.Argument(help="投资记录编号")],
    why: Annotated[str, typer.Option("--why", help="为什么移除")],
    by: By = BY,
) -> None:
    """移除一笔，不再计入；记录留存。"""
    viewer = Viewer(context.obj.tenant)
    with _opened(context) as store:
        removed = InvestmentDesk(store, now=now).remove(viewer, investment, by=by, why=why)
        Audit(store.audit, now=now).note(viewer, Action.INVESTMENT_REMOVED, detail={"id": removed.id})
    console.print(f"已移除：{removed.investment.investor} 投 {removed.investment.firm}", markup=False)


@contextmanager
def _opened(context: typer.Context) -> Iterator[Store]:
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        yield store


def _line(key: str, item: Investment) -> tuple[str, ...]:
    day = "" if item.on is None else item.on.isoformat()
    amount = "未知" if item.amount_wan is None else f"{item.amount_wan.normalize():f}"
    return (key, item.investor, item.firm, day, item.round, amount, item.source)
