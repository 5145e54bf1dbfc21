"""Generations on disk (索引代): all that is derived by one encoder, in a folder of its own, and which of them serves.

`generations/<fingerprint>/` holds a manifest (where the encoder comes from, its prompts), the snapshot of the parties
and the vectors of the offers. `snapshot` is a link to the one that serves, renamed into place, so that it always names
one. Vectors of two encoders are never in one folder.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, Self
from uuid import uuid4

from api.indexing.offer_vectors import OFFERS
from api.settings import Settings
from embeddings.snapshot import current_snapshot

MANIFEST = "generation.json"


class Prompted(Protocol):
    """What a manifest tells of an encoder."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights, tokeniser and prompts."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def prompts(self) -> tuple[str, str]:
        """What is put before a search text and before a stored text."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made with; `source` is what `RONGTONG_ENCODER` said, None for the shipped model."""

    fingerprint: str
    source: str | None
    dimension: int
    query_prompt: str
    passage_prompt: str

    @classmethod
    def of(cls, encoder: Prompted, source: str | None) -> Self:
        """The manifest of an encoder."""
        return cls(encoder.fingerprint, source, encoder.dimension, *encoder.prompts)


class GenerationFolders:
    """The generations of one data folder. Every step is one rename or may be done again; several processes may try."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.data / "generations"
        self._link = settings.snapshot_folder

    def folder(self, fingerprint: str) -> Path:
        """Where an encoder's generation lies, whether it is there or not."""
        return self.root / fingerprint

    def note(self, manifest: Manifest) -> None:
        """Begin a generation: its folder and its manifest."""
        folder = self.folder(manifest.fingerprint)
        folder.mkdir(parents=True, exist_ok=True)
        if _manifest(folder) != manifest:
            aside = folder / f".{MANIFEST}-{uuid4().hex[:12]}"
            aside.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
            aside.replace(folder / MANIFEST)

    def all(self) -> Iterator[Manifest]:
        """The generations that were begun, in no order that means anything."""
        for path in sorted(self.root.glob(f"*/{MANIFEST}")):
            manifest = _manifest(path.parent)
            if manifest is not None and manifest.fingerprint == path.parent.name:
                yield manifest

    def serving(self) -> Manifest | None:
        """The generation that the link names; None where there is none with a snapshot to serve."""
        with suppress(OSError):
            manifest = _manifest(self.root / self._link.readlink().name)
            if manifest is not None and current_snapshot(self.folder(manifest.fingerprint)) is not None:
                return manifest
        return None

    def complete(self, source: str | None) -> Manifest | None:
        """A generation from this source of which nothing is missing: parties and offers."""
        made = (manifest for manifest in self.all() if manifest.source == source)
        return next((manifest for manifest in made if self.is_complete(manifest.fingerprint)), None)

    def is_complete(self, fingerprint: str) -> bool:
        """Whether both the parties' snapshot and the offers' vectors are there."""
        folder = self.folder(fingerprint)
        return current_snapshot(folder) is not None and (folder / OFFERS).is_file()

    def settle(self, fingerprint: str) -> None:
        """Let a generation serve where none does. A real folder in the link's place is one from before generations."""
        if self._link.is_dir() and not self._link.is_symlink():
            self._adopt(self.folder(fingerprint))
        if self.serving() is None:
            self.point(fingerprint)

    def point(self, fingerprint: str) -> None:
        """Let a generation serve from now on: what starts next begins with it."""
        self.folder(fingerprint).mkdir(parents=True, exist_ok=True)
        target = os.path.relpath(self.folder(fingerprint), self._link.parent)
        with suppress(OSError):
            if str(self._link.readlink()) == target:
                return
        aside = self._link.with_name(f".{self._link.name}-{uuid4().hex[:12]}")
        aside.symlink_to(target, target_is_directory=True)
        aside.replace(self._link)

    def sweep(self, kept: str) -> None:
        """Remove every generation but one. Who has mapped files of another keeps them until its last query is done."""
        for path in self.root.iterdir():
            if path.is_dir() and path.name != kept:
                (path / MANIFEST).unlink(missing_ok=True)  # first: half a generation is none
                shutil.rmtree(path, ignore_errors=True)

    def forget(self, fingerprint: str) -> None:
        """Remove one generation."""
        (self.folder(fingerprint) / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(self.folder(fingerprint), ignore_errors=True)

    def _adopt(self, folder: Path) -> None:
        """Take over a snapshot's folder; should another encoder have made it, it is refused like any foreign one."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # another process was first
            self._link.rename(folder)


def _manifest(folder: Path) -> Manifest | None:
    """Read a manifest; None where there is none, or one that was not written by this version."""
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
