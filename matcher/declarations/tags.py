"""Which inferred tags are not to be used (推断标签的删除): declared of every field that the system infers.

算法推荐管理规定 17 lets who is meant choose or delete the tags of an algorithm; 个人信息保护法 24 to refuse it. A deleted
tag is a fact of the party like any other, so that whatever reads its facts honours it: a match, a list, a campaign.
"""

from collections.abc import Iterable

from matcher.fields import Field, FieldType, PartyKind, Source

WITHHELD = "withheld_tags"
"""The code of the field that holds them, as labels."""
_COUNTED_OUT = "age_years"
"""Follows from the founding day alone and differs every day: it is calculated, not inferred."""

_ALSO_TOLD = frozenset({"has_real_estate_collateral"})
"""Usually stated by the party itself, and inferred where it is not."""


def withheld_field(declared: Iterable[Field]) -> Field:
    """The field whose choices are the labels of the inferred fields."""
    inferred = [item for item in declared if item.source is Source.DERIVED or item.code in _ALSO_TOLD]
    labels = tuple(item.label for item in inferred if item.code != _COUNTED_OUT)
    return Field(
        WITHHELD,
        "不使用的推断标签",
        FieldType.CHOICES,
        "算法",
        frozenset(PartyKind),
        choices=labels,
        aliases=("已删除的标签",),
        description="主体删除的标签：不再推断，也不用于匹配",
    )
