"""Judging what is said of pairs on lists (反馈判定), inside the transaction that writes it.

`matcher.learning.outcomes.added` judges an event by the history before it; here are the pairs and histories that it
needs, read in batches.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, select

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import CHINA
from api.store.campaign_rows import AssignmentStatus
from api.store.campaign_tables import assignments
from api.store.outcome_rows import History, OutcomeReport, ReportResult, ReportState, event_row, histories_in
from api.store.queries import visible_assignments
from api.store.storable import digest
from api.store.upserting import chunks
from matcher.errors import InvalidOutcome, InvalidValue
from matcher.learning.outcomes import Event, added
from matcher.offers import OfferKind


def judged(
    connection: Connection, viewer: Viewer, campaign: str, reports: Sequence[OutcomeReport], now: datetime
) -> tuple[tuple[ReportResult, ...], list[dict[str, Any]]]:
    """What becomes of each report, judged alone and in order, and the rows that those bring which are added."""
    named = sorted({report.assignment_id for report in reports if askable(report.assignment_id)})
    seen = visible_assignments(viewer, Permission.OUTCOME_WRITE)
    pairs = _Standings(connection)
    histories: dict[str, History] = {}
    for chunk in chunks(named):
        own = asked_pairs(connection, seen, campaign, chunk)
        pairs.read(own)
        histories |= histories_in(connection, [row.id for row in own])
    results, rows = [], []
    for report in reports:
        result, history = _judge(report, pairs.found, histories, now)
        before = histories.get(report.assignment_id, ())
        rows += [event_row(report.assignment_id, len(history), history[-1], now)] if len(history) > len(before) else []
        histories[report.assignment_id] = history
        results.append(result)
    return tuple(results), rows


def _timed(report: OutcomeReport, history: History) -> Event:
    """The event of a report with a time: of a day alone it is the day's start, or the last event's on the same day."""
    event = report.event
    if report.day_only and history:
        last = history[-1].at
        if last.astimezone(CHINA).date() == event.at.astimezone(CHINA).date():
            return replace(event, at=max(event.at, last))
    return event


def _judge(
    report: OutcomeReport, pairs: Mapping[str, "_Standing"], histories: Mapping[str, History], now: datetime
) -> tuple[ReportResult, History]:
    key = report.assignment_id
    history = histories.get(key, ())
    try:
        _storable(report.event.by, report.event.reason)
        after = added(history, _current(report, history, now), _standing(key, pairs).kind)
    except (InvalidOutcome, InvalidValue) as error:
        return ReportResult(key, ReportState.REFUSED, error), history
    state = ReportState.ADDED if len(after) > len(history) else ReportState.SAME
    return ReportResult(key, state), after


@lru_cache
def _storable(by: str, reason: str) -> None:
    """Raise `InvalidValue` for words that cannot be stored; most of a list say the same."""
    digest([by, reason])


def _current(report: OutcomeReport, history: History, now: datetime) -> Event:
    event = _timed(report, history)
    if event.at > now:
        raise InvalidOutcome(
            found=f"反馈时间 {event.at.astimezone(CHINA):%Y-%m-%d %H:%M} 尚未到来",
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
        """Add some pairs, as `asked_pairs` gives them."""
        table = assignments.c
        for row in rows:
            if (row.run_id, row.offer_id) not in self._kinds:
                kind = select(table.match["offer"]["kind"].as_string()).where(table.id == row.id)
                self._kinds[row.run_id, row.offer_id] = OfferKind(self._connection.execute(kind).scalar_one())
            self.found[row.id] = _Standing(AssignmentStatus(row.status), self._kinds[row.run_id, row.offer_id])


def asked_pairs(connection: Connection, seen: Any, campaign: str, keys: Sequence[str]) -> list[Any]:
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


def askable(key: str) -> bool:
    """Whether a text can be an id at all: what cannot is not put to the database."""
    return 0 < len(key) <= 200 and key.isascii() and key.isprintable()
