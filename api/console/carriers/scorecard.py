"""One carrier by year (载体评价): dimensions and their change, a radar, where each value comes from, what lacks."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.clock import today
from api.console.blocks import bare, line, link, muted, note, panel, quiet, span, tag, tile
from api.console.carriers import listing
from api.console.carriers.entering import ask_focus, ask_value
from api.console.charts import radar
from api.console.desk import Desk
from api.console.numbers import UNKNOWN, amount, count, day, percent
from api.exchange.carriers import measured_document
from matcher.carriers.measures import FIRST_YEAR

Document = Mapping[str, Any]


async def show(desk: Desk) -> None:
    """The carrier that the address names. Raises `UnknownParty`."""
    await show_one(desk, desk.path["carrier"])


async def show_one(desk: Desk, carrier: str, *, home: bool = False) -> None:
    """A carrier in the year asked for, beside the year before; `home` where it is the viewer's own first page."""
    year, viewer = listing.year_of(desk), desk.viewer
    years = [item for item in (year - 1, year) if item >= FIRST_YEAR]
    document = measured_document(await desk.work(desk.services.carriers.measured, viewer, carrier, years, today()))
    Scorecard(desk, document, year, f"/carriers?year={year}" if home else f"/carriers/{carrier}?year={year}").show(
        home=home
    )


