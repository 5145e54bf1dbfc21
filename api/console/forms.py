"""Forms in dialogs (登记): a list of inputs read into typed values; what is wrong or refused is said in place."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from nicegui import ui

from api.console.blocks import bare, dialog, line, muted, primary, tag
from api.console.desk import Desk
from api.console.refusals import told
from matcher.errors import InvalidValue

_LONGEST = 500
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class Kind(StrEnum):
    """What an input takes."""

    TEXT = "text"
    NAMES = "names"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Entry:
    """One input: its key among the values, its label in the desk's language, what it takes, what stands in it first.

    `options` are those of a choice, by value; `unit` stands behind the label; `needed` asks for a value in place.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    value: Any = None
    options: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    hint: str = ""
    needed: bool = False

    @property
    def heading(self) -> str:
        """The label with its unit."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label


Values = Mapping[str, Any]
"""What was typed: text, `Decimal`, `date`, or a tuple of texts, by key; None where nothing was."""
Send = Callable[[Values], Awaitable[None]]


def ask(
    desk: Desk,
    heading: str,
    entries: Sequence[Entry],
    send: Send,
    *,
    submit: str,
    under: str = "",
    above: Callable[[], None] | None = None,
) -> None:
    """Open a dialog with these inputs; it stays open, with what is wrong, until `send` went through.

    `under` is a sentence under the heading, `above` builds what is to be read before anything is typed.
    """
    with dialog(heading) as opened:
        if under:
            muted(under)
        if above is not None:
            above()
        wrong = tag("div", "stack", aria_live="polite")
        with tag("div", "fields"):
            inputs = {
                entry.key: (entry, _control(desk, entry, first=place == 0)) for place, entry in enumerate(entries)
            }

        async def give() -> None:
            async def sent() -> None:
                await send(read(inputs.values()))

            if await told(desk, wrong, sent):
                opened.close()

        with line():
            primary(submit, give)
            bare(desk.text("cancel"), opened.close)
    opened.open()


def read(inputs: Iterable[tuple[Entry, Any]]) -> dict[str, Any]:
    """The typed values of inputs. Raises `InvalidValue` naming the first that cannot be read or is missing."""
    found = {}
    for entry, control in inputs:
        value = typed(entry, control.value)
        if entry.needed and value in (None, "", ()):
            raise InvalidValue(found=f"没有填写{entry.label}", expected=entry.heading, remedy=f"请补上{entry.label}")
        found[entry.key] = value
    return found


def typed(entry: Entry, value: Any) -> Any:
    """One input's value as its kind has it. Raises `InvalidValue` for a number or a day that is none."""
    text = str(value if value is not None else "").strip()
    match entry.kind:
        case Kind.NUMBER:
            return _number(entry, text)
        case Kind.DAY:
            return _day(entry, text)
        case Kind.NAMES:
            return tuple(part.strip() for part in re.split("[;\uff1b]", text) if part.strip())
        case Kind.CHOICES:
            return tuple(value or ())
    return text or None


def _number(entry: Entry, text: str) -> Decimal | None:
    if not text:
        return None
    plain = text.replace(",", "").replace("\uff0c", "")
    if _NUMBER.fullmatch(plain) is None:
        raise InvalidValue(
            found=f"{entry.heading}为 {text[:40]}",
            expected="数字，如 300 或 12.5，小数不超过六位",
            remedy=f"请改正{entry.label}",
        )
    return Decimal(plain)


def _day(entry: Entry, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            found=f"{entry.heading}为 {text[:40]}", expected="日期，如 2026-11-22", remedy=f"请改正{entry.label}"
        ) from None


def _control(desk: Desk, entry: Entry, *, first: bool) -> Any:
    control: Any
    if entry.kind in (Kind.CHOICE, Kind.CHOICES):
        many = entry.kind is Kind.CHOICES
        control = ui.select(dict(entry.options), label=entry.heading, multiple=many, value=_chosen(entry, many=many))
        control.props("options-dense")
        if many:
            control.props("use-chips")
    else:
        value = entry.value.isoformat() if isinstance(entry.value, date) else str(entry.value or "")
        control = ui.input(entry.heading, value=value).props(f"maxlength={_LONGEST}")
        if entry.kind is Kind.DAY:
            control.props("type=date stack-label")
        elif entry.kind is Kind.NUMBER:
            control.props("inputmode=decimal")
        elif entry.kind is Kind.NAMES:
            control.props("stack-label").props["placeholder"] = desk.text("form.names")
    if entry.hint:
        control.props["hint"] = entry.hint
    if first:
        control.props("autofocus")
    return control.props("outlined dense")


def _chosen(entry: Entry, *, many: bool) -> Any:
    if many:
        return list(entry.value or ())
    return entry.value if entry.value in entry.options else next(iter(entry.options), None)
