"""Outcomes as the store gives them (反馈), and as the tables hold them: reports, their results, pairs, histories."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from api.store.campaign_rows import AssignmentStatus
from api.store.campaign_tables import assignments, outcome_events
from api.store.upserting import chunks
from matcher.errors import MatcherError
from matcher.learning.outcomes import Event, OutcomeState
from matcher.offers import OfferKind

History = tuple[Event, ...]


class ReportState(StrEnum):
    """What became of one report (反馈处理结果)."""

    ADDED = "added"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """What somebody says of a pair. `day_only`: the time of day is not known, only the day in China."""

    assignment_id: str
    event: Event
    day_only: bool = False


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What became of a report, in the order of the reports; `error` for one that was refused."""

    assignment_id: str
    state: ReportState
    error: MatcherError | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """What is needed of a pair on a list to judge and to count what is said of it; codes are of the profile."""

    id: str
    run_id: str
    seeker_key: int
    seeker_id: str
    offer_id: str
    institution: str
    provider: str
    status: AssignmentStatus
    kind: OfferKind
    synthetic: bool
    industry: str | None
    region: str | None


def pairs_in(connection: Connection, own: Any) -> Iterator[Pair]:
    """Yield the pairs that a condition names, by id."""
    table = assignments.c
    said = {
        "kind": table.match["offer"]["kind"].as_string(),
        "provider": table.match["offer"]["provider"].as_string(),
        "synthetic": table.match["synthetic"].as_boolean(),
        "industry": table.match[("profile", "industry", "value")].as_string(),
        "region": table.match[("profile", "region", "value")].as_string(),
    }
    plain = (table.id, table.run_id, table.seeker_key, table.seeker_id, table.offer_id, table.institution, table.status)
    query = select(*plain, *(column.label(name) for name, column in said.items())).where(own)
    for row in connection.execute(query.order_by(table.id)).mappings():
        typed = {"status": AssignmentStatus(row["status"]), "kind": OfferKind(row["kind"])}
        yield Pair(**(dict(row) | typed))


def histories_in(connection: Connection, keys: Select[tuple[str]] | Sequence[str]) -> dict[str, History]:
    """What is known of the pairs that a query names, by id; those of which nothing is are absent."""
    table = outcome_events.c
    said = select(table.assignment_id, table.state, table.at, table.by, table.reason, table.amount_wan, table.rate_pct)
    query = said.where(table.assignment_id.in_(keys)).order_by(table.assignment_id, table.number)
    found: dict[str, list[Event]] = {}
    for key, state, at, by, reason, amount, rate in connection.execute(query):
        event = Event(OutcomeState(state), at, by, reason, _figure(amount), _figure(rate))
        found.setdefault(key, []).append(event)
    return {key: tuple(events) for key, events in found.items()}


def _figure(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def event_row(key: str, number: int, event: Event, now: datetime) -> dict[str, Any]:
    """An event of a pair as its table holds it; `number` is its place in the history, from 1."""
    return {
        "assignment_id": key,
        "number": number,
        "state": event.state.value,
        "at": event.at,
        "by": event.by,
        "reason": event.reason,
        "amount_wan": None if event.amount_wan is None else format(event.amount_wan, "f"),
        "rate_pct": None if event.rate_pct is None else format(event.rate_pct, "f"),
        "recorded": now,
    }


def write_events(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add events, as `event_row` gives them."""
    for chunk in chunks(list(rows)):
        connection.execute(insert(outcome_events), [dict(row) for row in chunk])
