"""Loading benefits (惠企政策) from `matcher/catalogue/benefits/*.yaml`: all of them or none, as the catalogue is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from matcher.catalogue.entry import Entry
from matcher.catalogue.files import MAX_BYTES, read_file
from matcher.catalogue.loader import Catalogue, load_catalogue
from matcher.eligibility.criteria import Clause, Criterion, Leaf, conditions
from matcher.offers import Offer
from matcher.policies.amounts import YUAN_PER_WAN
from matcher.policies.benefits import Beneficiary, Benefit, BenefitBook, BenefitKind, Exclusion, Scheme
from matcher.policies.conditions import named_field, read_condition
from matcher.policies.formula_reading import read_formula
from matcher.policies.formulas import unit_of
from matcher.policies.quantities import NAMES, Unit, unit_of_field

_ID = re.compile(r"benefit\.[a-z0-9]+(?:-[a-z0-9]+)*")
_SECTIONS = ("schemes", "benefits")
_SCHEME_KEYS = ("name", "document", "article", "quote", "cap_wan", "exclusions", "assumptions")
_EXCLUSION_KEYS = ("not_both", "label", "when", "article", "quote")
_BENEFIT_KEYS = (
    "id", "scheme", "kind", "name", "beneficiary", "offer", "document", "article", "quote", "settled", "requires",
    "formula", "cap_wan", "spent", "ceiling", "illustrate", "assumptions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sources:
    """What entries refer to: documents' titles and offers, by key and id."""

    titles: Mapping[str, str]
    offers: Mapping[str, Offer]


@cache
def built_in_benefits() -> BenefitBook:
    """The built-in benefits on the built-in catalogue, read once."""
    return load_benefits(load_catalogue())


def load_benefits(catalogue: Catalogue, folder: Traversable | Path | None = None) -> BenefitBook:
    """Load every `*.yaml` of a folder, the built-in benefits when None; `InvalidCatalogue` names file and entry."""
    place = files("matcher.catalogue").joinpath("benefits") if folder is None else folder
    sources = _Sources({key: item.title for key, item in catalogue.documents.items()}, catalogue.offers)
    sections = [_section(item) for item in sorted(place.iterdir(), key=lambda item: item.name) if _is_yaml(item)]
    schemes = dict(_schemes(sections, sources))
    return BenefitBook(schemes, tuple(_benefits(sections, sources, schemes)))


def _is_yaml(item: Traversable | Path) -> bool:
    return item.name.endswith(".yaml") and item.is_file()


def _section(item: Traversable | Path) -> Entry:
    with item.open("rb") as stream:
        entry = Entry(item.name, read_file(item.name, stream.read(MAX_BYTES + 1)))
    entry.only(*_SECTIONS)
    return entry


def _schemes(sections: list[Entry], sources: _Sources) -> Iterator[tuple[str, Scheme]]:
    seen: set[str] = set()
    for section in sections:
        table = section.child("schemes")
        for key in table.data:
            if key in seen:
                raise section.fault(f"办法 {key!r} 重复定义", "各文件中不重名", "改名或删去一处")
            seen.add(key)
            yield key, _scheme(key, table.child(key), sources)


def _scheme(key: str, entry: Entry, sources: _Sources) -> Scheme:
    entry.only(*_SCHEME_KEYS)
    entry.require("name", "document", "quote")
    clause, cap = _clause(entry, sources), entry.amount("cap_wan")
    return Scheme(
        key,
        entry.text("name"),
        clause,
        None if cap is None else cap * YUAN_PER_WAN,
        tuple(_exclusion(child, clause) for child in entry.children("exclusions")),
        entry.texts("assumptions"),
    )


def _exclusion(entry: Entry, clause: Clause) -> Exclusion:
    entry.only(*_EXCLUSION_KEYS)
    entry.require("not_both", "label")
    kinds = [_kind(entry, text) for text in entry.data["not_both"]]  # type: ignore[attr-defined]
    if len(kinds) != 2:
        raise entry.fault(f"not_both 有 {len(kinds)} 项", "两项", "写成 [甲, 乙]；同类不得叠加写成 [甲, 甲]")
    quoted = Clause(clause.document, entry.text("article"), entry.text("quote")) if "quote" in entry.data else None
    when = read_condition(entry.child("when"), clause) if "when" in entry.data else None
    return Exclusion((kinds[0], kinds[1]), entry.text("label"), quoted, when)


