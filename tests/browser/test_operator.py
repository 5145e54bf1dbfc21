"""The operator's journeys: from the first page to an exported list, a file in and undone, rules, the log, people."""

import re
import time
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desks import PATIENCE, Desks, settled, violations

expect.set_options(timeout=PATIENCE)
MOST_CLICKS = 7
THREE_MINUTES = 180
FIRMS = """企业名称,统一社会信用代码,所在地,注册资本(万元),员工人数,座机,老板爱好
演练甲有限公司,,苏州工业园区,500,35,,钓鱼
演练乙有限公司,,昆山市,300,说不清,,下棋
,,昆山市,100,12,,
"""


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("firms") / "企业名录.csv"
    path.write_text(FIRMS, "utf-8")
    return path


def test_a_stranger_has_an_exported_list_within_three_minutes(desks: Desks, tmp_path: Path) -> None:
    """From the service's own address; every click is counted."""
    page, clicks, begun = desks.at(None), 0, time.monotonic()
    page.goto(desks.address)
    settled(page)
    for button in ("以平台运营身份进入", "新的对接活动", "首贷扩面专项对接", "保存并运行"):
        page.get_by_role("link" if button.endswith("专项对接") else "button", name=re.compile(button)).first.click()
        clicks += 1
    page.wait_for_url("**step=assignment**", timeout=THREE_MINUTES * 1_000)
    expect(page.locator(".conclusion")).to_contain_text("家企业列入")
    desks.shot(page, "operator-lists")
    page.get_by_role("button", name="去批准").click()
    page.get_by_role("button", name="以“金融服务科科长”批准").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出全部（ZIP）").click()
    clicks += 3
    taken = time.monotonic() - begun
    download.value.save_as(tmp_path / "lists.zip")
    names = zipfile.ZipFile(tmp_path / "lists.zip").namelist()
    assert "清单.json" in names
    assert sum(name.startswith("机构名单/") for name in names) > 5
    assert sum(name.startswith("企业告知书/") for name in names) > 20
    assert clicks <= MOST_CLICKS
    assert taken < THREE_MINUTES
    desks.shot(page, "operator-exported")


def campaign_of(desks: Desks) -> Page:
    """The operator at the last campaign; one is run first where there is none with lists."""
    page = desks.at("operator")
    desks.open(page, "/campaigns")
    made = page.locator(".ag-row", has_text="首贷扩面专项对接")
    if made.count():
        made.first.click()
    else:
        desks.open(page, "/campaigns/new?from=first-loans")
        page.get_by_role("button", name="保存并运行").click()
    page.wait_for_url("**/campaigns/*")
    page.wait_for_url(lambda url: "step=candidates" not in url, timeout=THREE_MINUTES * 1_000)
    settled(page)
    return page


def test_the_steps_of_a_campaign_can_be_walked_back_and_any_pair_is_answered(desks: Desks) -> None:
    page = campaign_of(desks)
    for step, said in (("方案", "依据"), ("候选", "这次运行用的数据与规则"), ("分配", "为什么没有？")):
        page.get_by_role("navigation", name="活动的步骤").get_by_role("link", name=step).click()
        expect(page.get_by_text(said).first).to_be_visible()
        assert violations(page) == [], step
        desks.shot(page, f"operator-step-{step}")
    party = page.get_by_label("企业（输入名称或代码）")
    party.fill("启明诊断")
    page.get_by_role("option", name="演示·苏州启明诊断有限公司").click()
    offer = page.get_by_label("资源", exact=True).last
    offer.fill("科浦医贷")
    page.get_by_role("option", name="科浦医贷").first.click()
    page.get_by_role("button", name="问一问").click()
    expect(page.locator(".waterfall").first).to_be_visible()
    expect(page.locator(".criteria .quote, .criteria tr").first).to_be_visible()
    page.get_by_role("button", name="对比", exact=True).click()
    expect(page.get_by_text("之前没有生成过名单")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("这次运行用的数据与规则")).to_be_visible()


