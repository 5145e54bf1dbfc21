"""Signing in at the issuer (授权码流程): a browser goes there with a challenge, and comes back with a code.

What ties the way back to the way out (state, nonce, PKCE verifier) stays in the browser's own cookie.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import compare_digest, token_urlsafe
from typing import Any

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client

from api.access.access import Access, not_signed_in
from api.access.accounts import SignedIn
from api.access.oidc import TokenReader
from api.errors import IssuerUnavailable, UnknownAccount
from api.settings import Settings
from api.store.accounts import AccountStore

SECONDS = 5.0
MOST_BYTES = 256 * 1024
"""The largest document that is read of an issuer."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A browser that goes to the issuer: where to, and what it must bring back."""

    address: str
    state: str
    nonce: str
    verifier: str


class CodeFlow:
    """Sends browsers to the issuer and takes them back."""

    def __init__(self, settings: Settings, access: Access, accounts: AccountStore, reader: TokenReader) -> None:
        self._settings = settings
        self._access = access
        self._accounts = accounts
        self._issuer = reader.issuer
        self._reader = reader

    def depart(self, redirect: str) -> Departure:
        """Give where to send a browser. Raises `IssuerUnavailable`."""
        state, nonce, verifier = (token_urlsafe(32) for _ in range(3))
        with self._client(redirect) as client:
            address, _ = client.create_authorization_url(
                self._issuer.found().authorize, state=state, nonce=nonce, code_verifier=verifier
            )
        return Departure(address, state, nonce, verifier)

    def arrive(self, left: Departure, state: str, code: str, label: str) -> SignedIn:
        """Begin a session for a browser that came back with a code.

        Raises `NotSignedIn` for one that did not leave from here, a code that is not good, or a subject without an
        account; `IssuerUnavailable`.
        """
        if not left.state or not compare_digest(left.state.encode(), state.encode()):
            raise not_signed_in()
        token = self._token(left, code)
        try:
            account = self._accounts.by_subject(self._reader.subject_of_sign_in(token, left.nonce))
        except UnknownAccount:
            raise not_signed_in() from None
        if account.disabled:
            raise not_signed_in()
        return self._access.begin(account, label)

    def _token(self, left: Departure, code: str) -> str:
        with self._client(left.address) as client:
            try:
                told = client.fetch_token(self._issuer.found().token, code=code, code_verifier=left.verifier)
            except OAuthError:
                raise not_signed_in() from None
            except (httpx.HTTPError, ValueError):
                raise IssuerUnavailable(
                    found="身份服务没有应答", expected="正常应答", remedy="请稍后重新登录"
                ) from None
        return str(told.get("id_token", ""))

    def _client(self, redirect: str) -> Any:
        return OAuth2Client(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret,
            scope="openid profile",
            redirect_uri=redirect,
            code_challenge_method="S256",
            timeout=SECONDS,
            follow_redirects=False,
            trust_env=False,
        )


def fetched(url: str) -> Mapping[str, Any]:
    """Get a JSON object of an issuer, of bounded size and time, following no redirect. `OSError`, `ValueError`."""
    try:
        with httpx.stream("GET", url, timeout=SECONDS, follow_redirects=False, trust_env=False) as answer:
            answer.raise_for_status()
            read = b""
            for piece in answer.iter_bytes():
                read += piece
                if len(read) > MOST_BYTES:
                    raise ValueError("too large")
            found = httpx.Response(200, content=read).json()
    except httpx.HTTPError as error:
        raise OSError(str(type(error).__name__)) from None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
