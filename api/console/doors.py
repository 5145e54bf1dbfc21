"""What the console answers besides pages (登录与偏好): plain forms that set a cookie; no script holds a secret."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access.accounts import SignedIn
from api.console.desk import LIGHT_COOKIE, ROOT, WORDS_COOKIE, Desk, desk_of
from api.console.words import Language
from api.errors import InvalidAccount, SignInRefused, TooManyRequests
from api.routes.services import SESSION_COOKIE, address_of
from api.routes.sessions import with_session

YEAR = 365 * 24 * 3600
router = APIRouter(prefix=ROOT, include_in_schema=False)
entrance = APIRouter(include_in_schema=False)
"""The address of the service itself, for a browser."""
Typed = Annotated[str, Form(max_length=500)]


def within(back: str) -> str:
    """An address of the console to go back to; its first page for anything else (no redirect to another host)."""
    parts = urlsplit(back)
    inside = back.startswith(f"{ROOT}/") and not parts.netloc and not parts.scheme and "\\" not in back
    return back if inside and back.isprintable() else f"{ROOT}/"


@entrance.get("/")
@router.get("")
def root() -> Response:
    """The service's own address, and the console without the slash."""
    return _see(f"{ROOT}/")


@router.get("/prefer")
def prefer(back: str = "", words: str = "", light: str = "") -> Response:
    """Remember the language, or light and dark, for this browser."""
    answer = _see(within(back))
    if words in {language.value for language in Language}:
        answer.set_cookie(WORDS_COOKIE, words, max_age=YEAR, path=ROOT, samesite="lax")
    if light in {"light", "dark"}:
        answer.set_cookie(LIGHT_COOKIE, light, max_age=YEAR, path=ROOT, samesite="lax")
    return answer


@router.post("/sign-in")
def sign_in(request: Request, login: Typed = "", password: Typed = "", back: Typed = "") -> Response:
    """Begin a session by login and password; a refusal is told on the page of the form."""
    desk = desk_of(request)
    try:
        desk.services.limiter.take_sign_in(address_of(request))
        signed = desk.services.access.sign_in(login.strip(), password, _browser(request))
    except SignInRefused:
        return _see(f"{ROOT}/sign-in?said=refused")
    except TooManyRequests:
        return _see(f"{ROOT}/sign-in?said=too_many")
    return _entered(desk, request, signed, back)


@router.post("/sign-in/demo")
def sign_in_demo(request: Request, account: Typed = "", back: Typed = "") -> Response:
    """Begin a session of a demonstration account, where there are any."""
    desk = desk_of(request)
    try:
        signed = desk.services.access.sign_in_demo(account)
    except SignInRefused:
        return _see(f"{ROOT}/sign-in?said=refused")
    return _entered(desk, request, signed, back)


@router.post("/password")
def change_password(request: Request, old: Typed = "", new: Typed = "", again: Typed = "") -> Response:
    """Change one's own password; every other session ends, this browser's goes on under a new one."""
    desk = desk_of(request)
    if new != again:
        return _see(f"{ROOT}/password?said=differ")
    try:
        signed = desk.services.accounts.change_password(desk.viewer, old, new)
    except (SignInRefused, InvalidAccount):
        return _see(f"{ROOT}/password?said=refused")
    return with_session(_see(f"{ROOT}/password?said=done"), signed, request)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session of this browser."""
    desk = desk_of(request)
    if desk.token:
        desk.services.access.sign_out(desk.token)
    answer = _see(f"{ROOT}/sign-in")
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return answer


def _entered(desk: Desk, request: Request, signed: SignedIn, back: str) -> Response:
    if desk.token:
        desk.services.access.sign_out(desk.token)
    return with_session(_see(f"{ROOT}/password" if signed.must_change else within(back)), signed, request)


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _see(address: str) -> RedirectResponse:
    """Send the browser on, with a GET."""
    return RedirectResponse(address, status_code=303)
