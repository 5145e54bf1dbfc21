"""One pair of a list (名单项): who it is as far as consent goes, why it is there, what came of it, what to do next."""

from nicegui import ui

from api.access.permissions import Permission
from api.console.blocks import line, link, note, panel, primary, quiet, span, tag
from api.console.desk import Desk
from api.console.institution.answering import ask, choices
from api.console.institution.consent_mark import explained, mark
from api.console.institution.grounds import Document, fit, grounds, profile
from api.console.numbers import amount, day, moment, percent
from api.console.states import state
from api.delivery.inbox import Received
from api.exchange.received import received_document
from matcher.learning.outcomes import Event, OutcomeState


async def show(desk: Desk) -> None:
    """The pair that the address names; where it was not opened before, that it was viewed is noted."""
    pair = await desk.work(desk.services.inbox.see, desk.viewer, desk.path["pair"])
    _build(desk, pair)


def _build(desk: Desk, pair: Received) -> None:
    document = received_document(pair, whole=True)
    match = document["match"]
    ui.page_title(f"{document['name']} · {desk.text('product')}")
    link(desk.text("inst.back_to_list"), "/received")
    with tag("section", "match", aria_label=document["name"]):
        _head(desk, document)
        explained(desk, match["consent"]["state"])
        _next(desk, pair)
    with tag("div", "columns"):
        with panel(desk.text("inst.profile")):
            profile(desk, document["profile"], document["contact"])
        with panel(desk.text("inst.history")):
            _history(desk, pair.history)
    grounds(desk, match)


def _head(desk: Desk, document: Document) -> None:
    consent = document["match"]["consent"]
    with tag("div", "head"):
        with tag("div", "stack tight"):
            tag("h1", "", document["name"])
            with line():
                mark(desk, consent["state"], consent["until"])
                state(desk.words, document["eligibility"])
                if document["synthetic"]:
                    span(desk.text("synthetic"), "tag")
            place = desk.text("inst.place", n=document["rank"])
            tag("div", "muted", f"{document['offer']} · {document['campaign']} · {place}")
        fit(desk, document["score"])


def _next(desk: Desk, pair: Received) -> None:
    """What is late, and a button for each thing that may be said next; the nearest is the main one."""
    for late in pair.due:
        text = desk.text(
            "inst.late",
            what=desk.text(f"inst.due.{late.due.value}"),
            deadline=day(late.deadline.day),
            n=late.late_days,
        )
        note(text, "amber")
    if not desk.may(Permission.OUTCOME_WRITE):
        return
    offered = choices(pair)
    if not offered:
        span(desk.text("inst.ended", state=desk.text(f"inst.state.{pair.state.value}")), "muted")
        return

    def again(_: int) -> None:
        desk.go(f"/received/{pair.row.row.id}")

    with line():
        for place, item in enumerate(offered):
            label = desk.text(f"inst.do.{item.value}")
            button = primary if place == 0 and item is not OutcomeState.REFUSED else quiet
            button(label, lambda item=item: ask(desk, [pair], item, again))


def _history(desk: Desk, history: tuple[Event, ...]) -> None:
    with tag("ol", "timeline"):
        for event in reversed(history):
            with tag("li"):
                with line():
                    tag("b", "", desk.text(f"inst.state.{event.state.value}"))
                    span(moment(event.at), "muted small")
                    span(event.by, "muted small")
                said = [event.reason]
                if event.amount_wan is not None:
                    said.append(amount(event.amount_wan))
                if event.rate_pct is not None:
                    said.append(desk.text("inst.rate_is", rate=percent(event.rate_pct, places=2)))
                text = "，".join(part for part in said if part)
                if text:
                    tag("div", "small", text)
