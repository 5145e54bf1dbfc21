"""Saved views, on both databases: of one account and no other, one a name, within bounds."""

from datetime import UTC, datetime

import pytest

from api.access.viewers import Role, Viewer
from api.store.store import Store
from api.store.views import MOST_VIEWS
from matcher.errors import InvalidValue

AT = datetime(2026, 11, 22, tzinfo=UTC)
WANG, LI = Viewer("local", Role.OPERATOR, account_id="wang"), Viewer("local", Role.OPERATOR, account_id="li")
VIEW = {"columns": [{"colId": "name", "width": 380}], "filters": {"region": {"filter": "苏州"}}}


def test_a_view_is_one_account_s_own(store: Store) -> None:
    store.views.keep(WANG, "parties", "苏州", {"columns": [], "filters": {}}, AT)
    store.views.keep(WANG, "parties", "苏州", VIEW, AT)
    store.views.keep(WANG, "offers", "全部", {"columns": [], "filters": {}}, AT)
    assert store.views.of(WANG, "parties") == {"苏州": VIEW}
    assert store.views.of(LI, "parties") == {}
    assert store.views.of(Viewer("local"), "parties") == {}
    store.views.drop(LI, "parties", "苏州")
    assert store.views.of(WANG, "parties") == {"苏州": VIEW}
    store.views.drop(WANG, "parties", "苏州")
    assert store.views.of(WANG, "parties") == {}


def test_what_is_no_name_too_large_or_too_much_is_refused(store: Store) -> None:
    for name, view in (("", VIEW), ("长" * 41, VIEW), ("大", {"filters": "x" * 70_000}), ("空\0", VIEW)):
        with pytest.raises(InvalidValue):
            store.views.keep(WANG, "parties", name, view, AT)
    for number in range(MOST_VIEWS):
        store.views.keep(WANG, "parties", f"视图{number}", VIEW, AT)
    with pytest.raises(InvalidValue):
        store.views.keep(WANG, "parties", "又一个", VIEW, AT)
    store.views.keep(WANG, "parties", "视图0", {"filters": {}}, AT)
    assert len(store.views.of(WANG, "parties")) == MOST_VIEWS
