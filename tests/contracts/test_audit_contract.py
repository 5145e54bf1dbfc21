"""The audit log: one chain a platform however many write, refused to whoever would change it, broken by any change."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.access.audit import START, AuditRow, Entry, entry_of, linked, plain
from api.access.auditing import Audit
from api.access.viewers import Role, Viewer
from api.errors import Forbidden, StoreUnavailable
from api.store.audit import AuditQuery, verified
from api.store.store import Store

NOW = datetime(2026, 11, 22, 4, 5, 6, 789012, tzinfo=UTC)
OPERATOR = Viewer(account_id="a1", name="科员")
AUDITOR = Viewer(role=Role.AUDITOR)


def note(store: Store, *subjects: str, viewer: Viewer = OPERATOR, action: str = "party.opened") -> AuditRow:
    return store.audit.append(entry_of(viewer, action, NOW, subjects, "对接", {"第": 1, "无": None, "是": True}))


def test_what_is_noted_is_read_back_as_it_was(store: Store) -> None:
    first, second = note(store, "甲", "乙"), note(store, viewer=replace(OPERATOR, key_id="k1"))
    assert store.audit.read("local", AuditQuery()) == (second, first)
    assert (first.number, first.previous, second.previous) == (1, START, first.hash)
    assert first.entry.subjects == ("甲", "乙")
    assert second.entry.detail["api_key"] == "k1"
    result = store.audit.verify("local")
    assert (result.holds, result.rows, result.head) == (True, 2, second.hash)


def test_each_platform_has_a_chain_of_its_own(store: Store) -> None:
    note(store)
    other = note(store, viewer=Viewer("suzhou"))
    assert (other.number, other.previous) == (1, START)
    assert store.audit.tenants() == ("local", "suzhou")
    assert store.audit.verify("suzhou").rows == 1


@pytest.mark.parametrize("change", ["UPDATE audit_log SET purpose = '别的'", "DELETE FROM audit_log"])
def test_the_database_itself_refuses_a_change(store: Store, change: str) -> None:
    note(store)
    with pytest.raises((DBAPIError, StoreUnavailable)), store._database.engine.begin() as connection:
        connection.execute(text(change))
    assert store.audit.verify("local").rows == 1


@pytest.mark.parametrize("table", ["audit_log", "consent_events"])
def test_postgresql_refuses_to_empty_a_log(postgresql_url: str, table: str) -> None:
    from api.store.store import open_store

    opened = open_store(postgresql_url.replace("postgresql://", "postgresql+psycopg://"))
    with pytest.raises(DBAPIError, match="can only be added to"), opened._database.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {table}"))
    opened.close()


def test_a_row_is_written_with_what_it_tells_of_or_not_at_all(store: Store) -> None:
    def noted_and_failed() -> None:
        with store.together():
            note(store)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        noted_and_failed()
    assert store.audit.read("local", AuditQuery()) == ()


def test_rows_are_found_by_what_they_are_about(store: Store) -> None:
    for number in range(5):
        note(store, f"企业{number}", action="list.seen" if number % 2 else "party.opened")
    found = store.audit.read("local", AuditQuery(subject="企业3"))
    assert [row.entry.subjects for row in found] == [("企业3",)]
    assert [row.number for row in store.audit.read("local", AuditQuery(action="list.seen"))] == [4, 2]
    assert [row.number for row in store.audit.read("local", AuditQuery(limit=2))] == [5, 4]
    assert [row.number for row in store.audit.read("local", AuditQuery(limit=2, before=4))] == [3, 2]
    assert store.audit.read("local", AuditQuery(account_id="别人")) == ()


def test_who_may_read_reads_and_nobody_else(store: Store) -> None:
    audit = Audit(store.audit, now=lambda: NOW)
    firm = Viewer(role=Role.ENTERPRISE, party_id="甲", account_id="f1")
    audit.note(firm, "consent.granted", subjects=["甲"])
    audit.note(OPERATOR, "party.opened", subjects=["甲"])
    assert len(audit.read(AUDITOR)) == 2
    assert [row.entry.account_id for row in audit.read(firm)] == ["f1"]
    assert audit.verify(AUDITOR).holds
    with pytest.raises(Forbidden):
        audit.verify(firm)
    with pytest.raises(Forbidden):
        audit.read(Viewer(role=Role.INSTITUTION, party_id="银行"))


ROWS: list[AuditRow] = []
for _number in range(1, 8):
    _entry = Entry("local", NOW, None, "", "operator", None, "x", (f"企业{_number}",), "", {"n": _number})
    ROWS.append(linked(_entry, _number, ROWS[-1].hash if ROWS else START))


@given(st.integers(0, 6), st.sampled_from(["change", "drop", "swap", "insert", "relink"]))
def test_any_change_is_found_at_its_place(place: int, how: str) -> None:
    rows = list(ROWS)
    one = rows[place]
    if how == "change":
        rows[place] = replace(one, entry=replace(one.entry, purpose="改"))
    elif how == "drop":
        del rows[place]
    elif how == "swap":
        rows[place], rows[place - 1] = rows[place - 1], rows[place]
    elif how == "insert":
        rows.insert(place, linked(replace(one.entry, action="y"), one.number, one.previous))
    else:
        rows[place] = linked(replace(one.entry, action="y"), one.number, one.previous)
    result = verified("local", rows, {7: ROWS[-1].hash})
    assert result.fault is not None
    assert result.rows <= 6


def test_a_cut_end_is_found_by_an_end_that_was_kept() -> None:
    assert verified("local", ROWS[:5], {}).holds
    assert "第 7 条不见了" in str(verified("local", ROWS[:5], {7: ROWS[6].hash}).fault)


def test_a_detail_is_what_every_database_gives_back() -> None:
    assert plain({"a": frozenset({"乙", "甲"}), "b": 1.5, "c": [1, {"d": None}]}) == {
        "a": ["乙", "甲"],
        "b": "1.5",
        "c": [1, {"d": None}],
    }


def test_many_processes_make_one_chain(database_url: str, store: Store) -> None:
    count, each = 4, 15
    argv = [sys.executable, "-m", "tests.contracts.chained", "append", database_url]
    running = [subprocess.Popen([*argv, f"p{number}", str(each)]) for number in range(count)]
    assert [process.wait(timeout=120) for process in running] == [0] * count
    result = store.audit.verify("local")
    assert (result.fault, result.rows) == (None, count * each)
    assert {row.entry.account for row in store.audit.chain("local")} == {f"p{number}" for number in range(count)}
