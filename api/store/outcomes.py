"""Outcomes in SQL (反馈): what became of each pair on a list, in order, only ever added to.

`api.store.outcome_judging` judges every event inside the writing transaction: writers take turns on both databases, so
that what is judged is what is stored, and two writers cannot fork a history; the primary key (assignment, number) would
refuse it all the same.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from api.access.viewers import Viewer
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, Run, assignment_of
from api.store.campaign_tables import assignments
from api.store.database import Database
from api.store.outcome_judging import askable, asked_pairs, judged
from api.store.outcome_rows import (
    History,
    OutcomeReport,
    Pair,
    ReportResult,
    ReportState,
    event_row,
    histories_in,
    pairs_in,
    write_events,
)
from api.store.queries import visible_assignments
from api.store.upserting import chunks
from matcher.learning.outcomes import Event, OutcomeState

_BATCH = 2_000


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

    def seekers(self, run: Run, institution: str) -> tuple[str, ...]:
        """The ids of those that stand on the list of an institution."""
        own = (assignments.c.run_id == run.id) & (assignments.c.status == AssignmentStatus.ACTIVE.value)
        query = select(assignments.c.seeker_id).where(own, assignments.c.institution == institution).distinct()
        with self._database.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def pairs(self, viewer: Viewer, campaign: str) -> tuple[Pair, ...]:
        """All pairs that were ever on a list of a campaign, by id."""
        own = (assignments.c.campaign_id == campaign) & visible_assignments(viewer)
        with self._database.reading() as connection:
            return tuple(pairs_in(connection, own))

    def standing(self, run: Run) -> tuple[Pair, ...]:
        """The pairs of a run that stand, by id."""
        own = (assignments.c.run_id == run.id) & (assignments.c.status == AssignmentStatus.ACTIVE.value)
        with self._database.reading() as connection:
            return tuple(pairs_in(connection, own))

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
            for chunk in chunks([key for key in keys if askable(key)]):
                rows = asked_pairs(connection, visible_assignments(viewer), campaign, chunk)
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
            write_events(connection, [event_row(key, 1, event, now) for key in new])
            return len(new)

    def add(
        self, viewer: Viewer, campaign: str, reports: Sequence[OutcomeReport], now: datetime, *, whole: bool = False
    ) -> tuple[ReportResult, ...]:
        """Add what is said of pairs of a campaign, each judged alone, in order; several of one pair follow each other.

        With `whole` nothing is written where one of them is refused: then none is `ADDED` in the database.
        """
        with self._database.writing() as connection:
            results, rows = judged(connection, viewer, campaign, reports, now)
            if not (whole and any(result.state is ReportState.REFUSED for result in results)):
                write_events(connection, rows)
            return results

    def judged(
        self, viewer: Viewer, campaign: str, reports: Sequence[OutcomeReport], now: datetime
    ) -> tuple[ReportResult, ...]:
        """What `add` would answer now; nothing is written."""
        with self._database.reading() as connection:
            return judged(connection, viewer, campaign, reports, now)[0]
