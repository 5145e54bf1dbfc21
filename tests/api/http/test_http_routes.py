"""What each route answers, by value."""

from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from api.access.viewers import Viewer
from api.main import create_app
from api.requests import MatchRequest, ProspectRequest
from api.routes.answers import FieldsAnswer, PartyAnswer
from api.routes.match_answers import MatchesAnswer, ProspectsAnswer, ReadingAnswer
from api.routes.offer_answers import OfferAnswer, OffersAnswer
from matcher.declarations.registry import REGISTRY
from matcher.offers import OfferKind
from matcher.parties import Fact
from tests.fakes.services import DAY, OFFERS, PARTY, FakeServices


def test_a_question_reaches_the_matchmaker_as_it_was_asked(client: TestClient, services: FakeServices) -> None:
    body = {
        "text": "我们做体外诊断",
        "facts": {"revenue_wan": 293.52, "founded_on": "2018-11-22", "collateral": ["专利"], "has_own_ip": True},
        "kinds": ["loan", "fund"],
        "limit": 3,
        "at": "2026-01-31",
        "include_unmet": True,
    }
    response = client.post("/v1/matches", json=body)
    assert response.status_code == 200
    assert services.matchmaker.asked == [
        (
            Viewer(tenant="local"),
            MatchRequest(
                text="我们做体外诊断",
                facts={
                    "revenue_wan": Decimal("293.52"),
                    "founded_on": date(2018, 11, 22),
                    "collateral": ("专利",),
                    "has_own_ip": True,
                },
                kinds=frozenset({OfferKind.LOAN, OfferKind.FUND}),
                limit=3,
                at=date(2026, 1, 31),
                include_unmet=True,
            ),
        )
    ]


def test_numbers_keep_the_digits_they_were_written_with(client: TestClient, services: FakeServices) -> None:
    written = '{"text": "诊断", "facts": {"revenue_wan": 0.1234567890123456789}}'
    client.post("/v1/matches", content=written, headers={"Content-Type": "application/json"})
    assert services.matchmaker.asked[0][1].facts == {"revenue_wan": Decimal("0.1234567890123456789")}


def test_an_answer_to_a_question(client: TestClient) -> None:
    answer = client.post("/v1/matches", json={"text": "我们做体外诊断"}).json()
    MatchesAnswer.model_validate(answer)
    assert answer["considered"] == 3
    assert answer["versions"] == {"encoder": "fingerprint", "catalogue": "catalogue-1", "evaluated_on": "2026-11-22"}
    assert answer["seeker"] == {"id": None, "kind": "enterprise", "name": None, "synthetic": False}
    assert answer["understood"]["statements"][1] == {
        "field": "invention_patents",
        "label": "发明专利",
        "value": 12,
        "text": "12 项",
        "words": "12项发明专利",
    }
    assert answer["understood"]["facts"] == {"founded_on": "2023-11-22", "invention_patents": 12}
    assert answer["understood"]["not_understood"] == ["今天天气好"]
    match = answer["matches"][0]
    assert (match["offer_id"], match["score"], match["gaps"]) == ("fund.example", 61.5, ["成立8年，超出3年"])
    assert [item["state"] for item in match["eligibility"]["criteria"]] == ["unmet", "met", "unknown"]
    assert match["eligibility"]["criteria"][0]["clause"]["article"] == "第八条"


def test_a_prospect_list(client: TestClient, services: FakeServices) -> None:
    answer = client.post("/v1/prospects", json={"offer_id": "loan.example", "limit": 7}).json()
    ProspectsAnswer.model_validate(answer)
    assert (answer["considered"], answer["eligible"], answer["offer"]["id"]) == (3, 2, "loan.example")
    assert services.matchmaker.asked == [(Viewer(tenant="local"), ProspectRequest("loan.example", 7))]


def test_a_reading(client: TestClient) -> None:
    answer = client.post("/v1/readings", json={"text": "成立3年", "at": "2026-11-22"}).json()
    ReadingAnswer.model_validate(answer)
    assert answer["kinds"] == ["loan"]
    assert answer["statements"][0]["value"] == "2023-11-22"


def test_offers_page_by_page(client: TestClient) -> None:
    first = client.get("/v1/offers", params={"limit": 2}).json()
    second = client.get("/v1/offers", params={"limit": 2, "offset": first["next_offset"]}).json()
    OffersAnswer.model_validate(first)
    assert (first["total"], second["next_offset"]) == (3, None)
    ids = [item["id"] for page in (first, second) for item in page["offers"]]
    assert ids == [item.id for item in OFFERS]
    assert client.get("/v1/offers", params={"offset": 3}).json() == {"offers": [], "total": 3, "next_offset": None}


def test_offers_of_one_kind(client: TestClient) -> None:
    answer = client.get("/v1/offers", params={"kind": "loan"}).json()
    assert [item["id"] for item in answer["offers"]] == ["loan.example", "loan.other"]
    assert answer["total"] == 2


