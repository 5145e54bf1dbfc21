import pytest

from matcher.errors import UnknownIndustry
from matcher.taxonomy.industries import (
    ancestors,
    descendants,
    find_industry,
    industry,
    is_under,
    name_path,
    proximity,
    section,
)


def test_the_tree_has_the_size_of_the_standard_and_no_orphans():
    leaves = {leaf for letter in "ABCDEFGHIJKLMNOPQRST" for leaf in descendants(letter)}

    assert len(leaves) == 1381
    assert {len(leaf) for leaf in leaves} == {4}
    assert len({leaf[:2] for leaf in leaves}) == 97
    assert len({leaf[:3] for leaf in leaves}) == 473
    assert all(ancestors(leaf)[1] == leaf[:3] and ancestors(leaf)[2] == leaf[:2] for leaf in leaves)


@pytest.mark.parametrize(
    "text", ["C27", "27", "c27", "C27医药制造业", "27 医药制造业", "医药制造业", "医药制造", " Ｃ２７ "]
)
def test_an_industry_is_found_by_code_or_name(text):
    found = find_industry(text)

    assert found is not None
    assert (found.code, found.name, found.parent) == ("27", "医药制造业", "C")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("C2770", "2770"),
        ("C", "C"),
        ("C 制造业", "C"),
        ("计算机通信其他电子设备制造业", "39"),
        ("39计算机", "39"),
        ("信息传输、软件和信息技术服务业", "I"),
        ("房地产业", "70"),
        ("燃气生产和供应业", "45"),
        ("海洋石油开采", "0712"),
        ("6", "06"),
    ],
)
def test_further_ways_of_writing(text, code):
    found = find_industry(text)

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "text", ["", "B27", "99", "2760", "27700", "0", "36氪", "A股上市公司", "3D打印", "人工智能", "！？"]
)
def test_what_the_standard_does_not_hold_is_not_guessed(text):
    assert find_industry(text) is None


def test_ancestors_lead_from_itself_to_the_section():
    assert ancestors("C2770") == ("2770", "277", "27", "C")
    assert ancestors("C") == ("C",)
    assert section("6513") == "I"
    assert name_path("I65") == "信息传输、软件和信息技术服务业 > 软件和信息技术服务业"


def test_is_under_knows_section_letters():
    assert is_under("2770", ("C27", "I"))
    assert is_under("27", ("27",))
    assert is_under("2770", ("C",))
    assert not is_under("27", ("2770",))
    assert not is_under("6513", ("C", "J"))


@pytest.mark.parametrize(
    ("a", "b", "nearness"),
    [
        ("2710", "2710", 1.0),
        ("27", "C27", 1.0),
        ("2761", "2762", 0.8),
        ("2710", "2770", 0.6),
        ("27", "39", 0.3),
        ("27", "65", 0.0),
    ],
)
def test_proximity_falls_with_the_level_that_is_shared(a, b, nearness):
    assert proximity(a, b) == proximity(b, a) == nearness


def test_an_unknown_code_says_what_to_do():
    with pytest.raises(UnknownIndustry, match=r"'B27'.*GB/T 4754-2017.*请改填"):
        industry("B27")
