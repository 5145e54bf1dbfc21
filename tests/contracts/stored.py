"""Parties and values to store, and strategies for them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from matcher.declarations.registry import REGISTRY
from matcher.fields import Field, FieldType, PartyKind, Value
from matcher.parties import Fact, Party

DAY = date(2026, 11, 22)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
DECIMALS = st.one_of(
    st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=places) for places in (0, 2, 20)
)


def a_party(party: str = "p-1", *, on: date = DAY, tenant: str = "local", **facts: Value) -> Party:
    """An enterprise with facts observed on one day."""
    seen = {code: Fact(value, "自填", on) for code, value in facts.items()}
    return Party(party, PartyKind.ENTERPRISE, f"企业 {party}", seen, tenant, "测试", on)


def values_of(field: Field) -> st.SearchStrategy[Value]:
    """What a field can hold, at the edges of its type."""
    by_type: Mapping[FieldType, st.SearchStrategy[Any]] = {
        FieldType.TEXT: TEXTS,
        FieldType.CHOICE: st.sampled_from(field.choices or ("甲",)),
        FieldType.CHOICES: st.lists(st.sampled_from(field.choices or ("甲", "乙")), unique=True).map(tuple),
        FieldType.COUNT: st.integers(0, 10**18),
        FieldType.MONEY: DECIMALS,
        FieldType.PERCENT: DECIMALS,
        FieldType.NUMBER: DECIMALS,
        FieldType.DATE: st.dates(),
        FieldType.FLAG: st.booleans(),
        FieldType.REGION: st.sampled_from(("320505", "640000")),
        FieldType.INDUSTRY: st.sampled_from(("C27", "2770", "M")),
        FieldType.CREDIT_CODE: st.sampled_from(("91350100M000100Y43", "不合规")),
    }
    return by_type[field.type]


def facts() -> st.SearchStrategy[dict[str, Fact]]:
    """Facts of any of the registry's fields."""
    one = st.sampled_from(list(REGISTRY)).flatmap(
        lambda field: st.tuples(st.just(field.code), st.builds(Fact, values_of(field), TEXTS, st.dates()))
    )
    return st.lists(one, max_size=12).map(dict)


def exactly(party: Party) -> tuple[Any, ...]:
    """A party with its types in sight: 1 is not True."""
    said = {code: (type(fact.value), fact.value, fact.source, fact.observed_on) for code, fact in party.facts.items()}
    head = (party.id, party.kind, party.name, party.tenant, party.source, party.observed_on, party.synthetic)
    return (*head, said)


SAMPLES: Mapping[FieldType, Value] = {
    FieldType.TEXT: "体外诊断试剂 🧪 “引号”\n\\u0000",
    FieldType.CHOICE: "民营",
    FieldType.CHOICES: ("专利", "商标"),
    FieldType.COUNT: 0,
    FieldType.MONEY: Decimal("293525000.10"),
    FieldType.PERCENT: Decimal("-0.60"),
    FieldType.NUMBER: Decimal("1E+3"),
    FieldType.DATE: date(1949, 10, 1),
    FieldType.FLAG: False,
    FieldType.REGION: "320505",
    FieldType.INDUSTRY: "C2770",
    FieldType.CREDIT_CODE: "91350100M000100Y43",
}
