"""One browser and one service a session of tests; pictures go to RONGTONG_ARTEFACTS, or to a temporary folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desks import Desks, chromium, launched, served

FORM = os.environ.get("RONGTONG_BROWSER", "short")
"""short: a journey of each kind of account, for the gate; journeys: all of them; long: every page in every light."""
LONG = FORM == "long"
SHORT = {
    "test_a_wrong_password_is_refused_in_the_same_words_as_an_unknown_login",
    "test_the_sign_in_has_no_serious_fault",
    "test_a_question_is_understood_and_answered_in_order",
    "test_an_opened_card_shows_clauses_and_points_that_add_up_to_the_number_shown",
    "test_consent_is_given_after_its_words_and_taken_back_with_one_click",
    "test_a_list_is_masked_by_consent_and_answered",
    "test_a_stranger_has_an_exported_list_within_three_minutes",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the short form, leave out all journeys but the chosen."""
    if FORM != "short":
        return
    here = Path(__file__).parent
    left = [item for item in items if item.path.parent == here and item.name.split("[")[0] not in SHORT]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


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
