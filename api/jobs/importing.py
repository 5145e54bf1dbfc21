"""A job that imports an uploaded file: a batch of rows a step, so that a worker that died costs one batch at most.

The file waits below the data folder under the import's id; it goes when the job has ended.
"""

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from api.access.viewers import Viewer
from api.errors import ImportRefused
from api.exchange.import_reports import REFUSED, counts_of, keep_problems, report_document
from api.exchange.importing import BATCH, ImportSummary, run_import
from api.jobs.context import JobContext
from api.store.imports import ImportRecord
from api.store.store import Store
from api.store.upserting import UpsertCounts
from matcher.fields import PartyKind
from matcher.parties import Party

KIND = "import"
FOLDER = "jobs"
_UPLOAD, _PROBLEMS = "upload", "problems.csv"
_ORPHANED_SECONDS = 3600.0
_COUNTS = ("new", "changed", "same")


def keep_upload(data: Path, upload: Path, batch: str) -> Path:
    """Move an uploaded file to where the job of an import finds it; on disk before this returns."""
    kept = data / FOLDER / batch / _UPLOAD
    kept.parent.mkdir(parents=True)
    upload.replace(kept)
    for path in (kept, kept.parent, kept.parent.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return kept


def import_arguments(
    record: ImportRecord, *, source: str, observed_on: date, columns: Mapping[str, str] | None = None, by: str = ""
) -> dict[str, Any]:
    """What the job of a recorded import is told: `columns` as a person chose them, and who asked for it."""
    return {
        "columns": dict(columns or {}),
        "by": by,
        "import": record.id,
        "kind": record.kind.value,
        "source": source or record.file_name,
        "observed_on": observed_on.isoformat(),
    }


def sweep_uploads(store: Store, data: Path) -> int:
    """Remove what waits for jobs that have ended (cancelled, say); gives how many. One just laid down is left alone."""
    found = [path for path in (data / FOLDER).glob("*") if time.time() - path.stat().st_mtime > _ORPHANED_SECONDS]
    orphans = [path for path in found if path.name not in store.jobs.open_keys(KIND)] if found else []
    for path in orphans:
        shutil.rmtree(path, ignore_errors=True)
    return len(orphans)


def import_file(context: JobContext, store: Store, data: Path) -> None:
    """Do the job. Raises `ImportRefused` for a file that cannot be read as a whole, and what the store raises."""
    batch = str(context.arguments["import"])
    viewer = Viewer(tenant=context.job.tenant)
    folder = data / FOLDER / batch
    if not (folder / _UPLOAD).is_file():
        raise ImportRefused(found="上传的文件已不在", expected="等待导入的文件", remedy="请重新上传")
    try:
        summary = _imported(context, store, viewer, folder)
    except ImportRefused:
        with context.step():
            store.imports.finish(viewer, batch, REFUSED)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if (folder / _PROBLEMS).exists():
        keep_problems(folder / _PROBLEMS, data, batch, store.seals)
    counts = counts_of(summary)
    with context.step() as step:
        store.imports.finish(viewer, batch, counts)
        step.report(summary.rows, summary.rows)
        step.finish({"import": batch, "counts": counts} | report_document(summary))
    shutil.rmtree(folder, ignore_errors=True)


def _imported(context: JobContext, store: Store, viewer: Viewer, folder: Path) -> ImportSummary:
    steps = _Steps(context, store)
    return run_import(
        steps,
        viewer,
        folder / _UPLOAD,
        kind=PartyKind(context.arguments["kind"]),
        source=str(context.arguments["source"]),
        observed_on=date.fromisoformat(str(context.arguments["observed_on"])),
        progress=steps.surveyed,
        rejects=folder / _PROBLEMS,
        chosen=context.arguments.get("columns") or {},
    )


class _Steps:
    """The store as the import sees it: each batch is a step, and those that an earlier attempt wrote are passed over.

    Rows are read in the same order and in batches of the same size every time, so that a batch is known by its number.
    """

    def __init__(self, context: JobContext, store: Store) -> None:
        self._context = context
        self._store = store
        saved: Mapping[str, Any] = context.checkpoint or {}
        self._written = int(saved.get("batches", 0))
        self._counts = UpsertCounts(*(int(saved.get(name, 0)) for name in _COUNTS))
        self._batches = 0
        self._rows: int | None = None

    @property
    def parties(self) -> "_Steps":
        """The import writes parties alone."""
        return self

    def surveyed(self, _done: int, total: int | None) -> None:
        """Note how many rows there are."""
        self._context.check()
        self._rows = total

    def upsert_many(self, viewer: Viewer, parties: Sequence[Party]) -> UpsertCounts:
        """Write one batch; gives its counts, the first time together with those of all batches passed over."""
        self._batches += 1
        if self._batches <= self._written:
            return self._counts if self._batches == self._written else UpsertCounts()
        with self._context.step() as step:
            said = self._context.arguments
            counts = self._store.revisions.write(
                viewer, parties, by=str(said.get("by") or ""), import_id=str(said["import"])
            )
            self._counts += counts
            step.save({"batches": self._batches} | {name: getattr(self._counts, name) for name in _COUNTS})
            step.report(min(self._batches * BATCH, self._rows or 0), self._rows, "导入")
        return counts
