"""Formulas, paths, SQL and scripts in every text that can be written: kept as they are, and never more than texts.

Everything is written through its door, a payload a field; then every list, every file to download and the folder of
the data are looked through.
"""

import csv
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from fastapi.testclient import TestClient
from httpx2 import Response

from api.access.viewers import Role
from api.settings import DATABASE_FILE, AccessMode
from api.store.campaign_rows import Campaign
from matcher.offers import OfferKind
from tests.api.access.planted import AT
from tests.api.access.test_matrix import Bodies
from tests.api.campaigns.worlds import PLAN
from tests.api.delivery.worlds import VIEWER, a_row
from tests.api.hardening.payloads import FORMULAS, ODD, PAYLOADS, SCRIPTS, SQL
from tests.api.hardening.worlds import World, world

KUNSHAN = "pipeline.kunshan-angel"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WRITTEN_BY_US = re.compile(r"\s*(PAGE|NUMPAGES)\s*")
_NUMBER = re.compile(r"[+-]?[\d.,]+%?")


@dataclass
class Doors:
    """The application as people of each role reach it."""

    here: World
    client: TestClient
    cookies: dict[Role, dict[str, str]]
    campaign: Campaign

    def ask(self, method: str, path: str, role: Role = Role.OPERATOR, **given: Any) -> Response:
        self.client.cookies.clear()
        return self.client.request(method, path, headers=self.cookies[role], **given)

    def written(self, method: str, path: str, role: Role = Role.OPERATOR, **given: Any) -> Any:
        answer = self.ask(method, path, role, **given)
        assert answer.status_code in {200, 201, 422}, (method, path, given, answer.text)
        return answer.json() if answer.status_code < 300 else None


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder around the data folder: nothing may be written there."""
    return tmp_path_factory.mktemp("around")


@pytest.fixture(scope="module")
def doors(around: Path) -> Iterator[Doors]:
    with (
        world(around / "deep" / "data", AccessMode.ACCOUNTS) as here,
        TestClient(here.app, raise_server_exceptions=False, follow_redirects=False) as client,
    ):
        made = Doors(here, client, {role: here.cookie(role) for role in Role}, listed(here))
        everything_written(made)
        yield made


def listed(here: World) -> Campaign:
    """A campaign whose own words, banks and enterprises are payloads, pushed to all."""
    store = here.services.store
    words = yaml.safe_load(PLAN) | {"name": FORMULAS[0], "purpose": PAYLOADS[-2], "approver": SQL[0]}
    words["basis"] |= {"document": PAYLOADS[-4], "article": FORMULAS[3], "quote": "<b>&</b>"}
    campaign = store.campaigns.create(
        VIEWER, FORMULAS[0], yaml.safe_dump(words, allow_unicode=True, default_flow_style=False), AT
    )
    run = store.campaigns.new_run(VIEWER, campaign.id, AT)
    store.campaigns.note(run, frozen={"at": "2026-11-22", "offers": "v1", "software": "0"})
    names = (*PAYLOADS, *ODD)
    rows = [a_row(campaign, run, number, name, OfferKind.LOAN, name) for number, name in enumerate(names)]
    rows = [
        replace(row, match=row.match | {"seeker": row.match["seeker"] | {"name": name}})
        for row, name in zip(rows, names, strict=True)
    ]
    store.campaigns.decide(run, {"assigned": len(rows)}, rows, AT)
    store.campaigns.approve(VIEWER, campaign.id, run.number, SQL[0], AT)
    return campaign


def everything_written(doors: Doors) -> None:
    """Each payload through each door that takes a text."""
    run = f"/v1/campaigns/{doors.campaign.id}/runs/1"
    assert doors.written("POST", f"{run}/deliver", json={"by": FORMULAS[0]}) is not None
    ids = [row.id for batch in doors.here.services.store.campaigns.assignments(the_run(doors)) for row in batch]
    for number, payload in enumerate((*PAYLOADS, *ODD)):
        party_written(doors, number, payload)
        said_of_people(doors, number, payload)
        deals_written(doors, payload)
        if number % 3 == 0:
            costly_written(doors, payload)
        outcome = {"assignment_id": ids[number], "state": "refused", "by": payload, "reason": payload}
        doors.written("POST", f"/v1/campaigns/{doors.campaign.id}/outcomes", json={"outcomes": [outcome]})


def the_run(doors: Doors) -> Any:
    return doors.here.services.store.campaigns.run(VIEWER, doors.campaign.id, 1)


def party_written(doors: Doors, number: int, payload: str) -> None:
    facts = {name: {"value": payload, "source": payload} for name in ("main_business", "legal_representative")}
    body = {"kind": "enterprise", "name": payload, "source": payload, "facts": facts}
    doors.written("PUT", f"/v1/parties/p{number}", json=body)
    doors.written("PUT", f"/v1/parties/n{number}", json={"kind": "enterprise", "name": payload})
    doors.written("PUT", f"/v1/offers/own-{number}", Role.INSTITUTION, json={
        "kind": "loan", "name": payload, "summary": payload, "focus": payload, "audience": ["enterprise"], "terms": {},
    })  # fmt: skip
    table = io.StringIO()
    csv.writer(table).writerows(
        [["企业名称", "主营业务", "职工人数", payload], [payload, payload, payload, payload], [f"甲{payload}"] * 4]
    )
    doors.written("POST", "/v1/imports", data={"kind": "enterprise", "source": "测试"},
                  files={"file": (payload, table.getvalue().encode(), "text/csv")})  # fmt: skip


def said_of_people(doors: Doors, number: int, payload: str) -> None:
    doors.written(
        "POST", "/v1/accounts", Role.ADMIN, json={"login": f"who-{number}", "role": "operator", "name": payload}
    )
    doors.written("POST", "/v1/accounts", Role.ADMIN, json={"login": payload, "role": "operator"})
    doors.written("POST", "/v1/keys", json={"name": payload, "permissions": ["job.read"]})
    review = doors.written("POST", "/v1/reviews", Role.ENTERPRISE, json={"subject": payload, "reason": payload})
    if review is not None:
        doors.written("POST", f"/v1/reviews/{review['id']}/answer", json={"answer": payload})


def deals_written(doors: Doors, payload: str) -> None:
    doors.written("POST", "/v1/funds", json={"pipeline": KUNSHAN, "name": payload})
    doors.written(
        "POST",
        "/v1/deals",
        json={"pipeline": KUNSHAN, "name": payload, "role": "manager", "why": payload, "evidence": [payload]},
    )


def costly_written(doors: Doors, payload: str) -> None:
    """Doors that read or rank at length: a third of the payloads is enough for them."""
    doors.written("POST", "/v1/needs", json={"text": f"想贷款300万，体外诊断 {payload}", "party_id": "local-ent"})
    plan = yaml.safe_dump(
        yaml.safe_load(PLAN) | {"name": payload, "purpose": payload, "approver": payload}, allow_unicode=True
    )
    doors.written("POST", "/v1/campaigns", json={"plan": plan})
    assert doors.ask("POST", "/v1/pipelines", json={"content": f"id: {payload}\nname: {payload}\n"}).status_code in {
        400,
        422,
    }


def test_texts_are_kept_as_they_came(doors: Doors) -> None:
    kept = [doors.ask("GET", f"/v1/parties/n{number}").json()["name"] for number in range(len(PAYLOADS))]
    assert kept == list(PAYLOADS)


def test_no_list_is_a_page_or_a_fault(doors: Doors) -> None:
    """Every GET operation, each text parameter a payload in turn: no page, no fault, nothing in a header."""
    document = doors.here.app.openapi()
    bodies = Bodies(document, doors.here.platform.ids | {"campaign_id": doors.campaign.id})
    wrong = []
    for path, item in document["paths"].items():
        for payload in (SQL[1], SCRIPTS[0], ODD[3]):
            if "get" not in item or path.endswith("/events"):
                continue
            asked = bodies.request("get", path)
            texts = {
                one["name"]: payload
                for one in item["get"].get("parameters", ())
                if one["in"] == "query" and takes_text(one)
            }
            answer = doors.ask("GET", asked["url"], params=asked["params"] | texts)
            kind = answer.headers.get("content-type", "")
            if answer.status_code >= 500 or "html" in kind or "x-injected" in answer.headers:
                wrong.append((path, payload, answer.status_code, kind, answer.text[:200]))
            if kind and answer.headers["x-content-type-options"] != "nosniff":
                wrong.append((path, payload, "may be sniffed"))
    assert wrong == []


def takes_text(parameter: dict[str, Any]) -> bool:
    return "string" in repr(parameter["schema"])


def test_sql_in_texts_is_text(doors: Doors) -> None:
    for payload in SQL:
        found = doors.ask("GET", "/v1/deals", params={"pipeline": payload})
        assert found.status_code in {404, 422} or found.json()["deals"] == []
        assert doors.ask("GET", f"/v1/offers/{payload}").status_code == 404
    with closing(sqlite3.connect(doors.here.services.settings.data / DATABASE_FILE)) as connection:
        for table, least in (("parties", len(PAYLOADS)), ("offers", 1), ("accounts", 1)):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= least


def test_no_file_that_leaves_holds_a_formula_a_script_or_a_way_out(doors: Doors) -> None:
    base = f"/v1/campaigns/{doors.campaign.id}"
    run = f"{base}/runs/1"
    paths = [f"{run}/list.xlsx", f"{run}/bundle.zip", f"{base}/report.docx"]
    for path in paths:
        answer = doors.ask("GET", path)
        assert answer.status_code == 200, (path, answer.text)
        assert "\n" not in answer.headers["content-disposition"]
        held_to_text(path, answer.content)
    for number, bank in list(enumerate((*PAYLOADS, *ODD)))[::6]:
        for path, who in (("list.xlsx", {"institution": bank}), ("letter.docx", {"seeker": f"uscc-{number}"})):
            answer = doors.ask("GET", f"{run}/{path}", params=who)
            assert answer.status_code == 200, (bank, answer.text)
            held_to_text(path, answer.content)


def test_problem_files_hold_no_formula(doors: Doors) -> None:
    listed = doors.ask("GET", "/v1/imports", params={"limit": 100}).json()["imports"]
    books = [
        doors.ask("GET", f"/v1/imports/{item['id']}/problems.{ending}") for item in listed for ending in ("csv", "xlsx")
    ]
    found = [answer.content for answer in books if answer.status_code == 200]
    assert len(found) >= len(PAYLOADS)
    for content in found:
        held_to_text("problems", content)
    assert {Path(item["file_name"]).name for item in listed} == {item["file_name"] for item in listed}


def test_nothing_is_written_outside_of_the_data_folder(doors: Doors, around: Path) -> None:
    assert [path.name for path in around.iterdir()] == ["deep"]
    assert [path.name for path in (around / "deep").iterdir()] == ["data"]
    assert not any(path.is_symlink() and not path.resolve().is_relative_to(around) for path in around.rglob("*"))


def held_to_text(name: str, content: bytes) -> None:
    """Look through a file by what it is; archives member by member."""
    if not content.startswith(b"PK"):
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            assert [cell for cell in row if cell[:1] in tuple("=+-@\t\r") and not _NUMBER.fullmatch(cell)] == [], name
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.namelist():
            plain = Path(member.replace("\\", "/"))
            assert not plain.is_absolute(), member
            assert not {"..", "~"} & set(plain.parts), member
            assert ":" not in member, member
            assert not re.search(r"externalLink|ddeLink|vbaProject|activeX|embeddings/ole", member), member
            inner = archive.read(member)
            if inner.startswith(b"PK"):
                held_to_text(member, inner)
            elif member.endswith((".xml", ".rels")):
                held_to_xml(member, inner)


def held_to_xml(member: str, content: bytes) -> None:
    """A part of a workbook or a document: well formed, no formula, no field but page numbers, nothing outside."""
    root = ElementTree.fromstring(content)
    for element in root.iter():
        kind = element.tag.rpartition("}")[2]
        assert element.tag != f"{SHEET}f", (member, element.text)
        assert kind not in {"script", "object", "ddeLink", "oleLink"}, (member, kind, element.text)
        told = element.text if kind == "instrText" else element.get(f"{WORD}instr")
        assert told is None or WRITTEN_BY_US.fullmatch(told), (member, told)
        assert element.get("TargetMode") != "External", (member, element.attrib)
