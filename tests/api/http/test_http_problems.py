"""Every designed error has a status, and every refusal is a problem by RFC 9457."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import api
import embeddings
import matcher
from api.errors import ServiceError, StoreDamaged, StoreUnavailable
from api.problems import CODES, MAX_DETAIL, STATUSES, Problem, Violation, scrubbed, status_of
from api.routes.answers import ProblemAnswer
from embeddings.errors import EmbeddingsError, SnapshotForeign
from matcher.errors import InvalidNeed, MatcherError, UnknownParty
from tests.fakes.services import FakeServices

ROOTS = (MatcherError, EmbeddingsError, ServiceError)
NOT_IMPORTED = ("embeddings.training", "embeddings.evaluation", "api.store.migrations")


def descendants(error: type[Exception]) -> Iterator[type[Exception]]:
    yield error
    for child in error.__subclasses__():
        yield from descendants(child)


def import_everything() -> None:
    """Errors that a module declares for itself count too."""
    for package in (api, embeddings, matcher):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not module.name.startswith(NOT_IMPORTED) and not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def test_every_designed_error_stands_in_the_table() -> None:
    import_everything()
    declared = {error for root in ROOTS for error in descendants(root) if not error.__module__.startswith("tests")}
    assert {error.__name__ for error in declared - set(STATUSES)} == set()


def test_every_code_is_of_one_error_only() -> None:
    codes = [error.code for error in STATUSES]  # type: ignore[attr-defined]
    assert len(codes) == len(set(codes))


def test_every_status_in_the_table_has_a_title() -> None:
    assert set(STATUSES.values()) <= set(CODES)


@pytest.mark.parametrize("error", STATUSES)
def test_an_error_becomes_a_problem_with_its_code(
    error: type[MatcherError], client: TestClient, services: FakeServices
) -> None:
    services.matchmaker.failure = error(found="找到甲", expected="乙", remedy="请改为乙")
    response = client.post("/v1/matches", json={"text": "诊断"})
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == "zh-CN"
    assert (response.status_code, problem["status"]) == (STATUSES[error], STATUSES[error])
    assert problem["type"] == f"urn:rongtong:problem:{error.code}"
    assert (problem["code"], problem["title"]) == (error.code, CODES[STATUSES[error]][1])
    shown = problem["detail"] == "找到甲；应为：乙。请改为乙。"
    assert shown is (response.status_code != 500)
    assert problem["request_id"] == response.headers["x-request-id"]
    ProblemAnswer.model_validate(problem)


@pytest.mark.parametrize(
    ("error", "status"), [(UnknownParty, 404), (InvalidNeed, 422), (StoreUnavailable, 503), (SnapshotForeign, 503)]
)
def test_known_statuses(error: type[MatcherError], status: int) -> None:
    assert status_of(error(found="", expected="", remedy="")) == status


def test_a_fault_of_ours_tells_its_code_and_nothing_of_our_insides(
    client: TestClient, services: FakeServices, logs: list[dict[str, object]]
) -> None:
    services.matchmaker.failure = StoreDamaged(found="/srv/secret 表 parties", expected="完好", remedy="请恢复备份")
    response = client.post("/v1/matches", json={"text": "诊断"})
    assert response.json()["code"] == "store_damaged"
    assert "secret" not in response.text
    assert [(entry["event"], entry.get("code")) for entry in logs[-2:]] == [
        ("request_failed", "store_damaged"),
        ("request", None),
    ]


def test_an_unforeseen_error_is_answered_logged_and_not_shown(
    client: TestClient, services: FakeServices, logs: list[dict[str, object]]
) -> None:
    services.matchmaker.failure = RuntimeError("password=hunter2")
    response = client.post("/v1/matches", json={"text": "我们的商业秘密"}, headers={"X-Request-ID": "known-id-1"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "internal_error"
    assert response.json()["request_id"] == "known-id-1"
    assert "hunter2" not in response.text
    failed, answered = logs[-2:]
    assert (failed["event"], failed["request_id"], failed["exc_info"]) == ("request_failed", "known-id-1", True)
    assert (answered["event"], answered["status"], answered["route"]) == ("request", 500, "/v1/matches")


def test_the_access_log_tells_no_names_ids_or_texts(client: TestClient, logs: list[dict[str, object]]) -> None:
    client.put("/v1/parties/uscc-secret?token=secret", json={"kind": "enterprise", "name": "某秘密公司"})
    client.get("/secret-address")
    entry, unmatched = logs[-2:]
    assert {key: entry[key] for key in ("event", "method", "route", "status")} == {
        "event": "request",
        "method": "PUT",
        "route": "/v1/parties/{party_id}",
        "status": 201,
    }
    assert unmatched["route"] == "unmatched"
    assert "secret" not in str(logs)
    assert "秘密" not in str(logs)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/docs/../../etc/passwd", 404, "not_found"),
        ("GET", "/docs/secret.js", 404, "not_found"),
        ("GET", "/v1/offers/", 404, "not_found"),
        ("DELETE", "/v1/matches", 405, "method_not_allowed"),
        ("GET", "/v1/offers/nothing", 404, "unknown_offer"),
        ("GET", "/v1/parties/nobody", 404, "unknown_party"),
        ("GET", "/v1/offers?kind=loans", 422, "invalid_request"),
        ("GET", "/v1/parties/%00", 422, "invalid_request"),
    ],
)
def test_addresses_that_do_not_answer(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_method_that_is_not_allowed_says_which_are(client: TestClient) -> None:
    assert client.delete("/v1/matches").headers["allow"] == "POST"


def test_a_long_or_broken_detail_is_made_harmless() -> None:
    detail = Problem(422, "x", "甲" * 10_000 + "\ud800").document()["detail"]
    assert len(detail) == MAX_DETAIL + 1
    assert scrubbed("a\ud800b\x00c\nd") == "a?b�c�d"
    assert Violation("c", "d\x00", pointer="#/\ud800").document() == {"code": "c", "detail": "d�", "pointer": "#/?"}


def test_every_answer_carries_safe_headers(client: TestClient) -> None:
    for response in (client.get("/healthz"), client.get("/nowhere"), client.post("/v1/matches", content=b"{")):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("given", ["short", "a" * 65, "bad id with spaces", "中文编号中文编号"])
def test_a_request_id_that_could_harm_the_log_is_replaced(client: TestClient, given: str) -> None:
    answered = client.get("/healthz", headers={"X-Request-ID": given.encode()}).headers["x-request-id"]
    assert answered != given
    assert len(answered) == 32


def test_every_code_is_in_the_manual() -> None:
    manual = Path(__file__).parents[3].joinpath("docs", "http.md").read_text(encoding="utf-8")
    shown = {error.code for error, status in STATUSES.items() if status != 500} | {
        code for code, _, _ in CODES.values()
    }
    assert {code for code in shown if f"`{code}`" not in manual} - {"forbidden", "unavailable"} == set()
