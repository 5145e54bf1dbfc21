"""Every page of every role's navigation: opens, has one title, and the accessibility checker finds nothing serious."""

import pytest

from api.access.viewers import Role
from api.console.sitemap import PAGES
from tests.browser.conftest import LONG
from tests.browser.desks import Desks, violations

FORMS = [(False, False), (True, True)]
"""Dark and phone: light on a wide screen, dark on a phone; the long form takes all four."""
ALL_FORMS = [(dark, phone) for dark in (False, True) for phone in (False, True)]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("dark", "phone"), ALL_FORMS if LONG else FORMS)
def test_the_pages_of_a_role_have_no_serious_fault(desks: Desks, role: Role, dark: bool, phone: bool) -> None:
    page = desks.at(role.value, dark=dark, phone=phone)
    for item in [item for item in PAGES if role in item.roles]:
        desks.open(page, item.path)
        assert page.locator("h1").count() == 1, item.path
        assert violations(page) == [], item.path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), item.path
        desks.shot(page, f"{role}-{item.name}-{'dark' if dark else 'light'}-{'phone' if phone else 'wide'}")


def test_the_sign_in_has_no_serious_fault(desks: Desks) -> None:
    for dark, phone in ALL_FORMS:
        page = desks.at(None, dark=dark, phone=phone)
        desks.open(page, "/sign-in")
        assert violations(page) == []
        desks.shot(page, f"sign-in-{'dark' if dark else 'light'}-{'phone' if phone else 'wide'}")


def test_an_address_that_is_no_page_says_so(desks: Desks) -> None:
    page = desks.at("enterprise")
    desks.open(page, "/no/such/page")
    assert page.locator("h1").inner_text() == "没有这个页面"


def test_a_page_of_another_role_is_refused_in_words(desks: Desks) -> None:
    page = desks.at("auditor")
    desks.open(page, "/ask")
    assert "不能打开这个页面" in page.locator("main").inner_text()


def test_what_is_not_there_is_told_where_the_page_would_stand(desks: Desks) -> None:
    page = desks.at("operator")
    answer = page.goto(f"{desks.address}/console/jobs/nothing")
    assert answer is not None
    assert answer.status == 404
    assert "任务" in page.locator(".note.red").inner_text()
