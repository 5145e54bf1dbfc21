"""A file laid down before it is imported (待导入的文件): its columns are looked at, it is tried, then imported."""

import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import orjson

from api.access.viewers import Viewer
from api.errors import UnknownImport
from api.store.storable import is_id
from matcher.fields import PartyKind

FOLDER = "drafts"
KEPT_SECONDS = 24 * 3600
"""A file that nobody imported goes after a day."""
_FILE, _SAID, _PROBLEMS = "upload", "draft.json", "problems.csv"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that waits: whose it is, its name and SHA-256, what kind of party it holds."""

    id: str
    tenant: str
    name: str
    sha256: str
    kind: PartyKind


class Drafts:
    """The files that wait below a data folder."""

    def __init__(self, data: Path) -> None:
        self._root = data / FOLDER

    def keep(self, viewer: Viewer, upload: Path, name: str, sha256: str, kind: PartyKind) -> Draft:
        """Take over an uploaded file; files that nobody imported for a day are removed."""
        self._sweep()
        made = Draft(uuid4().hex, viewer.tenant, name, sha256, kind)
        folder = self._root / made.id
        folder.mkdir(parents=True)
        upload.replace(folder / _FILE)
        (folder / _SAID).write_bytes(orjson.dumps(asdict(made)))
        return made

    def get(self, viewer: Viewer, draft: str) -> Draft:
        """One file of the viewer's platform. Raises `UnknownImport`."""
        said = self._root / draft / _SAID
        if not (is_id(draft) and draft.isalnum() and said.is_file()):
            raise _unknown()
        values = orjson.loads(said.read_bytes())
        found = Draft(**{**values, "kind": PartyKind(values["kind"])})
        if found.tenant != viewer.tenant:
            raise _unknown()
        return found

    def file(self, draft: Draft) -> Path:
        """Where the file is."""
        return self._root / draft.id / _FILE

    def problems(self, draft: Draft) -> Path:
        """Where a trial leaves the rows with problems."""
        return self._root / draft.id / _PROBLEMS

    def forget(self, draft: Draft) -> None:
        """Remove a file, once it was handed over or is not wanted."""
        shutil.rmtree(self._root / draft.id, ignore_errors=True)

    def _sweep(self) -> None:
        for folder in self._root.glob("*"):
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _unknown() -> UnknownImport:
    return UnknownImport(found="待导入的文件", expected="一天内上传、还没有导入的文件", remedy="请重新上传")
