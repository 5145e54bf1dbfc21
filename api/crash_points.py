"""Named points at which a fault test ends the process as a power cut would (故障注入点). A test seam, nothing else.

`RONGTONG_CRASH_AT=NAME` kills the process with SIGKILL the first time that it passes the point NAME, `NAME:3` the
third time. Unset, as in every installation, a point does nothing.
"""

import os
from collections import Counter
from signal import SIGKILL
from typing import Literal

VARIABLE = "RONGTONG_CRASH_AT"
CrashPoint = Literal[
    "upsert.before_commit",
    "upsert.after_commit",
    "apply.before_view",
    "apply.after_view",
    "build.between_files",
    "build.before_pointer",
    "build.after_pointer",
    "merge.before_write",
    "merge.between_files",
    "merge.before_pointer",
    "merge.after_pointer",
    "offers.between_batches",
    "swap.before_link",
    "campaign.frozen",
    "campaign.after_share",
    "campaign.gathered",
    "campaign.assigned",
    "job.claimed",
    "job.before_commit",
    "job.after_commit",
]
"""Where a process may be made to die: a write around its commit, the index while it applies, is built, is merged or
changes its encoder, a run of a campaign, a job."""

_passed: Counter[str] = Counter()


def crash_point(name: CrashPoint) -> None:
    """End this process here if the environment says so; it does not return then."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    point, _, time = wanted.partition(":")
    if point == name:
        _passed[name] += 1
        if _passed[name] == int(time or 1):
            os.kill(os.getpid(), SIGKILL)
