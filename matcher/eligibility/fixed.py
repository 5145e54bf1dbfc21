"""What a party cannot change for the sake of an offer (不可改变的条件), and why, as an officer would say it."""

from collections.abc import Mapping

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import Leaf, Operator
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.fields import FieldType, Value

MANUAL = "由工作人员核验，不能靠补充或改变数据满足"
_PLACE = "注册地不能为一项资源而改变"
_BY_TIME = "成立时间不能改变"
_IDENTITY = "属主体自身的登记事项，不能为一项资源而改变"
_PAST = "已发生的事实不能改变"
_KEPT = "已取得的资质不能撤回，只能等到期"

_FIXED: Mapping[str, str] = {
    "founded_on": _BY_TIME,
    "age_years": _BY_TIME,
    "region": _PLACE,
    "service_area": _PLACE,
    "zone": _PLACE,
    "industry": "所属行业不能为一项资源而改变",
    "size_class": "企业规模由行业、从业人员、营业收入和资产推算，不能自行改变",
    "ownership": _IDENTITY,
    "is_group_subsidiary": _IDENTITY,
    "carrier_kind": _IDENTITY,
    "institution_kind": _IDENTITY,
}
_FIXED_TYPES = frozenset({FieldType.TEXT, FieldType.CREDIT_CODE})
_FIXED_ONCE_TRUE: Mapping[str, str] = {
    "has_ever_borrowed": _PAST,
    "received_other_public_funds": _PAST,
    "has_serious_dishonesty": "须待满两年，资料中没有起算日期",
    "has_major_incident": "须待满一年，资料中没有起算日期",
}


def why_fixed(code: str, value: Value | None) -> str:
    """Why a known value cannot be changed, in Chinese; empty where it can be or is not known yet."""
    if value is None:
        return ""
    if value == NOT_APPLICABLE_VALUE:
        return "该条件不适用于本主体"
    field = REGISTRY[code]
    if field.type is FieldType.FLAG and value is True:
        return _FIXED_ONCE_TRUE.get(code) or (_KEPT if field.valid_to else "") or _FIXED.get(code, "")
    return _FIXED.get(code) or (_IDENTITY if field.type in _FIXED_TYPES else "")


def is_coarse(leaf: Leaf, value: Value | None) -> bool:
    """Whether a place or an industry is known, but not closely enough to decide: 苏州市, where 虎丘区 is asked."""
    return leaf.operator is Operator.UNDER and value is not None and compare(leaf, value) is State.UNKNOWN
