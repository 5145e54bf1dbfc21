"""A fund and its deals over HTTP: the walk of the Kunshan measure, what is refused and why, money, versions."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.viewers import Role, Viewer
from api.bootstrap import Services
from api.clock import today
from api.main import create_app
from matcher.dealflow.events import Assessment, Payment
from matcher.fields import PartyKind
from matcher.parties import Fact, Party
from tests.api.worlds import services_in
from tests.matcher.dealflow.worlds import FIT, KUNSHAN, Deal, a_plan

DAY = today()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with services_in(tmp_path_factory.mktemp("deals")) as opened:
        facts = {code: Fact(value, "自填", DAY) for code, value in FIT.items()}
        firm = Party("firm-1", PartyKind.ENTERPRISE, "某体外诊断企业", facts, "local", "测试", DAY)
        opened.store.parties.upsert_many(opened.viewer, [firm])
        yield opened


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services, warming=False)) as client:
        yield client


def said(role: str = "manager", **more: Any) -> dict[str, Any]:
    return {"role": role, "why": "按流程办理", "by": f"{role} 经办", "evidence": ["材料-1"], **more}


def a_fund(client: TestClient) -> str:
    fund = client.post("/v1/funds", json={"pipeline": KUNSHAN, "name": "昆山天使（测试）"}).json()["id"]
    begun = str(DAY.replace(month=1, day=1))
    for event in (
        {"kind": "tranche", "on": begun, "subscribed_wan": "5000", "paid_wan": "5000"},
        {"kind": "custody", "on": begun, "bank": "某商业银行"},
    ):
        assert client.post(f"/v1/funds/{fund}/events", json=said(**event)).status_code == 200
    return fund


def a_deal(client: TestClient, fund: str | None, stage: str, amount: int = 300) -> str:
    """A deal walked to a stage, each step told over HTTP."""
    opening = said(pipeline=KUNSHAN, name="某体外诊断企业", fund=fund, party_id="firm-1")
    deal = client.post("/v1/deals", json=opening).json()["id"]
    for event in Deal().to(stage, a_plan(amount)).history[1:]:
        answer = tell(client, deal, event)
        assert answer.status_code == 200, answer.json()
    return deal


def tell(client: TestClient, deal: str, event: Any) -> Any:
    body = replace(event.body, on=DAY) if isinstance(event.body, Payment) else event.body
    told = said(event.role, by=event.by)
    if isinstance(body, Assessment):
        confirmed = [item.label for item in body.conditions if item.confirmed]
        return client.post(f"/v1/deals/{deal}/checks", json=told | {"check": body.check, "confirmed": confirmed})
    kinds = {"Move": "move", "Filing": "document", "Submission": "plan", "Vote": "vote", "Count": "count"}
    shown = {item.name: getattr(body, item.name) for item in fields(body)}
    plain = {
        name: str(value) if hasattr(value, "as_tuple") or hasattr(value, "year") else value
        for name, value in shown.items()
    }
    return client.post(
        f"/v1/deals/{deal}/events", json=told | plain | {"kind": kinds.get(type(body).__name__, "payment")}
    )


def test_a_deal_is_walked_from_application_to_after_the_investment(client: TestClient) -> None:
    fund = a_fund(client)
    deal = a_deal(client, fund, "post")

    seen = client.get(f"/v1/deals/{deal}").json()
    assert (seen["stage"], seen["stage_label"], seen["party_id"]) == ("post", "投后管理", "firm-1")
    assert seen["money"] == {
        "paid_wan": "100", "cost_wan": "100", "returned_wan": "0", "project_max_wan": "500", "left_wan": "400",
    }  # fmt: skip
    plan = seen["plans"][0]
    assert (plan["yes"], plan["needed"], plan["passed"], plan["amount_wan"]) == (5, 4, True, "300")
    assert [entry["number"] for entry in seen["history"]] == list(range(1, len(seen["history"]) + 1))

    whole = client.get(f"/v1/funds/{fund}").json()
    assert whole["phase"]["now"] == "投资期"
    money = whole["money"]
    assert (money["invested_wan"], money["reserved_wan"], money["cash_wan"], money["free_wan"]) == (
        "100", "200", "4900", "4700",
    )  # fmt: skip
    assert [item["id"] for item in whole["deals"]] == [deal]


def test_a_forbidden_move_says_which_gate_and_what_is_missing(client: TestClient) -> None:
    deal = a_deal(client, None, "application")

    steps = {step["stage"]: step for step in client.get(f"/v1/deals/{deal}").json()["next"]}
    assert not steps["qualification"]["open"]
    assert steps["closed"]["open"]
    wanting = [phrase for gate in steps["qualification"]["gates"] for phrase in gate["missing"]]
    assert wanting == ["未提交“项目基本情况和融资需求”", "未提交“科技部门审核意见”"]

    answer = client.post(f"/v1/deals/{deal}/events", json=said(kind="move", stage="qualification"))
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "deal_refused"
    assert all(phrase in problem["detail"] for phrase in (*wanting, "第十五条（一）"))
    assert client.get(f"/v1/deals/{deal}").json()["revision"] == 1, "what is refused leaves no trace in the history"


def test_the_check_goes_by_what_the_platform_knows_of_the_party(client: TestClient, services: Services) -> None:
    facts = {code: Fact(value, "自填", DAY) for code, value in (FIT | {"region": "320505"}).items()}
    elsewhere = Party("firm-2", PartyKind.ENTERPRISE, "外地企业", facts, "local", "测试", DAY)
    services.store.parties.upsert_many(services.viewer, [elsewhere])
    opening = said(pipeline=KUNSHAN, name="外地企业", party_id="firm-2")
    deal = client.post("/v1/deals", json=opening).json()["id"]

    seen = client.post(f"/v1/deals/{deal}/checks", json=said(check="qualification")).json()

    states = {item["label"]: item["state"] for item in seen["checks"][0]["conditions"]}
    assert "unmet" in states.values()
    assert set(states.values()) <= {"met", "unmet", "manual_review", "unknown"}


def test_a_limit_is_refused_with_its_article_and_money_stays_to_the_cent(client: TestClient) -> None:
    fund = a_fund(client)
    deal = a_deal(client, fund, "implementation")
    payment = {"kind": "payment", "on": str(DAY), "others_subscribed_wan": "900", "others_paid_wan": "900"}
    shares = {"share_pct": "10", "largest_other_pct": "60"}

    over = client.post(f"/v1/deals/{deal}/events", json=said(**payment, **shares, amount_wan="300.000001"))
    assert over.status_code == 409
    exact = client.post(f"/v1/deals/{deal}/events", json=said(**payment, **shares, amount_wan="299.999999"))
    assert exact.json()["money"]["paid_wan"] == "299.999999"
    assert client.get(f"/v1/funds/{fund}").json()["money"]["reserved_wan"] == "0.000001"
    finer = client.post(f"/v1/deals/{deal}/events", json=said(**payment, **shares, amount_wan="0.0000001"))
    assert finer.status_code == 422


def test_what_was_begun_goes_on_under_its_version(client: TestClient, services: Services) -> None:
    content = client.get(f"/v1/pipelines/{KUNSHAN}").json()["content"]
    own = content.replace("id: pipeline.kunshan-angel", "id: pipeline.ours").replace("votes: 4", "votes: 5")
    assert own.count("votes: 5") == 1
    first = client.post("/v1/pipelines", json={"content": content.replace("pipeline.kunshan-angel", "pipeline.ours")})
    assert first.status_code == 201, first.json()
    opened = client.post("/v1/funds", json={"pipeline": "pipeline.ours", "name": "自有基金"}).json()
    second = client.post("/v1/pipelines", json={"content": own}).json()

    deal = client.post("/v1/deals", json=said(pipeline="pipeline.ours", name="甲", fund=opened["id"])).json()
    later = client.post("/v1/deals", json=said(pipeline="pipeline.ours", name="乙")).json()

    assert opened["version"] == first.json()["version"] != second["version"]
    assert (deal["version"], later["version"]) == (opened["version"], second["version"])
    assert client.get("/v1/pipelines/pipeline.ours").json()["votes_needed"] == 5
    assert services.deals.get(services.viewer, deal["id"]).pipeline.committee.needed == 4


@pytest.mark.parametrize(
    ("content", "said_of_it"),
    [
        ("id: pipeline.kunshan-angel\n", "缺少"),
        ("- 1\n", ""),
        ("id: [\n", ""),
        ("id: x\nname: y\nkind: rocket\ndocument: z\nroles: []\nstages: []\n", "缺少 roles"),
    ],
)
def test_a_faulty_pipeline_is_refused_with_its_faults(client: TestClient, content: str, said_of_it: str) -> None:
    answer = client.post("/v1/pipelines", json={"content": content})
    assert answer.status_code == 422, answer.json()
    assert said_of_it in answer.json()["detail"]


def test_a_built_in_pipeline_is_not_overwritten(client: TestClient) -> None:
    content = client.get(f"/v1/pipelines/{KUNSHAN}").json()["content"]
    answer = client.post("/v1/pipelines", json={"content": content})
    assert answer.status_code == 422
    assert "内置" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/funds", {"pipeline": "pipeline.carrier-admission", "name": "x"}, 422),
        ("/v1/funds", {"pipeline": "nowhere", "name": "x"}, 404),
        ("/v1/funds/nowhere/events", said(kind="custody", on=str(DAY), bank="x"), 404),
        ("/v1/deals", said(pipeline=KUNSHAN, name="x", fund="nowhere"), 404),
        ("/v1/deals", said(pipeline=KUNSHAN, name="x", party_id="nowhere"), 404),
        ("/v1/deals/nowhere/events", said(kind="move", stage="library"), 404),
        ("/v1/deals/nowhere/events", said(kind="rocket"), 422),
        ("/v1/deals/nowhere/checks", said(check="x"), 404),
    ],
)
def test_bad_requests_are_told(client: TestClient, path: str, body: dict[str, Any], status: int) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.json()


def test_the_board_lists_deals_by_stage_and_fund(client: TestClient) -> None:
    fund = a_fund(client)
    deal = a_deal(client, fund, "library")

    assert [item["id"] for item in client.get("/v1/deals", params={"fund": fund}).json()["deals"]] == [deal]
    listed = client.get("/v1/deals", params={"pipeline": KUNSHAN, "stage": "library", "limit": 500}).json()["deals"]
    assert deal in [item["id"] for item in listed]
    assert client.get("/v1/deals", params={"fund": fund, "stage": "post"}).json() == {"count": 0, "deals": []}
    assert fund in [item["id"] for item in client.get("/v1/funds").json()["funds"]]


def test_every_step_is_in_the_audit_log(client: TestClient, services: Services) -> None:
    deal = a_deal(client, None, "application")
    rows = services.audit.read(Viewer("local", Role.AUDITOR))
    assert any(deal in row.entry.subjects and row.entry.action == "deal.entered" for row in rows)