def test_a_file_is_looked_at_tried_imported_and_undone(desks: Desks, firms: Path, tmp_path: Path) -> None:
    page = desks.open(desks.at("operator"), "/imports")
    page.get_by_label("要导入的文件（XLSX 或 CSV）").set_input_files(firms)
    page.get_by_role("button", name="看看列").click()
    row = page.locator("tr", has_text="老板爱好")
    expect(row).to_contain_text("钓鱼；下棋")
    expect(row.get_by_label("对应字段 老板爱好")).to_have_value("不导入")
    page.get_by_label("模板名称").fill("园区名录")
    page.get_by_role("button", name="存为模板").click()
    expect(page.get_by_text("已存为模板“园区名录”")).to_be_visible()
    page.get_by_role("button", name="试一遍").click()
    expect(page.get_by_text("读了 3 行，什么都还没有写入")).to_be_visible()
    assert counted(page) == {"新增": 2, "更新": 0, "未变": 0, "同一主体合并": 0, "存疑": 1, "被拒": 1}
    assert violations(page) == []
    desks.shot(page, "operator-import-trial")
    page.get_by_role("button", name="导入 2 行").click()
    expect(page.get_by_text("下载问题行")).to_be_visible(timeout=THREE_MINUTES * 1_000)
    assert counted(page) == {"行数": 3, "新增": 2, "更新": 0, "未变": 0, "存疑": 1, "被拒": 1}
    with page.expect_download() as download:
        page.get_by_text("下载问题行").click()
    download.value.save_as(tmp_path / "problems.xlsx")
    words = zipfile.ZipFile(tmp_path / "problems.xlsx").read("xl/sharedStrings.xml").decode()
    assert words.index("老板爱好") < words.index("原因")
    assert "没有主体名称" in words
    desks.shot(page, "operator-import-done")
    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.get_by_text("已撤销：恢复 0 家，移除 2 家")).to_be_visible()


def counted(page: Page) -> dict[str, int]:
    """What the tiles say."""
    tiles = [text.split("\n") for text in page.locator(".tile").all_inner_texts()]
    return {label: int(number.replace(",", "")) for label, number, *_ in tiles}


def test_a_fact_is_corrected_by_hand_and_taken_back(desks: Desks) -> None:
    page = desks.open(desks.at("operator"), "/parties/demo-ent-0020")
    page.get_by_label("哪一项").fill("从业人员")
    page.get_by_role("option", name="从业人员（行业与规模）").click()
    page.get_by_label("从业人员（人）").fill("77")
    page.get_by_label("从业人员（人）").press("Enter")
    expect(page.get_by_text("77 人")).to_be_visible()
    expect(page.get_by_text("平台填写").first).to_be_visible()
    page.get_by_role("button", name="撤销这次变更").click()
    expect(page.get_by_text("77 人")).to_have_count(0)
    desks.shot(page, "operator-party")


def test_words_that_no_name_holds_find_who_does_that(desks: Desks) -> None:
    page = desks.at("operator")
    page.get_by_role("searchbox").first.fill("做呼吸道病原体检测试剂")
    page.get_by_role("searchbox").first.press("Enter")
    expect(page.get_by_text("按业务内容最接近的依次是")).to_be_visible()
    expect(page.locator(".ag-pinned-left-cols-container .ag-row").first).to_contain_text("诊断")


def test_a_rule_is_read_its_cases_hold_and_it_is_tried_on_a_firm(desks: Desks) -> None:
    page = desks.open(desks.at("operator"), "/rules?offer=fund.kunshan-angel&party=demo-ent-0001")
    expect(page.locator(".criteria tr").nth(3)).to_be_visible()
    expect(page.get_by_text(re.compile(r"运行了 \d+ 例，0 例不符"))).to_be_visible()
    assert violations(page) == []
    desks.shot(page, "operator-rule")


def test_the_log_is_filtered_and_its_chain_checked(desks: Desks) -> None:
    desks.open(desks.at("operator"), "/parties/demo-ent-0003")
    page = desks.open(desks.at("auditor"), "/audit?subject=demo-ent-0003")
    expect(page.locator(".ag-center-cols-container .ag-row").first).to_contain_text("查看主体")
    page.get_by_role("button", name="核验日志").click()
    expect(page.get_by_text("日志完好")).to_be_visible()
    desks.shot(page, "operator-audit")


def test_an_account_and_a_key_show_their_secret_once(desks: Desks) -> None:
    page = desks.open(desks.at("admin"), "/people")
    page.get_by_label("登录名").fill("wang.fang")
    page.get_by_role("button", name="建账号").click()
    expect(page.locator(".secret")).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{4}-\w{4}$"))
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    assert violations(page) == []
    desks.open(page, "/people")
    expect(page.locator("tr", has_text="wang.fang")).to_contain_text("待改口令")
    expect(page.locator(".secret")).to_have_count(0)
    page.get_by_label("登录名").fill("wang.fang")
    page.get_by_role("button", name="建账号").click()
    expect(page.get_by_text("请换一个登录名")).to_be_visible()
