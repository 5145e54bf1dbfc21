"""Carriers measured over HTTP and from the command line: computed, entered, unknown; year beside year; who may."""

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from fastapi.testclient import TestClient

from api.access.viewers import Role, Viewer
from api.bootstrap import Services
from api.carriers.desk import CarrierDesk
from api.carriers.tenants import Residents
from api.cli.main import app
from api.clock import now, today
from api.errors import Forbidden, UnknownMeasures
from api.main import create_app
from api.store.carriers import EnteredValue
from matcher.carriers.facts import Focus, Result, Tenant
from matcher.carriers.measures import built_in_content
from matcher.errors import UnknownParty
from matcher.fields import PartyKind
from matcher.parties import Fact, Party
from tests.api.worlds import services_in

DAY = today()
THIS, LAST = DAY.year, DAY.year - 1
PATH = "/v1/carriers/carrier-1"


def a_carrier(identifier: str) -> Party:
    facts = {
        "carrier_kind": Fact("专业资本集聚型特色载体", "自填", DAY),
        "incubated_firms": Fact(25, "年报", date(LAST, 12, 1)),
        "events_yearly": Fact(5, "年报", date(THIS, 1, 5)),
    }
    return Party(identifier, PartyKind.CARRIER, "甲载体", facts, "local", "测试", DAY)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with services_in(tmp_path_factory.mktemp("carriers")) as opened:
        firm = replace(a_carrier("firm-1"), kind=PartyKind.ENTERPRISE, facts={})
        opened.store.parties.upsert_many(opened.viewer, [a_carrier("carrier-1"), a_carrier("carrier-2"), firm])
        yield opened


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services, warming=False)) as client:
        yield client


def told(client: TestClient, indicator: str, value: str, year: int = THIS):
    return client.post(
        f"{PATH}/values", json={"year": year, "indicator": indicator, "value": value, "evidence": ["表"]}
    )


def indicators(document, year: int):
    found = next(item for item in document["years"] if item["year"] == year)
    return {item["id"]: item for of in found["dimensions"] for item in of["indicators"]}


def test_a_field_counts_for_its_year_alone_and_nothing_else_is_zero(client: TestClient) -> None:
    document = client.get(f"{PATH}/scorecards").json()
    last, this = indicators(document, LAST), indicators(document, THIS)
    assert (last["tenants"]["value"], last["tenants"]["mark"], last["tenants"]["source"]) == ("25", "50", "年报")
    assert (this["tenants"]["value"], this["events"]["value"], last["events"]["value"]) == (None, "5", None)
    assert this["joined"]["value"] is None
    assert this["graduated"]["value"] is None
    assert "在孵企业" in next(item for item in document["years"] if item["year"] == THIS)["missing"]
    assert document["radar"]["axes"][0] == "产业集聚度"
    assert "资本运作" in document["radar"]["axes"]
    assert [item["marks"][0] for item in document["radar"]["years"]] == ["50", None]
    assert [(item["year"], item["dimensions"][0]["by"]) for item in document["changes"]] == [(THIS, None)]


def test_what_is_entered_is_kept_and_the_last_one_counts(client: TestClient, services: Services) -> None:
    first = told(client, "jobs", "100").json()
    assert indicators(first, THIS)["jobs"]["mark"] == "20"
    told(client, "jobs", "250")
    document = client.get(f"{PATH}/scorecards").json()
    jobs = indicators(document, THIS)["jobs"]
    assert (jobs["value"], jobs["mark"], jobs["source"], jobs["by"], jobs["evidence"]) == (
        "250", "50", "填报", "operator", "表",
    )  # fmt: skip
    kept = [item["value"] for item in document["entered"] if (item["indicator"], item["year"]) == ("jobs", THIS)]
    assert kept == ["100", "250"]
    assert indicators(document, LAST)["jobs"]["value"] is None
    assert client.get("/v1/carriers/carrier-2/scorecards").json()["entered"] == []
    rows = services.audit.read(Viewer("local", Role.AUDITOR))
    assert [row.entry.action for row in rows].count("carrier.entered") >= 2


