import pytest

from api.errors import ImportRefused
from api.exchange.columns import plan_columns
from api.exchange.headings import Heading, take_apart
from matcher.declarations.registry import REGISTRY
from matcher.fields import PartyKind


def plan(*headers: str, kind: PartyKind = PartyKind.ENTERPRISE):
    return plan_columns(headers, kind, REGISTRY)


def bound(*headers: str, kind: PartyKind = PartyKind.ENTERPRISE) -> dict[str, tuple[str, str | None]]:
    found = plan(*headers, kind=kind)
    return {item.column.header: (item.field.code, item.unit) for item in (found.name, *found.bindings)}


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("注册资本（万元）", "注册资本", "万元"),
        ("注册资本(单位：亿元)", "注册资本", "亿元"),
        ("注册资本/万元", "注册资本", "万元"),
        ("注册资本(万元人民币)", "注册资本", "万元"),
        ("注册资本(人民币)", "注册资本", "元"),
        ("注册资本(万美元)", "注册资本", "万美元"),
        (" * 企业 名称：", "企业名称", None),
        ("ＣＯＭＰＡＮＹＮＡＭＥ", "companyname", None),
        ("研发费用占营收比（％）", "研发费用占营收比", "%"),
        ("孵化面积（平方米）", "孵化面积", "㎡"),
        ("孵化面积（㎡）", "孵化面积", "㎡"),
        ("需求期限（月）", "需求期限", "个月"),
        ("成立日期(yyyy-mm-dd)", "成立日期", None),
        ("营业收入(2019年)", "营业收入(2019年)", None),
        ("营业收入（预计）", "营业收入(预计)", None),
        ("注册资本\n（万元）", "注册资本", "万元"),
    ],
)
def test_headings_are_taken_apart(header, name, unit):
    assert take_apart(header) == Heading(name, unit)


def test_labels_aliases_and_codes_are_understood():
    assert bound("企业名称", "信用代码", "注册资金（万元）", "headcount", "是否高新技术企业", "发明专利数量") == {
        "企业名称": ("name", None),
        "信用代码": ("credit_code", None),
        "注册资金（万元）": ("registered_capital_wan", "万元"),
        "headcount": ("headcount", "人"),
        "是否高新技术企业": ("high_tech_enterprise", None),
        "发明专利数量": ("invention_patents", None),
    }


def test_a_field_code_as_heading_means_the_field_s_own_unit():
    assert bound("name", "registered_capital_wan")["registered_capital_wan"] == ("registered_capital_wan", "万元")


def test_the_columns_of_a_start_up_list():
    headers = ("名称", "公司名称", "公司介绍", "地址", "工商注册id", "成立时间", "注册资金", "统一信用代码", "网址")
    assert [code for code, _ in bound(*headers).values()] == [
        "name", "short_name", "main_business", "address", "registration_number", "founded_on",
        "registered_capital_wan", "credit_code", "website",
    ]  # fmt: skip
    assert bound(*headers)["名称"] == ("short_name", None)
    assert bound(*headers)["公司名称"] == ("name", None)


def test_the_columns_of_a_list_of_listed_companies():
    found = plan(
        "code", "stockName", "companyName", "market", "industry", "subIndustry", "mainBusiness", "province", "location",
        "registeredCapital", "foundedDate", "employeeAmount", "actualControllerType", "guoBiaoIndustry",
        "guoBiaoIndustryCode", "guoBiaoSubIndustry", "guoBiaoSubIndustryCode", "website",
    )  # fmt: skip
    codes = {item.column.header: item.field.code for item in (found.name, *found.bindings)}
    assert codes == {
        "companyName": "name",
        "code": "stock_code",
        "stockName": "short_name",
        "industry": "industry_label",
        "mainBusiness": "main_business",
        "location": "address",
        "registeredCapital": "registered_capital_wan",
        "foundedDate": "founded_on",
        "employeeAmount": "headcount",
        "website": "website",
    }
    assert [column.header for column in found.places] == ["province"]
    assert [(item.code.header, item.name and item.name.header) for item in found.industries] == [
        ("guoBiaoSubIndustryCode", "guoBiaoSubIndustry"),
        ("guoBiaoIndustryCode", "guoBiaoIndustry"),
    ]
    assert found.ignored == ("market", "actualControllerType")
    assert found.notices == ("“subIndustry”与“industry”同为“行业标签”，取“industry”",)


def test_without_codes_beside_it_industry_is_the_national_one():
    assert bound("企业名称", "industry")["industry"] == ("industry", None)


def test_a_lone_generic_name_is_the_name():
    assert bound("名称", "网址")["名称"] == ("name", None)


def test_a_place_over_three_columns_is_joined_widest_first():
    assert [column.header for column in plan("区县", "企业名称", "市", "省份").places] == ["省份", "市", "区县"]


def test_of_two_columns_for_one_field_the_first_wins():
    found = plan("企业名称", "注册资本", "注册资金")
    assert [item.column.header for item in found.bindings] == ["注册资本"]
    assert found.notices == ("“注册资金”与“注册资本”同为“注册资本”，取“注册资本”",)


def test_empty_and_doubled_headings_and_unknown_columns_are_reported():
    found = plan("企业名称", "", "备注甲", "备注甲")
    assert found.notices == ("第 2 列没有列名，未读取", "列名“备注甲”重复")
    assert found.ignored == ("备注甲", "备注甲")


def test_a_measure_in_another_unit_is_not_read():
    found = plan("载体名称（全称）", "名称", "孵化面积（亩）", "工位数（个）", kind=PartyKind.CARRIER)
    assert [item.field.code for item in found.bindings] == ["workstations"]
    assert found.notices == ("“孵化面积（亩）”的单位是亩，“孵化面积”应以㎡计，未读取",)


def test_a_file_without_a_name_says_what_was_found_and_expected():
    with pytest.raises(ImportRefused) as caught:
        plan("代号", "注册资本", "")
    assert "代号、注册资本" in caught.value.found
    assert "公司名称" in caught.value.expected
    with pytest.raises(ImportRefused, match="读到的列名：无"):
        plan("", "")
