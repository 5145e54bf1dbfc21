"""The doors over HTTP: signing in and out, what the answers carry, what platforms below share with those above."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.access.administering import NewAccount
from api.access.passwords import Passwords
from api.access.permissions import Permission
from api.access.viewers import Role, Viewer
from api.bootstrap import Services, build_services
from api.main import create_app
from api.routes.services import SESSION_COOKIE
from api.settings import AccessMode, Settings
from api.store.tenants import Sharing, Tenant, Tier
from matcher.fields import PartyKind
from tests.api.access.planted import parties_of

ADMIN = Viewer(role=Role.ADMIN)
CHANGED = "另一个足够长的口令啊"
SHARED = "/v1/platforms/suzhou/parties"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[Services]:
    settings = Settings.load(data=tmp_path_factory.mktemp("doors"), access=AccessMode.ACCOUNTS, rate_sign_in=4)
    with build_services(settings) as services:
        services.access._make_passwords = lambda: passwords
        services.store.tenants.ensure(Tenant("suzhou", "苏州", Tier.LOCAL, "local"))
        services.store.parties.upsert_many(Viewer("suzhou"), parties_of("suzhou"))
        yield services


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    services.__dict__.pop("limiter", None)
    with TestClient(create_app(services, warming=False)) as client:
        yield client


def test_from_a_one_time_password_to_a_key_and_out(client: TestClient, services: Services) -> None:
    once = services.accounts.add(ADMIN, NewAccount("op", Role.OPERATOR))[1]
    entered = client.post("/v1/session", json={"login": "op", "password": once})
    cookie = entered.headers["set-cookie"]
    assert (entered.status_code, entered.json()["must_change_password"]) == (201, True)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert client.get("/v1/offers").status_code == 403
    assert client.post("/v1/session/password", json={"old": once, "new": CHANGED}).status_code == 201
    assert client.get("/v1/offers").status_code == 200
    made = client.post("/v1/keys", json={"permissions": ["offer.read"], "days": 1}).json()
    assert client.delete("/v1/session").status_code == 204
    assert client.get("/v1/session").status_code == 401
    known = {"Authorization": f"Bearer {made['secret']}"}
    assert client.get("/v1/session", headers=known).json()["permissions"] == {"offer.read": "tenant"}


def test_a_refusal_asks_for_a_credential_and_never_for_a_password_box(client: TestClient) -> None:
    refused = client.get("/v1/offers")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="rongtong"')


def test_signing_in_is_slow_for_one_address(client: TestClient) -> None:
    body = {"login": "nobody", "password": "x"}
    answers = [client.post("/v1/session", json=body) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 15


def test_every_answer_tells_what_is_left_of_the_limit(client: TestClient, services: Services) -> None:
    sign_in(client, services, "counted", Role.AUDITOR)
    headers = client.get("/v1/fields").headers
    assert (headers["ratelimit"], headers["ratelimit-policy"]) == ('"default";r=1199;t=1', '"default";q=1200;w=60')


def sign_in(client: TestClient, services: Services, login: str, role: Role) -> None:
    account = services.accounts.add(ADMIN, NewAccount(login, role))[0]
    services.store.accounts.set(account.id, must_change=False)
    token = services.access.begin(services.store.accounts.get(account.id), "").token
    client.cookies.set(SESSION_COOKIE, token)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_page_of_another_site_writes_nothing(client: TestClient, services: Services, origin: str) -> None:
    sign_in(client, services, f"victim{len(origin)}", Role.ADMIN)
    refused = client.put("/v1/platforms/sharing", json={"shares": "profiles"}, headers={"Origin": origin})
    assert (refused.status_code, services.store.tenants.get("local").shares) == (403, Sharing.NOTHING)
    same = client.put("/v1/platforms/sharing", json={"shares": "counts"}, headers={"Origin": "http://testserver"})
    assert (same.status_code, services.store.tenants.get("local").shares) == (200, Sharing.COUNTS)
    services.store.tenants.share("local", Sharing.NOTHING)


def test_a_platform_above_sees_what_the_one_below_shares(client: TestClient, services: Services) -> None:
    sign_in(client, services, "above", Role.OPERATOR)
    total = services.store.parties.count(Viewer("suzhou"), PartyKind.ENTERPRISE)
    seen = {}
    for shares in Sharing:
        services.store.tenants.share("suzhou", shares)
        counts = client.get("/v1/platforms").json()["below"][0]["counts"]
        listed = client.get(SHARED, params={"limit": 1_000})
        seen[shares] = ((counts or {}).get("enterprise"), len(listed.json()["parties"]))
        assert not [word for word in ("特征", "91320583MA1N8XKJ6B", "13933334444", "suzhou-ent") if word in listed.text]
    services.store.tenants.share("suzhou", Sharing.NOTHING)
    every = services.store.parties.count(Viewer("suzhou"))
    assert seen == {Sharing.NOTHING: (None, 0), Sharing.COUNTS: (total, 0), Sharing.PROFILES: (total, every)}


def test_sharing_goes_up_and_nowhere_else(client: TestClient, services: Services) -> None:
    services.store.tenants.share("local", Sharing.PROFILES)
    below = Viewer("suzhou", Role.OPERATOR)
    assert services.platforms.below(below) == ()
    assert services.platforms.shared(below, "local", 0, 10).parties == {}
    services.store.tenants.share("local", Sharing.NOTHING)


def test_shared_parties_come_a_page_at_a_time(client: TestClient, services: Services) -> None:
    sign_in(client, services, "pages", Role.OPERATOR)
    services.store.tenants.share("suzhou", Sharing.PROFILES)
    numbers, after = [], 0
    while after is not None:
        page = client.get(SHARED, params={"limit": 7, "after": after}).json()
        numbers += [party["number"] for party in page["parties"]]
        after = page["next_after"]
    services.store.tenants.share("suzhou", Sharing.NOTHING)
    assert len(numbers) == len(set(numbers)) == services.store.parties.count(Viewer("suzhou"))


def test_every_permission_that_a_key_may_hold_can_be_asked_for(client: TestClient, services: Services) -> None:
    sign_in(client, services, "keys", Role.AUDITOR)
    asked = client.post("/v1/keys", json={"permissions": [Permission.AUDIT_READ.value]})
    beyond = client.post("/v1/keys", json={"permissions": [Permission.PARTY_READ.value]})
    assert (asked.status_code, beyond.status_code) == (201, 422)
    assert asked.json()["secret"].startswith(f"rt_{asked.json()['id']}_")
