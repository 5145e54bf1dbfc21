"""Campaigns, runs, lists and answers about them as documents (对接活动)."""

from collections.abc import Mapping

from api.access.masking import Masker
from api.campaigns.left_out import Chance
from api.campaigns.questions import Why
from api.exchange.documents import Document, match_document, offer_summary
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, Campaign, CampaignState, Run, RunState
from api.store.jobs import ENDED, Job
from matcher.campaigns.comparison import DEPARTURE_LABELS, Comparison, Departure, Pair

CAMPAIGN_LABELS = {CampaignState.DRAFT: "草稿", CampaignState.ACTIVE: "进行中", CampaignState.CLOSED: "已结束"}
RUN_LABELS = {
    RunState.QUEUED: "排队中",
    RunState.RUNNING: "运行中",
    RunState.ASSIGNED: "待批准",
    RunState.APPROVED: "已批准",
    RunState.DELIVERED: "已送达",
    RunState.CANCELLED: "已取消",
    RunState.FAILED: "未完成",
}

STATUS_LABELS = {
    AssignmentStatus.ACTIVE: "在名单上",
    AssignmentStatus.PROPOSED: "补位待批准",
    AssignmentStatus.REPLACED: "已由他人补位",
    AssignmentStatus.WITHDRAWN: "已退出",
}


def campaign_document(campaign: Campaign) -> Document:
    """A campaign with its plan's text."""
    return {
        "id": campaign.id,
        "name": campaign.name,
        "state": campaign.state.value,
        "state_label": CAMPAIGN_LABELS[campaign.state],
        "plan": campaign.plan,
        "created": campaign.created.isoformat(),
        "updated": campaign.updated.isoformat(),
    }


def run_document(run: Run, job: Job | None) -> Document:
    """A run; of one that has no result yet the state is that of its job."""
    state = state_of(run, job)
    return {
        "campaign_id": run.campaign_id,
        "number": run.number,
        "state": state.value,
        "state_label": RUN_LABELS[state],
        "dry": run.dry,
        "frozen": dict(run.frozen),
        "counts": dict(run.counts),
        "job_id": run.job_id,
        "error": None if job is None or job.error is None else dict(job.error),
        "created": run.created.isoformat(),
        "finished": run.finished.isoformat() if run.finished else None,
        "approved_by": run.approved_by,
        "approved": run.approved.isoformat() if run.approved else None,
    }


def state_of(run: Run, job: Job | None) -> RunState:
    """Where a run stands: a job that ended without a result was cancelled or failed; one forgotten since, failed."""
    if run.state not in (RunState.QUEUED, RunState.RUNNING):
        return run.state
    if job is None:
        return RunState.FAILED if run.job_id else run.state
    if job.state not in ENDED:
        return run.state
    return {"cancelled": RunState.CANCELLED, "failed": RunState.FAILED}.get(job.state.value, run.state)


def masked_assignment(row: AssignmentRow, masker: Masker) -> Document:
    """A pair on a list as a recipient may see it; its number is its place on the list of its offer."""
    document = assignment_document(row)
    return masker.seen(document | {"match": dict(row.match)}, row.rank)


def assignment_document(row: AssignmentRow) -> Document:
    """A pair on a list, with the match and the profile as they were when the list was made."""
    profile: Document = row.match.get("profile", {})
    return {
        "id": row.id,
        "seeker_id": row.seeker_id,
        "offer_id": row.offer_id,
        "institution": row.institution,
        "rank": row.rank,
        "score": row.points / 100,
        "eligibility": row.eligibility,
        "status": row.status.value,
        "profile": {code: known["text"] for code, known in profile.items()},
        "match": {name: part for name, part in row.match.items() if name != "profile"},
    }


def why_document(answer: Why, seeker: str, offer: str) -> Document:
    """What became of a pair, in words and numbers."""
    lacking = None if answer.why_not is None or answer.why_not.lacking is None else answer.why_not.lacking / 100
    return {
        "seeker_id": seeker,
        "offer_id": offer,
        "assigned": answer.assigned,
        "in_filter": answer.in_filter,
        "reason": None if answer.why_not is None else answer.why_not.reason.value,
        "sentence": _sentence(answer),
        "lacking": lacking,
        "one_more_place": None if answer.place_worth is None else answer.place_worth / 100,
        "match": None if answer.match is None else match_document(answer.match),
        "nearest": None if answer.nearest is None else _nearest(answer),
    }


def _sentence(answer: Why) -> str:
    if answer.assigned:
        return "已补入名单，待批准" if answer.waiting else "已列入名单"
    if not answer.in_filter:
        return f"不在本活动的范围内：{answer.outside or '不符合筛选条件'}"
    return "" if answer.why_not is None else answer.why_not.sentence()


def _nearest(answer: Why) -> Document | None:
    if answer.nearest is None:
        return None
    offer, lacking = answer.nearest
    return {"offer": offer_summary(offer), "lacking": None if lacking is None else lacking / 100}


def chance_document(chance: Chance) -> Document:
    """A seeker on no list with its nearest chance."""
    lacking = None if chance.lacking is None else chance.lacking / 100
    return {
        "seeker_id": chance.seeker_id,
        "seeker_name": chance.seeker_name,
        "offer": offer_summary(chance.offer),
        "lacking": lacking,
    }


def comparison_document(found: Comparison, departures: Mapping[Pair, Departure], before: int, after: int) -> Document:
    """Two runs side by side: a sentence, counts of the reasons, and the pairs."""
    return {
        "before": before,
        "after": after,
        "sentence": found.sentence(departures),
        "came": [_pair(pair) for pair in found.came],
        "left": [
            _pair(pair) | {"reason": departures[pair].value, "reason_label": DEPARTURE_LABELS[departures[pair]]}
            for pair in found.left
        ],
        "stayed": len(found.stayed),
    }


def _pair(pair: Pair) -> Document:
    return {"seeker_id": pair[0], "offer_id": pair[1]}
