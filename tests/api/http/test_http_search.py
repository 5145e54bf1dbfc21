"""POST /v1/parties/search: what is read of the request, how it is said back, and what comes of it on a real index."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.routes.answers import SearchAnswer
from matcher.eligibility.criteria import All, AnyOf, Leaf, Not, Operator
from matcher.fields import PartyKind
from tests.api.worlds import party, services_in
from tests.fakes.services import PARTY, FakeServices

WHERE = {
    "all": [
        {"field": "region", "operator": "under", "value": ["苏州市"]},
        {
            "any": [
                {"field": "headcount", "operator": "lt", "value": 300},
                {"field": "industry", "operator": "under", "value": ["C27"]},
            ]
        },
        {"not": {"field": "plans_listing", "operator": "eq", "value": True}},
        {"field": "revenue_wan", "operator": "ge", "value": 293.52},
        {"field": "founded_on", "operator": "ge", "value": "2018-01-01"},
    ]
}


def test_a_search_is_read_as_it_is_written_and_said_back(client: TestClient, services: FakeServices) -> None:
    body = {"text": "体外诊断", "where": WHERE, "kind": "enterprise", "limit": 7, "at": "2026-11-01"}
    answer = client.post("/v1/parties/search", json=body).json()
    SearchAnswer.model_validate(answer)
    [found] = answer["parties"]
    assert (found["id"], found["similarity"], answer["considered"]) == (PARTY.id, 0.6123, 3)
    [(_, asked)] = services.searching.asked
    assert (asked.text, asked.kind, asked.limit, asked.at) == ("体外诊断", PartyKind.ENTERPRISE, 7, date(2026, 11, 1))
    assert isinstance(asked.where, All)
    region, either, no, revenue, founded = asked.where.children
    assert isinstance(region, Leaf)
    assert isinstance(revenue, Leaf)
    assert isinstance(founded, Leaf)
    assert (region.operator, region.value) == (Operator.UNDER, ("320500",))
    assert isinstance(either, AnyOf)
    assert isinstance(no, Not)
    assert (revenue.value, founded.value) == (Decimal("293.52"), date(2018, 1, 1))
    said = answer["understood"]["where"]
    assert said.startswith("所在地区")
    for words in ("苏州市", "300", "，或", "医药制造业", "不满足（", "293.52", "2018-01-01"):
        assert words in said


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"field": "nothing", "operator": "eq", "value": 1}, "nothing"),
        ({"field": "headcount", "operator": "under", "value": 1}, "不能用 under"),
        ({"field": "headcount", "operator": "ge", "value": "很多"}, "从业人员“很多”"),
        ({"field": "headcount", "operator": "ge"}, "value"),
        ({"field": "name", "operator": "eq", "value": "甲"}, "不能作为检索条件"),
        ({"field": "region", "operator": "under", "value": ["无此地"]}, "无此地"),
        ({"use": "shared"}, "不可读"),
        ({"offer": "fund.example"}, "不可读"),
        ({"all": []}, "缺少 all"),
        ({"all": ["x"]}, "不是对象"),
        ({"all": [{"field": "headcount", "operator": "ge", "value": 1}], "extra": 1}, "extra"),
        ({"any": [{"field": "headcount", "operator": "ge", "value": 1}], "least": 2}, "least"),
        ({}, "不可读"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_with_its_place(
    client: TestClient, where: dict[str, object], words: str
) -> None:
    refused = client.post("/v1/parties/search", json={"where": where})
    assert refused.status_code == 422, refused.text
    assert words in refused.json()["detail"]


def test_a_filter_of_any_depth_is_answered(client: TestClient) -> None:
    where: dict[str, object] = {"field": "headcount", "operator": "ge", "value": 1}
    for _ in range(60):
        where = {"not": where}
    refused = client.post("/v1/parties/search", json={"where": where})
    assert refused.status_code == 422


@pytest.mark.parametrize("body", [{"limit": 0}, {"limit": 1001}, {"kind": "bank"}, {"where": []}, {"query": "x"}])
def test_a_body_of_another_shape_is_refused(client: TestClient, body: dict[str, object]) -> None:
    assert client.post("/v1/parties/search", json={"text": "诊断"} | body).status_code == 422


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with services_in(tmp_path_factory.mktemp("search")) as services:
        kept = [
            party("near", "甲", main_business="体外诊断试剂研发与生产", headcount=50),
            party("far", "乙", main_business="冷链仓储物流", headcount=500),
            party("unknown", "丙", main_business="诊断设备"),
            party("team", "丁", kind=PartyKind.TEAM, main_business="诊断试剂", headcount=5),
        ]
        services.store.parties.upsert_many(services.viewer, kept[:2])
        services.parties.refresh()
        services.store.parties.upsert_many(services.viewer, kept[2:])
        with TestClient(create_app(services, warming=False)) as client:
            yield client


def found(client: TestClient, **body: object) -> list[str]:
    answer = client.post("/v1/parties/search", json=body).json()
    SearchAnswer.model_validate(answer)
    return [item["id"] for item in answer["parties"]]


def test_the_nearest_come_first_over_all_segments(real: TestClient) -> None:
    ranked = found(real, text="体外诊断试剂")
    assert ranked[0] in {"near", "team"}
    assert ranked[-1] == "far"
    assert len(ranked) == 4
    assert found(real, text="体外诊断试剂", limit=2) == ranked[:2]


def test_only_what_is_known_to_meet_the_filter_is_found(real: TestClient) -> None:
    few = {"field": "headcount", "operator": "lt", "value": 100}
    assert set(found(real, where=few)) == {"near", "team"}
    assert found(real, where=few, kind="team") == ["team"]
    assert set(found(real, where={"not": few})) == {"far"}
    assert real.post("/v1/parties/search", json={"where": few, "limit": 1}).json()["considered"] == 2


def test_without_a_text_there_is_no_similarity_and_nothing_asked_is_refused(real: TestClient) -> None:
    answer = real.post("/v1/parties/search", json={"kind": "team"}).json()
    assert [item["similarity"] for item in answer["parties"]] == [None]
    assert real.post("/v1/parties/search", json={}).status_code == 422
