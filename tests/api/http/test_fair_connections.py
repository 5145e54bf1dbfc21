"""Connections of one port are dealt out evenly over its workers, at once and after one was killed."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from api.transport import shares as sharing
from api.transport.shares import SHARES_FILE, Shares, shares_of
from tests.api.http.test_http_serve import free_port

CLIENTS = 8
PATIENCE = 120.0
SERVE = """
import sys, uvicorn
from api.transport.connections import TimedProtocol
from api.transport.shares import shares_of
with shares_of(2):
    uvicorn.run("tests.api.http.fair_app:app", port=int(sys.argv[1]), workers=2, lifespan="off", log_level="error",
                http=TimedProtocol, loop="api.transport.fair_loop:FairLoop")
"""


def asked(connection: HTTPConnection) -> int:
    """The process that answers."""
    connection.request("GET", "/")
    return int(connection.getresponse().read())


def answering(port: int) -> int:
    """The process that answers a connection of its own, 0 where none does."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            return asked(connection)
        except OSError:
            return 0


def both_answer(port: int, *, but: int = 0) -> None:
    """Wait until two workers answer, neither of them `but`."""
    deadline, seen = time.monotonic() + PATIENCE, set[int]()
    while len(seen) < 2:
        assert time.monotonic() < deadline, "not in time"
        seen |= {answering(port)} - {0, but}
        time.sleep(0.02)


@pytest.fixture
def port() -> Iterator[int]:
    chosen = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(chosen)], cwd=Path(__file__).parents[3])
    try:
        both_answer(chosen)
        yield chosen
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0


def dealt(clients: list[HTTPConnection]) -> Counter[int]:
    """How many clients each worker answers, once who is told to go elsewhere has come again."""
    for _ in range(2 * len(clients)):
        held = Counter(asked(client) for client in clients)
    return held


def is_even(held: Counter[int]) -> bool:
    return len(held) == 2 and max(held.values()) - min(held.values()) <= 2


def test_clients_that_come_together_are_dealt_out_evenly_and_again_when_a_worker_was_killed(port: int) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(HTTPConnection("127.0.0.1", port, timeout=20))) for _ in range(CLIENTS)]
        for client in clients:
            client.connect()
        held = dealt(clients)
        assert is_even(held)
        assert dealt(clients) == held, "nobody is sent away any more"
        killed = min(held)
        os.kill(killed, signal.SIGKILL)
        for client in clients:  # all come to the one that is left, before or after it is joined by another
            client.close()
            client.connect()
        both_answer(port, but=killed)
        assert is_even(dealt(clients))


def test_a_worker_not_heard_of_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(sharing, "monotonic", lambda: now[0])
    with shares_of(2):
        path = Path(os.environ[SHARES_FILE])
        one, other = Shares(path), Shares(path)
        one.holds([1, 2, 3])
        assert (one.is_least(), other.is_least()) == (False, True)
        assert (one.is_too_many(), other.is_too_many()) == (True, False)
        one.going(1)
        assert not one.is_too_many(), "one is on its way already"
        other.coming(2)
        assert other.is_least()
        other.coming(2)
        assert not other.is_least()
        now[0] += sharing.FRESH_SECONDS
        one.beat()
        assert one.is_least()
        other.beat()
        other.holds(())
        other.coming(-4)
        assert not one.is_least()
    assert SHARES_FILE not in os.environ


def test_a_worker_that_loads_leaves_connections_to_one_that_can_answer() -> None:
    with shares_of(2):
        path, loaded = Path(os.environ[SHARES_FILE]), list[int]()
        one, other = Shares(path), Shares(path)
        other.ready_when(lambda: bool(loaded))
        assert not one.must_wait(), "nobody can answer: whoever is asked says so"
        assert not other.must_wait()
        one.ready_when(lambda: True)
        one.holds([1, 2, 3])
        assert (one.must_wait(), other.must_wait()) == (False, True)
        assert one.is_least(), "the other holds none, and cannot answer"
        assert other.is_too_many(), "what came before is sent on"
        loaded.append(1)
        other.beat()
        assert not other.must_wait()
        assert not one.is_least()


def test_the_row_of_a_process_that_is_gone_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with shares_of(1):
        path = Path(os.environ[SHARES_FILE])
        gone = subprocess.Popen(["true"])
        gone.wait()
        monkeypatch.setattr(sharing.os, "getpid", lambda: gone.pid)
        rows = [Shares(path)._own for _ in range(6)]
        assert len(set(rows)) <= 4
        monkeypatch.undo()
        mine = [Shares(path)._own for _ in range(4)]
        assert sorted(mine) == sorted(range(0, 16, 4))
