"""The console on the application (挂载): NiceGUI under /console with every page; nothing is fetched from elsewhere."""

from copy import copy
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import app as pages_app
from nicegui import core, ui

from api.access.viewers import Viewer
from api.console import doors, sign_in
from api.console.blocks import muted, note, title
from api.console.desk import ROOT, Desk, desk_of, failed
from api.console.frame import admits, frame, navigation
from api.console.operator import doors as operator_doors
from api.console.pages import Page
from api.console.sitemap import PAGES
from api.console.words import catalogue
from api.errors import NotSignedIn, ServiceError
from api.problems import Problem
from matcher.errors import MatcherError

STATIC = Path(__file__).parent / "static"
STYLES = ("console.css", "operator.css", "institution.css")
BUILD_SECONDS = 30.0
"""How long a page may take to be built on a busy machine before the browser is told of an error."""
PASSWORD = "/password"  # noqa: S105  # an address
MISSING = Page("/{rest:path}", "missing", sign_in.show)


def attach(app: FastAPI) -> None:
    """Put the console under /console of `app`, whose services each page finds in the request's state."""
    catalogue()
    app.include_router(doors.router)
    app.include_router(doors.entrance)
    app.include_router(operator_doors.router)
    pages_app.add_static_files("/static", STATIC, max_cache_age=365 * 24 * 3600)
    for name in STYLES:
        version = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
        ui.add_head_html(f'<link rel="stylesheet" href="{ROOT}/static/{name}?v={version}">', shared=True)
    for page in PAGES:
        _register(page)
    _register_without_frame("/sign-in")
    _register(MISSING)
    core.sio.eio.cors_allowed_origins = None
    ui.run_with(
        app,
        mount_path=ROOT,
        title="融通",
        favicon=(STATIC / "favicon.svg").read_text("utf-8").strip(),
        dark=None,
        language="zh-CN",
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=30.0,
        show_welcome_message=False,
    )


def _register(page: Page) -> None:
    async def build(request: Request) -> Response | None:
        desk = _desk(request)
        try:
            viewer = await desk.work(lambda: desk.viewer)
        except NotSignedIn:
            return RedirectResponse(f"{ROOT}/sign-in?back={quote(desk.here, safe='')}", status_code=303)
        if viewer.scope is not None and page.path != PASSWORD:
            return RedirectResponse(f"{ROOT}{PASSWORD}", status_code=303)
        if page.path == "/":
            first = next(iter(navigation(PAGES, viewer)), None)
            if first is not None:
                return RedirectResponse(f"{ROOT}{first.path}", status_code=303)
        await _build(desk, page, viewer)
        return None

    ui.page(page.path, response_timeout=BUILD_SECONDS)(build)


def _register_without_frame(path: str) -> None:
    async def build(request: Request) -> None:
        await sign_in.show(_desk(request))

    ui.page(path, response_timeout=BUILD_SECONDS)(build)


async def _build(desk: Desk, page: Page, viewer: Viewer) -> None:
    with frame(desk, PAGES, page):
        if page is MISSING:
            ui.context.client.status_code = 404
            title(desk, "page.missing", under=desk.text("missing.text"))
        elif admits(page, viewer):
            await _shown(desk, page)
        else:
            ui.context.client.status_code = 403
            title(desk, f"page.{page.name}")
            muted(desk.text("forbidden.text", role=desk.text(f"role.{viewer.role.value}")))


async def _shown(desk: Desk, page: Page) -> None:
    """Build a page; an error that was foreseen stands where the page would, in its own words."""
    try:
        await page.show(desk)
    except (ServiceError, MatcherError) as error:
        if isinstance(error, NotSignedIn):
            raise
        ui.context.client.status_code = Problem.of_error(error).status
        ui.context.client.content.clear()
        title(desk, f"page.{page.name}")
        note(str(error), "red")


def _desk(request: Request) -> Desk:
    """The desk of a page in the making: its client takes over the desk's language, and light or dark."""
    desk, client = desk_of(request), ui.context.client
    client.page = copy(client.page)
    client.page.language = desk.words.language.tag
    client.page.dark = desk.dark
    ui.on_exception(lambda error: failed(desk, error))
    return desk
