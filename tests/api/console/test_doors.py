"""The console's doors: no address leads out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.doors import within


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
