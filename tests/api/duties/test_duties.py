"""Duties over HTTP and from the command line: due, late, drafted with what lacks named, sent and by whom."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from api.access.viewers import Role, Viewer
from api.bootstrap import Services
from api.cli.main import app
from api.clock import now, today
from api.duties.desk import DutySeen
from api.duties.drafting import LACKING, draft_of
from api.duties.papers import write_goals, write_report
from api.main import create_app
from api.store.carriers import EnteredValue, Told
from api.store.deal_rows import Said
from api.store.duties import Done, DutyStep
from matcher.dealflow.duties import built_in_duties, occasions
from matcher.dealflow.events import Tranche
from matcher.fields import PartyKind
from matcher.parties import Fact, Party
from tests.api.worlds import services_in
from tests.matcher.dealflow.worlds import KUNSHAN

DAY = today()
QUARTER = [*occasions(built_in_duties()["zone.quarterly"], DAY - timedelta(days=200), DAY)][-1]
"""The quarter that ended last."""
PATH = f"/v1/duties/zone.quarterly/{QUARTER.period}"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with services_in(tmp_path_factory.mktemp("duties")) as opened:
        seen = QUARTER.ended
        facts = {
            "carrier_kind": Fact("专业资本集聚型特色载体", "自填", seen),
            "incubated_firms": Fact(40, "年报", seen),
            "mentors": Fact(2, "年报", seen),
            "incubation_fund_wan": Fact(Decimal("612.5"), "年报", seen.replace(year=seen.year - 1)),
        }
        carrier = Party("carrier-1", PartyKind.CARRIER, "=甲载体", facts, "local", "测试", seen)
        opened.store.parties.upsert_many(opened.viewer, [carrier])
        yield opened


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services, warming=False)) as client:
        yield client


def test_what_is_due_comes_first_and_fund_duties_only_with_a_fund(client: TestClient, services: Services) -> None:
    found = client.get("/v1/duties").json()["duties"]
    days = [item["days_left"] for item in found if item["sent_on"] is None]
    assert days == sorted(days)
    assert {item["duty"] for item in found} == {
        "zone.quarterly",
        "zone.annual",
        "province.quarterly",
        "province.annual",
    }
    mine = next(item for item in found if (item["duty"], item["period"]) == ("zone.quarterly", QUARTER.period))
    assert mine["due"] == (QUARTER.ended + timedelta(days=10)).isoformat()
    assert mine["late"] == (mine["days_left"] < 0)

    fund = services.deals.open_fund(services.viewer, KUNSHAN, "天使", now()).record.id
    said = Said("经办", "manager", "首期", now(), ("凭证-1",))
    services.deals.enter(
        services.viewer, fund, said, Tranche(DAY.replace(month=1, day=1), Decimal(5000), Decimal(5000))
    )
    again = client.get("/v1/duties", params={"who": "基金管理机构"}).json()["duties"]
    assert {item["duty"] for item in again} == {"fund.half_year", "fund.annual"}
    draft = client.get(f"/v1/duties/fund.half_year/{again[0]['period']}/draft")
    assert "天使：认缴 5000 万元，实缴 5000 万元" in draft.json()["sections"][0]["lines"][0]
    assert draft.json()["goals"] == []


def test_a_draft_fills_in_what_is_known_and_names_each_empty_cell(client: TestClient) -> None:
    draft = client.get(f"{PATH}/draft").json()
    cells = {goal["indicator"]: goal for goal in draft["goals"]}
    assert (cells["在孵企业"]["value"], cells["在孵企业"]["target"]) == ("40", None)
    assert (cells["每十家在孵企业创业导师"]["value"], cells["每十家在孵企业创业导师"]["source"]) == (
        "0.5",
        "由载体数据推算",
    )
    assert cells["孵化资金"]["value"] is None, "what was seen last year says nothing of this year"
    empty = {f"{goal['carrier']}：{goal['indicator']}（目标）" for goal in draft["goals"]}
    assert empty <= set(draft["missing"])
    assert "=甲载体：孵化资金（完成）" in draft["missing"]
    assert "=甲载体：在孵企业（完成）" not in draft["missing"]
    assert {"四、典型案例、经验做法：典型案例", "三、实施成效：对接结果"} <= set(draft["missing"])


def test_the_files_mark_each_empty_cell_and_are_noted(client: TestClient, services: Services) -> None:
    draft = client.get(f"{PATH}/draft").json()
    report = Document(BytesIO(client.get(f"{PATH}/draft.docx").content))
    texts = [paragraph.text for paragraph in report.paragraphs]
    assert "平台登记载体 1 家，专业资本集聚型特色载体 1 家。" in texts
    for section in draft["sections"]:
        assert all(f"{name}：{LACKING}" in texts for name in section["missing"])

    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{PATH}/draft.xlsx").content))
    rows = [row for row in book.get_sheet_by_index(0).to_python() if row[0] == "=甲载体"]
    assert len(rows) == len(draft["goals"])
    assert [(row[2], row[5]) for row in rows if row[2] == "在孵企业"] == [("在孵企业", 40)]
    in_table = sum(row[4:6].count(LACKING) for row in rows)
    assert in_table == sum(name.endswith(("（目标）", "（完成）")) for name in draft["missing"])

    steps = client.get(PATH).json()["steps"]
    assert [(step["kind"], step["how"]) for step in steps] == [("drafted", "DOCX"), ("drafted", "XLSX")]
    noted = services.audit.read(Viewer("local", Role.AUDITOR))
    assert [row.entry.action for row in noted].count("duty.drafted") == 2


def test_the_table_of_goals_has_targets_values_and_the_year_before(services: Services) -> None:
    year, viewer = QUARTER.ended.year, services.viewer

    def told(kind: Told, of: int, value: int, on: date) -> None:
        services.store.carriers.enter(
            viewer, EnteredValue("carrier-1", of, "jobs", Decimal(value), now(), "甲", on, ("表",), kind)
        )

    told(Told.TARGET, year, 400, QUARTER.ended)
    told(Told.TARGET, year - 1, 300, QUARTER.ended)
    told(Told.ACTUAL, year - 1, 280, QUARTER.ended)
    told(Told.ACTUAL, year, 100, QUARTER.ended + timedelta(days=5))
    told(Told.ACTUAL, year, 390, QUARTER.ended + timedelta(days=100))
    draft = draft_of(services.store, services.deals, viewer, QUARTER)
    goal = next(item for item in draft.goals if item.indicator == "当年带动就业")
    assert (goal.target, goal.value, goal.target_before, goal.value_before) == (400, 100, 300, 280)
    assert str(goal.reached_pct) == "25.0", "what was told a quarter later belongs to the next table"
    assert "=甲载体：当年带动就业（目标）" not in draft.missing

    book = CalamineWorkbook.from_filelike(BytesIO(write_goals(draft))).get_sheet_by_index(0).to_python()
    row = next(row for row in book if row[2] == "当年带动就业")
    assert row[4:9] == [400, 100, 25, 300, 280]
    assert next(row for row in book if row[2] == "孵化资金")[7:9] == ["未登记", 612.5]


def test_what_comes_is_told_before_its_period_ends(services: Services) -> None:
    coming = services.duties.coming(services.viewer, DAY, DAY + timedelta(days=200), who="实体经济开发区")
    assert coming
    assert all(seen.occasion.ended > DAY and seen.days_left >= 0 and not seen.late for seen in coming)
    assert [seen.days_left for seen in coming] == sorted(seen.days_left for seen in coming)


def test_the_same_draft_is_the_same_file(services: Services) -> None:
    draft = draft_of(services.store, services.deals, services.viewer, QUARTER)
    assert write_report(draft) == write_report(draft)


def test_what_was_sent_is_kept_with_when_by_whom_and_how(client: TestClient) -> None:
    path = f"/v1/duties/province.quarterly/{QUARTER.period}/sent"
    first = (QUARTER.ended + timedelta(days=3)).isoformat()
    told = {"how": "电子版", "on": first, "by": "张某", "evidence": ["回执-1"]}
    assert client.post(path, json=told).json()["sent_on"] == first
    again = client.post(path, json={"how": "纸质盖章一式两份"}).json()

    assert [(step["by"], step["how"], step["on"]) for step in again["steps"]] == [
        ("张某", "电子版", first), ("operator", "纸质盖章一式两份", DAY.isoformat()),
    ]  # fmt: skip
    assert again["late"] is False, "it was in time the first time"
    found = client.get("/v1/duties").json()["duties"]
    assert found[-1]["sent_on"] == DAY.isoformat(), "what was sent comes last"


def test_one_platform_does_not_see_what_another_sent(services: Services) -> None:
    services.store.duties.add(
        services.viewer, DutyStep("zone.annual", "2025年度", Done.SENT, now(), "甲", "电子版", date(2026, 1, 8))
    )
    assert services.store.duties.steps(Viewer("elsewhere")) == ()


@pytest.mark.parametrize(
    ("sent_on", "days_left", "late"), [(None, 0, False), (None, -1, True), (10, -30, False), (11, -30, True)]
)
def test_late_is_what_was_not_sent_by_the_last_day(sent_on: int | None, days_left: int, late: bool) -> None:
    steps: tuple[DutyStep, ...] = ()
    if sent_on is not None:
        day = QUARTER.ended + timedelta(days=sent_on)
        steps = (DutyStep("zone.quarterly", QUARTER.period, Done.SENT, now(), "甲", "电子版", day),)
    assert DutySeen(QUARTER, days_left, steps).late is late


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        (f"{PATH}/sent", {"how": "x", "on": str(DAY + timedelta(days=1))}, 422, "报送日期"),
        (f"{PATH}/sent", {"how": "x", "on": str(QUARTER.ended - timedelta(days=1))}, 422, "报送日期"),
        (f"{PATH}/sent", {}, 422, "必填"),
        (f"/v1/duties/nothing/{QUARTER.period}/sent", {"how": "x"}, 404, "报送事项"),
        ("/v1/duties/zone.quarterly/9999年第一季度/sent", {"how": "x"}, 404, "期间"),
        (f"/v1/duties/zone.quarterly/{DAY.year + 1}年第一季度/sent", {"how": "x"}, 404, "期间"),
        ("/v1/duties/zone.quarterly/x/sent", {"how": "x"}, 404, "期间"),
    ],
)
def test_bad_requests_are_told(client: TestClient, path: str, body: dict[str, str], status: int, said: str) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == status
    assert said in answer.text


def test_a_manager_of_funds_has_no_table_of_goals(client: TestClient) -> None:
    period = client.get("/v1/duties", params={"who": "基金管理机构"}).json()["duties"][0]["period"]
    answer = client.get(f"/v1/duties/fund.annual/{DAY.year - 1}年度/draft.xlsx")
    assert (answer.status_code, "没有绩效目标表" in answer.text) == (422, True), period


def test_from_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with services_in(tmp_path):
        pass

    def run(*arguments: str) -> str:
        app(["--data", str(tmp_path), "duties", *arguments], standalone_mode=False)
        return capfd.readouterr().out

    run("list")
    file = tmp_path / "draft.docx"
    assert "待补充" in run("draft", "zone.quarterly", QUARTER.period, "--out", str(file))
    assert Document(str(file)).paragraphs
    assert "典型案例" in json.loads(run("draft", "zone.quarterly", QUARTER.period))["missing"][-2]
    assert "已登记" in run("sent", "zone.quarterly", QUARTER.period, "--how", "电子版", "--by", "张某")
    told = json.loads(run("list", "--format", "json"))[-1]
    assert [step["kind"] for step in told["steps"]] == ["drafted", "sent"]
    assert "已报送" in run("list", "--who", "实体经济开发区")
