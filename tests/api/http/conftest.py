"""The service over a fake, called in process or through a real server on a loopback port."""

import socket
import threading
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvicorn
from fastapi.testclient import TestClient
from structlog.testing import capture_logs
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.main import create_app, server_config
from api.transport.bodies import BodyLimits
from tests.fakes.services import FakeServices, fake_services

LIMITS = BodyLimits(size=1024 * 1024, paths={"/v1/imports": 4 * 1024 * 1024}, idle=0.5, total=2.5, drain=5.0)


@pytest.fixture
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged while a test runs."""
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as entries:
        yield entries


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    return fake_services(tmp_path / "data")


@pytest.fixture
def client(services: FakeServices, logs: list[MutableMapping[str, Any]]) -> Iterator[TestClient]:
    with TestClient(create_app(services, warming=False), raise_server_exceptions=True) as client:
        yield client


@contextmanager
def serving(services: FakeServices, *, protocol: type | None = None) -> Iterator[tuple[str, int]]:
    """Run a real server in a thread; gives its host and port."""
    app = create_app(services, limits=LIMITS)
    config = server_config(app, services.settings.model_copy(update={"port": 0}))
    if protocol is not None:
        config.http = protocol
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    try:
        yield listening.getsockname()[:2]
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listening.close()
        assert not thread.is_alive()


@pytest.fixture(scope="module", params=["httptools", "h11"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A server on each of uvicorn's two parsers: they differ in what they let through."""
    services = fake_services(tmp_path_factory.mktemp("served") / "data")
    with serving(services, protocol=H11Protocol if request.param == "h11" else None) as address:
        yield address
