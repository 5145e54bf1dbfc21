"""Ids of assignments (名单编号): short enough to be read out, with a check character, so that a slip is noticed."""

import secrets

from stdnum.iso7064 import mod_37_36

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are taken for others (Crockford's base 32)."""
_LENGTH = 11


def new_code() -> str:
    """A new id: 11 characters of chance (55 bits) and a check character (ISO 7064, MOD 37,36)."""
    chance = secrets.randbits(5 * _LENGTH)
    body = "".join(_LETTERS[chance >> 5 * place & 31] for place in range(_LENGTH))
    return body + str(mod_37_36.calc_check_digit(body))


def is_code(text: str) -> bool:
    """Whether a text is an id without a slip; it need not have been given out."""
    body = text[:_LENGTH]
    return len(text) == _LENGTH + 1 and set(body) <= set(_LETTERS) and bool(mod_37_36.is_valid(text))
