"""A named point ends a process as a power cut would, at the passing that is asked for, and else does nothing."""

import os
import subprocess
import sys
from signal import SIGKILL

import pytest

SCRIPT = """
from api.crash_points import crash_point
for turn in range(3):
    crash_point("upsert.after_commit")
    print(turn, flush=True)
"""


@pytest.mark.parametrize(
    ("wanted", "code", "printed"),
    [
        ("", 0, "0 1 2"),
        ("build.after_pointer", 0, "0 1 2"),
        ("upsert.after_commit", -SIGKILL, ""),
        ("upsert.after_commit:3", -SIGKILL, "0 1"),
    ],
)
def test_a_process_ends_at_the_point_that_is_named(wanted: str, code: int, printed: str):
    environment = {**os.environ, "RONGTONG_CRASH_AT": wanted}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (code, printed.split())
