"""The measuring of capital's matches itself, on a made-up world of three deals (simulated)."""

from pathlib import Path

import pytest

from embeddings.encoder import load_encoder
from tests.quality.capital import firms_found, funds_found, investors, read, table

COMPANIES = (
    "名称,公司介绍\n甲诊断,体外诊断试剂的研发和生产\n乙诊断,分子诊断试剂盒和核酸检测\n"
    "丙物流,冷链运输和仓储\n丁软件,工业软件平台\n"
)
FUNDS = "机构名称,介绍,行业\n青山资本,,\n"
DEALS = (
    "投资方,融资方,融资时间\n青山资本,甲诊断,2018-01-01\n青山资本 未披露机构,乙诊断,2019-05-02\n"
    "Blue Hill Capital 红岩创投,丙物流,2018-03-01\n红岩创投,丁软件,2018-02-01\n青山资本,乙诊断,2019-06-01\n"
)


@pytest.fixture
def deals(tmp_path: Path):
    for name, text in (("companies", COMPANIES), ("investors_1k", FUNDS), ("invest_events_2k", DEALS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return read(tmp_path)


def test_names_of_investors_are_taken_apart_and_nobody_is_left_out():
    assert list(investors("Blue Hill Capital 红岩创投 未披露机构 Accel")) == ["Blue Hill Capital", "红岩创投", "Accel"]


def test_only_what_was_known_before_a_deal_counts_and_the_first_deal_of_two_stands(deals):
    assert deals.days["青山资本", "乙诊断"] == "2019-05-02"
    assert deals.described == 4

    found = firms_found(deals, load_encoder())

    # looked for: 乙诊断 by 青山资本 and 丙物流 by 红岩创投, each among the three firms not in the portfolio
    assert [len(places) for places in found.values()] == [2, 2, 2]
    assert found["popularity (investors so far)"] == [3.0, 2.5], "it knows nobody but those who got money before"
    assert found["product (with what it invested in)"][0] == 1.0


def test_the_other_way_round_counts_from_the_first_of_the_month(deals):
    found = funds_found(deals, load_encoder())

    assert [len(places) for places in found.values()] == [2, 2, 2]
    assert found["product (with what they invested in)"][1] == 1.0, "青山资本 had invested in 甲诊断 before 乙诊断"
    assert found["text alone (funds' own words)"][1] > 1.0, "its own words say nothing"


def test_the_table_gives_shares_within_each_cut():
    lines = list(table({"way": [1.0, 11.0, 60.0, 2.0]}, 100))

    assert lines[2] == "| chance | 0.100 | 0.500 |"
    assert lines[3].startswith("| way | 0.500 (")
    assert "| 0.750 (" in lines[3]
