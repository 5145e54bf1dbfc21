"""Secrets that machines and browsers hold (令牌): made at random, kept only as their sha256."""

from hashlib import sha256
from secrets import token_hex, token_urlsafe

KEY_MARK = "rt_"
"""What an API key begins with, so that a scanner of source code can find one that was left there."""
SESSION_MARK = "rs_"
MAX_CREDENTIAL = 8_192
"""The longest credential that is looked at, in characters."""


def new_session_token() -> str:
    """Make a session's token: 256 random bits."""
    return f"{SESSION_MARK}{token_urlsafe(32)}"


def new_api_key() -> tuple[str, str]:
    """Make an API key: its public id, and the whole secret `rt_<id>_<256 random bits>`."""
    identifier = token_hex(6)
    return identifier, f"{KEY_MARK}{identifier}_{token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    """Give what a secret of 256 random bits is kept and found by; it needs no salt and no slow hash."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
