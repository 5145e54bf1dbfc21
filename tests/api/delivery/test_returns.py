"""A list that comes back: only what was edited changes, every slip has its place, and a file is taken whole or not."""

import os
import random
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.campaigns.codes import new_code
from api.delivery.bundles import list_file, whole_list
from api.delivery.headings import LIST
from api.delivery.receiving import Receiving, ReturnReport, receive
from api.errors import ImportRefused, UnknownCampaign
from api.store.campaign_rows import Campaign
from api.store.outcome_rows import OutcomeReport
from api.store.store import Store
from matcher.learning.outcomes import Event, OutcomeState
from tests.api.delivery.books import Lines, filled, saved, saved_plainly, sheets_of
from tests.api.delivery.worlds import BANKS, LATER, VIEWER, a_campaign, delivered, lists

MUTATIONS = int(os.environ.get("RONGTONG_MUTATIONS") or 200)
WHOLE = Receiving()
FULL_WIDTH = {"批准金额（万元）": "３００．５", "年利率（%）": "３．６５％", "日期": "２０２６年１１月２５日"}
NINE = datetime(2026, 11, 25, 9, tzinfo=UTC).replace(tzinfo=None)
"""As a workbook holds it: without a zone."""
SEED = int(os.environ.get("RONGTONG_MUTATIONS_SEED", "20261122"))


class Sent:
    """A delivered campaign with the list of one bank as it lies in a file, and its sheets."""

    def __init__(self, store: Store, folder: Path, rows: int = 6) -> None:
        self.store, self.folder = store, folder
        self.campaign: Campaign = delivered(store, rows)[0]
        self.path = folder / "sent.xlsx"
        self.path.write_bytes(list_file(lists(store, self.campaign), BANKS[0])[1])
        self.sheets = sheets_of(self.path)
        self.lines: Lines = self.sheets[LIST]

    def back(self, lines: Lines, how: Receiving = WHOLE, **more: Any) -> ReturnReport:
        path = saved(self.folder / "back.xlsx", self.sheets | {LIST: lines}, more.get("finish"))
        return self.receive(path, how)

    def receive(self, path: Path, how: Receiving = WHOLE) -> ReturnReport:
        return receive(self.store, VIEWER, self.campaign.id, path, LATER, how)

    def states(self) -> list[str]:
        """The last state of each row of the list."""
        return [str(self.store.outcomes.history(VIEWER, line[0])[-1].state) for line in self.lines[1:]]


@pytest.fixture
def sent(store: Store, tmp_path: Path) -> Sent:
    return Sent(store, tmp_path)


def told(report: ReturnReport) -> list[tuple[str, int, str]]:
    return [(problem.sheet, problem.line, problem.column) for problem in report.problems]


def test_a_list_that_was_not_edited_changes_nothing(sent: Sent) -> None:
    report = sent.receive(sent.path)
    assert (report.rows, report.said, report.added, report.problem_count) == (3, 0, 0, 0)
    assert sent.states() == ["pushed"] * 3


def test_only_edited_rows_change_and_sending_again_changes_nothing(sent: Sent) -> None:
    edited = filled(sent.lines, 2, 结果="已受理")
    assert sent.back(edited) == ReturnReport(LIST, 3, 1, 0, 1, 0, (), written=True)
    assert sent.states() == ["pushed", "accepted", "pushed"]
    again = sent.back(edited)
    assert (again.same, again.added, again.problem_count) == (1, 0, 0)
    history = sent.store.outcomes.history(VIEWER, sent.lines[2][0])
    assert [event.state for event in history] == ["pushed", "accepted"]


