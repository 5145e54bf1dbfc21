"""The HTTP service: one application over one set of services, and the server that runs it."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from signal import SIGTERM, default_int_handler, signal
from threading import Thread
from typing import Any, TypedDict

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from structlog import get_logger
from uvicorn import Config, Server

from api.errors import ServiceError
from api.jobs.attending import attended_jobs
from api.logs import configure
from api.problems import Problem, Refusal
from api.routes import (
    accounts,
    algorithm,
    audit,
    bulk,
    campaigns,
    carriers,
    consents,
    deals,
    deliveries,
    docs,
    duties,
    fields,
    health,
    import_templates,
    import_work,
    imports,
    investments,
    jobs,
    matching,
    measures,
    needs,
    offers,
    oidc,
    outcomes,
    parties,
    platforms,
    received,
    search,
    sessions,
)
from api.routes.answers import ProblemAnswer
from api.routes.secured import tell_security
from api.routes.services import Services
from api.schemas import FACTS, PARTY_FACTS, FactBody, facts_schema, party_facts_schema
from api.settings import AccessMode, Settings, require_loopback_if_open
from api.transport.bodies import BodyGuard, BodyLimits
from api.transport.connections import TimedProtocol
from api.transport.fair_loop import ready_when
from api.transport.guarding import Guard
from api.transport.methods import allow_header, methods_of
from api.transport.tracing import HttpMetrics, Tracing, request_id_of
from api.transport.violations import violations
from api.turns import take_short_turns
from embeddings.errors import EmbeddingsError
from matcher.errors import MatcherError

API_VERSION = "1.0"
"""The version of the interface, not of the package: it changes when the shape of an answer does."""
REFERENCE = "#/components/schemas/{model}"
ROUTERS = (
    matching.router,
    offers.router,
    search.router,
    parties.router,
    bulk.router,
    import_work.router,
    imports.router,
    import_templates.router,
    jobs.router,
    campaigns.router,
    deliveries.router,
    outcomes.router,
    received.router,
    needs.router,
    deals.router,
    investments.router,
    duties.router,
    carriers.router,
    measures.router,
    consents.router,
    algorithm.router,
    audit.router,
    fields.router,
    sessions.router,
    oidc.router,
    accounts.router,
    platforms.router,
    health.router,
    docs.router,
)
METHODS = methods_of(ROUTERS)


class State(TypedDict):
    """What the application's life puts at the disposal of each request."""

    services: Services


class RongtongApi(FastAPI):
    """FastAPI whose document also holds what derives from the field registry, and the shape of a problem."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            schemas = super().openapi()["components"]["schemas"]
            schemas[FACTS] = facts_schema()
            schemas[PARTY_FACTS] = party_facts_schema()
            schemas["FactBody"] = FactBody.model_json_schema(ref_template=REFERENCE)
            problem = ProblemAnswer.model_json_schema(ref_template=REFERENCE)
            schemas |= bulk.schemas(REFERENCE)
            schemas |= problem.pop("$defs", {}) | {"ProblemAnswer": problem}
            if self.state.asks_who:
                tell_security(super().openapi(), ROUTERS)
        return super().openapi()


def create_app(
    services: Services,
    *,
    limits: BodyLimits | None = None,
    warming: bool = True,
    closing: Callable[[], None] | None = None,
) -> FastAPI:
    """The application over `services`; with `warming` its indexes load in the background, and /readyz says when.

    `closing` is called when the application's life ends, by an application that owns its services.
    """
    registry = CollectorRegistry()
    app = RongtongApi(
        title="融通 Rongtong",
        summary="企业、载体、龙头企业与金融机构的对接匹配服务",
        version=API_VERSION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would be built from the Host header that the client sent
        lifespan=_lifespan(services, warming=warming, closing=closing),
        form_limits={"max_files": 1, "max_fields": 8, "max_part_size": 16 * 1024},
        middleware=[
            Middleware(Tracing, metrics=HttpMetrics(registry)),
            Middleware(Guard),
            Middleware(BodyGuard, limits=limits or body_limits(services.settings)),
        ],
    )
    app.state.metrics = registry
    app.state.asks_who = services.settings.access is not AccessMode.OPEN
    for router in ROUTERS:
        app.include_router(router)
    for error in (HTTPException, RequestValidationError, MatcherError, EmbeddingsError, ServiceError, OSError):
        app.add_exception_handler(error, _refuse)
    return app


def body_limits(settings: Settings) -> BodyLimits:
    """The limits on request bodies: JSON is small, a file to import larger, with room for the form around it."""
    return BodyLimits(
        settings.max_json_bytes,
        {
            "/v1/imports/trial": settings.max_import_bytes + 64 * 1024,
            "/v1/imports": settings.max_import_bytes + 64 * 1024,
            "/console/imports/upload": settings.max_import_bytes + 64 * 1024,
            "/console/returns": settings.max_import_bytes + 64 * 1024,
            deliveries.PATH: settings.max_import_bytes + 64 * 1024,
            bulk.PATH: settings.max_bulk_bytes,
        },
    )


def _lifespan(
    services: Services, *, warming: bool, closing: Callable[[], None] | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[State]:
        thread = Thread(target=health.warm, args=(services,), name="warm", daemon=True)
        ready_when(lambda: services.parties.ready)
        if warming:
            thread.start()
        yield {"services": services}
        if warming:
            await to_thread(thread.join)
            await to_thread(services.parties.stop)
        if closing is not None:
            await to_thread(closing)

    return life


async def _refuse(request: Request, error: Exception) -> Response:
    """The one way from an error to an answer; a fault of ours is logged, a client's is not."""
    problem = _problem(error)
    if problem.status >= 500 and not isinstance(error, HTTPException):
        get_logger("rongtong.http").error("request_failed", code=problem.code, exc_info=error)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if problem.status == 405:
        headers |= allow_header(request.scope, METHODS)
    return problem.response(request_id_of(request.scope), headers)


def _problem(error: Exception) -> Problem:
    match error:
        case Refusal():
            return error.problem
        case HTTPException():
            return Problem.of_status(error.status_code)
        case RequestValidationError():
            return Refusal.violating(violations(error.errors())).problem
        case _:
            return Problem.of_error(error)


def server_options(settings: Settings) -> dict[str, Any]:
    """How uvicorn runs the application: uvloop, httptools with a time limit on headers, our own access log."""
    return {
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": TimedProtocol,
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": 20,
        "timeout_graceful_shutdown": 30,
    }


def server_config(app: FastAPI, settings: Settings) -> Config:
    """The application and how uvicorn runs it, for one process."""
    return Config(app, **server_options(settings))


def serve(settings: Settings) -> None:
    """Serve until told to stop (SIGINT, SIGTERM), then close what was opened. Raises what `build_services` raises.

    uvicorn finishes the requests in hand and then delivers the signal again; by default SIGTERM would end the process
    there and leave the embedded servers behind. With more than one worker, `api.serving` runs them.
    """
    from api.bootstrap import build_services

    require_loopback_if_open(settings)
    configure(settings.log_format)
    take_short_turns()
    signal(SIGTERM, default_int_handler)
    if settings.workers > 1:
        from api.serving import serve_many

        with suppress(KeyboardInterrupt):
            serve_many(settings)
        return
    with suppress(KeyboardInterrupt), build_services(settings) as services, attended_jobs(settings):
        app = create_app(services)
        if settings.console:
            from api.console.mounting import attach  # NiceGUI: only where the console is served

            attach(app)
        Server(server_config(app, settings)).run()
