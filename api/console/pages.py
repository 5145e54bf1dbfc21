"""What a page is (页面): where it stands, whose navigation shows it, what one must be allowed to do, who builds it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.access.permissions import Permission
from api.access.viewers import Role

if TYPE_CHECKING:
    from api.console.desk import Desk

Show = Callable[["Desk"], Awaitable[None]]
"""Builds a page's content inside the frame."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `path` is beneath /console and may hold places, such as "/jobs/{job}"; `desk.path` has their values.

    Its title and its word in the navigation stand in the catalogue as `page.<name>`. `needs` is the permission that one
    must have in some reach; None asks for no more than being signed in. `roles` are those whose navigation lists the
    page, in the order of the table of pages; a page of nobody's navigation is reached from others. `icon` is one of
    Material Icons.
    """

    path: str
    name: str
    show: Show
    needs: Permission | None = None
    icon: str = ""
    roles: frozenset[Role] = frozenset()
