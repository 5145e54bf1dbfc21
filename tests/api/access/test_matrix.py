"""Every operation of the OpenAPI document, by every role and by nobody, on own and foreign rows: what the table says.

The operations, their permissions and their bodies come from the application itself, so that a route that is added is
held to the table from its first day. Nothing of the foreign platform shows in any answer: no word, no code, no count.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response

from api.access.passwords import Passwords
from api.access.permissions import TABLE, Permission, Reach
from api.access.viewers import Role
from api.bootstrap import Services, build_services
from api.initialising import initialise
from api.main import create_app
from api.routes.services import SESSION_COOKIE
from api.settings import AccessMode, Settings
from tests.api.access.planted import FOREIGN_PARTIES, Platform, planted

PUBLIC = {
    ("get", "/healthz"), ("get", "/readyz"), ("post", "/v1/session"),
    ("get", "/v1/oidc/start"), ("get", "/v1/oidc/callback"),
}  # fmt: skip
"""Open to everybody: they tell nothing of any platform."""
ANYBODY_SIGNED_IN = {("get", "/v1/session"), ("delete", "/v1/session")}
"""About the asker alone."""
REFUSES_CREDENTIALS = {("post", "/v1/session"), ("post", "/v1/session/password"), ("get", "/v1/oidc/callback")}
"""Check a password or a code of the body, and answer 401 where it is wrong."""
OF_THE_HOME_PLATFORM = {("get", "/metrics")}
"""Numbers of the whole installation: for those who run it, and nobody of another platform."""
NARROWER = {("get", "/v1/campaigns/{campaign_id}/runs/{number}/list.xlsx"), ("get", "/v1/audit/verification")}
"""Without an institution, and of a whole chain: only for who reaches the whole platform."""
MISSING = "not-there"
Operation = tuple[str, str]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[Services]:
    limits = {"rate_account": 0, "rate_tenant": 0, "rate_refused": 0, "rate_sign_in": 0}
    settings = Settings.load(data=tmp_path_factory.mktemp("matrix"), access=AccessMode.ACCOUNTS, **limits)
    with build_services(settings) as services:
        services.access._make_passwords = lambda: passwords
        initialise(services, demo=False)
        yield services


@pytest.fixture(scope="module")
def platforms(services: Services) -> dict[str, Platform]:
    found = {tenant: planted(services, tenant) for tenant in ("local", "suzhou")}
    services.parties.refresh()
    return found


@pytest.fixture(scope="module")
def client(services: Services, platforms: dict[str, Platform]) -> Iterator[TestClient]:
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with TestClient(
        create_app(services, warming=False), raise_server_exceptions=False, follow_redirects=False
    ) as client:
        yield client
    structlog.configure(**before)


@pytest.fixture(scope="module")
def askers(client: TestClient, services: Services) -> "Askers":
    return Askers(client, services)


def permissions_of(app: FastAPI) -> dict[Operation, Permission | None]:
    """What each operation asks for, read from its dependencies."""
    return {
        (method.lower(), route.path): permission_of(route.dependant)
        for route in routes_of(app.routes)
        if route.include_in_schema
        for method in route.methods
    }


def routes_of(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes)


def permission_of(dependant: Dependant) -> Permission | None:
    own = getattr(dependant.call, "permission", None)
    return own or next((found for part in dependant.dependencies if (found := permission_of(part))), None)


class Bodies:
    """Requests made from the document: each parameter and member that it names, by name where a row is meant."""

    def __init__(self, document: dict[str, Any], ids: dict[str, str]) -> None:
        self.document = document
        self.ids = ids

    def request(self, method: str, path: str) -> dict[str, Any]:
        operation = self.document["paths"][path][method]
        asked: dict[str, Any] = {"params": {}, "url": path}
        for parameter in operation.get("parameters", ()):
            name, value = parameter["name"], self.value(parameter["schema"], parameter["name"])
            if parameter["in"] == "path":
                asked["url"] = asked["url"].replace(f"{{{name}}}", str(value))
            elif parameter["in"] == "query" and parameter.get("required"):
                asked["params"][name] = value
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            asked["json"] = self.value(content["application/json"]["schema"], "")
        elif content:
            fields = self.value(next(iter(content.values()))["schema"], "")
            asked["data"] = {name: value for name, value in fields.items() if name != "file"}
            asked["files"] = {"file": ("一.csv", b"\xe5\x90\x8d\xe7\xa7\xb0\n")}
        return asked

    def value(self, schema: dict[str, Any], name: str) -> Any:
        if name in self.ids and schema.get("type") != "object":
            return self.ids[name]
        if name.endswith("_id"):
            return MISSING
        if "$ref" in schema:
            return self.value(self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], name)
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self.value(schema[choice][0], name)
        if "enum" in schema:
            return schema["enum"][0]
        return self.plain(schema, name)

    def plain(self, schema: dict[str, Any], name: str) -> Any:
        match schema.get("type"):
            case "object":
                wanted = {*schema.get("required", ()), *(schema.get("properties", {}).keys() & self.ids.keys())}
                members = {part: self.value(schema["properties"][part], part) for part in sorted(wanted)}
                return members | ({"text": "体外诊断，想贷款300万"} if "text" in schema.get("properties", {}) else {})
            case "array":
                return [self.value(schema["items"], name)] if schema.get("minItems") else []
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return False
        return {"date": "2027-06-30", "date-time": "2027-06-30T00:00:00+08:00"}.get(schema.get("format", ""), "x" * 12)


class Askers:
    """A session of each account, begun again where a request ended it."""

    def __init__(self, client: TestClient, services: Services) -> None:
        self.client = client
        self.services = services
        self.tokens: dict[str, str] = {}

    def ask(self, platform: Platform, role: Role | None, operation: Operation, asked: dict[str, Any]) -> Response:
        self.client.cookies.clear()
        if role is not None:
            account = platform.accounts[role]
            if account.id not in self.tokens or operation == ("delete", "/v1/session"):
                self.tokens[account.id] = self.services.access.begin(account, "").token
            self.client.cookies.set(SESSION_COOKIE, self.tokens[account.id])
            if operation == ("delete", "/v1/session"):
                del self.tokens[account.id]
        return self.client.request(operation[0].upper(), **asked)


def expected(operation: Operation, permission: Permission | None, role: Role | None, home: bool) -> set[int] | None:
    """The statuses that the table allows; None for any but a refusal of the asker or a fault."""
    if operation in PUBLIC:
        return None
    if role is None:
        return {401}
    if permission is None:
        return None if operation in ANYBODY_SIGNED_IN else set()
    if TABLE[permission][role] is Reach.NONE or (operation in OF_THE_HOME_PLATFORM and not home):
        return {403}
    return None


def text_of(answer: Response) -> str:
    """All that an answer says: headers and body, workbooks and archives opened."""
    said = " ".join(f"{name}: {value}" for name, value in answer.headers.items()) + answer.content.decode(
        "utf-8", "replace"
    )
    return said + unpacked(answer.content)


def unpacked(content: bytes) -> str:
    if not content.startswith(b"PK"):
        return ""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
    return " ".join(part.decode("utf-8", "replace") + unpacked(part) for part in parts)


def numbers_in(node: Any) -> Iterator[int]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from numbers_in(value) if name != "number" else ()
    elif isinstance(node, list):
        for value in node:
            yield from numbers_in(value)
    elif isinstance(node, int) and not isinstance(node, bool):
        yield node


def leaks(answer: Response, asked: dict[str, Any], foreign: Platform) -> set[str]:
    """Words and counts of the foreign platform in an answer, but for those that the question itself held."""
    said, question = text_of(answer), repr(asked)
    found = {mark for mark in foreign.marks if mark in said and mark not in question}
    if answer.headers.get("content-type", "").startswith("application/json"):
        found |= {"a count"} if FOREIGN_PARTIES in set(numbers_in(answer.json())) else set()
    return found


def test_every_operation_asks_for_a_permission(client: TestClient) -> None:
    asked = permissions_of(client.app)  # type: ignore[arg-type]
    document = client.get("/openapi.json").json()
    operations = {(method, path) for path, item in document["paths"].items() for method in item}
    assert asked.keys() == operations
    assert {operation for operation, permission in asked.items() if permission is None} == PUBLIC | ANYBODY_SIGNED_IN


@pytest.mark.parametrize("rows", ["own", "foreign"])
@pytest.mark.parametrize("home", [True, False], ids=["at home", "of another platform"])
def test_every_operation_answers_each_role_as_the_table_says(
    client: TestClient, askers: "Askers", platforms: dict[str, Platform], rows: str, home: bool
) -> None:
    """`rows`: whose rows the requests name. 0 wrong statuses, 0 leaks."""
    mine, other = (platforms[name] for name in (("local", "suzhou") if home else ("suzhou", "local")))
    if not home and rows == "own":
        pytest.skip("that platform's own rows are the same code with the names changed")
    document = client.get("/openapi.json").json()
    bodies = Bodies(document, mine.ids if rows == "own" else other.ids)
    wrong: list[tuple[Any, ...]] = []
    for operation, permission in sorted(permissions_of(client.app).items(), key=by_harm):  # type: ignore[arg-type]
        asked = bodies.request(*operation)
        for role in (*Role, None):
            answer = askers.ask(mine, role, operation, asked)
            allowed = expected(operation, permission, role, home)
            fault = answer.status_code >= 500 or (answer.status_code == 401 and operation not in REFUSES_CREDENTIALS)
            if allowed is None and home_refusal(answer, operation):
                fault = True
            if answer.status_code not in allowed if allowed is not None else fault:
                wrong.append((operation, role, answer.status_code, answer.text[:160]))
            if home and (found := leaks(answer, asked, other)):
                wrong.append((operation, role, "leak", found))
    assert not wrong, "\n".join(map(repr, wrong))


def by_harm(item: tuple[Operation, Permission | None]) -> tuple[bool, Operation]:
    """What removes comes last."""
    (method, path), _ = item
    return (method == "delete" or path.endswith(("/withdraw", "/close", "/cancel")), (method, path))


def home_refusal(answer: Response, operation: Operation) -> bool:
    """A 403 where the table allows: only where less than the whole platform is not enough."""
    return answer.status_code == 403 and operation not in NARROWER


def test_a_neighbour_of_the_same_platform_is_not_named(
    client: TestClient, askers: "Askers", platforms: dict[str, Platform]
) -> None:
    """Whoever acts for another party of the platform is shown no name, code or telephone of the enterprise."""
    local = platforms["local"]
    bodies, secrets = Bodies(client.get("/openapi.json").json(), local.ids), ("local特征ent", *local.marks[1:3])
    wrong = []
    for operation in sorted(permissions_of(client.app)):  # type: ignore[arg-type]
        for role in (Role.INSTITUTION, Role.CARRIER, Role.LEAD_FIRM):
            asked = bodies.request(*operation)
            said = text_of(askers.ask(local, role, operation, asked))
            wrong += [(operation, role, mark) for mark in secrets if mark in said]
    assert wrong == []
