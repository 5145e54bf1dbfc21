"""Accounts, sessions and keys as people manage them (账号管理): their own, and those of a platform by its admin.

Every change is noted in the audit log, without secrets. A one-time password or a key's secret is given back once and
kept nowhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from api.access.access import Access
from api.access.accounts import Account, ApiKey, Session, SignedIn, check_login, check_party, check_password
from api.access.audit import Action
from api.access.passwords import one_time_password
from api.access.permissions import Permission, Reach, may, require
from api.access.tokens import digest_of, new_api_key
from api.access.viewers import Role, Viewer
from api.errors import Forbidden, InvalidAccount
from api.store.accounts import AccountStore, unknown

T = TypeVar("T")
KEY_DAYS = 90
LONGEST_KEY_DAYS = 730
GRACE = timedelta(hours=24)
"""For how long the key that was rotated still works, so that a machine can change over."""
ADMIN_LOGIN = "admin"
MAX_NAME = 80
NOT_FOR_KEYS = frozenset({Permission.ACCOUNT_SELF})
"""What only a person does."""


class Noting(Protocol):
    """The audit log."""

    def note(
        self, viewer: Viewer, action: str, *, subjects: Iterable[str] = (), detail: Mapping[str, Any] | None = None
    ) -> object:
        """Append what a viewer did."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made. With a `subject` (OIDC issuer and subject) it needs no password and gets none."""

    login: str
    role: Role
    name: str = ""
    party_id: str | None = None
    subject: str | None = None


