"""Measurements on a real server, which is asked without accounts: they are about something else."""

import os

os.environ.setdefault("RONGTONG_ACCESS", "open")
