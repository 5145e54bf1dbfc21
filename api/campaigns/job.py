"""The job of a run (活动任务): freeze, gather, assign; lists and the end of the job are written in one transaction."""

from datetime import date

from api.access.viewers import Viewer
from api.campaigns.lists import counts_of, list_rows
from api.campaigns.running import Runner
from api.clock import now, today
from api.crash_points import crash_point
from api.jobs.context import JobContext
from api.store.campaign_rows import DECIDED, Run, RunState


def run_campaign(context: JobContext, runner: Runner, *, at: date | None = None) -> None:
    """Do the job of one run. Raises `InvalidCampaign` for a plan that cannot be run, and what the store raises."""
    viewer = Viewer(tenant=context.job.tenant)
    campaigns = runner.store.campaigns
    run = campaigns.run(viewer, str(context.arguments["campaign"]), int(context.arguments["number"]))
    if run.state in DECIDED:
        runner.folder(run).forget_lists()
        return
    run = _frozen(context, runner, run, viewer, at or today())
    outcome = runner.outcome(run, viewer, context)
    folder = runner.folder(run)
    listed = folder.save_lists(list_rows(run, viewer, outcome, runner.store, outcome.assignment.chosen))
    folder.save_assignment(0, outcome.assignment)
    counts = counts_of(outcome, listed)
    crash_point("campaign.assigned")
    with context.step() as step:
        campaigns.decide(run, counts, () if run.dry else folder.lists(), now())
        step.finish({"campaign": run.campaign_id, "run": run.number, "assigned": len(listed)})
    folder.forget_lists()


def _frozen(context: JobContext, runner: Runner, run: Run, viewer: Viewer, at: date) -> Run:
    """The run with its inputs fixed; what an earlier attempt fixed stays."""
    campaigns = runner.store.campaigns
    if not run.frozen:
        context.report(0, None, "固定数据与规则")
        made = runner.freeze(run, viewer, at)
        crash_point("campaign.frozen")
        with context.step():
            campaigns.note(run, frozen=made, state=RunState.RUNNING.value)
    return campaigns.run(viewer, run.campaign_id, run.number)
