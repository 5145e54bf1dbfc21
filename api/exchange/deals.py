"""Deals, funds and pipelines as documents (项目、基金、流程): where each stands, what may come next, what lacks."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from api.deals.desk import DealSeen, FundSeen
from api.deals.pipelines import Stated
from api.exchange.decimals import plain
from api.exchange.documents import Document
from api.store.deal_rows import kind_of
from api.store.deals import DealRecord, FundRecord
from matcher.dealflow.deadlines import stage_deadline
from matcher.dealflow.events import DealEvent, FundEvent
from matcher.dealflow.fees import fee_of_year
from matcher.dealflow.funds import Book, periods, phase_at
from matcher.dealflow.gates import missing
from matcher.dealflow.limits import PHASE_LABELS
from matcher.dealflow.moving import onward
from matcher.dealflow.pipeline import Basis, FundTerms, Gate, Named, Pipeline, Stage
from matcher.dealflow.state import ZERO, Ballot, DealState, corrected


def deal_summary(record: DealRecord, pipeline: Pipeline) -> Document:
    """A deal as a row of a list or a card of the board."""
    return {
        "id": record.id,
        "name": record.name,
        "pipeline": record.pipeline,
        "version": pipeline.version,
        "fund": record.fund,
        "party_id": record.party_id,
        "stage": record.stage,
        "stage_label": pipeline.stages[record.stage].label,
        "since": record.since.isoformat(),
        "revision": record.revision,
        "created": record.created.isoformat(),
    }


def deal_document(seen: DealSeen, today: date) -> Document:
    """A deal whole: where it stands, what may come next and what that lacks, plans and votes, money, history."""
    deadline = stage_deadline(seen.pipeline, seen.state)
    return deal_summary(seen.record, seen.pipeline) | {
        "pipeline_name": seen.pipeline.name,
        "deadline": None if deadline is None else deadline.day.isoformat(),
        "days_left": None if deadline is None else (deadline.day - today).days,
        "next": [_step(seen.pipeline, seen.state, stage) for stage in onward(seen.pipeline, seen.state)],
        "documents": [_filed(seen, kind) for kind in seen.pipeline.documents],
        "checks": [_checked(seen, check) for check in seen.pipeline.checks],
        "plans": [_plan(seen.pipeline, ballot) for ballot in seen.state.ballots],
        "money": _money(seen),
        "history": _history(seen.pipeline, seen.record.history),
    }


def fund_summary(record: FundRecord, pipeline: Pipeline) -> Document:
    """A fund as a row of a list."""
    return {
        "id": record.id,
        "name": record.name,
        "pipeline": record.pipeline,
        "version": pipeline.version,
        "pipeline_name": pipeline.name,
        "revision": record.revision,
        "created": record.created.isoformat(),
    }


def fund_document(seen: FundSeen, today: date) -> Document:
    """A fund whole as of a day: its phase, its money, its fees by year, its deals, its history. Money in 万元."""
    terms = seen.pipeline.fund
    return fund_summary(seen.record, seen.pipeline) | {
        "as_of": today.isoformat(),
        "phase": None if terms is None else _phase(terms, seen.book, today),
        "money": _fund_money(seen, terms),
        "fees": [] if terms is None else _fees(terms, seen.book, today),
        "deals": [deal_summary(item.record, item.pipeline) | {"money": _money(item)} for item in seen.deals],
        "history": _history(seen.pipeline, seen.record.events),
    }


def pipeline_summary(stated: Stated) -> Document:
    """A pipeline as a row of a list."""
    pipeline = stated.pipeline
    return {
        "id": pipeline.id,
        "name": pipeline.name,
        "kind": pipeline.kind.value,
        "document": pipeline.document,
        "version": pipeline.version,
        "own": stated.own,
    }


def pipeline_document(stated: Stated) -> Document:
    """A pipeline whole: stages with gates, papers, checks, committee, grounds for an exit, assumptions, its file."""
    pipeline, committee = stated.pipeline, stated.pipeline.committee
    return pipeline_summary(stated) | {
        "roles": [_named(item) for item in pipeline.roles.values()],
        "documents": [
            _named(item) | {"judged": item.judged, "by": sorted(item.by)} for item in pipeline.documents.values()
        ],
        "checks": [_named(item) | {"by": sorted(item.by)} for item in pipeline.checks.values()],
        "stages": [_stage(item) for item in pipeline.stages.values()],
        "seats": [] if committee is None else [_named(item) for item in committee.seats],
        "observers": [] if committee is None else [_named(item) for item in committee.observers],
        "votes_needed": None if committee is None else committee.needed,
        "triggers": [_named(item) for item in pipeline.triggers.values()],
        "assumptions": list(pipeline.assumptions),
        "content": stated.content,
    }


def _step(pipeline: Pipeline, state: DealState, stage: Stage) -> Document:
    """A stage that may come next: who moves it there, and of each gate what it still asks for."""
    gates = [_gate(gate) | {"missing": list(missing(pipeline, gate, state))} for gate in stage.gates]
    back = stage.id in state.path
    return {
        "stage": stage.id,
        "label": stage.label,
        "back": back,
        "by": [pipeline.label_of(role) for role in sorted(stage.by)],
        "gates": [] if back else gates,
        "open": back or not any(gate["missing"] for gate in gates),
    }


def _stage(stage: Stage) -> Document:
    return {
        "id": stage.id,
        "label": stage.label,
        "by": sorted(stage.by),
        "next": list(stage.next),
        "gates": [_gate(gate) for gate in stage.gates],
        "pays": stage.pays,
        "exits": stage.exits,
        "final": stage.final,
        "basis": _basis(stage.basis),
    }


def _gate(gate: Gate) -> dict[str, Any]:
    return {"kind": gate.kind.value, "name": gate.name, "label": gate.label, "basis": _basis(gate.basis)}


def _named(item: Any) -> dict[str, Any]:
    named: Named = item
    return {"id": named.id, "label": named.label, "basis": _basis(named.basis)}


def _basis(basis: Basis) -> Document:
    return {"article": basis.article, "quote": basis.quote, "assumption": basis.assumption}


def _filed(seen: DealSeen, kind: str) -> Document:
    number, filing = seen.state.filings.get(kind, (None, None))
    event = seen.record.history[number - 1] if number else None
    return {
        "document": kind,
        "label": seen.pipeline.documents[kind].label,
        "number": number,
        "passed": None if filing is None else filing.passed,
        "evidence": [] if event is None else list(event.evidence),
        "at": None if event is None else event.at.isoformat(),
    }


def _checked(seen: DealSeen, check: str) -> Document:
    number, made = seen.state.checks.get(check, (None, None))
    return {
        "check": check,
        "label": seen.pipeline.checks[check].label,
        "number": number,
        "on": None if made is None else made.on.isoformat(),
        "conditions": []
        if made is None
        else [
            {"label": item.label, "state": item.state.value, "confirmed": item.confirmed} for item in made.conditions
        ],
    }


def _plan(pipeline: Pipeline, ballot: Ballot) -> Document:
    committee = pipeline.committee
    votes = {} if committee is None else ballot.standing(committee.revote)
    return {
        "number": ballot.number,
        "subject": ballot.plan.subject.value,
        "method": ballot.plan.method.value,
        "amount_wan": plain(ballot.plan.amount_wan),
        "share_pct": plain(ballot.plan.share_pct),
        "trigger": ballot.plan.trigger,
        "votes": [
            {"seat": seat, "label": pipeline.label_of(seat), "by": cast.by, "choice": cast.choice.value}
            for seat, cast in votes.items()
        ],
        "yes": 0 if committee is None else ballot.yes(committee),
        "needed": None if committee is None else committee.needed,
        "counted_on": None if ballot.counted_on is None else ballot.counted_on.isoformat(),
        "passed": None if committee is None or ballot.counted is None else ballot.passed(committee),
        "lapsed": ballot.lapsed,
    }


def _money(seen: DealSeen) -> Document:
    terms, state = seen.pipeline.fund, seen.state
    most = None if terms is None else terms.project_max_wan
    return {
        "paid_wan": plain(state.paid_wan),
        "cost_wan": plain(state.cost_wan),
        "returned_wan": plain(sum((item.proceeds_wan for _, item in state.exits), ZERO)),
        "project_max_wan": plain(most),
        "left_wan": plain(None if most is None else max(most - state.paid_wan, ZERO)),
    }


def _fund_money(seen: FundSeen, terms: FundTerms | None) -> Document:
    book = seen.book
    moved = sum((amount for _, amount in book.cash_moves()), ZERO)
    return {
        "size_wan": plain(None if terms is None else terms.size_wan),
        "subscribed_wan": plain(book.subscribed_wan),
        "paid_in_wan": plain(book.paid_in_wan),
        "invested_wan": plain(sum((item.state.paid_wan for item in seen.deals), ZERO)),
        "cost_wan": plain(sum((item.state.cost_wan for item in seen.deals), ZERO)),
        "returned_wan": plain(sum((x.proceeds_wan for item in seen.deals for _, x in item.state.exits), ZERO)),
        "fees_wan": plain(sum((fee.amount_wan for fee in book.fees()), ZERO)),
        "reserved_wan": plain(seen.reserved_wan),
        "cash_wan": plain(moved),
        "free_wan": plain(moved - seen.reserved_wan),
    }


def _phase(terms: FundTerms, book: Book, today: date) -> Document:
    spans = periods(terms, book)
    now = phase_at(spans, today)
    return {
        "now": None if now is None else PHASE_LABELS[now.phase],
        "periods": [
            {
                "phase": item.terms.phase.value,
                "label": PHASE_LABELS[item.terms.phase],
                "begins": item.begins.isoformat(),
                "ends": None if item.ends is None else item.ends.isoformat(),
            }
            for item in spans
        ],
    }


def _fees(terms: FundTerms, book: Book, today: date) -> list[Document]:
    """The fee of each year that is over, what was taken of it and what is still due (万元)."""
    begun = [item.on.year for item in book.tranches()]
    found = []
    for year in range(min(begun), today.year) if begun else ():
        due = fee_of_year(terms, book, year)
        taken = sum((fee.amount_wan for fee in book.fees() if fee.year == year), ZERO)
        left = due - taken
        found.append({"year": year, "due_wan": plain(due), "taken_wan": plain(taken), "left_wan": plain(left)})
    return found


def _history(pipeline: Pipeline, events: Iterable[DealEvent] | Iterable[FundEvent]) -> list[Document]:
    told: tuple[Any, ...] = tuple(events)
    gone = corrected(told)
    return [
        {
            "number": number,
            "kind": kind_of(event.body),
            "at": event.at.isoformat(),
            "by": event.by,
            "role": event.role,
            "role_label": pipeline.label_of(event.role),
            "why": event.why,
            "evidence": list(event.evidence),
            "body": {item.name: _as_json(getattr(event.body, item.name)) for item in fields(event.body)},
            "corrected": number in gone,
        }
        for number, event in enumerate(told, 1)
    ]


def _as_json(value: Any) -> Any:
    """A value of an event as JSON has it."""
    match value:
        case Decimal():
            return plain(value)
        case StrEnum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return [_as_json(item) for item in value]
        case None | bool() | int() | str():
            return value
    return {item.name: _as_json(getattr(value, item.name)) for item in fields(value)}
