"""Investments over HTTP, by file and from the command line; both directions of matching; who reads which names."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from fastapi.testclient import TestClient

from api.access.consents import Asked, ConsentEvent, ConsentState, Purpose, Scope
from api.access.viewers import Role, Viewer
from api.bootstrap import Services
from api.cli.main import app
from api.clock import now, today
from api.exchange.answers import prospect_answer_document
from api.investments.filling import filled
from api.main import create_app
from api.requests import MatchRequest, ProspectRequest
from api.settings import AccessMode
from matcher.errors import UnknownParty
from matcher.fields import PartyKind
from matcher.investments import Investment
from matcher.offers import Offer, OfferKind
from matcher.pairing.matches import Match
from tests.api.deals.test_deals_http import a_deal, a_fund
from tests.api.worlds import DAY, party, services_in
from tests.matcher.dealflow.worlds import FIT

IVD = "2770"
SEEKERS = frozenset({PartyKind.ENTERPRISE, PartyKind.TEAM, PartyKind.CARRIER})


def offer_of(kind: OfferKind, identifier: str, provider: str, **more: Any) -> Offer:
    return Offer(
        identifier, kind, f"{identifier}产品", f"{provider}公司", "", "体外诊断", SEEKERS, (),
        provider_id=provider, tenant="local", observed_on=DAY, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with services_in(tmp_path_factory.mktemp("investments"), access=AccessMode.OPEN) as opened:
        does = {**FIT, "industry": IVD, "main_business": "体外诊断试剂"}
        firms = [party(f"firm-{n}", f"第{n}诊断有限公司", **does) for n in range(1, 4)]
        fund = party("fund-1", "青山资本公司", kind=PartyKind.INSTITUTION)
        lead = party("lead-1", "龙头公司", industry="2710")
        winner = party("winner-1", "优胜企业", maker_china_winner=True, **does)
        opened.store.parties.upsert_many(opened.viewer, [*firms, fund, lead, winner])
        hub = {"carrier_kind": "专业资本集聚型特色载体", "incubated_firms": 25, "specialism": "体外诊断"}
        opened.store.parties.upsert_many(opened.viewer, [party("hub-1", "甲资本载体", kind=PartyKind.CARRIER, **hub)])
        offers = [
            offer_of(OfferKind.FUND, "fund-offer", "fund-1"),
            offer_of(OfferKind.PROCUREMENT, "demand", "lead-1", industry_focus=("2929",)),
            offer_of(OfferKind.INCUBATION, "places", "carrier-1"),
        ]
        opened.store.offers.upsert_many(opened.viewer, offers)
        yield opened


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services, warming=False)) as client:
        yield client


def put(client: TestClient, firm: str, **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/investments", json={"offer_id": "fund-offer", "firm": firm, **more})
    assert answer.status_code == 201, answer.json()
    document: dict[str, Any] = answer.json()
    return document


def of_fund(services: Services, viewer: Viewer, offer: str = "fund-offer") -> Match:
    request = MatchRequest(party_id=viewer.party_id or "firm-3", kinds=frozenset({OfferKind.FUND}), include_unmet=True)
    return next(item for item in services.matchmaker.match(viewer, request).matches if item.offer.id == offer)


def evidence(match: Match, name: str = "portfolio") -> str:
    return next(part.evidence for part in match.contributions if part.name == name)


def test_what_is_told_counts_at_once_both_ways_and_names_are_for_whom_may_know_them(
    client: TestClient, services: Services
) -> None:
    staff, fund = services.viewer, Viewer("local", Role.INSTITUTION, "fund-1")
    asker = Viewer("local", Role.ENTERPRISE, "firm-3")
    assert evidence(of_fund(services, staff)) == ""
    first = put(client, "第1诊断有限公司", on="2025-01-02", round="A轮", amount_wan="300.50")
    assert (first["party_id"], first["investor_id"], first["amount_wan"]) == ("firm-1", "fund-1", "300.5")
    put(client, "第1诊断有限公司", on="2026-01-02", round="B轮")
    put(client, "第2诊断有限公司")
    put(client, "海外某公司", industry="C2770", business="诊断耗材")

    count = "该基金已投 3 家“卫生材料及医药用品制造”企业"
    whole = f"{count}（海外某公司、第1诊断有限公司、第2诊断有限公司）"
    match = of_fund(services, staff)
    assert evidence(match) == whole
    assert f"与已投方向一致：{whole}（+6）" in match.reasons
    assert evidence(of_fund(services, asker)) == count

    prospects = services.matchmaker.prospects(fund, ProspectRequest("fund-offer")).matches
    listed = {item.seeker_id: item for item in prospects}
    assert evidence(listed["firm-3"]) == whole
    assert evidence(listed["firm-1"]).endswith("；本企业已在其中")
    asked = Asked("firm-3", "", Purpose.INVESTMENT, frozenset({Scope.IDENTITY}), today() + timedelta(days=9))
    agreed = ConsentEvent(0, ConsentState.GRANTED, now(), "厂长", "enterprise", "2026-11", "同意")
    services.store.consents.write(staff, "firm-1", asked, agreed)
    assert evidence(of_fund(services, asker)) == f"{count}（第1诊断有限公司等）"

    removed = client.delete(f"/v1/investments/{first['id']}", params={"why": "退回"})
    assert removed.status_code == 204
    assert [item["why"] for item in client.get(f"/v1/investments/{first['id']}").json()["history"]] == ["", "退回"]
    assert evidence(of_fund(services, staff)) == whole, "another round of the firm still stands"
    actions = [row.entry.action for row in services.audit.read(Viewer("local", Role.AUDITOR))]
    assert {"investment.written", "investment.removed"} <= set(actions)


def test_payments_of_a_deal_are_holdings_of_its_fund_without_being_typed(
    client: TestClient, services: Services
) -> None:
    before = services.store.offers.version()
    deal = a_deal(client, a_fund(client), "post")
    assert services.store.offers.version() != before
    listed = client.get("/v1/investments", params={"investor": "fund.kunshan-angel"}).json()
    paid = listed["paid"]
    assert [(item["deal_id"], item["party_id"], item["amount_wan"], item["source"]) for item in paid] == [
        (deal, "firm-1", "100", "本平台项目")
    ]
    assert listed["investments"] == []
    stored = services.store.offers.get(services.viewer, "fund.kunshan-angel")
    (kunshan,) = filled(services.store, services.viewer, [stored])
    assert stored.portfolio == ()
    assert [(item.firms, item.party) for item in kunshan.portfolio] == [(1, "firm-1")]


def test_only_a_fund_s_own_and_only_what_can_be(client: TestClient, services: Services) -> None:
    def status(**body: Any) -> tuple[int, str]:
        answer = client.post("/v1/investments", json=body)
        return answer.status_code, answer.json().get("code", "")

    assert status(firm="甲") == (422, "invalid_value")
    assert status(offer_id="demand", firm="甲") == (422, "invalid_value")
    assert status(offer_id="fund-offer") == (422, "invalid_value")
    assert status(investor="甲", firm="乙", industry="9999") == (422, "unknown_industry")
    assert status(investor="甲", party_id="nobody") == (404, "unknown_party")
    assert status(investor="甲", firm="乙", amount_wan="-1")[0] == 422
    stranger, told = Viewer("local", Role.INSTITUTION, "bank-9"), Investment("", "甲", offer_id="fund-offer")
    with pytest.raises(UnknownParty, match="只能登记本单位"):
        services.investments.put(stranger, told, by="甲")


ROWS = [
    ["投资机构", "被投企业", "统一社会信用代码", "轮次", "金额(万元)", "日期", "备注"],
    ["红岩创投、绿水资本", "第2诊断有限公司", "", "A轮", 500, "2024-05-01", "x"],
    ["红岩创投", "新药公司", "", "天使轮", "未披露", "2024年6月", ""],
    ["", "无主公司", "", "", 1, "2024-05-01", ""],
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("books") / "投资.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate(ROWS):
            sheet.write_row(place, 0, row)
    return path


def test_a_file_is_taken_row_by_row_and_twice_changes_nothing(client: TestClient, book: Path) -> None:
    def sent() -> dict[str, Any]:
        with book.open("rb") as file:
            answer = client.post(
                "/v1/investments/imports", files={"file": ("投资.xlsx", file)}, data={"source": "名录"}
            )
        assert answer.status_code == 201, answer.json()
        document: dict[str, Any] = answer.json()
        return document

    first, second = sent(), sent()
    assert [first[name] for name in ("rows", "new", "changed", "same", "rejected", "doubtful")] == [3, 3, 0, 0, 1, 2]
    assert first["reasons"] == {"amount_shared": 1, "invalid_money": 1, "date_not_exact": 1, "investor_missing": 1}
    assert first["ignored_columns"] == ["备注"]
    assert [second[name] for name in ("new", "changed", "same")] == [0, 0, 3]
    found = client.get("/v1/investments", params={"investor": "红岩创投"}).json()
    assert [(item["firm"], item["party_id"], item["amount_wan"], item["round"]) for item in found["investments"]] == [
        ("新药公司", None, None, "天使轮"),
        ("第2诊断有限公司", "firm-2", None, "A轮"),
    ]
    refused = client.post("/v1/investments/imports", files={"file": ("x.csv", "甲,乙\n1,2\n".encode())})
    assert (refused.status_code, refused.json()["code"]) == (422, "import_refused")


def test_the_same_from_the_command_line(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> str:
        app(["--data", str(tmp_path), "investment", *arguments], standalone_mode=False)
        return capsys.readouterr().out

    told = run("import", str(book), "--source", "名录", "--problems", str(tmp_path / "p.csv"))
    assert "共 3 行：新增 3 笔，更正 0 笔，未变 0 笔；被拒 1 行" in told
    assert "未识别的列：备注" in told
    assert "没有投资机构" in (tmp_path / "p.csv").read_text(encoding="utf-8-sig")
    listed = json.loads(run("list", "--firm", "新药公司", "--format", "json"))
    key = listed["investments"][0]["id"]
    assert "已移除" in run("remove", key, "--why", "有误")
    assert [item["removed"] for item in json.loads(run("show", key))["history"]] == [False, True]
    assert "共 2 笔登记" in run("list")


def test_lead_firms_and_carriers_are_matched_by_what_is_recorded_of_them(services: Services) -> None:
    found = services.matchmaker.prospects(services.viewer, ProspectRequest("demand")).matches
    listed = {item.seeker_id: item for item in found}
    assert evidence(listed["firm-1"], "chain").startswith("配套需求的互补：")
    assert "lead-1" not in listed
    places = services.matchmaker.prospects(services.viewer, ProspectRequest("places")).matches
    assert places[0].seeker_id == "winner-1"
    assert any("“创客中国”优胜企业或团队，可与载体洽谈落地孵化" in reason for reason in places[0].reasons)
    only = ProspectRequest("places", seekers=frozenset({PartyKind.TEAM}))
    assert services.matchmaker.prospects(services.viewer, only).matches == ()


def test_a_fund_reads_carriers_by_name_and_enterprises_masked_with_its_own_firms_told(services: Services) -> None:
    fund = Viewer("local", Role.INSTITUTION, "fund-1")
    answer = services.matchmaker.prospects(fund, ProspectRequest("fund-offer"))
    masker = services.sights.masker(fund, [match.seeker_id for match in answer.matches])
    listed = prospect_answer_document(answer, masker)["matches"]
    hub = next(item for item in listed if item["seeker"]["kind"] == "carrier")
    assert hub["seeker"]["name"] == "甲资本载体"
    assert any("有在孵企业 25 家可供选投" in reason for reason in hub["reasons"])
    others = [item for item in listed if item["seeker"]["kind"] == "enterprise"]
    assert others
    assert not any("诊断有限公司" in item["seeker"]["name"] for item in others)
    assert any("该基金已投 3 家" in reason and "海外某公司" in reason for item in others for reason in item["reasons"])
    only = services.matchmaker.prospects(fund, ProspectRequest("fund-offer", seekers=frozenset({PartyKind.CARRIER})))
    assert [match.seeker_id for match in only.matches] == ["hub-1"]
