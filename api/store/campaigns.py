"""Campaigns in SQL (对接活动): plans, runs, assignments. What a run decided is written with its end, once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from api.access.viewers import Viewer
from api.errors import UnknownAssignment, UnknownCampaign, WrongCampaignState
from api.store.campaign_rows import (
    DECIDED,
    OUT,
    AssignmentRow,
    AssignmentStatus,
    Campaign,
    CampaignState,
    Document,
    Run,
    RunState,
    assignment_of,
    campaign_of,
    row_of,
    run_of,
)
from api.store.campaign_tables import assignments, campaign_runs, campaigns, outcome_events
from api.store.database import Database
from api.store.jobs import ENDED, JobState
from api.store.queries import visible_assignments, visible_campaigns
from api.store.storable import digest, is_id
from api.store.tables import jobs
from api.store.tenants import require_tenant
from api.store.upserting import CHUNK, chunks
from matcher.learning.outcomes import OutcomeState


class CampaignStore:
    """Campaigns of a platform. An id that is not there is `UnknownCampaign`; each may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, viewer: Viewer, name: str, plan: str, now: datetime) -> Campaign:
        """Write a new campaign, a draft. Raises `UnknownTenant`, and `InvalidValue` for text that cannot be stored."""
        digest([name, plan])
        key = uuid4().hex
        row = {"name": name, "plan": plan, "state": CampaignState.DRAFT.value, "created": now, "updated": now}
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            connection.execute(insert(campaigns).values(id=key, tenant_id=viewer.tenant, **row))
            return campaign_of(_campaign_row(connection, viewer, key))

    def replace(self, viewer: Viewer, campaign: str, name: str, plan: str, now: datetime) -> Campaign:
        """Change a plan; raises `WrongCampaignState` once a run has been approved, for lists are out then."""
        digest([name, plan])
        with self._database.writing() as connection:
            found = campaign_of(_campaign_row(connection, viewer, campaign))
            _require(found.state is CampaignState.DRAFT, "活动已有批准的名单，方案不能再改", "草稿状态的活动")
            same = update(campaigns).where(campaigns.c.id == campaign)
            connection.execute(same.values(name=name, plan=plan, updated=now))
            return campaign_of(_campaign_row(connection, viewer, campaign))

    def close(self, viewer: Viewer, campaign: str, now: datetime) -> Campaign:
        """End a campaign: no more runs; its outcomes are still recorded."""
        with self._database.writing() as connection:
            _campaign_row(connection, viewer, campaign)
            same = update(campaigns).where(campaigns.c.id == campaign)
            connection.execute(same.values(state=CampaignState.CLOSED.value, updated=now))
            return campaign_of(_campaign_row(connection, viewer, campaign))

    def delete(self, viewer: Viewer, campaign: str) -> None:
        """Remove a campaign that has not been run; raises `WrongCampaignState` for one that has."""
        with self._database.writing() as connection:
            _campaign_row(connection, viewer, campaign)
            ran = select(func.count()).where(campaign_runs.c.campaign_id == campaign)
            _require(not connection.execute(ran).scalar_one(), "活动已经运行过", "没有运行过的活动")
            connection.execute(delete(campaigns).where(campaigns.c.id == campaign))

    def get(self, viewer: Viewer, campaign: str) -> Campaign:
        """One campaign."""
        with self._database.reading() as connection:
            return campaign_of(_campaign_row(connection, viewer, campaign))

    def list(self, viewer: Viewer) -> tuple[Campaign, ...]:
        """The platform's campaigns, the latest first."""
        query = select(campaigns).where(visible_campaigns(viewer))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(campaigns.c.created.desc(), campaigns.c.id)).mappings().all()
        return tuple(campaign_of(row) for row in rows)

    def new_run(self, viewer: Viewer, campaign: str, now: datetime, *, dry: bool = False) -> Run:
        """Queue a run with the plan as it is now. Raises `WrongCampaignState` where the campaign is closed."""
        with self._database.writing() as connection:
            found = campaign_of(_campaign_row(connection, viewer, campaign))
            _require(found.state is not CampaignState.CLOSED, "活动已结束", "未结束的活动")
            last = select(func.max(campaign_runs.c.number)).where(campaign_runs.c.campaign_id == campaign)
            number = (connection.execute(last).scalar_one() or 0) + 1
            row = {"campaign_id": campaign, "tenant_id": viewer.tenant, "number": number, "dry": dry}
            row |= {"state": RunState.QUEUED.value, "plan": found.plan, "frozen": {}, "counts": {}, "created": now}
            connection.execute(insert(campaign_runs).values(id=uuid4().hex, **row))
            return run_of(_run_row(connection, viewer, campaign, number))

    def run(self, viewer: Viewer, campaign: str, number: int) -> Run:
        """One run of a campaign by its number."""
        with self._database.reading() as connection:
            return run_of(_run_row(connection, viewer, campaign, number))

    def runs(self, viewer: Viewer, campaign: str) -> tuple[Run, ...]:
        """The runs of a campaign, the latest first."""
        query = select(campaign_runs).where(campaign_runs.c.campaign_id == campaign)
        with self._database.reading() as connection:
            _campaign_row(connection, viewer, campaign)
            rows = connection.execute(query.order_by(campaign_runs.c.number.desc())).mappings().all()
        return tuple(run_of(row) for row in rows)

    def note(self, run: Run, **said: Any) -> None:
        """Write what is known of a run meanwhile: state, frozen, counts, job_id, finished."""
        with self._database.writing() as connection:
            connection.execute(update(campaign_runs).where(campaign_runs.c.id == run.id).values(**said))

    def decide(self, run: Run, counts: Document, made: Iterable[AssignmentRow], now: datetime) -> None:
        """Write the result of a run: its assignments, a few at a time, its numbers and its state, together."""
        coming = iter(made)
        with self._database.writing() as connection:
            while chunk := list(islice(coming, CHUNK)):
                digest([row.match for row in chunk[:1]])
                connection.execute(insert(assignments), [row_of(row) for row in chunk])
            said = {"state": RunState.ASSIGNED.value, "counts": dict(counts), "finished": now}
            connection.execute(update(campaign_runs).where(campaign_runs.c.id == run.id).values(**said))

    def approve(self, viewer: Viewer, campaign: str, number: int, by: str, now: datetime) -> Run:
        """Approve a run's lists, or what was added to them since (补位); where nothing waits, nothing changes.

        The run names its last approval; `counts` keeps the earlier ones under `approvals`.
        Raises `WrongCampaignState` for a run that has no result yet, was cancelled or was tried dry.
        """
        digest(by)
        with self._database.writing() as connection:
            run = run_of(_run_row(connection, viewer, campaign, number))
            if run.state in OUT:
                _approve_added(connection, run, by, now)
                return run_of(_run_row(connection, viewer, campaign, number))
            _require(
                run.state is RunState.ASSIGNED and not run.dry, f"运行处于 {run.state} 状态", "已生成名单的正式运行"
            )
            said = {"state": RunState.APPROVED.value, "approved_by": by, "approved": now}
            connection.execute(update(campaign_runs).where(campaign_runs.c.id == run.id).values(**said))
            active = {"state": CampaignState.ACTIVE.value, "updated": now}
            connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(**active))
            return run_of(_run_row(connection, viewer, campaign, number))

    def assignments(
        self, run: Run, *, institution: str | None = None, batch: int = 2_000
    ) -> Iterator[Sequence[AssignmentRow]]:
        """Yield the assignments of a run in batches, by offer, then by place."""
        query = select(assignments).where(assignments.c.run_id == run.id)
        if institution is not None:
            query = query.where(assignments.c.institution == institution)
        ordered = query.order_by(assignments.c.offer_id, assignments.c.rank, assignments.c.id)
        start = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(ordered.limit(batch).offset(start)).mappings().all()
            if rows:
                yield [assignment_of(row) for row in rows]
            if len(rows) < batch:
                return
            start += batch

    def page(
        self, run: Run, institution: str | None, offset: int, limit: int, *, status: AssignmentStatus | None = None
    ) -> tuple[tuple[AssignmentRow, ...], int]:
        """Some assignments of a run in the same order, and how many there are in all; of one status, if it is given."""
        own = assignments.c.run_id == run.id
        if institution is not None:
            own &= assignments.c.institution == institution
        if status is not None:
            own &= assignments.c.status == status.value
        ordered = select(assignments).where(own).order_by(assignments.c.offer_id, assignments.c.rank, assignments.c.id)
        with self._database.reading() as connection:
            count = connection.execute(select(func.count()).select_from(assignments).where(own)).scalar_one()
            rows = connection.execute(ordered.limit(limit).offset(offset)).mappings().all()
        return tuple(assignment_of(row) for row in rows), count

    def refused(self, run: Run) -> frozenset[str]:
        """The assignments of a run whose last outcome is a refusal or a withdrawal."""
        last = (
            select(outcome_events.c.assignment_id, func.max(outcome_events.c.number).label("number"))
            .join(assignments, assignments.c.id == outcome_events.c.assignment_id)
            .where(assignments.c.run_id == run.id)
            .group_by(outcome_events.c.assignment_id)
            .subquery()
        )
        same = (outcome_events.c.assignment_id == last.c.assignment_id) & (outcome_events.c.number == last.c.number)
        query = select(outcome_events.c.assignment_id).join(last, same)
        ended = query.where(outcome_events.c.state.in_([OutcomeState.REFUSED.value, OutcomeState.WITHDRAWN.value]))
        with self._database.reading() as connection:
            return frozenset(connection.execute(ended).scalars())

    def of_pair(self, run: Run, seeker_key: int, offer: str) -> AssignmentStatus | None:
        """How a pair stands on the lists of a run; None where it never was on one."""
        query = select(assignments.c.status).where(assignments.c.run_id == run.id)
        query = query.where(assignments.c.seeker_key == seeker_key, assignments.c.offer_id == offer)
        with self._database.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else AssignmentStatus(found)

    def needed(self, before: datetime) -> frozenset[str]:
        """The runs whose files are still needed: of open campaigns, and those that ended or were closed since a moment.

        A run whose job ended without a result needs none, and a dry one none after that moment.
        """
        stage, job = campaigns.c.state.label("stage"), jobs.c.state.label("job_state")
        tables = campaign_runs.join(campaigns).outerjoin(jobs, jobs.c.id == campaign_runs.c.job_id)
        query = select(campaign_runs, stage, campaigns.c.updated, job).select_from(tables)
        with self._database.reading() as connection:
            return frozenset(row["id"] for row in connection.execute(query).mappings() if _is_needed(row, before))

    def assignment(self, viewer: Viewer, key: str) -> AssignmentRow:
        """One assignment by its id; raise `UnknownAssignment`."""
        return self.assignments_by_id(viewer, [key])[key]

    def assignments_by_id(self, viewer: Viewer, keys: Iterable[str]) -> dict[str, AssignmentRow]:
        """Assignments by id; raise `UnknownAssignment` for the first that is not there."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, AssignmentRow] = {}
        with self._database.reading() as connection:
            for chunk in chunks([key for key in wanted if is_id(key)]):
                query = select(assignments).where(assignments.c.id.in_(chunk), visible_assignments(viewer))
                found |= {row["id"]: assignment_of(row) for row in connection.execute(query).mappings()}
        missing = next((key for key in wanted if key not in found), None)
        if missing is not None:
            raise UnknownAssignment(
                found=f"名单编号 {missing[:40]!a}", expected="本平台名单上的编号", remedy="请核对编号，不要改动编号列"
            )
        return found

    def replaced(self, run: Run, gone: Sequence[str], added: Sequence[AssignmentRow], counts: Document) -> None:
        """Take pairs off the lists of a run and put others in their places, together (补位).

        Raises `WrongCampaignState` where one of the pairs was taken off meanwhile: what is added knew nothing of that.
        """
        with self._database.writing() as connection:
            for chunk in chunks(list(gone)):
                same = assignments.c.id.in_(chunk) & (assignments.c.run_id == run.id)
                same &= assignments.c.status == AssignmentStatus.ACTIVE.value
                taken = update(assignments).where(same).values(status=AssignmentStatus.REPLACED.value)
                _require(connection.execute(taken).rowcount == len(chunk), "名单刚刚变过", "没有变过的名单")
            for rows in chunks(added):
                connection.execute(insert(assignments), [row_of(row) for row in rows])
            connection.execute(update(campaign_runs).where(campaign_runs.c.id == run.id).values(counts=dict(counts)))


def _approve_added(connection: Connection, run: Run, by: str, now: datetime) -> None:
    waiting = (assignments.c.run_id == run.id) & (assignments.c.status == AssignmentStatus.PROPOSED.value)
    added = connection.execute(update(assignments).where(waiting).values(status=AssignmentStatus.ACTIVE.value)).rowcount
    if not added or run.approved is None:
        return
    earlier = [*run.counts.get("approvals", ()), {"by": run.approved_by, "at": run.approved.isoformat()}]
    counts = dict(run.counts) | {"waiting": 0, "approvals": earlier}
    said = {"approved_by": by, "approved": now, "counts": counts}
    connection.execute(update(campaign_runs).where(campaign_runs.c.id == run.id).values(**said))


def _is_needed(row: RowMapping, before: datetime) -> bool:
    if RunState(row["state"]) not in DECIDED:
        return row["job_state"] is not None and JobState(row["job_state"]) not in ENDED
    if row["dry"] and row["finished"] < before:
        return False
    return bool(row["stage"] != CampaignState.CLOSED or row["updated"] >= before)


def _require(holds: bool, found: str, expected: str) -> None:
    if not holds:
        raise WrongCampaignState(found=found, expected=expected, remedy="请查看活动的状态后再操作")


def _campaign_row(connection: Connection, viewer: Viewer, campaign: str) -> RowMapping:
    query = select(campaigns).where(campaigns.c.id == campaign, visible_campaigns(viewer))
    row = connection.execute(query).mappings().one_or_none() if is_id(campaign) else None
    if row is None:
        raise UnknownCampaign(found=f"活动编号 {campaign[:40]!a}", expected="本平台的活动", remedy="请核对编号")
    return row


def _run_row(connection: Connection, viewer: Viewer, campaign: str, number: int) -> RowMapping:
    _campaign_row(connection, viewer, campaign)
    same = (campaign_runs.c.campaign_id == campaign) & (campaign_runs.c.number == number)
    row = connection.execute(select(campaign_runs).where(same)).mappings().one_or_none()
    if row is None:
        raise UnknownCampaign(found=f"第 {number} 次运行", expected="该活动已有的运行", remedy="请核对运行的序号")
    return row
