"""The journeys of institutions, carriers and lead firms: answer a list, hand it back, take a need, post a demand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest
from playwright.sync_api import Page, expect

from api.access.viewers import Viewer
from api.bootstrap import Services
from api.delivery.headings import CODE, LIST, RESULT
from api.store.campaign_rows import AssignmentRow
from tests.api.delivery.books import saved, sheets_of
from tests.browser.conftest import LONG
from tests.browser.desks import PATIENCE, Desks, violations
from tests.browser.furnishing import consent, inside, post_need, send_list, take_back

FUND, PLACE, DEMAND = "demo-fund-0001", "demo-incubation-0001", "demo-procurement-0001-1"
WORDS = "想找天使轮投资500万，做体外诊断试剂，也想入驻苏州的孵化器"


@pytest.fixture(autouse=True, scope="module")
def _patient() -> Iterator[None]:
    """Wait as long as a busy machine needs; 5 s is playwright's own."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


@dataclass
class Furnished:
    """A world with a list for the fund, one consent that stands and one that was taken back, and a posted need."""

    services: Services
    rows: list[AssignmentRow]
    consent: str
    need: str


@pytest.fixture(scope="module")
def furnished(world: tuple[str, Path]) -> Iterator[Furnished]:
    with inside(world[1]) as services:
        rows = send_list(services, "秋季投融资对接", FUND, 8)
        given = consent(services, rows[0])
        taken = consent(services, rows[1])
        take_back(services, rows[1], taken)
        yield Furnished(services, rows, given, post_need(services, "demo-ent-0003", WORDS, 1))


def name_of(row: AssignmentRow) -> str:
    return str(row.match["seeker"]["name"])


def noted(page: Page) -> None:
    expect(page.locator(".q-notification").last).to_be_visible()


def test_a_list_is_masked_by_consent_and_answered(desks: Desks, furnished: Furnished) -> None:
    page = desks.open(desks.at("institution"), "/received")
    grid = page.locator(".ag-center-cols-container")
    expect(grid.get_by_role("row")).to_have_count(8)
    text = page.locator("main").inner_text()
    assert name_of(furnished.rows[0]) in text
    assert not any(name_of(row) in text for row in furnished.rows[1:])
    assert "已撤回授权" in text
    assert violations(page) == []
    desks.shot(page, "institution-received")
    desks.open(page, f"/received/{furnished.rows[0].id}")
    expect(page.locator("h1")).to_have_text(name_of(furnished.rows[0]))
    expect(page.locator(".timeline li")).to_have_count(2)  # opening it was noted
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator(".timeline li")).to_have_count(3)
    page.get_by_role("button", name="登记批准").click()
    page.get_by_label("金额（万元）").fill("500")
    page.get_by_role("dialog").get_by_role("button", name="登记批准").click()
    expect(page.locator(".timeline")).to_contain_text("500 万元")
    page.get_by_role("button", name="登记投资").click()
    page.get_by_label("金额（万元）").fill("五百")
    page.get_by_role("dialog").get_by_role("button", name="登记投资").click()
    expect(page.get_by_text("金额（万元）“五百”")).to_be_visible()
    page.get_by_label("金额（万元）").fill("480")
    page.get_by_role("dialog").get_by_role("button", name="登记投资").click()
    expect(page.get_by_text("已经办结")).to_be_visible()
    assert violations(page) == []
    desks.shot(page, "institution-pair")


def test_a_refusal_needs_its_reason(desks: Desks, furnished: Furnished) -> None:
    page = desks.open(desks.at("institution"), f"/received/{furnished.rows[2].id}")
    page.get_by_role("button", name="拒绝", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="拒绝", exact=True).click()
    expect(page.get_by_text("拒绝而没有写原因")).to_be_visible()
    dialog.get_by_role("button", name="规模不符合").click()
    dialog.get_by_role("button", name="拒绝", exact=True).click()
    expect(page.locator(".timeline")).to_contain_text("规模不符合")
    desks.open(page, "/effect")
    expect(page.get_by_text("拒绝最多因为“规模不符合”")).to_be_visible()
    desks.shot(page, "institution-effect")


def test_a_consent_taken_back_hides_the_name_at_the_next_look(desks: Desks, furnished: Furnished) -> None:
    row = furnished.rows[3]
    given = consent(furnished.services, row)
    page = desks.open(desks.at("institution"), f"/received/{row.id}")
    expect(page.locator("h1")).to_have_text(name_of(row))
    take_back(furnished.services, row, given)
    desks.open(page, f"/received/{row.id}")
    assert name_of(row) not in page.locator("body").inner_text()
    expect(page.locator(".note.red")).to_contain_text("请停止使用此前得到的信息")
    desks.open(page, "/consented")
    assert name_of(row) not in page.locator("main").inner_text()


def test_several_are_accepted_together(desks: Desks, furnished: Furnished) -> None:
    page = desks.open(desks.at("institution"), "/received?show=new")
    for row in furnished.rows[4:6]:
        page.locator(f'.ag-pinned-left-cols-container [row-id="{row.id}"] input[type=checkbox]').click()
    page.get_by_role("button", name="受理勾选的").click()
    page.get_by_role("dialog").get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_text("已登记 2 家")).to_be_visible()


