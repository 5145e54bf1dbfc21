"""Posting a need to the hall (发布到抢单大厅), and what came of those that were posted: who took it, who waits."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from nicegui import ui

from api.claims.hall import NeedRequest
from api.clock import now
from api.console.blocks import bare, dialog, line, muted, note, panel, primary, quiet, span, tag
from api.console.desk import Desk
from api.console.enterprise.question import Question
from api.console.enterprise.sending import ask_consent
from api.console.numbers import count, moment
from api.errors import ServiceError
from api.exchange.needs import need_document
from matcher.campaigns.claiming import MOST_TAKERS, ClaimState, NeedState
from matcher.errors import MatcherError
from matcher.offers import Offer

TAKERS, DAYS, MOST_DAYS = 3, 3, 30
Need = Mapping[str, Any]
Again = Callable[[], Awaitable[None]]
_TONES = {NeedState.OPEN.value: "met", NeedState.FULL.value: "manual_review"}


def ask_post(desk: Desk, question: Question) -> None:
    """Open the form that posts the question as a need which a limited number may take."""
    with dialog(desk.text("post.title")) as shown:
        muted(desk.text("post.under"))
        tag("p", "note", question.text)
        with line("top"):
            takers = ui.number(desk.text("post.takers"), value=TAKERS, min=1, max=MOST_TAKERS, precision=0)
            days = ui.number(desk.text("post.days"), value=DAYS, min=1, max=MOST_DAYS, precision=0)
            for entry in (takers, days):
                entry.props("dense outlined").style("width: 160px")
        wrong = note("", "red")
        wrong.set_visibility(False)

        async def post() -> None:
            try:
                told = await desk.work(_posted, desk, question, int(takers.value or 0), int(days.value or 0))
            except (ServiceError, MatcherError) as error:
                wrong.set_text(str(error))  # type: ignore[attr-defined]
                wrong.set_visibility(True)
                return
            shown.close()
            desk.say("post.done", n=count(told))

        with line():
            primary(desk.text("post.send"), post, "campaign")
            bare(desk.text("cancel"), shown.close)
    shown.open()


def _posted(desk: Desk, question: Question, takers: int, days: int) -> int:
    """Post it; gives how many institutions are told."""
    viewer, closes = desk.viewer, now() + timedelta(days=min(days, MOST_DAYS))
    request = NeedRequest(question.text, takers, closes, viewer.party_id, question.facts, question.kinds)
    told = desk.services.hall.post(viewer, request)[1]
    desk.services.parties.catch_up()
    return len({notice.institution for notice in told})


async def show_posted(desk: Desk, again: Again) -> None:
    """The needs of the viewer's own party, the latest first; nothing where it posted none."""
    needs, offers = await desk.work(_mine, desk)
    if not needs:
        return
    tag("h2", "finding", desk.text("post.mine", n=count(len(needs))))
    for need in needs:
        _need(desk, need, offers, again)


def _mine(desk: Desk) -> tuple[list[Need], dict[str, Offer]]:
    viewer, store = desk.viewer, desk.services.store
    mine = [record for record in store.needs.list(viewer) if record.party_id == viewer.party_id]
    return [need_document(record, now()) for record in mine], {offer.id: offer for offer in store.offers.list(viewer)}


def _need(desk: Desk, need: Need, offers: Mapping[str, Offer], again: Again) -> None:
    held = [item for item in need["claims"] if item["state"] != ClaimState.RELEASED.value]
    taken = sum(item["state"] == ClaimState.TAKEN.value for item in held)
    with panel():
        with line("apart"):
            tag("h3", "", need["text"])
            tag("span", f"state state-{_TONES.get(need['state'], 'not_applicable')}", need["state_label"])
        said = {"taken": taken, "limit": need["limit"], "at": moment(need["closes"])}
        muted(desk.text("post.standing", **said))
        for item in held:
            _taker(desk, item, offers.get(item["offer_id"]))
        if need["state"] in _TONES:
            with line():
                bare(desk.text("post.withdraw"), _withdrawing(desk, need["id"], again))


def _taker(desk: Desk, item: Need, offer: Offer | None) -> None:
    """Who took it or waits, and the way to let them know whose it is."""
    with line("apart"):
        with line():
            span(f"{offer.provider} · {offer.name}" if offer else str(item["institution"]))
            span(f"{item['state_label']} {moment(item['changed'])}", "muted small")
        if offer is not None and item["state"] == ClaimState.TAKEN.value:
            quiet(desk.text("consent.send_them"), lambda: ask_consent(desk, offer.id))


def _withdrawing(desk: Desk, need: str, again: Again) -> Again:
    async def withdraw() -> None:
        await desk.work(desk.services.hall.withdraw, desk.viewer, need)
        desk.say("post.withdrawn")
        await again()

    return withdraw
