"""The columns of a list (名单列), as they are written and as they are found again in a file that comes back."""

from collections.abc import Mapping
from types import MappingProxyType

from api.access.profiles import PROFILE_FIELDS
from api.delivery.shown import Shown
from matcher.declarations.registry import REGISTRY
from matcher.learning.outcomes import OUTCOME_LABELS, OutcomeState, success_of
from matcher.offers import OfferKind

LIST, GROUNDS, GUIDE = "名单", "匹配理由", "名单说明"
"""The sheets of a list."""
CODE = "名单编号"
RESULT, REASON, AMOUNT, RATE, DAY = "结果", "原因", "批准金额（万元）", "年利率（%）", "日期"
FILLED = (RESULT, REASON, AMOUNT, RATE, DAY)
"""The columns that an institution fills in."""
PROFILE_LABELS: Mapping[str, str] = MappingProxyType(
    {"industry": "行业", "region": "所在地区", "size_class": "规模", "life_stage": "发展阶段", "age_years": "成立年限"}
)

_CONTACT_HEADINGS = ("统一社会信用代码", "法定代表人", "联系电话")


def told_headings(shown: Shown) -> tuple[str, ...]:
    """The headings that are locked, in order: what the platform says of a pair."""
    if shown.everything:
        who: tuple[str, ...] = ("企业", "企业编号", "机构")
    else:
        who = ("企业", "授权", *(_CONTACT_HEADINGS if shown.named else ()))
    return (CODE, "名次", "资源", *who, *profile_headings(), "匹配度", "资格", "待补充", "当前进展", "演示数据")


def profile_headings() -> tuple[str, ...]:
    """The headings of the profile."""
    return tuple(PROFILE_LABELS.get(code, REGISTRY[code].label) for code in PROFILE_FIELDS)


def results_of(kind: OfferKind) -> tuple[str, ...]:
    """What an institution may say of a pair with an offer of a kind, in Chinese."""
    ends = {OutcomeState.FUNDED, OutcomeState.MOVED_IN, OutcomeState.INVESTED} - {success_of(kind)}
    return tuple(label for state, label in OUTCOME_LABELS.items() if state not in {OutcomeState.PUSHED, *ends})
