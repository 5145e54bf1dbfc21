"""Routes that read only a body are called directly; the others are left to FastAPI; both refuse alike."""

import asyncio
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Header, Response
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.routes import matching, needs, parties, search
from api.routes.responses import json_response
from api.schemas import ReadingBody
from api.transport.direct import DirectCall
from api.transport.strict_json import StrictRoute, decode


def routes(router: APIRouter) -> dict[str, APIRoute]:
    return {route.endpoint.__name__: route for route in router.routes if isinstance(route, APIRoute)}


@pytest.mark.parametrize(
    ("router", "name", "arguments"),
    [
        (matching.router, "post_matches", {"body", "services", "viewer"}),
        (matching.router, "post_prospects", {"body", "services", "viewer"}),
        (matching.router, "post_readings", {"body", "services", "_viewer"}),
        (search.router, "post_search", {"body", "services", "viewer"}),
    ],
)
def test_the_routes_that_are_asked_most_are_called_directly(router: APIRouter, name: str, arguments: set[str]) -> None:
    planned = DirectCall.of(routes(router)[name], decode)
    assert planned is not None
    assert planned.arguments.keys() == arguments


def test_what_reads_an_address_or_a_header_is_left_to_fastapi() -> None:
    for router in (parties.router, needs.router):
        for route in routes(router).values():
            reads = route.dependant.path_params or "once" in {part.name for part in route.dependant.dependencies}
            assert (DirectCall.of(route, decode) is None) or not reads


def with_a_header(body: ReadingBody, key: Annotated[str | None, Header()] = None) -> Response:
    return json_response({"text": body.text, "key": key})


def without(body: ReadingBody) -> Response:
    return json_response({"text": body.text, "key": None})


async def waiting(body: ReadingBody) -> Response:
    await asyncio.sleep(0)
    return json_response({"text": body.text, "key": None})


@pytest.mark.parametrize("endpoint", [without, waiting])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"text": 1}', b'{"text": "x", "more": 1}', b'{"text": "x"}'])
def test_a_route_answers_alike_either_way(endpoint: Any, body: bytes) -> None:
    app = FastAPI()
    router = APIRouter(route_class=StrictRoute)
    router.post("/direct")(endpoint)
    router.post("/solved")(with_a_header)
    app.include_router(router)
    found = routes(router)
    assert DirectCall.of(found["with_a_header"], decode) is None
    assert DirectCall.of(found[endpoint.__name__], decode) is not None
    client = TestClient(app)
    direct, solved = (
        client.post(path, content=body, headers={"Content-Type": "application/json"}) for path in ("/direct", "/solved")
    )
    assert direct.status_code == solved.status_code == (200 if body == b'{"text": "x"}' else 422)
    assert direct.json() == solved.json()
