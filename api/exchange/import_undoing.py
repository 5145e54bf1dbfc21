"""Undoing an import (撤销导入): parties go back to what they were, what came new is removed, and it is noted.

What writes an import writes through `Undoable`, so that every import can be undone, however it came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from api.access.audit import Action
from api.access.viewers import Viewer
from api.store.imports import ImportRecord
from api.store.revisions import RevisionStore, Undone
from api.store.store import Store
from api.store.upserting import UpsertCounts
from matcher.parties import Party


class Noting(Protocol):
    """The audit log."""

    def note(self, viewer: Viewer, action: str, /, *, detail: Mapping[str, Any] | None = None) -> object:
        """Append what a viewer did."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """A store as an import sees it, that keeps what each party was before (可撤销的写入); `by` is who imports."""

    revisions: RevisionStore
    import_id: str
    by: str

    @property
    def parties(self) -> "Undoable":
        """An import writes parties alone."""
        return self

    def upsert_many(self, viewer: Viewer, parties: Sequence[Party]) -> UpsertCounts:
        """Write parties as `PartyStore.upsert_many` does; raise what it raises."""
        return self.revisions.write(viewer, parties, by=self.by, import_id=self.import_id)


def undo_import(store: Store, audit: Noting, viewer: Viewer, record: ImportRecord) -> Undone:
    """Undo what an import changed, a batch a transaction; what was changed since stays.

    What came of it is written in one transaction with its row in the audit log. Doing it again changes nothing.
    """
    done = store.revisions.undo_import(viewer, record.id)
    undone = record.counts.get("undone", 0) + done.restored + done.removed
    detail = {"import": record.id, "restored": done.restored, "removed": done.removed}
    with store.together():
        store.imports.finish(viewer, record.id, {**record.counts, "undone": undone})
        audit.note(viewer, Action.IMPORT_UNDONE, detail=detail)
    return done
