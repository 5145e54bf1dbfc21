"""Requests for a human review (人工复核): what a party asks about, why, and the answer that somebody gives once."""

from nicegui import ui
from nicegui.element import Element

from api.access.permissions import Permission
from api.access.viewers import STAFF
from api.console.blocks import definition, empty, line, link, muted, note, panel, primary, tag, title
from api.console.desk import Desk
from api.console.numbers import count, moment
from api.console.pages import Page
from api.store.reviews import Review
from matcher.offers import Offer


async def show(desk: Desk) -> None:
    """What waits for an answer first, the oldest on top; then what was answered."""
    title(desk, "page.reviews", under=desk.text("op.review.under"))
    found = await desk.work(desk.services.reviews.list, desk.viewer)
    offers = {offer.id: offer for offer in desk.services.store.offers.list(desk.viewer)}
    waiting = sorted((item for item in found if item.answered is None), key=lambda item: item.asked)
    answered = [item for item in found if item.answered is not None]
    if not found:
        empty(desk.text("op.review.none"))
        return
    tag("h2", "", desk.text("op.review.waiting", n=count(len(waiting))))
    for item in waiting:
        _review(desk, item, offers)
    if answered:
        tag("h2", "", desk.text("op.review.answered", n=count(len(answered))))
        for item in answered:
            _review(desk, item, offers)


def _review(desk: Desk, item: Review, offers: dict[str, Offer]) -> None:
    offer = offers.get(item.subject)
    with panel() as place:
        with line("apart"):
            with line():
                link(item.party_id, f"/parties/{item.party_id}")
                if offer:
                    link(offer.name, f"/offers/{offer.id}")
                    link(desk.text("op.review.judge"), f"/rules?offer={offer.id}&party={item.party_id}")
                else:
                    tag("span", "", item.subject)
            tag("span", "muted", f"{moment(item.asked)} · {item.asked_by}")
        tag("p", "", item.reason)
        if item.answer is not None:
            with tag("dl", "said"):
                definition(desk.text("op.review.answer"), item.answer)
                definition(desk.text("op.review.by"), f"{item.answered_by or '—'} · {moment(item.answered)}")
        elif desk.may(Permission.REVIEW_ANSWER):
            _form(desk, item, place)


def _form(desk: Desk, item: Review, place: Element) -> None:
    words = ui.textarea(desk.text("op.review.answer")).props("dense outlined autogrow maxlength=1000").classes("wide")

    async def answer() -> None:
        if not words.value.strip():
            desk.say("op.review.words")
            return
        await desk.work(desk.services.reviews.answer, desk.viewer, item.id, words.value.strip())
        place.clear()
        with place:
            note(desk.text("op.review.done"))
            muted(words.value.strip())

    with line():
        primary(desk.text("op.review.send"), answer)


PAGES = (Page("/review-queue", "reviews", show, Permission.REVIEW_READ, "person_search", STAFF),)
