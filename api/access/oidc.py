"""OpenID Connect (单点登录): who a token of the configured issuer speaks for, and the code flow of the console.

The issuer is a configured service; nothing but its discovery document and what that names is fetched. A token's header
chooses neither the algorithm nor where the key is: algorithms are fixed here, keys are the issuer's. All the claims are
checked (joserfc's `decode` alone takes expired tokens). Whatever is wrong, the answer is `NotSignedIn`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.access.access import not_signed_in
from api.errors import IssuerUnavailable
from api.settings import Settings, is_loopback

ALGORITHMS = ("RS256", "PS256", "ES256")
"""What a token may be signed by: never by a shared secret, never by nothing."""
TENANT_CLAIM = "rongtong_tenant"
"""A claim by which an issuer may bind a token to one platform."""
LEEWAY = 30
"""Seconds by which clocks may differ."""
KEPT_SECONDS = 3_600
RETRY_SECONDS = 30
"""How soon the issuer is asked again for a key that it did not have."""
_WELL_KNOWN = "/.well-known/openid-configuration"
_log = structlog.get_logger("oidc")


class Fetch(Protocol):
    """Gets a JSON object from an address; `OSError` or `ValueError` where there is none."""

    def __call__(self, url: str, /) -> Mapping[str, Any]:
        """Get it."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """What the issuer says of itself: where one signs in, where codes become tokens, its keys."""

    authorize: str
    token: str
    keys: KeySet


class Issuer:
    """The configured issuer, as its discovery document describes it; kept for an hour."""

    def __init__(self, settings: Settings, fetch: Fetch, *, clock: Callable[[], float] = monotonic) -> None:
        self.name = settings.oidc_issuer or ""
        self._fetch = fetch
        self._clock = clock
        self._lock = Lock()
        self._found: Discovered | None = None
        self._fetched = float("-inf")

    def found(self, *, anew: bool = False) -> Discovered:
        """Give what is known of the issuer; with `anew` ask again, at most every `RETRY_SECONDS`.

        Raises `IssuerUnavailable` where the issuer cannot be asked and nothing is known.
        """
        with self._lock:
            age = self._clock() - self._fetched
            if self._found is not None and age < (RETRY_SECONDS if anew else KEPT_SECONDS):
                return self._found
            try:
                self._found = self._discovered()
            except (OSError, ValueError, JoseError, KeyError) as error:
                _log.warning("oidc.issuer_away", cause=type(error).__name__)
                if self._found is None:
                    raise _away() from None
            self._fetched = self._clock()
            return self._found

    def _discovered(self) -> Discovered:
        said = self._fetch(self.name.rstrip("/") + _WELL_KNOWN)
        if said["issuer"] != self.name:
            raise ValueError("the document is of another issuer")
        addresses = [_safe(said[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        keys = KeySet.import_key_set(self._fetch(addresses[2]))  # type: ignore[arg-type]  # checked by joserfc
        return Discovered(addresses[0], addresses[1], keys)


class TokenReader:
    """Reads tokens of an issuer (`Tokens` of `api.access.access`)."""

    def __init__(self, settings: Settings, issuer: Issuer) -> None:
        self.issuer = issuer
        self._audience = settings.oidc_audience or settings.oidc_client_id or ""
        self._client = settings.oidc_client_id or ""

    def subject_of(self, token: str) -> tuple[str, str | None]:
        """Give the subject (`issuer|sub`) of a bearer token, and the platform that it is bound to, if any."""
        claims = self._claims(token, self._audience)
        tenant = claims.get(TENANT_CLAIM)
        if tenant is not None and not isinstance(tenant, str):
            raise not_signed_in()
        return f"{self.issuer.name}|{claims['sub']}", tenant

    def subject_of_sign_in(self, token: str, nonce: str) -> str:
        """Give the subject of an id token that a sign-in got for its own nonce."""
        claims = self._claims(token, self._client)
        if not nonce or claims.get("nonce") != nonce:
            raise not_signed_in()
        return f"{self.issuer.name}|{claims['sub']}"

    def _claims(self, token: str, audience: str) -> Mapping[str, Any]:
        if not audience:
            raise not_signed_in()
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer.name},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = self._verified(token).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError):
            raise not_signed_in() from None
        if not isinstance(claims["sub"], str):
            raise not_signed_in()
        return claims

    def _verified(self, token: str) -> jwt.Token:
        """The token, its signature checked; a key that is not known is asked for once more."""
        try:
            return jwt.decode(token, self.issuer.found().keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            return jwt.decode(token, self.issuer.found(anew=True).keys, algorithms=ALGORITHMS)


def _safe(address: Any) -> str:
    """An address over TLS, or on this machine: the issuer's document cannot send us anywhere else in the clear."""
    parts = urlsplit(str(address))
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return str(address)
    raise ValueError("an address that is not safe")


def _away() -> IssuerUnavailable:
    return IssuerUnavailable(
        found="身份服务没有应答，或其说明文件不合规",
        expected="RONGTONG_OIDC_ISSUER 所指的身份服务",
        remedy="请稍后重试",
    )
