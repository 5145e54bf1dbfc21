"""Asking for, and giving, a human review of a result (人工复核): 个人信息保护法 24, third paragraph."""

from collections.abc import Callable
from datetime import datetime

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.permissions import Permission, Reach, require
from api.access.viewers import Viewer
from api.store.reviews import Review
from api.store.store import Store
from matcher.errors import InvalidNeed


class Reviews:
    """Requests of a platform. Every method may raise `Forbidden` and `StoreUnavailable`."""

    def __init__(self, store: Store, audit: Audit, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._audit = audit
        self._now = now

    def ask(self, viewer: Viewer, subject: str, reason: str) -> Review:
        """Ask that a person look at a result: an offer's id, or that of a place on a list. `InvalidNeed` without words.

        It is of the viewer's own party.
        """
        require(viewer, Permission.REVIEW_ASK)
        words = _said(reason, "复核的理由")
        with self._store.together():
            made = self._store.reviews.ask(viewer, viewer.party_id or "", subject, words, self._now())
            self._note(viewer, Action.REVIEW_ASKED, made)
        return made

    def list(self, viewer: Viewer, *, waiting: bool = False) -> tuple[Review, ...]:
        """The platform's requests, or those of the viewer's party; what has no answer stands first."""
        return self._store.reviews.list(viewer, self._party(viewer), waiting=waiting)

    def get(self, viewer: Viewer, review: str) -> Review:
        """One request. Raises `UnknownReview`."""
        return self._store.reviews.get(viewer, review, self._party(viewer))

    def answer(self, viewer: Viewer, review: str, answer: str) -> Review:
        """Answer a request, once. Raises `UnknownReview`, `ReviewAnswered`, `InvalidNeed` without words."""
        require(viewer, Permission.REVIEW_ANSWER)
        words = _said(answer, "复核的答复")
        with self._store.together():
            done = self._store.reviews.answer(viewer, review, words, self._now())
            self._note(viewer, Action.REVIEW_ANSWERED, done)
        return done

    def _party(self, viewer: Viewer) -> str | None:
        return None if require(viewer, Permission.REVIEW_READ) is Reach.TENANT else viewer.party_id

    def _note(self, viewer: Viewer, action: Action, review: Review) -> None:
        detail = {"review": review.id, "subject": review.subject}
        self._audit.note(viewer, action, subjects=[review.party_id], detail=detail)


def _said(text: str, what: str) -> str:
    words = text.strip()
    if not words:
        raise InvalidNeed(found=f"没有写明{what}", expected=what, remedy="请用一两句话说明")
    return words