class Scorecard:
    """What a carrier's page shows of a year; `here` is where it is opened again after an entry."""

    def __init__(self, desk: Desk, document: Document, year: int, here: str) -> None:
        self._desk, self._document, self._year, self._here = desk, document, year, here
        self._card = document["years"][-1]
        self._able = desk.may(Permission.CARRIER_WRITE)

    def show(self, *, home: bool) -> None:
        """Build the page."""
        desk, document = self._desk, self._document
        name = document["carrier"]["name"]
        ui.page_title(f"{name} · {desk.text('product')}")
        if not home:
            link(desk.text("carrier.back"), f"/carriers?year={self._year}")
        with line("apart"):
            tag("h1", "", name)
            self._report()
        parts = (document["kind"] or desk.text("carrier.no_kind"), document["measures"]["name"])
        muted(" · ".join((*parts, desk.text("carrier.version", version=self._card["measures"]))))
        if document["carrier"]["synthetic"]:
            span(desk.text("carrier.synthetic"), "tag")
        listing.years(desk, self._here.split("?")[0], self._year)
        self._tiles()
        with tag("div", "columns two"):
            with panel():
                self._radar()
            with tag("div", "stack"):
                with panel(desk.text("carrier.dimensions")):
                    self._dimensions()
                with panel(desk.text("carrier.focus")):
                    self._focus()
        with panel(desk.text("carrier.lacking", n=len(self._card["missing"]))):
            self._lacking()
        with panel(desk.text("carrier.indicators")):
            self._indicators()
        if document["entered"]:
            with panel(), ui.expansion(desk.text("carrier.entered", n=len(document["entered"]))).classes("wide"):
                self._entered()

    def _report(self) -> None:
        asked = "&".join(f"year={item['year']}" for item in self._document["years"])
        href = f"/v1/carriers/{self._document['carrier']['id']}/scorecards.docx?{asked}"
        with tag("a", "file", href=href, download=True):
            ui.icon("download").props("aria-hidden=true")
            tag("span", "", self._desk.text("carrier.report"))

    def _tiles(self) -> None:
        text, card, focus = self._desk.text, self._card, self._document["focus"]
        with tag("div", "tiles"):
            tile(text("carrier.mark"), _figure(card["mark"]), under=text("carrier.mark_under"))
            tile(text("carrier.covered"), percent(Decimal(card["covered_pct"])))
            bounds = f"{Decimal(card['least']):.0f}–{Decimal(card['most']):.0f}"
            tile(text("carrier.bounds"), bounds, under=text("carrier.bounds_under"))
            tile(text("carrier.missing_count"), count(len(card["missing"])))
            tile(text("carrier.focus"), count(len(focus["industries"])) if focus else UNKNOWN)

    def _radar(self) -> None:
        desk, drawn = self._desk, self._document["radar"]
        series = {str(item["year"]): [_float(mark) for mark in item["marks"]] for item in drawn["years"]}
        series = {year: marks for year, marks in series.items() if any(mark is not None for mark in marks)}
        if not series:
            tag("h2", "finding", desk.text("carrier.radar_none"))
            muted(desk.text("carrier.radar_none_under"))
            return
        radar(desk, self._finding(), drawn["axes"], series)
        unknown = [item["name"] for item in self._card["dimensions"] if item["mark"] is None]
        if unknown:
            muted(desk.text("carrier.radar_gap", year=self._year, names="、".join(unknown)))

    def _finding(self) -> str:
        desk = self._desk
        known = [item for item in self._card["dimensions"] if item["mark"] is not None]
        if not known:
            return desk.text("carrier.finding_none", year=self._year)
        best = max(known, key=lambda item: Decimal(item["mark"]))
        return desk.text("carrier.finding", year=self._year, name=best["name"], mark=_figure(best["mark"]))

    def _dimensions(self) -> None:
        """Each dimension this year and the year before; a change is told only where the same is known in both."""
        desk, changes = self._desk, self._document["changes"]
        found = {item["name"]: item for item in (changes[-1]["dimensions"] if changes else ())}
        heads = (desk.text("carrier.weight"), str(self._year - 1), str(self._year), desk.text("carrier.change"))
        with tag("table", "rows"):
            _head(desk.text("carrier.dimension"), heads)
            with tag("tbody"):
                for item in self._card["dimensions"]:
                    change = found.get(item["name"], {})
                    cells = (_figure(item["weight"]), _figure(change.get("before")), _figure(item["mark"]))
                    with tag("tr"):
                        tag("th", "", item["name"], scope="row")
                        for head, cell in zip(heads, (*cells, self._change(change)), strict=True):
                            tag("td", "number", cell, data_label=head)

    def _change(self, change: Document) -> str:
        by = change.get("by")
        if by is None:
            return self._desk.text("carrier.not_comparable")
        moved = Decimal(by)
        sign = "▲ +" if moved > 0 else "▼ " if moved < 0 else ""
        return f"{sign}{amount(moved, '')}"

    def _focus(self) -> None:
        """What it focuses on, held to the one or two industries that the text asks for."""
        desk, focus = self._desk, self._document["focus"]
        share = next((x for of in self._card["dimensions"] for x in of["indicators"] if x["id"] == "focus_share"), None)
        if focus is None:
            mark(desk.text("carrier.focus_none"), done=False)
        else:
            mark(desk.text("carrier.focus_met", n=len(focus["industries"]), most=focus["most"]), done=True)
            for item in focus["industries"]:
                with line():
                    tag("b", "", item["name"])
                    span(item["industry"], "muted small")
                    span(item["category"], "tag")
        if share is not None and share["value"] is not None:
            tag("p", "small", desk.text("carrier.focus_share", share=percent(Decimal(share["value"]))))
        tag("p", "muted small", desk.text("carrier.focus_basis"))
        if self._able:
            with line():
                quiet(desk.text("carrier.focus_enter"), lambda: ask_focus(desk, self._document, self._here), "edit")

    def _lacking(self) -> None:
        """What has no value: what people enter with the way to it, what only records can give with what they need."""
        desk = self._desk
        lacking = [(of, x) for of in self._card["dimensions"] for x in of["indicators"] if x["value"] is None]
        if not lacking:
            mark(desk.text("carrier.whole"), done=True)
            return
        by_records = [x for _, x in lacking if x["computed"]]
        with tag("div", "chips"):
            for _, item in lacking:
                if not item["computed"] and self._able:
                    label = desk.text("carrier.enter_of", label=item["label"])
                    bare(label, lambda item=item: self._ask(item), "edit").props["aria-label"] = label
                elif not item["computed"]:
                    span(item["label"], "tag")
        if by_records:
            note(desk.text("carrier.by_records", names="、".join(item["label"] for item in by_records)))

    def _indicators(self) -> None:
        desk = self._desk
        heads = tuple(desk.text(f"carrier.head.{key}") for key in ("value", "target", "mark", "full", "source"))
        with tag("table", "rows indicators"):
            _head(desk.text("carrier.head.indicator"), heads, numeric=4, acts=self._able)
            for dimension in self._card["dimensions"]:
                with tag("tbody"):
                    with tag("tr", "group"):
                        covered = desk.text("carrier.covers", share=percent(Decimal(dimension["covered_pct"])))
                        said = f"{dimension['name']} · {_figure(dimension['mark'])} · {covered}"
                        tag("th", "", said, colspan=7 if self._able else 6, scope="rowgroup")
                    for item in dimension["indicators"]:
                        self._indicator(item, heads)

    def _indicator(self, item: Document, heads: Sequence[str]) -> None:
        desk = self._desk
        full = desk.text("carrier.full_of", full=_figure(item["full"], item["unit"]), weight=_figure(item["weight"]))
        figures = (
            _figure(item["value"], item["unit"]),
            _figure(item["target"], item["unit"]),
            _figure(item["mark"]),
            full,
        )
        with tag("tr"):
            with tag("th", "", scope="row"):
                tag("div", "", item["label"])
                if item["assumption"]:
                    tag("div", "muted small", item["assumption"])
            for head, figure in zip(heads, figures, strict=False):
                tag("td", "number", figure, data_label=head)
            with tag("td", data_label=heads[-1]):
                _source(desk, item)
            if self._able:
                with tag("td"):
                    label = desk.text("carrier.enter_of", label=item["label"])
                    bare(desk.text("carrier.enter"), lambda: self._ask(item)).props["aria-label"] = label

    def _ask(self, item: Document) -> None:
        ask_value(self._desk, self._document["carrier"]["id"], item, self._year, self._here)

    def _entered(self) -> None:
        """All that was entered, the last on top; nothing is overwritten."""
        desk = self._desk
        labels = {x["id"]: x["label"] for of in self._card["dimensions"] for x in of["indicators"]}
        with tag("ol", "timeline"):
            for item in sorted(self._document["entered"], key=lambda item: str(item["at"]), reverse=True):
                with tag("li"):
                    kind = desk.text(f"carrier.told.{item['kind']}")
                    label = labels.get(item["indicator"], item["indicator"])
                    tag("b", "", f"{item['year']} · {label} · {kind} {item['value']}")
                    tag("div", "small", f"{item['by']} · {day(item['at'])}")
                    tag("div", "muted small", desk.text("deal.evidence_is", text="；".join(item["evidence"])))