def test_two_years_are_compared_where_the_same_is_known(client: TestClient) -> None:
    told(client, "practices", "1", LAST)
    told(client, "practices", "2", THIS)
    document = client.get(f"{PATH}/scorecards").json()
    found = {item["name"]: item for item in document["changes"][0]["dimensions"]}
    assert found["改革创新力"] == {"name": "改革创新力", "before": "33.33", "after": "66.67", "by": "33.34"}


@pytest.mark.parametrize(
    ("indicator", "value", "year", "status"),
    [
        ("joined", "3", THIS, 422),
        ("nothing", "3", THIS, 422),
        ("shared_equipment", "3", THIS, 422),
        ("governed_firms", "100.5", THIS, 422),
        ("jobs", "-1", THIS, 422),
        ("jobs", "3", THIS + 1, 422),
        ("governed_firms", "100", THIS, 200),
    ],
)
def test_what_cannot_be_entered_is_refused(
    client: TestClient, indicator: str, value: str, year: int, status: int
) -> None:
    assert told(client, indicator, value, year).status_code == status


def test_a_value_without_evidence_and_a_party_that_is_no_carrier_are_refused(client: TestClient) -> None:
    body = {"year": THIS, "indicator": "jobs", "value": "1", "evidence": []}
    assert client.post(f"{PATH}/values", json=body).status_code == 422
    assert client.get("/v1/carriers/firm-1/scorecards").status_code == 404
    assert client.get("/v1/carriers/nowhere/scorecards").status_code == 404


def test_a_carrier_sees_and_enters_its_own_alone(services: Services) -> None:
    own = Viewer("local", Role.CARRIER, "carrier-1")
    desk = CarrierDesk(services.store)
    assert desk.measured(own, "carrier-1", [THIS], DAY).carrier.id == "carrier-1"
    for carrier in ("carrier-2", "firm-1"):
        with pytest.raises(UnknownParty):
            desk.measured(own, carrier, [THIS], DAY)
        with pytest.raises(UnknownParty):
            desk.enter(own, EnteredValue(carrier, THIS, "jobs", Decimal(1), now(), "甲", DAY, ("表",)))
    with pytest.raises(UnknownParty):
        desk.measured(Viewer("elsewhere"), "carrier-1", [THIS], DAY)


def test_records_give_what_they_hold_and_no_graduation_is_not_zero() -> None:
    tenants = tuple(Tenant(name, joined=date(THIS, 2, 1)) for name in ("a", "b"))
    results = ((date(THIS, 3, 1), Result("funded", "a", "bank", Decimal(300))),)
    found = Residents(tenants, results).of_year(THIS)
    assert {name: found[name] for name in ("tenants_joined", "funded_tenants", "funded_wan")} == {
        "tenants_joined": 2, "funded_tenants": 1, "funded_wan": 300,
    }  # fmt: skip
    assert "tenants_graduated" not in found
    assert Residents(tenants, results).of_year(THIS - 1) == {}


def test_the_report_says_what_is_missing_and_what_is_assumed(client: TestClient) -> None:
    document = client.get(f"{PATH}/scorecards").json()
    report = Document(BytesIO(client.get(f"{PATH}/scorecards.docx").content))
    cells = [row.cells for row in report.tables[1].rows[1:]]
    lacking = [row[1].text for row in cells if row[3].text == "待补充"]
    assert lacking == document["years"][1]["missing"]
    assert any("指标、权重与满分值为约定" in paragraph.text for paragraph in report.paragraphs)


