"""Over HTTP: a trial writes nothing, problem rows come as a workbook, imports are taken back, templates used."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.bootstrap import Services, build_services
from api.indexing.waking import Polling
from api.jobs.worker import Worker
from api.jobs.working import handlers_of
from api.main import create_app
from api.routes.import_templates import TemplatesAnswer
from api.routes.import_work import ImportsAnswer, TrialAnswer, UndoneAnswer
from api.settings import AccessMode, Settings
from matcher.fields import PartyKind

CSV = "企业名称,从业人员\n甲有限公司,12\n乙有限公司,很多\n,3\n".encode()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with build_services(Settings.load(data=tmp_path / "data", database_url=None, access=AccessMode.OPEN)) as made:
        yield made


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services, warming=False)) as made:
        yield made


def sent(client: TestClient, path: str, **headers: str) -> dict[str, object]:
    files, data = {"file": ("名录.csv", CSV)}, {"kind": "enterprise"}
    answer = client.post(path, files=files, data=data, headers=headers)
    assert answer.is_success, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_trial_says_what_would_come_and_writes_nothing(client: TestClient, services: Services) -> None:
    found = TrialAnswer.model_validate(sent(client, "/v1/imports/trial"))
    assert (found.counts["new"], found.counts["rejected"], found.counts["doubtful"]) == (2, 1, 1)
    assert services.store.parties.count(services.viewer, PartyKind.ENTERPRISE) == 0
    assert client.get("/v1/imports").json() == {"count": 0, "imports": []}


def test_an_import_of_the_background_is_listed_and_taken_back(client: TestClient, services: Services) -> None:
    job = sent(client, "/v1/imports", Prefer="respond-async")
    worker = Worker(services.store.leases, handlers_of(services.settings, services.store), Polling())
    assert worker.run_one()
    result = client.get(f"/v1/jobs/{job['id']}").json()["result"]
    listed = ImportsAnswer.model_validate(client.get("/v1/imports").json())
    assert [item.id for item in listed.imports] == [result["import"]]
    book = client.get(f"/v1/imports/{result['import']}/problems.xlsx")
    assert book.content.startswith(b"PK")
    assert "filename*=UTF-8''" in book.headers["content-disposition"]
    assert services.store.parties.count(services.viewer, PartyKind.ENTERPRISE) == 2
    undone = UndoneAnswer.model_validate(client.post(f"/v1/imports/{result['import']}/undo").json())
    assert (undone.restored, undone.removed, undone.kept) == (0, 2, 0)
    assert services.store.parties.count(services.viewer, PartyKind.ENTERPRISE) == 0
    assert client.get(f"/v1/imports/{result['import']}").json()["counts"]["undone"] == 2


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.post("/v1/imports/none/undo").status_code == 404
    assert client.get("/v1/imports/none/problems.xlsx").status_code == 404


def test_an_import_that_was_answered_at_once_is_taken_back_too(client: TestClient, services: Services) -> None:
    done = sent(client, "/v1/imports")
    assert services.store.parties.count(services.viewer, PartyKind.ENTERPRISE) == 2
    undone = UndoneAnswer.model_validate(client.post(f"/v1/imports/{done['id']}/undo").json())
    assert (undone.restored, undone.removed, undone.kept) == (0, 2, 0)
    assert services.store.parties.count(services.viewer, PartyKind.ENTERPRISE) == 0


def test_a_template_says_which_heading_fills_which_field(client: TestClient, services: Services) -> None:
    columns = {"企业名称": "name", "从业人员": "", "人": "headcount"}
    body = {"name": "园区名录", "kind": "enterprise", "columns": columns}
    made = client.post("/v1/import-templates", json=body).json()
    assert client.post("/v1/import-templates", json=body | {"columns": {"企": "nothing"}}).status_code == 422
    listed = TemplatesAnswer.model_validate(client.get("/v1/import-templates").json())
    assert [(item.name, item.columns) for item in listed.templates] == [("园区名录", columns)]
    content = "企业名称,从业人员,人\n甲有限公司,12,7\n".encode()
    data = {"kind": "enterprise", "template": made["id"]}
    trial = client.post("/v1/imports/trial", files={"file": ("一.csv", content)}, data=data).json()
    assert trial["counts"]["new"] == 1
    assert client.post("/v1/imports", files={"file": ("一.csv", content)}, data=data).status_code == 201
    ((_, party),) = next(services.store.parties.iterate(services.viewer))
    assert party.values["headcount"] == 7
    other = client.post("/v1/imports", files={"file": ("一.csv", content)}, data=data | {"kind": "carrier"})
    assert (other.status_code, "园区名录" in other.json()["detail"]) == (422, True)
    assert client.delete(f"/v1/import-templates/{made['id']}").status_code == 204
    gone = client.post("/v1/imports/trial", files={"file": ("一.csv", content)}, data=data)
    assert gone.status_code == 404
