"""The store as the routes see it (存储): parties, offers, imports, jobs, and first answers to requests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from api.access.sealing import Seals
from api.access.viewers import Viewer
from api.store.idempotency import Asked, Kept
from api.store.imports import ImportRecord
from api.store.jobs import Job, JobState
from api.store.parties import BatchResult, PreparedBatch
from api.store.upserting import UpsertCounts
from matcher.fields import PartyKind
from matcher.offers import Offer, OfferKind
from matcher.parties import Party


class Parties(Protocol):
    """Parties of a platform; `UnknownParty` where there is none that the viewer may see."""

    def get(self, viewer: Viewer, party: str, /) -> Party:
        """One party."""

    def upsert_many(self, viewer: Viewer, written: Iterable[Party], /, *, merge: bool = True) -> UpsertCounts:
        """Write parties; without `merge` a party is exactly what is given."""

    def prepare(self, viewer: Viewer, written: Sequence[Party], /) -> PreparedBatch:
        """Lay many out to be written; what cannot be is left out and said."""

    def write_batch(
        self, viewer: Viewer, written: PreparedBatch, removed: Sequence[str] = (), /, *, merge: bool = True
    ) -> BatchResult:
        """Remove and write many; what cannot be is left out and said."""

    def delete(self, viewer: Viewer, party: str, /) -> None:
        """Remove one party."""


class Offers(Protocol):
    """Offers that a viewer may see; `UnknownOffer` where there is none."""

    def list(self, viewer: Viewer, kind: OfferKind | None = None, /) -> tuple[Offer, ...]:
        """All of one kind, or all."""

    def get(self, viewer: Viewer, offer: str, /) -> Offer:
        """One offer."""


class Changes(Protocol):
    """The change feed."""

    def latest(self) -> int:
        """The last sequence number."""


class Imports(Protocol):
    """Imports of a platform; `UnknownImport` where there is none that the viewer may see."""

    def start(self, viewer: Viewer, /, *, kind: PartyKind, file_name: str, sha256: str) -> ImportRecord:
        """Note that an import begins."""

    def finish(self, viewer: Viewer, batch: str, counts: dict[str, int], /) -> ImportRecord:
        """Note that it ended."""

    def get(self, viewer: Viewer, batch: str, /) -> ImportRecord:
        """One import."""


class Jobs(Protocol):
    """Background jobs of a platform; `UnknownJob` where there is none that the viewer may see."""

    def submit(
        self, viewer: Viewer, kind: str, arguments: Mapping[str, Any], /, *, key: str | None, request_id: str
    ) -> Job:
        """Queue a job."""

    def get(self, viewer: Viewer, job: str, /) -> Job:
        """One job."""

    def list(self, viewer: Viewer, /, *, state: JobState | None, limit: int) -> tuple[Job, ...]:
        """The latest jobs."""

    def cancel(self, viewer: Viewer, job: str, /) -> Job:
        """Cancel a job."""

    def counts(self) -> dict[str, int]:
        """How many there are in each state."""

    def waiting_seconds(self) -> float | None:
        """For how long the job that is due longest has waited."""


class Idempotency(Protocol):
    """First answers to requests that bear a key; `KeyReused`, `KeyInFlight`."""

    def find(self, viewer: Viewer, asked: Asked, kept_for: timedelta, /) -> Kept | None:
        """The answer that was given before."""

    def run(
        self, viewer: Viewer, asked: Asked, kept_for: timedelta, write: Callable[[], Kept], /, *, whole: bool = True
    ) -> tuple[Kept, bool]:
        """The answer, and whether it was given before."""

    def together(self, write: Callable[[], Any], /) -> Any:
        """What a write gives that is done in one transaction."""


class Repositories(Protocol):
    """The store."""

    @property
    def parties(self) -> Parties:
        """Parties."""

    @property
    def offers(self) -> Offers:
        """Offers."""

    @property
    def changes(self) -> Changes:
        """The change feed."""

    @property
    def imports(self) -> Imports:
        """Imports."""

    @property
    def jobs(self) -> Jobs:
        """Background jobs."""

    @property
    def seals(self) -> Seals:
        """What seals personal data."""

    @property
    def idempotency(self) -> Idempotency:
        """First answers."""
