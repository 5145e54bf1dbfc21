"""Carriers measured over HTTP and from the command line: computed, entered, unknown; year beside year; who may."""

import json
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
from api.main import create_app
from api.store.carriers import EnteredValue
from matcher.carriers.facts import Result, Tenant
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
    lacking = [row[1].text for row in cells if row[2].text == "待补充"]
    assert lacking == document["years"][1]["missing"]
    assert any("指标、权重与满分值为约定" in paragraph.text for paragraph in report.paragraphs)


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
    document = json.loads(run("show", "carrier-1", "--format", "json"))
    assert [item["by"] for item in document["entered"]] == ["张某"]
    assert datetime.fromisoformat(document["entered"][0]["at"]).astimezone(UTC) <= now()
