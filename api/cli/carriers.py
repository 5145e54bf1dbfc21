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
from api.exchange.carriers import focus_document, measured_document, measures_document, measures_summary
from api.exchange.decimals import plain
from api.store.carriers import EnteredFocus, EnteredValue, Told
from api.store.store import Store, open_store
from matcher.errors import InvalidValue

carrier_app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="载体评价：逐年得分、填报、聚焦产业、评价办法、报告"
)
CarrierId = Annotated[str, typer.Argument(help="载体的主体编号")]
By = Annotated[str, typer.Option("--by", help="填报人")]
BY = "命令行"
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
    marks = [[plain(x.mark) or "未知" for x in card.dimensions] for card in measured.scorecards]
    rows = ((name, *cells) for name, *cells in zip(names, *marks, strict=True))
    print_table(("维度", *(str(card.year) for card in measured.scorecards)), rows)
    for card in measured.scorecards:
        bounds = f"{plain(card.least)} 至 {plain(card.most)}"
        console.print(f"{card.year}：总分在 {bounds} 之间，待补充 {'、'.join(card.missing) or '无'}", markup=False)


@carrier_app.command()
def enter(  # noqa: PLR0913, PLR0917  # what is typed, one option each
    context: typer.Context,
    carrier: CarrierId,
    indicator: Annotated[str, typer.Argument(help="指标代码")],
    value: Annotated[str, typer.Argument(help="数值，按指标的单位")],
    evidence: Annotated[list[str], typer.Option("--evidence", help="依据材料的编号，可重复")],
    year: Annotated[int, typer.Option("--year", help="年度")],
    by: By = BY,
    target: Annotated[bool, typer.Option("--target", help="填报的是年度目标；任一指标都可设目标")] = False,
) -> None:
    """填报一个指标一年的完成值，或 --target 年度目标；由平台记录计算的完成值不能填。"""
    viewer = Viewer(context.obj.tenant)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise InvalidValue(found=f"数值 {value[:40]!a}", expected="十进制数", remedy="请改正数值") from None
    with _opened(context) as store:
        kind = Told.TARGET if target else Told.ACTUAL
        entered = EnteredValue(carrier, year, indicator, amount, now(), by, today(), tuple(evidence), kind)
        CarrierDesk(store).enter(viewer, entered)
        detail = {"year": year, "indicator": indicator, "kind": kind.value}
        Audit(store.audit, now=now).note(viewer, Action.CARRIER_ENTERED, subjects=[carrier], detail=detail)
    console.print(f"已登记：{carrier} {year} 年 {indicator}{'目标' if target else ''} = {value}", markup=False)


@carrier_app.command()
def focus(
    context: typer.Context,
    carrier: CarrierId,
    told: Annotated[list[str], typer.Argument(help="行业代码=产业类别，一至两个，如 2770=高新技术产业")],
    by: By = BY,
) -> None:
    """填报聚焦的一至两个产业及其类别。"""
    viewer = Viewer(context.obj.tenant)
    named = {code: kind for code, _, kind in (item.partition("=") for item in told)}
    entered = EnteredFocus(named, now(), by)
    with _opened(context) as store:
        CarrierDesk(store).focus(viewer, carrier, entered)
        detail = {"focus": sorted(named)}
        Audit(store.audit, now=now).note(viewer, Action.CARRIER_ENTERED, subjects=[carrier], detail=detail)
    shown = focus_document(entered) or {}
    said = "、".join(f"{item['name']}（{item['category']}）" for item in shown["industries"])
    console.print(f"已登记：{carrier} 聚焦 {said}", markup=False)


@carrier_app.command()
def measures(
    context: typer.Context,
    file: Annotated[Path | None, typer.Option("--file", help="上传这份评价办法（YAML）；有误的逐处写明位置")] = None,
    version: Annotated[str | None, typer.Option("--version", help="写出哪一版本；默认今年所用的")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="把一份评价办法的文件写到这里，可据此改写")] = None,
    by: By = BY,
    output: Annotated[OutputFormat, typer.Option("--format", help="table 或 json")] = OutputFormat.TABLE,
) -> None:
    """列出、写出或上传评价办法；上传的自文件所写的年度起用，此前各版本留存。"""
    viewer = Viewer(context.obj.tenant)
    with _opened(context) as store:
        shelf = CarrierDesk(store).measures
        if file is not None:
            stated = shelf.write(viewer, file.name, _text(file), now(), by)
            detail = {"version": stated.measures.version}
            Audit(store.audit, now=now).note(viewer, Action.MEASURES_WRITTEN, detail=detail)
            console.print(f"已保存：{stated.measures.name}（{stated.measures.version}）", markup=False)
        in_force = shelf.in_force(viewer, today().year).version
        if out is not None:
            out.write_text(shelf.of(viewer, version or in_force).content, encoding="utf-8")
            console.print(f"已写入 {out}", markup=False)
            return
        found = shelf.versions(viewer)
    if output is OutputFormat.JSON:
        print_json([measures_document(item) for item in found])
        return
    rows = (
        (x["version"], x["name"], str(x["since"]), x["kept"] or "内置", "今年所用" if x["version"] == in_force else "")
        for x in map(measures_summary, found)
    )
    print_table(("版本", "名称", "自年度", "上传", ""), rows)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidValue(
            found=f"不能读取 {file.name}", expected="UTF-8 的 YAML 文件", remedy="请核对路径与编码"
        ) from None


@contextmanager
def _opened(context: typer.Context) -> Iterator[Store]:
    settings = context.obj
    with closing(open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)) as store:
        yield store
