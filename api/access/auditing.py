"""Noting and reading the audit log (审计): one line in a route or a page, before the answer goes out.

What changes or leaves the platform is noted before its answer: an error here is the answer's error. What is only looked
at is noted at once and written within half a second (`api.access.looking`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from api.access.audit import AuditRow, VerifyResult, entry_of
from api.access.looking import Looks
from api.access.permissions import Permission, Reach, require
from api.access.viewers import Viewer
from api.store.audit import AuditQuery, AuditStore

MOST_PURPOSE = 500


class Audit:
    """The audit log of each platform. Safe to call from several threads and processes."""

    def __init__(self, log: AuditStore, *, now: Callable[[], datetime]) -> None:
        self._log = log
        self._now = now
        self._looks = Looks(log.append_many)

    def note(
        self,
        viewer: Viewer,
        action: str,
        *,
        subjects: Iterable[str] = (),
        purpose: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> AuditRow:
        """Append what a viewer did to which parties (ids), and what for. Raises `StoreUnavailable`."""
        said = _clean(purpose)[:MOST_PURPOSE]
        return self._log.append(entry_of(viewer, action, self._now(), subjects, said, detail or {}))

    def seen(
        self,
        viewer: Viewer,
        action: str,
        *,
        subjects: Iterable[str] = (),
        purpose: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Have it appended soon that a viewer looked at parties (ids). Raises `StoreUnavailable` where none can be."""
        said = _clean(purpose)[:MOST_PURPOSE]
        self._looks.note(entry_of(viewer, action, self._now(), subjects, said, detail or {}))

    def close(self) -> None:
        """Write what waits to be written."""
        self._looks.close()

    def read(self, viewer: Viewer, query: AuditQuery | None = None) -> tuple[AuditRow, ...]:
        """The latest rows that the viewer may see: of the platform, or what was done by their own party.

        Raises `Forbidden`.
        """
        asked = query or AuditQuery()
        if require(viewer, Permission.AUDIT_READ) is not Reach.TENANT:
            asked = replace(asked, party_id=viewer.party_id)
        self._looks.flush()
        return self._log.read(viewer.tenant, asked)

    def all(self, viewer: Viewer) -> Iterator[AuditRow]:
        """Every row of the platform from the first, for an export. Raises `Forbidden` for less reach than that."""
        _require_whole(viewer)
        self._looks.flush()
        return self._log.chain(viewer.tenant)

    def verify(self, viewer: Viewer, known: Mapping[int, str] | None = None) -> VerifyResult:
        """Check the platform's chain; `known` are hashes kept elsewhere, by number. Raises `Forbidden`."""
        _require_whole(viewer)
        self._looks.flush()
        return self._log.verify(viewer.tenant, known)


def _require_whole(viewer: Viewer) -> None:
    if require(viewer, Permission.AUDIT_READ) is not Reach.TENANT:
        require(replace(viewer, scope=frozenset()), Permission.AUDIT_READ)


def _clean(text: str) -> str:
    """Text that every database keeps: no NUL, no half characters."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()
