"""Accounts, sessions and API keys (账号、会话、接口密钥): the nouns, and the rules on them."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.access.viewers import STAFF, Role, Viewer
from api.errors import InvalidAccount

FREE_FAILURES = 5
"""Failed sign-ins that cost nothing yet."""
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(minutes=15)
"""An account is locked for this long at most: longer, and whoever knows a login could keep its owner out for good."""
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")
_PARTYLESS = STAFF | {Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may come in (账号). `party_id` is whom they act for; `subject` is their OIDC issuer and subject."""

    id: str
    tenant: str
    login: str
    name: str
    role: Role
    created: datetime
    party_id: str | None = None
    subject: str | None = None
    must_change: bool = False
    disabled: bool = False
    demo: bool = False
    locked_until: datetime | None = None

    def viewer(
        self, scope: frozenset[str] | None = None, *, key: str | None = None, session: str | None = None
    ) -> Viewer:
        """Whom the store is told of."""
        return Viewer(self.tenant, self.role, self.party_id, self.id, self.name, scope, key, session)


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that lasts (会话). `label` is what the browser says it is."""

    id: str
    account_id: str
    label: str
    created: datetime
    seen: datetime
    expires: datetime
    scope: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by which a machine comes in (接口密钥), for some of what its account may do. The secret is not in it."""

    id: str
    account_id: str
    name: str
    scope: frozenset[str]
    created: datetime
    expires: datetime
    revoked: datetime | None = None
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that succeeded: the token goes into the cookie and nowhere else.

    With `must_change` the session is good for nothing but a change of password.
    """

    token: str = field(repr=False)
    viewer: Viewer
    expires: datetime
    must_change: bool = False


def lock_after(failures: int) -> timedelta | None:
    """Give for how long an account is locked after so many failures in a row; it doubles with each."""
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 16)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def check_login(login: str) -> str:
    """Give the login in lower case; raise `InvalidAccount` for what cannot be one."""
    if not _LOGIN.fullmatch(login):
        raise InvalidAccount(
            found="登录名不合规", expected="2 到 64 个字母、数字或 . _ @ -，以字母或数字开头", remedy="请换一个登录名"
        )
    return login.lower()


def check_password(password: str, login: str) -> str:
    """Give the password; raise `InvalidAccount` for one that is too short, too long or the login (NIST SP 800-63B)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidAccount(
            found=f"口令长度 {len(password)}",
            expected=f"{SHORTEST_PASSWORD} 到 {LONGEST_PASSWORD} 个字符",
            remedy="请换一个口令",
        )
    if len(set(password)) < 4 or login.lower() in password.lower():
        raise InvalidAccount(found="口令太容易猜到", expected="不含登录名、不由少数字符重复而成", remedy="请换一个口令")
    return password


def check_party(role: Role, party_id: str | None) -> None:
    """Raise `InvalidAccount` where a role acts for a party and none is named, or the other way round."""
    if role in _PARTYLESS and party_id is not None:
        raise InvalidAccount(found="平台角色关联了主体", expected="不关联主体", remedy="请去掉主体编号，或换一个角色")
    if role not in _PARTYLESS and not party_id:
        raise InvalidAccount(found="没有关联主体", expected="主体编号", remedy="请给出账号所代表的主体")
