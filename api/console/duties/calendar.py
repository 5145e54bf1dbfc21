"""The calendar of duties (报送日历): what is overdue, due and to come, by which clause; drafts, what was sent."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.clock import today
from api.console.blocks import Act, address, line, muted, panel, quiet, span, tag, tile, title
from api.console.desk import Desk
from api.console.duties.acts import ask_sent, take_draft
from api.console.numbers import count, day, moment
from api.duties.desk import DutySeen
from api.exchange.duties import duty_document
from matcher.dealflow.duties import Every

LOOK_BACK, AHEAD = timedelta(days=400), timedelta(days=200)
"""How long ago a period may have ended and still be shown, and how far ahead what comes is shown."""
SOON = 30
_NUMBER = re.compile("\uff08([^\uff08\uff09]+)\uff09$")
"""The number of a document, which stands in brackets behind its title."""
Document = Mapping[str, Any]


async def show(desk: Desk) -> None:
    """What was not sent first, the most overdue on top; then what comes, then what was sent."""
    duties, viewer, now = desk.services.duties, desk.viewer, today()
    who = desk.query.get("who") or None
    all_ended = await desk.work(duties.due, viewer, now - LOOK_BACK, now)
    all_coming = await desk.work(duties.coming, viewer, now, now + AHEAD)
    named = sorted({seen.occasion.duty.who for seen in (*all_ended, *all_coming)})
    ended = [seen for seen in all_ended if who in {None, seen.occasion.duty.who}]
    coming = [seen for seen in all_coming if who in {None, seen.occasion.duty.who}]
    open_ = [seen for seen in ended if seen.sent is None]
    late = [seen for seen in open_ if seen.late]
    title(desk, "page.duties", under=desk.text("duty.under"))
    _whose(desk, named, who)
    with tag("div", "tiles"):
        tile(desk.text("duty.late"), count(len(late)))
        soon = [seen for seen in (*open_, *coming) if 0 <= seen.days_left <= SOON]
        tile(desk.text("duty.soon", n=SOON), count(len(soon)))
        tile(desk.text("duty.sent_count"), count(len(ended) - len(open_)))
        tile(desk.text("duty.next"), day(min((seen.occasion.deadline.day for seen in soon), default=None)))
    _group(desk, desk.text("duty.late"), late, empty=desk.text("duty.none_late"))
    _group(desk, desk.text("duty.open"), [seen for seen in open_ if not seen.late])
    _group(desk, desk.text("duty.coming"), coming)
    _group(desk, desk.text("duty.sent_group"), [seen for seen in ended if seen.sent is not None])


def _whose(desk: Desk, named: Iterable[str], chosen: str | None) -> None:
    """Whose duties: a platform answers for one of them as a rule."""
    with tag("nav", "tabs", aria_label=desk.text("duty.who")):
        for who in (None, *named):
            href = address("/duties" if who is None else f"/duties?who={who}")
            current = "page" if who == chosen else None
            tag("a", "tab", who or desk.text("duty.everybody"), href=href, aria_current=current)


def _group(desk: Desk, heading: str, found: Iterable[DutySeen], *, empty: str = "") -> None:
    shown = list(found)
    if not shown and not empty:
        return
    with line():
        tag("h2", "", heading)
        span(count(len(shown)), "muted small")
    if not shown:
        muted(empty)
    for seen in shown:
        _duty(desk, seen)


def _duty(desk: Desk, seen: DutySeen) -> None:
    """One duty for one period: when it is due and by which clause, what may be done, what was done."""
    document = duty_document(seen)
    with panel(classes="duty"):
        with line("apart top"):
            with tag("div", "grow"):
                tag("h3", "", f"{document['label']} · {document['period']}")
                muted(desk.text("duty.from_to", who=document["who"], to="、".join(document["to"])))
            _state(desk, seen)
        with tag("dl", "said"):
            tag("dt", "", desk.text("duty.due"))
            with tag("dd"), line():
                tag("b", "", day(document["due"]))
                if document["provisional"]:
                    span(desk.text("duty.provisional"), "tag")
                span(desk.text("duty.ended", day=day(document["ended"])), "muted small")
            tag("dt", "", desk.text("duty.materials"))
            tag("dd", "", "；".join(document["materials"]))
        _clause(desk, document["basis"])
        if seen.occasion.ended < today():
            _acts(desk, seen)
        if document["steps"]:
            _history(desk, document)


def _state(desk: Desk, seen: DutySeen) -> None:
    """Sent, overdue by so many days, or so many days left: an icon and a word, never a colour alone."""
    if seen.sent is not None:
        key = "duty.state.sent_late" if seen.late else "duty.state.sent"
        _mark("met", "check_circle", desk.text(key, day=day(seen.sent.on)))
    elif seen.late:
        _mark("unmet", "error", desk.text("duty.state.late", n=-seen.days_left))
    elif seen.occasion.ended >= today():
        _mark("not_applicable", "schedule", desk.text("duty.state.running", n=seen.days_left))
    else:
        _mark("unknown", "schedule", desk.text("duty.state.left", n=seen.days_left))


def _mark(state: str, icon: str, said: str) -> None:
    with tag("span", f"state state-{state}"):
        ui.icon(icon).props("aria-hidden=true")
        tag("span", "", said)


def _clause(desk: Desk, basis: Document) -> None:
    number = _NUMBER.search(basis["document"])
    article = f"{number[1]} {basis['article']}" if number else basis["article"]
    with ui.expansion(desk.text("duty.clause", article=article)).classes("wide"):
        if basis["quote"]:
            tag("p", "quote", basis["quote"])
        muted(basis["document"])
        if basis["assumption"]:
            muted(desk.text("duty.assumption", text=basis["assumption"]))


def _acts(desk: Desk, seen: DutySeen) -> None:
    if not desk.may(Permission.DUTY_WRITE):
        return
    occasion, text = seen.occasion, desk.text
    named = f"{occasion.duty.label} {occasion.period}"
    drafted = occasion.duty.every is not Every.ONCE
    has_goals = drafted and not occasion.duty.id.startswith("fund.")
    again = "duty.sent_again" if seen.sent is not None else "duty.mark_sent"
    buttons: tuple[tuple[str, Act, str, bool], ...] = (
        ("duty.draft.docx", lambda: take_draft(desk, seen, "docx"), "description", drafted),
        ("duty.draft.xlsx", lambda: take_draft(desk, seen, "xlsx"), "table_chart", has_goals),
        (again, lambda: ask_sent(desk, seen), "send", True),
    )
    with line():
        for key, act, icon, there in buttons:
            if there:
                quiet(text(key), act, icon).props["aria-label"] = f"{text(key)} {named}"


def _history(desk: Desk, document: Document) -> None:
    with ui.expansion(desk.text("duty.history", n=len(document["steps"]))).classes("wide"), tag("ol", "timeline"):
        for step in reversed(document["steps"]):
            with tag("li"):
                tag("b", "", desk.text(f"duty.step.{step['kind']}", how=step["how"], day=day(step["on"])))
                tag("div", "small", f"{step['by']} · {moment(step['at'])}")
                if step["evidence"]:
                    tag("div", "muted small", desk.text("deal.evidence_is", text="；".join(step["evidence"])))
