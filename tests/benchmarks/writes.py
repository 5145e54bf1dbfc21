"""What a stream of writes costs the queries beside it: synthetic enterprises through a real server's bulk endpoint.

    python -m tests.benchmarks.writes            # 60 s at 2,000 a second over 20,000 enterprises
    python -m tests.benchmarks.writes --short    # 5 s over 2,000, for a look

The writer's pace needs two free cores; on a busy machine only the CPU figures and the check of losses mean something.
In one run, each phase as long as the next: queries alone, queries beside one writer, queries alone again over what was
written; then every acknowledged enterprise is looked for in SQL and in the index. Two query clients, of matches and of
prospects, ask at a fixed pace, as a platform's users do, each one question after the other: back to back they would
fill two cores without any writer. What counts is p99 beside the writer to p99 before it; compare the ratios, not the
milliseconds of two machines.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np
import orjson

from api.access.viewers import Viewer
from api.exchange.documents import party_document
from api.settings import Settings
from api.store.store import open_store
from tests.benchmarks.world import chunks, party

RONGTONG = Path(sys.executable).with_name("rongtong")
BATCH = 1_000
QUESTION = "我们做体外诊断试剂，成立3年，有12项发明专利，没有房产抵押，想贷款300万"
OFFER = "fund.kunshan-angel"
PACE = {"matches": 5.0, "prospects": 1.0}
"""Queries a second of each client: 10 offers for a text, 100 explained enterprises for an offer."""


@dataclass
class Load:
    """Seconds of each answer by kind of query, answers that were not 200, and the server's CPU seconds meanwhile."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PACE})
    wrong: int = 0
    cpu: float = 0.0

    @property
    def count(self) -> int:
        """How many answers there were."""
        return sum(map(len, self.seconds.values()))


@dataclass
class Sent:
    """What the writer sent and was told was written."""

    acknowledged: list[str] = field(default_factory=list)
    batches: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    late: float = 0.0


