"""What is done about a duty (办理): a draft with what it lacks, that it was sent and on which evidence."""

from collections import Counter

from nicegui import ui

from api.access.audit import Action
from api.clock import now, today
from api.console.blocks import bare, dialog, line, muted, note, primary, tag
from api.console.desk import Desk
from api.console.forms import Entry, Kind, Values, ask
from api.console.numbers import count
from api.console.writing import written
from api.delivery.file_names import safe_name
from api.duties.desk import DutySeen
from api.duties.drafting import Draft, draft_of
from api.duties.papers import write_goals, write_report
from api.store.duties import Done, DutyStep

_SHOWN = 20
_WRITERS = {"docx": write_report, "xlsx": write_goals}


async def take_draft(desk: Desk, seen: DutySeen, form: str) -> None:
    """Say what a draft still lacks, and give the file when it is asked for. Raises `InvalidDeal`."""
    services, viewer = desk.services, desk.viewer
    draft = await desk.work(draft_of, services.store, services.deals, viewer, seen.occasion)
    with dialog(draft.title) as opened:
        if draft.synthetic:
            note(desk.text("duty.synthetic"), "amber")
        _lacking(desk, draft)

        async def give() -> None:
            content = await desk.work(_WRITERS[form], draft)
            await _note(desk, seen, DutyStep(*_key(seen), Done.DRAFTED, now(), _by(desk), form.upper(), today()))
            ui.download.content(content, f"{_name(desk, draft, form)}.{form}")
            opened.close()
            desk.say("duty.taken")

        with line():
            primary(desk.text(f"duty.draft.{form}"), give, "download")
            bare(desk.text("cancel"), opened.close)
    opened.open()


def _lacking(desk: Desk, draft: Draft) -> None:
    """What must be added by hand: of the report each thing, of the table how many cells of each carrier."""
    tag("b", "", desk.text("duty.lacking", n=count(len(draft.missing))) if draft.missing else desk.text("duty.whole"))
    cells = Counter({goal.carrier: 0 for goal in draft.goals})
    for goal in draft.goals:
        cells[goal.carrier] += (goal.target is None) + (goal.value is None)
    lines = [f"{section.heading} · {name}" for section in draft.sections for name in section.missing]
    lines += [desk.text("duty.cells", carrier=carrier, n=n) for carrier, n in cells.items() if n]
    with tag("ul", "points"):
        for said in lines[:_SHOWN]:
            tag("li", "small", said)
    if len(lines) > _SHOWN:
        muted(desk.text("duty.more", n=count(len(lines) - _SHOWN)))


def ask_sent(desk: Desk, seen: DutySeen) -> None:
    """Ask when, by whom, how and on which evidence it was sent, and note it; sent again is noted again."""
    text = desk.text
    entries = (
        Entry("on", text("duty.on"), Kind.DAY, today(), needed=True),
        Entry("how", text("duty.how"), value=text("duty.how_usual"), needed=True),
        Entry("by", text("duty.by"), value=_by(desk), needed=True),
        Entry("evidence", text("duty.evidence"), Kind.NAMES, needed=True),
    )

    async def send(values: Values) -> None:
        step = DutyStep(*_key(seen), Done.SENT, now(), values["by"], values["how"], values["on"], values["evidence"])
        await _note(desk, seen, step)
        desk.go("/duties")

    heading = text("duty.sent_of", label=seen.occasion.duty.label, period=seen.occasion.period)
    ask(desk, heading, entries, send, submit=text("duty.mark_sent"), under=text("duty.sent_under"))


async def _note(desk: Desk, seen: DutySeen, step: DutyStep) -> None:
    viewer, note_step = desk.viewer, desk.services.duties.note
    action = Action.DUTY_SENT if step.kind is Done.SENT else Action.DUTY_DRAFTED
    detail = {"duty": step.duty, "period": step.period}
    await written(desk, lambda: note_step(viewer, seen, step), action, detail=detail)


def _key(seen: DutySeen) -> tuple[str, str]:
    return seen.occasion.duty.id, seen.occasion.period


def _by(desk: Desk) -> str:
    return desk.viewer.name or desk.viewer.role.value


def _name(desk: Desk, draft: Draft, form: str) -> str:
    title = desk.text("duty.goals_of", period=draft.occasion.period) if form == "xlsx" else draft.title
    return safe_name(desk.text("duty.draft_of", title=title))
