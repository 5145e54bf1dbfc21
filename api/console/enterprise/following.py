"""What became of it (我的对接): to whom one's data went, how far each has come, and what one asked to be reviewed."""

from collections.abc import Sequence

from api.access.permissions import Permission
from api.access.viewers import Role
from api.console.blocks import empty, line, panel, span, tag, title
from api.console.desk import Desk
from api.console.enterprise.posting import show_posted
from api.console.numbers import amount, count, day, moment, percent
from api.console.pages import Page
from api.store.received import ReceivedRow
from api.store.reviews import Review
from matcher.learning.outcomes import FINAL, OUTCOME_LABELS, Event, OutcomeState, current

_TONES = {OutcomeState.REFUSED: "unmet", OutcomeState.WITHDRAWN: "not_applicable"}


async def show(desk: Desk) -> None:
    """Build the page."""
    title(desk, "page.following", under=desk.text("following.under"))
    rows, reviews = await desk.work(_read, desk)
    await _Posted(desk).show()
    if rows:
        tag("h2", "finding", desk.text("following.count", n=count(len(rows))))
    else:
        empty(desk.text("following.none"), [(desk.text("following.ask"), lambda: desk.go("/ask"))])
    for row in rows:
        _row(desk, row)
    if reviews:
        tag("h2", "finding", desk.text("following.reviews", n=count(len(reviews))))
        for review in reviews:
            _review(desk, review)


class _Posted:
    """The needs that were posted; withdrawing one shows them anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._body = tag("div", "stack", aria_live="polite")

    async def show(self) -> None:
        """Read them, and show them."""
        self._body.clear()
        with self._body:
            await show_posted(self._desk, self.show)


def _read(desk: Desk) -> tuple[Sequence[ReceivedRow], Sequence[Review]]:
    viewer, services = desk.viewer, desk.services
    reviews = services.reviews.list(viewer) if desk.may(Permission.REVIEW_READ) else ()
    return services.store.received.about(viewer), reviews


def _row(desk: Desk, row: ReceivedRow) -> None:
    now, offer = current(row.history), row.row.match["offer"]
    with panel():
        with line("apart"):
            with line():
                tag("h3", "", f"{offer['name']} · {offer['provider']}")
                tag("span", "tag", offer["kind_label"])
            tone = _TONES.get(now.state, "met" if now.state in FINAL else "manual_review")
            tag("span", f"state state-{tone}", OUTCOME_LABELS[now.state])
        with tag("ol", "steps"):
            for event in row.history:
                tag("li", "", _event(desk, event))
        span(desk.text("following.by", campaign=row.campaign), "muted small")


def _event(desk: Desk, event: Event) -> str:
    parts = [day(event.at), OUTCOME_LABELS[event.state]]
    if event.amount_wan is not None:
        parts.append(amount(event.amount_wan))
    if event.rate_pct is not None:
        parts.append(desk.text("following.rate", rate=percent(event.rate_pct, places=2)))
    if event.reason:
        parts.append(desk.text("following.reason", reason=event.reason))
    return " ".join(parts)


def _review(desk: Desk, review: Review) -> None:
    with panel():
        tag("p", "", desk.text("following.review", reason=review.reason))
        if review.answer is None:
            span(desk.text("following.waiting", at=moment(review.asked)), "muted small")
        else:
            tag("p", "note", desk.text("following.answer", answer=review.answer))
            span(moment(review.answered), "muted small")


PAGES = (Page("/following", "following", show, Permission.OUTCOME_READ, "fact_check", frozenset({Role.ENTERPRISE})),)
