"""Tokens of an OIDC issuer: good ones come in, every forged one is 401; the code flow by a browser's steps."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from api.access.administering import NewAccount
from api.access.viewers import Role, Viewer
from api.bootstrap import Services, build_services
from api.errors import InvalidSettings
from api.main import create_app
from api.settings import AccessMode, Settings
from tests.api.access.issuer import CLIENT, TestIssuer, running

ADMIN = Viewer(role=Role.ADMIN)
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}) for _ in range(2))


@pytest.fixture(scope="module")
def issuer() -> Iterator[TestIssuer]:
    with running(TestIssuer(KEY)) as found:
        yield found


@pytest.fixture(scope="module")
def services(issuer: TestIssuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings.load(
        data=tmp_path_factory.mktemp("oidc"),
        access=AccessMode.ACCOUNTS,
        oidc_issuer=issuer.address,
        oidc_client_id=CLIENT,
        oidc_client_secret="a-client-secret",
    )
    with build_services(settings) as services:
        services.accounts.add(ADMIN, NewAccount("wang", Role.OPERATOR, subject=f"{issuer.address}|u1"))
        yield services


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services, warming=False), follow_redirects=False) as client:
        yield client


def asked(client: TestClient, token: str) -> int:
    return client.get("/v1/session", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_good_token_is_its_account(client: TestClient, issuer: TestIssuer) -> None:
    token = issuer.token(issuer.claims(rongtong_tenant="local", aud=[CLIENT, "another"]))
    answer = client.get("/v1/session", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["role"], answer.json()["name"]) == (200, "operator", "wang")


def encoded(part: bytes | Mapping[str, object]) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def by_hand(header: Mapping[str, object], claims: Mapping[str, object], sign: Callable[[bytes], bytes]) -> str:
    """A token that a careful library does not make."""
    signed = f"{encoded(header)}.{encoded(claims)}"
    return f"{signed}.{encoded(sign(signed.encode()))}"


def unsigned(issuer: TestIssuer) -> str:
    return by_hand({"alg": "none", "typ": "JWT"}, issuer.claims(), lambda _: b"")


def by_shared_secret(issuer: TestIssuer) -> str:
    """HS256 with the public key's text as the secret."""
    public = KEY.as_pem(private=False)
    return by_hand({"alg": "HS256", "kid": "k1"}, issuer.claims(), lambda text: hmac.digest(public, text, "sha256"))


def tampered(issuer: TestIssuer) -> str:
    head, _, sign = issuer.token(issuer.claims()).split(".")
    return f"{head}.{encoded(issuer.claims(sub='admin'))}.{sign}"


def with_critical(issuer: TestIssuer) -> str:
    """A good signature under a header that asks for an extension that nobody here knows."""
    private = cast(RSAPrivateKey, KEY.get_op_key("sign"))
    header = {"alg": "RS256", "kid": "k1", "crit": ["only-here"], "only-here": True}
    return by_hand(header, issuer.claims(), lambda text: private.sign(text, PKCS1v15(), SHA256()))


