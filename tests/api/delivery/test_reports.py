"""The report says what follows from the numbers, no more; charts hold the same numbers as tables."""

import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from docx import Document
from python_calamine import CalamineWorkbook

from api.delivery.findings import findings
from api.delivery.reports import SYNTHETIC_NOTE, report_of, write_report
from api.delivery.tracking import Group
from api.store.outcome_rows import OutcomeReport
from api.store.store import Store
from matcher.learning.funnel import Tracked, by_group, funnel
from matcher.learning.outcomes import Event, OutcomeState
from tests.api.delivery.worlds import BANKS, LATER, PUSHED, VIEWER, a_campaign, delivered

DAY = date(2026, 12, 1)
S = OutcomeState


def tracked(bank: str, *states: OutcomeState, wan: str | None = None, reason: str = "") -> Tracked:
    amount = None if wan is None else Decimal(wan)
    events = [Event(state, PUSHED + timedelta(hours=place), bank) for place, state in enumerate((S.PUSHED, *states))]
    last = events[-1]
    events[-1] = Event(last.state, last.at, bank, reason, amount, None if wan is None else Decimal("3.65"))
    return Tracked(events, S.FUNDED, {"institution": bank})


def sentences(pairs: list[Tracked], late: int = 0) -> str:
    return "\n".join(findings(funnel(pairs), {Group.INSTITUTION: by_group(pairs, "institution")}, late))


def test_sentences_follow_from_the_numbers() -> None:
    pairs = [tracked("甲银行", S.APPROVED, S.FUNDED, wan="300")] * 2 + [tracked("甲银行", S.ACCEPTED)] * 3
    pairs += [tracked("乙银行", S.APPROVED, S.FUNDED)] * 1 + [tracked("乙银行", S.REFUSED, reason="超出范围")] * 4
    pairs += [tracked("丙银行", S.APPROVED)]
    said = sentences(pairs, 7)
    assert "共推送名单项 11 个" in said
    assert "已批准 4 个（36.4%）" in said
    assert "2 个填写了金额，合计 600 万元，另有 1 个没有填写金额，未计入；按金额加权的年利率为 3.65%" in said
    assert "被拒的 4 个中，原因最多的是“超出范围”（4 个）" in said
    assert "批准率最高的是甲银行（40.0%；只比较推送不少于 5 个的 2 个）" in said
    assert "目前逾期 7 项" in said


def test_what_is_not_known_is_said_not_to_be() -> None:
    assert sentences([]) == "名单尚未推送，还没有反馈可以统计。"
    said = sentences([tracked("甲银行")])
    assert "金额与利率无从统计" in said
    assert "还没有决定的" in said
    assert "不作比较" in said
    assert "金额未知" in sentences([tracked("甲银行", S.APPROVED, S.FUNDED)])
    tied = [tracked(bank, S.APPROVED) for bank in ("甲银行", "乙银行") for _ in range(5)]
    assert "批准率最高的是乙银行、甲银行（100.0%" in sentences(tied)
    assert "都还没有批准" in sentences([tracked(bank) for bank in ("甲银行", "乙银行") for _ in range(5)])


def test_the_report_is_whole_says_that_it_is_simulated_and_is_the_same_twice(store: Store) -> None:
    campaign, run = delivered(store, 12)
    keys = [row.id for row in store.outcomes.rows(run)]
    events = [Event(S.APPROVED, LATER, "模拟", "", Decimal(100 + place)) for place in range(3)]
    reports = [OutcomeReport(key, event) for key, event in zip(keys, events, strict=False)]
    store.outcomes.add(VIEWER, campaign.id, reports, LATER)
    report = report_of(store, VIEWER, campaign.id, DAY)
    content = write_report(report)
    assert content == write_report(report_of(store, VIEWER, campaign.id, DAY))
    document = Document(BytesIO(content))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert SYNTHETIC_NOTE in said
    for sentence in findings(report.whole, report.groups, report.late):
        assert sentence in said
    steps = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert steps[1] == ["已推送", "12", "100.0%"]
    assert steps[-1] == ["已批准", "3", "25.0%"]
    banks = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert {line[0]: line[1] for line in banks[1:]} == dict.fromkeys(BANKS, "6")
    assert "未知" in {
        line[0] for table in document.tables[2:] for line in ([c.text for c in r.cells] for r in table.rows)
    }


def test_charts_are_native_and_hold_their_numbers(store: Store) -> None:
    campaign, _ = delivered(store, 12)
    content = write_report(report_of(store, VIEWER, campaign.id, DAY))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        charts = [name for name in names if name.startswith("word/charts/chart")]
        assert len(charts) == 4
        types = archive.read("[Content_Types].xml").decode()
        body = archive.read("word/document.xml").decode()
        for name in charts:
            assert f"/{name}" in types
            xml = archive.read(name).decode()
            (relation,) = re.findall(r'<c:externalData[^>]* r:id="(\w+)"', xml)
            links = archive.read(name.replace("charts/", "charts/_rels/") + ".rels").decode()
            assert f'Id="{relation}"' in links
            cached = re.findall(r"<c:v>([^<]*)</c:v>", xml)
            book = archive.read(name.replace("charts/", "embeddings/").replace(".xml", ".xlsx"))
            lines = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
            assert {str(line[0]) for line in lines} <= set(cached)
            assert {f"{line[1]:g}" for line in lines} <= set(cached)
            assert 'typeface="宋体"' in xml
    assert body.count("<c:chart ") == 4
    assert "pic:pic" not in body


def test_before_delivery_the_report_has_nothing_to_count(store: Store) -> None:
    campaign, _ = a_campaign(store)
    document = Document(BytesIO(write_report(report_of(store, VIEWER, campaign.id, DAY))))
    assert "名单尚未推送，还没有反馈可以统计。" in [paragraph.text for paragraph in document.paragraphs]
    assert not document.tables
