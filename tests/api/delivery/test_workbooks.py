"""A list that is sent is the list that is shown: same pairs, same order, same numbers."""

import re
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from api.access.consents import Asked, ConsentEvent, ConsentState, Purpose, Scope
from api.delivery.bundles import list_file, whole_list
from api.delivery.headings import CODE, FILLED, GROUNDS, GUIDE, LIST
from api.delivery.lists import lists_of
from api.errors import UnknownAssignment, WrongCampaignState
from api.exchange.campaigns import assignment_document
from api.store.outcome_rows import OutcomeReport
from api.store.store import Store
from matcher.eligibility.results import STATE_LABELS, State
from matcher.learning.outcomes import Event, OutcomeState
from tests.api.delivery.books import sheets_of
from tests.api.delivery.worlds import BANKS, LATER, PUSHED, VIEWER, a_campaign, delivered, lists


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    return path


def column(lines: list[list], heading: str) -> list:
    return [line[lines[0].index(heading)] for line in lines[1:]]


@pytest.mark.parametrize("bank", [None, *BANKS])
def test_what_is_exported_is_what_is_shown_row_by_row(store: Store, tmp_path: Path, bank: str | None) -> None:
    campaign, run = delivered(store, 7)
    content = whole_list(lists(store, campaign)) if bank is None else list_file(lists(store, campaign), bank)[1]
    sheets = sheets_of(written(tmp_path, content))
    rows, count = store.campaigns.page(run, bank, 0, 100)
    shown = sorted((assignment_document(row) for row in rows), key=lambda row: (row["institution"], row["rank"]))
    listed = sheets[LIST]
    assert len(listed) - 1 == count
    assert column(listed, CODE) == [row["id"] for row in shown]
    assert column(listed, "名次") == [row["rank"] for row in shown]
    assert column(listed, "资源") == [row["match"]["offer"]["name"] for row in shown]
    assert column(listed, "匹配度") == [row["score"] for row in shown]
    assert column(listed, "资格") == [STATE_LABELS[State(row["eligibility"])] for row in shown]
    assert column(listed, "待补充") == ["、".join(item["label"] for item in row["match"]["unknowns"]) for row in shown]
    for heading, code in (
        ("行业", "industry"),
        ("所在地区", "region"),
        ("规模", "size_class"),
        ("发展阶段", "life_stage"),
    ):
        assert column(listed, heading) == [row["profile"].get(code, "") for row in shown]
    why = sheets[GROUNDS]
    assert column(why, CODE) == [row["id"] for row in shown]
    for line, row in zip(why[1:], shown, strict=True):
        parts = {part["label"]: part["points"] for part in row["match"]["contributions"]}
        assert {label: line[why[0].index(label)] or 0 for label in parts} == parts
        assert sum(parts.values()) == pytest.approx(line[why[0].index("匹配度（各项之和）")])
        for criterion in row["match"]["eligibility"]["criteria"]:
            assert f"{criterion['state_label']}：{criterion['label']}" in line[why[0].index("条件核验与依据")]
            assert criterion["clause"]["document"] in line[why[0].index("条件核验与依据")]


def test_an_institution_sees_a_profile_and_the_judgement_and_neither_names_nor_figures(
    store: Store, tmp_path: Path
) -> None:
    campaign, _ = a_campaign(store)
    sheets = sheets_of(written(tmp_path, list_file(lists(store, campaign), BANKS[0])[1]))
    said = repr(sheets)
    for secret in ("示例企业", "uscc-", "1,234.5", "45 人", "体外诊断"):
        assert secret not in said
    assert "授权后可见" in said
    assert "只有“授权”为“已授权”的才提供" in repr(sheets[GUIDE])
    assert column(sheets[LIST], "企业")[0] == "某卫生材料及医药用品制造企业（江苏省苏州市昆山市）1号"
    assert set(column(sheets[LIST], "授权")) == {"未授权"}
    assert column(sheets[LIST], "成立年限")[0] == "3—5 年"
    everything = repr(sheets_of(written(tmp_path, whole_list(lists(store, campaign)))))
    for known in ("示例企业0", "uscc-0", "1,234.5", "45 人", "体外诊断", "仅供平台内部使用"):
        assert known in everything


