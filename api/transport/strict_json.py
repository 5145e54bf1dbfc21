"""Strict JSON: a body is what the standard says or is refused, with the place; numbers keep their decimal digits."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from email.message import Message
from typing import Any

import orjson
from fastapi import Request, Response, params
from fastapi.routing import APIRoute

from api.problems import Refusal
from api.transport.direct import DirectCall

JSON = "application/json"
FORM = "multipart/form-data"


def decode(body: bytes) -> object:
    """Read JSON by RFC 8259; numbers with a fraction come as `Decimal`, exactly as written.

    orjson refuses NaN, numbers beyond a double, lone surrogates, invalid UTF-8, and nesting past 1,024; a member named
    twice is refused here, since readers disagree on which one counts (RFC 8259 section 4). Raises `Refusal` (400).
    """
    try:
        orjson.loads(body)
        return json.loads(body, parse_float=Decimal, object_pairs_hook=_unique)
    except orjson.JSONDecodeError as error:
        raise _refused(f"第 {error.lineno} 行第 {error.colno} 个字符处无法读取") from None
    except RecursionError:
        raise _refused("嵌套过深") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    raise _refused(f"同一对象中 {twice!r} 出现了两次")


def _refused(found: str) -> Refusal:
    return Refusal.because(
        400,
        "invalid_json",
        found=f"请求体不是有效的 JSON：{found}",
        expected="符合 RFC 8259 的 UTF-8 文本（不含 NaN、超大数值、残缺的代理字符）",
        remedy="请修正后重新发送",
    )


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """The body as JSON, by `decode`."""
        if not hasattr(self, "_json"):
            self._json = decode(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route that reads JSON strictly and refuses a body of another type (415)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route behind the content type check: called directly where it reads only a body, else by FastAPI."""
        direct = DirectCall.of(self, decode)
        solved = super().get_route_handler()
        wanted = self._media_type()

        async def strict(request: Request) -> Response:
            if wanted is not None:
                check_media_type(request.headers.get("content-type"), wanted)
            if direct is not None:
                return await direct.answer(request)
            return await solved(StrictRequest(request.scope, request.receive))

        return strict

    def _media_type(self) -> str | None:
        if self.body_field is None:
            return None
        return FORM if isinstance(self.body_field.field_info, params.Form) else JSON


def check_media_type(header: str | None, wanted: str) -> None:
    """Refuse (415) a Content-Type that is not `wanted`; JSON may be a `+json` type, in no other charset than UTF-8."""
    if header == wanted == JSON:
        return
    found = Message()
    found["content-type"] = header or ""
    kind = found.get_content_type() if header else ""
    fits = kind == wanted or (wanted == JSON and kind.startswith("application/") and kind.endswith("+json"))
    charset = str(found.get_param("charset", "utf-8")).lower() if header else "utf-8"
    if fits and charset.replace("_", "-") in {"utf-8", "utf8", "us-ascii"}:
        return
    raise Refusal.because(
        415,
        "unsupported_media_type",
        found=f"Content-Type 为 {(header or '（未填）')[:100]}",
        expected=wanted + ("（UTF-8 编码）" if wanted == JSON else ""),
        remedy="请设置正确的 Content-Type",
    )
