"""50 secrets are shown to a real server in every place where a client can put one: none is in a line of its log."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx

from api.access.administering import NewAccount
from api.access.permissions import Permission
from api.access.viewers import Role, Viewer
from api.cli.accounts import accounts_of
from api.settings import AccessMode, Settings
from api.store.store import open_store

SERVE = "from api.main import serve; from api.settings import Settings; serve(Settings.load())"
ADMIN = Viewer(role=Role.ADMIN)
TIMES = 5


def test_no_planted_secret_is_in_the_log(tmp_path: Path) -> None:
    settings = Settings.load(data=tmp_path, access=AccessMode.ACCOUNTS)
    with closing(open_store(settings.store_url, seals=settings.seals)) as store:
        accounts = accounts_of(settings, store)
        made, once = accounts.add(ADMIN, NewAccount("operator", Role.OPERATOR))
        key = accounts.new_key(ADMIN, "x", [Permission.PARTY_READ, Permission.MATCH_ASK], account=made.id)[1]
    planted = {f"planted{place}{number:02d}" for place in PLACES for number in range(TIMES)}
    secrets = planted | {key, str(once)}
    assert len(secrets) >= 50
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    chosen = {"RONGTONG_DATA": str(tmp_path), "RONGTONG_PORT": str(port), "RONGTONG_LOG_FORMAT": "json"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RONGTONG_")}
    command = [sys.executable, "-c", SERVE]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=inherited | chosen, cwd=ROOT, stdout=log, stderr=log)
        try:
            statuses = asked_everywhere(f"http://127.0.0.1:{port}", process, key, str(once))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    said = (tmp_path / "log").read_text(encoding="utf-8")
    assert statuses >= {200, 201, 401, 404, 422}
    assert said.count('"event":"request"') >= TIMES * len(PLACES)
    assert {secret for secret in secrets if secret in said} == set()


ROOT = Path(__file__).parents[3]
PLACES = (
    "password", "login", "bearer", "apikey", "cookie", "basic", "query", "path", "phone", "body", "form",
)  # fmt: skip


def asked_everywhere(address: str, process: "subprocess.Popen[bytes]", key: str, once: str) -> set[int]:
    """Show each secret where its kind is shown; gives the statuses of the answers."""
    statuses: set[int] = set()
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        wait_for(client, process)
        known = {"Authorization": f"Bearer {key}"}
        for number in range(TIMES):
            for place in PLACES:
                client.cookies.clear()
                statuses.add(shown(client, place, f"planted{place}{number:02d}", known))
        statuses.add(client.post("/v1/session", json={"login": "operator", "password": once}).status_code)
        statuses.add(client.post("/v1/matches", json={"text": "想贷款300万", "limit": 1}, headers=known).status_code)
    return statuses


def shown(client: httpx.Client, place: str, secret: str, known: dict[str, str]) -> int:
    match place:
        case "password" | "login":
            body = {"login": "operator", "password": "x"} | {place: secret}
            return client.post("/v1/session", json=body).status_code
        case "bearer":
            return client.get("/v1/offers", headers={"Authorization": f"Bearer {secret}"}).status_code
        case "apikey":
            return client.get("/v1/offers", headers={"Authorization": f"Bearer rt_{secret}_x"}).status_code
        case "basic":
            return client.get("/v1/offers", headers={"Authorization": f"Basic {secret}"}).status_code
        case "cookie":
            return client.get("/v1/offers", headers={"Cookie": f"rongtong_session=rs_{secret}"}).status_code
        case "query" | "phone":
            return client.get("/v1/offers", params={place: secret, "api_key": secret}, headers=known).status_code
        case "path":
            return client.get(f"/v1/parties/{secret}", headers=known).status_code
        case "form":
            return client.post("/v1/imports", data={"kind": secret}, files={"file": (secret, secret)}).status_code
    return client.post("/v1/matches", json={"text": "", "party_id": secret, "x": secret}, headers=known).status_code


def wait_for(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.get("/healthz")
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the service did not start")
