"""Outcomes in SQL (反馈): what became of each pair on a list, in order, only ever added to.

`matcher.learning.outcomes.added` judges every event. It is asked inside the writing transaction: writers take turns on
both databases, so that what is judged is what is stored, and two writers cannot fork a history; the primary key
(assignment, number) would refuse it all the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, Select, insert, select

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, Run, assignment_of
from api.store.campaign_tables import assignments, outcome_events
from api.store.database import Database
from api.store.queries import visible_assignments
from api.store.storable import digest
from api.store.upserting import chunks
from matcher.errors import InvalidOutcome, InvalidValue, MatcherError
from matcher.learning.outcomes import Event, OutcomeState, added
from matcher.offers import OfferKind

History = tuple[Event, ...]
_CHINA = timezone(timedelta(hours=8))
_BATCH = 2_000


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


class OutcomeStore:
    """Histories of the pairs on a platform's lists. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(
        self, run: Run, *, by_seeker: bool = False, institution: str | None = None, seeker: str | None = None
    ) -> Iterator[AssignmentRow]:
        """Yield the pairs of a run that stand, by institution, offer and place; or by seeker.

        Ids come first, which are small; each batch is then read by id.
        """
        table = assignments.c
        order = (table.seeker_key, table.offer_id) if by_seeker else (table.institution, table.offer_id, table.rank)
        query = select(table.id).where(table.run_id == run.id, table.status == AssignmentStatus.ACTIVE.value)
        if institution is not None:
            query = query.where(table.institution == institution)
        if seeker is not None:
            query = query.where(table.seeker_id == seeker)
        with self._database.reading() as connection:
            keys = connection.execute(query.order_by(*order, table.id)).scalars().all()
        for chunk in chunks(keys, _BATCH):
            found = self._by_id(chunk)
            yield from (found[key] for key in chunk)

    def _by_id(self, keys: Sequence[str]) -> dict[str, AssignmentRow]:
        found: dict[str, AssignmentRow] = {}
        with self._database.reading() as connection:
            for chunk in chunks(keys):
                rows = connection.execute(select(assignments).where(assignments.c.id.in_(chunk))).mappings()
                found |= {row["id"]: assignment_of(row) for row in rows}
        return found

    def institutions(self, run: Run) -> tuple[str, ...]:
        """Those that have a list in a run, by name."""
        own = (assignments.c.run_id == run.id) & (assignments.c.status == AssignmentStatus.ACTIVE.value)
        with self._database.reading() as connection:
            found = connection.execute(select(assignments.c.institution).where(own).distinct()).scalars().all()
        return tuple(sorted(found))

    def pairs(self, viewer: Viewer, campaign: str) -> tuple[Pair, ...]:
        """All pairs that were ever on a list of a campaign, by id."""
        own = (assignments.c.campaign_id == campaign) & visible_assignments(viewer)
        with self._database.reading() as connection:
            return tuple(_pairs(connection, own))

    def standing(self, run: Run) -> tuple[Pair, ...]:
        """The pairs of a run that stand, by id."""
        own = (assignments.c.run_id == run.id) & (assignments.c.status == AssignmentStatus.ACTIVE.value)
        with self._database.reading() as connection:
            return tuple(_pairs(connection, own))

    def history(self, viewer: Viewer, key: str) -> History:
        """What is known of one pair; nothing of one that is not there."""
        own = (assignments.c.id == key) & visible_assignments(viewer)
        with self._database.reading() as connection:
            return histories_in(connection, select(assignments.c.id).where(own)).get(key, ())

    def histories(self, viewer: Viewer, campaign: str, run: Run | None = None) -> dict[str, History]:
        """What is known of the pairs of a campaign, or of one run, by id; those of which nothing is are absent."""
        own = (assignments.c.campaign_id == campaign) & visible_assignments(viewer)
        if run is not None:
            own &= assignments.c.run_id == run.id
        with self._database.reading() as connection:
            return histories_in(connection, select(assignments.c.id).where(own))

    def histories_of(self, viewer: Viewer, campaign: str, keys: Sequence[str]) -> dict[str, History]:
        """What is known of some pairs of a campaign, by id; those of which nothing is are absent."""
        found: dict[str, History] = {}
        with self._database.reading() as connection:
            for chunk in chunks([key for key in keys if _askable(key)]):
                rows = _asked(connection, visible_assignments(viewer), campaign, chunk)
                found |= histories_in(connection, [row.id for row in rows])
        return found

    def push(self, viewer: Viewer, run: Run, by: str, now: datetime) -> int:
        """Note that every pair of a run that stands was pushed (推送), and give how many were not yet."""
        with self._database.writing() as connection:
            own = (assignments.c.run_id == run.id) & (assignments.c.tenant_id == viewer.tenant)
            standing = select(assignments.c.id).where(own, assignments.c.status == AssignmentStatus.ACTIVE.value)
            known = histories_in(connection, standing)
            new = [key for key in connection.execute(standing.order_by(assignments.c.id)).scalars() if key not in known]
            event = Event(OutcomeState.PUSHED, now, by)
            _write(connection, [_row(key, 1, event, now) for key in new])
            return len(new)

    def add(
        self, viewer: Viewer, campaign: str, reports: Sequence[OutcomeReport], now: datetime, *, whole: bool = False
    ) -> tuple[ReportResult, ...]:
        """Add what is said of pairs of a campaign, each judged alone, in order; several of one pair follow each other.

        With `whole` nothing is written where one of them is refused: then none is `ADDED` in the database.
        """
        with self._database.writing() as connection:
            results, rows = self._judged(connection, viewer, campaign, reports, now)
            if not (whole and any(result.state is ReportState.REFUSED for result in results)):
                _write(connection, rows)
            return results

    def judged(
        self, viewer: Viewer, campaign: str, reports: Sequence[OutcomeReport], now: datetime
    ) -> tuple[ReportResult, ...]:
        """What `add` would answer now; nothing is written."""
        with self._database.reading() as connection:
            return self._judged(connection, viewer, campaign, reports, now)[0]

    def _judged(
        self,
        connection: Connection,
        viewer: Viewer,
        campaign: str,
        reports: Sequence[OutcomeReport],
        now: datetime,
    ) -> tuple[tuple[ReportResult, ...], list[dict[str, Any]]]:
        named = sorted({report.assignment_id for report in reports if _askable(report.assignment_id)})
        seen = visible_assignments(viewer, Permission.OUTCOME_WRITE)
        pairs = _Standings(connection)
        histories: dict[str, History] = {}
        for chunk in chunks(named):
            own = _asked(connection, seen, campaign, chunk)
            pairs.read(own)
            histories |= histories_in(connection, [row.id for row in own])
        results, rows = [], []
        for report in reports:
            result, history = _judge(report, pairs.found, histories, now)
            before = histories.get(report.assignment_id, ())
            rows += [_row(report.assignment_id, len(history), history[-1], now)] if len(history) > len(before) else []
            histories[report.assignment_id] = history
            results.append(result)
        return tuple(results), rows


