"""Carriers measured at a desk: marks and their sources, what is entered, a faulty file of measures, one's own."""

import re

from playwright.sync_api import expect

from api.clock import today
from matcher.carriers.measures import built_in_content
from tests.browser.desks import PATIENCE, Desks, settled, violations

expect.set_options(timeout=PATIENCE)


def test_a_carrier_is_marked_by_what_is_known_and_completed_in_the_page(desks: Desks) -> None:
    page = desks.open(desks.at("operator"), "/carriers")
    expect(page.locator("h1")).to_have_text("载体评价")
    page.locator(".ag-row", has_text="资本孵化基地").first.click()
    page.wait_for_url("**/carriers/*")
    expect(page.locator(".indicators tr.group")).to_have_count(9)
    page.get_by_role("button", name="填报 当年带动就业").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="当年带动就业").fill("很多")
    dialog.get_by_label("填报人").fill("张某")
    dialog.get_by_label("依据材料的编号").fill("统计表-1")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_role("alert")).to_contain_text("很多")
    assert violations(page) == []
    desks.shot(page, "carrier-refused")
    dialog.get_by_role("textbox", name="当年带动就业").fill("320")
    dialog.get_by_role("button", name="保存").click()
    row = page.locator(".indicators tr", has_text="当年带动就业")
    expect(row).to_contain_text("320 人")
    expect(row).to_contain_text("张某 · 统计表-1")
    page.get_by_role("button", name="填报聚焦产业").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="产业 1").fill("医疗仪器设备及器械制造")
    dialog.get_by_label("产业 1 的类别").click()
    page.get_by_role("option", name="高新技术产业").click()
    dialog.get_by_role("button", name="保存").click()
    expect(page.get_by_text("聚焦 1 个产业，不超过 2 个")).to_be_visible()
    assert violations(page) == []
    desks.shot(page, "carrier")
    with page.expect_download() as download:
        page.get_by_role("link", name="评价报告（DOCX）").click()
    download.value.save_as(desks.artefacts / "carrier.docx")


def test_a_faulty_file_of_measures_is_told_by_place_and_a_right_one_taken(desks: Desks) -> None:
    begun = f"id: carriers.own\nsince: {today().year}"
    content = built_in_content().decode().replace("id: carriers.general", begun)
    page = desks.open(desks.at("operator"), "/carriers/measures")
    page.get_by_role("button", name="上传评价办法").click()
    dialog = page.get_by_role("dialog")
    wrong = content.replace("computed: partners", "computed: partner").encode()
    dialog.locator("input[type=file]").set_input_files({"name": "本省.yaml", "mimeType": "text/yaml", "buffer": wrong})
    expect(dialog.locator("tbody tr")).to_contain_text("partners")
    expect(dialog.locator("tbody tr td").first).to_contain_text(re.compile(r"第 \d+ 行"))
    assert violations(page) == []
    desks.shot(page, "measures-wrong")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "本省.yaml", "mimeType": "text/yaml", "buffer": content.encode()}
    )
    dialog.get_by_role("button", name="起用这一版").click()
    page.wait_for_url("**version=**")
    settled(page)
    expect(page.locator("tr", has_text="今年所用")).to_contain_text("自 ")
    expect(page.locator("tr", has_text="内置")).to_be_visible()
    assert violations(page) == []
    desks.shot(page, "measures")


def test_a_carrier_sees_its_own_alone(desks: Desks) -> None:
    page = desks.open(desks.at("carrier", phone=True, dark=True), "/carriers")
    expect(page.locator(".indicators tr.group").first).to_be_visible()
    expect(page.locator(".ag-row")).to_have_count(0)
    page.get_by_role("button", name="填报", exact=False).first.focus()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    desks.shot(page, "carrier-own-phone")
    page.screenshot(path=desks.artefacts / "carrier-own-phone-full.png", full_page=True)
