"""One's own account (我的账号): the password, and where one is signed in."""

from nicegui import ui

from api.access.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, Session
from api.access.permissions import Permission
from api.console.blocks import address, line, muted, note, panel, quiet, span, tag, title
from api.console.desk import Desk
from api.console.numbers import moment
from api.console.pages import Page

SAID = frozenset({"differ", "done"})
"""What the form's answer may say besides an error's own words."""


async def show_password(desk: Desk) -> None:
    """The form that changes the password; it is posted plainly, so that no script holds one."""
    title(desk, "page.password")
    if desk.viewer.scope is not None:
        note(desk.text("password.first"), "amber")
    said = desk.query.get("said", "")
    if said in SAID:
        note(desk.text(f"password.{said}"), "" if said == "done" else "red")
    elif said:
        note(desk.text("password.refused"), "red")
    with tag("form", "panel narrow", action=address("/password"), method="post"):
        _entry(desk, "old", "current-password")
        _entry(desk, "new", "new-password")
        _entry(desk, "again", "new-password")
        tag("button", "submit", desk.text("password.button"), type="submit")


async def show(desk: Desk) -> None:
    """The account: who it is, its sessions."""
    title(desk, "page.account")
    viewer = desk.viewer
    with panel(), line("apart"):
        with tag("div"):
            tag("h2", "", viewer.name or viewer.account_id or "")
            muted(desk.text(f"role.{viewer.role.value}"))
        quiet(desk.text("page.password"), lambda: desk.go("/password"))
    await _Sessions(desk).show()


class _Sessions:
    """Where one is signed in; ending one shows the list anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._body = panel(desk.text("account.sessions"))
        with self._body:
            self._list = tag("div", "stack")

    async def show(self) -> None:
        """Read the sessions, and show them."""
        desk = self._desk
        found = await desk.work(desk.services.accounts.sessions, desk.viewer)
        self._list.clear()
        with self._list:
            for session in found:
                self._session(session)

    def _session(self, session: Session) -> None:
        desk = self._desk
        with line("apart"):
            with tag("div"):
                span(session.label or session.id[:8])
                said = f"{desk.text('account.seen')} {moment(session.seen)} · "
                tag("div", "muted small", said + f"{desk.text('account.expires')} {moment(session.expires)}")
            if session.id == desk.viewer.session_id:
                tag("span", "tag blue", desk.text("account.this"))
            else:
                quiet(desk.text("account.end"), lambda: self._end(session))

    async def _end(self, session: Session) -> None:
        desk = self._desk
        await desk.work(desk.services.accounts.end_session, desk.viewer, session.id)
        ui.notify(desk.text("account.ended"))
        await self.show()


def _entry(desk: Desk, name: str, complete: str) -> None:
    shortest = SHORTEST_PASSWORD if name != "old" else None
    with tag("label", "entry"):
        tag("span", "", desk.text(f"password.{name}"))
        tag(
            "input",
            name=name,
            type="password",
            autocomplete=complete,
            required=True,
            minlength=shortest,
            maxlength=LONGEST_PASSWORD,
        )


PAGES = (
    Page("/account", "account", show, Permission.ACCOUNT_SELF),
    Page("/password", "password", show_password, Permission.ACCOUNT_SELF),
)
