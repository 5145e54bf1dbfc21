"""What left the platform, in the audit log (导出留痕): one row a file, with the enterprises that are in it."""

from typing import Protocol

from api.access.audit import Action, AuditRow
from api.access.viewers import Viewer
from api.delivery.lists import Lists


class Noting(Protocol):
    """Appends to the audit log (`api.access.auditing.Audit`)."""

    def note(
        self, viewer: Viewer, action: str, /, *, subjects: dict[str, None], purpose: str, detail: dict[str, object]
    ) -> AuditRow:
        """Append what a viewer did."""


def note_export(audit: Noting, viewer: Viewer, action: Action, lists: Lists, institution: str | None = None) -> None:
    """Note that the list of an institution, or all of them, was made into a file for the viewer."""
    run = lists.delivery.run
    standing = lists.store.outcomes.standing(run)
    seekers = dict.fromkeys(pair.seeker_id for pair in standing if institution in (None, pair.institution))
    detail: dict[str, object] = {"campaign": run.campaign_id, "run": run.number, "institution": institution}
    audit.note(viewer, action, subjects=seekers, purpose=run.campaign_id, detail=detail)
