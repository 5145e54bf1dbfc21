"""The console's doors: no address leads out of it, and its sign-in is as slow for who guesses as the interface's."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.access.passwords import Passwords
from api.bootstrap import build_services
from api.console.doors import router, within
from api.main import create_app
from api.settings import AccessMode, Settings


@pytest.mark.parametrize("back", ["/console/ask", "/console/ask?q=贷款&x=1", "/console/campaigns/abc"])
def test_an_address_of_the_console_is_gone_back_to(back: str) -> None:
    assert within(back) == back


@pytest.mark.parametrize(
    "back",
    ["", "/", "/v1/parties", "//evil.example", "https://evil.example/console/", "/console", "/consoles/x",
     "/console/\\evil.example", "/console/a\nSet-Cookie: x", "javascript:alert(1)"],
)  # fmt: skip
def test_any_other_leads_to_the_first_page(back: str) -> None:
    assert within(back) == "/console/"


@given(st.text())
def test_whatever_is_asked_for_the_console_is_not_left(back: str) -> None:
    assert within(back).startswith("/console/")


def test_the_form_passes_the_same_limit_as_the_interface(tmp_path: Path) -> None:
    settings = Settings.load(data=tmp_path, access=AccessMode.ACCOUNTS, rate_sign_in=3)
    with build_services(settings) as services:
        services.access._make_passwords = lambda: Passwords(quick=True)
        app = create_app(services, warming=False)
        app.include_router(router)
        with TestClient(app, follow_redirects=False) as client:
            form = {"login": "nobody", "password": "x"}
            said = [client.post("/console/sign-in", data=form).headers["location"] for _ in range(4)]
            assert [place.rpartition("=")[2] for place in said] == ["refused"] * 3 + ["too_many"]
            assert client.post("/v1/session", json=form).status_code == 429, "one bucket for both doors"
