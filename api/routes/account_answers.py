"""Answers about accounts, sessions and keys, described for the OpenAPI document; see `api.routes.answers`."""

from api.access.permissions import Permission, Reach
from api.access.viewers import Role
from api.routes.offer_answers import Answer
from api.store.tenants import Sharing, Tier


class ViewerAnswer(Answer):
    """当前的访问者，以及其权限与范围。"""

    tenant: str
    role: Role
    role_label: str
    name: str
    party_id: str | None
    must_change_password: bool
    permissions: dict[Permission, Reach]


class SessionAnswer(Answer):
    """一个会话。"""

    id: str
    label: str
    created: str
    seen: str
    expires: str
    current: bool


class SessionsAnswer(Answer):
    """自己的会话。"""

    sessions: list[SessionAnswer]


class KeyAnswer(Answer):
    """一把接口密钥，不含密钥本身。"""

    id: str
    account_id: str
    name: str
    permissions: list[str]
    created: str
    expires: str
    revoked: str | None
    used: str | None


class NewKeyAnswer(KeyAnswer):
    """新的密钥；secret 只出现这一次。"""

    secret: str


class KeysAnswer(Answer):
    """接口密钥。"""

    keys: list[KeyAnswer]


class AccountAnswer(Answer):
    """一个账号。"""

    id: str
    login: str
    name: str
    role: Role
    role_label: str
    party_id: str | None
    must_change_password: bool
    disabled: bool
    created: str


class NewAccountAnswer(AccountAnswer):
    """新的账号；one_time_password 只出现这一次，用 OIDC 登录的为 null。"""

    one_time_password: str | None


class ResetAnswer(Answer):
    """重置后的一次性口令，只出现这一次。"""

    one_time_password: str


class AccountsAnswer(Answer):
    """本平台的账号。"""

    accounts: list[AccountAnswer]


class PlatformAnswer(Answer):
    """一个平台；counts 只在它共享数量时给出。"""

    id: str
    name: str
    tier: Tier
    tier_label: str
    parent_id: str | None
    shares: Sharing
    shares_label: str
    counts: dict[str, int] | None


class PlatformsAnswer(Answer):
    """本平台与其下级。"""

    own: PlatformAnswer
    below: list[PlatformAnswer]


class SharedPartyAnswer(Answer):
    """下级平台共享的一个主体：只有脱敏画像。"""

    number: int
    kind: str
    kind_label: str
    name: str
    profile: dict[str, str]
    synthetic: bool


class SharedPartiesAnswer(Answer):
    """下级平台共享的主体，一页。"""

    platform: str
    parties: list[SharedPartyAnswer]
    next_after: int | None
