"""Deleting inferred tags and taking that back (推断标签的删除与恢复): 算法推荐管理规定 17, 个人信息保护法 24.

What is deleted is a fact of the party (`matcher.declarations.tags`), told by itself: the next match honours it, and
nothing infers the tag again until it is restored or the field is filled in.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.permissions import Permission, Reach, require
from api.access.viewers import Viewer
from api.clock import CHINA
from api.store.store import Store
from matcher.declarations.registry import REGISTRY
from matcher.declarations.tags import WITHHELD
from matcher.derivation import RULES, withheld_tags
from matcher.errors import InvalidValue, UnknownParty
from matcher.parties import Fact, Party

OWN = "自填"
"""The source of what a party tells of itself."""


class Tags:
    """Tags of a platform's parties. Every method may raise `Forbidden`, `UnknownParty` and `StoreUnavailable`."""

    def __init__(self, store: Store, audit: Audit, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._audit = audit
        self._now = now

    def of(self, viewer: Viewer, party: str) -> Party:
        """The party whose tags the viewer may see: its own, or any for who works for the platform."""
        return self._party(viewer, party, Permission.PARTY_READ)

    def delete(self, viewer: Viewer, party: str, field: str) -> Party:
        """Delete the tag of a field; twice changes nothing. Raises `InvalidValue` for what is no inferred field."""
        return self._change(viewer, party, field, Action.TAG_DELETED)

    def restore(self, viewer: Viewer, party: str, field: str) -> Party:
        """Let the tag of a field be inferred again. Raises as `delete`."""
        return self._change(viewer, party, field, Action.TAG_RESTORED)

    def _change(self, viewer: Viewer, party: str, field: str, action: Action) -> Party:
        if field not in RULES:
            raise InvalidValue(found=f"字段 {field[:40]!a}", expected="系统推断的标签", remedy="请从“推断的标签”中选择")
        with self._store.together():
            before = self._party(viewer, party, Permission.PARTY_WRITE)
            kept = withheld_tags(before.values)
            after = kept | {field} if action is Action.TAG_DELETED else kept - {field}
            if after == kept:
                return before
            self._store.parties.upsert_many(viewer, [self._wishing(before, after)])
            self._audit.note(viewer, action, subjects=[before.id], detail={"field": field})
            return self._store.parties.get(viewer, before.id)

    def _wishing(self, party: Party, withheld: Iterable[str]) -> Party:
        """The party with nothing but its wish, which is merged with what is known of it."""
        labels = {REGISTRY[code].label for code in withheld}
        value = tuple(label for label in REGISTRY[WITHHELD].choices if label in labels)
        day = self._now().astimezone(CHINA).date()
        wish = {WITHHELD: Fact(value, OWN, day)}
        return replace(party, facts=wish)

    def _party(self, viewer: Viewer, party: str, permission: Permission) -> Party:
        """Of another's party nothing is told but to the platform, as if there were none."""
        found = self._store.parties.get(viewer, party)
        if found.id != viewer.party_id and require(viewer, permission) is not Reach.TENANT:
            raise UnknownParty(found=f"主体编号 {party[:40]!a}", expected="本单位", remedy="请核对编号")
        return found
