"""Routes that read only a JSON body (直接路由), called without FastAPI's solver, which costs as much as a look-up.

They are declared as any other, and are in the same OpenAPI document; a route that reads a parameter of the address or a
header is left to FastAPI. What is refused is refused by the same errors.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, Self, get_type_hints

from fastapi import HTTPException, Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

Read = Callable[[Request], Awaitable[Any]]
"""Gives one argument of a route."""
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class DirectCall:
    """A route's function and how each of its arguments comes about."""

    call: Callable[..., Any]
    arguments: Mapping[str, Read]

    @classmethod
    def of(cls, route: APIRoute, decode: Callable[[bytes], object]) -> Self | None:
        """Plan the call of a route whose body is read by `decode`; None where it reads more than a body."""
        arguments = _arguments(route.dependant)
        if arguments is None or not issubclass(_answer_of(route.endpoint), Response):
            return None
        if route.body_field is not None:
            body = route.dependant.body_params[0]
            if len(route.dependant.body_params) > 1 or type(route.body_field.field_info) is not params.Body:
                return None
            arguments[body.name] = _body(body.validate, decode)
        return cls(route.endpoint, arguments)

    async def answer(self, request: Request) -> Response:
        """Answer one request; a plain function is called in a thread, as FastAPI does."""
        given = {name: await read(request) for name, read in self.arguments.items()}
        if iscoroutinefunction(self.call):
            response: Response = await self.call(**given)
            return response
        return await run_in_threadpool(self.call, **given)


def _arguments(dependant: Dependant) -> dict[str, Read] | None:
    """The arguments that do not come from the body; None where one comes from the address, a header or a form."""
    if dependant.path_params or dependant.query_params or dependant.header_params or dependant.cookie_params:
        return None
    if any(getattr(dependant, name) for name in _UNREADABLE):
        return None
    found: dict[str, Read] = {}
    for part in dependant.dependencies:
        inner = _arguments(part)
        if inner is None or part.name is None or part.body_params or not iscoroutinefunction(part.call):
            return None
        found[part.name] = DirectCall(part.call, inner).answer
    if dependant.request_param_name:
        found[dependant.request_param_name] = _itself
    return found


_UNREADABLE = (
    "websocket_param_name",
    "http_connection_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
    "concurrency",
)
"""Arguments and limits that only FastAPI can give."""


async def _itself(request: Request) -> Request:
    return request


def _answer_of(endpoint: Callable[..., Any]) -> type:
    answer = get_type_hints(endpoint).get("return")
    return answer if isinstance(answer, type) else object


def _body(validate: Callable[..., tuple[Any, list[dict[str, Any]]]], decode: Callable[[bytes], object]) -> Read:
    async def read(request: Request) -> Any:
        try:
            body = await request.body()
        except ClientDisconnect:
            raise HTTPException(400) from None
        if not body:
            raise RequestValidationError(
                [{"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}]
            )
        value, errors = validate(decode(body), {}, loc=("body",))
        if errors:
            raise RequestValidationError(errors)
        return value

    return read
