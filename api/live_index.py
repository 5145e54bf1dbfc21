"""The generation that answers, behind one reference (现行索引代), and its change while questions are asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from api.access.viewers import Viewer
from api.generation import Generation
from api.indexing.switching import Switch

if TYPE_CHECKING:
    from api.indexing.views import View
    from matcher.pairing.prospecting import SeekerSegment

_log = structlog.get_logger("index")


class LiveIndex:
    """The index of parties as writers, health and operators see it: that of whichever generation serves.

    Who answers a question takes `serving` once. `switch` brings the generation into service that is wanted.
    """

    def __init__(self, serving: Generation, switch: Switch) -> None:
        self._serving = serving
        self._switch = switch
        self._changing = Lock()

    @property
    def serving(self) -> Generation:
        """The generation that answers what is asked from now on."""
        return self._serving

    def replace(self, following: Generation) -> Generation:
        """Let another generation answer, caught up with every write that was answered; gives the one before.

        Writers catch up under the same lock: what was committed before is in the new one, what comes later goes there.
        """
        before = self._serving
        _catch_up(following, before)  # most of it, while writers go on
        with self._changing:
            _catch_up(following, before)
            self._serving = following
        _log.info("index.encoder_changed", before=before.fingerprint, now=following.fingerprint)
        return before

    @contextmanager
    def open(self, viewer: Viewer) -> Iterator[Sequence["SeekerSegment"]]:
        """The segments of a viewer's platform for one query, all of one generation."""
        with self._serving.parties.open(viewer) as segments:
            yield segments

    def catch_up(self) -> None:
        """Make what is committed visible to the next query of this process, and wake the others."""
        with self._changing:
            self._serving.parties.catch_up()

    def load(self) -> None:
        """Open the snapshot, have it built where it is missing."""
        self._serving.parties.load()

    def refresh(self) -> int:
        """Load if need be, catch up, keep the result on disk; gives the number of parties."""
        return self._serving.parties.refresh()

    def count(self) -> int:
        """Load if need be and catch up, writing nothing; gives the number of parties."""
        return self._serving.parties.count()

    def rebuild(self) -> int:
        """Build the snapshot anew from SQL, whatever there is; gives the number of parties."""
        return self._serving.parties.rebuild()

    def start(self) -> None:
        """Load in the background, follow what others write, and change the encoder if another one is wanted."""
        self._serving.parties.start()
        self._switch.start(self)

    def stop(self) -> None:
        """End what `start` began."""
        self._switch.stop()
        self._serving.stop()

    @property
    def ready(self) -> bool:
        """Whether the index is loaded."""
        return self._serving.parties.ready

    @property
    def view(self) -> "View | None":
        """What the next query sees; None before the index is loaded."""
        return self._serving.parties.view


def _catch_up(following: Generation, before: Generation) -> None:
    """Bring a generation up to what is committed, for the platforms that were asked for."""
    for tenant in before.offers.platforms():
        following.offers.current(Viewer(tenant=tenant))
    following.parties.follow()
