"""One browser and one service a session of tests; pictures go to RONGTONG_ARTEFACTS, or to a temporary folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desks import Desks, chromium, launched, served

LONG = os.environ.get("RONGTONG_BROWSER") == "long"
"""Whether every page is looked at in every light and width, and not the chosen few."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no chromium on the path: install it, or name one by RONGTONG_CHROMIUM (make browser does)")
    with sync_playwright() as playwright:
        running = launched(playwright, path)
        yield running
        running.close()


@pytest.fixture(scope="session")
def world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a service over the demonstration world, and its data folder."""
    data = tmp_path_factory.mktemp("console") / "data"
    with served(data, RONGTONG_JOBS="true") as address:
        yield address, data


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("RONGTONG_ARTEFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def desks(browser: Browser, world: tuple[str, Path], artefacts: Path) -> Iterator[Desks]:
    """Desks whose pages asked nothing of other hosts and whose scripts did not fail."""
    opened = Desks(browser, world[0], artefacts)
    yield opened
    opened.close()
    assert opened.foreign == []
    assert opened.faults == []
