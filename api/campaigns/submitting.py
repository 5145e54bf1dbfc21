"""What is asked of campaigns (活动操作): a preview, a run in the background, cancelling it, filling free places."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.access.viewers import Viewer
from api.campaigns.lists import counts_of, list_rows
from api.campaigns.planning import Prepared, plan_of, prepared
from api.campaigns.running import Outcome, Runner
from api.clock import now
from api.errors import UnknownJob, WrongCampaignState
from api.store.campaign_rows import DECIDED, OUT, STANDING, AssignmentRow, AssignmentStatus, CampaignState, Run
from api.store.jobs import Job
from api.store.store import Store
from matcher.campaigns.gathering import gather
from matcher.campaigns.narrowing import Rows, narrowed, within
from matcher.campaigns.plan import OBJECTIVE_LABELS, Plan
from matcher.campaigns.refilling import refill
from matcher.pairing.prospecting import SeekerSegment

_SAMPLE = 500
"""So many seekers, about, are scored to tell what a run would come to."""
JOB = "campaign"
"""The kind of the job that does a run."""


def run_arguments(run: Run) -> dict[str, object]:
    """What the job of a run is told."""
    return {"campaign": run.campaign_id, "number": run.number}


def preview(runner: Runner, plan: Plan, viewer: Viewer, at: date) -> dict[str, Any]:
    """What a plan would look at, in numbers; nothing is written. Raises `InvalidCampaign`."""
    ready = prepared(plan, runner.store, viewer, at)
    with runner.index().open(viewer) as segments:
        inside = [(segment, within(segment, plan.seekers, plan.filter, at)) for segment in segments]
        seekers = sum(len(rows) for _, rows in inside)
        sampled, found = _sampled(ready, inside, seekers, at)
    return {
        "name": plan.name,
        "seekers": seekers,
        "offers": [_offer(ready, place) for place in range(len(ready.offers))],
        "places": int(ready.quotas.sum()),
        "most_lists": seekers * plan.limit,
        "sampled": sampled,
        "expected_candidates": round(found * seekers / sampled) if sampled else 0,
        "objective": plan.objective.value,
        "objective_label": OBJECTIVE_LABELS[plan.objective],
        "floors": [{"name": floor.name, "least": floor.least, "each_offer": floor.each_offer} for floor in plan.floors],
    }


def _sampled(ready: Prepared, inside: list[tuple[SeekerSegment, Rows]], seekers: int, at: date) -> tuple[int, int]:
    """So many seekers, spread evenly, and how many pairs are among their best offers."""
    step = max(1, seekers // _SAMPLE)
    sampled = found = 0
    for segment, rows in inside:
        some = rows[::step]
        part = gather(ready.offers, narrowed(segment, some), ready.bounds(at), ready.scoring())
        sampled, found = sampled + len(some), found + int(part.own.sum())
    return sampled, found


def _offer(ready: Prepared, place: int) -> dict[str, Any]:
    offer = ready.offers[place]
    return {"id": offer.id, "name": offer.name, "provider": offer.provider, "quota": int(ready.quotas[place])}


def submit_run(store: Store, viewer: Viewer, campaign: str, *, dry: bool, request_id: str = "") -> Run:
    """Queue a run and its job, together or not at all. Raises `UnknownCampaign`, `WrongCampaignState`."""
    with store.together():
        run = store.campaigns.new_run(viewer, campaign, now(), dry=dry)
        job = store.jobs.submit(viewer, JOB, run_arguments(run), key=run.id, request_id=request_id)
        store.campaigns.note(run, job_id=job.id)
    return store.campaigns.run(viewer, campaign, run.number)


def job_of_run(store: Store, viewer: Viewer, run: Run) -> Job | None:
    """The job of a run; None where it has none, or none is kept any more."""
    try:
        return store.jobs.get(viewer, run.job_id) if run.job_id else None
    except UnknownJob:
        return None


def cancel_run(store: Store, viewer: Viewer, campaign: str, number: int) -> Run:
    """Cancel a run that has no result yet. Raises `WrongCampaignState` for one that has."""
    run = store.campaigns.run(viewer, campaign, number)
    if run.state in DECIDED:
        raise WrongCampaignState(
            found=f"第 {number} 次运行已有结果", expected="排队或运行中的运行", remedy="不需要的可不批准"
        )
    if run.job_id:
        store.jobs.cancel(viewer, run.job_id)
    return run


def approve_run(store: Store, viewer: Viewer, campaign: str, number: int, by: str) -> Run:
    """Approve a run's lists, or what was added to them since, by the name that its plan says; again changes nothing.

    Raises `WrongCampaignState` for another name, and for a run that has no lists to approve.
    """
    approver = plan_of(store.campaigns.run(viewer, campaign, number).plan).approver
    if by != approver:
        raise WrongCampaignState(
            found=f"批准人为“{by[:40]}”", expected=f"方案中写明的批准人“{approver}”", remedy="请由该批准人批准"
        )
    return store.campaigns.approve(viewer, campaign, number, by, now())


def refill_run(runner: Runner, viewer: Viewer, campaign: str, number: int) -> Run:
    """Give the places of refused pairs to others; what was accepted or awaits an answer stays.

    What is added to lists that were approved waits for an approval of its own: until then it is on no list that goes
    out. Raises `WrongCampaignState` for a run that has no lists, for a campaign that is closed, and where another
    refill came in between.
    """
    store = runner.store.campaigns
    run = store.run(viewer, campaign, number)
    if run.state not in DECIDED or run.dry:
        raise WrongCampaignState(found="这次运行没有名单", expected="已生成名单的正式运行", remedy="请先正式运行")
    if store.get(viewer, campaign).state is CampaignState.CLOSED:
        raise WrongCampaignState(found="活动已结束", expected="未结束的活动", remedy="已结束的活动不再补位")
    rows = [row for batch in store.assignments(run) for row in batch]
    refused = store.refused(run)
    free = [row for row in rows if row.id in refused and row.status is AssignmentStatus.ACTIVE]
    if not free:
        return run
    outcome = runner.decided(run, viewer)
    stays = [row for row in rows if row.status in STANDING and row.id not in refused]
    kept = _pairs(outcome, stays)
    out = _pairs(outcome, [row for row in rows if row.id in refused or row.status not in STANDING])
    again = refill(outcome.gathered.candidates, outcome.capacities, kept, out)
    whole = Outcome(outcome.inputs, outcome.gathered, outcome.capacities, again)
    added = list(list_rows(run, viewer, whole, runner.store, again.chosen & ~kept))
    last = {row.offer_id: row.rank for row in rows}
    status = AssignmentStatus.PROPOSED if run.state in OUT else AssignmentStatus.ACTIVE
    ranked = [replace(row, rank=row.rank + last.get(row.offer_id, 0), status=status) for row in added]
    standing = [*stays, *ranked]
    refills = int(run.counts.get("refills", 0)) + 1
    runner.folder(run).save_assignment(refills, again)
    waiting = sum(row.status is AssignmentStatus.PROPOSED for row in standing)
    counts = dict(run.counts) | counts_of(whole, [row.seeker_key for row in standing])
    store.replaced(run, [row.id for row in free], ranked, counts | {"refills": refills, "waiting": waiting})
    return store.run(viewer, campaign, number)


def _pairs(outcome: Outcome, rows: list[AssignmentRow]) -> NDArray[np.bool_]:
    """Which candidates the rows are."""
    candidates, offers = outcome.gathered.candidates, outcome.inputs.prepared.offers
    places = {offer.id: place for place, offer in enumerate(offers)}
    wanted = np.array(
        [
            int(np.searchsorted(outcome.gathered.keys, row.seeker_key)) * len(offers) + places[row.offer_id]
            for row in rows
        ],
        dtype=np.int64,
    )
    return np.isin(candidates.seeker.astype(np.int64) * len(offers) + candidates.offer, wanted)
