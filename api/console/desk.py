"""A person's desk (工作台): what a page has in hand. Who sits there is asked again at every action."""

from asyncio import to_thread
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from fastapi import Request
from nicegui import ui

from api.access.permissions import Permission, Reach, may
from api.access.viewers import Viewer
from api.console.words import Language, Words
from api.errors import NotSignedIn, ServiceError
from api.routes.services import SESSION_COOKIE
from api.settings import AccessMode
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from api.bootstrap import Services

WORDS_COOKIE = "rongtong_words"
LIGHT_COOKIE = "rongtong_light"
ROOT = "/console"
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a page may use: the services, the catalogue in one language, and the address that was opened.

    `path` holds the values of the places in the page's path, `query` those behind the question mark. `dark` is None
    where the browser's own preference counts. `here` is the address itself, to come back to.
    """

    services: "Services"
    words: Words
    path: Mapping[str, str]
    query: Mapping[str, str]
    here: str
    dark: bool | None
    token: str = ""

    @property
    def viewer(self) -> Viewer:
        """Who sits here now; raise `NotSignedIn` as soon as the session has ended anywhere."""
        if self.services.settings.access is AccessMode.OPEN:
            return self.services.viewer
        if not self.token:
            raise NotSignedIn(found="没有登录", expected="有效的会话", remedy="请登录")
        return self.services.access.viewer_of_session(self.token)

    def text(self, key: str, **values: object) -> str:
        """A string of the catalogue in this desk's language."""
        return self.words.text(key, **values)

    def may(self, permission: Permission) -> bool:
        """Whether who sits here may do this to anything at all."""
        return may(self.viewer, permission) is not Reach.NONE

    async def work(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do what takes processor or database off the event loop, which all pages share."""
        return await to_thread(call, *args, **kwargs)

    def say(self, key: str, **values: object) -> None:
        """Tell that something was done, at the foot of the page."""
        ui.notify(self.text(key, **values), type="positive", position="bottom", timeout=4000)

    def complain(self, error: Exception) -> None:
        """Tell an error in its own Chinese words; it stays until it is closed."""
        ui.notify(str(error), type="negative", position="top", timeout=0, close_button=self.text("close"))

    def go(self, path: str) -> None:
        """Open another page; `path` is beneath /console."""
        ui.navigate.to(path)


def desk_of(request: Request) -> Desk:
    """The desk of a request to the console; who sits there is not asked yet."""
    cookies = request.cookies
    light = cookies.get(LIGHT_COOKIE)
    said = cookies.get(WORDS_COOKIE)
    return Desk(
        services=request.state.services,
        words=Words(Language.EN if said == Language.EN else Language.ZH),
        path=request.path_params,
        query=request.query_params,
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        dark={"dark": True, "light": False}.get(light or ""),
        token=cookies.get(SESSION_COOKIE, ""),
    )


def failed(desk: Desk, error: Exception) -> None:
    """What a page does about an error of one of its actions: send to the sign-in, or say it in place."""
    if isinstance(error, NotSignedIn):
        ui.navigate.to("/sign-in?said=ended")
    elif isinstance(error, TimeoutError):
        return  # the browser did not answer a script of ours: it has left, or will ask again
    elif isinstance(error, ServiceError | MatcherError):
        desk.complain(error)
    else:
        ui.notify(desk.text("failed"), type="negative", position="top", timeout=0, close_button=desk.text("close"))
