"""A file that came over HTTP, imported: laid down on disk in pieces, read, recorded, its problems kept for download."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO, TypedDict, Unpack

from api.access.audit import Action
from api.access.viewers import Viewer
from api.errors import ImportRefused, PayloadTooLarge
from api.exchange.import_reports import REFUSED, counts_of, keep_problems
from api.exchange.import_undoing import Undoable
from api.exchange.importing import ImportSummary, run_import
from api.jobs.importing import KIND, import_arguments, keep_upload
from api.routes.services import Services
from api.store.imports import ImportRecord
from api.store.jobs import Job
from matcher.fields import PartyKind

PIECE = 64 * 1024
UNNAMED = "未命名"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on disk: where, under what name it came, and its SHA-256 (hexadecimal)."""

    path: Path
    name: str
    sha256: str


class Origin(TypedDict):
    """What is said of all rows of a file, and which heading fills which field where a template says so."""

    kind: PartyKind
    source: str
    observed_on: date
    columns: Mapping[str, str]


@contextmanager
def laid_down(stream: BinaryIO, name: str, folder: Path, limit: int) -> Iterator[Upload]:
    """Copy a stream to a file of its own below `folder`, gone afterwards; `PayloadTooLarge` past `limit` bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="upload-", dir=folder) as place:
        path = Path(place, "upload")
        digest = sha256()
        size = 0
        with path.open("wb") as file:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise PayloadTooLarge(
                        found="文件过大", expected=f"不超过 {limit:,} 字节", remedy="请拆分后分别导入"
                    )
                digest.update(piece)
                file.write(piece)
        yield Upload(path, shown_name(name), digest.hexdigest())


def import_upload(
    services: Services, viewer: Viewer, upload: Upload, **what: Unpack[Origin]
) -> tuple[ImportRecord, ImportSummary]:
    """Import a file, a batch a transaction; the index follows at once. `ImportRefused` leaves a record too.

    What came of it is recorded in one transaction with its row in the audit log. The same file again changes nothing.
    """
    imports = services.store.imports
    begun = imports.start(viewer, kind=what["kind"], file_name=upload.name, sha256=upload.sha256)
    rejects = upload.path.with_name("problems.csv")
    try:
        summary = run_import(
            Undoable(services.campaigns.store.revisions, begun.id, who_of(viewer)),
            viewer,
            upload.path,
            kind=what["kind"],
            source=what["source"] or upload.name,
            observed_on=what["observed_on"],
            rejects=rejects,
            chosen=what["columns"],
        )
    except ImportRefused:
        imports.finish(viewer, begun.id, REFUSED)
        raise
    if rejects.exists():
        keep_problems(rejects, services.settings.data, begun.id, services.store.seals)
    services.parties.catch_up()

    def finished() -> ImportRecord:
        services.audit.note(viewer, Action.PARTIES_IMPORTED, detail={"import": begun.id, "rows": summary.rows})
        return imports.finish(viewer, begun.id, counts_of(summary))

    return services.store.idempotency.together(finished), summary


def queue_upload(services: Services, viewer: Viewer, upload: Upload, *, request_id: str, **what: Unpack[Origin]) -> Job:
    """Record an import and queue the job that does it; the file is kept for it, on disk before this returns."""
    begun = services.store.imports.start(viewer, kind=what["kind"], file_name=upload.name, sha256=upload.sha256)
    keep_upload(services.settings.data, upload.path, begun.id)
    arguments = import_arguments(
        begun, source=what["source"], observed_on=what["observed_on"], columns=what["columns"], by=who_of(viewer)
    )
    return services.store.jobs.submit(viewer, KIND, arguments, key=begun.id, request_id=request_id)


def who_of(viewer: Viewer) -> str:
    """Who is written down as the one who imported: the account's name, else the role."""
    return viewer.name or viewer.role.value


def shown_name(name: str) -> str:
    """A client's file name without folders, control characters or undue length; it is only shown, never opened."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = re.sub(r"[^\w.\- ()（）·]", "_", last.encode("utf-8", "replace").decode("utf-8"))
    return clean[-200:].strip() or UNNAMED
