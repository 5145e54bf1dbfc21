"""Packs as operators write them: versions by date, references, every fault with its line, the published schema."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from matcher.catalogue.checking import check_file, read_pack
from matcher.catalogue.files import MAX_BYTES, read_file
from matcher.catalogue.loader import load_contents
from matcher.catalogue.schema import pack_schema, published_schema
from matcher.catalogue.versions import version_on
from matcher.eligibility.criteria import leaves
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import State
from matcher.errors import InvalidCatalogue
from matcher.offers import Offer, in_force

HEAD = "documents:\n  one: {title: 甲办法, date: 2021-01-02, confidence: A}\nconditions:\n"


def entry(word: str, **more: str) -> str:
    given = {
        "id": f"programme.{word}",
        "kind": "programme",
        "name": word,
        "provider": "甲局",
        "summary": "摘要",
        "focus": "焦点",
        "audience": "[enterprise]",
        "clauses": f"[{{document: one, quote: {word}原文}}]",
        **more,
    }
    return "  -\n" + "".join(f"    {key}: {value}\n" for key, value in given.items())


def pack(*entries: str, shared: str = "  none: {field: headcount, operator: ge, value: 1, label: 有人}\n") -> bytes:
    return f"{HEAD}{shared}offers:\n{''.join(entries)}".encode()


def offers(*entries: str, known: Mapping[str, Offer] | None = None) -> Mapping[str, Offer]:
    return load_contents({"pack.yaml": pack(*entries)}, known).offers


def asks(least: int) -> str:
    return f"{{field: headcount, operator: ge, value: {least}, label: 人数}}"


OLD = entry(
    "jia-2022", series="programme.jia", criteria=asks(10), status="superseded", effective_to="2026-03-31",
    effective_from="2022-06-01",
)  # fmt: skip
NEW = entry("jia-2026", series="programme.jia", criteria=asks(20), effective_from="2026-04-01")


# versions


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2022, 5, 31), None),
        (date(2022, 6, 1), "programme.jia-2022"),
        (date(2026, 3, 31), "programme.jia-2022"),
        (date(2026, 4, 1), "programme.jia-2026"),
    ],
)
def test_the_version_of_the_day_is_found_by_series(day: date, found: str | None) -> None:
    catalogue = load_contents({"pack.yaml": pack(NEW, OLD)})
    version = catalogue.on("programme.jia", day)
    assert (version.id if version else None) == found
    assert catalogue.on("programme.none", day) is None


def test_a_version_is_found_by_its_id_on_any_day_and_superseded_ones_stay_evaluable() -> None:
    given = offers(OLD, NEW)
    old = version_on(given.values(), "programme.jia-2022", date(2026, 11, 1))
    assert old is not None
    assert old.id == "programme.jia-2022"
    assert in_force(old, date(2026, 3, 31))
    assert not in_force(old, date(2026, 4, 1))
    assert evaluate(old.criteria, {"headcount": 15}).state is State.MET
    assert evaluate(given["programme.jia-2026"].criteria, {"headcount": 15}).state is State.UNMET


def test_an_offer_superseded_without_a_last_day_is_not_in_force() -> None:
    assert not in_force(offers(entry("jia", status="superseded"))["programme.jia"], date(2000, 1, 1))


CLASHING = {
    "a day in common": (OLD, entry("jia-2026", series="programme.jia", effective_from="2026-03-31")),
    "no end": (entry("jia-2022", series="programme.jia"), NEW),
    "the id of one is the series": (entry("jia"), NEW),
}


@pytest.mark.parametrize("name", CLASHING)
def test_two_versions_on_one_day_are_refused(name: str) -> None:
    with pytest.raises(InvalidCatalogue, match="同时有效"):
        offers(*CLASHING[name])


def test_a_draft_stands_beside_the_version_in_force() -> None:
    draft = entry("jia-draft", series="programme.jia", status="draft")
    found = version_on(offers(OLD, NEW, draft).values(), "programme.jia", date(2026, 11, 1))
    assert found is not None
    assert found.id == "programme.jia-2026"


def test_a_pack_may_not_take_a_day_of_a_known_series() -> None:
    known = offers(OLD, NEW)
    with pytest.raises(InvalidCatalogue, match="同时有效"):
        offers(entry("jia-2027", series="programme.jia", effective_from="2027-01-01"), known=known)


# references


def test_an_offer_may_ask_what_another_asks_with_the_others_clause() -> None:
    both = "{all: [{offer: programme.jia-2026}, {field: age_years, operator: ge, value: 3, label: 三年}]}"
    given = offers(NEW, entry("yi", criteria=both))["programme.yi"]
    first, second = leaves(given.criteria) if given.criteria else ()
    assert (first.clause.quote, second.clause.quote) == ("jia-2026原文", "yi原文")
    assert evaluate(given.criteria, {"headcount": 20, "age_years": Decimal(3)}).state is State.MET
    assert evaluate(given.criteria, {"headcount": 19, "age_years": Decimal(3)}).state is State.UNMET


@pytest.mark.parametrize(("begins", "wanted"), [("2023-01-01", 10), ("2026-04-01", 20)])
def test_a_series_means_the_version_in_force_with_the_referring_offer(begins: str, wanted: int) -> None:
    ends = {"effective_to": "2024-01-01"} if begins < "2026" else {}
    referring = entry("yi", criteria="{offer: programme.jia}", effective_from=begins, **ends)
    (leaf,) = leaves(offers(OLD, NEW, referring)["programme.yi"].criteria)  # type: ignore[arg-type]
    assert leaf.value == wanted


def test_what_is_loaded_already_may_be_referred_to() -> None:
    known = offers(OLD, NEW)
    (leaf,) = leaves(offers(entry("yi", criteria="{offer: programme.jia-2026}"), known=known)["programme.yi"].criteria)  # type: ignore[arg-type]
    assert leaf.value == 20


REFERENCES = {
    "several versions": ((OLD, NEW, entry("yi", criteria="{offer: programme.jia}")), "2 个版本"),
    "unknown": ((entry("yi", criteria="{offer: programme.yii}"),), "是否想写 programme.yi"),
    "itself": ((entry("yi", criteria="{offer: programme.yi}"),), "引用成环：programme.yi → programme.yi"),
    "a circle": (
        (entry("yi", criteria="{offer: programme.bing}"), entry("bing", criteria="{offer: programme.yi}")),
        "引用成环：programme.yi → programme.bing → programme.yi",
    ),
    "asks nothing": ((entry("jia"), entry("yi", criteria="{offer: programme.jia}")), "没有条件"),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_that_leads_nowhere_is_refused(name: str) -> None:
    given, words = REFERENCES[name]
    with pytest.raises(InvalidCatalogue) as caught:
        offers(*given)
    assert words in str(caught.value)


def test_shared_conditions_may_use_others_but_not_in_a_circle(tmp_path: Path) -> None:
    shared = f"  a: {{all: [{{use: b}}]}}\n  b: {asks(7)}\n"
    given = load_contents({"p.yaml": pack(entry("yi", criteria="{use: a}"), shared=shared)}).offers["programme.yi"]
    assert [leaf.value for leaf in leaves(given.criteria)] == [7]  # type: ignore[arg-type]
    with pytest.raises(InvalidCatalogue, match="引用成环：a → b → a"):
        load_contents({"p.yaml": pack(entry("yi", criteria="{use: a}"), shared="  a: {use: b}\n  b: {use: a}\n")})


def test_references_that_multiply_are_stopped() -> None:
    doubled = "".join(f"  a{step}: {{all: [{', '.join([f'{{use: a{step + 1}}}'] * 15)}]}}\n" for step in range(3))
    with pytest.raises(InvalidCatalogue, match="条件超过"):
        load_contents({"p.yaml": pack(entry("yi", criteria="{use: a0}"), shared=f"{doubled}  a3: {asks(1)}\n")})


# faults


def checked(folder: Path, content: bytes) -> list[tuple[int | None, str]]:
    path = folder / "pack.yaml"
    path.write_bytes(content)
    return [(fault.line, f"{fault.file} {fault}") for fault in check_file(path)]


FAULTS = {
    "unknown field": (entry("yi", criteria="{field: head_count, operator: ge, value: 1, label: 人}"), "headcount"),
    "wrong unit": (
        entry("yi", criteria="{field: headcount, operator: ge, unit: 万元, value: 1, label: 人}"),
        "unit 为 '万元'；应为：人",
    ),
    "unit in the value": (
        entry("yi", criteria="{field: revenue_wan, operator: ge, value: 500人, label: 营收}"),
        "'500人'；应为：数字，单位万元",
    ),
    "quote missing": (entry("yi", clauses="[{document: one, article: 第一条}]"), "缺少 quote"),
    "no such day": (entry("yi", effective_from="2026-02-30"), "2026-02-30"),
    "no such year": (entry("yi", effective_from="0206-02-01"), "超出范围"),
    "a tag": (entry("yi", name="!!python/name:os.system x"), "不支持的写法"),
    "an anchor": (entry("yi", name="&a 名"), "锚点"),
    "ends before it begins": (entry("yi", effective_from="2026-02-01", effective_to="2026-01-01"), "下限 2026-02-01"),
    "a series of another kind": (entry("yi", series="loan.yi"), "series 为 'loan.yi'"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    faulty, words = FAULTS[name]
    content = pack(entry("jia"), faulty)
    ((line, said),) = checked(tmp_path, content)
    assert words in said
    wrong = faulty.splitlines()
    right = entry("yi").splitlines()
    changed = content.decode().splitlines().index(next(text for text in wrong if text not in right)) + 1
    assert line == changed


def test_every_fault_of_a_pack_is_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    bad = "{all: [{field: a, operator: ge, value: 1, label: 甲}, {field: b, operator: ge, value: 1, label: 乙}]}"
    found = checked(tmp_path, pack(entry("jia", audience="[nobody]"), entry("yi", criteria=bad)))
    assert [words for _, words in found if "nobody" in words or "'a'" in words or "'b'" in words] == [
        words for _, words in found
    ]
    assert len(found) == 3
    assert [line for line, _ in found] == sorted(line for line, _ in found if line)


def test_bombs_are_refused_before_they_are_read(tmp_path: Path) -> None:
    bomb = b"a: &a [x]\n" + b"".join(b"b%d: &b%d [*a, *a, *a, *a]\n" % (place, place) for place in range(9))
    assert "锚点" in checked(tmp_path, bomb)[0][1]
    assert "2 MB" in checked(tmp_path, b"offers: []\n" + b"# " + b"x" * 10 * 1024 * 1024)[0][1]
    assert MAX_BYTES < 10 * 1024 * 1024
    assert check_file(tmp_path / "absent.yaml")[0].found.startswith("读不出")


def test_a_good_pack_has_no_faults_and_an_own_offer_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(pack(NEW))
    assert check_file(path) == []
    stored = read_pack(path).offers
    assert [fault.found for fault in check_file(path, stored)] == ["id 'programme.jia-2026' 重复"]
    assert read_pack(path, {}, stored).offers == stored


# schema


def plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else float(value) if isinstance(value, Decimal) else value


def test_the_published_schema_is_the_one_of_the_loader() -> None:
    assert published_schema() == pack_schema(), "rongtong offers schema > matcher/catalogue/pack.schema.json"
    jsonschema.Draft202012Validator.check_schema(pack_schema())


BUILT_IN = [item for item in files("matcher.catalogue").joinpath("offers").iterdir() if item.name.endswith(".yaml")]


@pytest.mark.parametrize("item", BUILT_IN, ids=lambda item: item.name)
def test_the_built_in_packs_are_what_the_schema_says(item) -> None:
    jsonschema.Draft202012Validator(pack_schema()).validate(plain(read_file(item.name, item.read_bytes())))


@pytest.mark.parametrize(
    "faulty",
    [
        entry("yi", benefit="[好处]"),
        entry("yi", clauses="[{document: one}]"),
        entry("yi", criteria="{field: headcount, operator: more, value: 1, label: 人}"),
        entry("yi", criteria="{scored: {label: 得分, tables: [{label: 人, field: headcount, bands: [[1, 2]]}]}}"),
        entry("yi", kind="credit"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(faulty: str) -> None:
    document = plain(read_file("pack.yaml", pack(faulty)))
    assert not jsonschema.Draft202012Validator(pack_schema()).is_valid(document)
    with pytest.raises(InvalidCatalogue):
        offers(faulty)
