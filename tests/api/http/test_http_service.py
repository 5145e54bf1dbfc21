"""The whole service over HTTP, nothing faked: the store, the catalogue, the indexes and the matchmaker."""

import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.bootstrap import build_services
from api.main import create_app
from api.routes.answers import PartyAnswer
from api.routes.match_answers import MatchesAnswer, ProspectsAnswer, ReadingAnswer
from api.routes.offer_answers import OfferAnswer
from api.settings import Settings
from matcher.catalogue.loader import load_catalogue

QUESTION = "我们做体外诊断试剂，成立3年，有12项发明专利，没有房产抵押，想贷款300万"
FIRM = {
    "kind": "enterprise",
    "name": "问路诊断有限公司",
    "facts": {
        "main_business": "体外诊断试剂的研发与生产",
        "headcount": 20,
        "region": "320583",
        "founded_on": "2024-01-05",
    },
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with build_services(Settings.load(data=tmp_path_factory.mktemp("world"))) as services:
        catalogue = load_catalogue()
        services.store.offers.replace_catalogue(catalogue.offers.values(), catalogue.version)
        with TestClient(create_app(services)) as client:
            while client.get("/readyz").status_code != 200:
                time.sleep(0.05)
            yield client


def found(service: TestClient, party: str) -> bool:
    answer = service.post("/v1/prospects", json={"offer_id": "fund.kunshan-angel", "include_unmet": True})
    assert answer.status_code == 200
    ProspectsAnswer.model_validate(answer.json())
    return party in [match["party_id"] for match in answer.json()["matches"]]


def test_a_question_is_answered_with_clauses(service: TestClient) -> None:
    answer = service.post("/v1/matches", json={"text": QUESTION, "kinds": ["loan"], "limit": 5}).json()
    MatchesAnswer.model_validate(answer)
    assert answer["understood"]["facts"]["invention_patents"] == 12
    assert {match["offer"]["kind"] for match in answer["matches"]} == {"loan"}
    scores = [match["score"] for match in answer["matches"]]
    assert scores == sorted(scores, reverse=True)
    for match in answer["matches"]:
        assert match["score"] == pytest.approx(sum(item["points"] for item in match["contributions"]), abs=0.05)
        assert all(item["clause"]["quote"] for item in match["eligibility"]["criteria"])


def test_what_was_understood_can_be_corrected(service: TestClient) -> None:
    reading = service.post("/v1/readings", json={"text": QUESTION}).json()
    ReadingAnswer.model_validate(reading)
    facts = reading["facts"] | {"invention_patents": 0}
    answer = service.post("/v1/matches", json={"text": "想贷款", "facts": facts, "include_unmet": True})
    assert answer.status_code == 200


def test_a_written_party_is_found_and_a_deleted_one_is_gone(service: TestClient) -> None:
    assert not found(service, "asker")
    assert service.put("/v1/parties/asker", json=FIRM).status_code == 201
    assert found(service, "asker")
    assert service.post("/v1/matches", json={"party_id": "asker"}).json()["seeker"]["name"] == FIRM["name"]
    shown = service.get("/v1/parties/asker").json()
    PartyAnswer.model_validate(shown)
    assert service.put("/v1/parties/asker", json=shown).status_code == 200
    assert service.get("/v1/parties/asker").json() == shown
    assert service.delete("/v1/parties/asker").status_code == 204
    assert not found(service, "asker")
    assert service.post("/v1/matches", json={"party_id": "asker"}).status_code == 404


def test_an_imported_party_is_found(service: TestClient) -> None:
    content = "企业名称,主营业务,所在地区\n引航诊断有限公司,体外诊断试剂,江苏省昆山市\n".encode()
    sent = {"files": {"file": ("名录.csv", content)}, "data": {"kind": "enterprise"}}
    first = service.post("/v1/imports", **sent).json()
    assert first["counts"]["new"] == 1
    prospects = service.post("/v1/prospects", json={"offer_id": "fund.kunshan-angel", "include_unmet": True}).json()
    assert "引航诊断有限公司" in [match["seeker"]["name"] for match in prospects["matches"]]
    again = service.post("/v1/imports", **sent).json()
    assert (again["counts"]["new"], again["counts"]["same"]) == (0, 1)
    assert service.get(f"/v1/imports/{first['id']}").json()["counts"] == first["counts"]


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1/matches", "MatchBody"),
        ("POST", "/v1/prospects", "ProspectBody"),
        ("POST", "/v1/readings", "ReadingBody"),
        ("PUT", "/v1/parties/example", "PartyBody"),
    ],
)
def test_the_examples_of_the_document_work(service: TestClient, method: str, path: str, name: str) -> None:
    (example,) = service.get("/openapi.json").json()["components"]["schemas"][name]["examples"]
    assert service.request(method, path, json=example).status_code in {200, 201}


def test_every_offer_can_be_read(service: TestClient) -> None:
    listed = service.get("/v1/offers", params={"limit": 1000}).json()
    assert listed["total"] == len(load_catalogue().offers)
    for item in listed["offers"]:
        OfferAnswer.model_validate(service.get(f"/v1/offers/{item['id']}").json())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "！？。，；"},
        {"text": "😀🎉"},
        {"text": "甲\x00乙"},
        {"text": "甲" * 100_000},
        {"text": "贷款", "limit": 0},
        {"text": "贷款", "limit": 10**9},
        {"text": "贷款", "kinds": ["mortgage"]},
        {"text": "贷款", "facts": {"headcount": 10**18}},
    ],
)
def test_bad_questions_are_refused(service: TestClient, body: dict[str, object]) -> None:
    response = service.post("/v1/matches", json=body)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize(
    "text", ["贷款" * 10_000, "a", "，" * 19_999 + "贷", "𠮷野家想融资", "贷款\u202e款贷", "é" * 2000]
)
def test_odd_questions_are_answered(service: TestClient, text: str) -> None:
    assert service.post("/v1/matches", json={"text": text}).status_code == 200


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31", "2024-02-29"])
def test_far_days_are_answered(service: TestClient, at: str) -> None:
    service.put("/v1/parties/asker", json=FIRM)
    assert service.post("/v1/matches", json={"party_id": "asker", "text": "成立3年", "at": at}).status_code == 200
    assert service.post("/v1/prospects", json={"offer_id": "fund.kunshan-angel", "at": at}).status_code == 200


def test_the_largest_numbers_that_a_field_takes_do_not_break_the_columns(service: TestClient) -> None:
    facts = {"headcount": 10**12, "revenue_wan": "999999999999.99999999999999999999", "net_profit_wan": -(10**12)}
    assert service.put("/v1/parties/giant", json=FIRM | {"facts": facts}).status_code == 201
    assert found(service, "giant")
    service.delete("/v1/parties/giant")


def test_ready_once_the_index_is_loaded(service: TestClient) -> None:
    found(service, "anyone")
    assert service.get("/readyz").json() == {"status": "ok"}
