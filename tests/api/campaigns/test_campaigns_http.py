"""Campaigns over HTTP: from a plan to approved lists, with an answer for every pair."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from api.bootstrap import Services
from api.campaigns.folders import RunFolder
from api.campaigns.job import run_campaign
from api.campaigns.questions import why as ask
from api.campaigns.running import OpenedRuns
from api.campaigns.submitting import JOB
from api.errors import WrongCampaignState
from api.indexing.waking import Polling
from api.jobs.worker import Worker
from api.main import create_app
from api.routes.campaign_answers import (
    AssignmentsAnswer,
    CampaignAnswer,
    CampaignsAnswer,
    ComparisonAnswer,
    LeftOutAnswer,
    PreviewAnswer,
    RunAnswer,
    RunsAnswer,
    WhyAnswer,
)
from api.store.campaign_tables import outcome_events
from matcher.campaigns.whynot import Reason
from matcher.pairing.ports import TextEncoder
from tests.api.campaigns.worlds import PLAN, demo
from tests.api.worlds import DAY


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with demo(tmp_path_factory.mktemp("campaigns")) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services, warming=False)) as client:
        yield client


def work(services: Services) -> None:
    handlers = {JOB: lambda context: run_campaign(context, services.campaigns, at=DAY)}
    assert Worker(services.store.leases, handlers, Polling()).run_one()


def made(client: TestClient, plan: str = PLAN) -> str:
    answer = client.post("/v1/campaigns", json={"plan": plan})
    assert answer.status_code == 201, answer.text
    return CampaignAnswer.model_validate(answer.json()).id


def ran(client: TestClient, services: Services, campaign: str, *, dry: bool = False) -> RunAnswer:
    asked = client.post(f"/v1/campaigns/{campaign}/runs", json={"dry": dry})
    assert asked.status_code == 202
    assert RunAnswer.model_validate(asked.json()).state == "queued"
    work(services)
    number = asked.json()["number"]
    return RunAnswer.model_validate(client.get(f"/v1/campaigns/{campaign}/runs/{number}").json())


def listed(client: TestClient, path: str) -> AssignmentsAnswer:
    return AssignmentsAnswer.model_validate(client.get(f"{path}/assignments", params={"limit": 1000}).json())


def test_from_a_plan_to_approved_lists(client: TestClient, services: Services) -> None:
    shown = PreviewAnswer.model_validate(client.post("/v1/campaigns/preview", json={"plan": PLAN}).json())
    assert shown.seekers > 100
    assert shown.places == 5 * len(shown.offers)
    campaign = made(client)
    run = ran(client, services, campaign)
    path = f"/v1/campaigns/{campaign}/runs/{run.number}"
    assert run.state == "assigned"
    lists = listed(client, path)
    assert lists.count == len(lists.assignments) == run.counts["assigned"]
    one = lists.assignments[0]
    page = client.get(f"{path}/assignments", params={"institution": one.institution, "limit": 2})
    assert {row.institution for row in AssignmentsAnswer.model_validate(page.json()).assignments} == {one.institution}
    refused = client.post(f"{path}/approve", json={"by": "别人"})
    assert (refused.status_code, refused.json()["code"]) == (409, "campaign_state")
    approved = client.post(f"{path}/approve", json={"by": "金融科科长"})
    assert RunAnswer.model_validate(approved.json()).approved_by == "金融科科长"
    again = client.post(f"{path}/approve", json={"by": "金融科科长"})
    assert again.json() == approved.json()
    assert client.put(f"/v1/campaigns/{campaign}", json={"plan": PLAN}).status_code == 409
    assert client.delete(f"/v1/campaigns/{campaign}").status_code == 409
    assert client.post(f"{path}/cancel").status_code == 409
    assert RunsAnswer.model_validate(client.get(f"/v1/campaigns/{campaign}/runs").json()).count == 1
    assert CampaignsAnswer.model_validate(client.get("/v1/campaigns").json()).count >= 1
    assert client.post(f"/v1/campaigns/{campaign}/close").json()["state"] == "closed"
    assert client.post(f"/v1/campaigns/{campaign}/runs", json={}).status_code == 409


def test_every_pair_has_its_answer(client: TestClient, services: Services) -> None:
    campaign = made(
        client,
        PLAN
        + "floors: [{name: 青年企业, least: 1, filter: {field: age_years, operator: le, value: 5, label: 五年内}}]\n",
    )
    run = ran(client, services, campaign)
    path = f"/v1/campaigns/{campaign}/runs/{run.number}"
    lists = listed(client, path).assignments
    seekers = sorted({row.seeker_id for row in lists})[:4]
    offers = [item["offer_id"] for item in run.counts["offers"]][:12]
    said = {}
    for seeker in [*seekers, *(key for key, _ in some_parties(services))]:
        for offer in offers:
            answer = client.get(f"{path}/why", params={"seeker": seeker, "offer": offer})
            assert answer.status_code == 200, answer.text
            said[seeker, offer] = WhyAnswer.model_validate(answer.json())
    assigned = {(row.seeker_id, row.offer_id) for row in lists}
    for pair, why in said.items():
        assert why.assigned == (pair in assigned)
        assert why.sentence
        assert (why.reason is None) == (why.assigned or not why.in_filter)
    reasons = {why.reason for why in said.values()}
    assert {Reason.UNMET, Reason.SEEKER_LIMIT} <= reasons
    for why in said.values():
        if why.reason in (Reason.OUTRANKED, Reason.BELOW_LEAST):
            assert why.lacking is not None
            assert why.lacking > 0
    assert client.get(f"{path}/why", params={"seeker": "nobody", "offer": offers[0]}).status_code == 404
    assert client.get(f"{path}/why", params={"seeker": seekers[0], "offer": "none"}).status_code == 404


def some_parties(services: Services) -> list[tuple[str, str]]:
    batch = next(iter(services.store.parties.iterate(services.viewer, batch=500)))
    return [(party.id, party.name) for _, party in batch if party.kind == "enterprise"][:8]


def test_refused_places_go_to_others_and_the_next_run_is_compared(client: TestClient, services: Services) -> None:
    campaign = made(client)
    first = ran(client, services, campaign)
    path = f"/v1/campaigns/{campaign}/runs/{first.number}"
    before = listed(client, path).assignments
    victim = before[0]
    assert client.post(f"{path}/refill").json()["counts"] == first.counts
    with services.store._database.writing() as connection:
        event = {"number": 1, "state": "refused", "at": datetime.now(UTC), "by": "银行", "reason": "超出范围"}
        connection.execute(insert(outcome_events).values(assignment_id=victim.id, recorded=datetime.now(UTC), **event))
    filled = RunAnswer.model_validate(client.post(f"{path}/refill").json())
    after = listed(client, path).assignments
    active = {row.id: row for row in after if row.status == "active"}
    assert victim.id not in active
    assert {row.id for row in before} - {victim.id} <= set(active)
    assert (victim.seeker_id, victim.offer_id) not in {(row.seeker_id, row.offer_id) for row in active.values()}
    assert filled.counts["assigned"] == len(active)
    assert client.post(f"{path}/refill").json()["counts"] == filled.counts
    second = ran(client, services, campaign)
    compared = client.get(f"/v1/campaigns/{campaign}/runs/{second.number}/comparison")
    shown = ComparisonAnswer.model_validate(compared.json())
    assert (shown.before, shown.after) == (1, 2)
    assert shown.sentence.startswith("新增")
    assert shown.stayed + len(shown.left) == len(active)


def test_what_is_added_to_approved_lists_waits_for_its_own_approval(client: TestClient, services: Services) -> None:
    campaign = made(client)
    run = ran(client, services, campaign)
    path = f"/v1/campaigns/{campaign}/runs/{run.number}"
    by = {"by": "金融科科长"}
    client.post(f"{path}/approve", json=by)
    assert client.post(f"{path}/deliver", json=by).json()["pushed"] == run.counts["assigned"]
    before = listed(client, path).assignments
    crowded = {item["offer_id"] for item in run.counts["offers"] if (item["one_more_place_points"] or 0) > 0}
    victim = next(row for row in before if row.offer_id in crowded)
    said = [{"assignment_id": victim.id, "state": "refused", "by": "银行", "reason": "超出范围"}]
    assert client.post(f"/v1/campaigns/{campaign}/outcomes", json={"outcomes": said}).json()["added"] == 1
    filled = RunAnswer.model_validate(client.post(f"{path}/refill").json())
    assert (filled.state, filled.counts["waiting"]) == ("delivered", 1)
    waiting = client.get(f"{path}/assignments", params={"status": "proposed"}).json()
    (added,) = AssignmentsAnswer.model_validate(waiting).assignments
    assert (added.offer_id, added.id in {row.id for row in before}) == (victim.offer_id, False)
    why = client.get(f"{path}/why", params={"seeker": added.seeker_id, "offer": added.offer_id}).json()
    assert (why["assigned"], why["sentence"]) == (True, "已补入名单，待批准")
    assert client.post(f"{path}/deliver", json=by).json()["pushed"] == 0
    early = [{"assignment_id": added.id, "state": "accepted", "by": "银行"}]
    refused = client.post(f"/v1/campaigns/{campaign}/outcomes", json={"outcomes": early}).json()
    assert "尚未批准" in refused["results"][0]["error"]["detail"]
    counts = {item["institution"]: item["count"] for item in client.get(f"{path}/lists").json()["lists"]}
    assert sum(counts.values()) == run.counts["assigned"] - 1
    assert client.post(f"{path}/approve", json={"by": "别人"}).status_code == 409
    approved = RunAnswer.model_validate(client.post(f"{path}/approve", json=by).json())
    assert approved.counts["waiting"] == 0
    assert [item["by"] for item in approved.counts["approvals"]] == ["金融科科长"]
    assert approved.approved is not None
    assert approved.counts["approvals"][0]["at"] < approved.approved
    assert client.post(f"{path}/approve", json=by).json() == approved.model_dump(mode="json")
    assert client.post(f"{path}/deliver", json=by).json()["pushed"] == 1


def test_those_on_no_list_are_told_with_their_nearest_chance(client: TestClient, services: Services) -> None:
    campaign = made(client)
    run = ran(client, services, campaign)
    path = f"/v1/campaigns/{campaign}/runs/{run.number}"
    found = LeftOutAnswer.model_validate(client.get(f"{path}/left-out", params={"limit": 1000}).json())
    on_lists = {row.seeker_id for row in listed(client, path).assignments}
    assert found.count == len(found.seekers) == run.counts["with_candidates"] - run.counts["seekers_assigned"]
    assert found.without_candidates == run.counts["seekers"] - run.counts["with_candidates"]
    assert not {item.seeker_id for item in found.seekers} & on_lists
    lacking = [item.lacking for item in found.seekers]
    assert lacking == sorted(lacking)
    one = found.seekers[0]
    why = client.get(f"{path}/why", params={"seeker": one.seeker_id, "offer": one.offer.id}).json()
    assert why["nearest"]["lacking"] == one.lacking
    page = client.get(f"{path}/left-out", params={"limit": 2, "offset": 1}).json()
    assert [item["seeker_id"] for item in page["seekers"]] == [item.seeker_id for item in found.seekers[1:3]]


def test_a_run_of_another_encoder_tells_what_it_kept_and_which_encoder_it_was(
    client: TestClient, services: Services
) -> None:
    campaign = made(client)
    run = ran(client, services, campaign)
    path, viewer = f"/v1/campaigns/{campaign}/runs/{run.number}", services.viewer
    stored = services.store.campaigns.run(viewer, campaign, run.number)
    runner = services.campaigns
    other = replace(runner, encoder=Renamed(runner.encoder, "another"), opened=OpenedRuns())
    told = Counter[str]()
    for row in listed(client, path).assignments[:3]:
        answer = ask(other, viewer, stored, row.seeker_id, row.offer_id)
        assert (answer.assigned, answer.match) == (True, None)
    for seeker, _ in some_parties(services):
        for item in run.counts["offers"][:12]:
            same = ask(runner, viewer, stored, seeker, item["offer_id"])
            if same.why_not is not None and same.why_not.reason in (Reason.NOT_AMONG_BEST, Reason.BELOW_LEAST):
                with pytest.raises(WrongCampaignState, match=runner.encoder.fingerprint):
                    ask(other, viewer, stored, seeker, item["offer_id"])
                continue
            answer = ask(other, viewer, stored, seeker, item["offer_id"])
            assert replace(answer, match=same.match) == same
            told[str(answer.why_not)] += 1
    assert len(told) > 1


class Renamed:
    """An encoder that says that it is another."""

    def __init__(self, inner: TextEncoder, fingerprint: str) -> None:
        self.fingerprint, self.dimension = fingerprint, inner.dimension
        self.encode, self.encode_queries = inner.encode, inner.encode_queries


def test_the_second_question_opens_nothing(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = made(client)
    run = ran(client, services, campaign)
    path = f"/v1/campaigns/{campaign}/runs/{run.number}"
    row = listed(client, path).assignments[0]
    asked = {"seeker": row.seeker_id, "offer": row.offer_id}
    first = client.get(f"{path}/why", params=asked).json()
    for name in ("candidates", "assignment", "offers"):
        monkeypatch.setattr(RunFolder, name, None)
    monkeypatch.setattr("api.campaigns.running.open_current", None)
    assert client.get(f"{path}/why", params=asked).json() == first


def test_a_run_that_waits_can_be_cancelled_and_nothing_is_listed(client: TestClient, services: Services) -> None:
    campaign = made(client)
    client.post(f"/v1/campaigns/{campaign}/runs", json={})
    path = f"/v1/campaigns/{campaign}/runs/1"
    assert client.get(f"{path}/assignments").status_code == 409
    assert client.post(f"{path}/cancel").json()["state"] == "cancelled"
    assert not Worker(services.store.leases, {JOB: lambda _: None}, Polling()).run_one()
    assert client.get(f"{path}/why", params={"seeker": "a", "offer": "b"}).status_code == 409
    assert client.get(f"/v1/campaigns/{campaign}/runs/9").status_code == 404


@pytest.mark.parametrize(
    ("plan", "status"), [("", 422), ("name: x", 422), ("[", 422), (PLAN + "extra: 1\n", 422), ("\x00", 422)]
)
def test_a_plan_that_cannot_be_read_is_refused(client: TestClient, plan: str, status: int) -> None:
    for path in ("/v1/campaigns", "/v1/campaigns/preview"):
        assert client.post(path, json={"plan": plan}).status_code == status
