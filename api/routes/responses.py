"""How a route answers: bytes written by orjson, and the responses that its part of the OpenAPI document lists."""

from hashlib import sha256
from typing import Any

import orjson
from fastapi import Response

from api.problems import MEDIA_TYPE
from api.routes.offer_answers import Answer

_DESCRIPTIONS = {
    200: "成功",
    201: "已新建",
    202: "已受理",
    204: "已删除",
    404: "未找到",
    409: "与现状冲突",
    503: "尚未就绪",
}
PROBLEM: dict[str, Any] = {
    "description": "问题说明（RFC 9457）",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
}


def answered(model: type[Answer] | None, *others: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its answer, further statuses (a success has the same body), problems for the rest."""
    success: dict[str, Any] = {} if model is None else {"model": model}
    responses: dict[int | str, dict[str, Any]] = {"default": PROBLEM}
    if model is not None:
        responses[200] = success | {"description": _DESCRIPTIONS[200]}
    for status in others:
        body = success if status < 400 else PROBLEM
        responses[status] = body | {"description": _DESCRIPTIONS[status]}
    return responses


def json_response(document: Any, status: int = 200) -> Response:
    """Write a document as JSON bytes (UTF-8)."""
    return Response(orjson.dumps(document), status, media_type="application/json")


def unchanged_response(document: Any, known: str | None) -> Response:
    """The document under an ETag of its content; 304 without it where the asker has it already (RFC 9110 13.1.2)."""
    body = orjson.dumps(document)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if known is not None and tag in [part.strip().removeprefix("W/") for part in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
