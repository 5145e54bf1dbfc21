"""People and keys (人员与密钥): the accounts of a platform and the API keys of machines; secrets are shown once."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from api.access.accounts import Account, ApiKey
from api.access.administering import KEY_DAYS, NOT_FOR_KEYS, NewAccount
from api.access.permissions import PERMISSION_LABELS, Permission, Reach, may
from api.access.viewers import ROLE_LABELS, STAFF, Role
from api.clock import now
from api.console.blocks import bare, line, muted, note, panel, primary, quiet, tag, title
from api.console.desk import Desk
from api.console.numbers import count, day, moment
from api.console.operator.party_choice import party_choice
from api.console.pages import Page
from matcher.errors import MatcherError

_PARTYLESS = STAFF | {Role.AUDITOR}


async def show(desk: Desk) -> None:
    """Accounts with what can be done to each, a new one, and one's API keys."""
    title(desk, "page.people", under=desk.text("op.people.under"))
    secret = tag("div", "stack", role="status")
    accounts = await desk.work(desk.services.accounts.list, desk.viewer)
    _new(desk, secret)
    _accounts(desk, accounts, secret)
    keys = await desk.work(desk.services.accounts.keys, desk.viewer)
    _keys(desk, keys, {account.id: account for account in accounts}, secret)


def _once(desk: Desk, place: Any, key: str, secret: str, **values: object) -> None:
    """Show a secret, this once."""
    place.clear()
    with place, panel(desk.text(key, **values)):
        tag("code", "secret", secret)
        note(desk.text("op.people.once"), "amber")


def _new(desk: Desk, secret: Any) -> None:
    with panel(desk.text("op.people.new")), line("top"):
        login = ui.input(desk.text("op.people.login")).props("dense outlined maxlength=64")
        name = ui.input(desk.text("op.people.name")).props("dense outlined maxlength=80")
        roles = {role.value: ROLE_LABELS[role] for role in Role}
        role = ui.select(roles, value=Role.OPERATOR.value, label=desk.text("op.audit.role"))
        role.props("dense outlined options-dense").style("min-width: 150px")
        party = party_choice(desk, desk.text("op.people.party"))
        party.set_visibility(False)
        role.on_value_change(lambda: party.set_visibility(Role(role.value) not in _PARTYLESS))

        async def add() -> None:
            chosen = Role(role.value)
            acts_for = None if chosen in _PARTYLESS else party.value
            new = NewAccount(login.value.strip(), chosen, name.value.strip(), acts_for)
            try:
                made, password = await desk.work(desk.services.accounts.add, desk.viewer, new)
            except MatcherError as error:
                secret.clear()
                with secret:
                    note(str(error), "red")
                return
            _once(desk, secret, "op.people.made", password or "—", login=made.login)

        primary(desk.text("op.people.add"), add, "person_add")


def _accounts(desk: Desk, accounts: Sequence[Account], secret: Any) -> None:
    with panel(desk.text("op.people.accounts", n=count(len(accounts)))), tag("table", "rows"):
        with tag("thead"), tag("tr"):
            for key in ("login", "name", "role", "party", "state", "acts"):
                tag("th", "", desk.text(f"op.people.{key}"), scope="col")
        with tag("tbody"):
            for account in accounts:
                _account(desk, account, secret)


def _account(desk: Desk, account: Account, secret: Any) -> None:
    text = desk.text
    with tag("tr"):
        tag("td", "", account.login, data_label=text("op.people.login"))
        tag("td", "", account.name, data_label=text("op.people.name"))
        tag("td", "", ROLE_LABELS[account.role], data_label=text("op.people.role"))
        tag("td", "", account.party_id or "—", data_label=text("op.people.party"))
        tag("td", "", text(f"op.people.{_state(account)}"), data_label=text("op.people.state"))
        with tag("td", data_label=text("op.people.acts")), line():
            if account.demo:
                tag("span", "muted", text("op.people.demo"))
                return
            bare(text("op.people.reset"), _resetting(desk, account, secret))
            if account.id != desk.viewer.account_id:
                label = text("op.people.enable" if account.disabled else "op.people.disable")
                bare(label, _switching(desk, account))


