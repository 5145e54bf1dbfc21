"""Journeys that go through two desks: a need in the hall, a review by a person, a list returned; why a pair is not.

They are walked in the world of the first start (`api.demonstration`), where every name that may be written is a text
that would do something if a page took it for more than a text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.access.viewers import Role, Viewer
from api.bootstrap import Services
from api.clock import now
from api.console.sitemap import PAGES
from api.delivery.headings import CODE, LIST, RESULT
from api.demonstration import FUND_MANAGER, NAME, furnish
from api.store.deal_rows import Said
from api.store.deals import NewDeal
from tests.api.delivery.books import saved, sheets_of
from tests.api.hardening.payloads import FORMULAS, SCRIPTS
from tests.browser.desks import PATIENCE, Desks, served, settled, violations
from tests.browser.furnishing import inside, post_need

PAYLOADS = (*SCRIPTS, *FORMULAS)
FUND = Viewer(role=Role.INSTITUTION, party_id=FUND_MANAGER, name="演示机构")
WORDS = "想找天使轮投资500万，做体外诊断试剂，扩大产能"
RAN = "window.ran = 0; for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.ran += 1 }"
LINKED = "all => all.map(a => a.pathname).filter(path => !path.endsWith('.xlsx'))"
PLANTED = "img[src='x'], svg[onload], [onerror], a[href^='javascript:'], main script"
"""What a page would hold if it took a payload for markup."""


@dataclass
class Furnished:
    """The world, and its services as a command on it has them."""

    address: str
    services: Services


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    expect.set_options(timeout=PATIENCE)
    data = tmp_path_factory.mktemp("journeys") / "data"
    with served(data, RONGTONG_JOBS="true") as address, inside(data) as services:
        planted(services)
        assert furnish(services)
        said_of(services)
        yield Furnished(address, services)
    expect.set_options(timeout=5_000)


@pytest.fixture
def desks(browser: Browser, furnished: Furnished, artefacts: Path) -> Iterator[Desks]:
    opened = Desks(browser, furnished.address, artefacts)
    yield opened
    opened.close()
    assert opened.foreign == []
    assert opened.faults == []


def planted(services: Services) -> None:
    """Name firms and offers by payloads, before lists are made of them."""
    viewer, store = services.viewer, services.store
    firms = [store.parties.get(viewer, f"demo-ent-{number:04}") for number in range(2, 2 + len(PAYLOADS))]
    for firm, payload in zip(firms, PAYLOADS, strict=True):
        facts = {**firm.facts, "main_business": firm.facts["main_business"]._replace(source=payload)}
        store.parties.upsert_many(viewer, [replace(firm, name=payload, source=payload, facts=facts)])
    offers = [store.offers.get(viewer, key) for key in ("demo-fund-0001", "demo-incubation-0001")]
    store.offers.upsert_many(
        viewer,
        [replace(offer, name=SCRIPTS[number], summary=SCRIPTS[4 + number]) for number, offer in enumerate(offers)],
    )
    services.parties.refresh()


def said_of(services: Services) -> None:
    """Payloads in what people say: needs, reviews, reasons, projects, accounts' views, files."""
    viewer, at = services.viewer, now()
    for number, payload in enumerate(PAYLOADS[:6]):
        party = f"demo-ent-{number + 2:04}"
        post_need(services, party, f"{WORDS} {payload}", 3)
        services.reviews.ask(Viewer(role=Role.ENTERPRISE, party_id=party, name=payload), "demo-fund-0001", payload)
        fund = services.deals.open_fund(viewer, "pipeline.kunshan-angel", payload, at)
        new = NewDeal(payload, fund.record.id, None, party)
        services.deals.open(viewer, "pipeline.kunshan-angel", new, Said(payload, "applicant", payload, at, (payload,)))
        kept = services.store.imports.start(viewer, kind=services.store.parties.get(viewer, party).kind,
                                            file_name=payload, sha256="0" * 64)  # fmt: skip
        services.store.imports.finish(viewer, kept.id, {"rows": 1})


@pytest.mark.parametrize("role", list(Role))
def test_no_text_does_anything_on_any_page_of_a_role(desks: Desks, role: Role) -> None:
    page, seen = desks.at(role.value), ""
    page.context.add_init_script(RAN)
    for path in (item.path for item in PAGES if role in item.roles):
        desks.open(page, path)
        said = page.locator("main").inner_text()
        nothing_ran(page, path)
        seen += said
        for link in page.locator("main a[href^='/console/']").evaluate_all(LINKED)[:2]:
            desks.open(page, link.removeprefix("/console"))
            nothing_ran(page, link)
    if role in {Role.OPERATOR, Role.INSTITUTION, Role.CARRIER}:
        assert any(payload in seen for payload in SCRIPTS), "the payloads were not on these pages"


def nothing_ran(page: Page, where: str) -> None:
    assert page.evaluate("window.ran") == 0, where
    assert page.locator(PLANTED).count() == 0, where


def test_each_role_s_first_page_shows_work(desks: Desks) -> None:
    for role, words in (
        (Role.INSTITUTION, "超时"),
        (Role.CARRIER, "收到"),
        (Role.LEAD_FIRM, "收到"),
        (Role.OPERATOR, NAME),
    ):
        page = desks.at(role.value)
        desks.shot(page, f"first-{role}")
        assert words in page.locator("body").inner_text() or page.locator(".tile").count() > 2, role
    page = desks.open(desks.at("enterprise"), "/consents")
    expect(page.get_by_text("待答复").first).to_be_visible()
    desks.shot(page, "first-consents")
    page.get_by_role("button", name="不同意").first.click()
    expect(page.get_by_text("以后可以随时改为同意")).to_be_visible()
    assert violations(page) == []