def test_a_stale_file_is_no_step_back(sent: Sent) -> None:
    stale = filled(sent.lines, 1, 结果="已受理")
    sent.back(stale)
    sent.back(filled(sent.lines, 1, **{"结果": "已批准", "批准金额（万元）": 300, "年利率（%）": 3.65}))
    report = sent.back(filled(stale, 3, 结果="已查看"))
    assert (report.same, report.added, report.problem_count) == (1, 1, 0)
    assert sent.states() == ["approved", "pushed", "viewed"]
    whole = sheets_of(_file(sent.folder / "new.xlsx", whole_list(lists(sent.store, sent.campaign))))[LIST]
    assert sent.back(whole).added == 0


def test_nothing_of_a_file_with_a_slip_is_taken_unless_it_is_asked_for(sent: Sent) -> None:
    lines = filled(filled(sent.lines, 1, 结果="已受理"), 2, 结果="已拒绝")
    report = sent.back(lines)
    assert told(report) == [(LIST, 3, "结果")]
    assert "原因" in report.problems[0].expected
    assert not report.written
    assert sent.states() == ["pushed"] * 3
    tried = sent.back(filled(sent.lines, 1, 结果="已受理"), Receiving(dry=True))
    assert (tried.added, tried.written) == (1, False)
    assert sent.states() == ["pushed"] * 3
    part = sent.back(lines, Receiving(partial=True))
    assert (part.added, part.written, part.problem_count) == (1, True, 1)
    assert sent.states() == ["accepted", "pushed", "pushed"]


def test_the_layout_may_change_while_headings_and_ids_stand(sent: Sent) -> None:
    lines = filled(sent.lines, 1, 结果="已受理")
    turned = [["", "自用", *reversed(line)] for line in [lines[0], *reversed(lines[1:])]]
    titled = [["某某银行反馈表"], [], *turned]
    sheets = {"说明": [["填好了"]], "反馈": titled, "匹配理由": sent.sheets["匹配理由"]}
    report = sent.receive(saved(sent.folder / "turned.xlsx", sheets))
    assert (report.sheet, report.rows, report.added, report.problem_count) == ("反馈", 3, 1, 0)
    assert sent.states() == ["accepted", "pushed", "pushed"]


def test_a_slip_below_a_title_is_told_by_the_row_that_a_person_sees(sent: Sent) -> None:
    lines = [["标题"], [], *filled(sent.lines, 2, 结果="放款了")]
    assert told(sent.back(lines)) == [(LIST, 5, "结果")]


