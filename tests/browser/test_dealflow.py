"""Projects and funds at a desk: a fund is opened, a project begun and moved; what a gate lacks is said."""

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from api.bootstrap import Services
from api.clock import now, today
from api.store.deal_rows import Said
from api.store.deals import NewDeal
from matcher.fields import PartyKind, Value
from matcher.parties import Fact, Party
from tests.browser.desks import PATIENCE, Desks, violations
from tests.browser.furnishing import inside
from tests.matcher.dealflow.worlds import FIT, KUNSHAN, SEATS, Deal

expect.set_options(timeout=PATIENCE)


def test_a_project_is_opened_under_a_fund_and_says_what_it_lacks(desks: Desks) -> None:
    page = desks.open(desks.at("operator"), "/funds")
    page.get_by_role("button", name="开立基金").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("流程").click()
    page.get_by_role("option", name="昆山市天使投资基金投资流程").click()
    dialog.get_by_label("基金名称").fill("演示天使基金")
    dialog.get_by_role("button", name="开立基金").click()
    expect(page.locator("h1")).to_have_text("演示天使基金")
    assert violations(page) == []
    desks.shot(page, "fund")
    desks.open(page, "/deals")
    page.get_by_role("button", name="新的项目").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("流程").click()
    page.get_by_role("option", name="昆山市天使投资基金投资流程").click()
    dialog.get_by_label("项目", exact=True).fill("演示诊断项目")
    dialog.get_by_role("button", name="新的项目").click()
    expect(page.locator("h1")).to_have_text("演示诊断项目")
    expect(page.locator(".path .here")).to_have_text("申请投资")
    expect(page.locator(".gate").first).to_contain_text("未提交")
    assert violations(page) == []
    page.get_by_role("button", name="登记 项目基本情况和融资需求").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("以什么身份").click()
    page.get_by_role("option", name="申请企业").click()
    dialog.get_by_label("事由").fill("企业提交")
    dialog.get_by_label("依据材料").fill("申请表")
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".timeline li")).to_have_count(2)
    desks.shot(page, "project")
    desks.open(page, "/deals")
    expect(page.locator(".lane", has_text="申请投资").get_by_role("link", name="演示诊断项目")).to_be_visible()
    assert violations(page) == []
    desks.shot(page, "projects")


WITHOUT_IP = {name: held for name, held in FIT.items() if name != "invention_patents"} | {
    "has_own_ip": False,
    "main_business": "供应链管理服务",
}
"""Of this firm a person must say whether it has intellectual property of its own."""


def a_deal(services: Services, fund: str, name: str, stage: str, values: Mapping[str, Value] = FIT) -> str:
    """A project of a firm, walked to a stage with all that the stages on the way ask for; gives its id."""
    desk, viewer, day = services.deals, services.viewer, today()
    facts = {code: Fact(value, "自填", day) for code, value in values.items()}
    firm = Party(f"browser-{stage}", PartyKind.ENTERPRISE, f"{name}有限公司", facts, viewer.tenant, "测试", day)
    services.store.parties.upsert_many(viewer, [firm])
    first = Said("甲", "manager", "企业申请投资", now(), ())
    deal = desk.open(viewer, KUNSHAN, NewDeal(name, fund, None, firm.id), first).record.id
    for event in Deal().to(stage).history[1:]:
        desk.append(viewer, deal, Said(event.by, event.role, event.why, now(), event.evidence), event.body)
    return deal


def entered(page: Page, button: str, fields: dict[str, str], choices: dict[str, str] | None = None) -> Locator:
    """Open a dialog by its button, fill it in and enter it."""
    page.get_by_role("button", name=button, exact=True).first.click()
    dialog = page.get_by_role("dialog")
    for label, option in (choices or {}).items():
        dialog.get_by_label(label).click()
        page.get_by_role("option", name=option).click()
    for label, value in fields.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="登记", exact=True).click()
    return dialog


SPOKEN = {"经办人": "张某", "事由": "按流程办理", "依据材料": "材料-1"}


