"""Real servers that may be killed (受害进程), each forked in a moment from a process that has everything imported.

What a fault test looks at is the service as it runs: its own process, its own files, HTTP from outside. Only the import
of its modules is done beforehand, for 25 starts would otherwise spend a minute on it.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.crash_points import VARIABLE
from tests.forked import forked

SHORT_KILLS = 25
KILLS = int(os.environ.get("RONGTONG_FAULTS_KILLS") or SHORT_KILLS)
"""How often a server is killed; more than the default is the long form, with tests of its own."""
STRICT = bool(os.environ.get("RONGTONG_FAULTS_STRICT"))
"""Whether the limits of time are those promised of an idle machine, not those that tests on a shared one bear."""
READY_SECONDS = 5.0 if STRICT else 60.0
"""How long a server may take until it is ready."""


class Victim:
    """A server on a data folder; `environment` adds to its settings, `crash_at` names where it ends itself."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None, *, crash_at: str = "") -> None:
        self.port = _free_port()
        self.log = data.with_name(f"{data.name}.log")
        settings = {"RONGTONG_DATA": str(data), "RONGTONG_PORT": str(self.port), "RONGTONG_LOG_FORMAT": "json"}
        given = {**settings, **(environment or {}), VARIABLE: crash_at}
        self._process = forked(_serve, environment=given, log=self.log)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._process.is_alive()

    def ready(self, seconds: float = READY_SECONDS) -> bool:
        """Wait until the server says that it is ready; False where it died before, AssertionError after too long."""
        return self.answers("/readyz", seconds)

    def answers(self, path: str, seconds: float = READY_SECONDS) -> bool:
        """Wait until a path is answered with 200; False where the server died before."""
        deadline = time.monotonic() + seconds
        while self.alive:
            try:
                if self.client.get(path).status_code == 200:
                    return True
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, (
                f"{path} not answered within {seconds:.0f} s; the log ends:\n{self.said()}"
            )
            time.sleep(0.02)
        return False

    def kill(self) -> None:
        """End it as a power cut would, and wait until it is gone."""
        self._process.kill()
        self.gone()

    def gone(self, seconds: float = 30) -> None:
        """Wait until it has ended."""
        self._process.join(seconds)
        assert not self.alive, "the process did not end"
        self.client.close()

    def stop(self) -> None:
        """End it in good order."""
        if self._process.pid is not None and self.alive:
            os.kill(self._process.pid, signal.SIGTERM)
        self.gone(60)

    def said(self) -> str:
        """The end of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:] if self.log.exists() else ""


@contextmanager
def running(data: Path, environment: Mapping[str, str] | None = None) -> Iterator[Victim]:
    """A ready server that is killed at the end, whatever happened."""
    victim = Victim(data, environment)
    try:
        assert victim.ready(), victim.said()
        yield victim
    finally:
        victim.kill()


def _serve() -> None:
    """The server's process: its settings come from the environment alone."""
    from api.main import serve
    from api.settings import Settings

    serve(Settings.load())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
