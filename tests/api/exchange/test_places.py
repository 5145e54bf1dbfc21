import pytest

from api.exchange.industry_codes import IndustryText, resolve_industry
from api.exchange.places import PlaceText, resolve_place
from matcher.taxonomy.regions import region


def place(*stated: str, address: str = "", zone: str = "", name: str = ""):
    texts = [PlaceText(f"列{number}", text) for number, text in enumerate(stated)]
    if address:
        texts.append(PlaceText("地址", address, is_address=True))
    return resolve_place(texts, zone, name)


def named(code: str | None) -> str | None:
    return region(code).name if code else None


@pytest.mark.parametrize(
    ("stated", "address", "found", "problems"),
    [
        (["湖北省"], "湖北省武汉市汉阳区创业路58号", "汉阳区", []),
        (["江苏省 苏州市 昆山市"], "江苏省苏州市", "昆山市", []),
        (["湖北省"], "汉阳区创业路58号", "汉阳区", []),
        (["吉林省长春市"], "朝阳区延安大街1399号", "朝阳区", []),
        (["广东省"], "上海市长宁区江苏路369号", "广东省", ["region_conflict"]),
        (["某某某"], "浙江省杭州市余杭区文一西路", "余杭区", ["region_unknown"]),
        ([], "创业路58号", None, ["region_unknown"]),
        (["浙江省"], "创业路58号", "浙江省", []),
        ([], "", None, []),
    ],
)
def test_the_more_exact_place_wins_and_the_stated_one_checks(stated, address, found, problems):
    result = place(*stated, address=address)
    assert named(result.region) == found
    assert [item.code for item in result.problems] == problems


def test_an_address_without_a_city_is_read_within_the_registered_name_s_place():
    result = place(address="宝山区月罗路310号", name="上海示例科技有限公司")
    assert result.region == "310113"
    assert [(item.code, item.value) for item in result.problems] == [("region_by_name", "宝山区月罗路310号")]
    assert [item.code for item in place(address="宝山区月罗路310号", name="示例科技").problems] == ["region_unknown"]


def test_a_zone_is_named_and_makes_the_region_more_exact():
    result = place("江苏省", address="苏州高新区科技城88号")
    assert (result.zone, result.region) == ("苏州高新区", "320505")
    assert place(address="昆山高新区晨丰路").region == "320583"


def test_a_zone_that_lies_elsewhere_is_not_meant():
    assert place("浙江省杭州市", zone="苏州工业园区").region == "330100"
    assert place("浙江省杭州市", address="苏州高新区科技城88号").zone is None


def industry(*texts: tuple[str, str]):
    code, problems = resolve_industry(IndustryText(f"列{place}", *text) for place, text in enumerate(texts))
    return code, [item.code for item in problems]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([("36", "汽车制造业"), ("C", "制造业")], ("36", [])),
        ([("26", "化学原料及化学制品制造业")], ("26", [])),
        ([("3", "畜牧业"), ("A", "农、林、牧、渔业")], ("03", [])),
        ([("52", "零售业"), ("D", "电力、热力、燃气及水的生产和供应业")], ("52", ["industry_conflict"])),
        ([("90", "综合"), ("S", "综合")], (None, ["industry_mismatch", "industry_mismatch"])),
        ([("85", "新闻和出版业"), ("R", "文化、体育和娱乐业")], ("86", ["industry_by_name"])),
        ([("86", "广播、电视、电影和影视录音制作业"), ("R", "文化、体育和娱乐业")], ("R", ["industry_mismatch"])),
        ([("", ""), ("C", "制造业")], ("C", [])),
        ([("Z99", "")], (None, ["invalid_industry"])),
        ([("", "")], (None, [])),
    ],
)
def test_an_industry_code_is_checked_by_its_name(texts, expected):
    assert industry(*texts) == expected
