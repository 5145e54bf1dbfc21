"""What institutions received (收到的名单): pairs that were sent to a party, of all campaigns, with their histories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.errors import UnknownAssignment
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, assignment_of
from api.store.campaign_tables import assignments, campaign_runs, campaigns, outcome_events
from api.store.database import Database
from api.store.outcome_rows import History, histories_in
from api.store.queries import visible_assignments
from api.store.storable import is_id


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    """A pair that was sent to an institution: of which campaign and run, on what it stands, and what came of it."""

    row: AssignmentRow
    campaign: str
    number: int
    plan: str
    approved: datetime | None
    history: History

    @property
    def standing(self) -> bool:
        """Whether it is still on the list; one that was refilled is not."""
        return self.row.status is AssignmentStatus.ACTIVE


class ReceivedStore:
    """Lists from the receiving side. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, viewer: Viewer) -> tuple[ReceivedRow, ...]:
        """All that was sent to the viewer's own party, the latest campaign first, by offer and place."""
        if viewer.party_id is None:
            return ()
        with self._database.reading() as connection:
            return tuple(_received(connection, _sent_to(viewer)))

    def about(self, viewer: Viewer) -> tuple[ReceivedRow, ...]:
        """Where the viewer's own party stands on lists that went out, the latest campaign first: for an enterprise."""
        if viewer.party_id is None:
            return ()
        theirs = visible_assignments(viewer, Permission.OUTCOME_READ) & (assignments.c.seeker_id == viewer.party_id)
        with self._database.reading() as connection:
            return tuple(_received(connection, theirs & _pushed()))

    def one(self, viewer: Viewer, key: str) -> ReceivedRow:
        """One pair that was sent to the viewer's own party; raise `UnknownAssignment`."""
        found: Sequence[ReceivedRow] = ()
        if viewer.party_id is not None and is_id(key):
            with self._database.reading() as connection:
                found = tuple(_received(connection, _sent_to(viewer) & (assignments.c.id == key)))
        if not found:
            raise UnknownAssignment(
                found=f"名单编号 {key[:40]!a}", expected="送达给本机构的名单编号", remedy="请从“收到的名单”进入"
            )
        return found[0]


def _sent_to(viewer: Viewer) -> ColumnElement[bool]:
    """Pairs on lists for the viewer's party of which a push is noted: what is approved only is not out yet.

    One's own party is nobody to be met, whatever a list says.
    """
    mine = (assignments.c.institution == viewer.party_id) & (assignments.c.seeker_id != viewer.party_id)
    return visible_assignments(viewer, Permission.DELIVERY_READ) & mine & _pushed()


def _pushed() -> ColumnElement[bool]:
    """Pairs that went out: the first thing noted of a pair is its push."""
    return assignments.c.id.in_(select(outcome_events.c.assignment_id).where(outcome_events.c.number == 1))


def _received(connection: Connection, own: ColumnElement[bool]) -> Iterator[ReceivedRow]:
    histories = histories_in(connection, select(assignments.c.id).where(own))
    told = (
        campaigns.c.name.label("campaign_name"),
        campaign_runs.c.number.label("run_number"),
        campaign_runs.c.plan.label("run_plan"),
        campaign_runs.c.approved.label("run_approved"),
    )
    tables = assignments.join(campaign_runs, campaign_runs.c.id == assignments.c.run_id).join(
        campaigns, campaigns.c.id == assignments.c.campaign_id
    )
    query = select(assignments, *told).select_from(tables).where(own)
    order = (campaign_runs.c.created.desc(), assignments.c.offer_id, assignments.c.rank, assignments.c.id)
    for row in connection.execute(query.order_by(*order)).mappings():
        yield _row(row, histories)


def _row(row: RowMapping, histories: dict[str, History]) -> ReceivedRow:
    return ReceivedRow(
        row=assignment_of(row),
        campaign=row["campaign_name"],
        number=row["run_number"],
        plan=row["run_plan"],
        approved=row["run_approved"],
        history=histories.get(row["id"], ()),
    )