def test_a_list_goes_out_as_a_workbook_and_comes_back(desks: Desks, furnished: Furnished, tmp_path: Path) -> None:
    page = desks.open(desks.at("institution"), "/received")
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载名单").click()
    file = tmp_path / "list.xlsx"
    coming.value.save_as(file)
    fill(file, furnished.rows[6].id, "已对接")
    page.get_by_role("button", name="回传结果").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text(re.compile("新的结果 1 条"))).to_be_visible()
    desks.shot(page, "institution-hand-back")
    page.get_by_role("button", name="登记这 1 条").click()
    expect(page.get_by_text("已登记 1 家")).to_be_visible()
    desks.open(page, f"/received/{furnished.rows[6].id}")
    expect(page.locator(".timeline")).to_contain_text("已对接")


def test_a_file_with_a_mistake_notes_nothing_and_says_where(desks: Desks, furnished: Furnished, tmp_path: Path) -> None:
    name, content = furnished.services.inbox.workbook(fund(furnished), furnished.rows[7].campaign_id, 1)
    file = tmp_path / name
    file.write_bytes(content)
    fill(file, furnished.rows[7].id, "已经谈过了")
    page = desks.open(desks.at("institution"), "/received")
    page.get_by_role("button", name="回传结果").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("dialog")).to_contain_text("已经谈过了")
    assert page.get_by_role("button", name=re.compile("登记这")).count() == 0


def fund(furnished: Furnished) -> Viewer:
    accounts = {account.role.value: account for account in furnished.services.store.accounts.list()}
    return accounts["institution"].viewer()


def fill(file: Path, code: str, result: str) -> None:
    """Write a result into the row of a code."""
    sheets = sheets_of(file)
    lines = sheets[LIST]
    heads = next(line for line in lines if CODE in line)
    row = next(line for line in lines if code in line)
    row[heads.index(RESULT)] = result
    saved(file, sheets)


def test_a_need_is_taken_under_its_limit_and_moves_to_who_waits(desks: Desks, furnished: Furnished) -> None:
    fund = desks.open(desks.at("institution"), "/taking")
    place = desks.open(desks.at("carrier"), "/taking")
    card = place.locator("article", has_text=WORDS)
    expect(card.get_by_role("button", name="接单")).to_be_visible()
    desks.shot(fund, "institution-taking")
    fund.locator("article", has_text=WORDS).get_by_role("button", name="接单").click()
    expect(fund.get_by_text("已接单", exact=True)).to_be_visible()
    expect(card.get_by_text("名额已满（1 家）")).to_be_visible()  # live, without a reload
    card.get_by_role("button", name="排队等候").click()
    expect(place.get_by_text("等候第 1 位")).to_be_visible()
    assert violations(place) == []
    fund.get_by_role("button", name="退出", exact=True).last.click()
    fund.get_by_label("原因").fill("额度用完")
    fund.get_by_role("dialog").get_by_role("button", name="退出", exact=True).click()
    expect(place.get_by_text("已接单", exact=True)).to_be_visible()
    desks.shot(place, "carrier-taken")


def test_a_demand_is_posted_finds_suppliers_and_is_closed(desks: Desks) -> None:
    page = desks.open(desks.at("lead_firm"), "/demands")
    page.get_by_role("button", name="发布需求").click()
    page.get_by_label("名称").fill("减速器壳体加工")
    page.get_by_label("简介").fill("长期采购谐波减速器壳体精密加工，年用量约 2 万件")
    page.get_by_label("服务地区").fill("苏州市；火星")
    page.get_by_role("button", name="加一项条件").click()
    page.get_by_label("项目").click()
    page.get_by_role("option", name="成立年限").click()
    page.get_by_label("成立年限（年）").fill("2")
    page.get_by_role("button", name="保存并参加匹配").click()
    expect(page.get_by_role("alert")).to_contain_text("火星")
    page.get_by_label("服务地区").fill("苏州市；浙江省")
    page.get_by_role("button", name="保存并参加匹配").click()
    expect(page.locator("h1")).to_have_text("减速器壳体加工")
    expect(page.locator(".rules")).to_contain_text("成立年限 不低于 2 年")
    assert violations(page) == []
    desks.shot(page, "lead-firm-demand")
    page.get_by_role("button", name="看看合适的供应商").click()
    expect(page.locator(".ag-center-cols-container").get_by_role("row").first).to_be_visible()
    page.locator(".ag-pinned-left-cols-container [role=row]").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".waterfall")).to_be_visible()
    expect(dialog).to_contain_text("成立年限")
    desks.shot(page, "lead-firm-suppliers")
    desks.open(page, "/demands")
    page.get_by_role("link", name=re.compile("减速器壳体加工")).click()
    page.get_by_role("button", name="关闭", exact=True).click()
    expect(page.get_by_role("button", name="重新开放")).to_be_visible()


def test_another_s_list_is_not_found(desks: Desks, furnished: Furnished) -> None:
    page = desks.at("carrier")
    page.goto(f"{desks.address}/console/received/{furnished.rows[0].id}")
    assert name_of(furnished.rows[0]) not in page.locator("body").inner_text()


def test_a_thousand_rows_show_at_once(desks: Desks, furnished: Furnished) -> None:
    send_list(furnished.services, "千家企业对接", DEMAND, 1_000)
    page = desks.open(desks.at("lead_firm"), "/received")
    begun = perf_counter()
    page.goto(f"{desks.address}/console/received")
    page.locator(".ag-center-cols-container [role=row]").first.wait_for()
    taken = perf_counter() - begun
    expect(page.get_by_text("共 1,000 条")).to_be_visible()
    print(f"1,000 rows shown after {taken:.2f} s")
    assert not LONG or taken < 1.0