def test_a_target_is_told_for_what_is_computed_too_and_before_its_year(client: TestClient) -> None:
    for indicator, year in (("joined", THIS), ("jobs", THIS), ("jobs", THIS + 1)):
        body = {"kind": "target", "year": year, "indicator": indicator, "value": "400", "evidence": ["实施方案"]}
        assert client.post(f"{PATH}/values", json=body).status_code == 200
    far = {"kind": "target", "year": THIS + 6, "indicator": "jobs", "value": "1", "evidence": ["实施方案"]}
    assert client.post(f"{PATH}/values", json=far).status_code == 422
    found = indicators(client.get(f"{PATH}/scorecards").json(), THIS)
    assert (found["joined"]["target"], found["joined"]["value"], found["jobs"]["target"]) == ("400", None, "400")
    assert found["practices"]["target"] is None


def test_one_or_two_industries_are_in_focus_and_no_more(client: TestClient) -> None:
    kind = "高新技术产业"

    def told_focus(*codes: str, category: str = kind):
        body = {"industries": [{"industry": code, "category": category} for code in codes]}
        return client.post(f"{PATH}/focus", json=body)

    assert client.get(f"{PATH}/scorecards").json()["focus"] is None
    assert told_focus("2770", "C27", "26").status_code == 422
    assert told_focus().status_code == 422
    assert told_focus("9999").status_code == 422
    assert told_focus("2770", category="好产业").status_code == 422
    focus = told_focus("C27", "2770").json()["focus"]
    assert [(item["industry"], item["category"]) for item in focus["industries"]] == [("27", kind), ("2770", kind)]
    listed = client.get("/v1/carriers").json()["carriers"]
    assert [(item["id"], item["focus"] is None) for item in listed] == [("carrier-1", False), ("carrier-2", True)]


def test_tenants_in_focus_are_counted_where_the_focus_is_known() -> None:
    tenants = (Tenant("a", "2770", joined=date(THIS, 2, 1)), Tenant("b", "6511", joined=date(THIS, 2, 1)))
    residents = Residents(tenants, ())
    assert "tenants_in_focus_pct" not in residents.of_year(THIS)
    assert residents.of_year(THIS, focus=Focus({"27": "高新技术产业"}))["tenants_in_focus_pct"] == 50
    assert residents.of_year(THIS, until=date(THIS, 1, 31)) == {}, "who moved in later is not there yet"


OWN = (
    built_in_content()
    .decode()
    .replace("id: carriers.general", f"id: carriers.own\nsince: {THIS}")
    .replace("label: 当年带动就业, unit: 人, weight: 20, full: 500", "label: 新增, unit: 人, weight: 20, full: 1000")
)  # fmt: skip


def test_a_province_replaces_the_measures_for_its_years_and_the_versions_stay(tmp_path: Path) -> None:
    with services_in(tmp_path) as services, TestClient(create_app(services, warming=False)) as client:
        services.store.parties.upsert_many(services.viewer, [a_carrier("carrier-1")])
        for year in (LAST, THIS):
            assert told(client, "jobs", "500", year).status_code == 200
        made = client.post("/v1/measures", json={"content": OWN, "file": "本省.yaml"})
        assert made.status_code == 201, made.text
        assert (made.json()["own"], made.json()["since"], made.json()["content"]) == (True, THIS, OWN)
        document = client.get(f"{PATH}/scorecards").json()
        versions = client.get("/v1/measures").json()
        again = client.post("/v1/measures", json={"content": OWN}).json()
        kept = client.get("/v1/measures").json()["count"]
        old = client.get(f"/v1/measures/{versions['measures'][-1]['version']}").json()

    assert [indicators(document, year)["jobs"]["mark"] for year in (LAST, THIS)] == ["100", "50"]
    assert [item["measures"] for item in document["years"]] == [old["version"], made.json()["version"]]
    assert {item["by"] for item in document["changes"][0]["dimensions"]} == {None}, "measured otherwise, not compared"
    assert versions["in_force"] == again["version"] == made.json()["version"]
    assert (versions["count"], kept, old["own"]) == (2, 2, False)


