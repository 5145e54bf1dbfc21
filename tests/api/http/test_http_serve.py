"""`serve` as a process: it starts, answers, logs, and closes what it opened when it is told to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest

SERVE = "from api.main import serve; from api.settings import Settings; serve(Settings.load()); print('closed')"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                assert answer.status == 200
                return
        except URLError:
            time.sleep(0.1)
    raise AssertionError("the service did not become ready")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_told_to_stop(tmp_path: Path, told: signal.Signals) -> None:
    port = free_port()
    settings = {"RONGTONG_DATA": str(tmp_path), "RONGTONG_PORT": str(port), "RONGTONG_LOG_FORMAT": "json"}
    settings |= {"RONGTONG_ACCESS": "open"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RONGTONG_")}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env=inherited | settings,
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until_ready(port, process)
    finally:
        process.send_signal(told)
        output, log = process.communicate(timeout=60)
    assert (process.returncode, output) == (0, "closed\n")
    events = [json.loads(line) for line in log.splitlines()]
    answered = [event for event in events if event["event"] == "request"]
    assert {(event["route"], event["status"]) for event in answered} >= {("/readyz", 200)}
    assert {event["level"] for event in answered} == {"info"}
    assert all(len(event["request_id"]) == 32 for event in answered)
