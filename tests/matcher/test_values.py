"""Written values: what is read, what is refused, and that nothing is lost on the way."""

from datetime import UTC, date, datetime
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InvalidValue
from matcher.reading.values import (
    ParsedDate,
    Precision,
    is_blank,
    parse_choices,
    parse_count,
    parse_date,
    parse_flag,
    parse_money_wan,
    parse_number,
    parse_percent,
)


@pytest.mark.parametrize(
    ("text", "wan"),
    [
        ("500万元人民币", "500"),
        ("293.52亿元", "2935200"),
        ("20万", "20"),
        ("3.5亿人民币", "35000"),
        ("1,200.5万元", "1200.5"),
        ("1,234,567元", "123.4567"),
        ("500000元", "50"),
        ("五百万元", "500"),
        ("三亿五千万元", "35000"),
        ("三点五亿元", "35000"),
        ("3亿5000万元", "35000"),
        ("1万2千元", "1.2"),
        ("人民币壹佰万元整", "100"),
        ("１００ 万元", "100"),
        ("3千万", "3000"),
        ("-20万元", "-20"),
        ("￥500,000元", "50"),
        ("0元", "0"),
    ],
)
def test_money_in_wan(text, wan):
    assert parse_money_wan(text) == Decimal(wan)


@pytest.mark.parametrize(
    ("raw", "unit", "wan"),
    [
        ("500", "万元", "500"),
        (500.5, "万元", "500.5"),
        (3, "亿元", "30000"),
        ("500", "元", "0.05"),
        ("2亿元", "元", "20000"),
    ],
)
def test_a_header_gives_the_unit_that_the_cell_lacks(raw, unit, wan):
    assert parse_money_wan(raw, unit=unit) == Decimal(wan)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("500", "请写明单位"),
        (500, "请写明单位"),
        ("五百", "请写明单位"),
        ("100 万元 美元", "不换算外币（美元）"),
        ("9万港元", "不换算外币（港元）"),
        ("$500", "不换算外币"),
        ("约500万元", "约、近、以上"),
        ("500万元以上", "约、近、以上"),
        ("500-1000万元", "约、近、以上"),
        ("1万-500元", "约、近、以上"),
        ("1,20万元", "确切的数"),
        ("万人民币", "阿拉伯数字"),
        ("", "留空"),
        ("未知", "留空"),
        (float("nan"), "留空"),
        (None, "文字或数字"),
        (True, "文字或数字"),
        ("9" * 100 + "万元", "内容过长"),
    ],
)
def test_money_that_is_not_certain_is_refused_with_a_remedy(raw, words):
    with pytest.raises(InvalidValue, match=words):
        parse_money_wan(raw)


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=4))
def test_money_keeps_every_digit(amount):
    assert parse_money_wan(f"{amount}万元") == amount
    assert parse_money_wan(f"{amount:,}亿元") == amount * 10_000
    assert parse_money_wan(f"{amount}", unit="元") == amount / 10_000


@settings(deadline=None)
@given(st.integers(1, 10**11))
def test_chinese_numerals_say_the_same_as_figures(number):
    assert parse_count(cn2an.an2cn(number)) == number
    assert parse_money_wan(cn2an.an2cn(number, "up") + "元整") == Decimal(number) / 10_000


@pytest.mark.parametrize(
    ("raw", "unit", "count"),
    [
        ("1,200人", None, 1200),
        ("12项", "项", 12),
        ("十二", None, 12),
        ("两百人", "人", 200),
        ("1.2万人", "人", 12000),
        (12.0, None, 12),
        ("36个月", "个月", 36),
        ("3年", "个月", 36),
        ("三年", "个月", 36),
    ],
)
def test_counts(raw, unit, count):
    assert parse_count(raw, unit=unit) == count


@pytest.mark.parametrize("raw", ["约200人", "200余人", "200人以上", "12.5人", 12.5, "3年", "", True, "一些", "1e3"])
def test_counts_that_are_not_whole_or_not_certain_are_refused(raw):
    with pytest.raises(InvalidValue):
        parse_count(raw)


@pytest.mark.parametrize(
    ("raw", "unit", "pct"),
    [
        ("3%", None, "3"),
        ("3.5％", None, "3.5"),
        ("百分之三点五", None, "3.5"),
        ("5‰", None, "0.5"),
        ("-12.5%", None, "-12.5"),
        ("0.5%", "%", "0.5"),
        ("3", "%", "3"),
        (0, "%", "0"),
    ],
)
def test_percentages(raw, unit, pct):
    assert parse_percent(raw, unit=unit) == Decimal(pct)


