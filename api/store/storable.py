"""What text the store takes: the same on every database. SQLite would keep a NUL that PostgreSQL refuses."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson

from matcher.errors import InvalidValue

MAX_ID = 200
"""The longest id, in characters; PostgreSQL indexes no more than 2,704 bytes."""
_PLAIN = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def digest(document: Any) -> str:
    """Fingerprint a JSON document whatever the order of its keys; raise `InvalidValue` if it cannot be stored."""
    try:
        encoded = orjson.dumps(document, option=_PLAIN | orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # whole numbers past 64 bits, and what the slow way refuses too
        encoded = _encoded(document)
    if b"\\u0000" in encoded and any("\0" in part for part in _texts(document)):
        raise _refused("空字符（NUL）")
    return sha256(encoded).hexdigest()


def as_json(document: Any) -> str:
    """Write a document for a JSON column; whole numbers of any size keep their digits."""
    try:
        return orjson.dumps(document, option=_PLAIN).decode()
    except orjson.JSONEncodeError:
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json(text: str | bytes) -> Any:
    """Read what `as_json` wrote, four times as fast as `json`: that is asked where a number may be past 64 bits.

    Such a number is looked for with every digit made a 0: a pattern of digits took longer than all of the reading.
    """
    raw = text.encode() if isinstance(text, str) else text
    return json.loads(raw) if _LONG in raw.translate(_DIGITS) else orjson.loads(raw)


_LONG = b"0" * 18
_DIGITS = bytes(ord("0") if chr(code).isdigit() and code < 128 else ord(" ") for code in range(256))


def require_id(value: str) -> str:
    """Accept an id of 1 to 200 storable characters; raise `InvalidValue` otherwise."""
    if not (value.isascii() and value.isprintable()):
        digest(value)
    if not 1 <= len(value) <= MAX_ID:
        raise InvalidValue(
            found=f"{len(value)} 个字符的编号", expected=f"1 到 {MAX_ID} 个字符", remedy="请换一个较短的编号"
        )
    return value


def is_id(value: str) -> bool:
    """Whether a row could have this id; asking a database for any other is an error on one and none on the other."""
    try:
        require_id(value)
    except InvalidValue:
        return False
    return True


def _encoded(document: Any) -> bytes:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise _refused("不完整的字符（孤立的代理项）") from None


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for key, value in document.items():
            yield from (key, *_texts(value))
    elif isinstance(document, list | tuple):
        for value in document:
            yield from _texts(value)


def _refused(what: str) -> InvalidValue:
    return InvalidValue(found=f"文字中有{what}", expected="完整的 Unicode 文字", remedy="请删去该字符后重试")
