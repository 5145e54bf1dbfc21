"""The way in (登录页): a form for login and password, and one click a role where there is a demonstration."""

from nicegui import ui

from api.access.accounts import Account
from api.access.viewers import Role
from api.console.blocks import address, muted, note, tag
from api.console.desk import Desk
from api.routes import oidc
from api.settings import AccessMode

ORDER = tuple(Role)
"""The order in which roles are offered."""


async def show(desk: Desk) -> None:
    """Build the page; it stands without navigation."""
    ui.page_title(f"{desk.text('page.sign_in')} · {desk.text('product')}")
    demo = await desk.work(_demo_accounts, desk)
    with tag("div", "entrance"):
        tag("h1", "brand", desk.text("sign_in.title"))
        muted(desk.text("sign_in.under"))
        said = desk.query.get("said", "")
        if said in {"refused", "ended", "too_many"}:
            note(desk.text(f"sign_in.{said}"), "red")
        if demo:
            _demo(desk, demo)
        _form(desk)


def _demo_accounts(desk: Desk) -> tuple[Account, ...]:
    open_to_all = desk.services.settings.access is AccessMode.OPEN
    return () if open_to_all else desk.services.access.demo_accounts()


def _form(desk: Desk) -> None:
    with tag("form", "panel", action=address("/sign-in"), method="post"):
        tag("h2", "", desk.text("page.sign_in"))
        _back(desk)
        _entry(desk, "login", "text", "username")
        _entry(desk, "password", "password", "current-password")
        tag("button", "submit", desk.text("sign_in.button"), type="submit")
        if desk.services.code_flow is not None:
            tag("a", "", desk.text("sign_in.oidc"), href=f"{oidc.PATH}/start")
        tag("p", "muted small", desk.text("sign_in.admin_hint"))


def _entry(desk: Desk, name: str, kind: str, complete: str) -> None:
    with tag("label", "entry"):
        tag("span", "", desk.text(f"sign_in.{name}"))
        tag("input", name=name, type=kind, autocomplete=complete, required=True, maxlength=200)


def _demo(desk: Desk, accounts: tuple[Account, ...]) -> None:
    with tag("section", "panel", aria_label=desk.text("sign_in.demo")):
        tag("h2", "", desk.text("sign_in.demo"))
        muted(desk.text("sign_in.demo_under"))
        with tag("div", "columns"):
            for account in sorted(accounts, key=lambda account: ORDER.index(account.role)):
                with tag("form", action=address("/sign-in/demo"), method="post"):
                    _back(desk)
                    tag("input", type="hidden", name="account", value=account.id)
                    role = desk.text(f"role.{account.role.value}")
                    with tag("button", "role", type="submit", aria_label=desk.text("sign_in.demo_as", role=role)):
                        tag("b", "", role)
                        tag("span", "muted small", desk.text(f"sign_in.as.{account.role.value}"))


def _back(desk: Desk) -> None:
    tag("input", type="hidden", name="back", value=desk.query.get("back", ""))