def test_a_need_goes_through_the_hall(desks: Desks) -> None:
    firm = desks.open(desks.at("enterprise"), "/ask")
    firm.get_by_label("您的需求").fill(WORDS)
    firm.get_by_role("button", name="找适合的资源").click()
    firm.get_by_role("button", name="发布到抢单大厅").click()
    dialog = firm.get_by_role("dialog")
    dialog.get_by_label("最多几家接单").fill("1")
    assert violations(firm) == []
    desks.shot(firm, "hall-post")
    dialog.get_by_role("button", name="发布", exact=True).click()
    expect(firm.get_by_text(re.compile(r"通知了 \d+ 家机构"))).to_be_visible()
    fund = desks.open(desks.at("institution"), "/taking")
    card = fund.locator("article", has=fund.get_by_role("heading", name=WORDS, exact=True)).first
    card.get_by_role("button", name="接单").click()
    expect(fund.get_by_text("已接单", exact=True)).to_be_visible()
    desks.open(firm, "/following")
    expect(firm.get_by_text("已接 1 / 1 家").first).to_be_visible()
    expect(firm.get_by_role("button", name="同意发送给提供方").first).to_be_visible()
    assert violations(firm) == []
    desks.shot(firm, "hall-followed")
    watch = desks.open(desks.at("operator"), "/hall")
    expect(watch.locator(".ag-center-cols-container .ag-row").first).to_contain_text("名额已满")
    fund.locator("main").get_by_role("button", name="退出", exact=True).first.click()
    fund.get_by_label("原因").fill("额度用完")
    fund.get_by_role("dialog").get_by_role("button", name="退出", exact=True).click()
    expect(card.get_by_role("button", name="接单")).to_be_visible()
    desks.open(firm, "/following")
    firm.get_by_role("button", name="撤回这条需求").first.click()
    expect(firm.get_by_text("已撤回，不能再接单")).to_be_visible()


def test_a_person_reviews_and_the_enterprise_reads_the_answer(desks: Desks) -> None:
    page = desks.open(desks.at("operator"), "/review-queue")
    place = page.locator("section.panel", has_text="专利转让已办结").first
    place.get_by_label("答复").fill("已核对专利登记簿，转让有效，已更正。")
    assert violations(page) == []
    desks.shot(page, "review-answer")
    place.get_by_role("button").last.click()
    expect(page.get_by_text("已核对专利登记簿")).to_be_visible()
    firm = desks.open(desks.at("enterprise"), "/following")
    expect(firm.get_by_text("答复：已核对专利登记簿，转让有效，已更正。")).to_be_visible()


def test_why_an_enterprise_is_not_on_a_list(desks: Desks) -> None:
    page = desks.open(desks.at("operator"), "/campaigns")
    page.locator(".ag-row", has_text=NAME).first.click()
    page.wait_for_url("**/campaigns/*")
    settled(page)
    page.get_by_role("navigation", name="活动的步骤").get_by_role("link", name="分配").click()
    party = page.get_by_label("企业（输入名称或代码）")
    party.fill("启明诊断")
    page.get_by_role("option", name="演示·苏州启明诊断有限公司").click()
    page.get_by_label("资源", exact=True).last.fill("科浦医贷")
    page.get_by_role("option", name="科浦医贷").first.click()
    page.get_by_role("button", name="问一问").click()
    expect(page.locator(".waterfall").first).to_be_visible()
    expect(page.locator("[role=status] .note").first).to_be_visible()
    desks.shot(page, "why-not")


def test_the_operator_takes_in_a_list_that_came_back(desks: Desks, furnished: Furnished, tmp_path: Path) -> None:
    pair = next(item for item in furnished.services.inbox.all(FUND) if item.state.value == "pushed")
    row = pair.row.row
    name, content = furnished.services.inbox.workbook(FUND, row.campaign_id, pair.row.number)
    file = tmp_path / name
    file.write_bytes(content)
    sheets = sheets_of(file)
    heads = next(line for line in sheets[LIST] if CODE in line)
    next(line for line in sheets[LIST] if row.id in line)[heads.index(RESULT)] = "已受理"
    saved(file, sheets)
    page = desks.open(desks.at("operator"), f"/campaigns/{row.campaign_id}?step=outcomes")
    page.locator("form[action$='/returns'] input[type=file]").set_input_files(file)
    page.locator("form[action$='/returns'] button").click()
    expect(page.get_by_text("新登记 1 条")).to_be_visible()
    desks.shot(page, "returned")


def test_a_deleted_tag_stays_deleted_and_comes_back_when_asked(desks: Desks) -> None:
    page = desks.open(desks.at("enterprise"), "/profile")
    page.get_by_role("button", name="删除 企业规模").click()
    expect(page.get_by_text("已删除“企业规模”，不再推断。").first).to_be_visible()
    desks.open(page, "/profile")
    expect(page.get_by_role("button", name="删除 企业规模")).to_have_count(0)
    assert violations(page) == []
    desks.shot(page, "tags")
    page.get_by_role("button", name="恢复 企业规模").click()
    expect(page.get_by_role("button", name="删除 企业规模")).to_be_visible()


def test_a_view_is_there_in_another_browser(desks: Desks) -> None:
    page = desks.open(desks.at("institution"), "/received")
    page.get_by_role("button", name="存为视图").click()
    page.get_by_label("视图名称").fill("我的视图")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.get_by_text("在任何电脑上登录都可使用")).to_be_visible()
    other = desks.open(desks.at("institution"), "/received")
    other.get_by_label("视图", exact=True).click()
    expect(other.get_by_role("option", name="我的视图")).to_be_visible()