def test_a_check_is_made_condition_by_condition_in_the_page(desks: Desks, world: tuple[str, Path]) -> None:
    with inside(world[1]) as services:
        fund = services.deals.open_fund(services.viewer, KUNSHAN, "走查审查基金", now()).record.id
        deal = a_deal(services, fund, "走查审查项目", "qualification", WITHOUT_IP)
    page = desks.open(desks.at("operator"), f"/deals/{deal}")
    expect(entered(page, "作资格审查", SPOKEN)).to_be_hidden()
    card = page.locator(".step-card", has_text="进入“项目库”")
    expect(card).to_contain_text("需人工核验")
    expect(card.get_by_role("button", name="办理")).to_have_count(0)
    page.get_by_role("button", name="作资格审查").click()
    dialog = page.get_by_role("dialog")
    assert violations(page) == []
    desks.shot(page, "deal-check")
    dialog.get_by_label("经人工核验通过的条件").click()
    page.get_by_role("option", name="拥有自主知识产权").click()
    page.keyboard.press("Tab")
    for label, value in SPOKEN.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(card.get_by_role("button", name="办理")).to_be_visible()
    assert violations(page) == []


def test_a_plan_is_voted_on_and_paid_and_what_is_refused_says_the_gate(desks: Desks, world: tuple[str, Path]) -> None:
    with inside(world[1]) as services:
        fund = services.deals.open_fund(services.viewer, KUNSHAN, "走查天使基金", now()).record.id
        deal = a_deal(services, fund, "走查诊断项目", "decision")
    page = desks.open(desks.at("operator"), f"/funds/{fund}")
    begun = today().replace(month=1, day=1).isoformat()
    for kind, fields in (
        ("认缴", {"日期": begun, "认缴规模": "5000", "其中当日实缴": "5000"}),
        ("托管", {"日期": begun, "托管银行": "某商业银行"}),
    ):
        expect(entered(page, kind, SPOKEN | fields)).to_be_hidden()
        expect(page.locator(".timeline li").first).to_contain_text(kind)
    desks.open(page, f"/deals/{deal}")
    plan = SPOKEN | {"投资金额": "600", "全部注资后基金占股": "10", "其他股东最大占股": "60"}
    dialog = entered(page, "提交投资方案", plan, {"表决方式": "传签"})
    expect(dialog.get_by_role("alert")).to_contain_text("超过 300 万元的以现场会议方式表决")
    assert violations(page) == []
    desks.shot(page, "deal-refused")
    dialog.get_by_label("投资金额").fill("300")
    dialog.get_by_role("button", name="登记", exact=True).click()
    for place, seat in enumerate(("市科创办", "市财政局", "市科技局", "市工研院委员（一）")):
        said = SPOKEN | {"经办人": f"委员{place}"}
        expect(entered(page, "登记表决", said, {"以什么身份": seat})).to_be_hidden()
        expect(page.get_by_text(f"表决中（{place + 1} 票赞成")).to_be_visible()
    assert len(SEATS) > place
    expect(entered(page, "计票", SPOKEN)).to_be_hidden()
    expect(page.get_by_text("已通过（4 票赞成）")).to_be_visible()
    card = page.locator(".step-card", has_text="进入“投资实施”")
    card.get_by_role("button", name="办理").click()
    dialog = page.get_by_role("dialog")
    for label, value in SPOKEN.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".path .here")).to_have_text("投资实施")
    shares = {
        "注资后基金占股": "10",
        "其他股东最大占股": "60",
        "其他股东认缴资本": "900",
        "其他股东此前实缴资本": "900",
    }
    dialog = entered(page, "登记注资", SPOKEN | shares | {"注资金额": "100"})
    expect(dialog.get_by_role("alert")).to_contain_text("未提交“投资协议（写明监督权）”")
    desks.shot(page, "deal-payment-refused")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="登记 投资协议（写明监督权）").click()
    dialog = page.get_by_role("dialog")
    for label, value in SPOKEN.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(entered(page, "登记注资", SPOKEN | shares | {"注资金额": "100"})).to_be_hidden()
    expect(page.locator(".tile", has_text="已注资")).to_contain_text("100")
    assert violations(page) == []
    page.screenshot(path=desks.artefacts / "deal-full.png", full_page=True)
    desks.open(page, f"/funds/{fund}")
    expect(page.locator(".tile", has_text="已决未付")).to_contain_text("200")
    assert violations(page) == []
    page.screenshot(path=desks.artefacts / "fund-full.png", full_page=True)
