"""kill -9 at every named point and at any time: what was acknowledged stays, nothing is half there, the index is SQL.

25 kills by default; RONGTONG_FAULTS_KILLS=200 for more, RONGTONG_FAULTS_SEED for others.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Timer
from typing import get_args

import httpx
import pytest

from api.crash_points import CrashPoint
from tests.faults.checking import assert_index_is_sql, in_sql, settings_of
from tests.faults.ledgers import Ledger, found
from tests.faults.victims import KILLS, STRICT, Victim

SEED = int(os.environ.get("RONGTONG_FAULTS_SEED", "20261122"))
CHAINS = 2
STEPS = ("upsert", "apply", "build", "merge")
POINTS = tuple(point for point in get_args(CrashPoint) if point.startswith(STEPS))
ANY_TIME = "any time"
MERGING = {"RONGTONG_MERGE_ROWS": "60"}
COMPARED_EACH = 4
PASSED_SECONDS = 30.0 if STRICT else 300.0
"""How long a point may take to be passed; a merge runs at low priority."""


def plan(chain: int) -> list[str]:
    """Where to kill, in what order: each point once over the chains, then points and moments by chance."""
    chance = Random(SEED)
    order = [*POINTS, ANY_TIME]
    chance.shuffle(order)
    cheap = [point for point in (*POINTS, ANY_TIME, ANY_TIME) if not point.startswith("merge")]
    order += [chance.choice(POINTS if number % 5 == 0 else cheap) for number in range(KILLS - len(order))]
    return order[chain:KILLS:CHAINS]


@pytest.mark.parametrize("chain", range(CHAINS))
def test_nothing_that_was_promised_is_lost(chain: int, tmp_path: Path) -> None:
    data, chance = tmp_path / "data", Random(SEED + chain)
    ledger = Ledger(chance)
    for number, point in enumerate(plan(chain)):
        killed_at(point, data, ledger, chance)
        ledger.settle(in_sql(settings_of(data)) if data.exists() else {})
        if number % COMPARED_EACH == COMPARED_EACH - 1:
            assert_index_is_sql(settings_of(data))
    survivor = Victim(data)
    try:
        assert survivor.ready(), survivor.said()
        assert found(survivor.client) == in_sql(settings_of(data))
    finally:
        survivor.kill()
    assert_index_is_sql(settings_of(data))


def killed_at(point: str, data: Path, ledger: Ledger, chance: Random) -> None:
    """Run a server until it is killed at the point; the state that it finds is judged first."""
    if point.startswith("build"):
        (data / "snapshot" / "current").unlink(missing_ok=True)
    passing = chance.randint(1, 4) if point.startswith(("upsert", "apply")) or "between" in point else 1
    crash_at = "" if point == ANY_TIME else f"{point}:{passing}"
    victim = Victim(data, MERGING, crash_at=crash_at)
    try:
        if victim.ready():
            assert found(victim.client) == in_sql(settings_of(data))
            dying(victim, point, ledger, chance)
    except httpx.TransportError:
        pass  # it died while it was asked: that is the test
    finally:
        if victim.alive:
            victim.kill()
        victim.gone()


def dying(victim: Victim, point: str, ledger: Ledger, chance: Random) -> None:
    """Write until the server dies, is killed at some moment, or its merging child was killed."""
    moment = Timer(chance.uniform(0.0, 0.6), victim._process.kill)
    if point == ANY_TIME:
        moment.start()
    for _ in batches(victim, point):
        ledger.write(victim.client).raise_for_status()
    moment.cancel()


def batches(victim: Victim, point: str) -> Iterator[int]:
    """Turns to write: for a merge a few, then what it takes until the merging child is gone; else until the death."""
    deadline = time.monotonic() + PASSED_SECONDS
    number = 0
    while victim.alive and time.monotonic() < deadline:
        if point.startswith("merge") and number >= 3:
            if "merge_ended" in victim.log.read_text(encoding="utf-8"):
                victim.log.write_text("", encoding="utf-8")
                return
            time.sleep(0.05)
            continue
        yield number
        number += 1
    assert not victim.alive, f"{point} was never passed; the log ends:\n{victim.said()}"