def timed(report: OutcomeReport, history: History) -> Event:
    """The event of a report with a time: of a day alone it is the day's start, or the last event's on the same day."""
    event = report.event
    if report.day_only and history:
        last = history[-1].at
        if last.astimezone(_CHINA).date() == event.at.astimezone(_CHINA).date():
            return replace(event, at=max(event.at, last))
    return event


def _judge(
    report: OutcomeReport, pairs: Mapping[str, "_Standing"], histories: Mapping[str, History], now: datetime
) -> tuple[ReportResult, History]:
    key = report.assignment_id
    history = histories.get(key, ())
    try:
        digest([report.event.by, report.event.reason])
        after = added(history, _current(report, history, now), _standing(key, pairs).kind)
    except (InvalidOutcome, InvalidValue) as error:
        return ReportResult(key, ReportState.REFUSED, error), history
    state = ReportState.ADDED if len(after) > len(history) else ReportState.SAME
    return ReportResult(key, state), after


def _current(report: OutcomeReport, history: History, now: datetime) -> Event:
    event = timed(report, history)
    if event.at > now:
        raise InvalidOutcome(
            found=f"反馈时间 {event.at.astimezone(_CHINA):%Y-%m-%d %H:%M} 尚未到来",
            expected="不晚于现在",
            remedy="请改正时间",
        )
    return event


