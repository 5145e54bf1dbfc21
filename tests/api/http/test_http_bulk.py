"""A batch of parties over HTTP: good rows written, bad rows refused with their place, nothing twice."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.routes.answers import BulkAnswer
from api.routes.bulk_rows import MAX_ERRORS, MAX_ROWS
from matcher.parties import Fact
from tests.fakes.services import DAY, PARTY, FakeServices

BULK = "/v1/parties/bulk"


def row(identifier: str, **changed: Any) -> dict[str, Any]:
    return {"id": identifier, "kind": "enterprise", "name": f"企业 {identifier}", "observed_on": "2026-11-22"} | changed


def answer(client: TestClient, **body: Any) -> dict[str, Any]:
    response = client.post(BULK, json=body)
    assert response.status_code == 200
    BulkAnswer.model_validate(response.json())
    return response.json()


def test_a_batch_is_written_and_what_is_named_is_removed(client: TestClient, services: FakeServices) -> None:
    sourced = {"value": "1.50", "source": "税务", "observed_on": "2026-03-01"}
    rows = [row("a", facts={"headcount": 12, "revenue_wan": sourced}), row("b")]
    done = answer(client, parties=rows, delete=[PARTY.id])
    assert done == {"counts": {"new": 2, "changed": 0, "same": 0, "deleted": 1, "refused": 0}, "refused": []}
    assert set(services.store.parties.rows) == {"a", "b"}
    written = services.store.parties.rows["a"]
    assert written.facts["headcount"] == Fact(12, "自填", DAY)
    assert str(written.facts["revenue_wan"].value) == "1.50"
    assert (written.facts["revenue_wan"].source, written.name, written.tenant) == ("税务", "企业 a", "local")


def test_a_bad_row_is_refused_at_its_place_and_the_others_are_written(
    client: TestClient, services: FakeServices
) -> None:
    rows = [
        row("a"),
        row("b", facts={"headcount": -1, "nonsense": 1}),
        row("c", kind="firm"),
        {"name": "没有编号"},
        "not an object",
        row("d", facts={"headcount": {"value": 3, "observed_on": "昨天"}}),
        row("e"),
    ]
    done = answer(client, parties=rows, delete=["nobody", "e", 7])
    assert done["counts"] == {"new": 2, "changed": 0, "same": 0, "deleted": 0, "refused": 8}
    assert set(services.store.parties.rows) == {PARTY.id, "a", "e"}
    places = [(item["pointer"], item["id"], [error["code"] for error in item["errors"]]) for item in done["refused"]]
    assert places == [
        ("#/parties/1", "b", ["invalid_value", "unknown_field"]),
        ("#/parties/2", "c", ["enum"]),
        ("#/parties/3", None, ["missing", "missing"]),
        ("#/parties/4", None, ["model_type"]),
        ("#/parties/5", "d", ["iso_date"]),
        ("#/delete/0", "nobody", ["unknown_party"]),
        ("#/delete/1", "e", ["written_and_deleted"]),
        ("#/delete/2", None, ["string_type"]),
    ]
    pointers = [error["pointer"] for item in done["refused"] for error in item["errors"]]
    assert pointers[:2] == ["#/parties/1/facts/headcount", "#/parties/1/facts/nonsense"]
    assert "#/parties/5/facts/headcount/observed_on" in pointers


def test_the_mode_says_what_becomes_of_facts_not_given(client: TestClient, services: FakeServices) -> None:
    answer(client, parties=[row("a", facts={"headcount": 1, "doctors": 2})])
    answer(client, parties=[row("a", facts={"headcount": 3})])
    assert services.store.parties.rows["a"].values == {"headcount": 3, "doctors": 2}
    answer(client, mode="replace", parties=[row("a", facts={"headcount": 4})])
    assert services.store.parties.rows["a"].values == {"headcount": 4}


def test_an_empty_batch_does_nothing(client: TestClient) -> None:
    assert answer(client)["counts"] == {"new": 0, "changed": 0, "same": 0, "deleted": 0, "refused": 0}


def test_a_hopeless_row_is_told_ten_reasons(client: TestClient) -> None:
    (refused,) = answer(client, parties=[row("a", facts={f"nonsense_{n}": n for n in range(50)})])["refused"]
    assert len(refused["errors"]) == MAX_ERRORS


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "invalid_json"),
        (b'{"parties": [NaN]}', 400, "invalid_json"),
        (b'{"parties": [{"id": "a", "id": "b"}]}', 400, "invalid_json"),
        (b'{"parties": {}}', 422, "invalid_request"),
        (b'{"mode": "update"}', 422, "invalid_request"),
        (b'{"partys": []}', 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b'{"parties": [' + b",".join([b"0"] * (MAX_ROWS + 1)) + b"]}", 422, "invalid_request"),
    ],
)
def test_what_is_no_batch_is_refused_whole(client: TestClient, content: bytes, status: int, code: str) -> None:
    response = client.post(BULK, content=content, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_batch_has_a_limit_of_its_own(client: TestClient, services: FakeServices) -> None:
    headers = {"Content-Type": "application/json"}
    spaces = b" " * (services.settings.max_json_bytes + 1)
    assert client.post(BULK, content=b'{"parties": []' + spaces + b"}", headers=headers).status_code == 200
    assert client.post("/v1/matches", content=b"{" + spaces + b"}", headers=headers).status_code == 413
    too_large = b" " * (services.settings.max_bulk_bytes + 1)
    assert client.post(BULK, content=too_large, headers=headers).status_code == 413


def test_another_content_type_is_refused(client: TestClient) -> None:
    response = client.post(BULK, content=b"{}", headers={"Content-Type": "application/x-ndjson"})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
