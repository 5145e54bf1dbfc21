"""`rongtong carrier`: carriers measured by year; values that the records cannot give are entered."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.viewers import Viewer
from api.carriers.desk import CarrierDesk
from api.carriers.papers import write_measured
from api.cli.rendering import OutputFormat, console, print_json, print_table
from api.clock import now, today
from api.exchange.carriers import measured_document, number
from api.store.carriers import EnteredValue
from api.store.store import Store, open_store
from matcher.errors import InvalidValue

carrier_app = typer.Typer(add_completion=False, no_args_is_help=True, help="载体评价：逐年得分、填报、报告")
CarrierId = Annotated[str, typer.Argument(help="载体的主体编号")]
Years = Annotated[list[int] | None, typer.Option("--year", help="年度，可重复；默认今年与去年")]


@carrier_app.command()
def show(
    context: typer.Context,
    carrier: CarrierId,
    year: Years = None,
    out: Annotated[Path | None, typer.Option("--out", help="写入 DOCX 报告")] = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="table 或 json")] = OutputFormat.TABLE,
) -> None:
    """各年各维度的得分与缺项。"""
    viewer, day = Viewer(context.obj.tenant), today()
    with _opened(context) as store:
        measured = CarrierDesk(store).measured(viewer, carrier, year or (day.year - 1, day.year), day)
        if out is not None:
            platform = next((item.name for item in store.tenants.list() if item.id == viewer.tenant), viewer.tenant)
            out.write_bytes(write_measured(measured, platform, day))
            Audit(store.audit, now=now).note(viewer, Action.SCORECARD_EXPORTED, subjects=[carrier])
    if output is OutputFormat.JSON:
        print_json(measured_document(measured))
        return
    names = [item.dimension.name for item in measured.scorecards[0].dimensions]
    marks = [[number(x.mark) or "未知" for x in card.dimensions] for card in measured.scorecards]
    rows = ((name, *cells) for name, *cells in zip(names, *marks, strict=True))
    print_table(("维度", *(str(card.year) for card in measured.scorecards)), rows)
    for card in measured.scorecards:
        bounds = f"{number(card.least)} 至 {number(card.most)}"
        console.print(f"{card.year}：总分在 {bounds} 之间，待补充 {'、'.join(card.missing) or '无'}", markup=False)


@carrier_app.command()
def enter(
    context: typer.Context,
    carrier: CarrierId,
    indicator: Annotated[str, typer.Argument(help="指标代码")],
    value: Annotated[str, typer.Argument(help="数值，按指标的单位")],
    evidence: Annotated[list[str], typer.Option("--evidence", help="依据材料的编号，可重复")],
    year: Annotated[int, typer.Option("--year", help="年度")],
    by: Annotated[str, typer.Option("--by", help="填报人")] = "命令行",
) -> None:
    """填报一个指标一年的值；由平台记录计算的不能填。"""
    viewer = Viewer(context.obj.tenant)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise InvalidValue(found=f"数值 {value[:40]!a}", expected="十进制数", remedy="请改正数值") from None
    with _opened(context) as store:
        entered = EnteredValue(carrier, year, indicator, amount, now(), by, today(), tuple(evidence))
        CarrierDesk(store).enter(viewer, entered)
        detail = {"year": year, "indicator": indicator}
        Audit(store.audit, now=now).note(viewer, Action.CARRIER_ENTERED, subjects=[carrier], detail=detail)
    console.print(f"已登记：{carrier} {year} 年 {indicator} = {value}", markup=False)


@contextmanager
def _opened(context: typer.Context) -> Iterator[Store]:
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        yield store