@pytest.mark.parametrize(("raw", "unit"), [("0.03", None), ("3", None), (0.03, "%"), ("-0.5", "%"), ("约3%", None)])
def test_a_share_that_may_mean_two_things_is_refused(raw, unit):
    with pytest.raises(InvalidValue, match=r"百分|约、近"):
        parse_percent(raw, unit=unit)


def test_numbers_may_carry_their_unit():
    assert parse_number("3.5年", unit="年") == Decimal("3.5")
    assert parse_number("1,200平方米", unit="㎡") == 1200
    assert parse_number("1200㎡", unit="㎡") == 1200
    with pytest.raises(InvalidValue, match=r"应为：数字，如 3\.5年"):
        parse_number("三到五年", unit="年")


@pytest.mark.parametrize("raw", ["是", "有", "√", "Yes", "TRUE", "1", 1, 1.0, True, "ｙ"])
def test_yes(raw):
    assert parse_flag(raw) is True


@pytest.mark.parametrize("raw", ["否", "无", "没有", "×", "no", "0", 0, 0.0, False])
def test_no(raw):
    assert parse_flag(raw) is False


@pytest.mark.parametrize("raw", ["也许", "", "未知", 2, None])
def test_neither_yes_nor_no(raw):
    with pytest.raises(InvalidValue):
        parse_flag(raw)


def test_lists():
    assert parse_choices("专利、商标;房产／ 土地,专利") == ("专利", "商标", "房产", "土地")
    assert parse_choices(" 、 ") == ()


@pytest.mark.parametrize(
    ("raw", "day", "precision"),
    [
        ("2014-03-12", date(2014, 3, 12), Precision.DAY),
        ("2018/4/1", date(2018, 4, 1), Precision.DAY),
        ("2014年3月12日", date(2014, 3, 12), Precision.DAY),
        ("20180401", date(2018, 4, 1), Precision.DAY),
        (20180401, date(2018, 4, 1), Precision.DAY),
        ("2018-04-01 00:00:00", date(2018, 4, 1), Precision.DAY),
        ("2018-04-01T10:00:00Z", date(2018, 4, 1), Precision.DAY),
        ("2018-04", date(2018, 4, 1), Precision.MONTH),
        ("2018年4月", date(2018, 4, 1), Precision.MONTH),
        ("2018", date(2018, 1, 1), Precision.YEAR),
        (2018, date(2018, 1, 1), Precision.YEAR),
        (43101, date(2018, 1, 1), Precision.DAY),
        (43101.75, date(2018, 1, 1), Precision.DAY),
        (datetime(2018, 4, 1, 23, 59, tzinfo=UTC), date(2018, 4, 1), Precision.DAY),
        (date(2018, 4, 1), date(2018, 4, 1), Precision.DAY),
    ],
)
def test_dates(raw, day, precision):
    assert parse_date(raw) == ParsedDate(day, precision)


@pytest.mark.parametrize("raw", ["2018-02-30", "2018-13", "0018-01-01", "20181301", 20180230])
def test_impossible_dates_are_refused(raw):
    with pytest.raises(InvalidValue, match="请核对年"):
        parse_date(raw)


@pytest.mark.parametrize("raw", ["1/4/2018", "43101", "未知", "2018年春", 5, float("nan"), float("inf"), True, None])
def test_what_is_no_date_is_refused(raw):
    with pytest.raises(InvalidValue, match=r"日期，如 2014-03-12"):
        parse_date(raw)


@settings(deadline=None)
@given(st.dates(date(1600, 1, 1), date(2999, 12, 31)))
def test_dates_come_back_from_every_way_of_writing(day):
    for text in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ):
        assert parse_date(text).date == day


@pytest.mark.parametrize("raw", [None, "", "  ", "-", "—", "&nbsp;", "未知", "N/A", "\u200b"])
def test_blank_cells(raw):
    assert is_blank(raw)


@pytest.mark.parametrize("raw", ["无", "0", 0, False, "否"])
def test_cells_that_say_something(raw):
    assert not is_blank(raw)


@settings(deadline=None)
@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans())
def test_any_cell_is_read_or_refused_with_three_parts(raw):
    for parse in (parse_money_wan, parse_count, parse_percent, parse_number, parse_date, parse_flag):
        refusal = _refusal(parse, raw)
        assert refusal is None or all((refusal.found, refusal.expected, refusal.remedy))


def _refusal(parse, raw) -> InvalidValue | None:
    try:
        parse(raw)
    except InvalidValue as error:
        return error
    return None
