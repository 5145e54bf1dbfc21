"""What stands around every page (框架): the bar above, the navigation by role, and who may see the page at all."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from nicegui import ui
from nicegui.element import Element

from api.access.permissions import Permission, Reach, may
from api.access.viewers import Role, Viewer
from api.console.blocks import address, tag
from api.console.desk import Desk
from api.console.pages import Page
from api.console.words import Language


def navigation(pages: Iterable[Page], viewer: Viewer) -> tuple[Page, ...]:
    """The pages that a viewer's navigation lists: those of the role that they may use."""
    return tuple(page for page in pages if viewer.role in page.roles and admits(page, viewer))


def admits(page: Page, viewer: Viewer) -> bool:
    """Whether a viewer may open a page."""
    return page.needs is None or may(viewer, page.needs) is not Reach.NONE


@contextmanager
def frame(desk: Desk, pages: Iterable[Page], current: Page) -> Iterator[None]:
    """Build the bar and the navigation around what is built inside."""
    viewer = desk.viewer
    ui.page_title(f"{desk.text('page.' + current.name)} · {desk.text('product')}")
    ui.colors(primary="#1F5FBF", positive="#1A7A36", negative="#B3261E", warning="#8A5800")
    side = _drawer()
    with side:
        _navigation(desk, navigation(pages, viewer), current)
    with ui.header(elevated=False).classes("bar"):
        menu = tag("button", "plain", type="button", aria_label=desk.text("menu"))
        menu.on("click", lambda: side.run_method("toggle"))
        with menu:
            ui.icon("menu").props("aria-hidden=true")
        tag("a", "brand", desk.text("product"), href=address("/"))
        _who(desk, viewer)
        tag("div", "grow")
        _search(desk, viewer)
        _preferences(desk)
        _leave(desk, viewer)
    yield


def _drawer() -> Element:
    """The side of the page: open where there is room, folded on a phone; the browser alone keeps which it is."""
    layout = ui.context.client.layout
    layout.props["view"] = "hhh Lpr fff"
    with layout:
        side = Element("q-drawer").classes("side nicegui-drawer")
    side.props("show-if-above side=left width=208 breakpoint=1023")
    side.move(target_index=0)
    return side


def _navigation(desk: Desk, pages: Iterable[Page], current: Page) -> None:
    with tag("nav", aria_label=desk.text("navigation")):
        for page in pages:
            with tag("a", href=address(page.path), aria_current="page" if page is current else None):
                ui.icon(page.icon).props("aria-hidden=true")
                tag("span", "", desk.text(f"page.{page.name}"))


def _who(desk: Desk, viewer: Viewer) -> None:
    with tag("div", "who muted small"):
        tag("span", "", desk.text("platform", name=viewer.tenant))
        tag("span", "as", " · " + desk.text(f"role.{viewer.role.value}"))


def _search(desk: Desk, viewer: Viewer) -> None:
    asks = viewer.role is Role.ENTERPRISE
    if not asks and may(viewer, Permission.PARTY_SEARCH) is Reach.NONE:
        return
    label = desk.text("search.ask" if asks else "search.parties")
    with tag("form", "search", action=address("/ask" if asks else "/search"), method="get", role="search"):
        tag("input", type="search", name="q", placeholder=label, aria_label=label, maxlength=200)


def _preferences(desk: Desk) -> None:
    back = quote(desk.here, safe="")
    other = Language.ZH if desk.words.language is Language.EN else Language.EN
    switch = address(f"/prefer?words={other.value}&back={back}")
    tag("a", "plain", desk.text("language.other"), href=switch, lang=other.tag)
    light = "light" if desk.dark else "dark"
    with tag("a", "plain", href=address(f"/prefer?light={light}&back={back}"), aria_label=desk.text(f"light.{light}")):
        ui.icon("light_mode" if desk.dark else "dark_mode").props("aria-hidden=true")


def _leave(desk: Desk, viewer: Viewer) -> None:
    if viewer.account_id is None:
        return
    with tag("a", "plain", href=address("/account"), aria_label=desk.text("page.account")):
        ui.icon("account_circle").props("aria-hidden=true")
        tag("span", "label", viewer.name or desk.text(f"role.{viewer.role.value}"))
    with tag("form", action=address("/sign-out"), method="post"):
        button = tag("button", "plain", type="submit", aria_label=desk.text("sign_out"))
        with button:
            ui.icon("logout").props("aria-hidden=true")
            tag("span", "label", desk.text("sign_out"))
