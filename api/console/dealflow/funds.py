"""Funds (基金): what is called, invested, decided but unpaid, back, and what fees are due; each fund's projects."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.access.permissions import Permission
from api.clock import now, today
from api.console.blocks import (
    address,
    bare,
    definition,
    dialog,
    empty,
    line,
    link,
    muted,
    panel,
    primary,
    tag,
    tile,
    title,
)
from api.console.charts import bars
from api.console.desk import Desk
from api.console.numbers import amount, day
from api.exchange.deals import fund_document, fund_summary

Document = Mapping[str, Any]
_TILES = ("size_wan", "paid_in_wan", "invested_wan", "reserved_wan", "returned_wan", "fees_wan", "free_wan")


async def show_all(desk: Desk) -> None:
    """The platform's funds."""
    found = [fund_summary(*item) for item in await desk.work(desk.services.deals.funds, desk.viewer)]
    with line("apart"):
        title(desk, "page.funds", under=desk.text("deal.funds_under"))
        if desk.may(Permission.DEAL_WRITE) and found:
            primary(desk.text("deal.new_fund"), lambda: _ask_new(desk), "add")
    if not found:
        empty(desk.text("deal.no_funds"), [(desk.text("deal.new_fund"), lambda: _ask_new(desk))])
        return
    with tag("div", "columns"):
        for fund in found:
            with tag("a", "role", href=address(f"/funds/{fund['id']}")):
                tag("b", "", fund["name"])
                tag("span", "muted small", fund["pipeline_name"])


async def show_one(desk: Desk) -> None:
    """One fund as of today. Raises `UnknownDeal`."""
    document = fund_document(await desk.work(desk.services.deals.fund, desk.viewer, desk.path["fund"]), today())
    ui.page_title(f"{document['name']} · {desk.text('product')}")
    link(desk.text("deal.back_to_funds"), "/funds")
    tag("h1", "", document["name"])
    phase = document["phase"] and document["phase"]["now"]
    muted(" · ".join(part for part in (document["pipeline_name"], phase, desk.text("deal.as_of", day=today())) if part))
    money = document["money"]
    with tag("div", "tiles"):
        for key in _TILES:
            tile(f"{desk.text(f'deal.fund.{key}')}（{desk.text('deal.wan')}）", amount(_figure(money[key]), ""))
    with tag("div", "columns"):
        with panel():
            shown = [(desk.text(f"deal.fund.{key}"), _figure(money[key]) or 0.0) for key in _TILES[1:]]
            invested, paid = amount(_figure(money["invested_wan"])), amount(_figure(money["paid_in_wan"]))
            bars(desk, desk.text("deal.finding.fund", invested=invested, paid=paid), shown, axis=desk.text("deal.wan"))
        with panel(desk.text("deal.fees")):
            _fees(desk, document["fees"])
        if document["phase"]:
            with panel(desk.text("deal.phases")), tag("dl", "said"):
                for item in document["phase"]["periods"]:
                    definition(item["label"], f"{day(item['begins'])} — {day(item['ends'])}")
    with panel(desk.text("page.deals")):
        _deals(desk, document["deals"])


def _figure(said: str | None) -> float | None:
    return None if said is None else float(said)


def _fees(desk: Desk, fees: Sequence[Document]) -> None:
    if not fees:
        muted(desk.text("deal.no_fees"))
        return
    heads = ("year", "due_wan", "taken_wan", "left_wan")
    with tag("table", "rows"):
        with tag("thead"), tag("tr"):
            for head in heads:
                tag("th", "" if head == "year" else "number", desk.text(f"deal.fee.{head}"), scope="col")
        with tag("tbody"):
            for fee in fees:
                with tag("tr"):
                    tag("td", "", str(fee["year"]), data_label=desk.text("deal.fee.year"))
                    for head in heads[1:]:
                        tag("td", "number", amount(_figure(fee[head])), data_label=desk.text(f"deal.fee.{head}"))


def _deals(desk: Desk, deals: Sequence[Document]) -> None:
    if not deals:
        muted(desk.text("deal.fund_empty"))
        return
    with tag("table", "rows"):
        with tag("thead"), tag("tr"):
            for key in ("name", "stage"):
                tag("th", "", desk.text(f"deal.{key}"), scope="col")
            for key in ("paid_wan", "returned_wan"):
                tag("th", "number", desk.text(f"deal.money.{key}"), scope="col")
        with tag("tbody"):
            for deal in deals:
                with tag("tr"):
                    with tag("td", data_label=desk.text("deal.name")):
                        link(deal["name"], f"/deals/{deal['id']}")
                    tag("td", "", deal["stage_label"], data_label=desk.text("deal.stage"))
                    for key in ("paid_wan", "returned_wan"):
                        said = amount(_figure(deal["money"][key]))
                        tag("td", "number", said, data_label=desk.text(f"deal.money.{key}"))


def _ask_new(desk: Desk) -> None:
    shelf = desk.services.deals.pipelines.current(desk.viewer)
    names = {key: stated.pipeline.name for key, stated in shelf.items() if stated.pipeline.fund is not None}
    with dialog(desk.text("deal.new_fund")) as opened:
        pipeline = ui.select(names, value=next(iter(names), None), label=desk.text("deal.pipeline"))
        name = ui.input(desk.text("deal.fund_name")).props("maxlength=200 autofocus")
        for entry in (pipeline, name):
            entry.props("outlined dense options-dense")

        async def send() -> None:
            viewer, services = desk.viewer, desk.services
            seen = await desk.work(services.deals.open_fund, viewer, str(pipeline.value), str(name.value or ""), now())
            detail, subjects = {"kind": "opened"}, [seen.record.id]
            note = services.audit.note
            await desk.work(lambda: note(viewer, Action.FUND_ENTERED, subjects=subjects, detail=detail))
            desk.go(f"/funds/{seen.record.id}")

        with line():
            primary(desk.text("deal.new_fund"), send)
            bare(desk.text("cancel"), opened.close)
    opened.open()
