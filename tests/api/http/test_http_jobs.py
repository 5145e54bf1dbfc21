"""Background jobs over HTTP: seen, cancelled, and followed to their end over a real connection that may break."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from api.errors import StoreUnavailable
from api.exchange.jobs import rate_of, seconds_left
from api.routes import job_events
from api.routes.imports import prefers_async
from api.routes.job_events import last_seen
from api.routes.jobs import JobAnswer, JobsAnswer
from api.store.jobs import Job, JobState
from tests.api.http.conftest import serving
from tests.fakes.services import JOB, MOMENT, FakeServices, fake_services

RUNNING = replace(
    JOB, state=JobState.RUNNING, revision=3, done=600, total=1000, resumed_at=100, note="导入", attempts=2,
    started=MOMENT, updated=MOMENT + timedelta(seconds=5),
)  # fmt: skip
DONE = replace(
    RUNNING, state=JobState.DONE, revision=4, done=1000, note="", result={"counts": {"rows": 1000}},
    finished=MOMENT + timedelta(seconds=9),
)  # fmt: skip
CSV = "企业名称\n甲有限公司\n".encode()


def test_a_job_is_shown_with_its_rate_and_what_is_left(client: TestClient, services: FakeServices) -> None:
    services.store.jobs.rows = {"job": RUNNING}
    shown = client.get("/v1/jobs/job").json()
    JobAnswer.model_validate(shown)
    assert (shown["label"], shown["done"], shown["total"], shown["note"]) == ("进行中", 600, 1000, "导入")
    assert (shown["per_second"], shown["seconds_left"]) == (100.0, 4.0)
    assert client.get("/v1/jobs/none").json()["code"] == "unknown_job"
    assert client.get("/v1/jobs/none").status_code == 404


def test_what_cannot_be_told_is_null() -> None:
    assert rate_of(JOB) is None
    assert rate_of(replace(RUNNING, done=100)) is None, "nothing done yet in this attempt"
    assert seconds_left(replace(RUNNING, total=None)) is None
    assert seconds_left(DONE) is None
    assert rate_of(DONE) == 100.0


def test_jobs_are_listed_by_state(client: TestClient, services: FakeServices) -> None:
    services.store.jobs.rows = {"job": RUNNING, "done": replace(DONE, id="done")}
    found = client.get("/v1/jobs").json()
    JobsAnswer.model_validate(found)
    assert [job["id"] for job in found["jobs"]] == ["job", "done"]
    assert [job["id"] for job in client.get("/v1/jobs?state=done").json()["jobs"]] == ["done"]
    assert client.get("/v1/jobs?state=lost").status_code == client.get("/v1/jobs?limit=0").status_code == 422


def test_a_job_is_cancelled(client: TestClient, services: FakeServices) -> None:
    services.store.jobs.rows = {"job": JOB}
    assert client.post("/v1/jobs/job/cancel").json()["state"] == "cancelled"
    assert client.post("/v1/jobs/none/cancel").status_code == 404


def test_a_large_import_is_accepted_and_done_later(client: TestClient, services: FakeServices) -> None:
    response = client.post(
        "/v1/imports",
        files={"file": ("名录.csv", CSV)},
        data={"kind": "enterprise", "observed_on": "2026-10-01"},
        headers={"Prefer": "wait=5, respond-async", "X-Request-ID": "request-00001"},
    )
    job = response.json()
    JobAnswer.model_validate(job)
    assert (response.status_code, response.headers["location"]) == (202, f"/v1/jobs/{job['id']}")
    assert response.headers["preference-applied"] == "respond-async"
    queued = services.store.jobs.rows[job["id"]]
    assert queued.request_id == "request-00001"
    assert queued.arguments == {
        "import": "import0", "kind": "enterprise", "source": "名录.csv", "observed_on": "2026-10-01",
            "columns": {}, "by": "operator",
    }  # fmt: skip
    assert (services.settings.data / "jobs" / "import0" / "upload").read_bytes() == CSV
    assert list((services.settings.data / "uploads").iterdir()) == []
    assert len(services.store.parties.rows) == 1, "nothing is imported yet"


@pytest.mark.parametrize(("header", "wanted"), [(None, False), ("", False), ("return=minimal", False),
    ("respond-async", True), ("Respond-Async; x=1 , wait=10", True), ("respond-asynchronously", False)])  # fmt: skip
def test_the_preference_is_read_as_rfc_7240_says(header: str | None, wanted: bool) -> None:
    assert prefers_async(header) is wanted


@pytest.mark.parametrize(("header", "seen"), [(None, 0), ("", 0), ("3", 3), ("-1", 0), ("٣", 0), ("9" * 13, 0)])
def test_an_event_id_that_is_not_ours_is_none(header: str | None, seen: int) -> None:
    assert last_seen(header) == seen


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeServices, str]]:
    services = fake_services(tmp_path_factory.mktemp("jobs") / "data")
    with serving(services) as (host, port):
        yield services, f"http://{host}:{port}/v1/jobs/job/events"


@contextmanager
def following(url: str, seen: str | None = None) -> Iterator[tuple[httpx.Response, Iterator[dict[str, Any]]]]:
    headers = {"Last-Event-ID": seen} if seen else {}
    with httpx.Client(timeout=20) as client, client.stream("GET", url, headers=headers) as response:
        yield response, read(response.iter_lines())


def read(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The events of a stream, as a browser reads them; a comment comes as {"comment": True}."""
    event: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if not line:
            if "data" in event:
                yield event | {"data": json.loads(event["data"])}
            event = {}
        elif line.startswith(":"):
            yield {"comment": True}
        else:
            event[name] = value


