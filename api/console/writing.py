"""Writing from a page (登记留痕): a write and its row in the audit log in one transaction, off the event loop."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from api.console.desk import Desk

Made = TypeVar("Made")


async def written(
    desk: Desk,
    write: Callable[[], Made],
    action: str,
    *,
    subjects: Iterable[str] = (),
    detail: Mapping[str, Any] | None = None,
) -> Made:
    """Write and note what was done to what; both stand or neither. Raises what `write` raises."""
    viewer, services, about = desk.viewer, desk.services, tuple(subjects)

    def both() -> Made:
        made = write()
        services.audit.note(viewer, action, subjects=about, detail=detail)
        return made

    return await desk.work(services.store.idempotency.together, both)
