"""Bodies made from the OpenAPI document, and every way to spoil one that we could think of (畸形请求体)."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.api.access.test_matrix import Bodies

JSON = "application/json"
HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.1, -0.0, 1e308, 5e-324, "", " ", "0", "-1",
    "null", "\x00", "a\x00b", "\x1b[2J", "\ud800", "\udc00\ud800", "\ufeff", "\u202e倒", "😀" * 50, "甲" * 3_000,
    "x" * 120_000, "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-22T25:61:61Z",
    "9999-12-31T23:59:59.999999+14:00", "NaN",
    "1e999999999", "-" * 40, "../../etc/passwd", "' OR 1=1 --", "=1+1", "<script>", "{{7*7}}", "%n%s", "${jndi:x}",
    [], {}, [None], [[]], {"": ""}, {"a": {"b": {"c": []}}}, [{}] * 300, ["x"] * 3_000,
    {str(n): n for n in range(2_000)},
)  # fmt: skip
"""Values that are put in the place of any other; lone surrogates and numbers past a double among them."""
RAW = (b"NaN", b"-Infinity", b"1e400", b"-1E+9999999", b"01", b"9" * 5_000, b"0x10", b"'a'", b"undefined", b'"\\ud800"',
       b'"\\u00"', b'"\x00"', b'"\xff\xfe"', b'"\xc0\xaf"', b"\xed\xa0\x80", b"[" * 90_000, b'{"a":' * 2_000,
       b"[" * 900 + b"]" * 900, b'{"a":1,"a":2}', b"/**/1", b"1,", b"")  # fmt: skip
"""Tokens that are put where a value stands: what no writer of JSON writes."""
TYPES = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "application/json; charset=utf-16",
    "application/json; charset=gb18030",
    'application/json; charset="',
    "nonsense",
    "application/xml",
    "application/json, text/html",
    "application/" + "x" * 5_000,
    "application/vnd.a+json",
)
_MARK = "\x01value\x01"


@dataclass(frozen=True)
class Spoiled:
    """A request whose body is not what it should be."""

    content: bytes
    headers: dict[str, str]
    how: str


class AllBodies(Bodies):
    """Bodies with members that need not be there, drawn anew at each call."""

    def __init__(self, document: dict[str, Any], ids: dict[str, str], random: Random) -> None:
        super().__init__(document, ids)
        self.random = random
        self.depth = 0

    def plain(self, schema: dict[str, Any], name: str) -> Any:
        """As of the document, objects with some of what they may hold besides, lists with something in them."""
        self.depth += 1
        try:
            members = schema.get("properties", {})
            if self.depth < 8 and schema.get("type") == "object" and members:
                required = set(schema.get("required", ()))
                return {part: self.value(members[part], part) for part in members if self.drawn(part, required)}
            if self.depth < 8 and schema.get("type") == "array" and "items" in schema:
                return [self.value(schema["items"], name)]
            return super().plain(schema, name)
        finally:
            self.depth -= 1

    def drawn(self, part: str, required: set[str]) -> bool:
        """Whether a member is put in."""
        return part in required or self.random.random() < 0.5


def spoiled_json(body: Any, random: Random) -> Spoiled:
    """One spoiled form of a body."""
    how = random.choice(WAYS)
    content = how(body, random)
    kind = random.choice(TYPES) if random.random() < 0.08 else JSON
    return Spoiled(content, {"Content-Type": kind} if kind else {}, f"{how.__name__} {kind[:40]}")


def places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value within a body."""
    yield at
    if isinstance(node, dict | list):
        for step, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(inner, (*at, step))


def put(body: Any, at: tuple[Any, ...], value: Any) -> Any:
    """The body with another value in a place."""
    if not at:
        return value
    changed = deepcopy(body)
    holder = changed
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = value
    return changed


def written(body: Any) -> bytes:
    """JSON as Python writes it: NaN and lone surrogates go out as they are."""
    return json.dumps(body).encode()


def another_value(body: Any, random: Random) -> bytes:
    return written(put(body, random.choice([*places(body)]), random.choice(HOSTILE)))


def several_values(body: Any, random: Random) -> bytes:
    for _ in range(random.randint(2, 5)):
        body = put(body, random.choice([*places(body)]), random.choice(HOSTILE))
    return written(body)