def main(seconds: float, rate: int, before: int, workers: int) -> None:
    """Measure once, in a folder that is thrown away."""
    with TemporaryDirectory(prefix="rongtong-writes-") as folder:
        data = Path(folder)
        subprocess.run([RONGTONG, "--data", data, "init"], check=True, stdout=subprocess.DEVNULL)
        ready = bodies(before + int(rate * seconds))
        with server(data, workers) as (address, process), httpx.Client(base_url=address, timeout=60) as client:
            first = write(client, ready[: before // BATCH], rate=None)
            alone = queried(address, process.pid, lambda: time.sleep(seconds))
            sent = Sent()
            beside = queried(address, process.pid, lambda: paced(client, ready[before // BATCH :], rate, sent))
            after = queried(address, process.pid, lambda: time.sleep(seconds))
            expected = {*first.acknowledged, *sent.acknowledged}
            searched = found(client, expected)
        stored = in_sql(data)
    report(sent, alone, beside, after)
    print(
        f"| acknowledged; of them missing in SQL; missing in the index | {len(expected)}; {len(expected - stored)};"
        f" {searched} |"
    )
    wrong = alone.wrong + beside.wrong + after.wrong
    print(f"| answers other than 200 | {wrong} |")
    if expected - stored or searched or wrong:
        raise SystemExit("writes were lost or queries failed")


def bodies(count: int) -> list[tuple[bytes, list[str]]]:
    """Requests made beforehand, so that the writer costs little while it is timed."""
    made = []
    for frame in chunks(count):
        for start in range(0, len(frame), BATCH):
            rows = [party(row, "local") for row in frame.slice(start, BATCH).iter_rows(named=True)]
            documents = [bare(party_document(row)) for row in rows]
            made.append((orjson.dumps({"parties": documents}), [row.id for row in rows]))
    return made[: count // BATCH]


def bare(document: dict[str, Any]) -> dict[str, Any]:
    """A party with bare values: how a platform sends its register."""
    return document | {"facts": {code: fact["value"] for code, fact in document["facts"].items()}}


def write(
    client: httpx.Client, batches: list[tuple[bytes, list[str]]], rate: int | None, sent: Sent | None = None
) -> Sent:
    """Post batches one after another, at most `rate` enterprises a second."""
    sent = sent or Sent()
    started = time.perf_counter()
    for number, (body, ids) in enumerate(batches):
        due = started + number * BATCH / rate if rate else started
        time.sleep(max(0.0, due - time.perf_counter()))
        sent.late = max(sent.late, time.perf_counter() - due) if rate else 0.0
        begun = time.perf_counter()
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{started}-{number}"}
        answer = client.post("/v1/parties/bulk", content=body, headers=headers).raise_for_status().json()
        if answer["counts"]["new"] != BATCH:
            raise SystemExit(f"a batch was not written as new: {answer['counts']}, {answer['refused'][:1]}")
        sent.batches.append(time.perf_counter() - begun)
        sent.acknowledged += ids
    sent.elapsed = time.perf_counter() - started
    return sent


def paced(client: httpx.Client, batches: list[tuple[bytes, list[str]]], rate: int, sent: Sent) -> None:
    """Post at the pace that was asked for."""
    write(client, batches, rate, sent)


def queried(address: str, server: int, work: Callable[[], None]) -> Load:
    """Ask both kinds of query until `work` is done."""
    load, done, before = Load(), threading.Event(), cpu_seconds(server)
    clients = [threading.Thread(target=ask, args=(address, kind, load, done)) for kind in PACE]
    for client in clients:
        client.start()
    try:
        work()
    finally:
        done.set()
        for client in clients:
            client.join()
    load.cpu = cpu_seconds(server) - before
    return load


def ask(address: str, kind: str, load: Load, done: threading.Event) -> None:
    """One client: asks at its pace, and at once where the answer before came late."""
    body = {"text": QUESTION, "limit": 10} if kind == "matches" else {"offer_id": OFFER, "limit": 100}
    with httpx.Client(base_url=address, timeout=60) as client:
        due = time.perf_counter()
        while not done.is_set():
            time.sleep(max(0.0, due - time.perf_counter()))
            begun = time.perf_counter()
            load.wrong += client.post(f"/v1/{kind}", json=body).status_code != 200
            load.seconds[kind].append(time.perf_counter() - begun)
            due += 1 / PACE[kind]
            due = max(due, time.perf_counter())


def found(client: httpx.Client, ids: set[str]) -> int:
    """How many of the parties the index does not hold: a search without a condition considers every one of them."""
    listed = client.post("/v1/parties/search", json={"text": "设备", "limit": 1}).raise_for_status().json()
    return len(ids) - int(listed["considered"])


def in_sql(data: Path) -> set[str]:
    """Every id in the store."""
    store = open_store(Settings.load(data=data).store_url)
    try:
        return {party.id for batch in store.parties.iterate(Viewer()) for _, party in batch}
    finally:
        store.close()


def report(sent: Sent, alone: Load, beside: Load, after: Load) -> None:
    """Print the table."""
    print("| measured | figure |\n|---|---|")
    rows = len(sent.acknowledged)
    print(f"| enterprises written a second, over {sent.elapsed:.0f} s | {rows / sent.elapsed:.0f} |")
    print(f"| a batch of {BATCH}: p50, p99, most late (ms) | {quantiles(sent.batches)}, {sent.late * 1000:.0f} |")
    queries = (alone.cpu + after.cpu) / (alone.count + after.count)
    own = beside.cpu - beside.count * queries
    print(
        f"| server CPU a query alone; a written enterprise, index included (ms) | {queries * 1000:.1f};"
        f" {own / rows * 1000:.3f} |"
    )
    for kind, pace in PACE.items():
        print(f"| {kind} asked a second, one after another | {pace:.0f} |")
        for name, load in (("alone before", alone), ("beside the writer", beside), ("alone after", after)):
            print(f"| {kind} {name}: p50, p99 (ms), n | {quantiles(load.seconds[kind])}, {len(load.seconds[kind])} |")
        ratio = p99(beside.seconds[kind]) / p99(alone.seconds[kind])
        print(f"| {kind}: p99 beside the writer to p99 before | {ratio:.2f} |")


def quantiles(seconds: list[float]) -> str:
    """Median and p99 in ms."""
    return f"{np.percentile(seconds, 50) * 1000:.1f}, {p99(seconds) * 1000:.1f}"


def p99(seconds: list[float]) -> float:
    """The 99th percentile in seconds."""
    return float(np.percentile(seconds, 99))


def cpu_seconds(process: int) -> float:
    """CPU seconds of a process and of the workers that live."""
    workers = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return sum(_spent(pid) for pid in (str(process), *workers))


def _spent(process: str) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(data: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A real server on the folder, ready, on a port of its own."""
    port = free_port()
    command = [str(RONGTONG), "--data", str(data), "serve", "--port", str(port), "--workers", str(workers)]
    log = (data / "server.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/readyz", process)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=60)
        log.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server is ready; gives up when it ends or after two minutes."""
    for _ in range(1200):
        if process.poll() is not None:
            break
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server did not become ready")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--before", type=int)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    main(
        given.seconds or (5 if given.short else 60),
        given.rate,
        given.before or (2_000 if given.short else 20_000),
        given.workers,
    )
