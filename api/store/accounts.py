"""Accounts, sessions and API keys in the store. Rules about them stand in `api.access`; here are rows and queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.access.accounts import Account, ApiKey, Session
from api.access.viewers import Role
from api.errors import InvalidAccount, UnknownAccount
from api.store.account_tables import accounts, api_keys, sessions
from api.store.database import Database
from api.store.tenants import require_tenant

_ACCOUNT = tuple(column for column in accounts.c if column.name not in {"password", "failures"})
_SESSION = tuple(column for column in sessions.c if column.name != "digest")
_KEY = tuple(column for column in api_keys.c if column.name != "digest")
COARSELY = timedelta(minutes=1)
"""How exactly it is noted when a session or a key was last used: each note is a write."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked by."""

    account: Account
    password: str | None
    failures: int


class AccountStore:
    """Accounts with their sessions and keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written within this, of accounts and of the audit log, is committed together or not at all."""
        with self._database.writing():
            yield

    def any(self) -> bool:
        """Whether there is an account other than those of the demonstration."""
        with self._database.reading() as connection:
            found = connection.execute(select(accounts.c.id).where(~accounts.c.demo).limit(1)).first()
        return found is not None

    def add(self, account: Account, password: str | None) -> None:
        """Write a new account; raise `InvalidAccount` where its login or subject is taken, `UnknownTenant`."""
        row = asdict(account)
        row |= {"tenant_id": row.pop("tenant"), "password": password, "failures": 0}
        try:
            with self._database.writing() as connection:
                require_tenant(connection, account.tenant)
                connection.execute(insert(accounts).values(**row))
        except IntegrityError:
            raise InvalidAccount(
                found=f"登录名 {account.login}", expected="还没有用过的登录名与身份标识", remedy="请换一个登录名"
            ) from None

    def credentials(self, login: str) -> Credentials | None:
        """Give what a login is checked by; None where there is none."""
        with self._database.reading() as connection:
            asked = select(*_ACCOUNT, accounts.c.password, accounts.c.failures).where(accounts.c.login == login)
            row = connection.execute(asked).mappings().first()
        if row is None:
            return None
        parts = dict(row)
        return Credentials(_account(parts), parts["password"], parts["failures"])

    def get(self, account: str) -> Account:
        """Give one account by its id; raise `UnknownAccount`."""
        return self._one(accounts.c.id == account)

    def by_subject(self, subject: str) -> Account:
        """Give one account by its OIDC issuer and subject; raise `UnknownAccount`."""
        return self._one(accounts.c.subject == subject)

    def list(self, tenant: str | None = None) -> tuple[Account, ...]:
        """Give the accounts of a platform, or of all, by login."""
        asked = select(*_ACCOUNT).order_by(accounts.c.login)
        if tenant is not None:
            asked = asked.where(accounts.c.tenant_id == tenant)
        with self._database.reading() as connection:
            return tuple(_account(dict(row)) for row in connection.execute(asked).mappings())

    def failed(self, account: str) -> int:
        """Count one more failed sign-in; give how many there are in a row."""
        with self._database.marking() as connection:
            counted = update(accounts).where(accounts.c.id == account).values(failures=accounts.c.failures + 1)
            return int(connection.execute(counted.returning(accounts.c.failures)).scalar_one())

    def set(self, account: str, **values: Any) -> None:
        """Change columns of an account; raise `UnknownAccount`."""
        with self._database.writing() as connection:
            if not connection.execute(update(accounts).where(accounts.c.id == account).values(**values)).rowcount:
                raise unknown("账号", account)

    def open_session(self, session: Session, digest: str) -> None:
        """Write a new session, and clear away those that have ended."""
        row = asdict(session) | {"digest": digest, "scope": _listed(session.scope)}
        with self._database.marking() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires < session.created))
            connection.execute(insert(sessions).values(**row))

    def session(self, digest: str) -> tuple[Session, Account] | None:
        """Give the session of a token and its account; None where it was revoked or never was."""
        asked = select(*_SESSION, *_labelled()).join(accounts, accounts.c.id == sessions.c.account_id)
        with self._database.reading() as connection:
            row = connection.execute(asked.where(sessions.c.digest == digest)).first()
        return None if row is None else (_session(row[: len(_SESSION)]), _labelled_account(row))

    def sessions(self, account: str) -> tuple[Session, ...]:
        """Give an account's sessions, the latest first."""
        asked = select(*_SESSION).where(sessions.c.account_id == account).order_by(sessions.c.created.desc())
        with self._database.reading() as connection:
            return tuple(_session(tuple(row)) for row in connection.execute(asked))

    def saw_session(self, session: str, at: datetime) -> None:
        """Note that a session is in use."""
        with self._database.marking() as connection:
            connection.execute(update(sessions).where(sessions.c.id == session).values(seen=at))

    def close_sessions(self, account: str, session: str | None = None) -> int:
        """Revoke one session of an account, or all of them; give how many there were."""
        gone = delete(sessions).where(sessions.c.account_id == account)
        if session is not None:
            gone = gone.where(sessions.c.id == session)
        with self._database.writing() as connection:
            return int(connection.execute(gone).rowcount)

    def add_key(self, key: ApiKey, digest: str) -> None:
        """Write a new key."""
        with self._database.writing() as connection:
            connection.execute(insert(api_keys).values(**asdict(key) | {"digest": digest, "scope": _listed(key.scope)}))

    def key(self, digest: str) -> tuple[ApiKey, Account] | None:
        """Give the key of a secret and its account; None where there is none."""
        asked = select(*_KEY, *_labelled()).join(accounts, accounts.c.id == api_keys.c.account_id)
        with self._database.reading() as connection:
            row = connection.execute(asked.where(api_keys.c.digest == digest)).first()
        return None if row is None else (_key(row[: len(_KEY)]), _labelled_account(row))

    def keys(self, account: str | None = None, tenant: str | None = None) -> tuple[ApiKey, ...]:
        """Give the keys of an account or a platform, or all, the latest first."""
        asked = select(*_KEY).join(accounts, accounts.c.id == api_keys.c.account_id).order_by(api_keys.c.created.desc())
        if account is not None:
            asked = asked.where(accounts.c.id == account)
        if tenant is not None:
            asked = asked.where(accounts.c.tenant_id == tenant)
        with self._database.reading() as connection:
            return tuple(_key(tuple(row)) for row in connection.execute(asked))

    def revoke_key(self, key: str, at: datetime) -> None:
        """Revoke a key for good."""
        with self._database.writing() as connection:
            revoked = update(api_keys).where(api_keys.c.id == key, api_keys.c.revoked.is_(None))
            connection.execute(revoked.values(revoked=at))

    def shorten_key(self, key: str, expires: datetime) -> None:
        """Let a key end earlier."""
        with self._database.writing() as connection:
            connection.execute(update(api_keys).where(api_keys.c.id == key).values(expires=expires))

    def used_key(self, key: str, at: datetime) -> None:
        """Note that a key is in use."""
        with self._database.marking() as connection:
            connection.execute(update(api_keys).where(api_keys.c.id == key).values(used=at))

    def _one(self, same: Any) -> Account:
        with self._database.reading() as connection:
            row = connection.execute(select(*_ACCOUNT).where(same)).mappings().first()
        if row is None:
            raise unknown("账号", "")
        return _account(dict(row))


