"""Processes of tests, each forked in a moment from one that has everything imported (测试进程).

What a process does alone, such as to be killed or to share a file with another, needs a process and an environment of
its own; it does not need imports of its own, which cost more than most of what is looked at.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

from api.crash_points import VARIABLE

_IMPORTED = [
    "__main__",
    "api.main",
    "api.serving",
    "api.bootstrap",
    "api.party_index",
    "api.searching",
    "api.campaigns.job",
    "api.jobs.working",
    "api.exchange.import_reports",
    "embeddings.static",
]


def forked(target: Callable[..., None], *given: str, environment: Mapping[str, str], log: Path) -> BaseProcess:
    """Start `target(*given)` in a process of its own; its output goes to `log`.

    `environment` are its settings, with open access where it names none; those of the tests do not reach it.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    process = context.Process(target=_begin, args=(dict(environment), str(log), target, given))
    process.start()
    return process


def killed(target: Callable[..., None], *given: str, at: str, log: Path) -> None:
    """Have `target(*given)` end itself at a crash point, as a power cut would; AssertionError where it does not."""
    process = forked(target, *given, environment={VARIABLE: at}, log=log)
    process.join(120)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
    assert process.exitcode == -signal.SIGKILL, f"{at}: {process.exitcode} {said}"


def _begin(environment: dict[str, str], log: str, target: Callable[..., None], given: tuple[str, ...]) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RONGTONG_")}
    os.environ.clear()
    os.environ.update(inherited | {"RONGTONG_ACCESS": "open"})
    os.environ.update({name: value for name, value in environment.items() if value})
    with open(log, "ab", buffering=0) as file:  # noqa: PTH123  # a plain descriptor
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    target(*given)
