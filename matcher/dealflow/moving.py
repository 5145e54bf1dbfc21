"""Moves between stages (阶段变更): one stage forward at a time, through its gates; back to undo, with a reason."""

from matcher.dealflow.asked import Asked, refused, require_role
from matcher.dealflow.events import Move
from matcher.dealflow.gates import require_gates
from matcher.dealflow.pipeline import Pipeline, Stage
from matcher.dealflow.state import DealState


def onward(pipeline: Pipeline, state: DealState) -> tuple[Stage, ...]:
    """The stages that a deal may be moved to next, gates or not: those that follow, then those to go back to."""
    if not state.stage:
        return (pipeline.first,)
    ahead = pipeline.stages[state.stage].next
    back = tuple(name for name in reversed(state.path[:-1]) if name not in ahead)
    return tuple(pipeline.stages[name] for name in (*ahead, *back))


def require_move(asked: Asked, body: Move) -> None:
    """Raise `DealRefused` for a stage that does not follow, a role not in charge, or a gate that is shut."""
    pipeline, state = asked.pipeline, asked.state
    target, allowed = pipeline.stages.get(body.stage), onward(pipeline, state)
    if target is None or target not in allowed:
        here = asked.here.label if state.stage else "登记之前"
        labels = "、".join(item.label for item in allowed)
        raise refused("stage", f"从“{here}”到“{target.label if target else body.stage}”", labels, "请按流程逐步推进")
    require_role(asked, target.by, f"转入“{target.label}”")
    if target.id in state.path:
        _require_may_return(pipeline, state, target)
        return
    if target.final and state.cost_wan:
        raise refused("cost", f"尚有投资成本 {state.cost_wan} 万元未退出", "全部退出后结束", "请先办理退出")
    require_gates(pipeline, target.gates, state, f"进入“{target.label}”")


def _require_may_return(pipeline: Pipeline, state: DealState, target: Stage) -> None:
    """Once money is out, a deal may not go back past the decision that it was paid on."""
    voting = () if pipeline.committee is None else pipeline.committee.stages.values()
    decided = min((state.path.index(name) for name in voting if name in state.path), default=0)
    if state.cost_wan and state.path.index(target.id) < decided:
        raise refused(
            "cost",
            f"已注资 {state.cost_wan} 万元而退回“{target.label}”",
            f"不早于“{pipeline.stages[state.path[decided]].label}”的阶段",
            "请先办理退出，或退回表决阶段",
        )
