"""What a question costs against 20,000 offers over HTTP: full eligibility, reasons and gaps, one client and eight.

    python -m tests.benchmarks.offers [--offers 20000] [--seconds 15] [--workers 2]

Offers are the built-in catalogue varied (`many_offers`, synthetic, fixed seed), written to a real store and served by
`rongtong serve`; seekers are the golden questions and the stored parties of the synthetic world. Clients share the
cores with the server. Beside them stands raw FAISS (encode a question, search so many vectors) in the same run.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import faiss
import numpy as np
import yaml

from api.bootstrap import build_services
from api.initialising import initialise
from api.settings import Settings
from embeddings.encoder import load_encoder
from tests.benchmarks.many_offers import varied_offers
from tests.benchmarks.report import table

QUESTIONS = Path(__file__).parents[1] / "quality" / "golden_questions.yaml"
RONGTONG = Path(sys.executable).with_name("rongtong")
PARTIES = 60
CLIENTS = 8
_WAIT_SECONDS = 300


def main() -> None:
    """Build the world in a folder that is thrown away, measure, print one table."""
    parser = argparse.ArgumentParser()
    for name, default in (("offers", 20_000), ("seconds", 15), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        bodies = prepared(Path(folder), options.offers)
        with server(Path(folder), 1) as (port, process):
            before = processor_ms(process)
            alone = asked(port, bodies, options.seconds)
            each = (processor_ms(process) - before) / (len(alone) + len(bodies))
        raw = raw_faiss(options.offers, options.seconds / 3)
        with server(Path(folder), options.workers) as (port, process):
            together, rate = asked_by_many(port, bodies, options.seconds)
    rows = [
        ("processor time of the server a question (ms)", f"{each:.1f}"),
        ("one client, one worker: p50 (ms)", f"{np.percentile(alone, 50):.1f}"),
        ("one client, one worker: p99 (ms)", f"{np.percentile(alone, 99):.1f}"),
        (f"{CLIENTS} clients, {options.workers} workers: requests a second", f"{rate:.0f}"),
        (f"{CLIENTS} clients, {options.workers} workers: p50 (ms)", f"{np.percentile(together, 50):.1f}"),
        (f"{CLIENTS} clients, {options.workers} workers: p99 (ms)", f"{np.percentile(together, 99):.1f}"),
        ("raw FAISS, encode and search: p50 (ms)", f"{np.percentile(raw, 50):.2f}"),
        ("ratio of p50 at one client to raw FAISS", f"{np.percentile(alone, 50) / np.percentile(raw, 50):.1f}"),
    ]
    print(table(("POST /v1/matches", f"{options.offers} offers"), rows))


def prepared(folder: Path, count: int) -> list[bytes]:
    """Fill the store; give the bodies of the questions that are asked, in turn of words and of a stored party."""
    with build_services(Settings(data=folder, redis_url=None)) as services:
        initialise(services, demo=True)
        services.store.offers.upsert_many(services.viewer, varied_offers(count, tenant=services.viewer.tenant))
        batches = services.store.parties.iterate(services.viewer)
        parties = [party.id for batch in batches for _, party in batch][:PARTIES]
    texts = [item["ask"] for item in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["questions"]]
    pairs = zip(texts, cycle(parties), strict=False)
    asked_for = [{"text": text} if words else {"party_id": party} for text, party in pairs for words in (True, False)]
    return [json.dumps(body | {"limit": 10}).encode() for body in asked_for]


@contextmanager
def server(folder: Path, workers: int) -> Iterator[tuple[int, int]]:
    """A real server on the data folder, its offers loaded in every worker; gives its port and its process."""
    port = free_port()
    command = [str(RONGTONG), "--data", str(folder), "serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, workers)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def processor_ms(process: int) -> float:
    """Processor time that a process has used so far, in ms."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, workers: int) -> None:
    """Wait until questions over connections of their own have been answered quickly several times for each worker."""
    body, quick, ends = json.dumps({"text": "企业贷款", "limit": 1}).encode(), 0, perf_counter() + _WAIT_SECONDS
    while quick < 8 * workers:
        if perf_counter() > ends:
            raise TimeoutError(f"no server on port {port}")
        started = perf_counter()
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=_WAIT_SECONDS)) as connection:
                post(connection, body)
            quick = quick + 1 if perf_counter() - started < 1 else 0
        except OSError:
            sleep(0.2)


def post(connection: HTTPConnection, body: bytes) -> float:
    """Ask one question; gives the milliseconds until its answer was read."""
    started = perf_counter()
    connection.request("POST", "/v1/matches", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    read = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {read[:300]!r}")
    return (perf_counter() - started) * 1000


def asked(port: int, bodies: list[bytes], seconds: float, first: int = 0) -> list[float]:
    """Milliseconds of each question of one client over one connection, after a round that is not counted."""
    taken: list[float] = []
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for body in islice(cycle(bodies), first, first + len(bodies)):
            post(connection, body)
        ends = perf_counter() + seconds
        for body in islice(cycle(bodies), first, None):
            if perf_counter() > ends:
                return taken
            taken.append(post(connection, body))
    return taken


def asked_by_many(port: int, bodies: list[bytes], seconds: float) -> tuple[list[float], float]:
    """Milliseconds of each question of several clients at once, and how many they were answered a second."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(lambda first: asked(port, bodies, seconds, first), range(0, 16 * CLIENTS, 16)))
    return [one for taken in found for one in taken], sum(map(len, found)) / seconds


def raw_faiss(count: int, seconds: float) -> list[float]:
    """Milliseconds of encoding a question and searching so many random unit vectors with FAISS alone."""
    encoder = load_encoder()
    vectors = np.random.default_rng(1).standard_normal((count, encoder.dimension), dtype=np.float32)
    faiss.omp_set_num_threads(1)  # as the server has it: its threads would wait for cores longer than they work
    index = faiss.IndexFlatIP(encoder.dimension)
    index.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    texts = [item["ask"] for item in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["questions"]]
    taken: list[float] = []
    ends = perf_counter() + seconds
    for text in cycle(texts):
        started = perf_counter()
        index.search(encoder.encode_queries([text]), 10)
        taken.append((perf_counter() - started) * 1000)
        if started > ends:
            break
    return taken


if __name__ == "__main__":
    main()
