"""Idempotency-Key on every route that writes: the first answer again, byte for byte, and no second write."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.fakes.services import PARTY, FakeServices

FIRM = {"kind": "enterprise", "name": "新材料有限公司", "observed_on": "2026-10-01"}
BATCH = {"parties": [FIRM | {"id": "a"}]}
WRITES = [
    ("PUT", "/v1/parties/new", FIRM, 201),
    ("DELETE", f"/v1/parties/{PARTY.id}", None, 204),
    ("POST", "/v1/parties/bulk", BATCH, 200),
]
KEY = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
def test_the_first_answer_is_given_again(
    client: TestClient, services: FakeServices, method: str, path: str, body: Any, status: int
) -> None:
    first = client.request(method, path, json=body, headers=KEY)
    before = dict(services.store.parties.rows)
    again = client.request(method, path, json=body, headers=KEY)
    assert (first.status_code, again.status_code) == (status, status)
    assert (first.content, first.headers.get("content-type")) == (again.content, again.headers.get("content-type"))
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert services.store.parties.rows == before
    other = client.request(method, path, json=body, headers={"Idempotency-Key": "another"})
    assert other.status_code != 201
    assert "idempotency-replayed" not in other.headers


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v1/parties/new", FIRM | {"name": "另一家"}),
        ("PUT", "/v1/parties/other", FIRM),
        ("PUT", "/v1/parties/new?again=1", FIRM),
        ("DELETE", "/v1/parties/new", None),
        ("POST", "/v1/parties/bulk", BATCH),
    ],
)
def test_a_key_is_of_one_request(client: TestClient, services: FakeServices, method: str, path: str, body: Any) -> None:
    client.put("/v1/parties/new", json=FIRM, headers=KEY)
    before = dict(services.store.parties.rows)
    response = client.request(method, path, json=body, headers=KEY)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert services.store.parties.rows == before


def test_a_refusal_is_not_kept(client: TestClient) -> None:
    assert client.delete("/v1/parties/new", headers=KEY).status_code == 404
    client.put("/v1/parties/new", json=FIRM)
    assert client.delete("/v1/parties/new", headers=KEY).status_code == 204


def test_quotes_do_not_make_another_key(client: TestClient) -> None:
    client.put("/v1/parties/new", json=FIRM, headers={"Idempotency-Key": '"k-1"'})
    again = client.put("/v1/parties/new", json=FIRM, headers={"Idempotency-Key": "k-1"})
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("key", [b'""', b"", b'"a', b"a,b", b"a;b", b"k" * 201, "键".encode(), b'"a\\"b"'])
def test_a_key_that_is_none_is_refused(client: TestClient, services: FakeServices, key: bytes) -> None:
    response = client.put("/v1/parties/new", json=FIRM, headers={"Idempotency-Key": key})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_idempotency_key")
    assert "new" not in services.store.parties.rows


@pytest.mark.parametrize("write", WRITES)
def test_an_index_that_fails_does_not_make_a_write_look_refused(
    client: TestClient,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
    logs: list[dict[str, Any]],
    write: tuple[str, str, Any, int],
) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr(services.parties, "catch_up", fail)
    method, path, body, status = write
    assert client.request(method, path, json=body).status_code == status
    assert "index_behind" in [entry["event"] for entry in logs]


@pytest.mark.parametrize("write", WRITES)
def test_the_index_is_brought_up_before_the_answer(
    client: TestClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch, write: tuple[str, str, Any, int]
) -> None:
    seen: list[bool] = []
    before = dict(services.store.parties.rows)
    monkeypatch.setattr(services.parties, "catch_up", lambda: seen.append(services.store.parties.rows != before))
    method, path, body, status = write
    assert client.request(method, path, json=body).status_code == status
    assert seen == [True]
