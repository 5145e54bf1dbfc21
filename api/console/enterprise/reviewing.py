"""Asking that a person look at a result again (人工复核): 个人信息保护法 24."""

from nicegui import ui

from api.console.blocks import bare, dialog, line, muted, note, primary
from api.console.desk import Desk
from api.errors import ServiceError
from matcher.errors import MatcherError

LONGEST = 1_000


def ask_review(desk: Desk, subject: str, name: str) -> None:
    """Open the form for a result; `name` says which."""
    with dialog(desk.text("review.title", name=name)) as shown:
        muted(desk.text("review.under"))
        reason = ui.textarea(desk.text("review.reason")).props(f"outlined autogrow maxlength={LONGEST}")
        wrong = note("", "red")
        wrong.set_visibility(False)

        async def send() -> None:
            try:
                await desk.work(desk.services.reviews.ask, desk.viewer, subject, reason.value or "")
            except (ServiceError, MatcherError) as error:
                wrong.set_text(str(error))  # type: ignore[attr-defined]
                wrong.set_visibility(True)
                return
            shown.close()
            desk.say("review.sent")

        with line():
            primary(desk.text("review.send"), send)
            bare(desk.text("cancel"), shown.close)
    shown.open()
