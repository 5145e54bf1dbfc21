import pytest

from matcher.errors import UnknownPlace
from matcher.taxonomy.regions import region
from matcher.taxonomy.zones import all_zones, find_zone, zone


@pytest.mark.parametrize(
    ("text", "name", "region_code"),
    [
        ("苏州工业园区集贤街88号", "苏州工业园区", "320571"),
        ("苏州国家高新技术产业开发区", "苏州高新区", "320505"),
        ("江苏省苏州市高新区狮山路", "苏州高新区", "320505"),
        ("昆山市经济技术开发区", "昆山开发区", "320583"),
        ("昆山高新区", "昆山高新区", "320583"),
        ("昆山花桥经济开发区", "花桥经开区", "320583"),
        ("银川经济技术开发区", "银川经开区", "640100"),
        ("宁东管委会", "宁东能源化工基地", "640000"),
        ("长沙高新开发区麓龙路199号", "长沙高新区", "430100"),
        ("武汉市东湖新技术开发区光谷大道", "东湖高新区", "420100"),
        ("北京市北京经济技术开发区科创六街", "北京经开区", "110000"),
        ("我们在成都高新区做软件", "成都高新区", "510100"),
    ],
)
def test_a_zone_is_found_under_its_many_names(text, name, region_code):
    found = find_zone(text)

    assert found is not None
    assert (found.name, found.region) == (name, region_code)


@pytest.mark.parametrize(
    "text",
    [
        "中关村大街1号",
        "武汉市光谷大道1号",
        "南京市江宁区高新区",
        "高新区",
        "内蒙古自治区呼和浩特市金桥开发区",
        "苏州工业园区和苏州高新区都有厂房",
        "",
    ],
)
def test_streets_namesakes_and_bare_kinds_are_no_zone(text):
    assert find_zone(text) is None


def test_every_zone_is_found_by_each_of_its_names_and_lies_in_a_real_region():
    for item in all_zones():
        assert region(item.region).code == item.region
        assert {find_zone(name) for name in (item.name, *item.aliases)} == {item}
        assert zone(item.code) == item


def test_an_unknown_code_says_what_to_do():
    with pytest.raises(UnknownPlace, match="开发区清单"):
        zone("320594")


def test_many_names_in_one_text_are_read_in_time():
    assert find_zone("光谷" * 20_000) == find_zone("武汉光谷")