FORGED: dict[str, Callable[[TestIssuer], str]] = {
    "no algorithm": unsigned,
    "the public key as a shared secret": by_shared_secret,
    "an algorithm that is not on the list": lambda i: i.token(i.claims(), {"alg": "RS512"}),
    "expired": lambda i: i.token(i.claims(exp=int(time.time()) - 300)),
    "no expiry": lambda i: i.token(i.claims(exp=None)),
    "not yet valid": lambda i: i.token(i.claims(nbf=int(time.time()) + 300)),
    "issued in the future": lambda i: i.token(i.claims(iat=int(time.time()) + 300)),
    "another issuer": lambda i: i.token(i.claims(iss="https://elsewhere.example")),
    "another audience": lambda i: i.token(i.claims(aud="another")),
    "no audience": lambda i: i.token(i.claims(aud=None)),
    "another platform": lambda i: i.token(i.claims(rongtong_tenant="suzhou")),
    "a platform that is no text": lambda i: i.token(i.claims(rongtong_tenant=["local"])),
    "a subject without an account": lambda i: i.token(i.claims(sub="nobody")),
    "no subject": lambda i: i.token(i.claims(sub=None)),
    "an unknown key": lambda i: i.token(i.claims(), {"kid": "k2"}, OTHER_KEY),
    "another key under the known name": lambda i: i.token(i.claims(), key=OTHER_KEY),
    "no signature": lambda i: i.token(i.claims()).rsplit(".", 1)[0] + ".",
    "two parts": lambda i: i.token(i.claims()).rsplit(".", 1)[0],
    "a changed payload": tampered,
    "its own key in the header": lambda i: i.token(
        i.claims(), {"kid": "own", "jwk": OTHER_KEY.as_dict(private=False)}, OTHER_KEY
    ),
    "a key id that is a path": lambda i: i.token(i.claims(), {"kid": "../../../../dev/null"}, OTHER_KEY),
    "a critical header": with_critical,
    "empty": lambda _: "",
    "no token at all": lambda _: "a.b.c",
    "far too long": lambda i: i.token(i.claims(filling="x" * 9_000)),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_token_is_refused(client: TestClient, issuer: TestIssuer, forged: str) -> None:
    assert asked(client, FORGED[forged](issuer)) == 401


def test_forged_tokens_make_the_issuer_be_asked_seldom(client: TestClient, issuer: TestIssuer) -> None:
    asked(client, issuer.token(issuer.claims()))
    before = len(issuer.asked)
    for number in range(20):
        assert asked(client, issuer.token(issuer.claims(), {"kid": f"unknown{number}"}, OTHER_KEY)) == 401
    assert len(issuer.asked) - before <= 2


def test_a_browser_signs_in_by_code(client: TestClient, issuer: TestIssuer) -> None:
    start = client.get("/v1/oidc/start")
    said = {name: values[0] for name, values in parse_qs(urlsplit(start.headers["location"]).query).items()}
    assert start.status_code == 303
    assert (said["client_id"], said["response_type"], said["code_challenge_method"]) == (CLIENT, "code", "S256")
    issuer.codes["c1"] = issuer.claims(nonce=said["nonce"])
    end = client.get("/v1/oidc/callback", params={"state": said["state"], "code": "c1"})
    assert (end.status_code, end.headers["location"]) == (303, "/console")
    assert client.get("/v1/session").json()["name"] == "wang"


@pytest.mark.parametrize("wrong", ["state", "nonce", "code", "cookie"])
def test_a_way_back_that_is_not_the_way_out_is_refused(client: TestClient, issuer: TestIssuer, wrong: str) -> None:
    start = client.get("/v1/oidc/start")
    said = {name: values[0] for name, values in parse_qs(urlsplit(start.headers["location"]).query).items()}
    issuer.codes["c2"] = issuer.claims(nonce="another" if wrong == "nonce" else said["nonce"])
    if wrong == "cookie":
        client.cookies.clear()
    given = {"state": "x" if wrong == "state" else said["state"], "code": "no" if wrong == "code" else "c2"}
    answer = client.get("/v1/oidc/callback", params=given)
    assert (answer.status_code, "rongtong_session" in answer.cookies) == (401, False)


def test_an_issuer_in_the_clear_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="OIDC_ISSUER"):
        Settings.load(data=tmp_path, oidc_issuer="http://login.example.cn")


def test_without_an_issuer_there_is_no_such_door(tmp_path: Path) -> None:
    settings = Settings.load(data=tmp_path, access=AccessMode.ACCOUNTS)
    with build_services(settings) as services, TestClient(create_app(services, warming=False)) as client:
        assert client.get("/v1/oidc/start").status_code == 404
        assert asked(client, "a.b.c") == 401
