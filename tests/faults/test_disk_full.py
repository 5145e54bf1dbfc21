"""The disk fills up: writes are answered with 507, reads go on, and all is well again once there is room.

On a small file system in memory, which only a superuser may mount; elsewhere the test is skipped with the reason.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from tests.faults.checking import assert_index_is_sql, in_sql, settings_of, with_catalogue
from tests.faults.ledgers import Ledger, found
from tests.faults.victims import Victim

SIZE_MB = 64
_MERGING = {"RONGTONG_MERGE_ROWS": "60"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of `SIZE_MB` MB."""
    mount = shutil.which("mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)]
    if mount is None or os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small file system can only be mounted by a superuser who may mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 65536):
                pass
        except OSError:
            pass
    return filler


def written_until_full(ledger: Ledger, client: httpx.Client) -> httpx.Response:
    """Write until the answer is not 200; the rest of the database's own pages must be used up first."""
    for _ in range(200):
        answer = ledger.write(client)
        if answer.status_code != 200:
            return answer
    raise AssertionError("the disk never filled up")


def test_writes_are_refused_reads_go_on_and_room_heals(small_disk: Path) -> None:
    data, ledger = with_catalogue(small_disk / "data"), Ledger(Random(3))
    victim = Victim(data)
    try:
        assert victim.ready(), victim.said()
        for _ in range(3):
            ledger.write(victim.client).raise_for_status()
        filler = fill(small_disk)
        refused = written_until_full(ledger, victim.client)
        assert (refused.status_code, refused.json()["code"]) == (507, "insufficient_storage")
        assert found(victim.client) == in_sql(settings_of(data))
        matched = victim.client.post("/v1/matches", json={"text": "体外诊断企业融资", "limit": 3})
        assert (matched.status_code, len(matched.json()["matches"])) == (200, 3)
        filler.unlink()
        ledger.write(victim.client).raise_for_status()
        ledger.settle(in_sql(settings_of(data)))
        assert found(victim.client) == in_sql(settings_of(data))
    finally:
        victim.kill()
    assert_index_is_sql(settings_of(data))


def test_a_merge_without_room_fails_cleanly(small_disk: Path) -> None:
    data, ledger = small_disk / "data", Ledger(Random(4))
    victim = Victim(data, _MERGING)
    try:
        assert victim.ready(), victim.said()
        before = snapshots(data)
        filler = small_disk / "filler"
        filler.write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - 1_500_000))
        for _ in range(3):
            ledger.write(victim.client).raise_for_status()
        ended = merge_ended(victim)
        assert '"status": 0' not in ended, ended
        assert found(victim.client) == in_sql(settings_of(data))
        assert snapshots(data) == before
        filler.unlink()
        ledger.write(victim.client).raise_for_status()
        ledger.settle(in_sql(settings_of(data)))
    finally:
        victim.kill()
    assert_index_is_sql(settings_of(data))


def snapshots(data: Path) -> set[str]:
    return {folder.name for folder in (data / "snapshot").glob("snapshot-*")}


def merge_ended(victim: Victim) -> str:
    """The log line that tells how a merge ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lines = victim.log.read_text(encoding="utf-8").splitlines()
        if ended := [line for line in lines if "index.merge_ended" in line]:
            return ended[0]
        time.sleep(0.1)
    raise AssertionError(victim.said())
