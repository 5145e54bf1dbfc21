"""What follows the lists (批准、送达、反馈): who answers for them, the files that go out, what comes back."""

from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.access.permissions import Permission
from api.campaigns.planning import plan_of
from api.campaigns.submitting import approve_run, refill_run
from api.clock import now, today
from api.console.blocks import address, bare, empty, line, muted, note, panel, primary, quiet, tag, tile
from api.console.charts import bars, funnel
from api.console.columns import Column, ColumnKind
from api.console.desk import Desk
from api.console.numbers import UNKNOWN, amount, count, day, moment
from api.console.tables import Table
from api.delivery.delivering import deliver
from api.delivery.reports import Report, report_of
from api.delivery.tracking import Late, followed, late
from api.store.campaign_rows import DECIDED, Run, RunState
from api.store.outcome_rows import Pair
from matcher.learning.funnel import STEPS, Funnel
from matcher.learning.outcomes import OUTCOME_LABELS, OutcomeState

_SENT = frozenset({RunState.APPROVED, RunState.DELIVERED})
_MOST_BARS = 8


async def approval(desk: Desk, run: Run) -> None:
    """Who approves, and what happens then, in numbers."""
    approver = plan_of(run.plan).approver
    institutions = len(await desk.work(desk.services.store.outcomes.institutions, run))
    with panel(desk.text("op.step.approval")):
        with tag("div", "tiles"):
            tile(desk.text("op.approve.lists"), count(institutions, desk.text("op.unit.institutions")))
            tile(desk.text("op.approve.pairs"), count(run.counts["assigned"], desk.text("op.unit.pairs")))
            tile(desk.text("op.approve.firms"), count(run.counts["seekers_assigned"], desk.text("op.unit.firms")))
        if run.state in _SENT:
            note(desk.text("op.approve.done", by=run.approved_by, at=moment(run.approved)))
            with line():
                primary(desk.text("op.approve.on"), lambda: desk.go(_at(run, "delivery")), "arrow_forward")
        elif desk.may(Permission.CAMPAIGN_APPROVE):
            muted(desk.text("op.approve.under", by=approver))
            with line():
                primary(desk.text("op.approve.button", by=approver), lambda: _approve(desk, run, approver), "verified")
                bare(desk.text("op.approve.look"), lambda: desk.go(_at(run, "assignment")))


async def _approve(desk: Desk, run: Run, approver: str) -> None:
    def approve() -> None:
        store = desk.services.store
        with store.together():
            approve_run(store, desk.viewer, run.campaign_id, run.number, approver)
            detail = {"campaign": run.campaign_id, "run": run.number, "approver": approver}
            desk.services.audit.note(desk.viewer, Action.RUN_APPROVED, detail=detail)

    await desk.work(approve)
    desk.go(_at(run, "delivery"))


async def delivery(desk: Desk, run: Run) -> None:
    """The files of an approved run, and the note that they were sent."""
    if run.state not in _SENT:
        _first_approve(desk, run)
        return
    standing = await desk.work(desk.services.store.outcomes.standing, run)
    with panel(desk.text("op.step.delivery")):
        muted(desk.text("op.deliver.under"))
        with line():
            _file(desk, f"{_url(run)}/bundle.zip", "op.deliver.bundle", main=True)
            _file(desk, f"{_url(run)}/list.xlsx", "op.deliver.whole")
            _file(desk, f"/v1/campaigns/{run.campaign_id}/report.docx", "op.deliver.report")
    _institutions(desk, run, standing)
    with panel(desk.text("op.deliver.note_title")):
        delivered = run.state is RunState.DELIVERED
        muted(desk.text("op.deliver.again" if delivered else "op.deliver.note_under", n=count(len(standing))))
        with line():
            act = quiet if delivered else primary
            act(desk.text("op.deliver.note_button"), lambda: _deliver(desk, run), "send")
            if delivered:
                primary(desk.text("op.deliver.on"), lambda: desk.go(_at(run, "outcomes")), "arrow_forward")


