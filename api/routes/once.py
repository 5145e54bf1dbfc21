"""Idempotency-Key (幂等键): a write sent again, because its answer was lost, is answered again and not done again.

After draft-ietf-httpapi-idempotency-key-header-07. A key is the client's, one for each write, on its platform; it is
kept for `Settings.idempotency_hours`. Every route that writes answers through `Once.answer`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Annotated

import structlog
from fastapi import Depends, Header, Request, Response

from api.access.viewers import Viewer
from api.crash_points import crash_point
from api.problems import Refusal
from api.routes.services import Asker, Service, Services
from api.store.idempotency import Asked, Kept
from api.transport.strict_json import FORM

REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,200})"|([\x21\x23-\x2b\x2d-\x3a\x3c-\x7e]{1,200})')
"""A string of RFC 8941 section 3.3.3, without escapes, or the same bare, as many clients send it."""
_log = structlog.get_logger("rongtong.http")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="幂等键：每次写入用一个新的键（如 UUID）；未收到答复时用同一键重发，将得到首次的答复而不会重复写入",
    ),
]


@dataclass(frozen=True, slots=True)
class Once:
    """A request that writes, with its key where it bears one."""

    services: Services
    viewer: Viewer
    asked: Asked | None

    def about(self, content: str) -> "Once":
        """The same request, told apart by `content` and not by its bytes: a form has another boundary each time."""
        if self.asked is None:
            return self
        asked = Asked(self.asked.key, self.asked.method, self.asked.path, _digest(self.asked.digest, content))
        return Once(self.services, self.viewer, asked)

    def replayed(self) -> Response | None:
        """The answer that this request had before; to be asked before costly reading. Raises `KeyReused`."""
        if self.asked is None:
            return None
        kept = self.services.store.idempotency.find(self.viewer, self.asked, self._kept_for)
        return _response(kept, replayed=True) if kept else None

    def answer(self, write: Callable[[], Response], *, apart: bool = False) -> Response:
        """Write and answer, or answer as before; the next query of this process sees what was written.

        What is written, its row in the audit log and, with a key, its answer are one transaction: an answer that it
        failed means that nothing was written. Raises as `IdempotencyStore.run`.

        `apart` is for what must not make every other writer wait (a long file, a claim among a crowd): it writes in
        transactions of its own, outside the writers' turn, and done again it changes nothing, which is what a client
        without an answer does. With a key its answer is kept after the last of them.
        """
        keeper = self.services.store.idempotency
        if self.asked is None:
            response = write() if apart else keeper.together(write)
        else:
            run = partial(keeper.run, self.viewer, self.asked, self._kept_for, whole=not apart)
            kept, replayed = run(lambda: _kept(write()))
            response = _response(kept, replayed=replayed)
        crash_point("upsert.after_commit")
        self._show()
        return response

    @property
    def _kept_for(self) -> timedelta:
        return timedelta(hours=self.services.settings.idempotency_hours)

    def _show(self) -> None:
        """Bring the index up to the write. It is written: an index that fails must not make it look refused."""
        try:
            self.services.parties.catch_up()
        except Exception:  # noqa: BLE001  # logged whole; the follower of the feed tries again
            _log.exception("index_behind")


async def _once(request: Request, services: Service, viewer: Asker, key: IdempotencyKey = None) -> Once:
    if key is None:
        return Once(services, viewer, None)
    is_form = request.headers.get("content-type", "").startswith(FORM)
    body = b"" if is_form else await request.body()
    scope = request.scope
    path = (scope.get("raw_path") or request.url.path.encode()).decode("ascii", "replace")
    query = scope["query_string"].decode("ascii", "replace")
    digest = _digest(request.method, path, query, sha256(body).hexdigest())
    return Once(services, viewer, Asked(_own(_read(key), viewer), request.method, path, digest))


WritesOnce = Annotated[Once, Depends(_once)]


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()


def _own(key: str, viewer: Viewer) -> str:
    """The key within its account: two of a platform may choose the same, and neither gets the other's answer."""
    return key if viewer.account_id is None else f"{viewer.account_id}\n{key}"


def _read(header: str) -> str:
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise Refusal.because(
            400,
            "invalid_idempotency_key",
            found="Idempotency-Key 无法读取",
            expected="1 到 200 个可见 ASCII 字符，可加双引号，如 UUID",
            remedy="请换一个键后重新发送",
        )
    return str(found[1] or found[2])


def _kept(response: Response) -> Kept:
    return Kept(response.status_code, response.media_type, bytes(response.body))


def _response(kept: Kept, *, replayed: bool) -> Response:
    headers = {REPLAYED: "true"} if replayed else None
    return Response(kept.body, kept.status, headers, media_type=kept.media_type)
