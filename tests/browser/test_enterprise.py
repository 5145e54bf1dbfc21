"""An enterprise's journey: ask, correct, open a card, compare, consent, take it back, fill in the profile."""

import re

from playwright.sync_api import Page, expect

from tests.browser.desks import Desks, violations


def asked(desks: Desks, **how: bool) -> Page:
    page = desks.open(desks.at("enterprise", **how), "/ask")
    page.get_by_role("button", name="没有抵押的贷款").click()
    expect(page.locator(".chip").first).to_be_visible()
    return page


def fits(page: Page) -> list[int]:
    return [int(said) for said in page.locator(".match .fit b").all_inner_texts()]


def test_a_question_is_understood_and_answered_in_order(desks: Desks) -> None:
    page = asked(desks)
    chips = page.locator(".chip").all_inner_texts()
    assert any("成立年限" in chip and "3 年" in chip for chip in chips)
    assert any("发明专利" in chip and "12 项" in chip for chip in chips)
    shown = fits(page)
    assert len(shown) == 10
    assert shown[0] > 40
    assert violations(page) == []
    desks.shot(page, "enterprise-ask")


def test_a_chip_that_is_corrected_answers_again_and_one_that_is_removed_leaves_the_words(desks: Desks) -> None:
    page = asked(desks)
    page.get_by_role("button", name=re.compile("修改融资需求金额")).click()
    amount = page.get_by_label(re.compile("融资需求金额（万元）"))
    amount.fill("5000")
    amount.press("Enter")
    expect(page.locator(".chip", has_text="融资需求金额")).to_contain_text("5,000 万元")
    page.get_by_role("button", name="去掉发明专利").click()
    expect(page.locator(".chip", has_text="发明专利")).to_have_count(0)
    assert "12件" not in page.get_by_label("您的需求").input_value()


def test_what_was_not_understood_is_said(desks: Desks) -> None:
    page = desks.open(desks.at("enterprise"), "/ask")
    page.get_by_label("您的需求").fill("想贷款300万元，最好下周见面聊聊")
    page.get_by_role("button", name="找适合的资源").click()
    expect(page.get_by_text("没有读成数据")).to_contain_text("最好下周见面聊聊")


def test_an_opened_card_shows_clauses_and_points_that_add_up_to_the_number_shown(desks: Desks) -> None:
    page = asked(desks)
    card = page.locator(".match").first
    card.get_by_role("button", name="查看条款与得分").click()
    expect(card.locator(".quote").first).to_contain_text("“")
    steps = card.locator(".waterfall tr:not(.sum) td.number").all_inner_texts()
    total = card.locator(".waterfall tr.sum td.number").inner_text()
    assert abs(sum(map(float, steps)) - float(total.split("（")[0])) < 0.05
    assert f"显示为 {card.locator('.fit b').inner_text()}" in total
    assert violations(page) == []
    desks.shot(page, "enterprise-card")


def test_filling_in_what_is_unknown_decides_again_at_once(desks: Desks) -> None:
    page = asked(desks)
    card = page.locator(".match", has=page.locator(".state-unknown")).first
    name = card.locator("h2").inner_text()
    card.get_by_role("button", name="查看条款与得分").click()
    row = card.locator(".criteria tr", has=page.locator(".field-input")).first
    label = row.locator("td").nth(1).locator("div").nth(1).inner_text()
    if row.locator(".q-select").count():
        row.locator(".field-input").click()
        page.locator(".q-menu .q-item").first.click()
    else:
        row.locator("input").fill("3")
    row.get_by_role("button", name="填入").click()
    again = page.locator(".match", has=page.get_by_role("heading", name=name, exact=True)).first
    expect(again.locator(".criteria")).to_contain_text("本次填写")
    assert label


def test_three_offers_stand_side_by_side(desks: Desks) -> None:
    page = asked(desks)
    for place in range(3):
        page.locator(".match").nth(place).get_by_role("button", name="加入对比").click()
        expect(page.get_by_text(f"对比 {place + 1} 项")).to_be_visible()
    page.get_by_role("button", name="并排对比").click()
    table = page.get_by_role("dialog").locator("table")
    expect(table.locator("thead th")).to_have_count(3)
    expect(table.get_by_role("rowheader", name="年化综合成本")).to_be_visible()
    desks.shot(page, "enterprise-compare")


def test_consent_is_given_after_its_words_and_taken_back_with_one_click(desks: Desks) -> None:
    page = asked(desks)
    page.locator(".match").first.get_by_role("button", name=re.compile("同意发送给")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".note").first).to_contain_text("我单位可以随时撤回")
    desks.shot(page, "enterprise-consent")
    dialog.get_by_role("button", name="同意并发送").click()
    expect(page.get_by_text("可以随时在“我的授权”里撤回")).to_be_visible()
    desks.open(page, "/consents")
    expect(page.get_by_text("已授权", exact=True).first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="撤回授权").first.click()
    expect(page.get_by_text("已撤回授权", exact=True).first).to_be_visible()


def test_the_order_without_a_profile_says_that_it_uses_none(desks: Desks) -> None:
    page = asked(desks)
    page.get_by_role("checkbox", name="按我的资料排序").click()
    expect(page.get_by_text("没有使用贵单位的信息")).to_be_visible()


def test_a_review_by_a_person_is_asked_for_and_followed(desks: Desks) -> None:
    page = asked(desks)
    page.locator(".match").first.get_by_role("button", name="请人工复核").click()
    page.get_by_label("请说明理由").fill("我们的专利已经转让回来")
    page.get_by_role("dialog").get_by_role("button", name="提交").click()
    expect(page.get_by_text("已提交复核")).to_be_visible()
    desks.open(page, "/following")
    expect(page.get_by_text("我们的专利已经转让回来").first).to_be_visible()


def test_a_profile_grows_by_what_is_filled_in(desks: Desks) -> None:
    page = desks.at("enterprise")
    desks.open(page, "/profile")
    before = page.get_by_text(re.compile(r"已知 \d+ 项")).inner_text()
    row = page.locator(".unlock", has_text="注册商标").first
    row.locator("input").fill("2")
    row.get_by_role("button", name="填入").click()
    expect(page.get_by_text(before, exact=True)).to_have_count(0)
    expect(page.locator(".known tr", has_text="注册商标")).to_contain_text("自填")
