"""What the searches in this folder found once, each held by a small test; and what no page of the console may do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import api
from api.access.viewers import Role
from api.problems import MOST_NAMED
from api.settings import AccessMode
from tests.api.hardening.worlds import World, world

CONSOLE = Path(api.__file__).parent / "console"
TAKES_MARKUP = {"html", "markdown", "restructured_text", "add_body_html", "interactive_image", "chat_message"}
"""Elements of NiceGUI that show a text as markup."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("mended"), AccessMode.ACCOUNTS) as made:
        yield made


@pytest.fixture(scope="module")
def client(here: World) -> Iterator[TestClient]:
    with TestClient(here.app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/campaigns", "GET, POST"),
        ("/v1/campaigns/preview", "POST"),
        ("/v1/campaigns/some", "DELETE, GET, PUT"),
        ("/v1/parties/bulk", "POST"),
        ("/v1/session", "DELETE, GET, POST"),
    ],
)
def test_every_method_of_an_address_is_told(client: TestClient, path: str, methods: str) -> None:
    answer = client.options(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_the_document_says_which_operations_ask_who_is_there(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"].keys() == {"key", "session"}
    assert document["paths"]["/v1/parties/{party_id}"]["get"]["security"] == [{"key": []}, {"session": []}]
    assert "security" not in document["paths"]["/healthz"]["get"]


@pytest.mark.parametrize("header", ["", " ", "Bearer", "Basic eA=="])
def test_a_cookie_does_not_count_beside_an_authorization(client: TestClient, here: World, header: str) -> None:
    cookie = here.cookie(Role.OPERATOR)
    assert client.get("/v1/session", headers=cookie).status_code == 200
    assert client.get("/v1/session", headers=cookie | {"Authorization": header}).status_code == 401


@pytest.mark.parametrize("name", ["left-out", "why?seeker=local-ent&offer=local-loan", "comparison?before=1"])
def test_a_run_whose_files_are_gone_is_no_fault(client: TestClient, here: World, name: str) -> None:
    path = f"/v1/campaigns/{here.platform.ids['campaign_id']}/runs/1/{name}"
    answer = client.get(path, headers=here.cookie(Role.OPERATOR))
    assert (answer.status_code, "已不在" in answer.json()["detail"]) == (409, True)


def test_an_answer_names_no_more_places_than_anybody_reads(client: TestClient, here: World) -> None:
    body = {"name": "x", "permissions": ["x"] * 3_000}
    answer = client.post("/v1/keys", json=body, headers=here.cookie(Role.OPERATOR))
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == MOST_NAMED
    assert "3000 处" in answer.json()["detail"]


def test_no_page_shows_a_text_as_markup() -> None:
    assert [found for path in sorted(CONSOLE.rglob("*.py")) for found in markup_in(path)] == []


def markup_in(path: Path) -> Iterator[tuple[str, int]]:
    """Calls of elements that take markup, and attributes written around a value: quotes in it would end them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            takes_markup = node.func.attr in TAKES_MARKUP and getattr(node.func.value, "id", "") == "ui"
            quoted = node.func.attr in {"props", "style"} and any(map(quotes_a_value, node.args))
            if takes_markup or quoted:
                yield path.name, node.lineno


def quotes_a_value(argument: ast.expr) -> bool:
    """Whether an f-string puts anything but the catalogue's own words within quotes."""
    if not isinstance(argument, ast.JoinedStr) or '="' not in ast.unparse(argument).replace("\\", ""):
        return False
    values = [part.value for part in argument.values if isinstance(part, ast.FormattedValue)]
    return any(not (isinstance(value, ast.Call) and ast.unparse(value.func).endswith(".text")) for value in values)
