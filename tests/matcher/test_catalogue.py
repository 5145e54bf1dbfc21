"""The built-in catalogue says what its sources say, and a catalogue that is not right in every entry is not loaded."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.catalogue.carrier_kinds import load_carrier_kinds
from matcher.catalogue.checklist import checklist, rendered
from matcher.catalogue.files import MAX_BYTES, read_file
from matcher.catalogue.loader import Catalogue, load_catalogue
from matcher.declarations.carrier import CARRIER_KINDS
from matcher.declarations.enterprise import COOPERATION_AREAS
from matcher.eligibility.criteria import All, AnyOf, Leaf, Not, Operator, leaves
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import State
from matcher.errors import InvalidCatalogue
from matcher.fields import PartyKind
from matcher.offers import Confidence, Offer, OfferKind, OfferStatus
from tests.thorough import examples

REPOSITORY = Path(__file__).parents[2]
SEEDS = REPOSITORY.parent / "shared" / "seeds"

DOCUMENTS = """
documents:
  one: {title: 甲文件, number: 甲〔2021〕1号, date: 2021-01-02, seed: S2, confidence: A}
  two: {title: 乙文件, seed: S0, confidence: B}
"""
OFFER = {
    "id": "loan.jia",
    "kind": "loan",
    "name": "甲贷",
    "provider": "甲银行",
    "summary": "甲银行的贷款",
    "focus": "甲类企业贷款",
    "audience": "[enterprise]",
    "clauses": "[{document: one, article: 第一条, quote: 甲贷原文}]",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def written(folder: Path, offers: str, rest: str = DOCUMENTS) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "catalogue.yaml").write_text(f"{rest}\n{offers}", encoding="utf-8")
    return folder


def offer_text(**changes: str | None) -> str:
    lines = [f"    {key}: {value}" for key, value in {**OFFER, **changes}.items() if value is not None]
    return "offers:\n  -\n" + "\n".join(lines) + "\n"


def loaded(folder: Path, **changes: str | None) -> Offer:
    offers = load_catalogue(written(folder, offer_text(**changes))).offers
    assert len(offers) == 1
    return next(iter(offers.values()))


def refusal(folder: Path, offers: str, rest: str = DOCUMENTS) -> str:
    with pytest.raises(InvalidCatalogue) as caught:
        load_catalogue(written(folder, offers, rest))
    return str(caught.value)


# what the built-in catalogue says


def test_every_named_item_has_its_offer_or_a_reason(catalogue: Catalogue) -> None:
    listed = {key for item in checklist() for key in item.offers}
    assert listed == set(catalogue.offers)
    assert all(bool(item.offers) != bool(item.why) for item in checklist())


def test_the_document_of_the_catalogue_is_the_catalogue(catalogue: Catalogue) -> None:
    assert (REPOSITORY / "docs" / "catalogue.md").read_text(encoding="utf-8") == rendered(catalogue)


def test_every_kind_of_offer_but_demands_is_there(catalogue: Catalogue) -> None:
    assert {offer.kind for offer in catalogue.offers.values()} == set(OfferKind) - {OfferKind.PROCUREMENT}
    assert not any(offer.synthetic for offer in catalogue.offers.values())


def test_kunshan_fund_states_its_conditions(catalogue: Catalogue) -> None:
    fund = catalogue.offers["fund.kunshan-angel"]
    stated = {(leaf.field, leaf.operator.value, leaf.value) for leaf in leaves(fund.criteria) if leaf.value is not None}
    assert stated == {
        ("region", "under", ("320583",)),
        ("is_independent_legal_person", "eq", True),
        ("is_local_leading_industry", "eq", True),
        ("has_own_ip", "eq", True),
        ("headcount", "lt", 200),
        ("tech_staff_pct", "ge", Decimal(10)),
        ("has_clear_equity", "eq", True),
        ("is_group_subsidiary", "eq", False),
        ("revenue_wan", "lt", Decimal(2000)),
        ("net_assets_wan", "lt", Decimal(2000)),
        ("rd_expense_wan", "gt", Decimal(0)),
        ("age_years", "le", Decimal(5)),
    }
    assert (fund.terms.amount_max_wan, fund.terms.share_max_pct) == (Decimal(500), Decimal(20))
    assert fund.effective_from == date(2021, 11, 15)
    assert fund.clauses[0].document == "昆山市天使投资基金管理办法（昆政办发〔2021〕128号）"


KUNSHAN_FIRM = {
    "region": "320583",
    "is_independent_legal_person": True,
    "is_local_leading_industry": True,
    "has_own_ip": True,
    "headcount": 40,
    "tech_staff_pct": Decimal(50),
    "has_clear_equity": True,
    "is_group_subsidiary": False,
    "revenue_wan": Decimal(5000),
    "net_assets_wan": Decimal(1900),
    "rd_expense_wan": Decimal(80),
    "age_years": Decimal(5),
}


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, State.MET),
        ({"age_years": Decimal(8)}, State.UNMET),
        ({"region": "320505"}, State.UNMET),
        ({"headcount": 200}, State.UNMET),
        ({"net_assets_wan": Decimal(2000)}, State.UNMET),
        ({"has_own_ip": False}, State.MANUAL_REVIEW),
        ({"rd_expense_wan": Decimal(0)}, State.UNMET),
    ],
)
def test_kunshan_fund_decides(catalogue: Catalogue, change: dict[str, object], state: State) -> None:
    values = {**KUNSHAN_FIRM, **change}
    assert evaluate(catalogue.offers["fund.kunshan-angel"].criteria, values).state is state


NINGXIA_FIRM = {
    "region": "640104",
    "is_independent_legal_person": True,
    "has_serious_dishonesty": False,
    "tech_sme": True,
    "revenue_growth_pct": Decimal(4),
    "profit_growth_pct": Decimal(1),
    "rd_intensity_pct": Decimal(2),
    "has_partner_institution_business": True,
    "received_other_public_funds": False,
    "has_overdue_loan": False,
}


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, State.MANUAL_REVIEW),
        ({"rd_intensity_pct": Decimal("1.99")}, State.UNMET),
        ({"region": "320583"}, State.UNMET),
        ({"received_other_public_funds": True}, State.UNMET),
        ({"has_overdue_loan": True}, State.UNMET),
    ],
)
def test_ningxia_interest_subsidy_decides(catalogue: Catalogue, change: dict[str, object], state: State) -> None:
    values = {**NINGXIA_FIRM, **change}
    assert evaluate(catalogue.offers["programme.ningxia-lixi"].criteria, values).state is state


def test_a_favoured_kind_of_firm_is_no_condition(catalogue: Catalogue) -> None:
    loan = catalogue.offers["loan.kepu-yidai"]
    assert [leaf.field for leaf in leaves(loan.criteria)] == ["region"]
    assert [(leaf.field, leaf.value) for leaf in loan.preferences] == [("industry", ("27", "7340"))]


def test_a_loan_of_a_zone_refuses_other_districts_and_waits_where_only_the_city_is_known(catalogue: Catalogue) -> None:
    for offer_id, own, other in (("loan.rongyi-dai", "320505", "320571"), ("loan.keji-dai", "320571", "320505")):
        criteria = catalogue.offers[offer_id].criteria
        values = {"high_tech_enterprise": True}
        assert evaluate(criteria, {**values, "region": own}).state is State.MET
        assert evaluate(criteria, {**values, "region": "320500"}).state is State.UNKNOWN
        for elsewhere in (other, "320583", "110108"):
            assert evaluate(criteria, {**values, "region": elsewhere}).state is State.UNMET


@pytest.mark.parametrize(
    ("offer_id", "values", "other"),
    [
        ("loan.zhuanli-dai", {"region": "320505", "invention_patents": 12}, {"region": "320505"}),
        ("loan.shangbiao-dai", {"region": "320505", "trademarks": 1}, {"region": "320505"}),
        ("loan.banquan-zhiya-dai", {"region": "320505", "software_copyrights": 3}, {"region": "320505"}),
    ],
)
def test_a_pledge_needs_something_to_pledge(
    catalogue: Catalogue, offer_id: str, values: dict[str, object], other: dict[str, object]
) -> None:
    criteria = catalogue.offers[offer_id].criteria
    assert evaluate(criteria, values).state is State.MET
    assert evaluate(criteria, other).state is State.UNKNOWN


def test_drafts_are_marked_and_are_those_of_zhejiang(catalogue: Catalogue) -> None:
    title = catalogue.documents["zhejiang"].title
    drafts = {key for key, offer in catalogue.offers.items() if offer.status is OfferStatus.DRAFT}
    assert drafts == {key for key, offer in catalogue.offers.items() if offer.source == title}
    assert drafts


def test_tiers_of_the_risk_sharing_are_told(catalogue: Catalogue) -> None:
    text = "".join(catalogue.offers["loan.kedai-tong"].benefits)
    assert all(share in text for share in ("50%", "40%", "30%", "80%"))
    assert catalogue.offers["loan.kedai-tong"].assumptions


def test_carriers_and_institutions_find_offers_of_their_own(catalogue: Catalogue) -> None:
    for kind, least in ((PartyKind.CARRIER, 12), (PartyKind.INSTITUTION, 5), (PartyKind.TEAM, 5)):
        assert sum(kind in offer.audience for offer in catalogue.offers.values()) >= least


def test_our_own_words_are_free_of_the_copies_masking(catalogue: Catalogue) -> None:
    for offer in catalogue.offers.values():
        words = (offer.name, offer.provider, offer.summary, offer.focus, *offer.benefits)
        assert not any(mask in text for text in words for mask in ("*", "(", "区(", "  ")), offer.id


def conditions(catalogue: Catalogue) -> Iterator[tuple[Offer, Leaf]]:
    for offer in catalogue.offers.values():
        for leaf in (*(leaves(offer.criteria) if offer.criteria else ()), *offer.preferences):
            yield offer, leaf


def test_no_threshold_without_words_or_a_stated_assumption(catalogue: Catalogue) -> None:
    bare = [
        (offer.id, leaf.label)
        for offer, leaf in conditions(catalogue)
        if isinstance(leaf.value, int | Decimal) and not isinstance(leaf.value, bool)
        if not leaf.assumption and not re.search(rf"(?<!\d){leaf.value}(?!\d)", leaf.clause.quote)
    ]
    assert bare == []


def test_no_amount_share_or_rate_without_words(catalogue: Catalogue) -> None:
    for offer in catalogue.offers.values():
        words = "".join((*(clause.quote for clause in offer.clauses), *offer.benefits))
        terms = offer.terms
        for number in (terms.amount_min_wan, terms.amount_max_wan, terms.rate_min_pct, terms.share_max_pct):
            assert number is None or str(number) in words, offer.id


def comparable(text: str) -> str:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("—", "-")
    return plain.translate(str.maketrans("〔〕﹝﹞", "[][]"))


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the source texts are not beside this clone")
def test_quotes_are_those_of_the_sources(catalogue: Catalogue) -> None:
    """Word for word up to width and spaces; the Zhejiang copy is in traditional characters and was checked apart."""
    seeds = {
        f"S{int(path.name[:3])}": comparable(path.read_text(encoding="utf-8")) for path in SEEDS.glob("00[0-3]_*.txt")
    }
    seed_of = {document.title: document.seed for document in catalogue.documents.values()}
    clauses = {clause for offer in catalogue.offers.values() for clause in offer.clauses}
    clauses |= {leaf.clause for _, leaf in conditions(catalogue)}
    clauses |= {clause for kind in load_carrier_kinds().kinds for clause in kind.clauses}
    checked = [clause for clause in clauses if seed_of[clause.document] in seeds]
    assert [clause.quote for clause in checked if comparable(clause.quote) not in seeds[seed_of[clause.document]]] == []
    assert len(checked) > 100


def test_carrier_kinds_are_the_choices_of_the_field() -> None:
    kinds = load_carrier_kinds()
    assert {kind.name for kind in kinds.kinds} == set(CARRIER_KINDS)
    assert kinds.named("大中小企业融通型特色载体").areas == COOPERATION_AREAS
    assert kinds.named("专业资本集聚型特色载体").assessment == ("资本运作", "价值管理", "增值服务")
    assert len(kinds.dimensions) == 6


# how a catalogue is read


def test_an_offer_is_read_whole(tmp_path: Path) -> None:
    offer = loaded(
        tmp_path,
        service_regions='["320500"]',
        industry_focus="[C27, M7340]",
        terms="{amount_max_wan: 500, rate_min_pct: 3.45, term_months_max: 12, secured_by: [专利]}",
        criteria="{all: [{field: age_years, operator: le, value: 5, label: 不超过5年, article: 第二条, quote: 五年}, "
        "{not: {field: is_dishonest_debtor, operator: eq, value: true, label: 失信}, label: 未失信}, "
        "{any: [{field: tech_sme, operator: eq, value: true, label: 科小}, "
        "{field: size_class, operator: in, value: [小型, 微型], label: 小微}], label: 其一, least: 1}]}",
        preferences="[{field: industry, operator: under, value: [C27], label: 医药}]",
        effective_from="2021-10-22",
    )
    clause = offer.clauses[0]
    assert (clause.document, clause.article, clause.quote) == ("甲文件（甲〔2021〕1号）", "第一条", "甲贷原文")
    assert isinstance(offer.criteria, All)
    age, dishonest, either = offer.criteria.children
    assert isinstance(age, Leaf)
    assert (age.operator, age.value, age.clause.article, age.clause.document) == (
        Operator.LE,
        Decimal(5),
        "第二条",
        clause.document,
    )
    assert isinstance(dishonest, Not)
    assert isinstance(either, AnyOf)
    assert either.least == 1
    assert [leaf.clause for leaf in leaves(either)] == [clause, clause]
    assert offer.industry_focus == ("27", "7340")
    assert offer.terms.rate_min_pct == Decimal("3.45")
    assert offer.terms.amount_min_wan is None
    assert (offer.confidence, offer.status, offer.observed_on) == (Confidence.A, OfferStatus.APPROVED, date(2021, 1, 2))


def test_shared_conditions_take_the_clause_of_the_offer_that_uses_them(tmp_path: Path) -> None:
    shared = "conditions:\n  young: {field: age_years, operator: le, value: 5, label: 年轻}\n"
    offers = load_catalogue(written(tmp_path, offer_text(criteria="{use: young}"), DOCUMENTS + shared)).offers
    leaf = offers["loan.jia"].criteria
    assert isinstance(leaf, Leaf)
    assert leaf.clause == offers["loan.jia"].clauses[0]


def test_version_changes_with_any_byte_and_with_nothing_else(tmp_path: Path) -> None:
    first = load_catalogue(written(tmp_path / "a", offer_text())).version
    assert load_catalogue(written(tmp_path / "b", offer_text())).version == first
    assert load_catalogue(written(tmp_path / "c", offer_text(name="乙贷"))).version != first
    (tmp_path / "b" / "catalogue.yaml").rename(tmp_path / "b" / "renamed.yaml")
    assert load_catalogue(tmp_path / "b").version != first


FAULTS = {
    "unknown key": ({"benefit": "[好处]"}, ("loan.jia", "不认识的键 'benefit'", "benefits")),
    "missing clauses": ({"clauses": None}, ("缺少 clauses",)),
    "empty clauses": ({"clauses": "[]"}, ("缺少 clauses",)),
    "clause without quote": ({"clauses": "[{document: one}]"}, ("缺少 quote",)),
    "unknown document": ({"clauses": "[{document: three, quote: 原文}]"}, ("没有名为 'three' 的文件", "one、two")),
    "unknown kind": ({"kind": "credit"}, ("kind 为 'credit'", "loan")),
    "id of another kind": ({"id": "fund.jia"}, ("id 为 'fund.jia'",)),
    "id in capitals": ({"id": "loan.Jia"}, ("id 为 'loan.Jia'",)),
    "unknown audience": ({"audience": "[company]"}, ("audience 含 'company'",)),
    "unknown region": ({"service_regions": '["999999"]'}, ("999999",)),
    "region without quotes": ({"service_regions": "[320500]"}, ("service_regions 为 320500", "加引号")),
    "unknown industry": ({"industry_focus": "[C99]"}, ("C99", "GB/T 4754")),
    "letter of another section": ({"industry_focus": "[A27]"}, ("A27",)),
    "unknown pledge": ({"terms": "{secured_by: [字画]}"}, ("字画", "专利")),
    "negative amount": ({"terms": "{amount_max_wan: -5}"}, ("amount_max_wan 为 -5",)),
    "amount in words": ({"terms": "{amount_max_wan: 500万}"}, ("amount_max_wan 为 '500万'",)),
    "amounts crossed": ({"terms": "{amount_min_wan: 9, amount_max_wan: 5}"}, ("下限 9 大于上限 5",)),
    "dates crossed": ({"effective_from": "2022-01-02", "effective_to": "2022-01-01"}, ("下限 2022-01-02",)),
    "date in quotes": ({"effective_from": '"2022-01-02"'}, ("effective_from",)),
    "no such day": ({"effective_from": "2022-02-30"}, ("2022-02-30",)),
    "flag for a text": ({"name": "no"}, ("'no' 会被当作真假值",)),
    "number for a text": ({"name": "123"}, ("name 为 123",)),
    "line break": ({"name": '"甲\\n贷"'}, ("换行、控制字符",)),
    "NUL": ({"name": '"甲\\0贷"'}, ("换行、控制字符",)),
    "repeated benefit": ({"benefits": "[好, 好]"}, ("重复项",)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_entry_is_refused(tmp_path: Path, name: str) -> None:
    changes, words = FAULTS[name]
    message = refusal(tmp_path, offer_text(**changes))
    for word in ("catalogue.yaml", *words):
        assert word in message


CONDITION_FAULTS = {
    "unknown field": ("{field: age_year, operator: le, value: 5, label: 年限}", ("age_year", "age_years")),
    "text for a number": ('{field: age_years, operator: le, value: "5", label: 年限}', ("'5'", "数字", "年")),
    "fraction for a count": ("{field: headcount, operator: lt, value: 1.5, label: 人数}", ("整数", "人")),
    "flag for a count": ("{field: headcount, operator: lt, value: true, label: 人数}", ("整数",)),
    "number for a flag": ("{field: tech_sme, operator: eq, value: 1, label: 科小}", ("true 或 false",)),
    "choice not offered": ("{field: size_class, operator: eq, value: 巨型, label: 规模}", ("巨型", "大型")),
    "operator not for a flag": ("{field: tech_sme, operator: ge, value: true, label: 科小}", ("不能用 ge", "eq")),
    "operator not for a region": ('{field: region, operator: gt, value: "320500", label: 地区}', ("不能用 gt",)),
    "one code for a list": ('{field: region, operator: under, value: "320500", label: 地区}', ("非空列表",)),
    "empty list": ("{field: region, operator: under, value: [], label: 地区}", ("非空列表",)),
    "unknown region": ('{field: region, operator: under, value: ["320599"], label: 地区}', ("320599",)),
    "no value": ("{field: age_years, operator: le, label: 年限}", ("None",)),
    "a value for a person": ("{field: products, operator: manual, value: 好, label: 好}", ("manual",)),
    "no label": ("{field: age_years, operator: le, value: 5}", ("缺少 label",)),
    "article without quote": ("{field: age_years, operator: le, value: 5, label: 年, article: 一}", ("无 quote",)),
    "empty all": ("{all: []}", ("缺少 all",)),
    "any without label": ("{any: [{field: age_years, operator: le, value: 5, label: 年}]}", ("缺少 label",)),
    "too many": (
        "{any: [{field: age_years, operator: le, value: 5, label: 年}], label: 其一, least: 2}",
        ("least 为 2",),
    ),
    "unknown shared": ("{use: nothing}", ("没有名为 'nothing' 的共用条件",)),
    "a leaf and more": ("{all: [{field: age_years, operator: le, value: 5, label: 年}], field: region}", ("'field'",)),
    "too deep": (
        "{not: " * 10 + "{field: age_years, operator: le, value: 5, label: 年}" + ", label: 非}" * 10,
        ("嵌套",),
    ),
}


@pytest.mark.parametrize("name", CONDITION_FAULTS)
def test_a_faulty_condition_is_refused(tmp_path: Path, name: str) -> None:
    criteria, words = CONDITION_FAULTS[name]
    message = refusal(tmp_path, offer_text(criteria=criteria))
    for word in ("catalogue.yaml", "loan.jia", *words):
        assert word in message


FILE_FAULTS = {
    "alias": ("a: &x [1]\noffers: *x\n", "锚点或别名"),
    "anchor alone": ("offers: &x []\n", "锚点或别名"),
    "merge key": ("offers: []\n<<: {documents: {}}\n", "不是文字"),
    "python object": ("offers: !!python/object/apply:os.getcwd []\n", "不支持的写法"),
    "own tag": ("offers: !thing {}\n", "不支持的写法"),
    "repeated key": ("offers: []\noffers: []\n", "重复"),
    "octal": ("offers: 010\n", "歧义"),
    "sexagesimal": ("offers: 12:30\n", "歧义"),
    "infinity": ("offers: .inf\n", "歧义"),
    "number as key": ("1: []\n", "不是文字"),
    "time": ("offers: 2021-01-01 10:00:00\n", "写法不符"),
    "two documents": ("offers: []\n---\noffers: []\n", "YAML"),
    "unclosed": ("offers: [\n", "YAML"),
    "not a table": ("- 1\n", "键值表"),
    "empty": ("", "键值表"),
    "unknown section": ("products: []\n", "不认识的键 'products'"),
    "offers as a table": ("offers: {a: 1}\n", "列表"),
    "deep": ("offers: " + "[" * 5000 + "]" * 5000, "catalogue.yaml"),
}


@pytest.mark.parametrize("name", FILE_FAULTS)
def test_a_faulty_file_is_refused(tmp_path: Path, name: str) -> None:
    content, word = FILE_FAULTS[name]
    message = refusal(tmp_path, content, rest="")
    assert "catalogue.yaml" in message
    assert word in message


def test_ampersands_and_stars_in_text_are_only_text(tmp_path: Path) -> None:
    assert loaded(tmp_path, name='"A&B *甲"').name == "A&B *甲"


def test_bytes_that_are_no_text_and_files_too_large_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCatalogue, match="UTF-8"):
        read_file("x.yaml", "offers: 贷".encode("gb18030"))
    with pytest.raises(InvalidCatalogue, match="2 MB"):
        read_file("x.yaml", b"#" * (MAX_BYTES + 1))
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(InvalidCatalogue, match=r"large\.yaml"):
        load_catalogue(tmp_path)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InvalidCatalogue, match="没有 YAML 文件"):
            load_catalogue(folder)


def test_all_faults_are_told_at_once_and_nothing_is_loaded(tmp_path: Path) -> None:
    good, unknown, repeated = offer_text(), offer_text(id="loan.yi", kind="loan", audience="[nobody]"), offer_text()
    body = "".join(part.removeprefix("offers:\n") for part in (good, unknown, repeated))
    message = refusal(tmp_path, "offers:\n" + body)
    assert "2 条不合规" in message
    assert "nobody" in message
    assert "id 'loan.jia' 重复" in message


def test_a_document_defined_twice_is_refused(tmp_path: Path) -> None:
    written(tmp_path, offer_text())
    (tmp_path / "again.yaml").write_text(DOCUMENTS, encoding="utf-8")
    with pytest.raises(InvalidCatalogue, match="重复定义"):
        load_catalogue(tmp_path)


ODD = st.text(alphabet=st.sampled_from(list("offers: documents[]{},-&*!|>'\"\n #?%@`0129.甲\t~<")), max_size=120)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=ODD | st.text(max_size=60))
def test_any_file_is_read_or_refused(content: str) -> None:
    refused = ""
    try:
        parsed = read_file("x.yaml", content.encode("utf-8", "surrogatepass"))
    except InvalidCatalogue as error:
        refused, parsed = error.found, {}
    assert isinstance(parsed, dict)
    assert not refused or "x.yaml" in refused