@pytest.mark.parametrize(
    ("cells", "amount", "rate", "day"),
    [
        ({"批准金额（万元）": 300.5, "年利率（%）": 3.65, "日期": date(2026, 11, 25)}, "300.5", "3.65", "2026-11-25"),
        (FULL_WIDTH, "300.5", "3.65", "2026-11-25"),
        ({"批准金额（万元）": "300万元", "年利率（%）": "3.65%", "日期": "2026/11/25"}, "300", "3.65", "2026-11-25"),
        ({"批准金额（万元）": "1,200.5", "年利率（%）": "0.8%", "日期": 46351}, "1200.5", "0.8", "2026-11-25"),
        ({"批准金额（万元）": "3000000元", "年利率（%）": 0, "日期": "20261125"}, "300", "0", "2026-11-25"),
        ({"批准金额（万元）": 300, "日期": NINE}, "300", None, "2026-11-25"),
        ({"批准金额（万元）": 300}, "300", None, "2026-11-27"),
    ],
)  # fmt: skip
def test_figures_and_days_are_read_as_people_write_them(
    sent: Sent, cells: dict[str, Any], amount: str, rate: str | None, day: str
) -> None:
    report = sent.back(filled(sent.lines, 1, 结果="已批准", **cells))
    assert report.problems == ()
    event = sent.store.outcomes.history(VIEWER, sent.lines[1][0])[-1]
    assert event.amount_wan == Decimal(amount)
    assert event.rate_pct == (None if rate is None else Decimal(rate))
    assert (event.at + timedelta(hours=8)).date().isoformat() == day


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"结果": "已放贷"}, "结果", "已放款"),
        ({"结果": "已推送"}, "结果", "已受理"),
        ({"结果": "已入驻"}, "结果", "已放款"),
        ({"结果": 3}, "结果", "已受理"),
        ({"原因": "没有结果"}, "结果", "已受理"),
        ({"结果": "已拒绝"}, "结果", "原因"),
        ({"结果": "已拒绝", "原因": "长" * 501}, "原因", "500"),
        ({"结果": "已受理", "批准金额（万元）": 300}, "结果", "批准"),
        ({"结果": "已批准", "批准金额（万元）": -1}, "批准金额（万元）", "0 至"),
        ({"结果": "已批准", "批准金额（万元）": 1e300}, "批准金额（万元）", ""),
        ({"结果": "已批准", "批准金额（万元）": "约300"}, "批准金额（万元）", ""),
        ({"结果": "已批准", "批准金额（万元）": "300万美元"}, "批准金额（万元）", "人民币"),
        ({"结果": "已批准", "批准金额（万元）": True}, "批准金额（万元）", ""),
        ({"结果": "已批准", "批准金额（万元）": date(2026, 1, 1)}, "批准金额（万元）", "数字"),
        ({"结果": "已批准", "年利率（%）": 0.0365}, "年利率（%）", "百分号"),
        ({"结果": "已批准", "年利率（%）": 365}, "年利率（%）", "0 至 100"),
        ({"结果": "已受理", "日期": "2026年11月"}, "日期", "年月日"),
        ({"结果": "已受理", "日期": "2026-02-30"}, "日期", "存在"),
        ({"结果": "已受理", "日期": "明天"}, "日期", "日期"),
        ({"结果": "已受理", "日期": "2026-12-01"}, "结果", "现在"),
        ({"结果": "已受理", "日期": "2026-11-20"}, "结果", "上一次"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_place(
    sent: Sent, cells: dict[str, Any], column: str, words: str
) -> None:
    report = sent.back(filled(sent.lines, 2, **cells))
    assert told(report) == [(LIST, 3, column)]
    problem = report.problems[0]
    assert words in problem.expected + problem.remedy + problem.found
    assert problem.found
    assert problem.remedy
    assert sent.states() == ["pushed"] * 3


def test_a_day_that_was_noted_is_not_changed_silently(sent: Sent) -> None:
    sent.back(filled(sent.lines, 1, 结果="已受理", 日期="2026-11-24"))
    report = sent.back(filled(sent.lines, 1, 结果="已受理", 日期="2026-11-25"))
    assert told(report) == [(LIST, 2, "日期")]
    assert "只增不改" in report.problems[0].remedy


def test_ids_that_were_tampered_with_copied_or_left_out_are_named(sent: Sent) -> None:
    code = sent.lines[1][0]
    slip = code[:-1] + ("A" if code[-1] != "A" else "B")
    for other, words in ((slip, "校验位"), ("", "编号"), (new_code(), "不在本活动"), ("'; DROP TABLE", "校验位")):
        lines = filled(sent.lines, 1, 名单编号=other, 结果="已受理")
        lines = filled(lines, 2, 结果="已受理")
        report = sent.back(lines)
        assert told(report) == [(LIST, 2, "名单编号")]
        problem = report.problems[0]
        assert words in problem.found + problem.expected + problem.remedy
        assert not report.written
    twice = sent.back([*filled(sent.lines, 1, 结果="已受理"), filled(sent.lines, 1, 结果="已批准")[1]])
    assert told(twice) == [(LIST, 5, "名单编号")]
    assert "第 2 行" in twice.problems[0].found
    low = sent.back(filled(sent.lines, 1, 名单编号=f" {code.lower()} ", 结果="已受理"))
    assert low.added == 1


def test_merged_cells_and_doubled_or_missing_columns_are_refused(sent: Sent) -> None:
    place = sent.lines[0].index("结果")
    lines = filled(sent.lines, 1, 结果="已受理")
    report = sent.back(lines, finish=lambda made: made[LIST].merge_range(1, place, 2, place, "已受理"))
    assert told(report) == [(LIST, 2, "结果")]
    assert "合并" in report.problems[0].found
    for changed, words in (
        ([[*line[:place], *line[place + 1 :]] for line in lines], "没有名单"),
        ([[*line, line[place]] for line in lines], "2 列"),
        ([[cell for cell in line if cell != "日期"] for line in lines], "没有“日期”列"),
    ):
        with pytest.raises(ImportRefused, match=words):
            sent.back(changed)
    with pytest.raises(ImportRefused, match="2 个名单工作表"):
        sent.receive(saved(sent.folder / "two.xlsx", {"一": lines, "二": lines}))


def test_the_list_of_another_campaign_is_recognised(sent: Sent, store: Store) -> None:
    other = delivered(store)[0]
    with pytest.raises(ImportRefused, match="首贷扩面演示"):
        receive(
            store,
            VIEWER,
            other.id,
            saved(sent.folder / "b.xlsx", {"名单": filled(sent.lines, 1, 结果="已受理")}),
            LATER,
        )
    with pytest.raises(UnknownCampaign):
        receive(store, VIEWER, "none", sent.path, LATER)


def test_before_delivery_and_after_a_replacement_nothing_is_taken(store: Store, tmp_path: Path) -> None:
    campaign, run = a_campaign(store)
    path = _file(tmp_path / "early.xlsx", list_file(lists(store, campaign), BANKS[0])[1])
    lines = sheets_of(path)[LIST]
    back = saved(tmp_path / "back.xlsx", {LIST: filled(lines, 1, 结果="已受理")})
    assert "尚未推送" in receive(store, VIEWER, campaign.id, back, LATER).problems[0].found
    store.outcomes.push(VIEWER, run, "科长", LATER)
    store.campaigns.replaced(run, [lines[1][0]], [], {})
    report = receive(store, VIEWER, campaign.id, back, LATER)
    assert told(report) == [(LIST, 2, "名单编号")]
    assert "补位" in report.problems[0].found


def test_a_compressed_bomb_is_refused_before_it_is_unpacked(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    path, size = sent.folder / "bomb.xlsx", 20_000_000
    for name in ("xl/worksheets/sheet9.xml", "xl/media/nested.zip"):
        _bomb(sent.path, path, name, size)
        with monkeypatch.context() as patch:
            patch.setattr(zipfile.ZipFile, "open", _unpacked)
            with pytest.raises(ImportRefused, match="炸弹"):
                sent.receive(path)
    lying = path.read_bytes().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(lying)
    with pytest.raises(ImportRefused, match="写明的大小"):
        sent.receive(path)


def _unpacked(*_: object) -> None:
    raise AssertionError("something was unpacked")


def _bomb(source: Path, target: Path, name: str, size: int) -> None:
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for item in archive.namelist():
            made.writestr(item, archive.read(item))
        with made.open(name, "w") as stream:
            for _ in range(size // 1_000_000):
                stream.write(bytes(1_000_000))


def test_a_workbook_written_plainly_is_read_as_one_of_the_library(sent: Sent) -> None:
    lines = [*filled(sent.lines, 1, 结果="已受理", 日期=date(2026, 11, 25)), [True, 2.5, -3, "a<&>\x0b b ", ""]]
    plain = sheets_of(saved_plainly(sent.folder / "plain.xlsx", LIST, lines))
    assert plain == sheets_of(saved(sent.folder / "made.xlsx", {LIST: lines}))


def _file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


JUNK: tuple[Any, ...] = (
    "", " ", "=1+1", "已放款", "已受理", "已拒绝", "批准", "0.0365", 0.0365, -5, 1e18, 1e308, True, "３００", "三百",
    "\u200b", "a\x0bb", "'已受理", "2026-13-01", 46349, 99999999, -1, "长" * 600,
    date(1901, 1, 1), "#N/A", "100%", "1e5", "NaN", "〇",
)  # fmt: skip


def _cell(rng: random.Random, lines: Lines) -> None:
    line = rng.choice(lines)
    if line:
        line[rng.randrange(len(line))] = rng.choice(JUNK)


def _row_gone(rng: random.Random, lines: Lines) -> None:
    del lines[rng.randrange(len(lines))]


def _row_twice(rng: random.Random, lines: Lines) -> None:
    lines.insert(rng.randrange(len(lines)), list(rng.choice(lines)))


def _cells_moved(rng: random.Random, lines: Lines) -> None:
    line = rng.choice(lines)
    line.insert(rng.randrange(len(line) + 1), rng.choice(JUNK))


def _column_gone(rng: random.Random, lines: Lines) -> None:
    place = rng.randrange(len(lines[0]) or 1)
    for line in lines:
        del line[place : place + 1]


def _columns_turned(rng: random.Random, lines: Lines) -> None:
    order = rng.sample(range(len(lines[0])), len(lines[0]))
    lines[:] = [[line[place] if place < len(line) else "" for place in order] for line in lines]


CHANGES: tuple[Callable[[random.Random, Lines], None], ...] = (
    _cell, _cell, _cell, _cell, _row_gone, _row_twice, _cells_moved, _column_gone, _columns_turned,
)  # fmt: skip


def _bytes_changed(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randrange(1, 40)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randrange(len(changed) // 2, len(changed) + 1)])


def test_malformed_workbooks_and_rows_are_refused_with_the_place_or_taken_whole(sent: Sent) -> None:
    rng = random.Random(SEED)
    outcomes = {"refused": 0, "problems": 0, "taken": 0}
    path = sent.folder / "bad.xlsx"
    after = sent.store.outcomes.histories(VIEWER, sent.campaign.id)
    for number in range(MUTATIONS):
        _spoil(rng, sent, path, torn=number % 5 == 0)
        before = after
        report = _received(sent, path)
        outcomes["refused"] += report is None
        after = sent.store.outcomes.histories(VIEWER, sent.campaign.id)
        grown = sum(map(len, after.values())) - sum(map(len, before.values()))
        assert all(after[key][: len(history)] == history for key, history in before.items())
        if report is None or report.problem_count:
            assert grown == 0, number
        if report is not None:
            outcomes["problems" if report.problem_count else "taken"] += 1
            assert report.problem_count or grown == report.added
            assert all(item.line > 0 and item.column and item.found and item.remedy for item in report.problems)
    assert outcomes["refused"] > MUTATIONS // 10
    assert outcomes["problems"] > MUTATIONS // 10
    assert sum(outcomes.values()) == MUTATIONS


def _received(sent: Sent, path: Path) -> ReturnReport | None:
    """What became of a file; None where it was refused as a whole. Anything but a designed refusal fails the test."""
    try:
        return sent.receive(path)
    except ImportRefused:
        return None


def _spoil(rng: random.Random, sent: Sent, path: Path, *, torn: bool) -> None:
    lines = filled(sent.lines, rng.randrange(1, len(sent.lines)), 结果=rng.choice(("已受理", "已查看", "已批准")))
    for _ in range(rng.randrange(1, 4)):
        if lines and lines[0]:
            rng.choice(CHANGES)(rng, lines)
    saved_plainly(path, LIST, lines)
    if torn:
        path.write_bytes(_bytes_changed(rng, path.read_bytes()))


def test_what_was_said_over_the_interface_is_known_in_a_returned_list(sent: Sent) -> None:
    event = Event(OutcomeState.ACCEPTED, LATER - timedelta(days=1), "示例银行")
    sent.store.outcomes.add(VIEWER, sent.campaign.id, [OutcomeReport(sent.lines[1][0], event)], LATER)
    report = sent.back(filled(sent.lines, 1, 结果="已受理"))
    assert (report.same, report.added) == (1, 0)
