"""Duties to report at a desk: overdue first, the clause, a draft with what it lacks, sent with its evidence."""

import re

from playwright.sync_api import expect

from tests.browser.desks import PATIENCE, Desks, violations

expect.set_options(timeout=PATIENCE)


def test_an_overdue_report_is_drafted_and_marked_as_sent(desks: Desks) -> None:
    page = desks.open(desks.at("operator"), "/duties?who=实体经济开发区")
    expect(page.locator("h1")).to_have_text("报送日历")
    first = page.locator(".duty").first
    expect(first.locator(".state-unmet")).to_contain_text("逾期")
    told = page.locator(".duty .state-unmet").all_inner_texts()
    days = [int(re.findall(r"逾期 (\d+) 天", said)[0]) for said in told]
    assert days == sorted(days, reverse=True)
    first.get_by_text("依据").click()
    expect(first.locator(".quote")).to_contain_text("报送")
    assert violations(page) == []
    desks.shot(page, "duties")
    heading = first.locator("h3").inner_text()
    label, period = heading.split(" · ")
    for button, ending in (("草稿（DOCX）", "docx"), ("绩效目标表（XLSX）", "xlsx")):
        page.get_by_role("button", name=f"{button} {label} {period}").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("处待补充")).to_be_visible()
        assert violations(page) == []
        desks.shot(page, f"duty-draft-{ending}")
        with page.expect_download() as download:
            dialog.get_by_role("button", name=button).click()
        assert download.value.suggested_filename.endswith(f".{ending}")
        download.value.save_as(desks.artefacts / f"duty.{ending}")
        expect(dialog).to_be_hidden()
    page.get_by_role("button", name=f"登记已报送 {label} {period}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="登记已报送").click()
    expect(dialog.get_by_role("alert")).to_contain_text("没有填写")
    dialog.get_by_label("回执等依据材料的编号").fill("回执-1；回执-2")
    desks.shot(page, "duty-sent")
    dialog.get_by_role("button", name="登记已报送").click()
    sent = page.locator(".duty", has_text=period).filter(has_text=label).filter(has_text="已报送（逾期）")
    expect(sent).to_be_visible()
    sent.get_by_text("办理经过（3）").click()
    expect(sent.locator(".timeline li").first).to_contain_text("回执-1；回执-2")
    assert violations(page) == []