@pytest.mark.parametrize(
    ("content", "said_of_it"),
    [
        (OWN.replace("weight: 20, full: 1000", "weight: 0, full: 1000"), ("第 ", "weight 为 0")),
        (OWN.replace("computed: partners", "computed: partner"), ("是否想写 partners",)),
        (OWN.replace("name: 辐射带动力", "name: 改革创新力"), ("缺少维度 辐射带动力",)),
        (OWN.replace(f"since: {THIS}", "since: 1999"), ("since 为 1999",)),
        (built_in_content().decode(), ("内置",)),
        ("id: [", ("本省.yaml",)),
    ],
)
def test_a_faulty_file_of_measures_is_refused_with_the_places(
    client: TestClient, content: str, said_of_it: tuple[str, ...]
) -> None:
    answer = client.post("/v1/measures", json={"content": content, "file": "本省.yaml"})
    assert answer.status_code == 422
    assert [said for said in said_of_it if said not in answer.json()["detail"]] == []


def test_a_carrier_does_not_replace_what_it_is_measured_by(services: Services) -> None:
    shelf = CarrierDesk(services.store).measures
    with pytest.raises(Forbidden):
        shelf.write(Viewer("local", Role.CARRIER, "carrier-1"), "a.yaml", OWN, now(), "甲")
    with pytest.raises(UnknownMeasures):
        shelf.of(services.viewer, "nothing")


def test_the_report_draws_a_radar_where_enough_is_known(client: TestClient) -> None:
    for indicator in ("practices", "jobs", "governed_firms", "trained_firms"):
        assert told(client, indicator, "40").status_code == 200
    content = client.get(f"{PATH}/scorecards.docx?year={THIS}").content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        chart = archive.read("word/charts/chart1.xml").decode()
        body = archive.read("word/document.xml").decode()
    assert "<c:radarChart>" in chart
    assert '<c:dispBlanksAs val="gap"/>' in chart
    points = chart.split("<c:val>")[1].split("</c:val>")[0]
    document = client.get(f"{PATH}/scorecards?year={THIS}").json()
    marks = document["radar"]["years"][0]["marks"]
    drawn = {int(found[1]): found[2] for found in re.finditer(r'<c:pt idx="(\d+)"><c:v>([^<]*)</c:v>', points)}
    assert {place: Decimal(said) for place, said in drawn.items() if said} == {
        place: Decimal(mark) for place, mark in enumerate(marks) if mark is not None
    }
    assert f"未知而未画出：{THIS} 年" in body


def test_from_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with services_in(tmp_path) as services:
        services.store.parties.upsert_many(services.viewer, [a_carrier("carrier-1")])

    def run(*arguments: str) -> str:
        app(["--data", str(tmp_path), "carrier", *arguments], standalone_mode=False)
        return capfd.readouterr().out

    assert "已登记" in run("enter", "carrier-1", "jobs", "250", "--year", str(THIS), "--evidence", "表", "--by", "张某")
    file = tmp_path / "report.docx"
    shown = run("show", "carrier-1", "--out", str(file))
    assert "产业集聚度" in shown
    assert "待补充" in shown
    assert Document(str(file)).tables
    assert "目标" in run("enter", "carrier-1", "joined", "9", "--year", str(THIS), "--evidence", "方案", "--target")
    assert "医药制造业（高新技术产业）" in run("focus", "carrier-1", "27=高新技术产业")
    own = tmp_path / "own.yaml"
    run("measures", "--out", str(own))
    own.write_text(own.read_text("utf-8").replace("id: carriers.general", "id: carriers.own"), "utf-8")
    assert "今年所用" in run("measures", "--file", str(own))
    document = json.loads(run("show", "carrier-1", "--format", "json"))
    assert document["measures"]["id"] == "carriers.own"
    assert sorted(item["by"] for item in document["entered"]) == ["命令行", "张某"]
    assert datetime.fromisoformat(document["entered"][0]["at"]).astimezone(UTC) <= now()
