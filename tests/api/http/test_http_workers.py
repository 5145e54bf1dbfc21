"""`serve` with several workers: one port, one truth, a dead worker replaced, nothing left when it is told to stop."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import URLError

import psutil
import pytest

from tests.api.http.test_http_serve import SERVE, free_port

PATIENCE = 240.0
"""Seconds until a test on a busy machine gives up."""


class Served:
    """A running service on a port, and how to ask it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Over a connection of its own, so that any worker may answer."""
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, None
        except (URLError, ConnectionError):
            return 0, None

    def fork_servers(self) -> list[psutil.Process]:
        """The processes that workers are forked from: one, unless it was killed a moment ago."""
        return [child for child in self._children(self.process.pid) if "multiprocessing.forkserver" in _command(child)]

    def workers(self) -> set[int]:
        """The processes that answer requests."""
        return {child.pid for server in self.fork_servers() for child in self._children(server.pid)}

    @staticmethod
    def _children(process: int) -> list[psutil.Process]:
        try:
            return list(psutil.Process(process).children())
        except psutil.NoSuchProcess:
            return []


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def eight_are_dealt_out_evenly(served: Served) -> None:
    """Wait until of eight clients that come together, stay and ask, no worker holds over two more than the other."""
    with ExitStack() as stack:
        address = "127.0.0.1", served.port
        clients = [stack.enter_context(closing(HTTPConnection(*address, timeout=20))) for _ in range(8)]

        def is_even() -> bool:
            for client in clients:
                client.request("GET", "/healthz")  # on a new connection where the last answer closed the old one
                client.getresponse().read()
            return min(open_connections(worker, served.port) for worker in served.workers()) >= 3

        until(is_even)


def open_connections(worker: int, port: int) -> int:
    """How many clients a worker is connected to."""
    found = psutil.Process(worker).net_connections("tcp")
    return sum(one.status == psutil.CONN_ESTABLISHED and one.laddr.port == port for one in found)


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    port = free_port()
    settings = {"RONGTONG_DATA": str(tmp_path), "RONGTONG_PORT": str(port), "RONGTONG_WORKERS": "2"}
    settings |= {"RONGTONG_ACCESS": "open"}
    settings |= getattr(request, "param", {})
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RONGTONG_")}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env=inherited | settings,
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    running = Served(process, port)
    try:
        until(lambda: len(running.workers()) == 2 and running.ask("GET", "/readyz")[0] == 200)
        yield running
    finally:
        process.terminate()
        process.communicate(timeout=120)


def test_workers_see_each_others_writes_and_a_dead_one_is_replaced(served: Served) -> None:
    body = {"kind": "enterprise", "name": "甲", "facts": {"main_business": "体外诊断试剂"}}

    def found() -> list[set[str]]:
        answers = [served.ask("POST", "/v1/parties/search", {"text": "体外诊断试剂"}) for _ in range(8)]
        return [{item["id"] for item in answer["parties"]} if status == 200 else set() for status, answer in answers]

    assert served.ask("PUT", "/v1/parties/a", body)[0] == 201
    until(lambda: found() == [{"a"}] * 8)
    eight_are_dealt_out_evenly(served)
    before = served.workers()
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(served.workers()) == 2 and min(before) not in served.workers())
    until(lambda: found() == [{"a"}] * 8)
    assert [served.ask("POST", "/v1/matches", {"text": "体外诊断试剂"})[0] for _ in range(8)] == [200] * 8
    assert served.ask("DELETE", "/v1/parties/a")[0] == 204
    until(lambda: found() == [set()] * 8)
    last = served.workers()
    served.process.send_signal(signal.SIGTERM)
    output, _ = served.process.communicate(timeout=60)
    assert (served.process.returncode, output) == (0, "closed\n")
    assert not any(Path(f"/proc/{worker}").exists() for worker in last), "no worker is left"
    assert served.ask("GET", "/healthz")[0] == 0


SECRET = "a-secret-of-the-deployment"


def threads(process: int) -> set[str]:
    """The names of a process's threads, those of libraries included."""
    return {task.read_text().strip() for task in Path(f"/proc/{process}/task").glob("*/comm")}


@pytest.mark.parametrize("served", [{"REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0"}], indirect=True)
def test_workers_are_forked_from_a_process_without_threads_that_is_replaced_and_end_with_a_killed_supervisor(
    served: Served,
) -> None:
    """The Redis does not answer: a supervisor that is killed leaves no server of its own behind."""
    (server,) = served.fork_servers()
    assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == len(threads(server.pid))
    assert threads(server.pid) <= {Path(f"/proc/{server.pid}/comm").read_text().strip(), "polars-ooc-clea"}
    processes = psutil.Process(served.process.pid).children(recursive=True)
    assert len(processes) >= 3
    assert not [one for one in processes if SECRET in _command(one)]
    before = served.workers()
    server.kill()
    until(lambda: len(served.workers()) == 2 and not before & served.workers())
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in before))
    until(lambda: [served.ask("GET", "/readyz")[0] for _ in range(4)] == [200] * 4)
    workers = served.workers()
    served.process.kill()
    served.process.communicate(timeout=60)
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
