"""What the routes need of the service, and how a request comes by it. Satisfied by shape (`api.bootstrap.Services`)."""

from typing import TYPE_CHECKING, Annotated, Any, Protocol, cast

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.access.administering import Accounts
from api.access.consenting import Consents
from api.access.limiter import Limiter
from api.access.permissions import Permission, require
from api.access.reviewing import Reviews
from api.access.seeing import Sights
from api.access.sharing import Platforms
from api.access.tagging import Tags
from api.access.tokens import digest_of
from api.access.viewers import Viewer
from api.campaigns.running import Runner
from api.carriers.desk import CarrierDesk
from api.deals.desk import DealDesk
from api.duties.desk import DutyDesk
from api.errors import NotSignedIn
from api.investments.desk import InvestmentDesk
from api.routes.ports.answering import Claiming, Inboxes, Index, Matchmaking, Searching
from api.routes.ports.entering import Accesses, Auditing
from api.routes.ports.stored import Repositories
from api.settings import AccessMode, Settings
from api.transport.guarding import RATE

SESSION_COOKIE = "rongtong_session"

if TYPE_CHECKING:
    from api.access.code_flow import CodeFlow


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
    def investments(self) -> InvestmentDesk:
        """The desk of investments."""

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
    def tags(self) -> Tags:
        """Deleting inferred tags."""

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
