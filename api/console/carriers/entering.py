"""What is entered of a carrier (填报): an indicator's value or target with its evidence, the industries in focus."""

from collections.abc import Mapping
from typing import Any

from api.access.audit import Action
from api.clock import now, today
from api.console.desk import Desk
from api.console.forms import Entry, Kind, Values, ask
from api.console.writing import written
from api.store.carriers import EnteredFocus, EnteredValue, Told
from matcher.carriers.facts import FOCUS_CLASSES, MOST_FOCUS
from matcher.errors import InvalidValue
from matcher.taxonomy import industries

Document = Mapping[str, Any]


def ask_value(desk: Desk, carrier: str, item: Document, year: int, back: str) -> None:
    """Ask for a value of an indicator in a year, or for its target; what records give can only have a target."""
    text = desk.text
    kinds = [Told.TARGET] if item["computed"] else [Told.ACTUAL, Told.TARGET]
    options = {kind.value: text(f"carrier.told.{kind.value}") for kind in kinds}
    entries = (
        Entry("value", item["label"], Kind.NUMBER, unit=item["unit"], needed=True),
        Entry("kind", text("carrier.told"), Kind.CHOICE, kinds[0].value, options),
        Entry("by", text("carrier.by"), value=desk.viewer.name, needed=True),
        Entry("evidence", text("carrier.evidence"), Kind.NAMES, needed=True),
    )

    async def send(values: Values) -> None:
        kind = Told(values["kind"])
        told = EnteredValue(
            carrier, year, item["id"], values["value"], now(), values["by"], today(), values["evidence"], kind
        )
        detail = {"year": year, "indicator": item["id"], "kind": kind.value}
        viewer, enter = desk.viewer, desk.services.carriers.enter
        await written(desk, lambda: enter(viewer, told), Action.CARRIER_ENTERED, subjects=[carrier], detail=detail)
        desk.go(back)

    under = text("carrier.enter_under_records" if item["computed"] else "carrier.enter_under", year=year)
    ask(
        desk,
        text("carrier.enter_heading", label=item["label"], year=year),
        entries,
        send,
        submit=text("save"),
        under=under,
    )


def ask_focus(desk: Desk, document: Document, back: str) -> None:
    """Ask for the one or two industries that a carrier focuses on, by code or by name, each with its class."""
    text, carrier = desk.text, document["carrier"]["id"]
    held = document["focus"]["industries"] if document["focus"] else []
    classes = {"": text("carrier.no_class")} | {kind: kind for kind in FOCUS_CLASSES}
    entries = []
    for place in range(MOST_FOCUS):
        told = held[place] if place < len(held) else {}
        name, kind = told.get("name", ""), told.get("category", "")
        first = text("carrier.industry", n=place + 1)
        entries.append(Entry(f"industry{place}", first, value=name, hint=text("input.industry"), needed=place == 0))
        entries.append(Entry(f"class{place}", text("carrier.class", n=place + 1), Kind.CHOICE, kind, classes))

    async def send(values: Values) -> None:
        named = (
            (values[f"industry{place}"], values[f"class{place}"] or "")
            for place in range(MOST_FOCUS)
            if values[f"industry{place}"]
        )
        told = EnteredFocus(
            {_code(said): kind for said, kind in named}, now(), desk.viewer.name or desk.viewer.role.value
        )
        viewer, focus = desk.viewer, desk.services.carriers.focus
        detail = {"focus": sorted(told.industries)}
        await written(
            desk, lambda: focus(viewer, carrier, told), Action.CARRIER_ENTERED, subjects=[carrier], detail=detail
        )
        desk.go(back)

    ask(desk, text("carrier.focus_enter"), entries, send, submit=text("save"), under=text("carrier.focus_under"))


def _code(said: str) -> str:
    """The code of an industry that was typed by code or name. Raises `InvalidValue`."""
    found = industries.find_industry(said)
    if found is None:
        raise InvalidValue(
            found=f"行业“{said[:40]}”",
            expected="GB/T 4754 的行业代码或名称",
            remedy="请改为国标的行业名称，如 医疗仪器设备及器械制造",
        )
    return found.code
