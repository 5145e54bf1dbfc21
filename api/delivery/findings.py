"""What the numbers of a campaign say (数字说明): sentences that follow from them; what is unknown is said so."""

from collections.abc import Iterator, Mapping

from api.delivery.tracking import GROUP_LABELS, Group
from matcher.learning.funnel import STEPS, Funnel
from matcher.learning.outcomes import OUTCOME_LABELS, OutcomeState

UNKNOWN = "未知"
_FEWEST = 5
"""A share of fewer pairs than this is not compared: one more success would turn the order."""


def findings(whole: Funnel, groups: Mapping[Group, Mapping[str, Funnel]], late: int) -> Iterator[str]:
    """Sentences about all pairs, then about groups."""
    pushed = whole.steps[OutcomeState.PUSHED]
    if not pushed:
        yield "名单尚未推送，还没有反馈可以统计。"
        return
    yield _progress(whole, pushed)
    yield _money(whole)
    yield _time(whole, late)
    yield _refusals(whole)
    for group, funnels in groups.items():
        yield from _best(group, funnels)


def step_lines(whole: Funnel) -> list[tuple[str, ...]]:
    """The steps as lines of a table."""
    return [(OUTCOME_LABELS[step], str(whole.steps[step]), _share(whole.share(step))) for step in STEPS]


def group_lines(funnels: Mapping[str, Funnel]) -> list[tuple[str, ...]]:
    """Groups as lines of a table; an amount that nobody stated is unknown, not zero."""
    counted = (OutcomeState.PUSHED, OutcomeState.ACCEPTED, OutcomeState.APPROVED)
    return [
        (
            named(value),
            *(str(item.steps[state]) for state in counted),
            str(item.succeeded),
            UNKNOWN if item.amount_wan is None else f"{item.amount_wan:,}",
        )
        for value, item in funnels.items()
    ]


def named(value: str) -> str:
    """The name of a group; what has none is unknown."""
    return value or UNKNOWN


def _progress(whole: Funnel, pushed: int) -> str:
    steps = "，".join(
        f"{OUTCOME_LABELS[step]} {whole.steps[step]} 个（{_share(whole.share(step))}）" for step in STEPS[1:]
    )
    ended = (
        f"最终成功（放款、入驻、投资或成交）{whole.succeeded} 个，被拒 {whole.refused} 个，撤回 {whole.withdrawn} 个"
    )
    return f"共推送名单项 {pushed} 个，其中{steps}；{ended}。"


def _money(whole: Funnel) -> str:
    if not whole.succeeded:
        return "尚无成功的名单项，金额与利率无从统计。"
    if whole.amount_wan is None:
        return f"成功的 {whole.succeeded} 个都没有填写金额，金额未知。"
    missing = whole.succeeded - whole.amounts_known
    rest = f"，另有 {missing} 个没有填写金额，未计入" if missing else ""
    rate = "利率未知" if whole.rate_pct is None else f"按金额加权的年利率为 {whole.rate_pct}%"
    return f"成功的名单项中 {whole.amounts_known} 个填写了金额，合计 {whole.amount_wan:,} 万元{rest}；{rate}。"


def _time(whole: Funnel, late: int) -> str:
    taken = (
        "还没有决定的" if whole.days_to_decide is None else f"从推送到决定的中位数为 {whole.days_to_decide:g} 个工作日"
    )
    kept = "，".join(
        f"{OUTCOME_LABELS[state]}按时 {kept}/{judged}"
        for state, (kept, judged) in whole.promises_kept.items()
        if judged
    )
    said = f"；可以判断的时限中，{kept}" if kept else ""
    return f"{taken}{said}；目前逾期 {late} 项。"


def _refusals(whole: Funnel) -> str:
    if not whole.refused:
        return "没有被拒绝的名单项。"
    reason, count = next(iter(whole.refusal_reasons.items()))
    return f"被拒的 {whole.refused} 个中，原因最多的是“{reason}”（{count} 个）。"


def _best(group: Group, funnels: Mapping[str, Funnel]) -> Iterator[str]:
    """Who has the highest share of approvals, among those with enough pairs to compare; two equal ones share it."""
    shares = {
        value: item.share(OutcomeState.APPROVED) or 0.0
        for value, item in funnels.items()
        if value and item.steps[OutcomeState.PUSHED] >= _FEWEST
    }
    label = GROUP_LABELS[group]
    if len(shares) < 2:
        yield f"推送不少于 {_FEWEST} 个的{label}不足两个，不作比较。"
        return
    most = max(shares.values())
    if not most:
        yield f"各{label}都还没有批准的名单项。"
        return
    best = [value for value, share in shares.items() if share == most]
    compared = f"只比较推送不少于 {_FEWEST} 个的 {len(shares)} 个"
    yield f"按{label}看，批准率最高的是{'、'.join(best)}（{_share(most)}；{compared}）。"


def _share(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share:.1%}"
