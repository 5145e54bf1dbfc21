"""The evidence behind an exemption for due diligence (尽职免责): what a deal's history proves, and what it cannot.

昆山市天使投资基金管理办法第二十二条: who made the due diligence, kept to the procedure, sought no private gain and
committed no grave neglect is not charged with a single project's loss. The first two are on record; the other two are
for people to establish, and are never taken as given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.dealflow.events import Assessment, Count, DealEvent, Filing, Submission, Vote
from matcher.dealflow.gates import missing
from matcher.dealflow.pipeline import GateKind, Pipeline
from matcher.dealflow.state import corrected, state_of
from matcher.eligibility.results import State


@dataclass(frozen=True, slots=True)
class Premise:
    """One premise of the exemption: its state, the numbers of the events that show it, and what is missing."""

    label: str
    state: State
    events: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


def premises(pipeline: Pipeline, history: Sequence[DealEvent]) -> tuple[Premise, ...]:
    """The four premises of 第二十二条 for a deal, as far as its history shows them; it needs a committee to vote."""
    return (
        _premise(pipeline, history, "尽职调查到位", (GateKind.DOCUMENT, GateKind.CHECK)),
        _premise(pipeline, history, "决策程序合规", (GateKind.VOTE,)),
        Premise("未谋取个人利益", State.MANUAL_REVIEW),
        Premise("不存在重大失职行为", State.MANUAL_REVIEW),
    )


def _premise(pipeline: Pipeline, history: Sequence[DealEvent], label: str, kinds: tuple[GateKind, ...]) -> Premise:
    """A premise that the gates of the stages up to the payment show; what came after the first payment is no proof."""
    state = state_of(pipeline, history)
    until = min((item.number for item in state.payments), default=len(history) + 1)
    before = state_of(pipeline, history[: until - 1])
    gates = [gate for stage in pipeline.stages.values() if stage.id in before.path for gate in stage.gates]
    asked = [gate for gate in gates if gate.kind in kinds]
    lacking = tuple(phrase for gate in asked for phrase in missing(pipeline, gate, before))
    if not any(gate.kind is GateKind.VOTE for gate in gates):
        lacking = (*lacking, "尚未到投资实施阶段")
    events = tuple(_shown(history[: until - 1], kinds))
    return Premise(label, State.UNKNOWN if lacking else State.MET, events, lacking)


def _shown(history: Sequence[DealEvent], kinds: tuple[GateKind, ...]) -> Iterator[int]:
    """Yield the numbers of the events that papers or votes consist of."""
    gone, wanted = corrected(history), (Submission, Vote, Count) if GateKind.VOTE in kinds else (Filing, Assessment)
    yield from (
        number for number, event in enumerate(history, 1) if number not in gone and isinstance(event.body, wanted)
    )
