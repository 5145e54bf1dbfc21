"""`rongtong benefits` as its users meet it: files in, Chinese or JSON out, every bad file told apart."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from api.cli.main import app, main
from api.exchange.loans import MAX_BYTES, LoanFile, read_loan
from matcher.errors import InvalidLoan
from matcher.policies.loans import FIELDS, NOT_COMPARED, DayCount, FeeCycle

PARTY = {
    "kind": "enterprise",
    "name": "示例[/]科技有限公司",
    "synthetic": True,
    "facts": {
        "region": "640100", "is_independent_legal_person": True, "has_serious_dishonesty": False,
        "high_tech_enterprise": True, "rd_intensity_pct": 5, "headcount": 120, "revenue_wan": 8000,
        "total_assets_wan": 9000, "invention_patents": 3,
    },
}  # fmt: skip
LOAN = {
    "name": "流贷[1]", "principal_wan": 500, "rate_pct": 4.35, "term_months": 12, "drawn_on": "2022-03-01",
    "lpr_1y_pct_at_drawing": "3.7", "secured_by": ["专利"], "repayment": "bullet", "day_count": "30/360",
    "guarantee_fee_yuan": 50000, "valuation_fee_yuan": 20000, "notary_fee_yuan": 0, "premium_yuan": 0,
    "other_fees_yuan": {"抵押登记费": 550}, "is_overdue": False, "is_personal": False, "is_entrusted": False,
    "lender_is_bank": True, "is_with_partner": True, "has_other_public_funds": False,
}  # fmt: skip


@pytest.fixture
def benefits(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def run(loan: object = LOAN, *arguments: str, party: object = PARTY) -> str:
        files = {"party.json": party, "loan.json": loan}
        for name, document in files.items():
            (tmp_path / name).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        given = ["--party", str(tmp_path / "party.json"), "--loan", str(tmp_path / "loan.json"), "--at", "2022-06-01"]
        app(["--data", str(tmp_path / "data"), "benefits", *given, *arguments], standalone_mode=False)
        return capfd.readouterr().out

    return run


def test_an_officer_reads_formula_clause_choice_and_rate(benefits):
    said = benefits()
    for words in (
        "示例[/]科技有限公司〔演示数据〕", "流贷[1]", "截至 2022-06-01",
        "不超过 185,000.00 元（18.5 万元）", "3.7% × 5,000,000 元", "实际贷款年利率 4.35%",
        "还本方式 到期一次还本", "合计 203,000.00 元（20.3 万元）",
        "放弃 担保费补助：与“贷款利息补助（知识产权等质押贷款）”不可兼得",
        "同一笔贷款不得同时享受担保费补助和利息补助；选它则合计少 145,000.00 元",
        "补助前  288,050.00 元（28.805 万元）  综合年化 5.7610%",
        "补助后  85,050.00 元（8.505 万元）  综合年化 1.7010%",
        "单利法", "按照不超过实际贷款利率的50%确定",
    ):  # fmt: skip
        assert words in said, words
    assert "科贷通" not in said
    assert "科贷通" in benefits(LOAN, "--show-unmet")


def test_a_machine_reads_the_same(benefits):
    answer = json.loads(benefits(LOAN, "--format", "json"))
    (best,) = answer["combinations"]
    assert (best["total_yuan"], best["total_wan"], best["certain"]) == ("203000.00", "20.3", True)
    assert {item["id"]: item["less_yuan"] for item in best["given_up"]} == {
        "benefit.ningxia-lixi-zhongxiaowei": "76250.00",
        "benefit.ningxia-danbaofei": "145000.00",
    }
    (cost,) = answer["costs"]
    assert (cost["all_in_pct"], cost["before_subsidies_pct"], cost["complete"]) == ("1.7010", "5.7610", True)
    assert answer["party"] == {"id": "party", "name": "示例[/]科技有限公司", "synthetic": True}
    assert len(answer["benefits"]) == 18
    for item in answer["benefits"]:
        assert item["clause"]["quote"]
        assert item["formula"]
        assert (item["amount_yuan"] is None) == bool(item["lacking"])
        if item["amount_yuan"] is not None:
            assert Decimal(item["amount_yuan"]) == Decimal(item["amount_wan"]) * 10_000


def test_a_cost_that_is_not_stated_is_asked_for(benefits):
    answer = json.loads(benefits({**LOAN, "notary_fee_yuan": None}, "--format", "json"))
    (cost,) = answer["costs"]
    assert (cost["all_in_pct"], cost["at_least_pct"]) == (None, "1.7010")
    assert [item["field"] for item in cost["lacking"]] == ["notary_fee_yuan"]
    assert "综合年化 不低于 1.7010%" in benefits({**LOAN, "notary_fee_yuan": None})


def test_what_is_open_is_shown_as_open(benefits):
    said = benefits({"principal_wan": 500, "rate_pct": 4.35, "term_months": 12})
    assert "若待核实的条件均满足，最优组合可为" in said
    assert "is_overdue" in said
    assert "最优合规组合" not in said


@pytest.mark.parametrize(
    ("loan", "words"),
    [
        ({}, "principal_wan（贷款本金（万元）） 必须填写"),
        ({"principal_wan": 0}, "应大于 0"),
        ({"principal_wan": True}, "应为数字"),
        ({"principal_wan": "五百"}, "应为数字"),
        ({"principal_wan": "1_000"}, "应为数字"),
        ({"principal_wan": "NaN"}, "有限的数字"),
        ({"principal_wan": 10**12}, "应不大于"),
        ({"principal_wan": 5, "rate": 3}, "是否想写 rate_pct"),
        ({"principal_wan": 5, "rate_pct": -1}, "应不小于 0"),
        ({"principal_wan": 5, "term_months": 1.5}, "应为整数"),
        ({"principal_wan": 5, "drawn_on": "2022-02-30"}, "应为存在的日期"),
        ({"principal_wan": 5, "drawn_on": 20220301}, "应为存在的日期"),
        ({"principal_wan": 5, "secured_by": ["黄金"]}, "应为以下之一：信用"),
        ({"principal_wan": 5, "secured_by": []}, "secured_by 为空或有重复"),
        ({"principal_wan": 5, "is_overdue": "否"}, "true 或 false"),
        ({"principal_wan": 5, "day_count": "360"}, "actual/365"),
        ({"principal_wan": 5, "subsidy_from": "2022-03-01", "subsidy_to": "2022-03-01"}, "起日早于止日"),
        ({"principal_wan": 5, "fee_cycles": {"公证": "once"}}, "fee_cycles"),
        ([], "不是对象"),
    ],
)
def test_each_fault_of_a_loan_is_named(loan, words):
    with pytest.raises(InvalidLoan, match=r"甲\.json") as raised:
        read_loan("甲.json", json.dumps(loan).encode())
    assert words in str(raised.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b'{"principal_wan": 1, "principal_wan": 2}', b"[" * 2000, b" " * (MAX_BYTES + 1)]
)
def test_what_is_not_json_is_refused(content):
    with pytest.raises(InvalidLoan, match=r"甲\.json"):
        read_loan("甲.json", content)


def test_numbers_stay_exact_and_every_field_can_be_stated():
    loan = read_loan(
        "甲",
        b'{"principal_wan": 0.1, "rate_pct": "4.35", "fee_cycles": {"premium_yuan": "yearly"},'
        b' "day_count": "actual/360"}',
    )
    assert (loan.principal_wan, loan.rate_pct) == (Decimal("0.1"), Decimal("4.35"))
    assert (loan.day_count, loan.fee_cycles) == (DayCount.ACTUAL_360, {"premium_yuan": FeeCycle.YEARLY})
    assert set(LoanFile.model_fields) == {field.code for field in FIELDS} | NOT_COMPARED
    assert all(field.description for field in LoanFile.model_fields.values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--party", "none.json", "--loan", "none.json"), "none.json"),
        (("--party", "none.json", "--loan", "none.json", "--format", "csv"), "--format csv"),
    ],
)
def test_the_command_fails_in_one_chinese_line(arguments, words, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("sys.argv", ["rongtong", "--data", str(tmp_path), "benefits", *arguments])
    with pytest.raises(SystemExit) as raised:
        main()
    said = capfd.readouterr().err
    assert raised.value.code == 2
    assert words in said
    assert said.startswith("出错：")
    assert len(said.splitlines()) == 1


def test_the_manual_lists_every_member_of_the_file_and_its_example_works():
    manual = Path(__file__).parents[2].joinpath("docs", "benefits.md").read_text(encoding="utf-8")
    for name, field in LoanFile.model_fields.items():
        assert f"| `{name}` | {field.description} |" in manual
    example = manual.split("```json\n")[1].split("```")[0]
    assert read_loan("例", example.encode()).secured_by == ("专利",)