def test_a_job_is_followed_to_its_result(served: tuple[FakeServices, str]) -> None:
    services, url = served
    services.store.jobs.rows = {"job": JOB}
    with following(url) as (response, events):
        assert response.headers["content-type"].startswith("text/event-stream")
        assert (response.headers["x-accel-buffering"], response.headers["cache-control"]) == ("no", "no-store")
        first = next(events)
        assert (first["id"], first["event"], first["data"]["state"]) == ("1", "progress", "queued")
        services.store.jobs.rows["job"] = RUNNING
        second = next(events)
        assert (second["id"], second["data"]["done"], second["data"]["seconds_left"]) == ("3", 600, 4.0)
        services.store.jobs.rows["job"] = DONE
        last = next(events)
        assert (last["id"], last["event"], last["data"]["result"]) == ("4", "end", {"counts": {"rows": 1000}})
        assert list(events) == []


def test_a_client_that_comes_again_goes_on_after_what_it_saw(served: tuple[FakeServices, str]) -> None:
    services, url = served
    services.store.jobs.rows = {"job": RUNNING}
    with following(url, seen="1") as (_, events):
        assert next(events)["id"] == "3"
    services.store.jobs.rows = {"job": DONE}
    with following(url, seen="3") as (_, events):
        assert [event["id"] for event in events] == ["4"]
    assert httpx.get(url, headers={"Last-Event-ID": "4"}).status_code == 204, "a browser comes no more after 204"
    assert httpx.get(url.replace("/job/", "/none/")).json()["code"] == "unknown_job"


def test_nothing_new_is_told_by_comments_alone(
    served: tuple[FakeServices, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    services, url = served
    monkeypatch.setattr(job_events, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(job_events, "HEARTBEAT_SECONDS", 0.04)
    services.store.jobs.rows = {"job": RUNNING}
    with following(url, seen="3") as (_, events):
        assert [next(events) for _ in range(3)] == [{"comment": True}] * 3


def test_a_database_that_is_away_for_a_while_does_not_end_the_stream(
    served: tuple[FakeServices, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    services, url = served
    monkeypatch.setattr(job_events, "LOOK_SECONDS", 0.02)
    services.store.jobs.rows = {"job": RUNNING}
    jobs, find = services.store.jobs, services.store.jobs.get
    asked = threading.Event()

    def away(*_: object) -> Job:
        asked.set()
        raise StoreUnavailable(found="甲", expected="乙", remedy="丙")

    with following(url) as (_, events):
        assert next(events)["id"] == "3"
        monkeypatch.setattr(jobs, "get", away)
        assert asked.wait(10)
        services.store.jobs.rows["job"] = DONE
        monkeypatch.setattr(jobs, "get", find)
        assert next(events)["event"] == "end"


def test_a_server_that_stops_lets_go_of_those_who_follow(tmp_path: Path) -> None:
    services = fake_services(tmp_path / "data")
    services.store.jobs.rows = {"job": RUNNING}
    ended: list[float] = []
    thread = None
    with serving(services) as (host, port):
        begun = threading.Event()

        def follow() -> None:
            with following(f"http://{host}:{port}/v1/jobs/job/events") as (_, events):
                next(events)
                begun.set()
                list(events)
            ended.append(time.monotonic())

        thread = threading.Thread(target=follow)
        thread.start()
        assert begun.wait(20)
        told = time.monotonic()
    thread.join(20)
    assert ended
    assert ended[0] - told < 10, "the server waited for its longest patience"
