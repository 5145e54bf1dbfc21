"""One campaign's page (活动页): its steps from plan to outcomes, each with an address of its own."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nicegui import ui

from api.access.permissions import Permission
from api.campaigns.planning import plan_of
from api.campaigns.submitting import job_of_run, submit_run
from api.clock import now
from api.console.blocks import address, bare, line, muted, note, panel, primary, quiet, tag
from api.console.desk import Desk
from api.console.numbers import moment
from api.console.operator.campaign_after import approval, delivery, outcomes
from api.console.operator.campaign_lists import assignment
from api.console.operator.campaign_run import candidates
from api.console.operator.campaigns import editor, plan_facts
from api.console.pages import Page
from api.exchange.campaigns import CAMPAIGN_LABELS, RUN_LABELS, state_of
from api.store.campaign_rows import Campaign, CampaignState, Run, RunState


class Step(StrEnum):
    """The steps of a campaign, in order."""

    PLAN = "plan"
    CANDIDATES = "candidates"
    ASSIGNMENT = "assignment"
    APPROVAL = "approval"
    DELIVERY = "delivery"
    OUTCOMES = "outcomes"


ICONS: Mapping[Step, str] = {
    Step.PLAN: "description",
    Step.CANDIDATES: "groups",
    Step.ASSIGNMENT: "assignment_turned_in",
    Step.APPROVAL: "verified",
    Step.DELIVERY: "send",
    Step.OUTCOMES: "insights",
}
_NEXT: Mapping[RunState, Step] = {
    RunState.ASSIGNED: Step.ASSIGNMENT,
    RunState.APPROVED: Step.DELIVERY,
    RunState.DELIVERED: Step.OUTCOMES,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a campaign is looked at: the campaign, its runs, the run and the step."""

    campaign: Campaign
    runs: Sequence[Run]
    run: Run | None
    step: Step

    def address(self, step: Step, run: Run | None = None) -> str:
        """Where another step, or another run, is shown."""
        chosen = run or self.run
        number = "" if chosen is None else f"&run={chosen.number}"
        return f"/campaigns/{self.campaign.id}?step={step.value}{number}"


async def show(desk: Desk) -> None:
    """Show a step of a run: those that the address names, else the last run where it stands."""
    shown = await desk.work(_shown, desk)
    _head(desk, shown)
    _steps(desk, shown)
    await _CONTENT[shown.step](desk, shown)


async def show_edit(desk: Desk) -> None:
    """Change the plan of a draft."""
    campaign = await desk.work(desk.services.store.campaigns.get, desk.viewer, desk.path["campaign"])
    tag("h1", "", f"{desk.text('page.campaign_edit')} · {campaign.name}")
    await editor(desk, campaign.plan, campaign.id)


def _shown(desk: Desk) -> Shown:
    store, viewer = desk.services.store.campaigns, desk.viewer
    campaign = store.get(viewer, desk.path["campaign"])
    runs = store.runs(viewer, campaign.id)
    wanted = desk.query.get("run", "")
    run = next((item for item in runs if str(item.number) == wanted), runs[0] if runs else None)
    said = desk.query.get("step", "")
    step = Step(said) if said in set(Step) else _begin(run)
    return Shown(campaign, runs, run, step)


def _begin(run: Run | None) -> Step:
    return Step.PLAN if run is None else _NEXT.get(run.state, Step.CANDIDATES)


def _head(desk: Desk, shown: Shown) -> None:
    with line("apart"):
        with line():
            tag("h1", "", shown.campaign.name)
            tag("span", "tag blue", CAMPAIGN_LABELS[shown.campaign.state])
        with line():
            if len(shown.runs) > 1 and shown.run is not None:
                _run_choice(desk, shown, shown.run)
            bare(desk.text("op.campaign.all"), lambda: desk.go("/campaigns"))


def _run_choice(desk: Desk, shown: Shown, run: Run) -> None:
    options = {item.number: _run_name(desk, item) for item in shown.runs}
    chosen = ui.select(options, value=run.number, label=desk.text("op.campaign.run")).props(
        "dense outlined options-dense"
    )
    chosen.style("min-width: 220px")
    by_number = {item.number: item for item in shown.runs}
    chosen.on_value_change(lambda event: desk.go(shown.address(shown.step, by_number[event.value])))


def _run_name(desk: Desk, run: Run) -> str:
    label = desk.text("op.campaign.dry") if run.dry else RUN_LABELS[run.state]
    return desk.text("op.campaign.run_name", n=run.number, state=label, at=moment(run.created))


def _steps(desk: Desk, shown: Shown) -> None:
    reached = _reached(shown.run)
    with tag("nav", "steps", aria_label=desk.text("op.campaign.steps")):
        for place, step in enumerate(Step):
            current = "step" if step is shown.step else None
            state = "done" if place < reached else ""
            link = tag("a", f"step {state}".rstrip(), href=address(shown.address(step)), aria_current=current)
            with link:
                ui.icon("check" if state else ICONS[step]).props("aria-hidden=true")
                tag("span", "", f"{place + 1} {desk.text('op.step.' + step.value)}")


