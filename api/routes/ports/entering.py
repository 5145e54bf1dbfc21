"""The way in and what is noted of it (登录与审计): who a credential belongs to, and the audit log."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from api.access.accounts import SignedIn
from api.access.audit import AuditRow, VerifyResult
from api.access.remembered import Remembered
from api.access.viewers import Viewer
from api.store.audit import AuditQuery


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
