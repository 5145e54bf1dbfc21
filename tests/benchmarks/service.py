"""The service as a whole (整体测量): built from SQL, started, asked over HTTP, with one process and with several.

    python -m tests.benchmarks.service [--rows 100000] [--workers 2] [--folder F] [--write]

The database is filled with synthetic enterprises first, unless the folder holds them already; that is not measured.
"""

import argparse
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTTIN
from tempfile import gettempdir

import httpx
import numpy as np
import psutil

from api.settings import Settings
from tests.benchmarks.filling import fill
from tests.benchmarks.report import table, write_section

RONGTONG = Path(sys.executable).with_name("rongtong")
OFFERS = ("loan.kepu-yidai", "loan.zhuanli-dai", "fund.kunshan-angel", "loan.gaoqi-dai")
TEXTS = ("体外诊断试剂研发和生产", "工业机器人和智能装备", "光伏逆变器和储能系统", "工业软件和解决方案")
WHERE = {
    "all": [
        {"field": "region", "operator": "under", "value": ["3205"]},
        {"field": "founded_on", "operator": "ge", "value": "2012-01-01"},
        {"field": "headcount", "operator": "ge", "value": 10},
    ]
}
_READY_SECONDS = 900.0


def main() -> None:
    """Measure, print, and write the section where that is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--times", type=int, default=5, help="how often each question is asked")
    parser.add_argument("--folder", type=Path, default=Path(gettempdir()) / "rongtong-benchmarks")
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    options = parser.parse_args()
    data = (options.folder / f"data-{options.rows}").resolve()
    rows = [*built(data, options.rows), *alone(data, options.times), *several(data, options.workers)]
    body = table(["measured", "figure"], rows)
    print(body)
    if options.write:
        write_section(
            f"service-{options.rows}", f"The service as a whole, {options.rows:,} synthetic enterprises", body
        )


def built(data: Path, rows: int) -> Iterator[tuple[str, str]]:
    """Put the offers in, fill the database, build the snapshot."""
    if not data.exists():
        rongtong(data, "init")
    fill(Settings.load(data=data), rows)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = rongtong(data, "index", "build")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    yield "snapshot built from SQL, encoding included", f"{seconds:.1f} s ({spent:.1f} s of processor)"
    size = sum(file.stat().st_size for file in (data / "snapshot").rglob("*") if file.is_file())
    yield "snapshot on disk", f"{size / 2**20:.0f} MB"


def alone(data: Path, times: int) -> Iterator[tuple[str, str]]:
    """One process: its start, its memory, its answers."""
    with server(data, 1) as (client, process, seconds):
        yield "start with a ready snapshot, to /readyz", f"{seconds:.2f} s"
        asked = (
            ("POST /v1/prospects, the best 100", prospects(100)),
            ("POST /v1/prospects, the best 1,000", prospects(1000)),
            ("POST /v1/parties/search by text, 100", searched(100, None)),
            ("POST /v1/parties/search by text among three conditions, 1,000", searched(1000, WHERE)),
            ("POST /v1/matches, the best 10", matches()),
        )
        for name, bodies in asked:
            yield name, timed(client, bodies, times)
        memory = psutil.Process(process.pid).memory_full_info()
        yield (
            "memory of the process after that",
            (f"{memory.rss / 2**20:.0f} MB resident (mapped files included), {memory.uss / 2**20:.0f} MB its own"),
        )


def several(data: Path, workers: int) -> Iterator[tuple[str, str]]:
    """Several processes on one port: what each takes."""
    with server(data, workers) as (client, process, seconds):
        yield f"start of {workers} workers, to /readyz", f"{seconds:.2f} s"
        _ask_all(client, workers)
        for place, child in enumerate(_serving(process.pid), 1):
            memory = child.memory_full_info()
            yield (
                f"memory of worker {place}",
                (
                    f"{memory.pss / 2**20:.0f} MB its share (Pss), {memory.uss / 2**20:.0f} MB its own, "
                    f"{memory.rss / 2**20:.0f} MB resident"
                ),
            )
        before = _shares(process.pid)
        process.send_signal(SIGTTIN)  # the supervisor starts one worker more
        while len(_serving(process.pid)) <= workers or not _ready(client):
            time.sleep(0.5)
        _ask_all(client, workers + 1)
        grown = _shares(process.pid) - before
        yield "memory that one worker more takes", f"{grown / 2**20:.0f} MB (growth of the shares, Pss, of all)"


def _ask_all(client: httpx.Client, workers: int) -> None:
    """Questions of each kind, each on a connection of its own, so that every worker gets some."""
    for path, body in [*prospects(100), *searched(100, None), *matches()] * 2 * workers:
        client.post(path, json=body, headers={"Connection": "close"}).raise_for_status()


def _serving(supervisor: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(supervisor).children(recursive=True) if _serves(child)]


def _shares(supervisor: int) -> int:
    """The memory of a service, in bytes: each process's own and its share of what it has in common with others."""
    parent = psutil.Process(supervisor)
    return sum(int(one.memory_full_info().pss) for one in (parent, *parent.children(recursive=True)))


def _serves(process: psutil.Process) -> bool:
    """A worker: it holds the files of the snapshot."""
    return any("snapshot" in mapped.path for mapped in process.memory_maps())


def rongtong(data: Path, *arguments: str) -> float:
    """Run a command on the data folder; gives the seconds that it took."""
    started = time.perf_counter()
    subprocess.run([RONGTONG, "--data", data, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


@contextmanager
def server(data: Path, workers: int) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]", float]]:
    """A real server, ready: a client, its process, the seconds to its first /readyz."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [RONGTONG, "--data", data, "serve", "--port", str(port), "--workers", str(workers)]
    started = time.perf_counter()
    with (data / "server.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
            while not _ready(client):
                if process.poll() is not None or time.perf_counter() - started > _READY_SECONDS:
                    raise SystemExit(f"the server did not become ready; see {data / 'server.log'}")
                time.sleep(0.01)
            yield client, process, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(timeout=60)


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz", headers={"Connection": "close"}).status_code == 200
    except httpx.TransportError:
        return False


Bodies = list[tuple[str, dict[str, object]]]


def prospects(limit: int) -> Bodies:
    """Lists for some offers."""
    return [("/v1/prospects", {"offer_id": offer, "limit": limit}) for offer in OFFERS]


def searched(limit: int, where: dict[str, object] | None) -> Bodies:
    """Searches of the library."""
    return [
        ("/v1/parties/search", {"text": text, "limit": limit} | ({} if where is None else {"where": where}))
        for text in TEXTS
    ]


def matches() -> Bodies:
    """Questions of enterprises."""
    return [("/v1/matches", {"text": f"{text}，需要融资500万元", "limit": 10}) for text in TEXTS]


def timed(client: httpx.Client, bodies: Bodies, times: int) -> str:
    """The median and the longest of so many rounds, after one that is not counted."""
    taken: list[float] = []
    for number in range(times + 1):
        for path, body in bodies:
            started = time.perf_counter()
            client.post(path, json=body).raise_for_status()
            if number:
                taken.append((time.perf_counter() - started) * 1000)
    return f"p50 {np.percentile(taken, 50):.1f} ms, longest {max(taken):.1f} ms of {len(taken)}"


if __name__ == "__main__":
    main()