class Accounts:
    """What people do with accounts, sessions and keys."""

    def __init__(
        self, access: Access, accounts: AccountStore, audit: Noting | None, *, now: Callable[[], datetime]
    ) -> None:
        self._access = access
        self._accounts = accounts
        self._audit = audit
        self._now = now

    def first_admin(self, tenant: str) -> str | None:
        """Make the first account, `admin`, in a store that has none; give its one-time password, else None."""
        if self._accounts.any():
            return None
        return self.add(Viewer(tenant, Role.ADMIN), NewAccount(ADMIN_LOGIN, Role.ADMIN, "平台管理员"))[1]

    def add(self, viewer: Viewer, new: NewAccount) -> tuple[Account, str | None]:
        """Make an account of the viewer's platform; give it with its one-time password, None for OIDC accounts.

        Raises `Forbidden`, and `InvalidAccount` for a login that is taken or what cannot be an account.
        """
        require(viewer, Permission.ACCOUNT_MANAGE)
        check_party(new.role, new.party_id)
        login, name = check_login(new.login), (new.name or new.login)[:MAX_NAME]
        password = None if new.subject else one_time_password()
        made = Account(
            uuid4().hex,
            viewer.tenant,
            login,
            name,
            new.role,
            self._now(),
            new.party_id,
            new.subject,
            must_change=password is not None,
        )
        kept = None if password is None else self._access.passwords.hashed(password)
        with self._accounts.together():
            self._accounts.add(made, kept)
            self._note(viewer, Action.ACCOUNT_ADDED, login=login, role=new.role.value, party=new.party_id)
        return made, password

    def list(self, viewer: Viewer) -> tuple[Account, ...]:
        """The accounts of the viewer's platform. Raises `Forbidden`."""
        require(viewer, Permission.ACCOUNT_MANAGE)
        return self._accounts.list(viewer.tenant)

    def find(self, viewer: Viewer, login: str) -> Account:
        """One account of the viewer's platform by its login. Raises `Forbidden`, `UnknownAccount`."""
        require(viewer, Permission.ACCOUNT_MANAGE)
        return _one("账号", login, (item for item in self._accounts.list(viewer.tenant) if item.login == login.lower()))

    def disable(self, viewer: Viewer, account: str, *, disabled: bool = True) -> None:
        """Shut an account out, at once and with all its sessions and keys, or let it in again.

        Raises `Forbidden`, `UnknownAccount`, `InvalidAccount` for one's own.
        """
        self._managed(viewer, account)
        if account == viewer.account_id:
            raise InvalidAccount(found="这是自己的账号", expected="其他账号", remedy="请由另一位管理员停用")
        with self._accounts.together():
            self._accounts.set(account, disabled=disabled)
            if disabled:
                self._accounts.close_sessions(account)
            self._note(viewer, Action.ACCOUNT_DISABLED if disabled else Action.ACCOUNT_ENABLED, account=account)
        self._access.remembered.forget()

    def reset(self, viewer: Viewer, account: str) -> str:
        """Give an account a one-time password and end its sessions; the lock on it is lifted.

        Raises `Forbidden`, `UnknownAccount`.
        """
        self._managed(viewer, account)
        password = one_time_password()
        kept = self._access.passwords.hashed(password)
        with self._accounts.together():
            self._set_password(account, kept, must_change=True)
            self._note(viewer, Action.ACCOUNT_RESET, account=account)
        self._access.remembered.forget()
        return password

    def change_password(self, viewer: Viewer, old: str, new: str) -> SignedIn:
        """Change one's own password; every session ends, and a new one begins.

        Raises `Forbidden`, `SignInRefused` for a wrong old password, `InvalidAccount` for a new one that will not do.
        """
        account = self._own(viewer)
        signed = self._access.sign_in(account.login, old)
        check_password(new, account.login)
        if new == old:
            self._access.sign_out(signed.token)
            raise InvalidAccount(found="新口令与原口令相同", expected="不同的口令", remedy="请换一个口令")
        kept = self._access.passwords.hashed(new)
        with self._accounts.together():
            self._set_password(account.id, kept, must_change=False)
            self._note(viewer, Action.PASSWORD_CHANGED)
            begun = self._access.begin(self._accounts.get(account.id), "")
        self._access.remembered.forget()
        return begun

    def sessions(self, viewer: Viewer) -> tuple[Session, ...]:
        """One's own sessions, the latest first. Raises `Forbidden`."""
        return self._accounts.sessions(self._own(viewer).id)

    def end_session(self, viewer: Viewer, session: str) -> None:
        """End one of one's own sessions. Raises `Forbidden`, `UnknownAccount`."""
        if not self._accounts.close_sessions(self._own(viewer).id, session):
            raise unknown("会话", session[:40])
        self._access.remembered.forget()

    def keys(self, viewer: Viewer) -> tuple[ApiKey, ...]:
        """One's own keys; the platform's to its admin. Raises `Forbidden`."""
        if require(viewer, Permission.KEY_MANAGE) is Reach.TENANT:
            return self._accounts.keys(tenant=viewer.tenant)
        return self._accounts.keys(account=self._account_of(viewer))

    def new_key(
        self,
        viewer: Viewer,
        name: str,
        scope: Iterable[Permission],
        *,
        days: int = KEY_DAYS,
        account: str | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key for one's own account, or as admin for one of the platform's; give it with its secret, once.

        Raises `Forbidden`, and `InvalidAccount` for a scope beyond what the account (and the key in use) may do.
        """
        reach, wanted = require(viewer, Permission.KEY_MANAGE), frozenset(scope)
        owner = self._accounts.get(account) if account and reach is Reach.TENANT else self._own(viewer, key=True)
        if owner.tenant != viewer.tenant or account not in {None, owner.id}:
            raise unknown("账号", (account or "")[:40])
        given = owner.viewer(viewer.scope if owner.id == viewer.account_id else None)
        beyond = sorted(item.value for item in wanted if item in NOT_FOR_KEYS or may(given, item) is Reach.NONE)
        if beyond or not wanted:
            found = f"账号没有这些权限：{'、'.join(beyond)}" if beyond else "没有给出权限"
            raise InvalidAccount(found=found, expected="账号已有的权限，至少一项", remedy="请缩小密钥的范围")
        if not 1 <= days <= LONGEST_KEY_DAYS:
            raise InvalidAccount(found=f"有效期 {days} 天", expected=f"1 到 {LONGEST_KEY_DAYS} 天", remedy="请改正")
        return self._made_key(viewer, owner.id, name, frozenset(item.value for item in wanted), timedelta(days=days))

    def rotate_key(self, viewer: Viewer, key: str) -> tuple[ApiKey, str]:
        """Make a key in the place of another, with its scope and length; the old one works for `GRACE` more.

        Raises `Forbidden`, `UnknownAccount` for one that is not there or is over.
        """
        old, at = self._key(viewer, key), self._now()
        if old.revoked is not None or old.expires <= at:
            raise unknown("有效的密钥", key[:40])
        with self._accounts.together():
            made = self._made_key(viewer, old.account_id, old.name, old.scope, old.expires - old.created)
            self._accounts.shorten_key(old.id, min(old.expires, at + GRACE))
        self._access.remembered.forget()
        return made

    def revoke_key(self, viewer: Viewer, key: str) -> None:
        """Revoke a key for good; twice changes nothing. Raises `Forbidden`, `UnknownAccount`."""
        with self._accounts.together():
            self._accounts.revoke_key(self._key(viewer, key).id, self._now())
            self._note(viewer, Action.KEY_REVOKED, key=key)
        self._access.remembered.forget()

    def _made_key(
        self, viewer: Viewer, account: str, name: str, scope: frozenset[str], length: timedelta
    ) -> tuple[ApiKey, str]:
        identifier, secret = new_api_key()
        at = self._now()
        key = ApiKey(identifier, account, name[:MAX_NAME], scope, at, at + length)
        with self._accounts.together():
            self._accounts.add_key(key, digest_of(secret))
            self._note(viewer, Action.KEY_ADDED, key=identifier, account=account, scope=sorted(scope))
        return key, secret

    def _key(self, viewer: Viewer, key: str) -> ApiKey:
        return _one("密钥", key, (item for item in self.keys(viewer) if item.id == key))

    def _own(self, viewer: Viewer, *, key: bool = False) -> Account:
        require(viewer, Permission.KEY_MANAGE if key else Permission.ACCOUNT_SELF)
        return self._accounts.get(self._account_of(viewer))

    def _account_of(self, viewer: Viewer) -> str:
        if viewer.account_id is None:
            raise Forbidden(found="没有以账号登录", expected="账号", remedy="请先登录；open 方式下没有账号")
        return viewer.account_id

    def _managed(self, viewer: Viewer, account: str) -> Account:
        require(viewer, Permission.ACCOUNT_MANAGE)
        return _one("账号", account, (item for item in self._accounts.list(viewer.tenant) if item.id == account))

    def _set_password(self, account: str, kept: str, *, must_change: bool) -> None:
        self._accounts.set(account, password=kept, must_change=must_change, failures=0, locked_until=None)
        self._accounts.close_sessions(account)

    def _note(self, viewer: Viewer, action: Action, **detail: Any) -> None:
        if self._audit is not None:
            self._audit.note(viewer, action, detail=detail)


def _one(what: str, identifier: str, found: Iterator[T]) -> T:
    first = next(found, None)
    if first is None:
        raise unknown(what, identifier[:40])
    return first