def mark(text: str, *, done: bool) -> None:
    """Something that is as it should be, or that is still lacking: an icon, a word and a colour."""
    with tag("span", "state state-met" if done else "state state-unknown"):
        ui.icon("check_circle" if done else "radio_button_unchecked").props("aria-hidden=true")
        tag("span", "", text)


def _source(desk: Desk, item: Document) -> None:
    """Where a value comes from: the platform's records, the carrier's own fields, who entered it, or nowhere yet."""
    if item["value"] is None:
        with tag("span", "state state-unknown"):
            ui.icon("radio_button_unchecked").props("aria-hidden=true")
            tag(
                "span",
                "",
                desk.text("carrier.source.missing_records" if item["computed"] else "carrier.source.missing"),
            )
        return
    key = "computed" if item["computed"] else "entered" if item["by"] else "field"
    icon = {"computed": "calculate", "entered": "edit_note", "field": "badge"}[key]
    with tag("span", "state state-manual_review"):
        ui.icon(icon).props("aria-hidden=true")
        tag("span", "", desk.text(f"carrier.source.{key}"))
    told = (item["by"], item["evidence"]) if key == "entered" else (item["source"],) if key == "field" else ()
    tag("div", "muted small", " · ".join(part for part in (*told, day(item["on"])) if part))


def _head(first: str, others: Sequence[str], *, numeric: int = 9, acts: bool = False) -> None:
    with tag("thead"), tag("tr"):
        tag("th", "", first, scope="col")
        for place, head in enumerate(others):
            tag("th", "number" if place < numeric else "", head, scope="col")
        if acts:
            tag("td", "")


def _figure(said: str | None, unit: str = "") -> str:
    if said is None:
        return UNKNOWN
    return f"{amount(Decimal(said), '')}%" if unit == "%" else amount(Decimal(said), unit)


def _float(said: str | None) -> float | None:
    return None if said is None else float(said)
