"""Projects and funds at a desk: a fund is opened, a project begun and moved; what a gate lacks is said."""

from playwright.sync_api import expect

from tests.browser.desks import PATIENCE, Desks, violations


def test_a_project_is_opened_under_a_fund_and_says_what_it_lacks(desks: Desks) -> None:
    expect.set_options(timeout=PATIENCE)
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
