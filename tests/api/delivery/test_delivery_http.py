"""Delivery and outcomes over HTTP, and the same from the command line."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from docx import Document
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.main import app
from api.delivery.headings import LIST
from api.errors import ServiceError
from api.main import create_app
from api.routes.outcome_answers import (
    DeliveredAnswer,
    FunnelsAnswer,
    HistoryAnswer,
    ListsAnswer,
    RemindersAnswer,
    ResultsAnswer,
    ReturnAnswer,
)
from api.settings import Settings
from api.store.store import Store, open_store
from matcher.errors import MatcherError
from tests.api.delivery.books import filled, saved, sheets_of
from tests.api.delivery.worlds import BANKS, a_campaign
from tests.fakes.services import FakeServices, fake_services


@dataclass
class DeliveryServices(FakeServices):
    """Fakes but for what delivery needs: campaigns over a real store."""

    campaigns: Any = None


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    data.mkdir()
    opened = open_store(Settings.load(data=data).store_url)
    yield opened
    opened.close()


@pytest.fixture
def client(data: Path, store: Store) -> Iterator[TestClient]:
    fake = fake_services(data)
    services = DeliveryServices(fake.settings, fake.store, fake.matchmaker, campaigns=SimpleNamespace(store=store))
    with TestClient(create_app(services, warming=False)) as client:
        yield client


def test_from_approved_lists_to_a_report(client: TestClient, store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)[0].id
    run, base = f"/v1/campaigns/{campaign}/runs/1", f"/v1/campaigns/{campaign}"
    for _ in range(2):
        found = DeliveredAnswer.model_validate(client.post(f"{run}/deliver", json={"by": "科长"}).json())
        assert found.run.state == "delivered"
    assert found.pushed == 0
    listed = ListsAnswer.model_validate(client.get(f"{run}/lists").json())
    assert {item.institution: item.count for item in listed.lists} == dict.fromkeys(BANKS, 3)
    answer = client.get(f"{run}/list.xlsx", params={"institution": BANKS[0]})
    assert unquote(answer.headers["content-disposition"]).endswith(f"首贷扩面演示-{BANKS[0]}.xlsx")
    sent = tmp_path / "list.xlsx"
    sent.write_bytes(answer.content)
    lines = sheets_of(sent)[LIST]
    back = saved(tmp_path / "back.xlsx", {LIST: filled(lines, 1, 结果="已受理")})
    for dry, added in ((True, 1), (False, 1), (False, 0)):
        given = {"campaign_id": campaign, "by": BANKS[0], "dry": str(dry).lower()}
        report = client.post("/v1/returns", data=given, files={"file": ("back.xlsx", back.read_bytes())})
        assert report.status_code == 200, report.text
        assert ReturnAnswer.model_validate(report.json()).added == added
    body = {"outcomes": [
        {"assignment_id": lines[1][0], "state": "approved", "by": BANKS[0], "amount_wan": "300", "rate_pct": "3.65"},
        {"assignment_id": lines[2][0], "state": "refused", "by": BANKS[0]},
    ]}  # fmt: skip
    results = ResultsAnswer.model_validate(client.post(f"{base}/outcomes", json=body).json())
    assert (results.added, results.same, results.refused) == (1, 0, 1)
    assert results.results[1].error is not None
    assert "原因" in results.results[1].error.detail
    again = ResultsAnswer.model_validate(client.post(f"{base}/outcomes", json=body).json())
    assert (again.added, again.same, again.refused) == (0, 1, 1)
    history = client.get(f"{base}/outcomes", params={"assignment": lines[1][0]}).json()
    assert [event.state for event in HistoryAnswer.model_validate(history).events] == ["pushed", "accepted", "approved"]
    funnels = FunnelsAnswer.model_validate(client.get(f"{base}/funnel", params={"group_by": "institution"}).json())
    assert funnels.synthetic
    assert [step.count for step in funnels.funnel.steps] == [6, 1, 1, 1, 1]
    assert {group.value for group in funnels.groups} == set(BANKS)
    due = RemindersAnswer.model_validate(client.get(f"{base}/reminders", params={"at": "2027-03-01"}).json())
    assert due.count == 5 * 3
    assert client.get(f"{base}/reminders").json()["count"] == 0
    letter = client.get(f"{run}/letter.docx", params={"seeker": "uscc-1"})
    assert "示例企业1：" in [paragraph.text for paragraph in Document(BytesIO(letter.content)).paragraphs]
    with zipfile.ZipFile(BytesIO(client.get(f"{run}/bundle.zip").content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 10
    assert Document(BytesIO(client.get(f"{base}/report.docx").content)).tables


def test_what_is_not_there_or_not_ready_is_refused(client: TestClient, store: Store) -> None:
    campaign = a_campaign(store)[0].id
    run = f"/v1/campaigns/{campaign}/runs/1"
    body = {"outcomes": [{"assignment_id": "x", "state": "accepted", "by": "y"}]}
    assert client.post("/v1/campaigns/none/outcomes", json=body).status_code == 404
    for path in ("funnel", "reminders", "report.docx", "runs/1/lists", "runs/1/bundle.zip", "runs/1/list.xlsx"):
        assert client.get(f"/v1/campaigns/none/{path}").status_code == 404
    assert client.get(f"{run}/list.xlsx", params={"institution": "none"}).status_code == 404
    assert client.get(f"{run}/letter.docx", params={"seeker": "none"}).status_code == 404
    assert client.get(f"/v1/campaigns/{campaign}/outcomes", params={"assignment": "none"}).status_code == 404
    for wrong in (
        {"state": "pushed"}, {"amount_wan": "-1"}, {"amount_wan": "NaN"}, {"amount_wan": "1e400"}, {"rate_pct": 101},
        {"at": "1900-01-01T00:00:00Z"}, {"at": "2026-11-24"}, {"reason": "长" * 501}, {"more": 1},
    ):  # fmt: skip
        item = {"assignment_id": "x", "state": "accepted", "by": "y"} | wrong
        answer = client.post(f"/v1/campaigns/{campaign}/outcomes", json={"outcomes": [item]})
        assert answer.status_code == 422, wrong
    for content in (b"", b"PK\x03\x04", b"a,b\n1,2", "名单".encode()):
        given = {"campaign_id": campaign}
        answer = client.post("/v1/returns", data=given, files={"file": ("a.xlsx", content)})
        assert answer.status_code == 422, content
        assert answer.json()["code"] == "import_refused"


def command(data: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--data", str(data), *words])
    if isinstance(result.exception, MatcherError | ServiceError):
        return 2, str(result.exception)
    return result.exit_code, result.output


def test_the_same_from_the_command_line(data: Path, store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)[0].id
    assert command(data, "deliver", campaign, "1", "--by", "科长") == (0, "本次推送 6 个名单项\n")
    sent, bundle, report = tmp_path / "a.xlsx", tmp_path / "a.zip", tmp_path / "a.docx"
    assert command(data, "export", campaign, "1", "--out", str(sent), "--institution", BANKS[0])[0] == 0
    assert command(data, "export", campaign, "1", "--out", str(bundle))[0] == 0
    assert zipfile.ZipFile(bundle).testzip() is None
    lines = sheets_of(sent)[LIST]
    back = saved(tmp_path / "b.xlsx", {LIST: filled(filled(lines, 1, 结果="已受理"), 2, 结果="已拒绝")})
    code, said = command(data, "returns", campaign, str(back))
    assert code == 1
    assert "问题 1 处" in said
    code, said = command(data, "returns", campaign, str(back), "--partial", "--format", "json")
    assert (code, json.loads(said)["added"]) == (1, 1)
    assert command(data, "outcome", campaign, lines[1][0], "approved", "--by", "行", "--amount-wan", "300") == (
        0,
        "已登记\n",
    )
    assert command(data, "outcome", campaign, lines[1][0], "viewed", "--by", "行")[0] == 2
    assert command(data, "outcome", campaign, lines[1][0], "approved", "--by", "行", "--amount-wan", "x")[0] == 2
    funnel = json.loads(command(data, "funnel", campaign, "--group-by", "institution", "--format", "json")[1])
    assert set(funnel) == {"全部", *BANKS}
    assert "示例银行" in command(data, "funnel", campaign, "--group-by", "institution")[1]
    assert len(json.loads(command(data, "reminders", campaign, "--at", "2027-03-01", "--format", "json")[1])) == 15
    assert "已逾期" in command(data, "reminders", campaign, "--at", "2027-03-01")[1]
    assert command(data, "report", campaign, "--out", str(report))[0] == 0
    assert Document(str(report)).paragraphs
    assert command(data, "report", "none", "--out", str(report))[0] == 2
