"""A browser at the console's desks: Debian's chromium by playwright, a real server, the demonstration world."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.api.http.test_http_serve import free_port, wait_until_ready

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SERIOUS = frozenset({"serious", "critical"})
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
PATIENCE = 60_000
"""How long (ms) a page may take on a busy machine; a test says apart from this what must be quick."""


def chromium() -> str | None:
    """Where the browser is: RONGTONG_CHROMIUM, or the one on the path."""
    return os.environ.get("RONGTONG_CHROMIUM") or shutil.which("chromium")


@contextmanager
def served(data: Path, *, demo: bool = True, **settings: str) -> Iterator[str]:
    """A service with its console over a fresh data folder; gives its address."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RONGTONG_")}
    env = kept | {"RONGTONG_DATA": str(data), "RONGTONG_PORT": str(port), "RONGTONG_LOG_FORMAT": "json"} | settings
    command = [sys.executable, "-m", "tests.browser.serving", *(["--demo"] if demo else [])]
    with (data.parent / f"{data.name}.log").open("w") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log, text=True)
        try:
            wait_until_ready(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


@dataclass
class Desks:
    """Opens pages as any role of the demonstration, and notes what no page may do.

    `foreign` are requests to other hosts, `faults` errors of scripts; both must stay empty.
    """

    browser: Browser
    address: str
    artefacts: Path
    foreign: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    opened: list[BrowserContext] = field(default_factory=list)

    def at(self, role: str | None, *, dark: bool = False, phone: bool = False, words: str = "zh") -> Page:
        """A page in a browser of its own, signed in as the demonstration's account of a role (None: nobody)."""
        scheme = "dark" if dark else "light"
        context = self.browser.new_context(
            viewport=PHONE if phone else WIDE, color_scheme=scheme, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(PATIENCE)
        host = urlsplit(self.address).hostname or ""
        context.add_cookies([{"name": "rongtong_words", "value": words, "domain": host, "path": "/console"}])
        self.opened.append(context)
        page = context.new_page()
        page.on("request", self._requested)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        if role is not None:
            self.open(page, "/sign-in")
            page.locator(f'form:has(input[value="demo.local.{role}"]) button').click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            settled(page)
        return page

    def open(self, page: Page, path: str) -> Page:
        """Open a page of the console and wait until it is built and connected."""
        page.goto(f"{self.address}/console{path}")
        settled(page)
        return page

    def shot(self, page: Page, name: str) -> None:
        """Keep a picture of what is seen."""
        page.screenshot(path=self.artefacts / f"{name}.png")

    def close(self) -> None:
        """Close every browser that was opened."""
        for context in self.opened:
            context.close()
        self.opened.clear()

    def _requested(self, request: object) -> None:
        url = str(request.url)  # type: ignore[attr-defined]
        here, there = urlsplit(self.address), urlsplit(url)
        if there.scheme in {"http", "https", "ws", "wss"} and there.netloc != here.netloc:
            self.foreign.append(url)


def settled(page: Page) -> None:
    """Wait until the page's parts are there and the socket is open, so that what is clicked is heard."""
    page.wait_for_load_state("load")
    page.wait_for_function("() => !window.socket || window.socket.connected")
    page.wait_for_function("() => document.fonts.status === 'loaded'")


_STANDS = """() => Promise.allSettled(document.getAnimations()
    .filter(item => item.effect?.getComputedTiming().iterations !== Infinity).map(item => item.finished))"""


def violations(page: Page) -> list[str]:
    """What the accessibility checker holds against the page, serious and critical only, with the elements.

    What is still fading in has not its colours yet: the page is looked at when it stands.
    """
    page.evaluate(_STANDS)
    found = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {item['help']}: {node['html'][:160]}: {node['failureSummary'][:200]}"
        for item in found
        if item["impact"] in SERIOUS
        for node in item["nodes"]
    ]


def launched(playwright: Playwright, path: str) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))
