"""Masking: of who agreed to nothing, no word is in any answer; of who did, exactly what they agreed to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.consents import Asked, Consent, ConsentState, Purpose, Scope, Standing, scope_of
from api.access.masking import Masker
from api.access.profiles import PROFILE_FIELDS, years_range
from api.exchange.campaigns import assignment_document
from api.exchange.documents import match_document, party_document, profile_document, profile_of_party
from api.exchange.found import search_document
from api.searching import Found, SearchAnswer, SearchRequest
from api.store.campaign_rows import AssignmentRow, AssignmentStatus
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.criteria import All, Clause, Leaf, Operator
from matcher.fields import FieldType, PartyKind, Value
from matcher.needs import Need, Seeker
from matcher.offers import OfferKind
from matcher.pairing.assembling import Nearness, assemble, explained
from matcher.pairing.matches import Match
from matcher.pairing.pipeline import dated
from matcher.pairing.scoring import Scoring
from matcher.parties import Fact, Party
from tests.api.exchange.matches import OFFER

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
BANK, FIRM = "示例银行", "uscc-MARK0"
CLAUSE = Clause("示例办法", "第一条", "原文")
PLACES = ("320583", "320505")


def marked(kind: PartyKind = PartyKind.ENTERPRISE) -> Party:
    """A party with a value of its own in every field; each would be recognised wherever it came out."""
    facts: dict[str, Value] = {}
    for place, item in enumerate(REGISTRY.of_kind(kind), 1):
        facts[item.code] = {
            FieldType.TEXT: f"MARK{place}文",
            FieldType.CHOICE: item.choices[0] if item.choices else "",
            FieldType.CHOICES: item.choices[:1],
            FieldType.COUNT: 770000 + place,
            FieldType.MONEY: Decimal(880000 + place),
            FieldType.PERCENT: Decimal("33.77"),
            FieldType.NUMBER: Decimal(660000 + place),
            FieldType.DATE: date(2019, 3, 17),
            FieldType.FLAG: True,
            FieldType.REGION: PLACES[0],
            FieldType.INDUSTRY: "C2770",
            FieldType.CREDIT_CODE: "91320583MARK000000",
        }[item.type]
    del facts["age_years"]
    told = {code: Fact(value, "MARK来源", DAY) for code, value in facts.items() if value != ""}
    return Party(FIRM, kind, "MARK苏州某某公司", told, "local", "MARK文件.xlsx", DAY)


MARKS = ("MARK", "7700", "8800", "6600", "33.77", "2019-03-17")


def match_for(party: Party, kind: OfferKind = OfferKind.LOAN) -> Match:
    """The party judged by an offer with a condition on every comparable field, scored and explained as ever."""
    leaves = [
        Leaf(item.code, Operator.GE, item_floor(item.type), f"条件{place}", CLAUSE)
        for place, item in enumerate(REGISTRY.of_kind(party.kind))
        if item.type in (FieldType.COUNT, FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER, FieldType.DATE)
    ]
    high = [replace(leaf, value=10**9, label=f"高{leaf.label}") for leaf in leaves if isinstance(leaf.value, int)]
    offer = replace(OFFER, kind=kind, criteria=All((*leaves, *high)), focus="MARK文、体外诊断", industry_focus=("C27",))
    seeker = Seeker(
        party.kind, party.values, "MARK我们公司做MARK文", Need("MARK", frozenset({kind})), party.id, party.name
    )
    made = assemble(dated(seeker, DAY), offer, Nearness(0.5, 0.5), Scoring())
    return explained(made, seeker.text, DAY)


def item_floor(kind: FieldType) -> Value:
    return {FieldType.DATE: date(2000, 1, 1), FieldType.COUNT: 1}.get(kind, Decimal(1))


def consent(scopes: Iterable[Scope], *, state: ConsentState = ConsentState.GRANTED, until: date = DAY) -> Consent:
    asked = Asked(BANK, BANK, Purpose.FINANCING, frozenset(scopes), until)
    return Consent("1", "local", FIRM, asked, state, "2026-11", 1, NOW, "厂长")


def masker(*said: Consent, own: str | None = BANK, everything: bool = False, on: date = DAY) -> Masker:
    return Masker(everything, own, on, lambda party: "m.别名", {FIRM: said})


def documents(party: Party, kind: OfferKind = OfferKind.LOAN) -> dict[str, dict[str, Any]]:
    """A party in every shape in which an answer tells of one."""
    match = match_for(party, kind)
    whole = match_document(match) | {"profile": profile_document(match.values)}
    row = AssignmentRow(
        "名单1", "local", "c", "r", 1, party.id, match.offer.id, BANK, 1, 100, "met", AssignmentStatus.ACTIVE, whole
    )
    found = search_document(SearchRequest(), SearchAnswer((Found(party, 0.5),), 1, DAY))["parties"][0]
    return {
        "match": whole,
        "party": party_document(party) | {"profile": profile_of_party(party, DAY)},
        "assignment": assignment_document(row) | {"match": whole},
        "found": found,
    }


def offered(document: dict[str, Any]) -> str:
    """An answer without what the offer itself says: that is the offer's, and not the party's."""
    hidden = ("offer", "focus")
    return orjson.dumps(
        {name: {k: v for k, v in part.items() if k != "offer"} if name == "match" else part
         for name, part in document.items() if name not in hidden}
    ).decode()  # fmt: skip


@pytest.mark.parametrize("kind", [PartyKind.ENTERPRISE, PartyKind.TEAM])
@pytest.mark.parametrize("shape", ["match", "party", "assignment", "found"])
def test_without_consent_no_mark_of_a_party_is_in_any_answer(kind: PartyKind, shape: str) -> None:
    document = documents(marked(kind))[shape]
    assert any(mark in offered(document) for mark in MARKS), "a document without marks proves nothing"
    shown = offered(masker().seen(document, 3))
    assert [mark for mark in MARKS if mark in shown] == []
    assert "m.别名" in shown
    assert "昆山" in shown


@given(st.sets(st.sampled_from(Scope)), st.sampled_from(ConsentState), st.integers(-3, 3), st.sampled_from(OfferKind))
def test_what_shows_is_what_the_consent_covers_and_no_more(
    scopes: set[Scope], state: ConsentState, days: int, kind: OfferKind
) -> None:
    party = marked()
    said = consent(scopes, state=state, until=DAY + timedelta(days=days))
    holds = state is ConsentState.GRANTED and days >= 0
    about_loans = kind in (OfferKind.LOAN, OfferKind.GUARANTEE, OfferKind.INSURANCE)
    match = masker(said).seen(documents(party, kind)["match"], 1)
    named = holds and about_loans and Scope.IDENTITY in scopes
    assert (match["seeker"]["name"] == party.name) is named
    assert (FIRM in orjson.dumps(match).decode()) is named
    for item in match["eligibility"]["criteria"]:
        open_ = holds and about_loans and scope_of(item["field"]) in scopes
        assert (item["value"] is not None) is open_, item["field"]
    facts = masker(said).seen(documents(party)["party"])["facts"]
    for code in party.facts:
        always = code in PROFILE_FIELDS and code != "age_years"
        assert (code in facts) is (always or (holds and scope_of(code) in scopes)), code


@pytest.mark.parametrize(
    ("state", "until", "standing"),
    [
        (ConsentState.GRANTED, DAY, Standing.GRANTED),
        (ConsentState.GRANTED, DAY - timedelta(days=1), Standing.EXPIRED),
        (ConsentState.WITHDRAWN, DAY, Standing.WITHDRAWN),
        (ConsentState.REFUSED, DAY, Standing.REFUSED),
    ],
)
def test_a_list_says_how_the_consent_stands(state: ConsentState, until: date, standing: Standing) -> None:
    said = consent([Scope.IDENTITY], state=state, until=until)
    assert masker(said).seen(documents(marked())["assignment"], 1)["consent"]["state"] == standing


def test_the_profile_is_categories_and_ranges() -> None:
    shown = masker().seen(documents(marked())["match"], 7)
    assert shown["seeker"]["name"] == "某卫生材料及医药用品制造企业（江苏省苏州市昆山市）7号"
    assert shown["profile"] == {
        "industry": "卫生材料及医药用品制造",
        "region": "江苏省苏州市昆山市",
        "size_class": "微型",
        "life_stage": "种子期",
        "age_years": "5—10 年",
    }


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ("0.99", "不满 1 年"),
        ("1", "1—3 年"),
        ("2.9999", "1—3 年"),
        ("3", "3—5 年"),
        ("19.9", "10—20 年"),
        ("20", "20 年以上"),
    ],
)
def test_years_are_a_range(years: str, said: str) -> None:
    assert years_range(Decimal(years)) == said


def test_ones_own_and_the_platforms_own_are_open() -> None:
    for open_ in (masker(own=FIRM), masker(own=None, everything=True)):
        for shape, document in documents(marked()).items():
            seen = open_.seen(document)
            assert (seen["seeker_id"] if shape == "assignment" else seen.get("id", seen.get("party_id"))) in (
                FIRM,
                "名单1",
            )
            assert "consent" not in seen
    assert masker(own=FIRM).seen(documents(marked())["match"])["reasons"] == list(match_for(marked()).reasons)


def test_who_publishes_itself_is_named_and_its_figures_are_not() -> None:
    carrier = marked(PartyKind.CARRIER)
    seen = masker().seen(documents(carrier)["found"])
    assert seen["name"] == carrier.name
    facts = masker().seen(party_document(carrier) | {"profile": {}})["facts"]
    assert "carrier_kind" in facts
    assert not {"contact_phone", "legal_representative", "headcount"} & set(facts)


def test_reasons_and_the_explanation_say_what_may_be_said() -> None:
    shown = masker().seen(documents(marked())["match"], 1)
    assert shown["explanation"].startswith("已满足：条件")
    assert any(reason.startswith("已满足：") for reason in shown["reasons"])
    assert any(gap.startswith("未满足：高条件") and "示例办法第一条" in gap for gap in shown["gaps"])
    assert sum(part["points"] for part in shown["contributions"]) == pytest.approx(shown["score"])


def test_a_document_that_is_not_known_is_not_shown() -> None:
    with pytest.raises(ValueError, match="does not know"):
        masker().seen({"id": FIRM, "name": "MARK"})
