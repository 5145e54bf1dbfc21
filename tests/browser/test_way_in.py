"""The way in: passwords, the one-time password, one click a role, and a session that ends everywhere at once."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.desks import Desks, settled, violations
from tests.browser.serving import FIRST_PASSWORD

NEW = "a-longer-secret-2026"


def fill(page, **typed: str) -> None:
    for name, value in typed.items():
        page.fill(f"input[name={name}]", value)


def test_a_wrong_password_is_refused_in_the_same_words_as_an_unknown_login(desks: Desks) -> None:
    page = desks.at(None)
    said = []
    for login in ("admin", "nobody"):
        desks.open(page, "/sign-in")
        fill(page, login=login, password="not-the-password")
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url("**/sign-in?said=refused")
        settled(page)
        said.append(page.locator(".note.red").inner_text())
    assert said[0] == said[1]
    assert "不对" in said[0]


def test_a_one_time_password_leads_to_a_new_one_and_to_nothing_else(desks: Desks, world: tuple[str, Path]) -> None:
    page = desks.at(None)
    once = (world[1] / FIRST_PASSWORD).read_text()
    desks.open(page, "/sign-in")
    fill(page, login="admin", password=once)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/password")
    desks.open(page, "/ask")
    assert page.url.endswith("/password")
    settled(page)
    fill(page, old=once, new=NEW, again=NEW)
    page.get_by_role("button", name="修改口令").click()
    page.wait_for_url("**/password?said=done")
    assert violations(page) == []
    desks.open(page, "/account")
    assert page.get_by_text("本机").count() == 1


def test_a_page_that_needs_a_session_sends_to_the_sign_in_and_back(desks: Desks) -> None:
    page = desks.at(None)
    desks.open(page, "/profile")
    assert "/sign-in?back=" in page.url
    page.get_by_role("button", name="以企业身份进入").click()
    page.wait_for_url("**/console/profile")


def test_a_session_that_was_ended_elsewhere_ends_here_at_the_next_action(desks: Desks) -> None:
    page = desks.at("enterprise")
    desks.open(page, "/ask")
    other = page.context.new_page()
    desks.open(other, "/account")
    other.get_by_role("button", name="退出").click()
    other.wait_for_url("**/sign-in")
    page.get_by_role("button", name="没有抵押的贷款").click()
    page.wait_for_url("**/sign-in**")
    assert page.get_by_role("button", name="以企业身份进入").is_visible()


def test_no_redirect_leaves_the_console(desks: Desks) -> None:
    page = desks.at(None)
    for back in ("//evil.example/", "https://evil.example/", "/v1/parties", "/console/\\evil.example"):
        page.goto(f"{desks.address}/console/prefer?words=zh&back={back}")
        assert page.url.startswith(f"{desks.address}/console/")


def test_language_and_light_are_remembered(desks: Desks) -> None:
    page = desks.open(desks.at("enterprise"), "/ask")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Say what you need")
    assert page.locator("html").get_attribute("lang") == "en-US"
    page.get_by_role("link", name="Switch to dark").click()
    expect(page.locator("body.body--dark")).to_have_count(1)