def _kind(entry: Entry, text: object) -> BenefitKind:
    if text not in set(BenefitKind):
        raise entry.fault(f"not_both 含 {text!r}", "、".join(BenefitKind), "改为其中之一")
    return BenefitKind(str(text))


def _benefits(sections: list[Entry], sources: _Sources, schemes: Mapping[str, Scheme]) -> Iterator[Benefit]:
    seen: set[str] = set()
    for section in sections:
        for place, child in enumerate(section.children("benefits"), 1):
            entry = Entry(f"{section.where} 的 {child.data.get('id') or f'第 {place} 条'}", child.data)
            benefit = _benefit(entry, sources, schemes)
            if benefit.id in seen:
                raise entry.fault(f"id {benefit.id!r} 重复", "每项一个 id", "改用另一个 id")
            seen.add(benefit.id)
            yield benefit


def _benefit(entry: Entry, sources: _Sources, schemes: Mapping[str, Scheme]) -> Benefit:
    entry.only(*_BENEFIT_KEYS)
    entry.require("id", "scheme", "kind", "name", "beneficiary", "offer", "document", "quote", "formula")
    if not _ID.fullmatch(entry.text("id")):
        raise entry.fault(f"id 为 {entry.text('id')!r}", "benefit.小写拼音，以 - 分隔", "改为 benefit. 开头的代码")
    if entry.text("scheme") not in schemes:
        raise entry.fault(f"没有名为 {entry.text('scheme')!r} 的办法", "、".join(schemes), "在 schemes 中写明或改名")
    clause, offer, cap = _clause(entry, sources), _offer(entry, sources), entry.amount("cap_wan")
    formula = read_formula(entry.child("formula"), clause)
    if unit_of(formula) is not Unit.YUAN:
        raise entry.fault("formula 的结果不是金额", "以元计的金额", "比例应乘以一项金额")
    return Benefit(
        entry.text("id"),
        entry.text("scheme"),
        entry.choice("kind", BenefitKind),
        entry.text("name"),
        entry.choice("beneficiary", Beneficiary),
        offer,
        clause,
        formula,
        _settled(entry, offer, clause),
        read_condition(entry.child("requires"), clause) if "requires" in entry.data else None,
        None if cap is None else cap * YUAN_PER_WAN,
        _money(entry, "spent") if "spent" in entry.data else "",
        entry.data.get("ceiling") is True,
        _illustrate(entry),
        entry.texts("assumptions"),
    )


def _offer(entry: Entry, sources: _Sources) -> Offer:
    found = sources.offers.get(entry.text("offer"))
    if found is None:
        raise entry.fault(f"资源目录没有 {entry.text('offer')!r}", "资源目录中的编号", "核对 rongtong offers list")
    return found


def _clause(entry: Entry, sources: _Sources) -> Clause:
    title = sources.titles.get(entry.text("document"))
    if title is None:
        raise entry.fault(f"没有名为 {entry.text('document')!r} 的文件", "资源目录 documents 中的键", "改为其中之一")
    return Clause(title, entry.text("article"), entry.text("quote"))


def _settled(entry: Entry, offer: Offer, clause: Clause) -> Mapping[str, Criterion]:
    """The offer's conditions that the loan decides; a label that the offer does not have is a fault."""
    table = entry.child("settled")
    labels = {part.label for part in conditions(offer.criteria) if isinstance(part, Leaf)}
    for label in table.data:
        if label not in labels:
            raise entry.fault(f"{offer.id} 没有条件“{label}”", "、".join(sorted(labels)), "与资源目录的条件写得一致")
    return {label: read_condition(table.child(label), clause) for label in table.data}


def _illustrate(entry: Entry) -> tuple[str, str] | None:
    if "illustrate" not in entry.data:
        return None
    pair = entry.child("illustrate")
    pair.only("instead_of", "take")
    instead_of, take = _money(pair, "instead_of"), _money(pair, "take")
    if NAMES[instead_of].unit != "元":
        raise pair.fault(f"instead_of 为 {instead_of}", "以元计的字段", "换一个字段")
    return instead_of, take


def _money(entry: Entry, key: str) -> str:
    field = named_field(entry, key)
    if unit_of_field(field) is not Unit.YUAN:
        raise entry.fault(f"{key} 为 {field.label}", "金额", "换一个字段")
    return field.code
