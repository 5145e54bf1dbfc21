"""`rongtong campaign …` from a plan's file to approved lists, as a user types it."""

import json
from pathlib import Path

import pytest

from api.cli.main import app, main
from tests.api.campaigns.worlds import PLAN, demo


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with demo(folder):
        pass
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return folder


@pytest.fixture
def rongtong(data: Path, capfd: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> str:
        app(["--data", str(data), "campaign", *arguments], standalone_mode=False)
        return capfd.readouterr().out

    return run


def test_from_a_file_to_approved_lists(rongtong, data: Path) -> None:
    file = str(data / "plan.yaml")
    assert "范围内 430 家" in rongtong("plan", file)
    assert json.loads(rongtong("list", "--format", "json")) == []
    campaign = json.loads(rongtong("plan", file, "--save", "--format", "json"))["campaign"]["id"]
    assert campaign in rongtong("list")
    assert "还没有运行过" in rongtong("show", campaign)
    assert "试算" in rongtong("run", campaign, "--dry")
    first = json.loads(rongtong("run", campaign, "--format", "json"))
    assert (first["number"], first["state"]) == (2, "assigned")
    assert "待批准" in rongtong("show", campaign)
    offer = next(item["offer_id"] for item in first["counts"]["offers"] if item["used"] == item["quota"])
    said = json.loads(rongtong("why", campaign, "2", "demo-ent-0001", offer, "--format", "json"))
    assert rongtong("why", campaign, "2", "demo-ent-0001", offer).startswith(said["sentence"])
    assert "已由 金融科科长 批准" in rongtong("approve", campaign, "2", "--by", "金融科科长")
    rongtong("run", campaign)
    assert "新增 0 家，退出 0 家" in rongtong("compare", campaign, "3")
    assert json.loads(rongtong("compare", campaign, "3", "--format", "json"))["before"] == 2
    assert "已结束" in rongtong("close", campaign)


def test_what_cannot_be_done_is_said(data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    for arguments, words in ((("show", "none"), "活动编号"), (("plan", str(data / "none.yaml")), "读不出")):
        monkeypatch.setattr("sys.argv", ["rongtong", "--data", str(data), "campaign", *arguments])
        with pytest.raises(SystemExit):
            main()
        assert words in capfd.readouterr().err
