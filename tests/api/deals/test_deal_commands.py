"""`rongtong deal` and `rongtong fund` as an officer meets them: opened, told of from files and options, refused."""

import json
from pathlib import Path

import pytest

from api.access.viewers import Role, Viewer
from api.cli.main import app, main
from api.clock import today
from api.deals.pipelines import built_in_files
from matcher.fields import PartyKind
from matcher.parties import Fact, Party
from tests.api.worlds import services_in
from tests.matcher.dealflow.worlds import FIT, KUNSHAN

DAY = today()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with services_in(folder) as services:
        facts = {code: Fact(value, "自填", DAY) for code, value in FIT.items()}
        firm = Party("firm-1", PartyKind.ENTERPRISE, "某体外诊断企业", facts, "local", "测试", DAY)
        services.store.parties.upsert_many(services.viewer, [firm])
    return folder


@pytest.fixture
def rongtong(data: Path, capfd: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> str:
        app(["--data", str(data), *arguments], standalone_mode=False)
        return capfd.readouterr().out

    return run


def opened(said: str) -> str:
    return said.split()[1].split("（", maxsplit=1)[0]


def asked(rongtong, *arguments: str):
    return json.loads(rongtong(*arguments, "--format", "json"))


def test_a_fund_and_a_deal_are_opened_told_of_and_shown(rongtong, tmp_path: Path) -> None:
    fund = opened(rongtong("fund", "open", "--pipeline", KUNSHAN, "--name", "天使基金"))
    begun = DAY.replace(month=1, day=1).isoformat()
    said = ("--role", "manager", "--why", "按账登记", "--evidence", "凭证-1")
    rongtong("fund", "event", fund, "--kind", "tranche", *said, "--set", f"on={begun}",
             "--set", "subscribed_wan=5000.00", "--set", "paid_wan=5000")  # fmt: skip
    money = asked(rongtong, "fund", "show", fund)["money"]
    assert (money["subscribed_wan"], money["paid_in_wan"]) == ("5000", "5000")

    deal = opened(
        rongtong("deal", "open", "--pipeline", KUNSHAN, "--name", "某体外诊断企业", "--fund", fund, "--party", "firm-1",
                 "--role", "manager", "--why", "申请")
    )  # fmt: skip
    shown = rongtong("deal", "show", deal)
    assert "申请投资" in shown
    assert "未提交“项目基本情况和融资需求”；未提交“科技部门审核意见”" in shown

    told = tmp_path / "told.yaml"
    paper = {"kind": "document", "role": "manager", "why": "提交", "evidence": ["材料-1"]}
    papers = built_in_files()[KUNSHAN].pipeline.documents
    paper = {"kind": "document", "why": "提交", "evidence": ["材料-1"]}
    entries = [
        paper | {"document": "application", "role": min(papers["application"].by)},
        paper | {"document": "local_review", "role": min(papers["local_review"].by), "passed": True},
        {"kind": "move", "role": "manager", "why": "齐备", "stage": "qualification"},
    ]
    told.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    assert "第 3 条已登记，序号 4，现为“资格审查”" in rongtong("deal", "event", deal, "--file", str(told))

    checked = rongtong("deal", "check", deal, "--check", "qualification", "--role", "manager", "--why", "审查")
    assert "met" in checked
    document = asked(rongtong, "deal", "show", deal)
    assert (document["stage"], document["revision"]) == ("qualification", 5)
    assert [item["id"] for item in asked(rongtong, "deal", "list", "--fund", fund)] == [deal]
    assert "天使基金" in rongtong("fund", "list")
    assert "资格审查" in rongtong("fund", "show", fund)


def a_deal(rongtong) -> str:
    return opened(rongtong("deal", "open", "--pipeline", KUNSHAN, "--name", "甲", "--role", "manager", "--why", "申请"))


def failing(data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["rongtong", "--data", str(data), *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    return capfd.readouterr().err


def test_a_forbidden_move_names_the_gate_and_leaves_the_rest_of_the_file(rongtong, data, monkeypatch, capfd, tmp_path):
    deal = a_deal(rongtong)
    told = tmp_path / "told.yaml"
    move = "- {kind: move, role: manager, why: 试, stage: qualification}\n"
    told.write_text(move + "- {kind: move, role: manager, why: 试, stage: closed}\n")

    error = failing(data, monkeypatch, capfd, "deal", "event", deal, "--file", str(told))

    assert "未提交“项目基本情况和融资需求”" in error
    assert "第十五条（一）" in error
    assert asked(rongtong, "deal", "show", deal)["revision"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "- {kind: move, role: manager, why: 一, stage: closed}\n- {kind: move, role: manager, why: 二}\n",
            "第 2 条：",
        ),
        ("kind: rocket\n", "kind"),
        ("[]\n", "不是一条记录"),
        ("- 1\n", "不是一条记录"),
        ("kind: [\n", "第 2 行"),
        ("kind: move\nkind: vote\n", "重复"),
    ],
)
def test_a_faulty_file_enters_nothing(rongtong, data, monkeypatch, capfd, tmp_path, content: str, said: str) -> None:
    deal = a_deal(rongtong)
    told = tmp_path / "told.yaml"
    told.write_text(content)
    assert said in failing(data, monkeypatch, capfd, "deal", "event", deal, "--file", str(told))
    assert asked(rongtong, "deal", "show", deal)["revision"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("deal", "show", "nowhere"), "本平台的项目或基金"),
        (("fund", "open", "--pipeline", "pipeline.carrier-admission", "--name", "x"), "不是基金的"),
        (("fund", "open", "--name", "x"), "pipeline 缺少必填项"),
        (("fund", "event", "nowhere", "--set", "on"), "名称=值"),
        (("fund", "event", "nowhere", "--file", "nothing.yaml"), "不能读取 nothing.yaml"),
    ],
)
def test_bad_commands_are_told_in_one_line(data, monkeypatch, capfd, arguments: tuple[str, ...], said: str) -> None:
    error = failing(data, monkeypatch, capfd, *arguments)
    assert said in error
    assert error.count("\n") == 1


def test_what_was_entered_is_in_the_audit_log(rongtong, data: Path) -> None:
    deal = a_deal(rongtong)
    with services_in(data) as services:
        rows = services.audit.read(Viewer("local", Role.AUDITOR))
    assert any(deal in row.entry.subjects and row.entry.action == "deal.entered" for row in rows)
