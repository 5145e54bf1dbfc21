"""A file over HTTP: what came in, what did not and why; a file that is no table is refused whole."""

import hashlib
import io
import zipfile
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.routes.answers import ImportAnswer, ImportReportAnswer
from api.routes.uploads import shown_name
from tests.fakes.services import FakeServices

CSV = "企业名称,注册资本,从业人员\n甲有限公司,500万元人民币,12\n乙有限公司,100美元,30\n,3万元,1\n".encode()


def send(client: TestClient, content: bytes, name: str = "名录.csv", **form: str) -> object:
    data = {"kind": "enterprise"} | form
    return client.post("/v1/imports", files={"file": (name, content)}, data=data)


def test_rows_come_in_and_problems_are_reported(client: TestClient, services: FakeServices) -> None:
    response = send(client, CSV, source="市监局", observed_on="2026-10-01")
    report = response.json()
    assert response.status_code == 201
    ImportReportAnswer.model_validate(report)
    assert (report["file_name"], report["sha256"]) == ("名录.csv", hashlib.sha256(CSV).hexdigest())
    assert (report["counts"]["rows"], report["counts"]["new"], report["counts"]["rejected"]) == (3, 2, 1)
    assert report["counts"]["doubtful"] == 1
    by_name = {party.name: party for party in services.store.parties.rows.values()}
    first = by_name["甲有限公司"].facts["registered_capital_wan"]
    assert (first.value, first.source, first.observed_on.isoformat()) == (Decimal(500), "市监局", "2026-10-01")
    assert "registered_capital_wan" not in by_name["乙有限公司"].facts
    assert [(row["line"], row["rejected"]) for row in report["examples"]] == [(3, False), (4, True)]
    assert report["examples"][0]["problems"][0]["column"] == "注册资本"


def test_the_problem_file_can_be_fetched(client: TestClient) -> None:
    report = send(client, CSV).json()
    response = client.get(f"/v1/imports/{report['id']}/problems.csv")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "乙有限公司" in lines[1]
    assert response.headers["content-disposition"].startswith("attachment")


def test_an_import_can_be_looked_up(client: TestClient) -> None:
    report = send(client, CSV).json()
    found = client.get(f"/v1/imports/{report['id']}").json()
    ImportAnswer.model_validate(found)
    assert found["counts"] == report["counts"]
    assert client.get("/v1/imports/none").json()["code"] == "unknown_import"
    assert client.get("/v1/imports/none/problems.csv").json()["code"] == "unknown_import"


def test_without_problems_there_is_no_problem_file(client: TestClient) -> None:
    report = send(client, "企业名称\n甲有限公司\n".encode()).json()
    assert report["examples"] == []
    response = client.get(f"/v1/imports/{report['id']}/problems.csv")
    assert (response.status_code, response.json()["code"]) == (404, "no_problems")


def test_importing_twice_changes_nothing(client: TestClient) -> None:
    send(client, CSV, observed_on="2026-10-01")
    again = send(client, CSV, observed_on="2026-10-01").json()["counts"]
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2)


@pytest.mark.parametrize("headers", [{}, {"Prefer": "respond-async"}])
def test_a_file_sent_again_under_its_key_is_answered_again(
    client: TestClient, services: FakeServices, headers: dict[str, str]
) -> None:
    """A form's bytes differ each time (its boundary): the file and what was said of it tell whether it is the same."""

    def post(content: bytes, **form: str) -> Response:
        files, data = {"file": ("名录.csv", content)}, {"kind": "enterprise"} | form
        return client.post("/v1/imports", files=files, data=data, headers=headers | {"Idempotency-Key": "file-1"})

    first, again = post(CSV), post(CSV)
    assert first.status_code == (202 if headers else 201)
    assert (again.content, again.status_code) == (first.content, first.status_code)
    assert again.headers.get("location") == first.headers.get("location")
    assert (again.headers["idempotency-replayed"], len(services.store.imports.rows)) == ("true", 1)
    for other in (post(CSV + b"\n"), post(CSV, source="市监局")):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_row_with_one_column_too_many_is_rejected_and_the_rest_comes_in(client: TestClient) -> None:
    report = send(client, "企业名称,从业人员\n甲有限公司,12,多余\n乙有限公司,30\n".encode()).json()
    assert (report["counts"]["new"], report["counts"]["rejected"]) == (1, 1)


def truncated_workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 1000)
    return buffer.getvalue()[:200]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        truncated_workbook(),
        b"PK\x03\x04",
        b"\x00" * 1000,
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
        "甲,乙\n1,2\n".encode(),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_leaves_a_record(
    client: TestClient, services: FakeServices, content: bytes
) -> None:
    before = dict(services.store.parties.rows)
    response = send(client, content, "broken.xlsx")
    assert (response.status_code, response.json()["code"]) == (422, "import_refused")
    assert services.store.parties.rows == before
    assert [record.counts for record in services.store.imports.rows.values()] == [{"refused": 1}]


def test_nothing_is_left_behind_on_disk(client: TestClient, services: FakeServices) -> None:
    send(client, b"")
    send(client, CSV)
    assert list((services.settings.data / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"kind": "enterprises"}, "#/kind"),
        ({"observed_on": "today"}, "#/observed_on"),
        ({"surprise": "1"}, "#/surprise"),
    ],
)
def test_a_wrong_form_names_the_part(client: TestClient, form: dict[str, str], pointer: str) -> None:
    problem = send(client, CSV, **form).json()
    assert [item["pointer"] for item in problem["errors"]] == [pointer]


def test_a_form_without_a_file(client: TestClient) -> None:
    response = client.post("/v1/imports", files={"other": ("a.csv", CSV)}, data={"kind": "enterprise"})
    assert response.status_code == 422
    assert {item["pointer"] for item in response.json()["errors"]} == {"#/file", "#/other"}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=other", 422),
        ("text/csv", 415),
        ("application/json", 415),
    ],
)
def test_a_body_that_is_no_form(client: TestClient, content_type: str, status: int) -> None:
    response = client.post("/v1/imports", content=b"--x\r\nbroken", headers={"Content-Type": content_type})
    assert response.status_code in {status, 400}
    assert response.headers["content-type"] == "application/problem+json"


def test_two_files_at_once_are_refused(client: TestClient) -> None:
    files = [("file", ("a.csv", CSV)), ("file", ("b.csv", CSV))]
    assert client.post("/v1/imports", files=files, data={"kind": "enterprise"}).status_code == 400


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\甲\\名录 (1).xlsx", "名录 (1).xlsx"),
        ("a\r\nSet-Cookie: b", "a__Set-Cookie_ b"),
        ("", "未命名"),
        ("..", ".."),
        ("/", "未命名"),
        ("甲" * 500 + ".csv", "甲" * 196 + ".csv"),
        ("\ud800.csv", "_.csv"),
    ],
)
def test_a_clients_file_name_is_only_shown(given: str, shown: str) -> None:
    assert shown_name(given) == shown
