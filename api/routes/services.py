"""What the routes need of the service, and how a request comes by it. Satisfied by shape (`api.bootstrap.Services`)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Protocol, cast

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.access.accounts import SignedIn
from api.access.administering import Accounts
from api.access.audit import AuditRow, VerifyResult
from api.access.consenting import Consents
from api.access.limiter import Limiter
from api.access.permissions import Permission, require
from api.access.remembered import Remembered
from api.access.reviewing import Reviews
from api.access.sealing import Seals
from api.access.seeing import Sights
from api.access.sharing import Platforms
from api.access.tokens import digest_of
from api.access.viewers import Viewer
from api.campaigns.running import Runner
from api.carriers.desk import CarrierDesk
from api.claims.hall import NeedRequest
from api.deals.desk import DealDesk
from api.delivery.inbox import Received
from api.duties.desk import DutyDesk
from api.errors import NotSignedIn
from api.requests import MatchAnswer, MatchRequest, ProspectAnswer, ProspectRequest
from api.searching import SearchAnswer, SearchRequest
from api.settings import AccessMode, Settings
from api.store.audit import AuditQuery
from api.store.idempotency import Asked, Kept
from api.store.imports import ImportRecord
from api.store.jobs import Job, JobState
from api.store.needs import NeedRecord, Notice
from api.store.parties import BatchResult, PreparedBatch
from api.store.upserting import UpsertCounts
from api.transport.guarding import RATE
from matcher.fields import PartyKind
from matcher.needs import Reading
from matcher.offers import Offer, OfferKind
from matcher.parties import Party

SESSION_COOKIE = "rongtong_session"

if TYPE_CHECKING:
    from api.access.code_flow import CodeFlow


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


class Changes(Protocol):
    """The change feed."""

    def latest(self) -> int:
        """The last sequence number."""


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

    def post(self, viewer: Viewer, request: NeedRequest) -> tuple[NeedRecord, tuple[Notice, ...]]:
        """Post a need, and say who is told of it."""

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


class Accesses(Protocol):
    """Who a credential belongs to; `NotSignedIn` for one that is not good."""

    @property
    def remembered(self) -> Remembered:
        """What was found a moment ago."""

    def viewer_of(self, credential: str) -> Viewer:
        """Who it belongs to."""

    def sign_in(self, login: str, password: str, label: str = "") -> SignedIn:
        """Begin a session; `SignInRefused`."""

    def sign_out(self, token: str) -> None:
        """End one."""


class Auditing(Protocol):
    """The audit log."""

    def note(
        self,
        viewer: Viewer,
        action: str,
        /,
        *,
        subjects: Iterable[str] = (),
        purpose: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> AuditRow:
        """Append what a viewer did."""

    def seen(
        self,
        viewer: Viewer,
        action: str,
        /,
        *,
        subjects: Iterable[str] = (),
        purpose: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Have it appended soon that a viewer looked."""

    def read(self, viewer: Viewer, query: AuditQuery | None = None, /) -> tuple[AuditRow, ...]:
        """The latest rows that the viewer may see."""

    def verify(self, viewer: Viewer, known: Mapping[int, str] | None = None, /) -> VerifyResult:
        """Check the platform's chain."""


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
    def campaigns(self) -> Runner:
        """What runs campaigns."""

    @property
    def deals(self) -> DealDesk:
        """The desk of deal flow."""

    @property
    def carriers(self) -> CarrierDesk:
        """The desk of measuring carriers."""

    @property
    def duties(self) -> DutyDesk:
        """The desk of duties to report."""

    @property
    def hall(self) -> Claiming:
        """The hall of 限额抢单."""

    @property
    def inbox(self) -> Inboxes:
        """Lists from the receiving side."""

    @property
    def access(self) -> Accesses:
        """Who comes in, and by what."""

    @property
    def code_flow(self) -> "CodeFlow | None":
        """Signing in at an identity provider; None where none is configured."""

    @property
    def limiter(self) -> Limiter:
        """Who may ask how often."""

    @property
    def accounts(self) -> Accounts:
        """Accounts, sessions and keys as people manage them."""

    @property
    def platforms(self) -> Platforms:
        """The platform and those below it."""

    @property
    def searching(self) -> Searching:
        """The search of the library."""

    @property
    def audit(self) -> Auditing:
        """The audit log."""

    @property
    def sights(self) -> Sights:
        """Who sees what of whom."""

    @property
    def consents(self) -> Consents:
        """What enterprises let whom see."""

    @property
    def reviews(self) -> Reviews:
        """Requests that a person look at a result again."""


async def _services(request: Request) -> Services:
    return cast(Services, request.state.services)


Service = Annotated[Services, Depends(_services)]


async def _viewer(request: Request, services: Service) -> Viewer:
    """Who asks: the one place where a request becomes a viewer. Raises `NotSignedIn`, `TooManyRequests`."""
    if services.settings.access is AccessMode.OPEN:
        return Viewer(tenant=services.settings.tenant)
    credential = credential_of(request)
    known = services.access.remembered.find(digest_of(credential)) or await _looked_up(services, request, credential)
    counted = await services.limiter.take(known)
    if counted is not None:
        request.scope["state"][RATE] = counted.headers
    return known


async def _looked_up(services: Services, request: Request, credential: str) -> Viewer:
    """Who a credential belongs to that was not asked about a moment ago; one that is not good counts on its address."""
    try:
        return await run_in_threadpool(services.access.viewer_of, credential)
    except NotSignedIn:
        if credential:
            await services.limiter.take_refused(address_of(request))
        raise


def address_of(request: Request) -> str:
    """Where a request comes from, as far as uvicorn trusts the proxy before it."""
    return "" if request.client is None else request.client.host


def credential_of(request: Request) -> str:
    """What the request comes with: a bearer credential, else the cookie of a session; empty where it has neither.

    With a header `Authorization`, even an empty one, the cookie does not count: the guard lets such a request pass.
    """
    header = request.headers.get("authorization")
    if header is None:
        return request.cookies.get(SESSION_COOKIE, "")
    scheme, _, bearer = header.partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else ""


Asker = Annotated[Viewer, Depends(_viewer)]


def allowed(permission: Permission) -> Any:
    """Give the dependency that lets in only who has a permission, and gives the viewer; raises `Forbidden`."""

    async def viewer_allowed(viewer: Asker) -> Viewer:
        require(viewer, permission)
        return viewer

    viewer_allowed.permission = permission  # type: ignore[attr-defined]  # read by the test that no operation is without
    return Depends(viewer_allowed)
