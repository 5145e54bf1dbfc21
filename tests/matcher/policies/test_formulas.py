"""Formulas out of YAML: what they compute, how they read, and every way in which a file can be wrong."""

from decimal import Decimal
from pathlib import Path

import pytest

from matcher.catalogue.entry import Entry
from matcher.catalogue.files import read_file
from matcher.catalogue.loader import load_catalogue
from matcher.eligibility.criteria import Clause
from matcher.errors import InvalidCatalogue
from matcher.policies.benefit_files import built_in_benefits, load_benefits
from matcher.policies.formula_reading import read_formula
from matcher.policies.formulas import describe, evaluate, names_in, unit_of
from matcher.policies.quantities import Scope, Unit, scope_of
from tests.matcher.policies.worlds import AT, loan, party

CLAUSE = Clause("办法", "一", "原文")


def formula(text):
    return read_formula(Entry("测试", read_file("测试", f"formula: {text}".encode())).child("formula"), CLAUSE)


def bands(*limits):
    """A table by headcount whose bands give 1 %, 2 %, and so on; the last one is the rest."""
    parts = [f"{{{limit}, then: {{pct: {place}}}}}" for place, limit in enumerate(limits, 1)]
    return f"{{tiers_by: headcount, bands: [{', '.join(parts)}, {{then: {{pct: {len(limits) + 1}}}}}]}}"


def when(condition):
    """1 % where a condition on a field holds, else 2 %."""
    return f"{{choose: [{{when: {{field: {condition}}}, then: {{pct: 1}}}}], otherwise: {{pct: 2}}}}"


def scope(**facts) -> Scope:
    return scope_of(party(**facts), loan(), AT)


@pytest.mark.parametrize(
    ("text", "amount", "words"),
    [
        ("{times: [{pct: 50}, {yuan: 300}]}", "150", "50% × 300 元"),
        ("{times: [{pct: 50}, {pct: 50}]}", "25", "50% × 50%"),
        ("{times: [{pct: 50}, {pct: 50}, {yuan: 300}]}", "75", "50% × 50% × 300 元"),
        ("{times: [{permille: 5}, {wan: 100}]}", "5000", "5‰ × 100 万元"),
        ("{least: [{yuan: 300}, {wan: 0.02}]}", "200", "取小（300 元，0.02 万元）"),
        ("{sum: [{yuan: 300}, {yuan: 1.5}]}", "301.5", "300 元 + 1.5 元"),
        ("{times: [{pct: 10}, {sum: [{yuan: 300}, {yuan: 100}]}]}", "40", "10% × （300 元 + 100 元）"),
        ("{field: revenue_wan}", "80000000", "上年营业收入"),
        ("{field: principal_yuan}", "5000000", "贷款本金"),
        (bands("below: 120", "up_to: 120"), "2", "[按从业人员：低于 120 人 1%，不超过 120 人 2%，以上 3%]"),
        (when("headcount, operator: gt, value: 500, label: 大"), "2", "[大 1%；其余 2%]"),
    ],
)  # fmt: skip
def test_each_form_computes_and_reads(text, amount, words):
    read = formula(text)
    assert evaluate(read, scope()).value == Decimal(amount)
    assert describe(read) == words
    assert unit_of(read) in (Unit.YUAN, Unit.PERCENT)


def test_bands_and_cases_that_are_not_decided_give_bounds_and_name_the_field():
    tiers = formula(bands("below: 5", "up_to: 9"))
    found = evaluate(tiers, scope(headcount=None))
    assert (found.low, found.high, [item.code for item in found.lacking]) == (1, 3, ["headcount"])
    cases = formula(
        "{choose: [{when: {field: gazelle, operator: eq, value: true, label: 瞪羚}, then: {pct: 8}},"
        " {when: {field: headcount, operator: ge, value: 1, label: 有人}, then: {pct: 2}}], otherwise: {pct: 1}}"
    )
    found = evaluate(cases, scope())
    assert (found.low, found.high, [item.code for item in found.lacking]) == (2, 8, ["gazelle"])
    assert evaluate(cases, scope(gazelle=True)).value == 8
    assert evaluate(cases, scope(gazelle=False)).value == 2
    assert names_in(tiers) == ("headcount",)


