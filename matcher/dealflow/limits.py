"""Limits (限额): what a plan may propose and what a payment may not exceed, each refused with its article."""

from decimal import Decimal

from matcher.dealflow.asked import refused
from matcher.dealflow.events import LABELS, Payment, Submission
from matcher.dealflow.funds import Book, lowest_cash, periods, phase_at
from matcher.dealflow.pipeline import Committee, FundTerms, Method, Phase, Pipeline, Subject
from matcher.dealflow.state import Ballot, DealState
from matcher.errors import InvalidDeal

PHASE_LABELS = {
    Phase.INVESTMENT: "投资期",
    Phase.EXIT: "退出期",
    Phase.EXTENSION: "延长期",
    Phase.LIQUIDATION: "清算期",
}


def require_plan(pipeline: Pipeline, plan: Submission) -> None:
    """Raise `DealRefused` or `InvalidDeal` for a plan that the committee may not be asked to decide on."""
    if plan.subject is Subject.EXIT:
        if plan.trigger not in pipeline.triggers:
            labels = "；".join(item.label for item in pipeline.triggers.values())
            raise InvalidDeal(found=f"退出条件 {plan.trigger!r}", expected=labels, remedy="请写明符合哪一项退出条件")
        return
    terms = _fund(pipeline)
    for name in ("amount_wan", "share_pct", "largest_other_pct"):
        if getattr(plan, name) is None:
            raise InvalidDeal(
                found=f"方案没有写{LABELS[name]}", expected=f"写明{LABELS[name]}", remedy="请补齐后重新提交"
            )
    if not plan.amount_wan:
        raise InvalidDeal(found="投资金额为 0", expected="大于 0 的金额", remedy="请改正金额")
    _require_business(terms, plan)
    _require_share(terms, plan.share_pct, plan.largest_other_pct)
    if pipeline.committee is not None:
        _require_method(pipeline.committee, plan)


def consent_lacking(pipeline: Pipeline, state: DealState, ballot: Ballot) -> str:
    """What lacks where a plan brings the project above its limit: a consent given to this very plan; else empty.

    昆山市天使投资基金管理办法第十条: above 500万 only with the consent of 市国资委投资决策委员会 to the plan.
    """
    terms = pipeline.fund
    if terms is None or terms.project_max_wan is None or ballot.plan.subject is Subject.EXIT:
        return ""
    before = state.paid_wan - state.paid_under(ballot.number)
    total = before + (ballot.plan.amount_wan or Decimal(0))
    if total <= terms.project_max_wan:
        return ""
    found = state.filings.get(terms.consent)
    if found is not None and found[0] > ballot.number and found[1].passed:
        return ""
    label = pipeline.documents[terms.consent].label if terms.consent else "例外同意"
    return f"项目投资合计 {total} 万元，超过 {terms.project_max_wan} 万元，缺对本方案的“{label}”"


def require_payment(pipeline: Pipeline, state: DealState, payment: Payment) -> None:
    """Raise `DealRefused` where a payment, made on top of `state`, breaks the plan, the project limit or the share."""
    terms, ballot = _fund(pipeline), state.current(Subject.INVESTMENT)
    if not payment.amount_wan:
        raise InvalidDeal(found="注资金额为 0", expected="大于 0 的金额", remedy="请改正金额")
    if ballot is None or pipeline.committee is None or not ballot.passed(pipeline.committee):
        raise refused("plan", "没有表决通过的投资方案", "投资决策委员会通过的方案", "请先提交表决")
    lacking = consent_lacking(pipeline, state, ballot)
    if lacking:
        raise refused("project_max", lacking, _article(terms, "project_max"), "请先取得同意，或降低方案金额")
    if ballot.counted_on is not None and payment.on < ballot.counted_on:
        raise refused("plan", f"注资日 {payment.on} 早于计票日", f"不早于 {ballot.counted_on}", "请核对日期")
    plan = ballot.plan.amount_wan or Decimal(0)
    paid = state.paid_under(ballot.number) + payment.amount_wan
    if paid > plan:
        raise refused("plan", f"累计注资 {paid} 万元", f"不超过方案通过的 {plan} 万元", "请降低金额或另提方案")
    _require_share(terms, payment.share_pct, payment.largest_other_pct)
    if terms.in_step:
        _require_step(terms, payment, paid, plan)