def _reached(run: Run | None) -> int:
    """How many steps are behind."""
    if run is None:
        return 0
    return {RunState.ASSIGNED: 3, RunState.APPROVED: 4, RunState.DELIVERED: 5}.get(run.state, 1)


async def _plan(desk: Desk, shown: Shown) -> None:
    plan = plan_of(shown.campaign.plan)
    with panel(desk.text("op.step.plan")):
        tag("p", "", plan.purpose)
        plan_facts(desk, plan)
        values = desk.text("op.plan.values", quota=plan.quota, limit=plan.limit, least=plan.least_points // 100)
        muted(f"{plan.starts} — {plan.ends} · {values}")
        with ui.expansion(desk.text("op.campaign.whole_text_read")).classes("wide"):
            tag("pre", "plain-text", shown.campaign.plan)
        with line():
            _plan_actions(desk, shown)


def _plan_actions(desk: Desk, shown: Shown) -> None:
    campaign = shown.campaign
    if not desk.may(Permission.CAMPAIGN_WRITE):
        return
    if campaign.state is not CampaignState.CLOSED:
        primary(desk.text("op.campaign.run_it"), lambda: _run(desk, shown, dry=False), "play_arrow")
        quiet(desk.text("op.campaign.try_it"), lambda: _run(desk, shown, dry=True))
    if campaign.state is CampaignState.DRAFT:
        quiet(desk.text("op.campaign.edit"), lambda: desk.go(f"/campaigns/{campaign.id}/edit"), "edit")
    bare(desk.text("op.campaign.copy"), lambda: desk.go(f"/campaigns/new?copy={campaign.id}"))
    if not shown.runs:
        bare(desk.text("op.campaign.delete"), lambda: _delete(desk, campaign))
    elif campaign.state is not CampaignState.CLOSED:
        bare(desk.text("op.campaign.close"), lambda: _close(desk, shown))


async def _run(desk: Desk, shown: Shown, *, dry: bool) -> None:
    run = await desk.work(submit_run, desk.services.store, desk.viewer, shown.campaign.id, dry=dry)
    desk.go(shown.address(Step.CANDIDATES, run))


async def _delete(desk: Desk, campaign: Campaign) -> None:
    await desk.work(desk.services.store.campaigns.delete, desk.viewer, campaign.id)
    desk.go("/campaigns")


def _close(desk: Desk, shown: Shown) -> None:
    with ui.dialog() as dialog, panel(desk.text("op.campaign.close")):
        tag("p", "", desk.text("op.campaign.close_text"))

        async def close() -> None:
            await desk.work(desk.services.store.campaigns.close, desk.viewer, shown.campaign.id, now())
            desk.go(shown.address(Step.PLAN))

        with line():
            primary(desk.text("op.campaign.close"), close)
            bare(desk.text("cancel"), dialog.close)
    dialog.open()


def _of_run(content: Callable[[Desk, Run], Awaitable[None]]) -> Callable[[Desk, Shown], Awaitable[None]]:
    """A step that needs a run with its result: until there is one, it says so and leads there."""

    async def build(desk: Desk, shown: Shown) -> None:
        run = shown.run
        if run is None or (not run.counts and content is not candidates):
            await _not_yet(desk, shown)
        elif run.dry and content not in {candidates, assignment}:
            note(desk.text("op.campaign.dry_text"), "amber")
        else:
            await content(desk, run)

    return build


async def _not_yet(desk: Desk, shown: Shown) -> None:
    with panel():
        muted(desk.text("op.campaign.no_run"))
        with line():
            if shown.run is None:
                primary(desk.text("op.campaign.run_it"), lambda: _run(desk, shown, dry=False), "play_arrow")
            else:
                job = await desk.work(job_of_run, desk.services.store, desk.viewer, shown.run)
                tag("span", "", RUN_LABELS[state_of(shown.run, job)])
                primary(desk.text("op.campaign.see_progress"), lambda: desk.go(shown.address(Step.CANDIDATES)))


_CONTENT: Mapping[Step, Callable[[Desk, Shown], Awaitable[None]]] = {
    Step.PLAN: _plan,
    Step.CANDIDATES: _of_run(candidates),
    Step.ASSIGNMENT: _of_run(assignment),
    Step.APPROVAL: _of_run(approval),
    Step.DELIVERY: _of_run(delivery),
    Step.OUTCOMES: _of_run(outcomes),
}

PAGES = (
    Page("/campaigns/{campaign}", "campaign", show, Permission.CAMPAIGN_READ),
    Page("/campaigns/{campaign}/edit", "campaign_edit", show_edit, Permission.CAMPAIGN_WRITE),
)