def _file(desk: Desk, url: str, key: str, *, main: bool = False) -> None:
    """A link to a file; a plain one, so that it works by keyboard and can be opened elsewhere."""
    with tag("a", "file main" if main else "file", href=url, download=True):
        ui.icon("download").props("aria-hidden=true")
        tag("span", "", desk.text(key))


def _institutions(desk: Desk, run: Run, standing: tuple[Pair, ...]) -> None:
    found: dict[str, tuple[str, int]] = {}
    for pair in standing:
        name, number = found.get(pair.institution, (pair.provider, 0))
        found[pair.institution] = (name, number + 1)
    with panel(desk.text("op.deliver.by_institution")), tag("table", "rows"):
        with tag("thead"), tag("tr"):
            tag("th", "", desk.text("op.lists.provider"))
            tag("th", "number", f"{desk.text('op.lists.used')}（{desk.text('op.unit.firms')}）")
            tag("th", "", desk.text("op.deliver.file"))
        with tag("tbody"):
            for key, (name, number) in sorted(found.items(), key=lambda item: (-item[1][1], item[0])):
                with tag("tr"):
                    tag("td", "", name, data_label=desk.text("op.lists.provider"))
                    tag("td", "number", count(number), data_label=desk.text("op.lists.used"))
                    with tag("td", data_label=desk.text("op.deliver.file")):
                        url = f"{_url(run)}/list.xlsx?institution={key}"
                        tag("a", "", desk.text("op.deliver.masked"), href=url, download=True)


async def _deliver(desk: Desk, run: Run) -> None:
    def send() -> int:
        store, viewer = desk.services.store, desk.viewer
        with store.together():
            _, pushed = deliver(store, viewer, run.campaign_id, run.number, viewer.name or viewer.role.value, now())
            detail = {"campaign": run.campaign_id, "run": run.number, "pushed": pushed}
            desk.services.audit.note(viewer, Action.RUN_DELIVERED, detail=detail)
        return pushed

    pushed = await desk.work(send)
    desk.say("op.deliver.noted", n=count(pushed))
    desk.go(_at(run, "outcomes"))


async def outcomes(desk: Desk, run: Run) -> None:
    """The funnel, what is late, lists that came back, places that fell free."""
    report, overdue = await desk.work(_followed, desk, run)
    _returns(desk, run)
    if not report.whole.steps[OutcomeState.PUSHED]:
        empty(
            desk.text("op.outcome.none"), [(desk.text("op.outcome.to_delivery"), lambda: desk.go(_at(run, "delivery")))]
        )
        return
    _money(desk, report.whole)
    with tag("div", "columns"):
        with panel():
            _funnel(desk, report.whole)
        with panel():
            _refusals(desk, run, report.whole)
    _late(desk, overdue)


def _followed(desk: Desk, run: Run) -> tuple[Report, list[Late]]:
    store, viewer = desk.services.store, desk.viewer
    report = report_of(store, viewer, run.campaign_id, today())
    return report, list(late(followed(store, viewer, run.campaign_id), today()))


def _money(desk: Desk, whole: Funnel) -> None:
    text = desk.text
    with tag("div", "tiles"):
        tile(text("op.outcome.succeeded"), count(whole.succeeded, text("op.unit.pairs")))
        under = text("op.outcome.amounts_known", n=whole.amounts_known, of=whole.succeeded) if whole.succeeded else ""
        tile(text("op.outcome.amount"), amount(whole.amount_wan), under=under)
        tile(text("op.outcome.rate"), UNKNOWN if whole.rate_pct is None else f"{whole.rate_pct}%")
        days = (
            UNKNOWN if whole.days_to_decide is None else text("op.outcome.days_of", n=amount(whole.days_to_decide, ""))
        )
        tile(text("op.outcome.days"), days)


def _funnel(desk: Desk, whole: Funnel) -> None:
    steps = [(OUTCOME_LABELS[step], whole.steps[step]) for step in STEPS]
    pushed, accepted = whole.steps[STEPS[0]], whole.steps[OutcomeState.ACCEPTED]
    finding = desk.text("op.outcome.funnel", pushed=count(pushed), accepted=count(accepted))
    funnel(desk, finding, steps, axis=desk.text("op.unit.pairs"))