def require_money(terms: FundTerms, book: Book) -> None:
    """Raise `DealRefused` where a fund would at any day have paid what it did not have, or outside its phases."""
    spans = periods(terms, book)
    for deal, on in ((position.deal, on) for position in book.positions for on, _ in position.payments):
        phase = phase_at(spans, on)
        if phase is None or not phase.invests:
            said = f"处于{PHASE_LABELS[phase.phase]}" if phase else "尚未设立"
            raise refused(
                "fund_phase", f"项目 {deal} 在 {on} 注资，当日基金{said}", _article(terms, "phases"), "请核对注资日期"
            )
        if terms.custody and not book.in_custody(on):
            raise refused(
                "custody", f"项目 {deal} 在 {on} 注资，当日基金未托管", _article(terms, "custody"), "请先登记托管"
            )
    for investable in (True, False):
        lowest = lowest_cash(terms, book, investable=investable)
        if lowest is not None and lowest[1] < 0:
            raise refused(
                "fund_cash",
                f"基金在 {lowest[0]} 的可用资金为 {lowest[1]} 万元",
                f"不小于 0（{_article(terms, 'first_tranche')}）",
                "请等后续资金到位，或降低金额",
            )


def _fund(pipeline: Pipeline) -> FundTerms:
    if pipeline.fund is None:
        raise refused("fund", f"流程“{pipeline.name}”不是投资流程", "基金的投资流程", "请核对项目编号")
    return pipeline.fund


def _require_business(terms: FundTerms, plan: Submission) -> None:
    allowed = {item.id: item.label for item in terms.instruments}
    if plan.instrument not in allowed:
        raise refused("instruments", f"投资方式 {plan.instrument!r}", "、".join(allowed.values()), "请改正投资方式")
    touched = [item for item in terms.prohibitions if item.id in plan.concerns]
    if touched or set(plan.concerns) - {item.id for item in terms.prohibitions}:
        raise refused(
            "prohibitions",
            f"方案涉及禁止业务：{'；'.join(item.label for item in touched) or '、'.join(plan.concerns)}",
            f"不涉及{_article(terms, 'prohibitions')}所列业务",
            "请修改方案",
        )


def _require_share(terms: FundTerms, share: Decimal | None, other: Decimal | None) -> None:
    if terms.share_max_pct is not None and (share is None or share > terms.share_max_pct):
        raise refused(
            "share_max",
            f"基金占股 {'未填写' if share is None else f'{share}%'}",
            f"不超过 {terms.share_max_pct}%（{_article(terms, 'share_max')}）",
            "请调整占股比例",
        )
    if terms.never_largest and (share is None or other is None or share >= other):
        raise refused(
            "never_largest",
            f"其他股东最大占股 {'未填写' if other is None else f'{other}%'}，基金占股 {share}%",
            f"基金不为第一大股东（{_article(terms, 'never_largest')}）",
            "请核对股权结构",
        )


def _require_method(committee: Committee, plan: Submission) -> None:
    most = committee.circulation_max_wan
    if most is None or plan.method is Method.MEETING or (plan.amount_wan or 0) <= most:
        return
    basis = committee.bases["circulation_max"]
    raise refused(
        "circulation_max",
        f"投资金额 {plan.amount_wan} 万元以传签方式表决",
        f"超过 {most} 万元的以现场会议方式表决（{basis.article}）",
        "请改为现场会议",
    )


def _require_step(terms: FundTerms, payment: Payment, paid: Decimal, plan: Decimal) -> None:
    """Raise unless the fund's part of its plan that is paid is no larger than the others' part of theirs."""
    subscribed, others = payment.others_subscribed_wan, payment.others_paid_wan
    if subscribed is None or others is None or not subscribed:
        raise refused(
            "in_step", "没有写其他股东的认缴与实缴资本", _article(terms, "in_step"), "请补上其他股东的认缴与实缴资本"
        )
    if paid * subscribed > plan * others:
        raise refused(
            "in_step",
            f"累计注资 {paid} 万元，占方案 {plan} 万元的比例高于其他股东实缴比例（{others}/{subscribed} 万元）",
            f"与其他股东同步到位（{_article(terms, 'in_step')}）",
            "请降低本期金额，或等其他股东出资到位",
        )


def _article(terms: FundTerms, name: str) -> str:
    basis = terms.bases.get(name)
    return (basis.article or basis.assumption) if basis else "流程所列条件"
