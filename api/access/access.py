"""The way in (登录与凭证): a password, a session, an API key or an OIDC token in; a `Viewer` out, or a refusal.

Whatever is wrong with a credential, the answer is the same: which part was wrong helps only who guesses.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol
from uuid import uuid4

from api.access.accounts import Account, ApiKey, Session, SignedIn, lock_after
from api.access.passwords import Passwords
from api.access.permissions import ONLY_PASSWORD
from api.access.remembered import Remembered
from api.access.tokens import KEY_MARK, MAX_CREDENTIAL, SESSION_MARK, digest_of, new_session_token
from api.access.viewers import Viewer
from api.errors import NotSignedIn, SignInRefused, UnknownAccount
from api.settings import Settings
from api.store.accounts import COARSELY, AccountStore, Credentials

MAX_LABEL = 120


class Tokens(Protocol):
    """Who issues OIDC tokens: gives the subject (`issuer|sub`) that a good one speaks for; else `NotSignedIn`."""

    def subject_of(self, token: str) -> tuple[str, str | None]:
        """The subject, and the platform that the token is for, where it says so."""


class Access:
    """Signing in, and finding who a credential belongs to. Every method may raise `StoreUnavailable`."""

    def __init__(
        self,
        settings: Settings,
        accounts: AccountStore,
        *,
        now: Callable[[], datetime],
        passwords: Callable[[], Passwords] = Passwords,
        tokens: Tokens | None = None,
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._now = now
        self._make_passwords = passwords
        self._tokens = tokens
        self.remembered = Remembered()

    @cached_property
    def passwords(self) -> Passwords:
        """What makes and checks hashes; made when first asked for, which takes the time of one hash."""
        return self._make_passwords()

    def sign_in(self, login: str, password: str, label: str = "") -> SignedIn:
        """Begin a session; raise `SignInRefused`, in the same words and time whatever was wrong.

        `label` is shown in the account's list of sessions: what the browser says it is.
        """
        kept = self._accounts.credentials(login.lower()) if len(login) <= MAX_LABEL else None
        open_to_try = kept is not None and not kept.account.disabled and not self._locked(kept.account)
        fits = self.passwords.fits(password, kept.password if kept is not None and open_to_try else None)
        if kept is None or not fits:
            if kept is not None and open_to_try:
                self._count_failure(kept)
            raise _refused()
        if kept.failures or kept.account.locked_until is not None:
            self._accounts.set(kept.account.id, failures=0, locked_until=None)
        return self.begin(kept.account, label)

    def sign_in_demo(self, account: str) -> SignedIn:
        """Begin a session of one of `demo_accounts` without a password; raise `SignInRefused` for any other."""
        found = next((item for item in self.demo_accounts() if item.id == account), None)
        if found is None:
            raise _refused()
        return self.begin(found, "demo")

    def demo_accounts(self) -> tuple[Account, ...]:
        """Give one account a role in a store that holds the demonstration world, to whoever sits at this machine."""
        if not self._settings.only_here:
            return ()
        return tuple(item for item in self._accounts.list() if item.demo and not item.disabled)

    def begin(self, account: Account, label: str) -> SignedIn:
        """Begin a session of an account whose owner has shown who they are."""
        token, at = new_session_token(), self._now()
        scope = ONLY_PASSWORD if account.must_change else None
        expires = at + timedelta(hours=self._settings.session_hours)
        session = Session(uuid4().hex, account.id, label[:MAX_LABEL], at, at, expires, scope)
        self._accounts.open_session(session, digest_of(token))
        return SignedIn(token, account.viewer(scope, session=session.id), expires, account.must_change)

    def sign_out(self, token: str) -> None:
        """End the session of a token; one that is not there has ended already."""
        found = self._accounts.session(digest_of(token))
        if found is not None:
            self._accounts.close_sessions(found[1].id, found[0].id)
        self.remembered.forget()

    def viewer_of(self, credential: str) -> Viewer:
        """Give who a bearer credential or a session's token belongs to; raise `NotSignedIn`."""
        if credential.startswith(KEY_MARK):
            return self.viewer_of_key(credential)
        if credential.startswith(SESSION_MARK):
            return self.viewer_of_session(credential)
        return self.viewer_of_token(credential)

    def viewer_of_session(self, token: str) -> Viewer:
        """Give who a session belongs to; raise `NotSignedIn` once it was revoked, left idle, or is over."""
        digest = _digest(token)
        known = self.remembered.find(digest)
        if known is not None:
            return known
        found, at = self._accounts.session(digest), self._now()
        if found is None or found[1].disabled or self._over(found[0], at):
            raise not_signed_in()
        session, account = found
        if at - session.seen > COARSELY:
            self._accounts.saw_session(session.id, at)
        return self.remembered.keep(digest, account.viewer(session.scope, session=session.id))

    def viewer_of_key(self, secret: str) -> Viewer:
        """Give who an API key belongs to, narrowed to its scope; raise `NotSignedIn` once it was revoked or is over."""
        digest = _digest(secret)
        known = self.remembered.find(digest)
        if known is not None:
            return known
        found, at = self._accounts.key(digest), self._now()
        if found is None or found[1].disabled or _spent(found[0], at):
            raise not_signed_in()
        key, account = found
        if key.used is None or at - key.used > COARSELY:
            self._accounts.used_key(key.id, at)
        return self.remembered.keep(digest, account.viewer(key.scope, key=key.id))

    def viewer_of_token(self, jwt: str) -> Viewer:
        """Give who an OIDC token speaks for; raise `NotSignedIn` for any that is not wholly in order."""
        if self._tokens is None or len(jwt) > MAX_CREDENTIAL:
            raise not_signed_in()
        digest = digest_of(jwt)
        known = self.remembered.find(digest)
        if known is not None:
            return known
        subject, tenant = self._tokens.subject_of(jwt)
        try:
            account = self._accounts.by_subject(subject)
        except UnknownAccount:
            raise not_signed_in() from None
        if account.disabled or tenant not in {None, account.tenant}:
            raise not_signed_in()
        return self.remembered.keep(digest, account.viewer())

    def _locked(self, account: Account) -> bool:
        return account.locked_until is not None and account.locked_until > self._now()

    def _count_failure(self, kept: Credentials) -> None:
        lock = lock_after(self._accounts.failed(kept.account.id))
        if lock is not None:
            self._accounts.set(kept.account.id, locked_until=self._now() + lock)

    def _over(self, session: Session, at: datetime) -> bool:
        return at >= session.expires or at - session.seen > timedelta(minutes=self._settings.session_idle_minutes)


def not_signed_in() -> NotSignedIn:
    """The one refusal of a credential."""
    return NotSignedIn(
        found="没有登录，或凭证无效、已过期", expected="有效的会话或接口密钥", remedy="请重新登录，或更换密钥"
    )


def _refused() -> SignInRefused:
    return SignInRefused(
        found="登录名或口令不正确，或账号暂时锁定",
        expected="正确的登录名和口令",
        remedy="请稍后再试；忘记口令请联系平台管理员重置",
    )


def _digest(credential: str) -> str:
    if len(credential) > MAX_CREDENTIAL:
        raise not_signed_in()
    return digest_of(credential)


def _spent(key: ApiKey, at: datetime) -> bool:
    return key.revoked is not None or at >= key.expires
