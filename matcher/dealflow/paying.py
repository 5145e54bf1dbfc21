"""Money (注资、退出): paid and returned only in the stages for it, on the papers and the plan that it needs."""

from matcher.dealflow.asked import Asked, refused, require_in, require_role
from matcher.dealflow.events import Exit, Payment
from matcher.dealflow.gates import require_gates
from matcher.dealflow.limits import require_payment


def require_paying(asked: Asked, body: Payment) -> None:
    """Raise `DealRefused` for a payment out of its stage, without its papers, or past a limit of plan or project."""
    pipeline, terms = asked.pipeline, asked.pipeline.fund
    require_in(asked, tuple(item for item in pipeline.stages.values() if terms and item.pays), "注资")
    require_role(asked, terms.paid_by if terms else frozenset(), "注资")
    require_gates(pipeline, terms.payment_gates if terms else (), asked.state, "注资")
    require_payment(pipeline, asked.state, body)


def require_exit(asked: Asked, body: Exit) -> None:
    """Raise `DealRefused` for an exit out of its stage, of more than is held, or from before the last payment."""
    pipeline, terms, state = asked.pipeline, asked.pipeline.fund, asked.state
    require_in(asked, tuple(item for item in pipeline.stages.values() if terms and item.exits), "登记退出")
    require_role(asked, terms.paid_by if terms else frozenset(), "登记退出")
    if not 0 < body.cost_wan <= state.cost_wan:
        raise refused(
            "cost", f"退出部分的投资成本 {body.cost_wan} 万元", f"大于 0，不超过 {state.cost_wan} 万元", "请核对成本"
        )
    last = max(item.payment.on for item in state.payments)
    if body.on < last:
        raise refused("cost", f"退出日 {body.on} 早于注资日 {last}", "不早于最后一次注资", "请核对日期")
