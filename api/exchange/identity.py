"""Which party a row is (主体编号): the same row gives the same id, so that importing twice changes nothing."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from matcher.fields import PartyKind, Value

IDENTIFYING = ("credit_code", "stock_code", "registration_number")
"""Fields beside the name that an id is made of, the strongest first."""

_STOCK_CODE = re.compile(r"[0-9A-Za-z.]{1,20}")


def party_id(kind: PartyKind, name: str, values: Mapping[str, Value]) -> str:
    """Give the id: by a valid credit code, else by stock code, else by kind, name and registration number.

    An enterprise's is "uscc-91330204…" or "stock-600006"; other kinds put their own name before it, since a carrier
    is often run by a firm that is registered too.
    """
    prefix = "" if kind is PartyKind.ENTERPRISE else f"{kind.value}-"
    credit_code, stock_code, registration = (values.get(code) for code in IDENTIFYING)
    if credit_code:
        return f"{prefix}uscc-{credit_code}"
    if stock_code and _STOCK_CODE.fullmatch(str(stock_code)):
        return f"{prefix}stock-{stock_code}"
    text = "\x1f".join((kind.value, plain_name(name), str(registration or "")))
    return f"{prefix}name-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def plain_name(name: str) -> str:
    """Give a name in the form that is compared: half-width, small letters, no spaces."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
