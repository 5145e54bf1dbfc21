import json
from datetime import date
from decimal import Decimal

import orjson

from api.exchange.documents import match_document, offer_document, party_document
from matcher.fields import PartyKind
from matcher.parties import Fact, Party
from tests.api.exchange.matches import OFFER, a_match

CLAUSE = {"document": "示例管理办法", "article": "第三条", "quote": "成立不超过5年，职工不超过200人"}


def test_a_match_carries_ids_score_parts_criteria_with_clause_reasons_gaps_and_unknowns():
    document = match_document(a_match())
    assert (document["party_id"], document["offer_id"], document["score"]) == ("name-1", "loan.example", 61.25)
    assert sum(part["points"] for part in document["contributions"]) == document["score"]
    assert document["contributions"][0] == {
        "name": "semantic", "label": "业务方向相近", "points": 41.25, "evidence": "体外诊断",
    }  # fmt: skip
    assert document["reasons"] == ["业务方向相近：体外诊断（+41.25）"]
    assert document["gaps"] == ["未满足：成立年限为 8 年"]
    assert document["unknowns"] == [{"field": "net_assets_wan", "label": "净资产"}]
    assert document["synthetic"] is False
    assert match_document(a_match(synthetic=True))["synthetic"] is True


def test_each_criterion_says_what_was_asked_found_and_where_it_is_written():
    document = match_document(a_match())["eligibility"]
    assert (document["state"], document["label"]) == ("unmet", "未满足")
    young = document["criteria"][0]
    assert {key: young[key] for key in ("field", "operator", "required", "state", "value", "value_text")} == {
        "field": "age_years",
        "operator": "le",
        "required": "5",
        "state": "unmet",
        "value": "8",
        "value_text": "8 年",
    }
    assert young["clause"] == CLAUSE
    assert "超出 3 年" in young["gap"]
    assert [(item["field"], item["state"], item["value"]) for item in document["criteria"]] == [
        ("age_years", "unmet", "8"),
        ("headcount", "met", 45),
        ("revenue_wan", "met", "1234.50"),
        ("net_assets_wan", "unknown", None),
        ("is_dishonest_debtor", "met", False),
    ]
    assert document["criteria"][1]["assumption"] == "按从业人员理解"


def test_an_offer_keeps_the_shape_of_its_criteria_and_leaves_the_unstated_null():
    document = offer_document(OFFER)
    tree = document["criteria"]
    assert [next(iter(child)) for child in tree["all"]] == ["field", "field", "any", "not"]
    assert tree["all"][2]["least"] == 1
    assert tree["all"][3]["not"]["field"] == "is_dishonest_debtor"
    assert document["terms"]["amount_max_wan"] == "300.5"
    assert document["terms"]["rate_min_pct"] is None
    assert (document["effective_from"], document["effective_to"]) == ("2021-10-22", None)
    assert document["audience"] == ["enterprise", "team"]
    assert document["clauses"] == [CLAUSE]


def test_a_party_shows_known_facts_with_source_and_day_and_no_others():
    day = date(2026, 11, 22)
    facts = {
        "registered_capital_wan": Fact(Decimal("1E+3"), "名单", day),
        "region": Fact("320583", "名单", day),
        "founded_on": Fact(date(2014, 3, 12), "名单", day),
        "collateral": Fact(("专利", "商标"), "名单", day),
    }
    party = Party("name-1", PartyKind.ENTERPRISE, "甲公司", facts, "local", "名单", day, synthetic=True)
    document = party_document(party)
    assert document["synthetic"] is True
    assert {code: (fact["value"], fact["text"]) for code, fact in document["facts"].items()} == {
        "registered_capital_wan": ("1000", "1,000 万元"),
        "region": ("320583", "江苏省苏州市昆山市"),
        "founded_on": ("2014-03-12", "2014-03-12"),
        "collateral": (["专利", "商标"], "专利、商标"),
    }
    assert document["facts"]["region"]["source"] == "名单"
    assert document["facts"]["region"]["observed_on"] == "2026-11-22"


def test_documents_are_plain_json():
    for document in (match_document(a_match()), offer_document(OFFER)):
        assert json.loads(orjson.dumps(document)) == json.loads(json.dumps(document)) == document
