"""`rongtong gaps` as an officer meets it: what is lacking for one offer, what to fill next."""

import json
from pathlib import Path

import pytest

from api.cli.main import app, main
from tests.api.worlds import services_in

TEXT = "我们在昆山，成立2年，做医疗器械，高新技术企业，员工30人"
PARTY = {
    "kind": "enterprise",
    "name": "甲诊断有限公司",
    "facts": {
        "region": "320583",
        "headcount": {"value": 300, "source": "社保", "observed_on": "2026-10-31"},
        "founded_on": "2023-12-01",
    },
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with services_in(folder):
        pass
    return folder


@pytest.fixture
def rongtong(data: Path, capfd: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> str:
        app(["--data", str(data), *arguments], standalone_mode=False)
        return capfd.readouterr().out

    return run


@pytest.fixture
def party(tmp_path: Path) -> str:
    path = tmp_path / "party.json"
    path.write_text(json.dumps(PARTY), encoding="utf-8")
    return str(path)


def test_an_offer_says_what_is_met_unmet_and_to_be_done(rongtong, party):
    said = rongtong("gaps", "--party", party, "--offer", "fund.kunshan-angel", "--at", "2026-11-22")
    for words in (
        "已满足：在昆山市内注册经营",
        "从业人员 300 人（社保，2026-10-31），要求低于 200 人（昆政办发〔2021〕128号第十三条（四）），超出 100 人",
        "最小补足方案",
        "从业人员由 300 人减至 199 人（减少 101 人）",
        "补充“独立法人”，须为“是”",
    ):
        assert words in said


def test_json_carries_the_plan_and_every_criterion(rongtong, party):
    arguments = ("--offer", "fund.kunshan-angel", "--at", "2026-11-22", "--format", "json")
    answer = json.loads(rongtong("gaps", "--party", party, *arguments))
    assert answer["eligibility"]["state"] == "unmet"
    assert answer["explanation"].startswith("已满足：")
    steps = {step["field"]: step for step in answer["plan"]}
    assert steps["headcount"]["kind"] == "alter"
    assert steps["headcount"]["before"] == 300
    assert steps["is_independent_legal_person"] | {"text": ""} == {
        "field": "is_independent_legal_person", "kind": "fill", "before": None, "after": True, "text": "",
    }  # fmt: skip
    assert answer["obstacles"] == []
    assert {criterion["cured_on"] for criterion in answer["eligibility"]["criteria"]} == {None}


def test_an_offer_elsewhere_cannot_be_met_and_says_why(rongtong, party):
    said = rongtong("gaps", "--party", party, "--offer", "programme.ningxia-lixi")
    assert "没有补足的办法" in said
    assert "所在地区为 江苏省苏州市昆山市，注册地不能为一项资源而改变" in said
    assert "由工作人员核验，不能靠补充或改变数据满足" in said


def test_what_only_a_person_can_decide_shows_the_rest_of_the_plan(rongtong):
    said = rongtong("gaps", "--text", TEXT, "--offer", "insurance.shoutaitao")
    assert "除人工核验外的补足方案" in said


def test_the_fields_to_fill_next_are_ranked(rongtong):
    said = rongtong("gaps", "--text", TEXT, "-n", "3")
    assert "新增可判断" in said
    assert "共 3 条" in said
    assert "一并补充" in said
    answer = json.loads(rongtong("gaps", "--text", TEXT, "--format", "json"))
    counts = [len(item["decides"]) for item in answer["unlocking"]]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0
    assert sum(answer["states"].values()) > 50
    known = {"region", "headcount", "high_tech_enterprise"}
    assert known.isdisjoint(field for item in answer["unlocking"] for field in item["fields"])
    together = answer["together"]
    assert [len(item["fields"]) for item in together] == list(range(2, 2 + len(together)))
    assert len(together[0]["decides"]) > counts[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--party"),
        (("--party", "nobody"), "nobody"),
        (("--text", "贷款", "--offer", "loan.none"), "loan.none"),
        (("--text", "，。！"), "没有可读的文字"),
        (("--text", "贷款", "-n", "0"), "结果数 0"),
        (("--text", "贷款", "--format", "csv"), "csv"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_status_2(data, arguments, words, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["rongtong", "--data", str(data), "gaps", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert words in said
    assert "Traceback" not in said