def test_one_offer_with_its_criteria_as_a_tree(client: TestClient) -> None:
    answer = client.get("/v1/offers/fund.example").json()
    OfferAnswer.model_validate(answer)
    assert answer["terms"]["amount_max_wan"] == "500.5"
    assert answer["criteria"]["all"][0]["required"] == "5"
    assert answer["criteria"]["all"][1]["least"] == 1
    assert answer["criteria"]["all"][2]["not"]["field"] == "plans_listing"


def test_one_party(client: TestClient) -> None:
    answer = client.get(f"/v1/parties/{PARTY.id}").json()
    PartyAnswer.model_validate(answer)
    assert answer["facts"]["revenue_wan"]["value"] == "293.52"
    assert answer["facts"]["founded_on"]["source"] == "工商"
    assert "headcount" in answer["facts"]
    assert "rd_expense_wan" not in answer["facts"]


def test_a_party_is_what_was_put(client: TestClient, services: FakeServices) -> None:
    body = {
        "kind": "enterprise",
        "name": "新材料有限公司",
        "facts": {"headcount": 12, "revenue_wan": {"value": "1.50", "source": "税务", "observed_on": "2026-03-01"}},
        "observed_on": "2026-10-01",
    }
    made = client.put("/v1/parties/new", json=body)
    again = client.put("/v1/parties/new", json=body | {"facts": {"headcount": 13}})
    assert (made.status_code, again.status_code) == (201, 200)
    PartyAnswer.model_validate(made.json())
    stored = services.store.parties.rows["new"]
    assert stored.facts == {"headcount": Fact(13, "自填", date(2026, 10, 1))}
    assert (stored.tenant, stored.source, stored.name) == ("local", "自填", "新材料有限公司")
    first = made.json()["facts"]["revenue_wan"]
    assert (first["value"], first["source"], first["observed_on"]) == ("1.50", "税务", "2026-03-01")


def test_what_get_shows_can_be_put_back(client: TestClient, services: FakeServices) -> None:
    shown = client.get(f"/v1/parties/{PARTY.id}").json()
    assert client.put(f"/v1/parties/{PARTY.id}", json=shown).status_code == 200
    assert services.store.parties.rows[PARTY.id] == PARTY


def test_a_party_without_a_day_was_observed_today_in_china(
    client: TestClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.parties.today", lambda: DAY)
    client.put("/v1/parties/new", json={"kind": "carrier", "name": "某孵化器"})
    assert services.store.parties.rows["new"].observed_on == DAY


def test_a_deleted_party_is_gone(client: TestClient) -> None:
    deleted = client.delete(f"/v1/parties/{PARTY.id}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(f"/v1/parties/{PARTY.id}").status_code == 404
    assert client.delete(f"/v1/parties/{PARTY.id}").json()["code"] == "unknown_party"


def test_the_field_registry(client: TestClient) -> None:
    answer = client.get("/v1/fields").json()
    FieldsAnswer.model_validate(answer)
    assert [item["code"] for item in answer["fields"]] == list(REGISTRY.fields)
    carriers = client.get("/v1/fields", params={"kind": "carrier"}).json()["fields"]
    assert 0 < len(carriers) < len(answer["fields"])
    assert all("carrier" in item["kinds"] for item in carriers)


def test_alive_and_ready(client: TestClient, services: FakeServices) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.head("/healthz").status_code == 200
    assert client.get("/readyz").json() == {"status": "ok"}
    services.parties.ready = False
    waiting = client.get("/readyz")
    assert (waiting.status_code, waiting.json()["code"], waiting.headers["retry-after"]) == (503, "index_loading", "2")


def test_the_indexes_are_loaded_before_the_first_query(services: FakeServices) -> None:
    services.parties.ready = False
    with TestClient(create_app(services)):
        pass
    assert services.parties.ready
    assert len(services.matchmaker.asked) == 1


def test_a_failure_to_load_the_offers_is_logged_and_stops_nothing(
    services: FakeServices, logs: list[dict[str, object]]
) -> None:
    services.parties.ready = False
    services.matchmaker.failure = RuntimeError("no index")
    with TestClient(create_app(services)) as client:
        assert client.get("/healthz").status_code == 200
    assert services.parties.ready
    assert "offers_not_loaded" in [entry["event"] for entry in logs]


def test_metrics_count_by_route_and_never_by_id(client: TestClient) -> None:
    client.get(f"/v1/parties/{PARTY.id}")
    client.get("/v1/parties/nobody")
    client.get("/nowhere")
    text = client.get("/metrics").text
    assert 'rongtong_http_requests_total{method="GET",route="/v1/parties/{party_id}",status="200"} 1.0' in text
    assert 'rongtong_http_requests_total{method="GET",route="/v1/parties/{party_id}",status="404"} 1.0' in text
    assert 'rongtong_http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert PARTY.id not in text
    assert "python_info" in text
