"""Corrections (更正): a wrong entry stays in the history and counts no more, unless what was built on it still stands.

A correction may not open a gate that a deal has passed, close a vote's result under a payment, or leave more given up
than was ever paid: the later step is undone first, by an event of its own.
"""

from matcher.dealflow.asked import Asked, refused, require_role
from matcher.dealflow.events import Correction, Move, Submission, Vote
from matcher.dealflow.funds import position_of
from matcher.dealflow.gates import missing
from matcher.dealflow.limits import consent_lacking
from matcher.dealflow.pipeline import Gate, Pipeline
from matcher.dealflow.state import DealState, corrected, state_of


def require_correction(asked: Asked, body: Correction) -> None:
    """Raise `DealRefused` for a correction of what cannot be corrected, or of what something later rests on."""
    pipeline, history, before, number = asked.pipeline, asked.history, asked.state, body.number
    if not 1 <= number <= len(history) or number in corrected(history):
        raise refused(
            "correction", f"更正第 {number} 条记录", f"1 到 {len(history)} 中未更正过的记录", "请核对记录序号"
        )
    target, role = history[number - 1].body, history[number - 1].role
    require_role(asked, frozenset({role}), "更正")
    if isinstance(target, Move | Correction):
        raise refused("correction", "更正一次阶段变更或更正", "以新的记录恢复", "请用阶段变更退回，或重新登记")
    if isinstance(target, Vote | Submission) and _is_counted(before, number):
        raise refused("correction", "更正已计票的方案或表决", "计票前更正", "请先更正计票")
    after = state_of(pipeline, (*history, asked.event))
    if len(after.open_ballots) > 1:
        raise refused("correction", "更正后有两份方案同时在表决", "一次表决一份方案", "请先更正后一份方案")
    _require_gates_kept(pipeline, before, after)
    if after.payments or after.exits:
        _require_payments_kept(asked, after)


def _is_counted(state: DealState, number: int) -> bool:
    """Whether a plan, or the plan that a vote belongs to, is counted; `number` is that of the plan or the vote."""
    counted = (ballot for ballot in state.ballots if ballot.counted is not None)
    return any(number in {ballot.number, *(vote.number for vote in ballot.votes)} for ballot in counted)


def _require_gates_kept(pipeline: Pipeline, before: DealState, after: DealState) -> None:
    for stage in (pipeline.stages[name] for name in before.path):
        lost = [gate for gate in stage.gates if _lost(pipeline, gate, before, after)]
        if lost:
            raise refused(
                "correction",
                f"更正后“{stage.label}”缺少{'、'.join(gate.label for gate in lost)}",
                f"先退回到“{stage.label}”之前的阶段",
                "请先退回，再更正",
            )


def _lost(pipeline: Pipeline, gate: Gate, before: DealState, after: DealState) -> bool:
    return bool(missing(pipeline, gate, after)) and not missing(pipeline, gate, before)


def _require_payments_kept(asked: Asked, after: DealState) -> None:
    """Every payment must still rest on its plan and papers, and on no day more be given up than was paid."""
    pipeline, before = asked.pipeline, asked.state
    plans = {item.plan for item in after.payments}
    passed = {ballot.number for ballot in after.ballots if pipeline.committee and ballot.passed(pipeline.committee)}
    if plans - passed:
        raise refused("correction", "更正后已有的注资没有通过的方案", "有表决通过的方案", "请先更正注资")
    papers = pipeline.fund.payment_gates if pipeline.fund else ()
    lost = [gate.label for gate in papers if _lost(pipeline, gate, before, after)]
    if lost or any(_unconsented(pipeline, before, after, plan) for plan in plans):
        raise refused(
            "correction", f"更正后已有的注资缺少{'、'.join(lost) or '例外同意'}", "已注资的依据材料有效", "请先更正注资"
        )
    entries = enumerate((*asked.history, asked.event), 1)
    position = position_of("", ((number, item.body) for number, item in entries))
    if after.cost_wan < 0 or any(position.cost_on(on) < 0 for on, _, _ in position.exits):
        raise refused("correction", "更正后退出的成本多于注资", "退出的成本不多于注资", "请先更正退出")


def _unconsented(pipeline: Pipeline, before: DealState, after: DealState, plan: int) -> bool:
    """Whether a plan that had the consent it needs would have it no more."""
    ballots = [next(item for item in state.ballots if item.number == plan) for state in (before, after)]
    return bool(consent_lacking(pipeline, after, ballots[1])) and not consent_lacking(pipeline, before, ballots[0])
