"""Undoing an import (撤销导入): parties go back to what they were, what came new is removed, and it is noted."""

from collections.abc import Mapping
from typing import Any, Protocol

from api.access.viewers import Viewer
from api.store.imports import ImportRecord
from api.store.revisions import Undone
from api.store.store import Store

ACTION = "party.import_undone"


class Noting(Protocol):
    """The audit log."""

    def note(self, viewer: Viewer, action: str, /, *, detail: Mapping[str, Any] | None = None) -> object:
        """Append what a viewer did."""


def undo_import(store: Store, audit: Noting, viewer: Viewer, record: ImportRecord) -> Undone:
    """Undo what an import changed; what was changed since stays. Doing it again changes nothing."""
    done = store.revisions.undo_import(viewer, record.id)
    undone = record.counts.get("undone", 0) + done.restored + done.removed
    store.imports.finish(viewer, record.id, {**record.counts, "undone": undone})
    audit.note(viewer, ACTION, detail={"import": record.id, "restored": done.restored, "removed": done.removed})
    return done