def unknown(what: str, identifier: str) -> UnknownAccount:
    """The error for an account, session or key that is not there, or not the asker's."""
    found = f"{what} {identifier!a}" if identifier else what
    return UnknownAccount(found=found, expected=f"已有的{what}", remedy="请核对编号")


def _labelled() -> tuple[Any, ...]:
    """The account's columns, named apart from those of what is joined to it."""
    return tuple(column.label(f"account_{column.name}_") for column in _ACCOUNT)


def _labelled_account(row: Row[Any]) -> Account:
    return _account({column.name: row._mapping[f"account_{column.name}_"] for column in _ACCOUNT})


def _account(row: dict[str, Any]) -> Account:
    parts = {column.name: row[column.name] for column in _ACCOUNT}
    return Account(tenant=parts.pop("tenant_id"), role=Role(parts.pop("role")), **parts)


def _session(row: Any) -> Session:
    parts = dict(zip((column.name for column in _SESSION), row, strict=True))
    return Session(scope=_scope(parts.pop("scope")), **parts)


def _key(row: Any) -> ApiKey:
    parts = dict(zip((column.name for column in _KEY), row, strict=True))
    return ApiKey(scope=_scope(parts.pop("scope")) or frozenset(), **parts)


def _listed(scope: frozenset[str] | None) -> list[str] | None:
    return None if scope is None else sorted(scope)


def _scope(kept: list[str] | None) -> frozenset[str] | None:
    return None if kept is None else frozenset(kept)
