"""The change to another encoder, in the background of a serving process (换代): prepared, opened, swapped, swept.

A child process makes the generation; of several processes on one data folder one sends it, and each swaps by itself
when it finds the generation whole on disk. A child that was killed is sent again and goes on after what it finished.
"""

from threading import Event, Thread
from typing import Protocol

import structlog

from api.crash_points import crash_point
from api.generation import Generation, Opening
from api.indexing.children import Child, working_on
from api.indexing.generations import GenerationFolders, Manifest
from api.settings import Settings
from embeddings.static import StaticEncoder

LOOK_SECONDS = 0.5
"""How often one looks whether the generation is whole, or its child has ended."""
REST_SECONDS = 60.0
"""How long after a failure one tries again."""
_log = structlog.get_logger("index")


class Serving(Protocol):
    """Where the swap happens."""

    @property
    def serving(self) -> Generation:
        """The generation that answers."""

    @property
    def ready(self) -> bool:
        """Whether it does: its parties are loaded."""

    def replace(self, following: Generation) -> Generation:
        """Let another generation answer; gives the one before."""


class Switch:
    """Brings the encoder that `wanted` names into service, once, in a thread of its own, and then sweeps the others.

    Where it serves from the beginning, only what is left of others is swept, and a slow encoder's offers are kept.
    """

    def __init__(self, wanted: Settings, opening: Opening) -> None:
        self._wanted = wanted
        self._opening = opening
        self._folders = GenerationFolders(wanted)
        self._following: Generation | None = None
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self, serving: Serving) -> None:
        """Begin; nothing where it has begun."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = Thread(target=self._run, args=(serving,), name="switch", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread and the child that it sent; what this finished stays on disk."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self, serving: Serving) -> None:
        while not self._stopped.is_set():
            try:
                if self._step(serving):
                    return
                self._stopped.wait(LOOK_SECONDS)
            except Exception:  # noqa: BLE001  # nobody to raise to; the old generation goes on serving
                _log.exception("index.step_failed", step="switch")
                self._stopped.wait(REST_SECONDS)

    def _step(self, serving: Serving) -> bool:
        """One step nearer; gives whether all is done."""
        if serving.serving.settings.encoder == self._wanted.encoder:
            return serving.ready and self._settled(serving.serving)
        found = self._folders.complete(self._wanted.encoder)
        if found is None:
            self._prepare()
            return False
        following = self._opened(found)
        if following is None:
            return False
        following.parties.load()
        following.parties.start()
        before = serving.replace(following)
        crash_point("swap.before_link")
        before.stop()
        return self._settled(following)

    def _opened(self, found: Manifest) -> Generation | None:
        """The generation that was found; None, and it is removed, where its model is another one by now."""
        if self._following is None or self._following.fingerprint != found.fingerprint:
            self._following = self._opening(self._wanted)
        if self._following.fingerprint != found.fingerprint:
            self._folders.forget(found.fingerprint)
            self._following = None
        return self._following

    def _settled(self, generation: Generation) -> bool:
        """Let what starts next begin with this generation, and remove the others once nobody is making one."""
        slow = not isinstance(generation.encoder, StaticEncoder)
        if slow and not self._folders.is_complete(generation.fingerprint):
            self._prepare()
            return False
        self._folders.point(generation.fingerprint)
        with working_on(self._folders.root, wait=False) as free:
            if free:
                self._folders.sweep(generation.fingerprint)
        return free

    def _prepare(self) -> None:
        """Send a child, unless another process has sent one; a child that fails is sent again after a while."""
        with working_on(self._folders.root, wait=False) as free:
            pass
        if not free:
            return
        child = Child(self._wanted, "prepare")
        _log.info("index.encoder_changing", process=child.pid)
        try:
            while (status := child.outcome()) is None and not self._stopped.wait(LOOK_SECONDS):
                pass
        finally:
            child.stop()
        if status:
            _log.warning("index.prepare_failed", status=status)
            self._stopped.wait(REST_SECONDS)
