"""What a rule is asked (请求): the event, and the pipeline, history and state that it meets; how a rule refuses."""

from dataclasses import dataclass

from matcher.dealflow.events import DealEvent
from matcher.dealflow.pipeline import Pipeline, Stage
from matcher.dealflow.state import DealState
from matcher.errors import DealRefused


@dataclass(frozen=True, slots=True)
class Asked:
    """An event that would follow a history; `state` is what the history comes to without it."""

    pipeline: Pipeline
    history: tuple[DealEvent, ...]
    state: DealState
    event: DealEvent

    @property
    def here(self) -> Stage:
        """The stage that the deal is in."""
        return self.pipeline.stages[self.state.stage]


def refused(gate: str, found: str, expected: str, remedy: str) -> DealRefused:
    """A refusal with one thing that is lacking; `gate` is the code of the limit, stage or part that refuses."""
    return DealRefused(found=found, expected=expected, remedy=remedy, gate=gate, missing=(found,))


def require_role(asked: Asked, allowed: frozenset[str], what: str) -> None:
    """Raise `DealRefused` unless the event's role is one of those in charge."""
    if asked.event.role not in allowed:
        labels = "、".join(item.label for item in asked.pipeline.roles.values() if item.id in allowed)
        acting = asked.pipeline.label_of(asked.event.role)
        raise refused("role", f"{acting}{what}", f"由{labels}办理", "请由相应的角色办理")


def require_in(asked: Asked, stages: tuple[Stage, ...], what: str) -> None:
    """Raise `DealRefused` unless the deal is in one of the stages in which something is done."""
    if asked.here not in stages:
        labels = "、".join(item.label for item in stages) or "没有这样的阶段"
        raise refused("stage", f"在“{asked.here.label}”{what}", labels, "请先推进到该阶段")