def agree(store: Store, seeker: str, *scopes: Scope, state: ConsentState = ConsentState.GRANTED) -> None:
    asked = Asked(BANKS[0], BANKS[0], Purpose.FINANCING, frozenset(scopes), date(2099, 1, 1))
    store.consents.write(VIEWER, seeker, asked, ConsentEvent(0, state, PUSHED, "厂长", "enterprise", "2026-11", "同意"))


def test_what_was_agreed_to_is_shown_of_whom_agreed_and_gone_when_it_is_taken_back(
    store: Store, tmp_path: Path
) -> None:
    campaign, _ = a_campaign(store)
    agree(store, "uscc-2", Scope.IDENTITY)
    agree(store, "uscc-4", Scope.BUSINESS)
    sheets = sheets_of(written(tmp_path, list_file(lists(store, campaign), BANKS[0])[1]))
    assert [name[:5] for name in column(sheets[LIST], "企业")] == ["某卫生材料", "示例企业2", "某软件开发"]
    assert column(sheets[LIST], "授权") == ["未授权", "已授权", "已授权"]
    assert ["45 人" in line for line in column(sheets[GROUNDS], "条件核验与依据")] == [False, False, True]
    agree(store, "uscc-2", state=ConsentState.WITHDRAWN)
    sheets = sheets_of(written(tmp_path, list_file(lists(store, campaign), BANKS[0])[1]))
    assert "示例企业2" not in repr(sheets)
    assert column(sheets[LIST], "授权") == ["未授权", "已撤回授权", "已授权"]


def test_the_same_list_is_the_same_file_and_the_last_result_stands_in_it(store: Store, tmp_path: Path) -> None:
    campaign, _ = delivered(store)
    first = list_file(lists(store, campaign), BANKS[0])[1]
    assert first == list_file(lists(store, campaign), BANKS[0])[1]
    code = sheets_of(written(tmp_path, first))[LIST][1][0]
    event = Event(OutcomeState.APPROVED, LATER, "示例银行", "", Decimal("300.5"), Decimal("0.8"))
    store.outcomes.add(VIEWER, campaign.id, [OutcomeReport(code, event)], LATER)
    lines = sheets_of(written(tmp_path, list_file(lists(store, campaign), BANKS[0])[1]))[LIST]
    place = [lines[0].index(heading) for heading in FILLED]
    assert [str(lines[1][item]) for item in place] == ["已批准", "", "300.5", "0.8%", "2026-11-27"]
    assert all(lines[2][item] == "" for item in place)
    guide = dict(line[:2] for line in sheets_of(written(tmp_path, first))[GUIDE])
    assert guide["2026-11-23 推送的"] == "最迟：受理 2026-11-24、对接 2026-11-26、决定 2026-11-30"
    assert "首贷扩面专项行动方案" in guide["依据"]


def test_it_opens_ready_to_be_read_filled_in_and_printed(store: Store) -> None:
    campaign, _ = a_campaign(store)
    with zipfile.ZipFile(BytesIO(list_file(lists(store, campaign), BANKS[0])[1])) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        names = archive.read("xl/workbook.xml").decode()
    for part in ('state="frozen"', "<autoFilter ", "<sheetProtection ", 'orientation="landscape"', 'paperSize="9"'):
        assert part in sheet
    assert "_xlnm.Print_Titles" in names
    (choices,) = re.findall(r'type="list"[^>]*><formula1>"([^"]*)"', sheet)
    assert {"已受理", "已放款", "已拒绝"} <= set(choices.split(","))
    assert "已入驻" not in choices
    assert "已推送" not in choices


def test_text_that_looks_like_a_formula_is_text(store: Store) -> None:
    campaign, _ = a_campaign(store, names='=HYPERLINK("http://x")')
    with zipfile.ZipFile(BytesIO(whole_list(lists(store, campaign)))) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)
            assert b"<hyperlink " not in archive.read(name)


def test_lists_leave_only_after_approval_and_only_where_there_are_any(store: Store) -> None:
    campaign, _ = a_campaign(store)
    with pytest.raises(UnknownAssignment):
        list_file(lists(store, campaign), "没有的银行")
    draft = store.campaigns.new_run(VIEWER, campaign.id, LATER)
    with pytest.raises(WrongCampaignState):
        lists_of(store, VIEWER, campaign.id, draft.number)
