"""The threads that heavy scans share, so that a list over a million rows leaves room for the small queries beside it.

A query of few rows runs in the thread that asks. One of many rows is cut into pieces of some milliseconds, and the
pieces of all such queries take turns on one pool of `THREADS` threads: ten heavy lists at once still use no more than
`THREADS` processors, and a small query is never behind them in a queue. FAISS and numpy release the interpreter's lock
inside a piece.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import faiss

THREADS = max(1, len(os.sched_getaffinity(0)))
"""Threads for heavy scans in one process: the processors it may run on, counted when the module is imported."""


def alone() -> None:
    """Keep FAISS from starting threads of its own for calls from this thread; the pieces are our parallelism."""
    faiss.omp_set_num_threads(1)


def in_pieces(run: Callable[[int, int], None], count: int, least: int) -> None:
    """Call `run(start, stop)` for ranges that cover 0 to `count`, each of about `least` rows or more.

    Up to `least` rows are done at once in the calling thread. What `run` raises goes through.
    """
    alone()
    if count <= least or THREADS == 1:
        run(0, count)
        return
    pieces = max(1, count // least)
    bounds = [count * piece // pieces for piece in range(pieces + 1)]
    list(_pool().map(run, bounds[:-1], bounds[1:]))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="scan", initializer=alone)
