"""What carriers are measured by (评价办法): the versions, what one holds, and a province's own file uploaded."""

from collections.abc import Mapping
from typing import Any

from nicegui import events, ui

from api.access.audit import Action
from api.access.permissions import Permission
from api.carriers.shelf import MOST_BYTES
from api.clock import now, today
from api.console.blocks import address, bare, dialog, line, link, muted, note, panel, primary, quiet, span, tag, title
from api.console.desk import Desk
from api.console.numbers import amount, moment
from api.console.refusals import refusal
from api.console.writing import written
from api.exchange.carriers import measures_document
from matcher.carriers.measures import Measures
from matcher.errors import InvalidCatalogue, InvalidValue

Document = Mapping[str, Any]
_SHOWN = 20


async def show(desk: Desk) -> None:
    """The version that the address names, or the one in force, with all the others beside it."""
    shelf, viewer = desk.services.carriers.measures, desk.viewer
    versions = await desk.work(shelf.versions, viewer)
    in_force = await desk.work(shelf.in_force, viewer, today().year)
    chosen = desk.query.get("version") or in_force.version
    stated = await desk.work(shelf.of, viewer, chosen)
    document = measures_document(stated)
    link(desk.text("carrier.back"), "/carriers")
    with line("apart"):
        with tag("div"):
            title(desk, "page.measures", under=desk.text("measures.under"))
        with line():
            name = f"{document['id']}-{document['version']}.yaml"
            content = document["content"].encode()
            quiet(desk.text("measures.download"), lambda: ui.download.content(content, name), "download")
            if desk.may(Permission.MEASURES_WRITE):
                primary(desk.text("measures.upload"), lambda: _ask_file(desk), "upload")
    with panel(desk.text("measures.versions")), tag("table", "rows"), tag("tbody"):
        for item in versions:
            _version(desk, measures_document(item), in_force.version, chosen)
    with panel(document["name"]):
        muted(desk.text("measures.about", since=document["since"], version=document["version"]))
        _dimensions(desk, document)


def _version(desk: Desk, item: Document, in_force: str, chosen: str) -> None:
    with tag("tr"):
        with tag("td", data_label=desk.text("measures.name")):
            current = "true" if item["version"] == chosen else None
            tag(
                "a",
                "",
                item["name"],
                href=address(f"/carriers/measures?version={item['version']}"),
                aria_current=current,
            )
        tag("td", "", item["version"], data_label=desk.text("measures.version"))
        tag("td", "", desk.text("measures.since", year=item["since"]), data_label=desk.text("measures.from"))
        kept = f"{item['by']} · {moment(item['kept'])}" if item["own"] else desk.text("measures.built_in")
        tag("td", "", kept, data_label=desk.text("measures.kept"))
        with tag("td", data_label=""):
            if item["version"] == in_force:
                span(desk.text("measures.in_force"), "tag blue")


def _dimensions(desk: Desk, document: Document) -> None:
    heads = ("indicator", "unit", "weight", "full", "from", "basis")
    with tag("table", "rows indicators"):
        with tag("thead"), tag("tr"):
            for head in heads:
                tag(
                    "th",
                    "number" if head in ("weight", "full") else "",
                    desk.text(f"measures.head.{head}"),
                    scope="col",
                )
        for of in document["dimensions"]:
            with tag("tbody"):
                with tag("tr", "group"):
                    kinds = f" · {'、'.join(of['kinds'])}" if of["kinds"] else ""
                    weight = desk.text("measures.weight", weight=amount(float(of["weight"]), ""))
                    tag("th", "", f"{of['name']} · {weight}{kinds}", colspan=len(heads), scope="rowgroup")
                for item in of["indicators"]:
                    _indicator(desk, item)


def _indicator(desk: Desk, item: Document) -> None:
    origin = "computed" if item["computed"] else "field" if item["field"] else "entered"
    with tag("tr"):
        tag("th", "", item["label"], scope="row")
        tag("td", "", item["unit"], data_label=desk.text("measures.head.unit"))
        tag("td", "number", amount(float(item["weight"]), ""), data_label=desk.text("measures.head.weight"))
        tag("td", "number", amount(float(item["full"]), ""), data_label=desk.text("measures.head.full"))
        tag("td", "", desk.text(f"carrier.source.{origin}"), data_label=desk.text("measures.head.from"))
        tag("td", "small", item["article"] or item["assumption"], data_label=desk.text("measures.head.basis"))


def _ask_file(desk: Desk) -> None:
    """Ask for a file, try it, tell each fault with its place, and keep it when that is confirmed."""
    with dialog(desk.text("measures.upload")) as opened:
        muted(desk.text("measures.upload_under"))
        with tag("label", "stack tight"):
            tag("span", "muted small", desk.text("measures.choose"))
            chosen = tag("input", "file-input", type="file", accept=".yaml,.yml")
        said = tag("div", "stack", role="status")

        async def taken(event: events.GenericEventArguments) -> None:
            said.clear()
            with said:
                await _tell(desk, str(event.args["name"]), event.args["text"])

        chosen.on("change", taken, js_handler=_READ)
        bare(desk.text("close"), opened.close)
    opened.open()


_READ = f"""async (event) => {{
  const file = event.target.files[0];
  if (file) emit({{name: file.name, text: file.size > {MOST_BYTES} ? null : await file.text()}});
}}"""
"""Reads the file that was chosen in the browser; one that is too large is not sent at all."""


async def _tell(desk: Desk, file: str, text: str | None) -> None:
    if text is None:
        note(desk.text("measures.too_large", bytes=MOST_BYTES), "red")
        return
    try:
        measures = await desk.work(desk.services.carriers.measures.tried, file, text)
    except InvalidCatalogue as fault:
        _faults(desk, fault)
    except InvalidValue as fault:
        refusal(desk, fault)
    else:
        _found(desk, file, text, measures)


def _found(desk: Desk, file: str, text: str, measures: Measures) -> None:
    dimensions, indicators = len(measures.dimensions), len([*measures.indicators()])
    said = desk.text(
        "measures.found", name=measures.name, dimensions=dimensions, indicators=indicators, year=measures.since
    )
    note(said)

    async def keep() -> None:
        viewer, shelf = desk.viewer, desk.services.carriers.measures
        by, detail = viewer.name or viewer.role.value, {"version": measures.version}
        await written(desk, lambda: shelf.write(viewer, file, text, now(), by), Action.MEASURES_WRITTEN, detail=detail)
        desk.go(f"/carriers/measures?version={measures.version}")

    with line():
        primary(desk.text("measures.keep"), keep)


def _faults(desk: Desk, fault: InvalidCatalogue) -> None:
    """What is wrong, each with its place; nothing of the file is kept before all of it is right."""
    parts = fault.parts or (fault,)
    note(desk.text("measures.wrong", n=len(parts)), "red")
    with tag("table", "rows"):
        with tag("thead"), tag("tr"):
            for key in ("where", "found", "remedy"):
                tag("th", "", desk.text(f"measures.fault.{key}"), scope="col")
        with tag("tbody"):
            for part in parts[:_SHOWN]:
                line_said = "" if part.line is None else desk.text("measures.line", n=part.line)
                with tag("tr"):
                    tag("td", "", f"{part.where} {line_said}".strip(), data_label=desk.text("measures.fault.where"))
                    tag("td", "", part.fault, data_label=desk.text("measures.fault.found"))
                    said = f"{part.expected}；{part.remedy}"
                    tag("td", "", said, data_label=desk.text("measures.fault.remedy"))