def _state(account: Account) -> str:
    if account.disabled:
        return "disabled"
    locked = account.locked_until is not None and account.locked_until > now()
    return "locked" if locked else "must_change" if account.must_change else "works"


def _resetting(desk: Desk, account: Account, secret: Any) -> Callable[[], Any]:
    async def reset() -> None:
        password = await desk.work(desk.services.accounts.reset, desk.viewer, account.id)
        _once(desk, secret, "op.people.was_reset", password, login=account.login)

    return reset


def _switching(desk: Desk, account: Account) -> Callable[[], Any]:
    async def switch() -> None:
        await desk.work(desk.services.accounts.disable, desk.viewer, account.id, disabled=not account.disabled)
        desk.go("/people")

    return switch


def _keys(desk: Desk, keys: Sequence[ApiKey], accounts: dict[str, Account], secret: Any) -> None:
    with panel(desk.text("op.people.keys", n=count(len(keys)))):
        muted(desk.text("op.people.keys_under"))
        _new_key(desk, secret)
        with tag("table", "rows"):
            with tag("thead"), tag("tr"):
                for name in ("key", "account", "scope", "expires", "used", "acts"):
                    tag("th", "", desk.text(f"op.people.{name}"), scope="col")
            with tag("tbody"):
                for key in keys:
                    _key(desk, key, accounts)


def _new_key(desk: Desk, secret: Any) -> None:
    viewer = desk.viewer
    scope = {
        item.value: PERMISSION_LABELS[item]
        for item in Permission
        if item not in NOT_FOR_KEYS and may(viewer, item) is not Reach.NONE
    }
    with line("top"):
        name = ui.input(desk.text("op.people.key")).props("dense outlined maxlength=80")
        chosen = ui.select(scope, multiple=True, label=desk.text("op.people.scope"), value=[])
        chosen.props("dense outlined options-dense use-chips").style("min-width: 320px")

        async def make() -> None:
            wanted = frozenset(map(Permission, chosen.value))
            try:
                made, shown = await desk.work(desk.services.accounts.new_key, desk.viewer, name.value.strip(), wanted)
            except MatcherError as error:
                secret.clear()
                with secret:
                    note(str(error), "red")
                return
            _once(desk, secret, "op.people.key_made", shown, name=made.name, day=day(made.expires))

        quiet(desk.text("op.people.new_key", n=KEY_DAYS), make, "key")


def _key(desk: Desk, key: ApiKey, accounts: dict[str, Account]) -> None:
    text = desk.text
    owner = accounts.get(key.account_id)
    with tag("tr"):
        tag("td", "", key.name, data_label=text("op.people.key"))
        tag("td", "", owner.login if owner else "—", data_label=text("op.people.account"))
        said = "、".join(sorted(key.scope))
        tag("td", "small", said, data_label=text("op.people.scope"))
        tag("td", "", day(key.expires), data_label=text("op.people.expires"))
        tag("td", "", moment(key.used), data_label=text("op.people.used"))
        with tag("td", data_label=text("op.people.acts")):
            if key.revoked is not None:
                tag("span", "muted", text("op.people.revoked"))
            else:
                bare(text("op.people.revoke"), _revoking(desk, key))


def _revoking(desk: Desk, key: ApiKey) -> Callable[[], Any]:
    async def revoke() -> None:
        await desk.work(desk.services.accounts.revoke_key, desk.viewer, key.id)
        desk.go("/people")

    return revoke


PAGES = (Page("/people", "people", show, Permission.ACCOUNT_MANAGE, "manage_accounts", frozenset({Role.ADMIN})),)
