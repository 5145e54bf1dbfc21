"""Marks of a carrier: worked by hand, bounded, and never better for what is missing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.carriers.measures import built_in_measures, read_measures
from matcher.carriers.scorecard import Given, compared, scored
from matcher.catalogue.carrier_kinds import load_carrier_kinds
from matcher.errors import InvalidCatalogue, InvalidValue

MEASURES = built_in_measures()
CAPITAL = "专业资本集聚型特色载体"
BLENDED = "大中小企业融通型特色载体"


def value(amount):
    return Given(Decimal(str(amount)), "平台记录", date(2026, 12, 31))


def test_the_six_dimensions_are_for_all_and_three_more_for_each_special_kind():
    kinds = load_carrier_kinds()
    assert tuple(item.name for item in MEASURES.for_kind("")) == kinds.dimensions
    for name in (CAPITAL, BLENDED):
        own = [item.name for item in MEASURES.for_kind(name)][len(kinds.dimensions) :]
        assert tuple(own) == kinds.named(name).assessment
    assert [item.name for item in MEASURES.for_kind("孵化器")] == [item.name for item in MEASURES.for_kind("")]


def test_a_dimension_worked_by_hand():
    card = scored(MEASURES, "", {"focus_share": value("37.5"), "tenants": value(60)}, 2026)
    first = card.dimensions[0]

    assert [item.mark for item in first.indicators] == [50, 100]
    assert first.mark == Decimal(70)  # 60 % of 50 and 40 % of 100
    assert (first.covered_pct, first.least, first.most) == (100, 70, 70)
    assert (card.mark, card.covered_pct) == (70, 20)
    assert (card.least, card.most) == (14, 94)  # a fifth of the weight is known: 14, and 80 may still come
    assert "孵化资金" in card.missing


def test_what_is_missing_is_not_marked_and_its_weight_stays_its_own():
    first = scored(MEASURES, "", {"tenants": value(25)}, 2026).dimensions[0]

    assert first.indicators[0].mark is None
    assert first.mark == 50
    assert (first.covered_pct, first.least, first.most) == (40, 20, 80)


def test_nothing_known_has_no_mark():
    card = scored(MEASURES, CAPITAL, {}, 2026)

    assert (card.mark, card.covered_pct, card.least, card.most) == (None, 0, 0, 100)


@given(st.dictionaries(st.sampled_from([item.id for item in MEASURES.indicators()]), st.integers(0, 100)))
def test_what_is_learnt_moves_the_whole_only_within_its_bounds(known):
    values = {code: value(amount) for code, amount in known.items()}
    before = scored(MEASURES, CAPITAL, values, 2026)
    all_known = {item.id: value(30) for item in MEASURES.indicators()} | values
    after = scored(MEASURES, CAPITAL, all_known, 2026)

    assert after.least == after.most == after.mark
    assert before.least - Decimal("0.05") <= after.mark <= before.most + Decimal("0.05")
    assert before.mark is None or before.least - Decimal("0.05") <= before.mark <= before.most + Decimal("0.05")


def test_years_are_compared_only_where_the_same_is_known():
    both = {"focus_share": value(30), "tenants": value(25)}
    last = scored(MEASURES, "", both | {"events": value(5)}, 2025)
    this = scored(MEASURES, "", {"focus_share": value(60), "tenants": value(25), "elsewhere": value(5)}, 2026)
    changes = {item.name: item for item in compared(last, this)}

    assert changes["产业集聚度"].by == 24  # 60 % of the step from 40 to 80
    assert (changes["辐射带动力"].before, changes["辐射带动力"].after, changes["辐射带动力"].by) == (50, 100, None)
    assert changes["资源聚集力"].by is None


@pytest.mark.parametrize("known", [{"focus_share": value(101)}, {"nonsense": value(1)}, {"tenants": value(-1)}])
def test_a_value_that_cannot_be_is_refused(known):
    with pytest.raises(InvalidValue):
        scored(MEASURES, "", known, 2026)


GENERAL = "id: x\nname: 省级办法\ndimensions:\n" + "".join(
    f"  - {{name: {name}, weight: 1, assumption: 试, indicators: [{{id: i{place}, label: 指标, unit: 家, weight: 1,"
    " full: 0, zero: 10, assumption: 越少越好}]}\n"
    for place, name in enumerate(load_carrier_kinds().dimensions)
)


def test_a_province_brings_its_own_file_and_less_may_be_better():
    measures = read_measures("省.yaml", GENERAL.encode())
    card = scored(measures, CAPITAL, {"i0": value(2), "i1": value(20)}, 2026)

    assert [item.mark for item in card.dimensions[:3]] == [80, 0, None]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("name: 产业集聚度", "name: 产业规模", "产业规模"),
        ("full: 0, zero: 10", "full: 10, zero: 10", "相同"),
        ("id: i1", "id: i0", "重复"),
        ("unit: 家, weight: 1", "unit: 家, weight: 0", "weight 为 0"),
        ("assumption: 越少越好", "field: incubated_firms, computed: tenants, assumption: 试", "都有"),
        ("assumption: 越少越好", "computed: tennants, assumption: 试", "是否想写 tenants"),
        (", assumption: 越少越好", "", "没有依据"),
    ],
)
def test_a_faulty_file_is_refused_with_the_place(was, becomes, said):
    assert was in GENERAL
    with pytest.raises(InvalidCatalogue, match=said):
        read_measures("省.yaml", GENERAL.replace(was, becomes, 1).encode())


def test_a_file_without_one_of_the_six_dimensions_is_refused():
    lines = [line for line in GENERAL.splitlines() if "辐射带动力" not in line]
    with pytest.raises(InvalidCatalogue, match="缺少维度 辐射带动力"):
        read_measures("省.yaml", "\n".join(lines).encode())
