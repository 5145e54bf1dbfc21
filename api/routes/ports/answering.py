"""What answers questions (应答): the matchmaker, the index of parties, the search, the hall, the inbox."""

from datetime import date
from typing import Protocol

from api.access.viewers import Viewer
from api.claims.hall import DraftedNeed, NeedRequest
from api.delivery.inbox import Received
from api.requests import MatchAnswer, MatchRequest, ProspectAnswer, ProspectRequest
from api.searching import SearchAnswer, SearchRequest
from api.store.needs import NeedRecord, Notice
from matcher.needs import Reading


class Matchmaking(Protocol):
    """The matchmaker; `InvalidNeed` for what cannot be answered."""

    def read(self, text: str, at: date | None = None) -> Reading:
        """What free text is understood to say."""

    def match(self, viewer: Viewer, request: MatchRequest) -> MatchAnswer:
        """Offers for a seeker."""

    def prospects(self, viewer: Viewer, request: ProspectRequest) -> ProspectAnswer:
        """Seekers for an offer."""


class View(Protocol):
    """What the next query sees of the index."""

    @property
    def alive(self) -> int:
        """Parties in it."""

    @property
    def delta(self) -> int:
        """Rows that stand beside the snapshot."""

    @property
    def sequence(self) -> int:
        """The number of the last change that it holds."""


class Index(Protocol):
    """The derived index of parties."""

    @property
    def view(self) -> View | None:
        """What the next query sees; None before it is loaded."""

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


class Claiming(Protocol):
    """The hall of 限额抢单; `UnknownNeed` where there is no such need, `ClaimRefused` for a claim that cannot be."""

    def drafted(self, viewer: Viewer, request: NeedRequest) -> DraftedNeed:
        """Match a need that is to be posted."""

    def publish(self, viewer: Viewer, drafted: DraftedNeed) -> tuple[NeedRecord, tuple[Notice, ...]]:
        """Post it, and say who is told of it."""

    def get(self, viewer: Viewer, need: str) -> NeedRecord:
        """One need."""

    def open_to(self, viewer: Viewer, institution: str) -> tuple[tuple[NeedRecord, Notice], ...]:
        """What an institution may take."""

    def taken(self, viewer: Viewer, institution: str) -> tuple[NeedRecord, ...]:
        """What an institution has taken or waits for."""

    def claim(self, viewer: Viewer, need: str, institution: str, offer_id: str, *, wait: bool = False) -> NeedRecord:
        """Claim a need."""

    def release(self, viewer: Viewer, need: str, institution: str, reason: str) -> NeedRecord:
        """Give a claim back."""

    def withdraw(self, viewer: Viewer, need: str) -> NeedRecord:
        """Take a need back."""


class Inboxes(Protocol):
    """Lists from the receiving side; `UnknownAssignment` for what was not sent to the viewer's party."""

    def all(self, viewer: Viewer) -> tuple[Received, ...]:
        """All that was sent to it."""

    def one(self, viewer: Viewer, key: str) -> Received:
        """One pair."""