def raw_token(body: Any, random: Random) -> bytes:
    marked = written(put(body, random.choice([*places(body)]), _MARK))
    return marked.replace(written(_MARK), random.choice(RAW))


def left_out(body: Any, random: Random) -> bytes:
    within = [place for place in places(body) if place]
    if not within:
        return b"{}"
    changed, at = deepcopy(body), random.choice(within)
    holder = changed
    for step in at[:-1]:
        holder = holder[step]
    del holder[at[-1]]
    return written(changed)


def one_more(body: Any, random: Random) -> bytes:
    objects = [place for place in places(body) if isinstance(value_at(body, place), dict)]
    if not objects:
        return written([body])
    at = random.choice(objects)
    name = random.choice(["unknown", "", "__proto__", "id", "tenant", "a\x00", "\ud800", "x" * 5_000])
    return written(put(body, at, {**value_at(body, at), name: random.choice(HOSTILE)}))


def value_at(body: Any, at: tuple[Any, ...]) -> Any:
    for step in at:
        body = body[step]
    return body


def named_twice(body: Any, random: Random) -> bytes:
    text = written(body)
    return text[:1] + text[1:-1] + b", " + text[1:] if text[:1] == b"{" and len(text) > 2 else b'{"a": 1, "a": 1}'


def cut_off(body: Any, random: Random) -> bytes:
    text = written(body)
    return text[: random.randrange(len(text))]


def bytes_changed(body: Any, random: Random) -> bytes:
    text = bytearray(written(body))
    for _ in range(random.randint(1, 6)):
        text[random.randrange(len(text))] = random.randrange(256)
    return bytes(text)


def other_encoding(body: Any, random: Random) -> bytes:
    text = json.dumps(body, ensure_ascii=False)
    return text.encode(random.choice(["utf-16", "utf-32", "utf-8-sig", "gb18030", "utf-7", "big5"]), "replace")


def something_else(body: Any, random: Random) -> bytes:
    return random.choice(
        [b"", b"\x00", b"\x1f\x8b\x08\x00", b"<a/>", b"a=1&b=2", random.randbytes(200), b"null", b"[]", b"5"]
    )


def followed(body: Any, random: Random) -> bytes:
    return written(body) + random.choice([b"{}", b"\x00", b",", written(body), b" " * 70_000, b"\xff"])


WAYS: tuple[Callable[[Any, Random], bytes], ...] = (
    another_value, another_value, several_values, raw_token, raw_token, left_out, one_more, named_twice, cut_off,
    bytes_changed, other_encoding, something_else, followed,
)  # fmt: skip


def spoiled_form(fields: dict[str, Any], file: tuple[str, bytes], random: Random) -> Spoiled:
    """One spoiled form (multipart/form-data) with a file in it."""
    boundary = random.choice(["b", "b" * 70, "b'()+_,-./:=?", "b" * 400])
    parts = [part_of(f'name="{name}"', written_field(value, random)) for name, value in fields.items()]
    name, content = file
    content = random.choice(
        [
            content,
            content[: len(content) // 2],
            random.randbytes(300),
            b"",
            b"PK\x03\x04" + content,
            b"\xff\xfe" + content,
            content.replace(b"\n", b"\x00"),
            b"\xd0\xcf\x11\xe0" + content,
        ]
    )
    name = random.choice(
        [name, "../../x.csv", "a.xlsx", "\\\\server\\x", "", "甲" * 500, 'a"; name="kind', "x\x00.csv"]
    )
    parts.append(part_of(f'name="file"; filename="{name}"', content))
    random.shuffle(parts)
    if random.random() < 0.3:
        parts = parts * random.randint(0, 4)
    mark = b"--" + boundary.encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    if random.random() < 0.4:
        body = bytes_changed_in(body, random)
    kind = f'multipart/form-data; boundary="{boundary}"' if random.random() < 0.9 else random.choice(TYPES)
    return Spoiled(body, {"Content-Type": kind} if kind else {}, "form")


def part_of(disposition: str, content: bytes) -> bytes:
    return b"Content-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + content


def written_field(value: Any, random: Random) -> bytes:
    if random.random() < 0.5:
        value = random.choice(HOSTILE)
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


def bytes_changed_in(body: bytes, random: Random) -> bytes:
    changed = bytearray(body[: random.randint(1, len(body))] if random.random() < 0.5 else body)
    for _ in range(random.randint(1, 4)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)
