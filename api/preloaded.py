"""What the workers of one port have in common (共有部分): loaded once, in the process that they are forked from.

Imported by the fork server of `api.serving` before its first fork, and by nobody else: the modules of the service and
its encoder are then there once, in memory that all workers share until they write to it. Anywhere else the import
does nothing.

A fork copies the thread that forks and no other, so that nothing here may start threads that a worker needs: no query
of polars, no text encoded, no product of matrices, no store opened. Two libraries start a thread by being imported.
OpenBLAS ends its own before a fork and starts it again when it is needed. Polars' `polars-ooc-cleaner` waits for files
of queries that outgrew memory and holds nothing while it waits; a worker does without. Those of its allocator and of
pyarrow's are switched off by who starts the fork server.
"""

import gc
import os
from contextlib import suppress
from signal import SIG_BLOCK, SIG_UNBLOCK, SIGHUP, SIGTERM, pthread_sigmask

import api.party_index  # noqa: F401  # loaded by the first who asks
from api.clock import today
from api.encoders import keep_encoder
from api.serving import WORKER_SETTINGS
from api.settings import Settings
from embeddings.errors import EmbeddingsError
from embeddings.lexical import LexicalIndex
from matcher.reading.statements import read_statements

_QUESTION = "企业融资"
_OF_THE_SUPERVISOR = (SIGTERM, SIGHUP)
"""Sent to a whole group of processes (a terminal that closes, a service manager); the supervisor ends its workers."""


def prepare(settings: Settings) -> None:
    """Make this process ready to be forked from. An encoder that cannot be loaded is left to each worker to refuse."""
    pthread_sigmask(SIG_BLOCK, _OF_THE_SUPERVISOR)  # the fork server says how its workers ended: it goes last
    gc.disable()  # a collection writes to every object, and each page that is written to is a page more for a worker
    with suppress(EmbeddingsError, OSError):
        keep_encoder(settings)
    LexicalIndex.of([_QUESTION])  # what a first text and a first question load: word lists, patterns, modules
    read_statements(_QUESTION, at=today())
    gc.freeze()
    os.register_at_fork(after_in_child=_begin)


def _begin() -> None:
    """A worker is told to end like any process; a signal that came in between waits until here."""
    gc.enable()
    pthread_sigmask(SIG_UNBLOCK, _OF_THE_SUPERVISOR)


if WORKER_SETTINGS in os.environ:
    prepare(Settings.model_validate_json(os.environ[WORKER_SETTINGS]))
