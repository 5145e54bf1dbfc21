"""A run while it is made, and what it looked at (候选): live progress, then who came into question."""

from nicegui import ui

from api.campaigns.submitting import job_of_run
from api.console.blocks import definition, line, note, panel, primary, tag, tile
from api.console.desk import Desk
from api.console.long_work import progress
from api.console.numbers import amount, count, share
from api.store.campaign_rows import DECIDED, Run
from api.store.jobs import Job
from matcher.pairing.scoring import LABELS

_SECONDS = 1.0


async def candidates(desk: Desk, run: Run) -> None:
    """The numbers of a run that has its result; of one that is being made, how far it has come."""
    if run.state in DECIDED:
        _numbers(desk, run)
        return
    job = await desk.work(job_of_run, desk.services.store, desk.viewer, run)
    if job is None:
        note(desk.text("op.run.forgotten"), "amber")
        return
    await progress(desk, job.id, lambda done: _done(desk, run, done))
    if not job.ended:
        _lead_on(desk, run, job)


def _done(desk: Desk, run: Run, job: Job) -> None:
    assigned = (job.result or {}).get("assigned")
    note(desk.text("op.run.done", n=count(assigned)))
    with line():
        primary(desk.text("op.run.see"), lambda: desk.go(_lists(run)), "arrow_forward")


def _lead_on(desk: Desk, run: Run, job: Job) -> None:
    """Whoever waits here is led to the lists as soon as there are any."""

    async def look() -> None:
        found = await desk.work(desk.services.store.campaigns.run, desk.viewer, run.campaign_id, run.number)
        if found.state in DECIDED:
            timer.deactivate()
            desk.go(_lists(run))
        elif (await desk.work(desk.services.store.jobs.get, desk.viewer, job.id)).ended:
            timer.deactivate()

    timer = ui.timer(_SECONDS, look)


def _lists(run: Run) -> str:
    return f"/campaigns/{run.campaign_id}?step=assignment&run={run.number}"


def _numbers(desk: Desk, run: Run) -> None:
    counts, text = run.counts, desk.text
    with tag("div", "tiles"):
        tile(text("op.campaign.seekers"), count(counts["seekers"], text("op.unit.firms")))
        part = share(counts["with_candidates"], counts["seekers"])
        tile(text("op.run.with_candidates"), count(counts["with_candidates"], text("op.unit.firms")), under=part)
        tile(text("op.run.candidates"), count(counts["candidates"], text("op.unit.pairs")))
        part = share(counts["seekers_assigned"], counts["seekers"])
        tile(text("op.run.listed"), count(counts["seekers_assigned"], text("op.unit.firms")), under=part)
    without = counts["seekers"] - counts["with_candidates"]
    if without:
        note(text("op.run.without", n=count(without)))
    frozen = run.frozen
    with panel(text("op.run.frozen")), tag("dl", "said"):
        definition(text("op.run.at"), str(frozen.get("at", "—")))
        definition(text("op.run.offers_version"), str(frozen.get("offers", "—")))
        definition(text("op.run.software"), str(frozen.get("software", "—")))
        weights = frozen.get("weights") or {}
        said = "、".join(f"{LABELS.get(name, name)} {amount(value, '')}" for name, value in weights.items())
        definition(text("op.run.weights"), said or text("op.run.usual_weights"))
