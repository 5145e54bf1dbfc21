"""What the routes need of the service, and how a request comes by it. Satisfied by shape (`api.bootstrap.Services`)."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from api.access.viewers import Viewer
from api.requests import MatchAnswer, MatchRequest, ProspectAnswer, ProspectRequest
from api.searching import SearchAnswer, SearchRequest
from api.settings import Settings
from api.store.imports import ImportRecord
from api.store.upserting import UpsertCounts
from matcher.fields import PartyKind
from matcher.needs import Reading
from matcher.offers import Offer, OfferKind
from matcher.parties import Party


class Parties(Protocol):
    """Parties of a platform; `UnknownParty` where there is none that the viewer may see."""

    def get(self, viewer: Viewer, party: str, /) -> Party:
        """One party."""

    def upsert_many(self, viewer: Viewer, written: Iterable[Party], /, *, merge: bool = True) -> UpsertCounts:
        """Write parties; without `merge` a party is exactly what is given."""

    def delete(self, viewer: Viewer, party: str, /) -> None:
        """Remove one party."""


class Offers(Protocol):
    """Offers that a viewer may see; `UnknownOffer` where there is none."""

    def list(self, viewer: Viewer, kind: OfferKind | None = None, /) -> tuple[Offer, ...]:
        """All of one kind, or all."""

    def get(self, viewer: Viewer, offer: str, /) -> Offer:
        """One offer."""


class Imports(Protocol):
    """Imports of a platform; `UnknownImport` where there is none that the viewer may see."""

    def start(self, viewer: Viewer, /, *, kind: PartyKind, file_name: str, sha256: str) -> ImportRecord:
        """Note that an import begins."""

    def finish(self, viewer: Viewer, batch: str, counts: dict[str, int], /) -> ImportRecord:
        """Note that it ended."""

    def get(self, viewer: Viewer, batch: str, /) -> ImportRecord:
        """One import."""


class Changes(Protocol):
    """The change feed."""

    def latest(self) -> int:
        """The last sequence number."""


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


class Matchmaking(Protocol):
    """The matchmaker; `InvalidNeed` for what cannot be answered."""

    def read(self, text: str, at: date | None = None) -> Reading:
        """What free text is understood to say."""

    def match(self, viewer: Viewer, request: MatchRequest) -> MatchAnswer:
        """Offers for a seeker."""

    def prospects(self, viewer: Viewer, request: ProspectRequest) -> ProspectAnswer:
        """Seekers for an offer."""


class Index(Protocol):
    """The derived index of parties."""

    @property
    def ready(self) -> bool:
        """Whether it is loaded."""

    def start(self) -> None:
        """Load it in the background, and follow what is written from then on."""

    def stop(self) -> None:
        """End what `start` began."""

    def catch_up(self) -> None:
        """After a write: make it visible to the next query, and wake the other processes."""


class Searching(Protocol):
    """The search of the library; `InvalidNeed` for what cannot be looked for."""

    def search(self, viewer: Viewer, request: SearchRequest) -> SearchAnswer:
        """Parties by text and condition."""


class Services(Protocol):
    """The service behind the routes."""

    @property
    def settings(self) -> Settings:
        """Settings."""

    @property
    def store(self) -> Repositories:
        """The store."""

    @property
    def parties(self) -> Index:
        """The index of parties."""

    @property
    def matchmaker(self) -> Matchmaking:
        """The matchmaker."""

    @property
    def searching(self) -> Searching:
        """The search of the library."""


async def _services(request: Request) -> Services:
    return cast(Services, request.state.services)


Service = Annotated[Services, Depends(_services)]


async def _viewer(services: Service) -> Viewer:
    """Who asks. Until there are accounts: the operator of this installation's platform. Replace here, nowhere else."""
    return Viewer(tenant=services.settings.tenant)


Asker = Annotated[Viewer, Depends(_viewer)]
