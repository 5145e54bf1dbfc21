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
    empty,
    line,
    link,
    muted,
    panel,
    primary,
    quiet,
    span,
    tag,
    tile,
    title,
)
from api.console.charts import bars
from api.console.dealflow.fund_acts import KINDS, FundActs
from api.console.desk import Desk
from api.console.forms import Entry, Kind, Values, ask
from api.console.numbers import amount, day, moment
from api.console.writing import written
from api.deals.desk import FundSeen
from api.exchange.deals import fund_document, fund_summary

Document = Mapping[str, Any]
_TILES = (
    "size_wan",
    "subscribed_wan",
    "paid_in_wan",
    "invested_wan",
    "reserved_wan",
    "returned_wan",
    "fees_wan",
    "free_wan",
)


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
    seen = await desk.work(desk.services.deals.fund, desk.viewer, desk.path["fund"])
    document = fund_document(seen, today())
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
            shown = [(desk.text(f"deal.fund.{key}"), _figure(money[key]) or 0.0) for key in _TILES[2:]]
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
    with panel(desk.text("fund.exits")):
        _exits(desk, seen)
    with panel(desk.text("fund.book")):
        _book(desk, FundActs(desk, seen), document["history"])


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


def _exits(desk: Desk, seen: FundSeen) -> None:
    """Each exit with what it brought beside what the shares had cost."""
    found = [(deal.record, exit_) for deal in seen.deals for _, exit_ in deal.state.exits]
    if not found:
        muted(desk.text("fund.no_exits"))
        return
    heads = ("deal.name", "fund.on", "deal.proceeds", "fund.cost", "fund.gain")
    with tag("table", "rows"):
        with tag("thead"), tag("tr"):
            for place, head in enumerate(heads):
                tag("th", "number" if place > 1 else "", desk.text(head), scope="col")
        with tag("tbody"):
            for record, exit_ in found:
                gain = exit_.proceeds_wan - exit_.cost_wan
                with tag("tr"):
                    with tag("td", data_label=desk.text("deal.name")):
                        link(record.name, f"/deals/{record.id}")
                    tag("td", "", day(exit_.on), data_label=desk.text("fund.on"))
                    for head, figure in zip(heads[2:], (exit_.proceeds_wan, exit_.cost_wan, gain), strict=True):
                        tag("td", "number", amount(figure), data_label=desk.text(head))


def _book(desk: Desk, acts: FundActs, history: Sequence[Document]) -> None:
    """What was entered, the last on top, and the way to the next entry; nothing is overwritten."""
    able = desk.may(Permission.DEAL_WRITE)
    if able:
        with line():
            for kind in KINDS:
                quiet(desk.text(f"deal.kind.{kind}"), lambda kind=kind: acts.enter(kind), "add")
    if not history:
        muted(desk.text("fund.book_none"))
    with tag("ol", "timeline"):
        for event in reversed(history):
            with tag("li"):
                with line():
                    tag("b", "", desk.text(f"deal.kind.{event['kind']}"))
                    span(_said(event["body"]))
                    span(moment(event["at"]), "muted small")
                    if event["corrected"]:
                        span(desk.text("deal.corrected"), "tag")
                    elif able and event["kind"] != "correction":
                        act = bare(desk.text("deal.kind.correction"), lambda event=event: acts.correct(event))
                        act.props["aria-label"] = desk.text("deal.correct_of", n=event["number"])
                evidence = desk.text("deal.evidence_is", text="；".join(event["evidence"])) if event["evidence"] else ""
                tag("div", "muted small", " · ".join(x for x in (event["by"], event["why"], evidence) if x))


def _said(body: Document) -> str:
    """An entry's days and figures in a line."""
    parts = [day(body[key]) for key in ("on", "until") if body.get(key)]
    money = [key for key in ("subscribed_wan", "paid_wan", "amount_wan") if body.get(key) is not None]
    return " · ".join([*parts, *(amount(_figure(body[key])) for key in money), *filter(None, [body.get("bank")])])


def _ask_new(desk: Desk) -> None:
    shelf = desk.services.deals.pipelines.current(desk.viewer)
    names = {key: stated.pipeline.name for key, stated in shelf.items() if stated.pipeline.fund is not None}
    entries = (
        Entry("pipeline", desk.text("deal.pipeline"), Kind.CHOICE, options=names),
        Entry("name", desk.text("deal.fund_name"), needed=True),
    )

    async def send(values: Values) -> None:
        viewer, deals = desk.viewer, desk.services.deals
        detail = {"kind": "opened"}
        seen = await written(
            desk,
            lambda: deals.open_fund(viewer, values["pipeline"], values["name"], now()),
            Action.FUND_ENTERED,
            detail=detail,
        )
        desk.go(f"/funds/{seen.record.id}")

    ask(desk, desk.text("deal.new_fund"), entries, send, submit=desk.text("deal.new_fund"))
