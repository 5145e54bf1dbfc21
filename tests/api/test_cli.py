"""The command line as its users meet it: real processes' worth of work, through the same entry point."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from api.cli.main import app, main
from tests.api.worlds import services_in

QUESTION = "我们做体外诊断试剂，在苏州高新区，成立3年，有12项发明专利，没有房产抵押，想贷款300万"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with services_in(folder, demo=True):
        pass
    return folder


@pytest.fixture
def rongtong(data: Path, capfd: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> str:
        app(["--data", str(data), *arguments], standalone_mode=False)
        return capfd.readouterr().out

    return run


def test_a_question_is_answered_with_what_was_understood_and_why(rongtong):
    said = rongtong("match", "--text", QUESTION, "--kind", "loan", "-n", "3")
    for wanted in ("已理解", "体外诊断试剂", "发明专利 12 项", "科浦医贷", "匹配度", "为什么"):
        assert wanted in said


def test_json_carries_what_a_machine_needs(rongtong):
    answer = json.loads(rongtong("match", "--text", QUESTION, "--format", "json", "-n", "2"))
    match = answer["matches"][0]
    assert match["score"] == pytest.approx(sum(part["points"] for part in match["contributions"]))
    assert {"offer_id", "party_id", "eligibility", "reasons", "gaps", "unknowns"} <= set(match)
    assert all(criterion["clause"]["quote"] for criterion in match["eligibility"]["criteria"])
    assert {item["field"] for item in answer["understood"]["statements"]} >= {"invention_patents", "need_amount_wan"}


def test_what_was_understood_can_be_corrected(rongtong):
    answer = json.loads(
        rongtong(
            "match", "--text", QUESTION, "--set", "invention_patents=0", "--format", "json", "-n", "50", "--show-unmet"
        )
    )
    patent_loan = next(match for match in answer["matches"] if match["offer_id"] == "loan.zhuanli-dai")
    assert not any("12 项" in reason for reason in patent_loan["reasons"])


def test_files_open_in_excel_and_hold_what_is_shown(rongtong, tmp_path: Path):
    shown = json.loads(rongtong("prospects", "loan.kepu-yidai", "-n", "5", "--format", "json"))
    rongtong("prospects", "loan.kepu-yidai", "-n", "5", "--format", "xlsx", "--out", str(tmp_path / "名单.xlsx"))
    rongtong("prospects", "loan.kepu-yidai", "-n", "5", "--format", "csv", "--out", str(tmp_path / "名单.csv"))
    names = [match["seeker"]["name"] for match in shown["matches"]]
    sheet = CalamineWorkbook.from_path(tmp_path / "名单.xlsx").get_sheet_by_index(0).to_python()
    table = list(csv.reader((tmp_path / "名单.csv").read_text(encoding="utf-8-sig").splitlines()))
    for rows in (sheet, table):
        assert len(rows) == 1 + len(names)
        assert all(any(name in str(cell) for cell in row) for name, row in zip(names, rows[1:], strict=True))
    assert all(match["synthetic"] for match in shown["matches"]), "demo enterprises say that they are invented"


def test_a_carrier_finds_funds_and_lead_firms(rongtong):
    for kind in ("fund", "procurement"):
        said = json.loads(
            rongtong("match", "--party", "demo-carrier-0001", "--kind", kind, "--format", "json", "-n", "5")
        )
        assert [match["offer"]["kind"] for match in said["matches"]] == [kind] * 5


def test_show_list_status_fields_and_template(rongtong, tmp_path: Path):
    assert json.loads(rongtong("show", "loan.kepu-yidai"))["name"] == "科浦医贷"
    assert json.loads(rongtong("show", "demo-ent-0001"))["synthetic"] is True
    assert "科浦医贷" in rongtong("offers", "list", "--kind", "loan")
    assert "数据" in rongtong("status") or "parties" in rongtong("status")
    assert "invention_patents" in rongtong("fields")
    rongtong("template", "enterprises", str(tmp_path / "模板.xlsx"))
    assert (tmp_path / "模板.xlsx").stat().st_size > 1000


def test_an_import_accounts_for_every_row_and_twice_changes_nothing(rongtong, tmp_path: Path):
    file = tmp_path / "企业.csv"
    file.write_text(
        "企业名称,统一社会信用代码,注册资本,成立日期,所在地,主营业务\n"
        "甲诊断有限公司,91110108551385082Q,500万元,2020-03-12,江苏省苏州市,体外诊断试剂\n"
        "乙物流有限公司,91110108551385082X,500,2020-13-01,某地,冷链物流\n"
        ",,,,,没有名字\n",
        encoding="gb18030",
    )
    problems = tmp_path / "problems.csv"
    said = first = rongtong("import", "enterprises", str(file), "--problems", str(problems))
    assert "共 3 行：新增 2" in said
    assert "被拒 1" in said
    reasons = problems.read_text(encoding="utf-8-sig")
    for words in ("校验码", "注册资本", "成立日期", "没有名字"):
        assert words in reasons
    assert "新增 0，更新 0，未变 2" in rongtong("import", "enterprises", str(file), "--problems", str(problems))
    found = json.loads(rongtong("match", "--party", "uscc-91110108551385082Q", "--format", "json", "-n", "1"))
    assert found["matches"]
    batch = first.split("rongtong undo-import ")[1].split()[0]
    assert "恢复 0 家，移除 2 家" in rongtong("undo-import", batch)
    assert "新增 2" in rongtong("import", "enterprises", str(file), "--problems", str(problems))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("match", "--text", "，。！"), "没有可读的文字"),
        (("match", "--text", "贷款", "-n", "0"), "结果数 0"),
        (("match", "--text", "贷款", "-n", str(10**9)), "结果数"),
        (("match", "--text", "贷款", "--set", "headcont=3"), "headcount"),
        (("match", "--party", "nobody"), "nobody"),
        (("prospects", "loan.none"), "loan.none"),
        (("import", "people", "x.csv"), "主体类型"),
        (("import", "enterprises", "missing.csv"), "missing.csv"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_status_2(data, arguments, words, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["rongtong", "--data", str(data), *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert words in said
    assert "Traceback" not in said


def test_a_question_does_not_wait_for_what_it_does_not_use():
    """Half a second of imports each: columns, the web framework, torch and the rest load where they are needed."""
    heavy = ("torch", "polars", "fastapi", "sklearn", "yaml", "xlsxwriter", "redis", "alembic")
    code = f"import sys, api.cli.main, api.bootstrap; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
