"""50 secrets are shown to a real server in every place where a client can put one: none is in a line of its log."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from api.access.administering import NewAccount
from api.access.permissions import Permission
from api.access.viewers import Role, Viewer
from api.bootstrap import build_services
from api.logs import configure
from api.settings import AccessMode, LogFormat, Settings
from tests.api.http.conftest import serving

ADMIN = Viewer(role=Role.ADMIN)
TIMES = 5
Show = Callable[[httpx.Client, str, dict[str, str]], httpx.Response]
"""Puts a secret where its kind is put; the last argument are the headers of somebody who is let in."""

PLACES: dict[str, Show] = {
    "password": lambda c, s, _: c.post("/v1/session", json={"login": "operator", "password": s}),
    "login": lambda c, s, _: c.post("/v1/session", json={"login": s, "password": "x"}),
    "bearer": lambda c, s, _: c.get("/v1/offers", headers={"Authorization": f"Bearer {s}"}),
    "key": lambda c, s, _: c.get("/v1/offers", headers={"Authorization": f"Bearer rt_{s}_x"}),
    "basic": lambda c, s, _: c.get("/v1/offers", headers={"Authorization": f"Basic {s}"}),
    "cookie": lambda c, s, _: c.get("/v1/offers", headers={"Cookie": f"rongtong_session=rs_{s}"}),
    "query": lambda c, s, known: c.get("/v1/jobs", params={"api_key": s, "phone": s}, headers=known),
    "id": lambda c, s, known: c.get(f"/v1/parties/{s}", headers=known),
    "address": lambda c, s, _: c.get(f"/{s}"),
    "body": lambda c, s, known: c.post("/v1/matches", json={"party_id": s, "x": s}, headers=known),
    "form": lambda c, s, known: c.post("/v1/imports", data={"kind": s}, files={"file": (s, s.encode())}, headers=known),
}


def test_no_planted_secret_is_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.load(data=tmp_path, access=AccessMode.ACCOUNTS, rate_sign_in=0)
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    configure(LogFormat.JSON)
    with build_services(settings) as services:
        made, once = services.accounts.add(ADMIN, NewAccount("operator", Role.OPERATOR))
        scope = [Permission.PARTY_READ, Permission.MATCH_ASK, Permission.JOB_READ, Permission.PARTY_IMPORT]
        key = services.accounts.new_key(ADMIN, "x", scope, account=made.id)[1]
        with (
            serving(services) as (host, port),
            httpx.Client(base_url=f"http://{host}:{port}", trust_env=False) as client,
        ):
            statuses = {answer.status_code for answer in shown_everywhere(client, {"Authorization": f"Bearer {key}"})}
            token = services.access.begin(made, "").token
            statuses.add(client.get("/v1/session", headers={"Cookie": f"rongtong_session={token}"}).status_code)
    secrets = {f"planted-{place}-{number}" for place in PLACES for number in range(TIMES)} | {key, token, str(once)}
    assert len(secrets) > 50
    assert statuses == {200, 401, 404, 422}
    assert log.getvalue().count('"event":"request"') == TIMES * len(PLACES) + 1
    assert {secret for secret in secrets if secret in log.getvalue()} == set()


def shown_everywhere(client: httpx.Client, known: dict[str, str]) -> list[httpx.Response]:
    found = []
    for place, show in PLACES.items():
        for number in range(TIMES):
            client.cookies.clear()
            found.append(show(client, f"planted-{place}-{number}", known))
    return found