def _refusals(desk: Desk, run: Run, whole: Funnel) -> None:
    reasons = list(whole.refusal_reasons.items())[:_MOST_BARS]
    if reasons:
        finding = desk.text("op.outcome.refusals", n=count(whole.refused), first=reasons[0][0])
        bars(desk, finding, reasons, axis=desk.text("op.unit.pairs"))
    else:
        tag("h3", "", desk.text("op.outcome.no_refusals"))
    if run.state in DECIDED and desk.may(Permission.CAMPAIGN_WRITE) and whole.refused:
        with line():
            quiet(desk.text("op.outcome.refill"), lambda: _refill(desk, run), "group_add")
        muted(desk.text("op.outcome.refill_under"))


async def _refill(desk: Desk, run: Run) -> None:
    await desk.work(refill_run, desk.services.campaigns, desk.viewer, run.campaign_id, run.number)
    desk.go(_at(run, "assignment"))


def _returns(desk: Desk, run: Run) -> None:
    """A filled list comes back as a file; a plain form, so that nothing is lost when a connection is."""
    with panel(desk.text("op.return.title")):
        muted(desk.text("op.return.under"))
        with tag("form", "line", action=address("/returns"), method="post", enctype="multipart/form-data"):
            tag("input", type="hidden", name="campaign", value=run.campaign_id)
            tag("input", type="hidden", name="run", value=run.number)
            tag(
                "input",
                "file-input",
                type="file",
                name="file",
                accept=".xlsx",
                required=True,
                aria_label=desk.text("op.return.file"),
            )
            tag("button", "submit slim", desk.text("op.return.button"), type="submit")
        _returned(desk)


def _returned(desk: Desk) -> None:
    """What the last file came to, as its page's address says."""
    query = desk.query
    if "added" in query:
        said = {name: query.get(name, "0") for name in ("rows", "said", "same", "added")}
        note(desk.text("op.return.done", **said))
    if "problem" in query:
        note(f"{desk.text('op.return.refused', n=query.get('problems', ''))}\n{query['problem']}", "red").classes(
            "prewrap"
        )


def _late(desk: Desk, overdue: list[Late]) -> None:
    text = desk.text
    if not overdue:
        note(text("op.late.none"))
        return
    columns = (
        Column("provider", text("op.lists.provider"), pinned=True, width=220),
        Column("due", text("op.late.due"), width=110),
        Column("deadline", text("op.late.deadline"), ColumnKind.DAY, width=130),
        Column("late", text("op.late.days"), ColumnKind.NUMBER, text("op.unit.workdays"), width=150),
        Column("seeker", text("op.lists.seeker"), width=200),
        Column("offer", text("op.lists.offer")),
    )
    rows = [_late_row(place, item) for place, item in enumerate(overdue)]
    tag("h2", "", text("op.late.title", n=count(len(rows))))
    Table("campaign-late", text("op.late.table"), columns, height="320px").show(desk, rows)


def _late_row(place: int, item: Late) -> dict[str, Any]:
    return {
        "id": str(place),
        "provider": item.pair.provider,
        "due": OUTCOME_LABELS[item.reminder.due],
        "deadline": day(item.reminder.deadline.day),
        "late": item.reminder.late_days,
        "seeker": item.pair.seeker_id,
        "offer": item.pair.offer_id,
    }


def _first_approve(desk: Desk, run: Run) -> None:
    with panel():
        muted(desk.text("op.deliver.first"))
        with line():
            primary(desk.text("op.lists.on"), lambda: desk.go(_at(run, "approval")))


def _at(run: Run, step: str) -> str:
    return f"/campaigns/{run.campaign_id}?step={step}&run={run.number}"


def _url(run: Run) -> str:
    return f"/v1/campaigns/{run.campaign_id}/runs/{run.number}"