@dataclass(frozen=True, slots=True)
class _Standing:
    """What judges a report: whether the pair stands, and what its offer is."""

    status: AssignmentStatus
    kind: OfferKind


class _Standings:
    """How pairs stand, by id. A match is looked into once for each offer of a run: its text is long."""

    def __init__(self, connection: Connection) -> None:
        self.found: dict[str, _Standing] = {}
        self._connection = connection
        self._kinds: dict[tuple[str, str], OfferKind] = {}

    def read(self, rows: Iterable[Row[Any]]) -> None:
        """Add some pairs, as `_asked` gives them."""
        table = assignments.c
        for row in rows:
            if (row.run_id, row.offer_id) not in self._kinds:
                kind = select(table.match["offer"]["kind"].as_string()).where(table.id == row.id)
                self._kinds[row.run_id, row.offer_id] = OfferKind(self._connection.execute(kind).scalar_one())
            self.found[row.id] = _Standing(AssignmentStatus(row.status), self._kinds[row.run_id, row.offer_id])


def _asked(connection: Connection, seen: Any, campaign: str, keys: Sequence[str]) -> list[Any]:
    """Some pairs of a campaign. The database is asked by id alone.

    With the campaign in its question SQLite goes through all pairs of the campaign for every few ids.
    """
    table = assignments.c
    plain = select(table.id, table.campaign_id, table.run_id, table.offer_id, table.status)
    found = connection.execute(plain.where(table.id.in_(keys), seen)).all()
    return [row for row in found if row.campaign_id == campaign]


def _standing(key: str, pairs: Mapping[str, _Standing]) -> _Standing:
    pair = pairs.get(key)
    if pair is None:
        raise InvalidOutcome(
            found=f"名单编号 {key[:40]!a} 不在本活动的名单上",
            expected="本活动名单上的编号",
            remedy="请核对编号，不要改动编号列，也不要混入其他活动的名单",
        )
    if pair.status is AssignmentStatus.PROPOSED:
        raise InvalidOutcome(
            found=f"名单编号 {key} 的补位尚未批准", expected="已批准并送达的编号", remedy="请等批准人批准补位"
        )
    if pair.status is not AssignmentStatus.ACTIVE:
        raise InvalidOutcome(
            found=f"名单编号 {key} 已由其他企业补位", expected="仍在名单上的编号", remedy="请下载最新的名单后填写"
        )
    return pair


def _askable(key: str) -> bool:
    return 0 < len(key) <= 200 and key.isascii() and key.isprintable()


def _pairs(connection: Connection, own: Any) -> Iterator[Pair]:
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
    table = outcome_events
    query = select(table).where(table.c.assignment_id.in_(keys)).order_by(table.c.assignment_id, table.c.number)
    found: dict[str, list[Event]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["assignment_id"], []).append(_event(row))
    return {key: tuple(events) for key, events in found.items()}


def _event(row: RowMapping) -> Event:
    amount, rate = (None if row[name] is None else Decimal(row[name]) for name in ("amount_wan", "rate_pct"))
    return Event(OutcomeState(row["state"]), row["at"], row["by"], row["reason"], amount, rate)


def _row(key: str, number: int, event: Event, now: datetime) -> dict[str, Any]:
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


def _write(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    for chunk in chunks(list(rows)):
        connection.execute(insert(outcome_events), [dict(row) for row in chunk])
