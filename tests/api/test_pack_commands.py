"""`rongtong offers check|add|schema` and `rongtong eligibility`, as an operator and an officer meet them."""

import json
from pathlib import Path

import pytest

from api.cli.main import app
from api.cli.party_files import party_of_file
from matcher.catalogue.schema import pack_schema
from matcher.errors import InvalidCatalogue, InvalidNeed, UnknownOffer
from tests.api.worlds import services_in
from tests.matcher.test_packs import NEW, OLD, asks, entry, pack

PARTY = {
    "kind": "enterprise",
    "name": "甲公司",
    "facts": {
        "headcount": {"value": 15, "source": "社保", "observed_on": "2026-05-01"},
        "tech_staff": 3,
        "founded_on": "2023-04-01",
    },
    "source": "自填",
    "observed_on": "2026-06-01",
}
SCORED = (
    "{scored: {label: 得分不低于30分, least: 30, tables: ["
    "{label: 科技人员, field: tech_staff_pct, bands: [[30, 20], [20, 12]]}, "
    "{label: 研发, field: rd_intensity_pct, bands: [[6, 50], [2, 10]]}]}}"
)


@pytest.fixture
def rongtong(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> str:
        stopped = app(["--data", str(tmp_path / "data"), *arguments], standalone_mode=False)
        said = capfd.readouterr().out
        return f"{stopped}\n{said}" if stopped else said

    with services_in(tmp_path / "data"):
        pass
    return run


def written(folder: Path, *entries: str) -> str:
    path = folder / "pack.yaml"
    path.write_bytes(pack(*entries))
    return str(path)


def party(folder: Path, **changes: object) -> str:
    path = folder / "jia.json"
    path.write_text(json.dumps({**PARTY, **changes}), encoding="utf-8")
    return str(path)


def test_a_pack_is_checked_added_changed_and_evaluated_on_a_day(rongtong, tmp_path: Path) -> None:
    file = written(tmp_path, OLD, NEW)
    assert "合规" in rongtong("offers", "check", file)
    assert "新增 2，更新 0，未变 0" in rongtong("offers", "add", file)
    assert "新增 0，更新 0，未变 2" in rongtong("offers", "add", file)
    for day, version, state in (("2026-03-31", "2022", "met"), ("2026-04-01", "2026", "unmet")):
        said = rongtong("eligibility", "programme.jia", "--party", party(tmp_path), "--at", day, "--format", "json")
        answer = json.loads(said)
        assert (answer["offer"]["id"], answer["state"]) == (f"programme.jia-{version}", state)
        assert answer["in_force"] is True
    changed = NEW.replace("value: 20", "value: 5")
    assert "更新 1" in rongtong("offers", "add", written(tmp_path, OLD, changed))
    old = json.loads(
        rongtong(
            "eligibility", "programme.jia-2026", "--party", party(tmp_path), "--at", "2026-11-01", "--format", "json"
        )
    )
    assert old["state"] == "met"


def test_a_faulty_pack_is_told_line_by_line_and_nothing_is_added(rongtong, tmp_path: Path) -> None:
    file = written(tmp_path, NEW, entry("yi", criteria=asks(1).replace("headcount", "head_count")))
    said = rongtong("offers", "check", file)
    assert said.startswith("1\n")
    assert "pack.yaml:27：programme.yi 的 criteria：字段 'head_count'" in said
    assert "是否想写 headcount" in said
    faults = json.loads(rongtong("offers", "check", file, "--format", "json").removeprefix("1\n"))
    assert [(fault["line"], fault["entry"]) for fault in faults["faults"]] == [(27, "programme.yi 的 criteria")]
    with pytest.raises(InvalidCatalogue):
        rongtong("offers", "add", file)
    assert "programme.jia-2026" not in rongtong("offers", "list", "--format", "json")


def test_every_condition_is_shown_with_value_source_gap_and_clause(rongtong, tmp_path: Path) -> None:
    rongtong("offers", "add", written(tmp_path, NEW))
    answer = json.loads(rongtong("eligibility", "programme.jia-2026", "--party", party(tmp_path), "--format", "json"))
    (criterion,) = answer["criteria"]
    assert (criterion["value"], criterion["value_source"], criterion["value_observed_on"]) == (15, "社保", "2026-05-01")
    assert "差 5 人" in criterion["gap"]
    assert criterion["clause"]["quote"] == "jia-2026原文"
    table = rongtong("eligibility", "programme.jia-2026", "--party", party(tmp_path))
    for words in ("未满足  人数：15 人", "社保 2026-05-01", "“jia-2026原文”", "结论：未满足"):
        assert words in table


def test_a_score_is_shown_table_by_table(rongtong, tmp_path: Path) -> None:
    rongtong("offers", "add", written(tmp_path, entry("fen", criteria=SCORED)))
    answer = json.loads(rongtong("eligibility", "programme.fen", "--party", party(tmp_path), "--format", "json"))
    whole, open_yet = answer["criteria"]
    assert whole["score"]["whole"] == {
        "label": "评价得分", "group": "", "least": "12", "most": "62", "full": "70", "needed": "30",
    }  # fmt: skip
    assert [(part["least"], part["most"]) for part in whole["score"]["tables"]] == [("12", "12"), ("0", "50")]
    assert (open_yet["field"], open_yet["state"], open_yet["decisive"]) == ("rd_intensity_pct", "unknown", True)
    table = rongtong("eligibility", "programme.fen", "--party", party(tmp_path))
    assert "0～50" in table


def test_a_day_without_a_version_names_those_there_are(rongtong, tmp_path: Path) -> None:
    rongtong("offers", "add", written(tmp_path, OLD, NEW))
    with pytest.raises(UnknownOffer, match=r"programme\.jia-2022、programme\.jia-2026"):
        rongtong("eligibility", "programme.jia", "--party", party(tmp_path), "--at", "2020-01-01")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"facts": {"head": 1}}, "head"),
        ({"facts": {"headcount": "many"}}, "从业人员"),
        ({"kind": "bank"}, "kind"),
        ({"more": 1}, "more"),
    ],
)
def test_a_file_that_is_no_party_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    from datetime import date

    with pytest.raises(InvalidNeed) as caught:
        party_of_file(Path(party(tmp_path, **changes)), "local", date(2026, 11, 22))
    assert words in str(caught.value)


def test_the_schema_is_printed(rongtong) -> None:
    assert json.loads(rongtong("offers", "schema")) == pack_schema()
