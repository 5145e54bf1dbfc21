"""The library of projects (项目库): as a board by stage and as a table, and the way to a new project."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.access.permissions import Permission
from api.clock import now
from api.console.blocks import address, bare, dialog, empty, line, primary, span, tag, title
from api.console.columns import Column, ColumnKind
from api.console.desk import Desk
from api.console.numbers import count, day
from api.console.operator.party_choice import party_choice
from api.console.refusals import told
from api.console.tables import Table
from api.console.writing import written
from api.deals.desk import DealSeen
from api.exchange.deals import deal_summary
from api.store.deal_rows import Said
from api.store.deals import NewDeal
from matcher.dealflow.pipeline import Pipeline
from matcher.fields import PartyKind

MOST = 500
_CARDS = 20
"""So many cards of a stage stand on the board; the table has them all."""
Deal = Mapping[str, Any]


async def show(desk: Desk) -> None:
    """The projects of one pipeline, those longest in their stage first."""
    deals, viewer = desk.services.deals, desk.viewer
    pipelines = {key: stated.pipeline for key, stated in (await desk.work(deals.pipelines.current, viewer)).items()}
    listed = await desk.work(lambda: deals.list(viewer, None, stage=None, fund=None, offset=0, limit=MOST))
    found = [deal_summary(record, pipeline) for record, pipeline in listed]
    with line("apart"):
        title(desk, "page.deals")
        if desk.may(Permission.DEAL_WRITE):
            primary(desk.text("deal.new"), lambda: _ask_new(desk, pipelines), "add")
    if not found:
        empty(desk.text("deal.none"), [(desk.text("deal.new"), lambda: _ask_new(desk, pipelines))])
        return
    of = {deal["pipeline"]: pipeline for deal, (_, pipeline) in zip(found, listed, strict=True)}
    chosen = desk.query.get("pipeline", "")
    chosen = chosen if chosen in of else next(iter(of))
    as_table = desk.query.get("as") == "table"
    _choices(desk, of, chosen, as_table=as_table)
    shown = [deal for deal in found if deal["pipeline"] == chosen]
    if as_table:
        _table(desk, shown)
    else:
        _board(desk, of[chosen], shown)


def _choices(desk: Desk, of: Mapping[str, Pipeline], chosen: str, *, as_table: bool) -> None:
    with line("apart"):
        with tag("nav", "tabs", aria_label=desk.text("deal.pipeline")):
            for key, pipeline in of.items():
                form = "table" if as_table else "board"
                current = "page" if key == chosen else None
                tag("a", "tab", pipeline.name, href=address(f"/deals?pipeline={key}&as={form}"), aria_current=current)
        with tag("nav", "tabs", aria_label=desk.text("deal.form")):
            for form in ("board", "table"):
                current = "page" if (form == "table") is as_table else None
                where = address(f"/deals?pipeline={chosen}&as={form}")
                tag("a", "tab", desk.text(f"deal.{form}"), href=where, aria_current=current)


def _board(desk: Desk, pipeline: Pipeline, deals: Sequence[Deal]) -> None:
    with tag("div", "board", tabindex="0", role="region", aria_label=desk.text("deal.board")):
        for stage in pipeline.stages.values():
            here = [deal for deal in deals if deal["stage"] == stage.id]
            with tag("section", "lane", aria_label=stage.label):
                with line("apart"):
                    tag("h2", "finding", stage.label)
                    span(count(len(here)), "muted small")
                for deal in here[:_CARDS]:
                    with tag("a", "tile", href=address(f"/deals/{deal['id']}")):
                        tag("b", "", deal["name"])
                        tag("div", "muted small", desk.text("deal.since", day=day(deal["since"])))
                if len(here) > _CARDS:
                    span(desk.text("deal.more", n=len(here) - _CARDS), "muted small")


def _table(desk: Desk, deals: Sequence[Deal]) -> None:
    columns = (
        Column("name", desk.text("deal.name"), pinned=True, width=300),
        Column("stage_label", desk.text("deal.stage"), width=140),
        Column("since", desk.text("deal.stage_since"), ColumnKind.DAY, width=130),
        Column("party_id", desk.text("deal.party"), width=200),
        Column("created", desk.text("deal.created"), ColumnKind.DAY, width=130),
        Column("revision", desk.text("deal.events"), ColumnKind.NUMBER, width=110),
    )
    Table("deals", desk.text("page.deals"), columns, lambda key: desk.go(f"/deals/{key}")).show(desk, deals)


def _ask_new(desk: Desk, pipelines: Mapping[str, Pipeline]) -> None:
    with dialog(desk.text("deal.new")) as opened:
        names = {key: pipeline.name for key, pipeline in pipelines.items()}
        pipeline = ui.select(names, value=next(iter(names)), label=desk.text("deal.pipeline"))
        name = ui.input(desk.text("deal.name")).props("maxlength=200 autofocus")
        funds = ui.select({"": desk.text("deal.no_fund")} | _funds(desk), value="", label=desk.text("deal.fund"))
        party = party_choice(desk, desk.text("deal.enterprise"), PartyKind.ENTERPRISE)
        why = ui.input(desk.text("deal.why"), value=desk.text("deal.why_new")).props("maxlength=500")
        for entry in (pipeline, name, funds, why):
            entry.props("outlined dense options-dense")
        wrong = tag("div", "stack", aria_live="polite")

        async def send() -> None:
            chosen = pipelines[str(pipeline.value)]
            new = NewDeal(str(name.value or ""), str(funds.value or "") or None, None, str(party.value or "") or None)
            seen = await _opened(desk, chosen, new, str(why.value or ""))
            desk.go(f"/deals/{seen.record.id}")

        with line():
            primary(desk.text("deal.new"), lambda: told(desk, wrong, send))
            bare(desk.text("cancel"), opened.close)
    opened.open()


async def _opened(desk: Desk, pipeline: Pipeline, new: NewDeal, why: str) -> DealSeen:
    viewer, deals = desk.viewer, desk.services.deals
    role = next(iter(sorted(pipeline.first.by)), next(iter(pipeline.roles), ""))
    said = Said(viewer.name or viewer.role.value, role, why, now(), ())
    detail = {"kind": "opened"}
    return await written(desk, lambda: deals.open(viewer, pipeline.id, new, said), Action.DEAL_ENTERED, detail=detail)


def _funds(desk: Desk) -> dict[str, str]:
    return {record.id: record.name for record, _ in desk.services.deals.funds(desk.viewer)}
