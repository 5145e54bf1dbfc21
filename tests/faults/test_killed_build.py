"""A build in a child process is killed: the service says that it is not ready, matches go on, the next build is whole.

Some thousand parties are needed for a child to be used, so that this is part of the long form alone.
"""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import psutil
import pytest

from api.party_index import IndexRules
from api.store.store import open_store
from tests.benchmarks.filling import fill
from tests.faults.checking import settings_of, with_catalogue
from tests.faults.ledgers import VIEWER, Ledger
from tests.faults.victims import KILLS, SHORT_KILLS, Victim

ROWS = IndexRules().inline_rows + 1_000


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with enough parties and an index that knows none of them."""
    data = with_catalogue(tmp_path_factory.mktemp("filled") / "data")
    fill(settings_of(data), ROWS)
    return data


@pytest.mark.skipif(KILLS <= SHORT_KILLS, reason="of the long form (make faults)")
@pytest.mark.parametrize("point", ["build.between_files:2", "build.before_pointer", "build.after_pointer"])
def test_a_build_that_is_killed_is_done_again(point: str, filled: Path) -> None:
    data = filled
    (data / "snapshot" / "current").unlink(missing_ok=True)
    victim = Victim(data, crash_at=point)
    try:
        assert victim.answers("/healthz"), victim.said()
        until(lambda: "index.step_failed" in victim.said() or ready(victim))
        matched = victim.client.post("/v1/matches", json={"text": "体外诊断企业融资", "limit": 3})
        assert (matched.status_code, len(matched.json()["matches"])) == (200, 3)
    finally:
        children = psutil.Process(victim._process.pid).children(recursive=True)
        victim.kill()
    psutil.wait_procs(children, timeout=30)
    assert not [child for child in children if child.is_running()], "a build outlived its service"
    survivor, ledger = Victim(data), Ledger(Random(8))
    try:
        assert survivor.ready(120), survivor.said()
        ledger.write(survivor.client).raise_for_status()
        where = {"field": "headcount", "operator": "ge", "value": 1}
        answer = survivor.client.post("/v1/parties/search", json={"where": where, "limit": 1})
        assert answer.json()["considered"] == with_known_staff(data)
    finally:
        survivor.kill()


def ready(victim: Victim) -> bool:
    return victim.client.get("/readyz").status_code == 200


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


def with_known_staff(data: Path) -> int:
    """How many parties SQL knows the staff of."""
    with closing(open_store(settings_of(data).store_url)) as store:
        return sum("headcount" in party.values for batch in store.parties.iterate(VIEWER) for _, party in batch)
