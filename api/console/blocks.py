"""Small parts that every page is built of (部件): headings, panels, empty states, buttons, plain HTML elements."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from api.console.desk import ROOT, Desk

Act = Callable[[], Any] | Callable[[], Awaitable[Any]]
"""What a button does."""


def tag(name: str, classes: str = "", text: str | None = None, /, **attributes: object) -> Element:
    """A plain HTML element with its text and attributes; `_` in a name of an attribute stands for `-` (`for_`: `for`).

    Text is escaped. An attribute that is True stands without a value; one that is None or False is left out.
    """
    element = Element(name) if text is None else TextElement(tag=name, text=text)
    for key, value in attributes.items():
        if value is not None and value is not False:
            element.props[key.rstrip("_").replace("_", "-")] = value if value is True else str(value)
    return element.classes(classes) if classes else element


def span(text: str, classes: str = "") -> Element:
    """A piece of text within a line."""
    return tag("span", classes, text)


def muted(text: str) -> Element:
    """A paragraph in the background."""
    return tag("p", "muted", text)


def line(classes: str = "") -> Element:
    """A row whose parts wrap."""
    return tag("div", f"line {classes}".rstrip())


def stack(classes: str = "") -> Element:
    """Parts beneath each other over the whole width."""
    return tag("div", f"stack {classes}".rstrip())


def title(desk: Desk, key: str, *, under: str = "", **values: object) -> None:
    """A page's title, and a sentence `under` it."""
    tag("h1", "", desk.text(key, **values))
    if under:
        muted(under)


def panel(heading: str = "", *, classes: str = "") -> Element:
    """A framed surface; a heading names its region for screen readers."""
    surface = tag("section", f"panel {classes}".rstrip(), aria_label=heading or None)
    if heading:
        with surface:
            tag("h2", "", heading)
    return surface


@contextmanager
def dialog(heading: str, *, classes: str = "") -> Iterator[ui.dialog]:
    """A dialog with its heading, to be opened by `open()`; screen readers hear the heading as its name."""
    with ui.dialog() as made:
        made.props["aria-label"] = heading
        with panel(heading, classes=classes):
            yield made


def tile(label: str, number: str, *, under: str = "") -> None:
    """One number with what it counts."""
    with tag("div", "tile"):
        tag("div", "muted small", label)
        tag("div", "big", number)
        if under:
            tag("div", "muted small", under)


def empty(text: str, actions: Iterable[tuple[str, Act]] = ()) -> None:
    """An empty state that teaches: what would stand here, and what to do first."""
    with tag("div", "empty"):
        tag("p", "", text)
        with line():
            for label, act in actions:
                primary(label, act)


def note(text: str, tone: str = "") -> Element:
    """A remark in place; `tone` is "", "amber" or "red"."""
    return tag("div", f"note {tone}".rstrip(), text, role="status" if tone else None)


def primary(label: str, act: Act, icon: str | None = None) -> ui.button:
    """The button for what one comes to a page to do."""
    return ui.button(label, on_click=act, icon=icon).props("unelevated dense no-caps color=primary")


def quiet(label: str, act: Act, icon: str | None = None) -> ui.button:
    """A button beside the main one."""
    return ui.button(label, on_click=act, icon=icon, color=None).props("outline dense no-caps").classes("quiet")


def bare(label: str, act: Act, icon: str | None = None) -> ui.button:
    """A button without a border."""
    return ui.button(label, on_click=act, icon=icon, color=None).props("flat dense no-caps").classes("quiet")


def link(text: str, path: str) -> Element:
    """A link to a page beneath /console."""
    return tag("a", "", text, href=address(path))


def address(path: str) -> str:
    """Where a page of the console stands, for a plain link."""
    return f"{ROOT}{path}"


def definition(term: str, said: str) -> None:
    """A line of a list of definitions, inside a `dl` of class `said`."""
    tag("dt", "", term)
    tag("dd", "", said)
