import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import UnknownPlace
from matcher.taxonomy.regions import (
    RegionLevel,
    ancestors,
    find_region,
    full_name,
    is_under,
    proximity,
    region,
)

FOUND = [
    ("浙江省 杭州市 余杭区五常街道高顺路8号", "330110"),
    ("宁波鄞州区百丈路158号（9-17）", "330212"),
    ("苏州", "320500"),
    ("苏州市虎丘区", "320505"),
    ("江苏昆山", "320583"),
    ("昆山市玉山镇樾阁北街346号", "320583"),
    ("上海浦东", "310115"),
    ("浦东新区泥城镇云汉路979号", "310115"),
    ("北京市市辖区东城区", "110101"),
    ("中国（上海）自由贸易试验区峨山路111号", "310000"),
    ("江苏省苏州市张家港市塘桥镇", "320582"),
    ("云南省景谷振兴路83号", "530824"),
    ("青岛市南区", "370202"),
    ("山东省青岛市市南区", "370202"),
    ("赵县新寨店工业园区皇冠路68号", "130133"),
    ("河南济源", "419001"),
    ("湖北仙桃", "429004"),
    ("广东省东莞市松山湖", "441900"),
    ("香港", "810000"),
    ("湖北恩施市", "422801"),
    ("恩施", "422800"),
    ("215000 苏州", "320500"),
    ("地址：杭州市滨江区", "330108"),
    ("320583", "320583"),
    ("3205", "320500"),
    ("110100", "110000"),
    ("长沙市畅映文化传播有限公司", "430100"),
    ("长沙县", "430121"),
]

NAMES_OF_TWO = [
    ("朝阳区", None),
    ("朝阳", None),
    ("辽宁朝阳", "211300"),
    ("北京朝阳区", "110105"),
    ("鼓楼区", None),
    ("南京鼓楼区", "320106"),
    ("福州市鼓楼区", "350102"),
    ("通州区", None),
    ("海南", "460000"),
    ("海南省", "460000"),
    ("海南藏族自治州", "632500"),
    ("吉林", "220000"),
    ("吉林市", "220200"),
    ("吉林省吉林市昌邑区", "220202"),
    ("大同", "140200"),
    ("西安", "610100"),
]

FORMER = [
    ("吴江市", "320509"),
    ("成都市双流县公兴镇", "510116"),
    ("上海市闸北区", "310106"),
    ("湖北省襄樊市", "420600"),
    ("天津市塘沽区", "120116"),
    ("杭州市江干区九环路9号", "330100"),
]

NO_PLACE = [
    ("南京路100号", None),
    ("上海市长沙路12号", "310000"),
    ("上海市南京西路100号", "310000"),
    ("深圳市南山街道", "440300"),
    ("南京板鸭深加工", None),
    ("我公司生产南京板鸭，销往上海", None),
    ("大理石加工", None),
    ("东方财富", None),
    ("中山大学孵化器", None),
    ("成员来自阿里巴巴", None),
    ("火星", None),
    ("", None),
    ("！？", None),
    ("999999", None),
]

PROSE = [
    ("我们是昆山的一家企业", "320583"),
    ("位于苏州工业园区的生物医药企业", "320571"),
    ("我们在宁夏做体外诊断", "640000"),
    ("宁夏科技型企业，想贷款", "640000"),
    ("来自浙江义乌的小商品企业", "330782"),
    ("做软件，公司在成都，注册在四川成都高新区", "510100"),
    ("总部位于上海，我们在北京", None),
    ("我们做体外诊断试剂，成立3年，有12项发明专利，没有房产抵押，想贷款300万", None),
]


@pytest.mark.parametrize(("text", "code"), [*FOUND, *NAMES_OF_TWO, *FORMER, *NO_PLACE, *PROSE])
def test_the_region_that_a_text_names(text, code):
    found = find_region(text)

    assert (found.code if found else None) == code


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_the_search(text):
    found = find_region(text)

    assert found is None or region(found.code) == found


def test_every_region_is_found_by_its_full_name():
    codes = [
        "110000",
        "320000",
        "320500",
        "320583",
        "419001",
        "441900",
        "500101",
        "659001",
        "710000",
        "152201",
        "469005",
    ]

    assert [find_region(full_name(code)).code for code in codes] == codes


def test_the_tree_passes_over_what_is_no_place():
    assert ancestors("320583") == ("320583", "320500", "320000")
    assert ancestors("110105") == ("110105", "110000")
    assert ancestors("419001") == ("419001", "410000")
    assert region("419001").level is RegionLevel.COUNTY
    assert full_name("110105") == "北京市朝阳区"


def test_is_under():
    assert is_under("320583", ("110000", "320000"))
    assert is_under("320500", ("320500",))
    assert not is_under("320500", ("320583",))
    assert not is_under("320583", ())


@pytest.mark.parametrize(
    ("a", "b", "nearness"),
    [
        ("320583", "320583", 1.0),
        ("320583", "320505", 0.7),
        ("320583", "320500", 0.7),
        ("110101", "110105", 0.7),
        ("320583", "320100", 0.4),
        ("320583", "330100", 0.0),
    ],
)
def test_proximity_falls_with_the_level_that_is_shared(a, b, nearness):
    assert proximity(a, b) == proximity(b, a) == nearness


def test_an_unknown_code_says_what_to_do():
    with pytest.raises(UnknownPlace, match=r"'320594'.*GB/T 2260.*请核对"):
        region("320594")
