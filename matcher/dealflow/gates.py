"""Gates (门槛): what a deal still lacks before it may enter a stage or be paid, each thing as a Chinese phrase."""

from collections.abc import Callable, Iterable, Mapping

from matcher.dealflow.checking import open_conditions
from matcher.dealflow.limits import consent_lacking
from matcher.dealflow.pipeline import SUBJECT_LABELS, Committee, Gate, GateKind, Pipeline, Subject
from matcher.dealflow.state import Ballot, DealState
from matcher.errors import DealRefused


def missing(pipeline: Pipeline, gate: Gate, state: DealState) -> tuple[str, ...]:
    """What a gate still asks for; empty where it is open."""
    return _LACKS[gate.kind](pipeline, gate, state)


def require_gates(pipeline: Pipeline, gates: Iterable[Gate], state: DealState, what: str) -> None:
    """Raise `DealRefused` unless every one of the gates is open, naming the first that is shut and all that lacks."""
    lacking = [(gate, missing(pipeline, gate, state)) for gate in gates]
    shut = [(gate, phrases) for gate, phrases in lacking if phrases]
    if not shut:
        return
    phrases = tuple(phrase for _, group in shut for phrase in group)
    articles = "、".join(dict.fromkeys(gate.basis.article for gate, _ in shut if gate.basis.article))
    raise DealRefused(
        found=f"{what}尚缺：{'；'.join(phrases)}",
        expected=f"{'、'.join(gate.label for gate, _ in shut)}{f'（{articles}）' if articles else ''}",
        remedy="请补齐后再操作",
        gate=shut[0][0].name or shut[0][0].kind.value,
        missing=phrases,
    )


def _document(pipeline: Pipeline, gate: Gate, state: DealState) -> tuple[str, ...]:
    kind, found = pipeline.documents[gate.name], state.filings.get(gate.name)
    if found is None:
        return (f"未提交“{kind.label}”",)
    return (f"“{kind.label}”结论为不通过",) if kind.judged and not found[1].passed else ()


def _check(pipeline: Pipeline, gate: Gate, state: DealState) -> tuple[str, ...]:
    found = state.checks.get(gate.name)
    return (f"未作“{pipeline.checks[gate.name].label}”",) if found is None else open_conditions(found[1])


def _vote(pipeline: Pipeline, gate: Gate, state: DealState) -> tuple[str, ...]:
    subject, committee = Subject(gate.name), pipeline.committee
    ballot = state.current(subject)
    if committee is None or ballot is None:
        return (f"“{SUBJECT_LABELS[subject]}”尚未提交表决",)
    if not ballot.passed(committee):
        return (_outcome(ballot, committee),)
    lacking = consent_lacking(pipeline, state, ballot)
    return (lacking,) if lacking else ()


def _outcome(ballot: Ballot, committee: Committee) -> str:
    label, yes = SUBJECT_LABELS[ballot.plan.subject], ballot.yes(committee)
    said = "尚未计票" if ballot.counted is None else "表决未通过"
    return f"“{label}”{said}：同意 {yes} 票，需 {committee.needed} 票"


def _paid(_pipeline: Pipeline, _gate: Gate, state: DealState) -> tuple[str, ...]:
    return () if state.payments else ("尚未注资",)


def _exited(_pipeline: Pipeline, _gate: Gate, state: DealState) -> tuple[str, ...]:
    return (f"尚有投资成本 {state.cost_wan} 万元未退出",) if state.cost_wan else ()


_LACKS: Mapping[GateKind, Callable[[Pipeline, Gate, DealState], tuple[str, ...]]] = {
    GateKind.DOCUMENT: _document,
    GateKind.CHECK: _check,
    GateKind.VOTE: _vote,
    GateKind.PAID: _paid,
    GateKind.EXITED: _exited,
}
