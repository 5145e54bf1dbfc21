"""Batches through the whole service, nothing faked: seen by the next query, kept once, and never half."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from structlog.testing import capture_logs

from api.bootstrap import Services
from api.errors import StoreUnavailable
from api.main import create_app
from tests.api.worlds import services_in

BULK, OFFER = "/v1/parties/bulk", "fund.kunshan-angel"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with services_in(tmp_path) as services:
        yield services


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with capture_logs(), TestClient(create_app(services)) as client:
        deadline = time.monotonic() + 60
        while client.get("/readyz").status_code != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        yield client


def row(identifier: str, **facts: Any) -> dict[str, Any]:
    known = {"main_business": "体外诊断试剂的研发与生产", "region": "320583", "founded_on": "2024-01-05"} | facts
    return {"id": identifier, "kind": "enterprise", "name": f"合成企业 {identifier}", "facts": known, "synthetic": True}


def found(client: TestClient) -> set[str]:
    answer = client.post("/v1/prospects", json={"offer_id": OFFER, "limit": 100, "include_unmet": True})
    assert answer.status_code == 200
    return {match["party_id"] for match in answer.json()["matches"]}


def test_the_next_query_sees_the_batch(client: TestClient, services: Services) -> None:
    first = client.post(BULK, json={"parties": [row("a"), row("b"), row("c")]})
    assert first.json()["counts"] == {"new": 3, "changed": 0, "same": 0, "deleted": 0, "refused": 0}
    assert found(client) == {"a", "b", "c"}
    batch = {"parties": [row("a"), row("b", headcount=9), row("d"), row("e", headcount=-1)], "delete": ["c"]}
    second = client.post(BULK, json=batch)
    assert second.json()["counts"] == {"new": 1, "changed": 1, "same": 1, "deleted": 1, "refused": 1}
    assert found(client) == {"a", "b", "d"}
    assert services.store.parties.get(services.viewer, "b").values["headcount"] == 9


def test_a_batch_sent_again_is_answered_again_and_not_written_again(client: TestClient, services: Services) -> None:
    key = {"Idempotency-Key": '"batch-1"'}
    first = client.post(BULK, json={"parties": [row("a")]}, headers=key)
    client.delete("/v1/parties/a")
    latest = services.store.changes.latest()
    again = client.post(BULK, json={"parties": [row("a")]}, headers=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert (services.store.changes.latest(), found(client)) == (latest, set())
    other = client.post(BULK, json={"parties": [row("b")]}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_full_disk_refuses_writes_whole_and_answers_queries(client: TestClient, services: Services) -> None:
    client.post(BULK, json={"parties": [row("a")]})
    engine = services.store._database.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def bound(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", bound)
    engine.dispose()
    batch = {"parties": [row(f"p-{number}", products="试剂" * 200) for number in range(300)]}
    key = {"Idempotency-Key": "batch-2"}
    refused = client.post(BULK, json=batch, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (507, "insufficient_storage")
    assert "存储空间已满" in refused.json()["detail"]
    assert found(client) == {"a"}
    assert client.post("/v1/matches", json={"text": "体外诊断企业想贷款300万"}).status_code == 200
    event.remove(engine, "connect", bound)
    engine.dispose()
    assert client.post(BULK, json=batch, headers=key).json()["counts"]["new"] == 300
    assert services.store.parties.count(services.viewer) == 301


def test_a_database_that_is_locked_is_away_for_a_while(client: TestClient, services: Services) -> None:
    engine = services.store._database.engine
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 500"))
    engine.dispose()
    with sqlite3.connect(services.settings.store_url.database or "", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        away = client.post(BULK, json={"parties": [row("a")]})
        assert (away.status_code, away.json()["code"]) == (503, "store_unavailable")
        assert int(away.headers["retry-after"]) > 0
        assert found(client) == set()
        other.execute("ROLLBACK")
    other.close()
    assert client.post(BULK, json={"parties": [row("a")]}).json()["counts"]["new"] == 1


def test_a_batch_whose_row_in_the_audit_log_cannot_be_written_is_not_written_either(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise StoreUnavailable(found="连接中断", expected="可写的数据库", remedy="请稍后重试")

    with monkeypatch.context() as patched:
        patched.setattr(services.store.audit, "append", away)
        answer = client.post(BULK, json={"parties": [row("a")]})
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert client.put("/v1/parties/b", json={"kind": "enterprise", "name": "乙"}).status_code == 503
    assert found(client) == set()
    assert client.post(BULK, json={"parties": [row("a")]}).json()["counts"]["new"] == 1
