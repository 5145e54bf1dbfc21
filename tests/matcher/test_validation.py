"""Cells, JSON and the store: one set of bounds, nothing lost, every refusal with a Chinese reason."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.declarations.registry import REGISTRY
from matcher.errors import InvalidValue, MatcherError, UnknownIndustry, UnknownPlace
from matcher.fields import PYTHON_TYPES, FieldType
from matcher.validation import check_value, from_json, parse_cell, to_json


@pytest.mark.parametrize(
    ("code", "raw", "value"),
    [
        ("region", "宁波鄞州区百丈路158号", "330212"),
        ("region", 320583.0, "320583"),
        ("industry", "C27", "27"),
        ("industry", "汽车制造业", "36"),
        ("industry", 39.0, "39"),
        ("zone", "苏州国家高新技术产业开发区", "苏州高新区"),
        ("zone", "某某镇工业集中区", "某某镇工业集中区"),
        ("name", " 融\u0000通科技 \n", "融通科技"),
        ("name", "e\u0301", "é"),
        ("stock_code", 600006.0, "600006"),
        ("tax_credit_grade", "A级", "A"),
        ("tax_credit_grade", "b", "B"),
        ("ownership", "民营企业", "民营"),
        ("size_class", "小型企业", "小型"),
        ("financing_round", "天使", "天使轮"),
        ("collateral", "专利、房产;专利", ("专利", "房产")),
        ("net_profit_wan", "-20万元", Decimal(-20)),
        ("headcount", "1,200人", 1200),
        ("rd_intensity_pct", "120%", Decimal(120)),
        ("revenue_growth_pct", "-12.5%", Decimal("-12.5")),
        ("need_term_months", "3年", 36),
        ("age_years", "3.5年", Decimal("3.5")),
        ("founded_on", "2018-04", date(2018, 4, 1)),
        ("high_tech_enterprise", "√", True),
        ("credit_code", " 91350100m000100y43", "91350100M000100Y43"),
    ],
)
def test_cells(code, raw, value):
    parsed = parse_cell(REGISTRY[code], raw)

    assert parsed == value
    assert type(parsed) is PYTHON_TYPES[REGISTRY[code].type]


def test_a_header_unit_reaches_the_cell():
    assert parse_cell(REGISTRY["revenue_wan"], 1.25, header_unit="亿元") == 12500
    assert parse_cell(REGISTRY["rd_intensity_pct"], 3, header_unit="%") == 3
    with pytest.raises(InvalidValue, match="请写明单位"):
        parse_cell(REGISTRY["revenue_wan"], 1.25)


@pytest.mark.parametrize(
    ("code", "raw", "error", "words"),
    [
        ("region", "火星", UnknownPlace, "所在地区“火星”"),
        ("region", "朝阳区", UnknownPlace, "请写明省市"),
        ("industry", "人工智能", UnknownIndustry, "国标"),
        ("credit_code", "91350100M000100Y44", InvalidValue, "应为“3”"),
        ("tax_credit_grade", "E", InvalidValue, "A、B、M、C、D"),
        ("collateral", "火箭", InvalidValue, "房产、土地"),
        ("headcount", "-3", InvalidValue, "不小于 0"),
        ("revenue_wan", "-3万元", InvalidValue, "不小于 0"),
        ("tech_staff_pct", "120%", InvalidValue, "0 至 100"),
        ("registered_capital_wan", "99999999999亿元", InvalidValue, "不超过 10"),
        ("name", "", InvalidValue, "非空"),
        ("name", None, InvalidValue, "文本格式"),
        ("name", "字" * 20_001, InvalidValue, "20001 个字符"),
    ],
)
def test_refused_cells(code, raw, error, words):
    with pytest.raises(error, match=words):
        parse_cell(REGISTRY[code], raw)


@pytest.mark.parametrize(
    ("code", "sent", "value"),
    [
        ("revenue_wan", 12.5, Decimal("12.5")),
        ("revenue_wan", "12.50", Decimal("12.50")),
        ("revenue_wan", 0.1, Decimal("0.1")),
        ("headcount", 12, 12),
        ("headcount", 12.0, 12),
        ("headcount", "12", 12),
        ("founded_on", "2014-03-12", date(2014, 3, 12)),
        ("founded_on", date(2014, 3, 12), date(2014, 3, 12)),
        ("collateral", ["专利", "专利", "房产"], ("专利", "房产")),
        ("high_tech_enterprise", False, False),
        ("region", "320583", "320583"),
        ("region", "江苏昆山", "320583"),
        ("industry", "C27", "27"),
        ("zone", "花桥经济开发区", "花桥经开区"),
        ("need_text", " 想贷款 ", "想贷款"),
    ],
)
def test_json_values(code, sent, value):
    checked = check_value(REGISTRY[code], sent)

    assert checked == value
    assert type(checked) is PYTHON_TYPES[REGISTRY[code].type]


HOSTILE = [
    float("nan"),
    float("inf"),
    float("-inf"),
    1e400,
    "1e400",
    "1e-400",
    "NaN",
    "sNaN",
    10**30,
    True,
    None,
    [1],
    {},
    "",
]


@pytest.mark.parametrize("sent", HOSTILE)
@pytest.mark.parametrize("code", ["revenue_wan", "net_profit_wan", "headcount", "rd_intensity_pct", "age_years"])
def test_numbers_that_are_none_are_refused(code, sent):
    with pytest.raises(InvalidValue):
        check_value(REGISTRY[code], sent)


@pytest.mark.parametrize(
    ("code", "sent"),
    [
        ("name", "a\0b"),
        ("name", "\ud800"),
        ("name", 3),
        ("need_text", "   "),
        ("collateral", []),
        ("collateral", "专利"),
        ("collateral", ["\ud800"]),
        ("region", "\ud800"),
        ("credit_code", "\0" * 18),
        ("founded_on", "2014-02-30"),
        ("founded_on", "2014"),
        ("founded_on", "20140312"),
        ("founded_on", 20140312),
        ("high_tech_enterprise", 1),
        ("high_tech_enterprise", "是"),
        ("headcount", 12.5),
        ("headcount", -1),
        ("tech_staff_pct", 100.01),
        ("main_business_share_pct", 101),
    ],
)
def test_other_values_that_are_refused(code, sent):
    with pytest.raises(InvalidValue) as caught:
        check_value(REGISTRY[code], sent)

    assert str(caught.value).encode("utf-8")
    assert "\0" not in str(caught.value)


def test_losses_and_growth_have_their_own_bounds():
    assert check_value(REGISTRY["net_profit_wan"], -1) == -1
    assert check_value(REGISTRY["net_assets_wan"], -1) == -1
    assert check_value(REGISTRY["revenue_growth_pct"], 1234) == 1234
    assert check_value(REGISTRY["debt_ratio_pct"], 130) == 130


number = st.decimals(0, 100, places=6)
BY_TYPE = {
    FieldType.TEXT: st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
    FieldType.COUNT: st.integers(0, 10**12),
    FieldType.MONEY: st.decimals(0, 10**12, places=6),
    FieldType.PERCENT: number,
    FieldType.NUMBER: number,
    FieldType.DATE: st.dates(),
    FieldType.FLAG: st.booleans(),
    FieldType.REGION: st.sampled_from(["320583", "110000"]),
    FieldType.INDUSTRY: st.sampled_from(["C", "2770"]),
    FieldType.CREDIT_CODE: st.just("91350100M000100Y43"),
}


def _values(field):
    if field.type is FieldType.CHOICE:
        return st.sampled_from(field.choices)
    if field.type is FieldType.CHOICES:
        return st.lists(st.sampled_from(field.choices), min_size=1, unique=True).map(tuple)
    return BY_TYPE[field.type]


@settings(deadline=None)
@given(st.sampled_from(list(REGISTRY)).flatmap(lambda field: st.tuples(st.just(field), _values(field))))
def test_the_store_gives_back_what_it_was_given(pair):
    field, value = pair
    stored = json.loads(json.dumps(to_json(field, value)))
    back = from_json(field, stored)

    assert back == value
    assert type(back) is PYTHON_TYPES[field.type]
    if field.type is not FieldType.TEXT:
        assert check_value(field, stored) == value


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("revenue_wan", 3.5),
        ("revenue_wan", "x"),
        ("headcount", "3"),
        ("headcount", True),
        ("founded_on", "2014"),
        ("name", None),
    ],
)
def test_a_damaged_store_is_noticed(code, raw):
    with pytest.raises(InvalidValue):
        from_json(REGISTRY[code], raw)


def test_an_unchecked_value_is_not_stored():
    with pytest.raises(InvalidValue, match="请先校验"):
        to_json(REGISTRY["revenue_wan"], "12")


junk = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@settings(deadline=None)
@given(st.sampled_from(list(REGISTRY)), junk)
def test_anything_is_taken_or_refused(field, raw):
    for take in (parse_cell, check_value):
        try:
            value = take(field, raw)
        except MatcherError:
            continue
        assert type(value) is PYTHON_TYPES[field.type]
        assert check_value(field, to_json(field, value)) == value