def test_what_the_text_leaves_open_is_never_a_number():
    between = evaluate(formula("{between: [{pct: 80}, {pct: 90}], why: 未定}"), scope())
    assert (between.low, between.high, between.value) == (80, 90, None)
    open_ratio = evaluate(formula('{times: [{unstated: 未给出, unit: "%"}, {yuan: 5}]}'), scope())
    assert (open_ratio.value, open_ratio.high) == (None, None)
    assert [item.label for item in open_ratio.lacking] == ["未给出"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{times: [{yuan: 3}, {yuan: 4}]}", "单位不合"),
        ("{sum: [{yuan: 3}, {pct: 4}]}", "单位不合"),
        ("{least: [{yuan: 3}, {pct: 4}]}", "单位不合"),
        ("{between: [{yuan: 3}, {pct: 4}], why: 甲}", "单位不合"),
        ("{between: [{yuan: 3}], why: 甲}", "两项"),
        ("{pct: 101}", "0 至 100"),
        ("{permille: 1001}", "0 至 100"),
        ("{pct: -1}", "不小于 0"),
        ("{pct: '5'}", "不小于 0"),
        ("{field: headcount}", "不是金额或比例"),
        ("{field: revenu_wan}", "revenue_wan"),
        ("{field: interest_yuan, pct: 5}", "不认识的键"),
        ("{eval: 1+1}", "公式为"),
        ("{}", "公式为"),
        ("{times: []}", "缺少 times"),
        ("{unstated: 甲, unit: 人}", "unit"),
        ("{tiers_by: name, bands: [{then: {pct: 3}}]}", "不是数值"),
        ("{tiers_by: headcount, bands: [{below: 5, then: {pct: 3}}]}", "末档"),
        (bands("below: 5", "below: 4"), "由低到高"),
        (bands("up_to: 5", "below: 5"), "由低到高"),
        (bands("below: 5", "below: 5"), "由低到高"),
        ("{tiers_by: headcount, bands: [{then: {pct: 3}}, {then: {pct: 3}}]}", "由低到高"),
        ("{tiers_by: headcount, bands: [{below: 5, up_to: 6, then: {pct: 3}}, {then: {pct: 3}}]}", "同时有"),
        (when("headcount, operator: ge, value: many, label: 甲"), "value"),
        (when("collateral, operator: ge, value: 3, label: 甲"), "不能用"),
        (when("secured_by, operator: has_any, value: [黄金], label: 甲"), "黄金"),
        ("{sum: [{sum: [{sum: [{sum: [{sum: [{sum: [{sum: [{sum: [{yuan: 1}]}]}]}]}]}]}]}]}", "嵌套"),
    ],
)  # fmt: skip
def test_a_formula_that_is_wrong_is_refused_with_the_place(text, words):
    with pytest.raises(InvalidCatalogue, match="测试") as raised:
        formula(text)
    assert words in str(raised.value)


ANY = "{field: is_overdue, operator: eq, value: false, label: 甲}"
WRONG = "{instead_of: insured_sum_wan, take: principal_yuan}"
GOOD = """
schemes:
  s: {name: 甲办法, document: ningxia, quote: 原文, cap_wan: 1}
benefits:
  - id: benefit.a
    scheme: s
    kind: interest
    name: 甲
    beneficiary: enterprise
    offer: programme.ningxia-lixi
    document: ningxia
    quote: 原文
    formula: {times: [{pct: 5}, {field: interest_yuan}]}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("benefit.a", "loan.a", "benefit."),
        ("scheme: s", "scheme: t", "没有名为 't' 的办法"),
        ("programme.ningxia-lixi", "programme.none", "programme.none"),
        ("    document: ningxia", "    document: none", "none"),
        ("{times: [{pct: 5}, {field: interest_yuan}]}", "{pct: 5}", "不是金额"),
        ("kind: interest", "kind: interests", "interests"),
        ("    quote: 原文", "    spent: rate_pct\n    quote: 原文", "spent"),
        ("    quote: 原文", f"    settled: {{没有的条件: {ANY}}}\n    quote: 原文", "没有条件"),
        ("    quote: 原文", f"    illustrate: {WRONG}\n    quote: 原文", "以元计"),
        ("cap_wan: 1}", "cap_wan: 1, exclusions: [{not_both: [interest], label: 甲}]}", "not_both"),
        ("cap_wan: 1}", "cap_wan: 1, exclusions: [{not_both: [interest, intrest], label: 甲}]}", "intrest"),
        ("schemes:", "schemas:", "schemas"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_whole(tmp_path: Path, old, new, words):
    catalogue = load_catalogue()
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    assert [item.id for item in load_benefits(catalogue, tmp_path).benefits] == ["benefit.a"]
    assert old in GOOD
    (tmp_path / "good.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidCatalogue, match=r"good\.yaml") as raised:
        load_benefits(catalogue, tmp_path)
    assert words in str(raised.value)


def test_one_id_in_two_files_is_refused(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(GOOD.split("benefits:")[1].join(["benefits:", ""]), encoding="utf-8")
    with pytest.raises(InvalidCatalogue, match="重复"):
        load_benefits(load_catalogue(), tmp_path)


def test_the_built_in_book_quotes_its_documents_and_marks_its_inference():
    book = built_in_benefits()
    assert len({item.id for item in book.benefits}) == len(book.benefits) == 18
    assert all(item.clause.quote and item.clause.document for item in book.benefits)
    assert all(unit_of(item.formula) is Unit.YUAN for item in book.benefits)
    assert {rule.label for rule in book.schemes["ningxia-keji-jinrong"].exclusions if rule.clause is None} == {
        "推断：同一笔贷款的利息只按一档补助；原文分两类列出四档，未写明可否叠加"
    }
