"""Offers as their providers write them: checked by the fields, the provider's own, and kept where a form cannot say."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from api.access.viewers import Role, Viewer
from api.exchange.own_offers import Condition, OfferDraft, draft_of, ended, plain_number, written
from api.store.store import Store, open_store
from matcher.eligibility.criteria import All, AnyOf, Leaf, Operator
from matcher.errors import InvalidValue, MatcherError, UnknownOffer
from matcher.offers import OfferKind, Terms, in_force
from tests.api.worlds import DAY, party

LEAD = Viewer(role=Role.LEAD_FIRM, party_id="lead-1")
DRAFT = OfferDraft(
    OfferKind.PROCUREMENT,
    "减速器零件采购",
    "长期采购谐波减速器柔轮毛坯",
    service_regions=("320500",),
    conditions=(
        Condition("age_years", Operator.GE, 2),
        Condition("region", Operator.UNDER, ["320500", "330000"]),
        Condition("has_fixed_premises", Operator.EQ, True),
    ),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as opened:
        opened.parties.upsert_many(Viewer(), [party("lead-1", "示例集团"), party("lead-2", "别家集团")])
        yield opened


def test_a_draft_becomes_an_offer_and_a_draft_again(store: Store) -> None:
    offer = written(store, LEAD, "own-1", DRAFT, DAY)
    assert (offer.provider, offer.provider_id, offer.tenant) == ("示例集团", "lead-1", "local")
    assert isinstance(offer.criteria, All)
    labels = [child.label for child in offer.criteria.children if isinstance(child, Leaf)]
    assert labels == ["成立年限 不低于 2 年", "所在地区 属于 江苏省苏州市、浙江省", "固定经营场所 为 是"]
    assert offer.focus == DRAFT.summary
    again = draft_of(offer)
    assert again.conditions is not None
    assert [item.field for item in again.conditions] == ["age_years", "region", "has_fixed_premises"]
    assert written(store, LEAD, "own-1", again, DAY).criteria == offer.criteria


def test_closing_ends_it_the_day_before_and_keeps_its_conditions(store: Store) -> None:
    offer = written(store, LEAD, "own-1", DRAFT, DAY)
    closed = written(store, LEAD, "own-1", ended(offer, date(2026, 11, 21)), DAY)
    assert not in_force(closed, DAY)
    assert closed.criteria == offer.criteria


def test_what_a_form_cannot_say_stays(store: Store) -> None:
    offer = written(store, LEAD, "own-1", DRAFT, DAY)
    assert isinstance(offer.criteria, All)
    either = AnyOf(offer.criteria.children, "满足其一")
    store.offers.upsert_many(LEAD, [replace(offer, criteria=either)])
    draft = draft_of(store.offers.get(LEAD, "own-1"))
    assert draft.conditions is None
    assert written(store, LEAD, "own-1", replace(draft, name="新名"), DAY).criteria == either


def test_another_s_offer_is_not_there_to_write(store: Store) -> None:
    written(store, LEAD, "own-1", DRAFT, DAY)
    other = Viewer(role=Role.LEAD_FIRM, party_id="lead-2")
    with pytest.raises(UnknownOffer):
        written(store, other, "own-1", DRAFT, DAY)
    assert store.offers.get(LEAD, "own-1").provider_id == "lead-1"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": OfferKind.LOAN}, "资源类型"),
        ({"name": " "}, "没有填写名称"),
        ({"summary": ""}, "没有填写简介"),
        ({"audience": frozenset()}, "没有面向的对象"),
        ({"terms": Terms(amount_min_wan=Decimal(5), amount_max_wan=Decimal(1))}, "金额下限 5 高于上限 1"),
        ({"effective_from": DAY, "effective_to": date(2026, 1, 1)}, "早于开始日期"),
        ({"service_regions": ("999999",)}, "999999"),
        ({"conditions": (Condition("headcount", Operator.GE, -1),)}, "-1"),
        ({"conditions": (Condition("name", Operator.EQ, "甲"),)}, "名称"),
        ({"conditions": (Condition("nothing", Operator.GE, 1),)}, "nothing"),
        ({"conditions": (Condition("region", Operator.UNDER, []),)}, "没有值"),
    ],
)
def test_what_cannot_be_is_refused(store: Store, changed: dict[str, object], words: str) -> None:
    with pytest.raises(MatcherError, match=words):
        written(store, LEAD, "own-1", replace(DRAFT, **changed), DAY)  # type: ignore[arg-type]
    assert not [offer for offer in store.offers.list(LEAD) if offer.id == "own-1"]


def test_numbers_of_a_form() -> None:
    assert plain_number(" 1,000.5 ", "金额") == Decimal("1000.5")
    assert plain_number("", "金额") is None
    with pytest.raises(InvalidValue):
        plain_number("一百", "金额")
