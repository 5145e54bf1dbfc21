"""Looks reach the audit log soon, in order, and nobody waits for the database to look."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from api.access.audit import Entry, entry_of
from api.access.looking import Looks
from api.access.viewers import Viewer
from api.errors import StoreUnavailable

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def look(name: str) -> Entry:
    return entry_of(Viewer(), "party.opened", NOW, [name], "", {})


class Log:
    """A log that can be away, and tells when something was written."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.away = False
        self.asked = threading.Event()
        self.written = threading.Event()

    def write(self, entries: Sequence[Entry]) -> None:
        self.asked.set()
        if self.away:
            raise StoreUnavailable(found="锁定", expected="可写", remedy="稍候")
        self.rows += [entry.subjects[0] for entry in entries]
        self.written.set()


def test_a_look_is_written_by_itself_and_in_order():
    log = Log()
    looks = Looks(log.write, seconds=0.01)
    for name in "甲乙丙":
        looks.note(look(name))
    assert log.written.wait(10)
    looks.close()
    assert log.rows == ["甲", "乙", "丙"]


def test_looks_wait_while_the_log_is_away_and_come_whole_after_it_is_back():
    log = Log()
    log.away = True
    looks = Looks(log.write, seconds=0.01)
    looks.note(look("甲"))
    assert log.asked.wait(10)
    looks.note(look("乙"))
    assert log.rows == []

    log.away = False
    assert log.written.wait(10), "the thread tries again by itself"
    assert looks.flush()
    assert log.rows == ["甲", "乙"]
    looks.close()


def test_past_the_most_nobody_is_shown_anything():
    log = Log()
    log.away = True
    looks = Looks(log.write, most=2, seconds=60)
    looks.note(look("甲"))
    looks.note(look("乙"))
    with pytest.raises(StoreUnavailable, match="2 条未能写入"):
        looks.note(look("丙"))
    log.away = False
    looks.close()
    assert log.rows == ["甲", "乙"]


def test_more_than_a_batch_is_written_once_each():
    log = Log()
    looks = Looks(log.write, seconds=60)
    for number in range(450):
        looks.note(look(str(number)))
    assert looks.flush()
    assert log.rows == [str(number) for number in range(450)]
    looks.close()
