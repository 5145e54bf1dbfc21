"""Accounts, sessions and keys: what comes in, until when, and what is refused in the same words."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.access.access import Access
from api.access.accounts import FIRST_LOCK, FREE_FAILURES, LONGEST_LOCK, lock_after
from api.access.administering import GRACE, NewAccount
from api.access.demo import add_demo_accounts
from api.access.passwords import Passwords
from api.access.permissions import Permission, Reach, may
from api.access.remembered import MOST, SECONDS, Remembered
from api.access.viewers import Role, Viewer
from api.errors import Forbidden, InvalidAccount, NotSignedIn, ServiceError, SignInRefused, UnknownAccount
from api.store.account_tables import accounts as account_table
from api.store.account_tables import api_keys, sessions
from tests.api.access.conftest import Desk

ADMIN = Viewer(role=Role.ADMIN)
PASSWORD = "一个足够长的口令啊啊"
ENTERPRISE = NewAccount("li", Role.ENTERPRISE, "李", "p1")


def entered(desk: Desk, new: NewAccount = ENTERPRISE) -> Viewer:
    """An account that has changed its one-time password."""
    once = desk.accounts.add(ADMIN, new)[1] or ""
    first = desk.access.sign_in(new.login, once)
    return desk.accounts.change_password(first.viewer, once, PASSWORD).viewer


def test_the_first_admin_is_made_once_and_must_change_its_password(desk: Desk) -> None:
    password = desk.accounts.first_admin("local")
    assert password is not None
    assert desk.accounts.first_admin("local") is None
    signed = desk.access.sign_in("Admin", password)
    assert signed.must_change
    assert {item for item in Permission if may(signed.viewer, item) is not Reach.NONE} == {Permission.ACCOUNT_SELF}
    after = desk.accounts.change_password(signed.viewer, password, PASSWORD)
    assert not after.must_change
    assert may(after.viewer, Permission.ACCOUNT_MANAGE) is Reach.TENANT
    with pytest.raises(NotSignedIn):
        desk.access.viewer_of(signed.token)
    with pytest.raises(SignInRefused):
        desk.access.sign_in("admin", password)


def test_a_refused_sign_in_says_the_same_whatever_was_wrong(desk: Desk) -> None:
    viewer = entered(desk)
    desk.accounts.add(ADMIN, NewAccount("oidc", Role.OPERATOR, subject="https://i|s"))
    said = {refused(desk, "nobody"), refused(desk, "li"), refused(desk, "oidc"), refused(desk, "x" * 500)}
    desk.accounts.disable(ADMIN, str(viewer.account_id))
    said.add(refused(desk, "li", PASSWORD))
    assert len(said) == 1


def refused(desk: Desk, login: str, password: str = "wrong") -> str:
    with pytest.raises(SignInRefused) as error:
        desk.access.sign_in(login, password)
    return str(error.value)


def test_an_unknown_login_costs_a_hash_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    entered(desk)
    checked: list[str | None] = []
    fits = Passwords.fits
    monkeypatch.setattr(Passwords, "fits", lambda self, p, kept: (checked.append(kept), fits(self, p, kept))[1])
    for login in ("li", "nobody"):
        refused(desk, login)
    assert [kept is None for kept in checked] == [False, True]


def test_failures_lock_an_account_for_longer_each_time_and_a_success_forgets_them(desk: Desk) -> None:
    entered(desk)
    for _ in range(FREE_FAILURES):
        refused(desk, "li")
    refused(desk, "li", PASSWORD)
    desk.clock.forward(seconds=FIRST_LOCK.total_seconds() + 1)
    refused(desk, "li")
    desk.clock.forward(seconds=FIRST_LOCK.total_seconds() + 1)
    refused(desk, "li", PASSWORD)
    desk.clock.forward(seconds=FIRST_LOCK.total_seconds() + 1)
    assert desk.access.sign_in("li", PASSWORD).viewer.name == "李"
    refused(desk, "li")
    assert desk.access.sign_in("li", PASSWORD).viewer.name == "李"


@given(st.integers(0, 10_000))
def test_a_lock_grows_and_is_bounded(failures: int) -> None:
    now, later = lock_after(failures), lock_after(failures + 1)
    assert (now is None) is (failures < FREE_FAILURES)
    assert (now or timedelta()) <= (later or timedelta()) <= LONGEST_LOCK


@pytest.mark.parametrize(("span", "ends"), [({"minutes": 119}, False), ({"minutes": 121}, True)])
def test_a_session_ends_when_it_is_left_idle(desk: Desk, span: dict[str, float], ends: bool) -> None:
    entered(desk)
    token = desk.access.sign_in("li", PASSWORD).token
    desk.clock.forward(**span)
    assert is_in(desk, token) is not ends


def test_a_session_that_is_used_lasts_until_its_last_hour(desk: Desk) -> None:
    entered(desk)
    token = desk.access.sign_in("li", PASSWORD).token
    lasted = 0
    while is_in(desk, token):
        desk.clock.forward(hours=1)
        desk.access.remembered.forget()
        lasted += 1
    assert lasted == 12


def is_in(desk: Desk, credential: str) -> bool:
    try:
        return desk.access.viewer_of(credential).name == "李"
    except NotSignedIn:
        return False


def test_what_is_revoked_in_another_process_is_refused_here_within_a_second(desk: Desk) -> None:
    entered(desk)
    moment = [0.0]
    here = Access(desk.settings, desk.store.accounts, now=desk.clock)
    here.remembered = Remembered(lambda: moment[0])
    token = desk.access.sign_in("li", PASSWORD).token
    assert here.viewer_of(token).name == "李"
    desk.access.sign_out(token)
    moment[0] += SECONDS
    assert SECONDS < 1
    with pytest.raises(NotSignedIn):
        here.viewer_of(token)


def test_credentials_are_remembered_within_bounds() -> None:
    kept = Remembered()
    for number in range(MOST + 10):
        kept.keep(str(number), ADMIN)
    assert kept.find("0") is None
    assert kept.find(str(MOST + 9)) is ADMIN


def test_ones_own_sessions_are_listed_and_ended_and_nobody_elses(desk: Desk) -> None:
    viewer, other = entered(desk), entered(desk, NewAccount("zhao", Role.OPERATOR))
    token = desk.access.sign_in("li", PASSWORD, "浏览器").token
    found = desk.accounts.sessions(viewer)
    assert {item.label for item in found} == {"", "浏览器"}
    with pytest.raises(UnknownAccount):
        desk.accounts.end_session(other, found[0].id)
    for item in found:
        desk.accounts.end_session(viewer, item.id)
    assert not is_in(desk, token)


def test_a_key_is_its_account_narrowed_until_it_is_over(desk: Desk) -> None:
    viewer = entered(desk)
    key, secret = desk.accounts.new_key(viewer, "系统", [Permission.MATCH_ASK], days=2)
    found = desk.access.viewer_of_key(secret)
    assert (found.party_id, found.scope, found.key_id) == ("p1", frozenset({"match.ask"}), key.id)
    assert desk.accounts.keys(viewer)[0].used == desk.clock.at
    assert not is_in(desk, secret[:-1] + ("a" if secret[-1] != "a" else "b"))
    desk.access.remembered.forget()
    desk.clock.forward(days=2)
    assert not is_in(desk, secret)


def test_a_rotated_key_works_on_for_a_while_beside_the_new_one(desk: Desk) -> None:
    viewer = entered(desk)
    old, secret = desk.accounts.new_key(viewer, "系统", [Permission.MATCH_ASK])
    new, fresh = desk.accounts.rotate_key(viewer, old.id)
    assert (new.scope, new.expires - new.created) == (old.scope, old.expires - old.created)
    assert (is_in(desk, secret), is_in(desk, fresh)) == (True, True)
    desk.clock.forward(seconds=GRACE.total_seconds())
    desk.access.remembered.forget()
    assert (is_in(desk, secret), is_in(desk, fresh)) == (False, True)
    desk.accounts.revoke_key(viewer, new.id)
    assert not is_in(desk, fresh)
    with pytest.raises(UnknownAccount):
        desk.accounts.rotate_key(viewer, new.id)


@pytest.mark.parametrize("scope", [[], [Permission.JOB_READ], [Permission.ACCOUNT_SELF]])
def test_a_key_holds_no_more_than_its_account(desk: Desk, scope: list[Permission]) -> None:
    with pytest.raises(InvalidAccount):
        desk.accounts.new_key(entered(desk), "x", scope)


def test_a_key_makes_no_key_with_more_than_its_own_scope(desk: Desk) -> None:
    viewer = entered(desk)
    secret = desk.accounts.new_key(viewer, "x", [Permission.KEY_MANAGE])[1]
    with pytest.raises(InvalidAccount):
        desk.accounts.new_key(desk.access.viewer_of(secret), "y", [Permission.MATCH_ASK])


def test_a_disabled_account_is_out_with_sessions_and_keys(desk: Desk) -> None:
    viewer = entered(desk)
    token = desk.access.sign_in("li", PASSWORD).token
    secret = desk.accounts.new_key(viewer, "x", [Permission.MATCH_ASK])[1]
    desk.accounts.disable(ADMIN, str(viewer.account_id))
    assert (is_in(desk, token), is_in(desk, secret)) == (False, False)
    desk.accounts.disable(ADMIN, str(viewer.account_id), disabled=False)
    assert (is_in(desk, token), is_in(desk, secret)) == (False, True)


def test_an_admin_reaches_no_account_of_another_platform(desk: Desk) -> None:
    viewer = entered(desk)
    key = desk.accounts.new_key(viewer, "x", [Permission.MATCH_ASK])[0]
    elsewhere = Viewer("suzhou", Role.ADMIN)
    assert (desk.accounts.list(elsewhere), desk.accounts.keys(elsewhere)) == ((), ())
    for action in (
        lambda: desk.accounts.reset(elsewhere, str(viewer.account_id)),
        lambda: desk.accounts.disable(elsewhere, str(viewer.account_id)),
        lambda: desk.accounts.find(elsewhere, "li"),
        lambda: desk.accounts.revoke_key(elsewhere, key.id),
        lambda: desk.accounts.new_key(elsewhere, "x", [Permission.MATCH_ASK], account=viewer.account_id),
    ):
        with pytest.raises(UnknownAccount):
            action()


def test_nobody_but_an_admin_manages_accounts(desk: Desk) -> None:
    viewer = entered(desk)
    for action in (lambda: desk.accounts.list(viewer), lambda: desk.accounts.add(viewer, ENTERPRISE)):
        with pytest.raises(Forbidden):
            action()


@pytest.mark.parametrize(
    "new",
    [
        NewAccount("a b", Role.OPERATOR),
        NewAccount("x", Role.OPERATOR),
        NewAccount("LI", Role.OPERATOR),
        NewAccount("wang", Role.ENTERPRISE),
        NewAccount("wang", Role.AUDITOR, party_id="p1"),
    ],
)
def test_what_cannot_be_an_account_is_refused(desk: Desk, new: NewAccount) -> None:
    desk.accounts.add(ADMIN, ENTERPRISE)
    with pytest.raises(InvalidAccount):
        desk.accounts.add(ADMIN, new)


@pytest.mark.parametrize("new", ["short", "aaaaaaaaaaaaaaaa", "my-li-password", "x" * 201, PASSWORD])
def test_a_password_that_is_easily_guessed_is_refused(desk: Desk, new: str) -> None:
    viewer = entered(desk)
    with pytest.raises(InvalidAccount):
        desk.accounts.change_password(viewer, PASSWORD, new)


def test_no_secret_stands_in_the_database(desk: Desk) -> None:
    viewer = entered(desk)
    signed = desk.access.sign_in("li", PASSWORD)
    secret = desk.accounts.new_key(viewer, "x", [Permission.MATCH_ASK])[1]
    with desk.store._database.reading() as connection:
        kept = repr([connection.execute(select(table)).all() for table in (account_table, sessions, api_keys)])
    assert [word for word in (PASSWORD, signed.token, secret) if word in kept or word[3:] in kept] == []
    assert signed.token not in repr(signed)


def test_the_demonstration_opens_on_this_machine_alone(desk: Desk) -> None:
    assert desk.access.demo_accounts() == ()
    add_demo_accounts(desk.store.accounts, "local", desk.clock)
    add_demo_accounts(desk.store.accounts, "local", desk.clock)
    found = desk.access.demo_accounts()
    assert [item.role for item in sorted(found, key=lambda item: item.role)] == sorted(Role)
    assert desk.access.sign_in_demo(found[0].id).viewer.account_id == found[0].id
    far = Access(desk.settings.model_copy(update={"host": "0.0.0.0"}), desk.store.accounts, now=desk.clock)
    assert far.demo_accounts() == ()
    for access, account in ((far, found[0].id), (desk.access, "admin")):
        with pytest.raises(ServiceError):
            access.sign_in_demo(account)
