"""The table of permissions: whole, as documented, and what it comes to for keys and for accounts without a party."""

from dataclasses import replace
from pathlib import Path

import pytest

from api.access.audit import ACTION_LABELS, Action
from api.access.described import permission_table
from api.access.permissions import ONLY_PASSWORD, PERMISSION_LABELS, TABLE, Permission, Reach, may, reach_of, require
from api.access.viewers import Role, Viewer
from api.errors import Forbidden, InvalidSettings
from api.settings import AccessMode, Settings, require_loopback_if_open

ENTERPRISE = Viewer(role=Role.ENTERPRISE, party_id="p1")


def test_the_table_names_each_permission_for_each_role() -> None:
    assert TABLE.keys() == PERMISSION_LABELS.keys() == set(Permission)
    assert all(row.keys() == set(Role) for row in TABLE.values())


def test_the_manual_shows_the_table() -> None:
    manual = Path(__file__).parents[3].joinpath("docs", "access.md").read_text(encoding="utf-8")
    assert manual.split("<!-- table -->\n")[1].split("\n<!-- end -->")[0] == permission_table()


def test_every_action_of_the_log_has_a_name() -> None:
    assert ACTION_LABELS.keys() == set(Action)


def test_an_auditor_sees_the_log_and_nothing_personal() -> None:
    auditor = Viewer(role=Role.AUDITOR)
    reached = {item for item in Permission if may(auditor, item) is not Reach.NONE}
    P = Permission
    assert reached == {P.AUDIT_READ, P.OFFER_READ, P.FIELD_READ, P.ACCOUNT_SELF, P.KEY_MANAGE}


def test_only_an_admin_manages_accounts_and_platforms() -> None:
    for permission in (Permission.ACCOUNT_MANAGE, Permission.PLATFORM_MANAGE):
        assert [role for role in Role if TABLE[permission][role] is not Reach.NONE] == [Role.ADMIN]


def test_a_scope_narrows_the_doors_and_not_the_rows_behind() -> None:
    scoped = replace(ENTERPRISE, scope=frozenset({"match.ask"}))
    assert (may(scoped, Permission.MATCH_ASK), may(scoped, Permission.PARTY_READ)) == (Reach.OWN, Reach.NONE)
    assert reach_of(scoped, Permission.PARTY_READ) is Reach.OWN


def test_a_scope_gives_nothing_that_the_role_lacks() -> None:
    assert may(replace(ENTERPRISE, scope=frozenset({"job.read"})), Permission.JOB_READ) is Reach.NONE


def test_who_acts_for_nobody_reaches_nothing_of_their_own() -> None:
    nobody = Viewer(role=Role.ENTERPRISE)
    assert may(nobody, Permission.PARTY_READ) is Reach.NONE
    assert may(nobody, Permission.ACCOUNT_SELF) is Reach.OWN


@pytest.mark.parametrize(
    ("viewer", "said"),
    [
        (ENTERPRISE, "角色“企业”没有权限“看任务”"),
        (replace(Viewer(), scope=frozenset({"match.ask"})), "范围不含“看任务”"),
        (replace(Viewer(), scope=ONLY_PASSWORD), "口令是一次性的，须先修改"),
    ],
)
def test_a_refusal_says_what_is_lacking(viewer: Viewer, said: str) -> None:
    with pytest.raises(Forbidden) as refused:
        require(viewer, Permission.JOB_READ)
    assert said in refused.value.found


def test_open_access_is_for_this_machine_alone(tmp_path: Path) -> None:
    for host, opens in (
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.8", False),
    ):
        settings = Settings.load(data=tmp_path, host=host, access=AccessMode.OPEN)
        if opens:
            require_loopback_if_open(settings)
        else:
            with pytest.raises(InvalidSettings, match="open"):
                require_loopback_if_open(settings)
        require_loopback_if_open(settings.model_copy(update={"access": AccessMode.ACCOUNTS}))
